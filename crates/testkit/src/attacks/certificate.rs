//! Certificates that should not be trusted: expired, or signed by nobody but themselves.

use super::Attack;
use crate::time::{ms, secs};
use crate::x509::{Attribute, Certificate};
use crate::{Capture, TcpConversation, Time, tls};

/// A certificate whose time is over.
pub(super) const EXPIRED: Attack = Attack {
    name: "tls-expired-certificate",
    about: "203.0.113.86 shows 10.0.0.86 a certificate that ran out an hour before.",
    near_miss_about: "One that runs out an hour later.",
    attack: |start| {
        let end = Time(start.0.saturating_sub(3_600_000_000));
        handshake(start, 86, &Certificate::new("shop.example").until(end))
    },
    near_miss: |start| handshake(start, 86, &Certificate::new("shop.example").until(start + secs(3600))),
};

/// A certificate that nobody else vouches for.
pub(super) const SELF_SIGNED: Attack = Attack {
    name: "tls-self-signed-certificate",
    about: "203.0.113.87 shows 10.0.0.87 a certificate that it signed itself, with the organization that OpenSSL suggests, and 203.0.113.88 one for localhost to 10.0.0.88.",
    near_miss_about: "One of the same subject from an authority.",
    attack: |start| {
        Capture::merge([
            handshake(start, 87, &openssl().self_signed()),
            handshake(start + secs(1), 88, &Certificate::new("localhost").self_signed()),
        ])
    },
    near_miss: |start| handshake(start, 87, &openssl()),
};

fn openssl() -> Certificate {
    Certificate::new("server").subject(Attribute::Organization, "Internet Widgits Pty Ltd")
}

/// A TLS 1.2 handshake up to the server's certificate, then data.
fn handshake(start: Time, host: u8, certificate: &Certificate) -> Capture {
    let shown = [
        tls::server_hello_12(u64::from(host)),
        tls::certificate(&[certificate.bytes(u64::from(host))]),
        tls::server_hello_done(),
    ];
    TcpConversation::new(([10, 0, 0, host], 41_000), ([203, 0, 113, host], 443))
        .start(start)
        .step(ms(3))
        .handshake()
        .to_server(&tls::client_hello("shop.example", u64::from(host)))
        .to_client(&shown.concat())
        .to_server(&tls::client_key_exchange(u64::from(host)))
        .to_client(&[tls::change_cipher_spec(), tls::record(22, [3, 3], &[0x5a; 40])].concat())
        .to_server(&tls::application_data(120, 1))
        .to_client(&tls::application_data(300, 2))
        .close()
        .capture()
}
