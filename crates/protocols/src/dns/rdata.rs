//! What resource records say, by their type.

use super::name::{Name, Names};
use super::rrtype;

/// A part of the message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    start: u32,
    end: u32,
}

/// What a resource record says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// A, AAAA: the bytes of the address, however many there are.
    Address(Span),
    /// CNAME, NS, PTR, and MX without its preference.
    Name(Name),
    /// SOA.
    Soa(Box<Soa>),
    /// SRV.
    Srv(Srv),
    /// SSHFP: algorithm, type, fingerprint.
    Sshfp(u8, u8, Span),
    /// TXT: its strings.
    Text(Vec<Span>),
    /// NULL.
    Null(Span),
    /// OPT: code and value of each option.
    Options(Vec<(u16, Span)>),
    /// Any other type, or nothing.
    Other,
}

/// The start of a zone of authority (RFC 1035 section 3.3.13).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Soa {
    /// The primary name server.
    pub mname: Name,
    /// The mailbox of who is responsible.
    pub rname: Name,
    /// Serial, refresh, retry, expire, minimum; the last four in seconds.
    pub numbers: [u32; 5],
}

/// The location of a service (RFC 2782).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Srv {
    /// Lower first.
    pub priority: u16,
    /// Among those of the same priority.
    pub weight: u16,
    /// The port.
    pub port: u16,
    /// The host.
    pub target: Name,
}

impl Span {
    /// The bytes.
    pub fn bytes(self, message: &[u8]) -> &[u8] {
        message.get(self.start as usize..self.end as usize).unwrap_or_default()
    }

    fn new(start: usize, end: usize) -> Self {
        Self {
            start: u32::try_from(start).unwrap_or(u32::MAX),
            end: u32::try_from(end).unwrap_or(u32::MAX),
        }
    }
}

/// Reads the data of a record of type `rrtype`, from `start` to `end` in `message`; `None` when it is malformed.
pub(super) fn read(message: &[u8], names: &mut Names<'_>, rrtype: u16, start: usize, end: usize) -> Option<Data> {
    if rrtype == rrtype::A || rrtype == rrtype::AAAA {
        return Some(Data::Address(Span::new(start, end)));
    }
    if start == end {
        // RFC: 2136 sections 2.4 and 2.5: updates have records without data.
        return Some(Data::Other);
    }
    let number = |at: usize| -> Option<u16> {
        let bytes = message
            .get(at..at.saturating_add(2))
            .filter(|_| at.saturating_add(2) <= end)?;
        Some(u16::from_be_bytes(bytes.try_into().ok()?))
    };
    Some(match rrtype {
        rrtype::CNAME | rrtype::NS | rrtype::PTR => Data::Name(names.read(start, end)?.0),
        rrtype::MX => {
            number(start)?;
            Data::Name(names.read(start.saturating_add(2), end)?.0)
        }
        rrtype::SOA => Data::Soa(Box::new(soa(message, names, start, end)?)),
        rrtype::SRV => Data::Srv(Srv {
            priority: number(start)?,
            weight: number(start.saturating_add(2))?,
            port: number(start.saturating_add(4))?,
            target: names.read(start.saturating_add(6), end)?.0,
        }),
        rrtype::SSHFP => {
            let [algorithm, kind] = number(start)?.to_be_bytes();
            Data::Sshfp(algorithm, kind, Span::new(start.saturating_add(2), end))
        }
        rrtype::TXT => Data::Text(strings(message, start, end)?),
        rrtype::NULL => Data::Null(Span::new(start, end)),
        rrtype::OPT => Data::Options(options(message, start, end)?),
        _ => Data::Other,
    })
}

fn soa(message: &[u8], names: &mut Names<'_>, start: usize, end: usize) -> Option<Soa> {
    let (mname, at) = names.read(start, end)?;
    let (rname, at) = names.read(at, end)?;
    let rest = message.get(at..end)?;
    let mut numbers = [0; 5];
    for (number, bytes) in numbers.iter_mut().zip(rest.get(..20)?.chunks_exact(4)) {
        *number = u32::from_be_bytes(bytes.try_into().ok()?);
    }
    Some(Soa { mname, rname, numbers })
}

fn strings(message: &[u8], start: usize, end: usize) -> Option<Vec<Span>> {
    let mut list = Vec::new();
    let mut at = start;
    while at < end {
        let from = at.saturating_add(1);
        let to = from.saturating_add(usize::from(*message.get(at)?));
        if to > end {
            return None;
        }
        list.push(Span::new(from, to));
        at = to;
    }
    Some(list)
}

/// The options of RFC 6891 section 6.1.2.
fn options(message: &[u8], start: usize, end: usize) -> Option<Vec<(u16, Span)>> {
    let mut list = Vec::new();
    let mut at = start;
    while at < end {
        let head = message.get(at..at.saturating_add(4))?;
        let (code, length) = head.split_at_checked(2)?;
        let from = at.saturating_add(4);
        let to = from.saturating_add(usize::from(u16::from_be_bytes(length.try_into().ok()?)));
        if to > end {
            return None;
        }
        list.push((u16::from_be_bytes(code.try_into().ok()?), Span::new(from, to)));
        at = to;
    }
    Some(list)
}
