//! DNS messages (RFC 1035), as far as tests want them.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Record type A.
pub const A: u16 = 1;
/// Record type NS.
pub const NS: u16 = 2;
/// Record type CNAME.
pub const CNAME: u16 = 5;
/// Record type MX.
pub const MX: u16 = 15;
/// Record type TXT.
pub const TXT: u16 = 16;
/// Record type AAAA.
pub const AAAA: u16 = 28;
/// Query type ANY.
pub const ANY: u16 = 255;

/// A DNS message with one question.
///
/// ```
/// use testkit::dns;
///
/// let query = dns::Message::query(1, "example.org", dns::TXT).edns(4096);
/// let answer = query.response().txt("example.org", &[b'x'; 600]);
/// assert_eq!(&answer.bytes()[..4], &[0, 1, 0x81, 0x80]);
/// ```
#[derive(Clone, Debug)]
pub struct Message {
    id: u16,
    flags: u16,
    question: Vec<u8>,
    answers: Vec<u8>,
    answer_count: u16,
    additional: Vec<u8>,
    additional_count: u16,
}

impl Message {
    /// A recursive query for records of `kind`.
    ///
    /// # Panics
    /// When a label of the name has more than 63 bytes.
    pub fn query(id: u16, name: &str, kind: u16) -> Self {
        let mut question = encode_name(name);
        question.extend(kind.to_be_bytes());
        question.extend([0, 1]);
        Self {
            id,
            flags: 0x0100,
            question,
            answers: Vec::new(),
            answer_count: 0,
            additional: Vec::new(),
            additional_count: 0,
        }
    }

    /// A recursive server's response to this query, without answers yet.
    pub fn response(&self) -> Self {
        Self {
            flags: 0x8180,
            answers: Vec::new(),
            answer_count: 0,
            additional: Vec::new(),
            additional_count: 0,
            ..self.clone()
        }
    }

    /// Sets the flags word, opcode and response code included.
    pub const fn flags(mut self, flags: u16) -> Self {
        self.flags = flags;
        self
    }

    /// Sets the response code, 0 to 15: 2 is SERVFAIL, 3 NXDOMAIN.
    pub const fn rcode(mut self, code: u16) -> Self {
        self.flags = self.flags & 0xfff0 | code & 0x0f;
        self
    }

    /// Adds an OPT record that offers this UDP payload size (RFC 6891).
    pub fn edns(mut self, size: u16) -> Self {
        self.additional.extend([0, 0, 41]);
        self.additional.extend(size.to_be_bytes());
        self.additional.extend([0; 6]);
        self.additional_count += 1;
        self
    }

    /// Adds an address.
    pub fn a(self, name: &str, address: impl Into<Ipv4Addr>) -> Self {
        self.record(name, A, &address.into().octets())
    }

    /// Adds an IPv6 address.
    pub fn aaaa(self, name: &str, address: impl Into<Ipv6Addr>) -> Self {
        self.record(name, AAAA, &address.into().octets())
    }

    /// Adds an alias.
    pub fn cname(self, name: &str, target: &str) -> Self {
        self.record(name, CNAME, &encode_name(target))
    }

    /// Adds a text, cut into strings of 255 bytes.
    pub fn txt(self, name: &str, text: &[u8]) -> Self {
        let mut data = Vec::with_capacity(text.len() + text.len() / 255 + 1);
        for part in text.chunks(255) {
            data.push(part.len() as u8);
            data.extend(part);
        }
        self.record(name, TXT, &data)
    }

    /// Adds any answer of class IN that lives 300 seconds.
    pub fn record(mut self, name: &str, kind: u16, data: &[u8]) -> Self {
        self.answers.extend(encode_name(name));
        self.answers.extend(kind.to_be_bytes());
        self.answers.extend([0, 1]);
        self.answers.extend(300_u32.to_be_bytes());
        self.answers.extend((data.len() as u16).to_be_bytes());
        self.answers.extend(data);
        self.answer_count += 1;
        self
    }

    /// The message as a UDP payload.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for word in [self.id, self.flags, 1, self.answer_count, 0, self.additional_count] {
            bytes.extend(word.to_be_bytes());
        }
        bytes.extend(&self.question);
        bytes.extend(&self.answers);
        bytes.extend(&self.additional);
        bytes
    }

    /// The message as it goes over TCP, behind its length.
    pub fn tcp_bytes(&self) -> Vec<u8> {
        let message = self.bytes();
        [&(message.len() as u16).to_be_bytes()[..], &message].concat()
    }
}

fn encode_name(name: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(name.len() + 2);
    for label in name.split('.').filter(|l| !l.is_empty()) {
        assert!(label.len() <= 63, "the label `{label}` is over 63 bytes");
        bytes.push(label.len() as u8);
        bytes.extend(label.as_bytes());
    }
    bytes.push(0);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn query_has_header_and_question() {
        let bytes = Message::query(0x1234, "ab.c", MX).edns(512).bytes();
        assert_eq!(
            bytes[..12],
            [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1],
            "one question, one additional record"
        );
        assert_eq!(bytes[12..22], [2, b'a', b'b', 1, b'c', 0, 0, 15, 0, 1]);
        assert_eq!(bytes[22..], [0, 0, 41, 2, 0, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn text_is_cut_into_strings() {
        let bytes = Message::query(1, "", TXT).response().txt("", &[b'x'; 300]).bytes();
        let data = &bytes[12 + 5 + 11..];
        assert_eq!((data[0], data[256], data.len()), (255, 45, 302));
    }
}
