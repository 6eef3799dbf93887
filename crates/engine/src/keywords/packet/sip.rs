//! Snort's keywords for SIP, as far as a packet by itself tells: methods, status codes and header fields of messages.
//!
//! A message is told by its first line (RFC 3261 section 7): `INVITE sip:a@example.org SIP/2.0` or `SIP/2.0 180 Ringing`.

use packet::Packet;

use crate::buffer::{BufferDef, Source};
use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem};
use crate::rule::{PacketCheck, PacketContext};

/// `sip_method`: the method of a SIP request.
pub static SIP_METHOD: Keyword = Keyword {
    name: "sip_method",
    aliases: &[],
    summary: "method of a SIP request",
    docs: "The packet is a SIP request with one of these methods, in any case: `sip_method:invite,ack`. With `!` before the first, a request \
           with none of them. Snort's.",
    example: "alert udp any any -> any 5060 (msg:\"a call\"; sip_method:invite; sid:1;)",
    deviation: Some(DEVIATION),
    kind: Kind::Packet(method),
};

/// `sip_stat_code`: the status code of a SIP response.
pub static SIP_STAT_CODE: Keyword = Keyword {
    name: "sip_stat_code",
    aliases: &[],
    summary: "status code of a SIP response",
    docs: "The packet is a SIP response with one of these codes: `sip_stat_code:180,4`. Of a single digit, 1 to 9, it is the first of the code: \
           4 stands for 400 to 499. Snort's.",
    example: "alert udp any 5060 -> any any (msg:\"it rings\"; sip_stat_code:180; sid:1;)",
    deviation: Some(DEVIATION),
    kind: Kind::Packet(status),
};

/// `sip_header`: the header fields of a SIP message.
pub static SIP_HEADER: Keyword = Keyword {
    name: "sip_header",
    aliases: &[],
    summary: "header fields of a SIP message as a buffer",
    docs: "The header fields of the SIP message that the packet begins with: what is between the first line and the empty one, line ends \
           included. Snort's.",
    example: "alert udp any any -> any 5060 (msg:\"scanner\"; sip_header; content:\"friendly-scanner\"; sid:1;)",
    deviation: Some(DEVIATION),
    kind: Kind::StickyBuffer(&SIP_HEADER_FIELDS),
};

static SIP_HEADER_FIELDS: BufferDef = BufferDef {
    name: "sip_header",
    source: Source::Packet(header_fields),
    multi: false,
};

const DEVIATION: &str =
    "Looks at the packet, which must begin with the message: one that is split over segments is not seen.";

/// The first line of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start<'p> {
    Request(&'p [u8]),
    Response(u16),
}

impl<'p> Start<'p> {
    /// The start of the message that the payload begins with, and what follows its first line.
    fn of(payload: &'p [u8]) -> Option<(Self, &'p [u8])> {
        // LIMIT: a first line that is longer is none; requests name a URI of some hundred bytes.
        let end = payload.iter().take(MAX_LINE).position(|byte| *byte == b'\n')?;
        let (line, rest) = payload.split_at_checked(end + 1)?;
        let line = line.trim_ascii_end();
        if let Some(code) = line.strip_prefix(VERSION) {
            let (digits, after) = code.strip_prefix(b" ")?.split_at_checked(3)?;
            let code = std::str::from_utf8(digits).ok()?.parse().ok()?;
            return matches!(after.first(), None | Some(b' ')).then_some((Self::Response(code), rest));
        }
        let mut words = line.split(|byte| *byte == b' ');
        let (method, _uri, version) = (words.next()?, words.next()?, words.next()?);
        (version == VERSION && !method.is_empty()).then_some((Self::Request(method), rest))
    }
}

fn header_fields<'p>(packet: &Packet<'p>) -> Option<&'p [u8]> {
    let (_, rest) = Start::of(packet.payload)?;
    let end = memchr::memmem::find(rest, b"\r\n\r\n").map_or(rest.len(), |at| at + 2);
    rest.get(..end)
}

fn method(arg: &Arg<'_>) -> Parsed<Box<dyn PacketCheck>> {
    let text = arg.required()?;
    let (negated, list) = text.strip_prefix('!').map_or((false, text), |list| (true, list));
    let methods: Vec<Box<str>> = list.split(',').map(|method| method.trim().into()).collect();
    for method in &methods {
        if method.is_empty() || !method.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'!') {
            return Err(Problem::new(format!("`{method}` is no method"))
                .help("write them with commas between, as in invite,ack"));
        }
    }
    Ok(Box::new(Method { methods, negated }))
}

fn status(arg: &Arg<'_>) -> Parsed<Box<dyn PacketCheck>> {
    let ranges = arg.required()?.split(',').map(|code| match code.trim().parse() {
        Ok(class @ 1..=9) => Ok((class * 100, class * 100 + 99)),
        Ok(code @ 100..=999) => Ok((code, code)),
        _ => Err(Problem::new(format!("`{}` is no status code", code.trim()))
            .help("use 100 to 999, or 1 to 9 for all that begin so")),
    });
    Ok(Box::new(Status {
        ranges: ranges.collect::<Result<_, _>>()?,
    }))
}

#[derive(Debug)]
struct Method {
    methods: Vec<Box<str>>,
    negated: bool,
}

impl PacketCheck for Method {
    fn matches(&self, context: &PacketContext<'_>) -> bool {
        let Some((Start::Request(method), _)) = Start::of(context.packet.payload) else {
            return false;
        };
        let named = self
            .methods
            .iter()
            .any(|known| known.as_bytes().eq_ignore_ascii_case(method));
        named != self.negated
    }

    fn cost(&self) -> u8 {
        2
    }
}

#[derive(Debug)]
struct Status {
    /// From the first to the last code, both included.
    ranges: Vec<(u16, u16)>,
}

impl PacketCheck for Status {
    fn matches(&self, context: &PacketContext<'_>) -> bool {
        match Start::of(context.packet.payload) {
            Some((Start::Response(code), _)) => self.ranges.iter().any(|(from, to)| (*from..=*to).contains(&code)),
            _ => false,
        }
    }

    fn cost(&self) -> u8 {
        2
    }
}

const VERSION: &[u8] = b"SIP/2.0";
const MAX_LINE: usize = 4096;

#[cfg(test)]
mod tests {
    use rule_parser::Dialect;
    use testkit::layer::Udp;

    use super::*;
    use crate::keywords::sample::{between, check, decode, meets};

    const INVITE: &[u8] =
        b"INVITE sip:b@b.example SIP/2.0\r\nVia: SIP/2.0/UDP a.example\r\nFrom: <sip:a@a.example>\r\n\r\nv=0\r\n";
    const RINGING: &[u8] = b"SIP/2.0 180 Ringing\r\nCSeq: 1 INVITE\r\n\r\n";

    fn frame(message: &[u8]) -> Vec<u8> {
        between("10.0.0.1", "10.0.0.2")
            .layer(Udp::new(5060, 5060))
            .payload(message)
            .build()
    }

    #[test]
    fn methods_of_requests() {
        let holds = |text, message| {
            meets(
                &*check(&SIP_METHOD, text, Dialect::Snort3).expect(text),
                &frame(message),
            )
        };
        assert!(holds("invite", INVITE) && holds("ack, INVITE", INVITE) && holds("!options", INVITE));
        assert!(!holds("options", INVITE) && !holds("!invite", INVITE));
        for other in [RINGING, b"GET / HTTP/1.1\r\n", b"INVITE sip:b SIP/2.0", b"", b"\n"] {
            assert!(!holds("invite", other) && !holds("!options", other), "{other:?}");
        }
        for text in ["", "!", "invite,,ack", "a b"] {
            assert!(check(&SIP_METHOD, text, Dialect::Snort3).is_err(), "{text}");
        }
    }

    #[test]
    fn codes_of_responses() {
        let holds = |text, message| {
            meets(
                &*check(&SIP_STAT_CODE, text, Dialect::Snort3).expect(text),
                &frame(message),
            )
        };
        assert!(holds("180", RINGING) && holds("1", RINGING) && holds("404, 180", RINGING));
        assert!(!holds("181", RINGING) && !holds("2", RINGING) && !holds("180", INVITE));
        assert!(!holds("180", b"SIP/2.0 1800 no\r\n") && !holds("180", b"SIP/2.0 18\r\n"));
        for text in ["", "0", "99", "1000", "a", "1,"] {
            assert!(check(&SIP_STAT_CODE, text, Dialect::Snort3).is_err(), "{text}");
        }
    }

    #[test]
    fn header_fields_and_no_body() {
        let fields = |message: &[u8]| header_fields(&decode(&frame(message))).map(<[u8]>::to_vec);
        assert_eq!(
            fields(INVITE).as_deref(),
            Some(&b"Via: SIP/2.0/UDP a.example\r\nFrom: <sip:a@a.example>\r\n"[..])
        );
        assert_eq!(fields(b"SIP/2.0 200 OK\r\nVia: x").as_deref(), Some(&b"Via: x"[..]));
        assert_eq!(fields(b"hello\r\nVia: x\r\n\r\n"), None);
    }
}
