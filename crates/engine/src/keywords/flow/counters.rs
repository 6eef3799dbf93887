//! Conditions on what a flow has carried: `flow.age`, `flow.pkts`, `flow.bytes`, `stream_size` and their kin.

use std::fmt;

use rule_parser::value;

use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem};
use crate::keywords::integer::{self, Snort2Range, integer_keyword};
use crate::rule::{FlowFacts, IntPredicate, PacketCheck, PacketContext};

integer_keyword! {
    /// Seconds of packet time since the flow's first packet, rounded down.
    FLOW_AGE = "flow.age", max 0xffff_ffff, |c| c.flow.map(|f| u64::try_from(f.age / 1_000_000_000).unwrap_or(0));
    "age of the flow in seconds"; "alert tcp any any -> any any (msg:\"long flow\"; flow.age:>3600; sid:1;)"
}

integer_keyword! {
    /// Packets of the flow to the server so far, this one included.
    FLOW_PKTS_TOSERVER = "flow.pkts_toserver", max 0xffff_ffff, |c| c.flow.map(|f| f.packets[0]);
    "packets to the server"; "alert tcp any any -> any any (msg:\"fourth packet\"; flow.pkts_toserver:4; sid:1;)"
}

integer_keyword! {
    /// Packets of the flow to the client so far, this one included.
    FLOW_PKTS_TOCLIENT = "flow.pkts_toclient", max 0xffff_ffff, |c| c.flow.map(|f| f.packets[1]);
    "packets to the client"; "alert tcp any any -> any any (msg:\"fourth packet\"; flow.pkts_toclient:4; sid:1;)"
}

integer_keyword! {
    /// Bytes of the flow's packets to the server so far, counted from the IP header, this one included.
    FLOW_BYTES_TOSERVER = "flow.bytes_toserver", max u64::MAX, |c| c.flow.map(|f| f.bytes[0]);
    "bytes to the server"; "alert tcp any any -> any any (msg:\"upload\"; flow.bytes_toserver:>1000000; sid:1;)"
}

integer_keyword! {
    /// Bytes of the flow's packets to the client so far, counted from the IP header, this one included.
    FLOW_BYTES_TOCLIENT = "flow.bytes_toclient", max u64::MAX, |c| c.flow.map(|f| f.bytes[1]);
    "bytes to the client"; "alert tcp any any -> any any (msg:\"download\"; flow.bytes_toclient:>1000000; sid:1;)"
}

/// `flow.pkts`: packets of the flow by direction.
pub static FLOW_PKTS: Keyword = Keyword {
    name: "flow.pkts",
    aliases: &[],
    summary: "packets of the flow, by direction",
    docs: "`flow.pkts:<direction>,<condition>`: packets of the flow so far, this one included, `toserver`, `toclient`, in `both` directions (each \
           must meet the condition) or in `either`.",
    example: "alert tcp any any -> any any (msg:\"chatty\"; flow.pkts:either,>1000; sid:1;)",
    deviation: None,
    kind: Kind::Packet(|arg| per_direction("flow.pkts", 0xffff_ffff, |flow| Some(flow.packets), arg)),
};

/// `flow.bytes`: bytes of the flow by direction.
pub static FLOW_BYTES: Keyword = Keyword {
    name: "flow.bytes",
    aliases: &[],
    summary: "bytes of the flow, by direction",
    docs: "`flow.bytes:<direction>,<condition>`: bytes of the flow's packets so far, counted from the IP header, this one included, `toserver`, \
           `toclient`, in `both` directions (each must meet the condition) or in `either`.",
    example: "alert tcp any any -> any any (msg:\"upload\"; flow.bytes:toserver,>1000000; sid:1;)",
    deviation: None,
    kind: Kind::Packet(|arg| per_direction("flow.bytes", u64::MAX, |flow| Some(flow.bytes), arg)),
};

/// `flow.elephant`: the flow is too fast.
pub static FLOW_ELEPHANT: Keyword = Keyword {
    name: "flow.elephant",
    aliases: &[],
    summary: "the flow carries more than the configured rate",
    docs: "The flow carries more bytes in a time than `flow.rate-tracking` in the configuration allows: `toserver`, `toclient`, `both` or `either`. \
           Without that setting nothing matches.",
    example: "alert tcp any any -> any any (msg:\"elephant\"; flow.elephant:either; sid:1;)",
    deviation: None,
    kind: Kind::Packet(|arg| {
        let direction = Directions::from_name(arg.required()?).ok_or_else(no_direction)?;
        Ok(Box::new(Elephant(direction)))
    }),
};

/// `stream_size`: sequence numbers used up in a TCP session.
pub static STREAM_SIZE: Keyword = Keyword {
    name: "stream_size",
    aliases: &[],
    summary: "bytes sent in a TCP session, by side",
    docs: "`stream_size:<side>,<comparison>,<bytes>`: how far the sequence numbers of the `client`, of the `server`, of `both` (each meets the \
           comparison) or of `either` have come since the session began; a SYN counts as one. The comparison is `<`, `>`, `=`, `!=`, `<=` or `>=`.",
    example: "alert tcp any any -> any any (msg:\"silent server\"; stream_size:server,<,5; sid:1;)",
    deviation: None,
    kind: Kind::Packet(stream_size),
};

/// A condition on a count of each direction.
struct PerDirection {
    name: &'static str,
    directions: Directions,
    predicate: IntPredicate,
    get: fn(&FlowFacts) -> Option<[u64; 2]>,
}

#[derive(Debug)]
struct Elephant(Directions);

/// Which directions must meet a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Directions {
    ToServer,
    ToClient,
    Both,
    Either,
}

fn per_direction(
    name: &'static str,
    max: u64,
    get: fn(&FlowFacts) -> Option<[u64; 2]>,
    arg: &Arg<'_>,
) -> Parsed<Box<dyn PacketCheck>> {
    let text = arg.spanned()?;
    let (direction, condition) = text.split_once(',').ok_or_else(|| {
        Problem::new("expected a direction and a condition").help(format!("write it as `{name}:toserver,>10;`"))
    })?;
    let directions =
        Directions::from_name(direction.trim().value).ok_or_else(|| no_direction().at(direction.span.range()))?;
    let predicate = integer::read_text(condition, arg.dialect, max, Snort2Range::Inclusive)?;
    Ok(Box::new(PerDirection {
        name,
        directions,
        predicate,
        get,
    }))
}

fn stream_size(arg: &Arg<'_>) -> Parsed<Box<dyn PacketCheck>> {
    let parts: Vec<_> = value::split_commas(arg.spanned()?).collect();
    let [side, operator, bytes] = parts.as_slice() else {
        return Err(
            Problem::new("expected a side, a comparison and bytes").help("write it as `stream_size:server,<,5;`")
        );
    };
    let directions = match side.value.to_ascii_lowercase().as_str() {
        "client" => Directions::ToServer,
        "server" => Directions::ToClient,
        "both" => Directions::Both,
        "either" => Directions::Either,
        other => {
            return Err(Problem::new(format!("`{other}` is no side"))
                .help("use client, server, both or either")
                .at(side.span.range()));
        }
    };
    if !matches!(operator.value, "<" | ">" | "=" | "!=" | "!" | "<=" | ">=") {
        return Err(Problem::new(format!("`{}` is no comparison", operator.value))
            .help("use <, >, =, !=, <= or >=")
            .at(operator.span.range()));
    }
    let joined = format!("{}{}", operator.value, bytes.value);
    let read = integer::read(&Arg::new(&joined, arg.dialect), 0xffff_ffff, Snort2Range::Inclusive);
    let predicate = read.map_err(|p| p.at(operator.span.to(bytes.span).range()))?;
    Ok(Box::new(StreamSize(PerDirection {
        name: "stream_size",
        directions,
        predicate,
        get: |flow| flow.stream_bytes,
    })))
}

impl Directions {
    fn from_name(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "toserver" | "to_server" => Self::ToServer,
            "toclient" | "to_client" => Self::ToClient,
            "both" => Self::Both,
            "either" => Self::Either,
            _ => return None,
        })
    }

    /// Whether what holds to the server and to the client is enough.
    const fn satisfied(self, [to_server, to_client]: [bool; 2]) -> bool {
        match self {
            Self::ToServer => to_server,
            Self::ToClient => to_client,
            Self::Both => to_server && to_client,
            Self::Either => to_server || to_client,
        }
    }
}

fn no_direction() -> Problem {
    Problem::new("this is no direction").help("use toserver, toclient, both or either")
}

impl fmt::Debug for PerDirection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{:?},{}", self.name, self.directions, self.predicate)
    }
}

impl PacketCheck for PerDirection {
    fn matches(&self, context: &PacketContext<'_>) -> bool {
        let counts = context.flow.as_ref().and_then(|flow| (self.get)(flow));
        counts.is_some_and(|counts| self.directions.satisfied(counts.map(|n| self.predicate.holds(n))))
    }
}

/// `stream_size` wants both payloads: the stream's and the packet's.
#[derive(Debug)]
struct StreamSize(PerDirection);

impl PacketCheck for StreamSize {
    fn matches(&self, context: &PacketContext<'_>) -> bool {
        self.0.matches(context)
    }

    fn requires_packet(&self) -> bool {
        false
    }

    fn wants_both_payloads(&self) -> bool {
        true
    }
}

impl PacketCheck for Elephant {
    fn matches(&self, context: &PacketContext<'_>) -> bool {
        context.flow.is_some_and(|flow| self.0.satisfied(flow.elephant))
    }
}

#[cfg(test)]
mod tests {
    use rule_parser::Dialect;
    use testkit::layer::Tcp;

    use super::*;
    use crate::keywords::sample::{between, check, meets, meets_in};

    fn facts() -> FlowFacts {
        FlowFacts {
            age: 20_900_000_000,
            packets: [3, 7],
            bytes: [300, 700],
            stream_bytes: Some([1, 1200]),
            elephant: [true, false],
            ..FlowFacts::default()
        }
    }

    #[test]
    fn counts_of_the_flow() {
        let frame = between("10.0.0.1", "10.0.0.2").layer(Tcp::new(1, 2)).build();
        let cases = [
            (&FLOW_AGE, "20", true),
            (&FLOW_AGE, "0x14", true),
            (&FLOW_AGE, "19-22", true),
            (&FLOW_AGE, ">20", false),
            (&FLOW_PKTS_TOSERVER, "3", true),
            (&FLOW_PKTS_TOCLIENT, ">3", true),
            (&FLOW_BYTES_TOSERVER, "<300", false),
            (&FLOW_BYTES_TOCLIENT, ">=700", true),
            (&FLOW_PKTS, "toserver,>3", false),
            (&FLOW_PKTS, "either, >3", true),
            (&FLOW_PKTS, "both,>3", false),
            (&FLOW_BYTES, "toclient,700", true),
            (&FLOW_ELEPHANT, "toserver", true),
            (&FLOW_ELEPHANT, "both", false),
            (&FLOW_ELEPHANT, "either", true),
            (&STREAM_SIZE, "server,>,1111", true),
            (&STREAM_SIZE, "client, <,5", true),
            (&STREAM_SIZE, "both,<,5", false),
            (&STREAM_SIZE, "either,=,1", true),
        ];
        for (keyword, text, expected) in cases {
            let check = check(keyword, text, Dialect::Suricata).expect(text);
            assert_eq!(meets_in(&*check, &frame, facts()), expected, "{}:{text}", keyword.name);
            assert!(!meets(&*check, &frame), "{}:{text} needs a flow", keyword.name);
        }
    }

    #[test]
    fn bad_values() {
        let cases = [
            (&STREAM_SIZE, "server,<5"),
            (&STREAM_SIZE, "foo,<,5"),
            (&STREAM_SIZE, "server,<,4294967296"),
            (&STREAM_SIZE, "server,<>,5"),
            (&STREAM_SIZE, "server,==,5"),
            (&STREAM_SIZE, "client,5-10"),
            (&FLOW_PKTS, ">3"),
            (&FLOW_PKTS, "up,>3"),
            (&FLOW_ELEPHANT, "up"),
            (&FLOW_AGE, "4294967296"),
        ];
        for (keyword, text) in cases {
            assert!(
                check(keyword, text, Dialect::Suricata).is_err(),
                "{}:{text}",
                keyword.name
            );
        }
    }
}
