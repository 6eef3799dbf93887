//! Hashes of the buffer.

use md5::{Digest, Md5};
use sha1::Sha1;
use sha2::Sha256;

use super::transform_keyword;

transform_keyword! {
    /// The MD5 hash of the buffer, 16 bytes: to compare with hexadecimal in a content, or with a `dataset` of `type md5`.
    TO_MD5 = "to_md5", |input, output| output.extend_from_slice(&Md5::digest(input));
    "MD5 hash of the buffer"; "alert tcp any any -> any any (msg:\"a\"; tcp.hdr; to_md5; content:\"|d4 1d 8c d9|\"; startswith; sid:1;)"
}

transform_keyword! {
    /// The SHA-1 hash of the buffer, 20 bytes: to compare with hexadecimal in a content.
    TO_SHA1 = "to_sha1", |input, output| output.extend_from_slice(&Sha1::digest(input));
    "SHA-1 hash of the buffer"; "alert tcp any any -> any any (msg:\"a\"; tcp.hdr; to_sha1; content:\"|da 39 a3 ee|\"; startswith; sid:1;)"
}

transform_keyword! {
    /// The SHA-256 hash of the buffer, 32 bytes: to compare with hexadecimal in a content, or with a `dataset` of `type sha256`.
    TO_SHA256 = "to_sha256", |input, output| output.extend_from_slice(&Sha256::digest(input));
    "SHA-256 hash of the buffer"; "alert tcp any any -> any any (msg:\"a\"; tcp.hdr; to_sha256; content:\"|e3 b0 c4 42|\"; startswith; sid:1;)"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keywords::transform::tests::apply;

    #[test]
    fn of_nothing_as_the_rfcs_have_them() {
        assert_eq!(apply(&TO_MD5, "", b"").expect("a hash")[..4], [0xd4, 0x1d, 0x8c, 0xd9]);
        assert_eq!(apply(&TO_SHA1, "", b"").expect("a hash")[..4], [0xda, 0x39, 0xa3, 0xee]);
        assert_eq!(
            apply(&TO_SHA256, "", b"").expect("a hash")[..4],
            [0xe3, 0xb0, 0xc4, 0x42]
        );
    }
}
