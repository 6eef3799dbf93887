//! `tag`: packets after a match are logged.

use rule_parser::{Spanned, value};

use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem, RuleDraft};
use crate::rule::{Effect, Tag, TagMetric, TagScope};

/// `tag`: packets after a match are logged.
pub static TAG: Keyword = Keyword {
    name: "tag",
    aliases: &[],
    summary: "packets after a match are logged too",
    docs: "`tag:session` or `tag:host`, then `,<count>,<metric>` and for a host `,src|dst`: what follows the match is logged, for so many `packets`, \
           `seconds` of packet time or `bytes`. `session` is the flow; `host` the source of the match, or its destination with `dst`. Without a \
           count a session is logged to its end, a host for 256 packets.\n\n\
           In Snort 3 the hosts are `host_src` and `host_dst`, and the metric comes first: `tag:session,packets 5`.",
    example: "alert tcp any any -> any any (msg:\"log the rest\"; content:\"x\"; tag:session,10,packets; sid:1;)",
    deviation: Some("Of several limits of Snort's only one is kept."),
    kind: Kind::PostMatch(parse),
};

fn parse(_: &mut RuleDraft<'_>, arg: &Arg<'_>) -> Parsed<Vec<Effect>> {
    let parts: Vec<_> = value::split_commas(arg.spanned()?).collect();
    let (first, rest) = parts.split_first().ok_or_else(|| Problem::new("a value is missing"))?;
    let (host, mut scope) = match first.value {
        "session" => (false, TagScope::Session),
        "host" => (true, TagScope::Source),
        "host_src" if !arg.is_suricata() => (false, TagScope::Source),
        "host_dst" if !arg.is_suricata() => (false, TagScope::Destination),
        other => {
            return Err(Problem::new(format!("`{other}` cannot be tagged"))
                .help("use session or host")
                .at(first.span.range()));
        }
    };
    let (count, metric, rest) = match rest {
        [count, metric, rest @ ..] if count.value.starts_with(|c: char| c.is_ascii_digit()) => {
            (value::unsigned(*count)?, metric_of(*metric)?, rest)
        }
        [limit, rest @ ..] if !arg.is_suricata() && limit.value.contains(' ') => {
            let (metric, count) = limit
                .split_once(' ')
                .ok_or_else(|| Problem::new("a limit is missing"))?;
            (value::unsigned(count)?, metric_of(metric)?, rest)
        }
        // LIMIT: a host is not logged for ever.
        rest => (
            if scope == TagScope::Session {
                0
            } else {
                DEFAULT_HOST_PACKETS
            },
            TagMetric::Packets,
            rest,
        ),
    };
    match rest {
        [] => {}
        // Suricata: a direction of a session is read and has no effect.
        [side] if matches!(side.value, "src" | "dst") => {
            if host && side.value == "dst" {
                scope = TagScope::Destination;
            }
        }
        [more, ..] => {
            return Err(Problem::new(format!("`{}` is not expected here", more.value))
                .help("write it as `tag:session,10,packets;` or `tag:host,10,packets,src;`")
                .at(more.span.range()));
        }
    }
    Ok(vec![Effect::Tag(Tag { scope, count, metric })])
}

fn metric_of(text: Spanned<&str>) -> Parsed<TagMetric> {
    match text.value {
        "packets" => Ok(TagMetric::Packets),
        "seconds" => Ok(TagMetric::Seconds),
        "bytes" => Ok(TagMetric::Bytes),
        other => Err(Problem::new(format!("`{other}` is no metric"))
            .help("use packets, seconds or bytes")
            .at(text.span.range())),
    }
}

const DEFAULT_HOST_PACKETS: u32 = 256;

#[cfg(test)]
mod tests {
    use rule_parser::Dialect;

    use super::*;
    use crate::keyword::Env;
    use crate::keywords::sample::apply;
    use crate::rule::ProtocolSet;

    fn read(dialect: Dialect, text: &str) -> Parsed<Vec<Effect>> {
        let env = Env::default();
        let mut draft = RuleDraft::new(&env, dialect, ProtocolSet::IP);
        apply(&mut draft, &[(&TAG, text)]).map(|()| draft.effects)
    }

    #[test]
    fn scope_count_and_metric() {
        let cases = [
            ("session", TagScope::Session, 0, TagMetric::Packets),
            ("session, 20, packets", TagScope::Session, 20, TagMetric::Packets),
            ("session,300,seconds", TagScope::Session, 300, TagMetric::Seconds),
            ("host,100,bytes", TagScope::Source, 100, TagMetric::Bytes),
            ("host,100,packets,src", TagScope::Source, 100, TagMetric::Packets),
            ("host,100,packets,dst", TagScope::Destination, 100, TagMetric::Packets),
            ("session,100,packets,src", TagScope::Session, 100, TagMetric::Packets),
            ("host", TagScope::Source, 256, TagMetric::Packets),
        ];
        for (text, scope, count, metric) in cases {
            assert_eq!(
                read(Dialect::Suricata, text),
                Ok(vec![Effect::Tag(Tag { scope, count, metric })]),
                "{text}"
            );
        }
        let snort3 = Tag {
            scope: TagScope::Session,
            count: 5,
            metric: TagMetric::Packets,
        };
        assert_eq!(
            read(Dialect::Snort3, "session,packets 5"),
            Ok(vec![Effect::Tag(snort3)])
        );
    }

    #[test]
    fn bad_values() {
        let bad = [
            "session,packets,5",
            "session,packets 5",
            "host,src,5",
            "host,100",
            "session,5,foo",
            "foo,5,packets",
            "session,5,packets,5,seconds",
            "session,4294967296,packets",
            "session,exclusive",
            "",
        ];
        for text in bad {
            assert!(read(Dialect::Suricata, text).is_err(), "{text}");
        }
    }
}
