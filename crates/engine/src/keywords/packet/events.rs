//! `decode-event`, `stream-event` and `engine-event`: what the decoder or TCP tracking found wrong.

use packet::DecoderEvent;

use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem};
use crate::rule::{Hint, PacketCheck, PacketContext};
use crate::stream::StreamEvent;

/// `decode-event`: what the decoder found wrong with the packet.
pub static DECODE_EVENT: Keyword = Keyword {
    name: "decode-event",
    aliases: &[],
    summary: "the decoder raised an event",
    docs: "What the decoder found wrong with the packet, by name: `decode-event:ipv4.pkt_too_small`. The names are those of \
           Suricata's decoder-events.rules. Rules with it usually say `pkthdr`, since such a packet may have no IP header.",
    example: "alert pkthdr any any -> any any (msg:\"truncated\"; decode-event:ipv4.trunc_pkt; sid:1;)",
    deviation: None,
    kind: Kind::Packet(|arg| decoder_event(arg.required()?)),
};

/// `stream-event`: what TCP tracking found wrong with the packet.
pub static STREAM_EVENT: Keyword = Keyword {
    name: "stream-event",
    aliases: &[],
    summary: "TCP tracking raised an event",
    docs: "What TCP tracking and reassembly found wrong with the packet, by name: `stream-event:3whs_ack_in_wrong_dir`. The names \
           are those of Suricata's stream-events.rules.",
    example: "alert tcp any any -> any any (msg:\"data differs\"; stream-event:reassembly_overlap_different_data; sid:1;)",
    deviation: None,
    kind: Kind::Packet(|arg| stream_event(arg.required()?)),
};

/// `engine-event`: either, with its prefix.
pub static ENGINE_EVENT: Keyword = Keyword {
    name: "engine-event",
    aliases: &[],
    summary: "the decoder or TCP tracking raised an event",
    docs: "The old spelling of `decode-event` and `stream-event`: the name with `decoder.` or `stream.` before it.",
    example: "alert tcp any any -> any any (msg:\"ack in the wrong direction\"; engine-event:stream.3whs_ack_in_wrong_dir; sid:1;)",
    deviation: None,
    kind: Kind::Packet(engine_event),
};

/// An event of the decoder or of TCP tracking.
#[derive(Debug)]
enum EventCheck {
    Decoder(DecoderEvent),
    Stream(StreamEvent),
}

fn engine_event(arg: &Arg<'_>) -> Parsed<Box<dyn PacketCheck>> {
    let text = arg.required()?;
    match text.split_once('.') {
        Some((prefix, name)) if prefix.eq_ignore_ascii_case("decoder") => decoder_event(name),
        Some((prefix, name)) if prefix.eq_ignore_ascii_case("stream") => stream_event(name),
        _ => Err(Problem::new(format!("`{text}` is no event")).help("write decoder.NAME or stream.NAME")),
    }
}

fn decoder_event(name: &str) -> Parsed<Box<dyn PacketCheck>> {
    let lower = name.to_ascii_lowercase();
    let known = DecoderEvent::ALL.iter().copied().find(|event| event.name() == lower);
    let unknown = || {
        let problem = Problem::new(format!("`{name}` is no event of the decoder"));
        match lower
            .strip_prefix("decoder.")
            .filter(|rest| DecoderEvent::from_name(rest).is_some())
        {
            Some(rest) => problem.help(format!("leave the prefix away: `decode-event:{rest};`")),
            None => problem.help("names look like ipv4.pkt_too_small"),
        }
    };
    Ok(Box::new(EventCheck::Decoder(known.ok_or_else(unknown)?)))
}

fn stream_event(name: &str) -> Parsed<Box<dyn PacketCheck>> {
    let lower = name.to_ascii_lowercase();
    let unknown = || {
        let problem = Problem::new(format!("`{name}` is no event of TCP tracking"));
        match lower
            .strip_prefix("stream.")
            .filter(|rest| StreamEvent::from_name(rest).is_some())
        {
            Some(rest) => problem.help(format!("leave the prefix away: `stream-event:{rest};`")),
            None => problem.help("names look like 3whs_ack_in_wrong_dir"),
        }
    };
    Ok(Box::new(EventCheck::Stream(
        StreamEvent::from_name(&lower).ok_or_else(unknown)?,
    )))
}

impl PacketCheck for EventCheck {
    fn matches(&self, context: &PacketContext<'_>) -> bool {
        match self {
            Self::Decoder(event) => context.packet.events.contains(*event),
            Self::Stream(event) => context.stream_events.contains(*event),
        }
    }

    fn hint(&self) -> Option<Hint> {
        Some(match self {
            Self::Decoder(event) => Hint::DecoderEvent(event.code()),
            Self::Stream(event) => Hint::StreamEvent(*event as u16),
        })
    }

    fn requires_packet(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use rule_parser::Dialect;
    use testkit::layer::Udp;

    use super::*;
    use crate::keywords::sample::{between, check, decode};
    use crate::stream::StreamEventSet;

    #[test]
    fn an_event_that_was_raised() {
        let frame = between("10.0.0.1", "10.0.0.2").layer(Udp::new(1, 2)).build();
        let mut packet = decode(&frame);
        packet.events.insert(DecoderEvent::Ipv4PktTooSmall);
        let mut stream_events = StreamEventSet::EMPTY;
        stream_events.insert(StreamEvent::from_name("3whs_ack_in_wrong_dir").expect("an event"));
        let context = PacketContext {
            packet: &packet,
            direction: None,
            flow: None,
            stream_events,
        };
        let holds = |keyword, text| check(keyword, text, Dialect::Suricata).expect(text).matches(&context);
        assert!(holds(&DECODE_EVENT, "IPV4.pkt_too_small") && !holds(&DECODE_EVENT, "ipv6.pkt_too_small"));
        assert!(holds(&STREAM_EVENT, "3whs_ack_in_wrong_dir") && holds(&ENGINE_EVENT, "stream.3whs_ack_in_wrong_dir"));
        assert!(holds(&ENGINE_EVENT, "decoder.ipv4.pkt_too_small"));
    }

    #[test]
    fn unknown_names_are_refused_with_a_hint() {
        let problem = |keyword, text| check(keyword, text, Dialect::Suricata).map(|_| ()).expect_err(text);
        assert!(problem(&DECODE_EVENT, "foo").help.is_some());
        let prefixed = problem(&STREAM_EVENT, "stream.3whs_ack_in_wrong_dir");
        assert_eq!(
            prefixed.help.as_deref(),
            Some("leave the prefix away: `stream-event:3whs_ack_in_wrong_dir;`")
        );
        problem(&ENGINE_EVENT, "ipv4.pkt_too_small");
        problem(&DECODE_EVENT, "decoder.ipv4.pkt_too_small");
    }

    #[test]
    fn every_event_can_be_looked_up() {
        for event in DecoderEvent::ALL {
            assert_eq!(
                check(&DECODE_EVENT, event.name(), Dialect::Suricata)
                    .expect("an event")
                    .hint(),
                Some(Hint::DecoderEvent(event.code()))
            );
        }
        for event in StreamEvent::ALL {
            assert_eq!(
                check(&STREAM_EVENT, event.name(), Dialect::Suricata)
                    .expect("an event")
                    .hint(),
                Some(Hint::StreamEvent(*event as u16))
            );
        }
    }
}
