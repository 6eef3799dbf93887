//! Security blobs of session setups: SPNEGO, NTLMSSP and Kerberos.

mod der;
mod kerberos;
mod ntlmssp;

pub use kerberos::Ticket;
pub use ntlmssp::{Authenticate, Malformed};

use der::Element;

/// What a security blob says of who logs in.
#[derive(Debug, Default)]
pub struct Identity {
    /// By NTLMSSP.
    pub ntlmssp: Option<Authenticate>,
    /// By Kerberos.
    pub ticket: Option<Ticket>,
    /// There is NTLMSSP that cannot be read.
    pub malformed: bool,
}

/// Reads the blob of a request.
pub fn identity(blob: &[u8]) -> Identity {
    let mut identity = Identity::default();
    let token = token(blob).unwrap_or(blob);
    if token.starts_with(ntlmssp::SIGNATURE) {
        match Authenticate::read(token) {
            Ok(found) => identity.ntlmssp = found,
            Err(Malformed) => identity.malformed = true,
        }
    } else {
        identity.ticket = Ticket::read(token);
    }
    identity
}

/// The token within SPNEGO (RFC 4178 section 4.2): of the first message of a client, or of a later one.
fn token(blob: &[u8]) -> Option<&[u8]> {
    let (outer, _) = Element::read(blob)?;
    let choice = match outer.tag {
        // RFC: RFC 2743 section 3.1, a first token: the mechanism, then what is its own.
        0x60 => {
            let (_, inner) = Element::read(outer.content)?;
            Element::read(inner)?.0
        }
        _ => outer,
    };
    if !matches!(choice.tag, 0xa0 | 0xa1) {
        return None;
    }
    let (sequence, _) = Element::read(choice.content)?;
    let field = Element::all(sequence.content).find(|element| element.tag == 0xa2)?;
    let (octets, _) = Element::read(field.content)?;
    (octets.tag == 0x04).then_some(octets.content)
}

#[cfg(test)]
pub(crate) mod samples {
    use super::der::samples::element;

    /// A message of NTLMSSP that says who logs in, in UTF-16.
    pub fn authenticate(domain: &str, user: &str, host: &str) -> Vec<u8> {
        let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
        let texts = [wide(domain), wide(user), wide(host)];
        let mut at = 72u32;
        let mut fields = Vec::new();
        for text in &texts {
            fields.extend((text.len() as u16).to_le_bytes());
            fields.extend((text.len() as u16).to_le_bytes());
            fields.extend(at.to_le_bytes());
            at += text.len() as u32;
        }
        let mut out = b"NTLMSSP\0\x03\0\0\0".to_vec();
        out.extend([0; 16]);
        out.extend(fields);
        out.extend([0; 8]);
        out.extend(0x0200_0001u32.to_le_bytes());
        out.extend([6, 1, 0xb0, 0x1d, 0, 0, 0, 15]);
        out.extend(texts.concat());
        out
    }

    /// The same within SPNEGO, as of a second message.
    pub fn spnego(token: &[u8]) -> Vec<u8> {
        element(0xa1, &element(0x30, &element(0xa2, &element(0x04, token))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use der::samples::element;

    #[test]
    fn ntlmssp_within_spnego_and_alone() {
        let message = samples::authenticate("DOMAIN", "user", "HOST");
        for blob in [message.clone(), samples::spnego(&message)] {
            let found = identity(&blob).ntlmssp.expect("an identity");
            assert_eq!(
                (found.domain.as_slice(), found.user.as_slice(), found.host.as_slice()),
                (&b"DOMAIN"[..], &b"user"[..], &b"HOST"[..])
            );
            assert_eq!(found.version.as_deref(), Some("6.1 build 7600 rev 15"));
            assert!(!found.unusual_order);
        }
    }

    #[test]
    fn a_ticket_in_a_first_message() {
        let text = |tag, text: &str| element(tag, &element(0x1b, text.as_bytes()));
        let names = [element(0x1b, b"cifs"), element(0x1b, b"dc1")].concat();
        let name = element(
            0x30,
            &[element(0xa0, &element(2, &[2])), element(0xa1, &element(0x30, &names))].concat(),
        );
        let ticket = element(
            0x61,
            &element(
                0x30,
                &[
                    element(0xa0, &element(2, &[5])),
                    text(0xa1, "REALM"),
                    element(0xa2, &name),
                ]
                .concat(),
            ),
        );
        let fields = [
            element(0xa0, &element(2, &[5])),
            element(0xa1, &element(2, &[14])),
            element(0xa2, &element(3, &[0, 0, 0, 0, 0])),
            element(0xa3, &ticket),
        ];
        let request = element(0x6e, &element(0x30, &fields.concat()));
        let oid = element(6, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 1, 2, 2]);
        let token = element(0x60, &[oid, vec![1, 0], request].concat());
        let spnego = element(6, &[0x2b, 6, 1, 5, 5, 2]);
        let first = element(0xa0, &element(0x30, &element(0xa2, &element(4, &token))));
        let blob = element(0x60, &[spnego, first].concat());
        let found = identity(&blob).ticket.expect("a ticket");
        assert_eq!(
            (found.realm.as_str(), found.names),
            ("REALM", vec!["cifs".to_owned(), "dc1".to_owned()])
        );
        for end in 0..blob.len() {
            let _ = identity(&blob[..end]);
        }
    }

    #[test]
    fn what_is_cut_is_malformed() {
        let message = samples::authenticate("DOMAIN", "user", "HOST");
        assert!(identity(&message[..40]).malformed);
        assert!(!identity(b"NTLMSSP\0\x01\0\0\0").malformed);
        assert!(identity(b"").ntlmssp.is_none());
    }
}
