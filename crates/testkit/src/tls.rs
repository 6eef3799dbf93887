//! TLS records (RFC 8446, RFC 5246), as far as tests want them: hellos and certificates in the clear, the rest noise.

use crate::Rng;

/// A record with a ClientHello for `server_name`, its random values fixed by `seed`.
///
/// ```
/// let hello = testkit::tls::client_hello("example.org", 1);
/// assert_eq!(hello[..3], [22, 3, 1]);
/// ```
pub fn client_hello(server_name: &str, seed: u64) -> Vec<u8> {
    let mut rng = Rng::new(seed);
    let mut body = vec![3, 3];
    body.extend(rng.bytes(32));
    body.extend(vector8(&rng.bytes(32)));
    body.extend(vector16(&[0x13, 0x01, 0x13, 0x02, 0x13, 0x03, 0xc0, 0x2f]));
    body.extend([1, 0]);

    let mut name = vec![0];
    name.extend(vector16(server_name.as_bytes()));
    let mut share = vec![0, 0x1d];
    share.extend(vector16(&rng.bytes(32)));
    let extensions = [
        extension(0, &vector16(&name)),
        extension(10, &vector16(&[0, 0x1d, 0, 0x17])),
        extension(13, &vector16(&[4, 3, 8, 4, 4, 1])),
        extension(16, &vector16(b"\x02h2\x08http/1.1")),
        extension(43, &vector8(&[3, 4, 3, 3])),
        extension(51, &vector16(&share)),
    ]
    .concat();
    body.extend(vector16(&extensions));
    record(22, [3, 1], &handshake(1, &body))
}

/// A record with a ServerHello that picks TLS 1.3 and TLS_AES_128_GCM_SHA256.
pub fn server_hello(seed: u64) -> Vec<u8> {
    let mut rng = Rng::new(seed);
    let mut body = vec![3, 3];
    body.extend(rng.bytes(32));
    body.extend(vector8(&rng.bytes(32)));
    body.extend([0x13, 0x01, 0]);
    let mut share = vec![0, 0x1d];
    share.extend(vector16(&rng.bytes(32)));
    let extensions = [extension(43, &[3, 4]), extension(51, &share)].concat();
    body.extend(vector16(&extensions));
    record(22, [3, 3], &handshake(2, &body))
}

/// A record with a ServerHello that picks TLS 1.2 and TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256.
pub fn server_hello_12(seed: u64) -> Vec<u8> {
    let mut rng = Rng::new(seed);
    let mut body = vec![3, 3];
    body.extend(rng.bytes(32));
    body.extend(vector8(&rng.bytes(32)));
    body.extend([0xc0, 0x2f, 0]);
    body.extend(vector16(&extension(0xff01, &[0])));
    record(22, [3, 3], &handshake(2, &body))
}

/// A record with the certificates of a server of TLS 1.2, its own first.
pub fn certificate(chain: &[Vec<u8>]) -> Vec<u8> {
    let list: Vec<u8> = chain.iter().flat_map(|one| vector24(one)).collect();
    record(22, [3, 3], &handshake(11, &vector24(&list)))
}

/// A record that ends what a server of TLS 1.2 says first.
pub fn server_hello_done() -> Vec<u8> {
    record(22, [3, 3], &handshake(14, &[]))
}

/// Records with the client's half of a key and its end of the handshake, in TLS 1.2.
pub fn client_key_exchange(seed: u64) -> Vec<u8> {
    let mut rng = Rng::new(seed);
    let key = record(22, [3, 3], &handshake(16, &vector8(&rng.bytes(32))));
    [key, change_cipher_spec(), record(22, [3, 3], &rng.bytes(40))].concat()
}

/// A record with "change cipher spec", which TLS 1.3 sends for the sake of middleboxes.
pub fn change_cipher_spec() -> Vec<u8> {
    record(20, [3, 3], &[1])
}

/// A record of encrypted data: `len` bytes of noise.
pub fn application_data(len: usize, seed: u64) -> Vec<u8> {
    record(23, [3, 3], &Rng::new(seed).bytes(len))
}

/// Any record.
pub fn record(kind: u8, version: [u8; 2], body: &[u8]) -> Vec<u8> {
    [&[kind, version[0], version[1]], vector16(body).as_slice()].concat()
}

fn handshake(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut message = vec![kind, 0];
    message.extend(vector16(body));
    message
}

fn vector24(body: &[u8]) -> Vec<u8> {
    [&(body.len() as u32).to_be_bytes()[1..], body].concat()
}

fn extension(kind: u16, body: &[u8]) -> Vec<u8> {
    [kind.to_be_bytes().as_slice(), &vector16(body)].concat()
}

fn vector8(body: &[u8]) -> Vec<u8> {
    [&[body.len() as u8], body].concat()
}

fn vector16(body: &[u8]) -> Vec<u8> {
    [(body.len() as u16).to_be_bytes().as_slice(), body].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_a_hello_agree() {
        for hello in [client_hello("example.org", 1), server_hello(2)] {
            let record = usize::from(u16::from_be_bytes([hello[3], hello[4]]));
            let message = usize::from(u16::from_be_bytes([hello[7], hello[8]]));
            assert_eq!((record, message), (hello.len() - 5, hello.len() - 9));
        }
    }
}
