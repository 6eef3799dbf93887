//! What a Kerberos ticket says in the clear: RFC 4120 section 5.3.

use super::der::Element;

/// What a Kerberos ticket says in the clear.
#[derive(Debug, PartialEq, Eq)]
pub struct Ticket {
    /// The realm.
    pub realm: String,
    /// The parts of the name of the service.
    pub names: Vec<String>,
}

impl Ticket {
    /// Finds the ticket of a request (`AP-REQ`) in a token of GSS-API (RFC 4121 section 4.1), or the request alone.
    pub fn read(token: &[u8]) -> Option<Self> {
        let (outer, _) = Element::read(token)?;
        let request = match outer.tag {
            0x60 => {
                let (_, rest) = Element::read(outer.content)?;
                // The kind of token: 01 00 is a request.
                Element::read(rest.strip_prefix(&[1, 0])?)?.0
            }
            0x6e => outer,
            _ => return None,
        };
        if request.tag != 0x6e {
            return None;
        }
        let ticket = request
            .inner()?
            .field(0xa3)?
            .inner()
            .filter(|element| element.tag == 0x61)?;
        let fields = ticket.inner()?;
        let realm = text(fields.field(0xa1)?.inner()?);
        let names = fields.field(0xa2)?.inner()?.field(0xa1)?.inner()?;
        Some(Self {
            realm,
            // LIMIT: a name has few parts.
            names: Element::all(names.content).take(MAX_PARTS).map(text).collect(),
        })
    }
}

fn text(element: Element<'_>) -> String {
    String::from_utf8_lossy(element.content).into_owned()
}

const MAX_PARTS: usize = 16;
