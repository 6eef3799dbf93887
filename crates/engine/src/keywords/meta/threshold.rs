//! `threshold` and `detection_filter`: how often a rule alerts.

use rule_parser::{Spanned, value};

use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem, RuleDraft};
use crate::rule::{Threshold, ThresholdKind, Track, Unique};

/// `threshold`: how often a rule alerts.
pub static THRESHOLD: Keyword = Keyword {
    name: "threshold",
    aliases: &[],
    summary: "how often the rule alerts",
    docs: "`threshold:type <type>, track <whose>, count <n>, seconds <s>`, in any order. Matches are counted by source (`by_src`), by destination \
           (`by_dst`), by both addresses (`by_both`), by flow (`by_flow`) or for the rule (`by_rule`), in windows of so many seconds of packet time:\n\n\
           - `limit`: at most `count` alerts in a window;\n\
           - `threshold`: every `count`-th match alerts;\n\
           - `both`: one alert in a window, at the `count`-th match;\n\
           - `average`, with `over`: one alert in a window, when the payloads of the last `count` matches (at most 1,000), however old, have more than \
             `over` bytes on average; ruleids only, for traffic that is large without any packet being over a size;\n\
           - `backoff`, with `multiplier` in place of `seconds`: alerts at `count` matches, then at `multiplier` times as many, and so on.",
    example: "alert tcp any any -> any 22 (msg:\"logins\"; flags:S; threshold:type limit, track by_src, count 1, seconds 60; sid:1;)",
    deviation: None,
    kind: Kind::Meta(threshold),
};

/// `detection_filter`: a rate below which a rule does not alert.
pub static DETECTION_FILTER: Keyword = Keyword {
    name: "detection_filter",
    aliases: &[],
    summary: "the rate above which the rule alerts",
    docs: "`detection_filter:track <whose>, count <n>, seconds <s>`: every match after the first `count` in a window of so many seconds of packet time \
           alerts. Matches are counted as by `threshold`. With `unique_on src_port` or `unique_on dst_port` matches with a port that was seen in \
           the window are not counted again.",
    example: "alert tcp any any -> any 22 (msg:\"many logins\"; flags:S; detection_filter:track by_src, count 10, seconds 60; sid:1;)",
    deviation: None,
    kind: Kind::Meta(detection_filter),
};

#[derive(Default)]
struct Fields {
    kind: Option<ThresholdKind>,
    track: Option<Track>,
    count: Option<u32>,
    seconds: Option<u32>,
    multiplier: Option<u32>,
    over: Option<u32>,
    unique: Option<Unique>,
}

fn threshold(draft: &mut RuleDraft<'_>, arg: &Arg<'_>) -> Parsed<()> {
    let fields = Fields::read(arg)?;
    let missing = |what: &str| {
        Problem::new(format!("`{what}` is missing"))
            .help("write it as `threshold:type limit, track by_src, count 1, seconds 60;`")
    };
    if fields.unique.is_some() {
        return Err(Problem::new("`unique_on` belongs to `detection_filter`"));
    }
    let kind = fields.kind.ok_or_else(|| missing("type"))?;
    let (seconds, multiplier) = match (kind, fields.seconds, fields.multiplier) {
        (ThresholdKind::Backoff, None, Some(multiplier @ 2..)) => (0, multiplier),
        (ThresholdKind::Backoff, None, Some(_)) => return Err(Problem::new("the multiplier is at least 2")),
        (ThresholdKind::Backoff, ..) => return Err(missing("multiplier")),
        (_, Some(seconds), None) => (seconds, 0),
        (_, Some(_), Some(_)) => return Err(Problem::new("`multiplier` belongs to `type backoff`")),
        (_, None, _) => return Err(missing("seconds")),
    };
    let track = fields.track.ok_or_else(|| missing("track"))?;
    if kind == ThresholdKind::Backoff && track != Track::Flow {
        return Err(Problem::new("`type backoff` counts by flow").help("write `track by_flow`"));
    }
    let count = fields.count.ok_or_else(|| missing("count"))?;
    let kind = match (kind, fields.over) {
        (ThresholdKind::Average { .. }, None) => return Err(missing("over")),
        (ThresholdKind::Average { .. }, Some(_)) if !(1..=MAX_AVERAGED).contains(&count) => {
            return Err(Problem::new(format!("an average is of 1 to {MAX_AVERAGED} matches")));
        }
        (ThresholdKind::Average { .. }, Some(over)) => ThresholdKind::Average { over },
        (_, Some(_)) => return Err(Problem::new("`over` belongs to `type average`")),
        (kind, None) => kind,
    };
    put(
        draft,
        "threshold",
        Threshold {
            kind,
            track,
            count,
            seconds,
            multiplier,
        },
    )
}

fn detection_filter(draft: &mut RuleDraft<'_>, arg: &Arg<'_>) -> Parsed<()> {
    let fields = Fields::read(arg)?;
    let missing = |what: &str| {
        Problem::new(format!("`{what}` is missing"))
            .help("write it as `detection_filter:track by_src, count 5, seconds 60;`")
    };
    if fields.kind.is_some() || fields.multiplier.is_some() || fields.over.is_some() {
        return Err(Problem::new("`type`, `multiplier` and `over` belong to `threshold`"));
    }
    let kind = fields
        .unique
        .map_or(ThresholdKind::DetectionFilter, ThresholdKind::DistinctFilter);
    let positive = |n: Option<u32>, what: &str| match n {
        Some(0) => Err(Problem::new(format!("`{what}` must be 1 or more"))),
        Some(n) => Ok(n),
        None => Err(missing(what)),
    };
    let track = fields.track.ok_or_else(|| missing("track"))?;
    let (count, seconds) = (positive(fields.count, "count")?, positive(fields.seconds, "seconds")?);
    put(
        draft,
        "detection_filter",
        Threshold {
            kind,
            track,
            count,
            seconds,
            multiplier: 0,
        },
    )
}

fn put(draft: &mut RuleDraft<'_>, name: &'static str, threshold: Threshold) -> Parsed<()> {
    let again = draft.once(name).is_err();
    if again {
        // Suricata: accepted, and what comes last decides (ET Open 2016867).
        let warning = Problem::new(format!("`{name}` is given twice: this one decides"));
        draft.warnings.push(warning.help("keep one of the two"));
    }
    match draft.threshold.replace(threshold) {
        Some(_) if again => Ok(()),
        None => Ok(()),
        Some(_) => Err(Problem::new("a rule has one `threshold` or `detection_filter`").help("keep one of the two")),
    }
}

impl Fields {
    fn read(arg: &Arg<'_>) -> Parsed<Self> {
        let mut fields = Self::default();
        for part in value::split_commas(arg.spanned()?) {
            fields
                .read_one(part)
                .map_err(|p| if p.at.is_some() { p } else { p.at(part.span.range()) })?;
        }
        Ok(fields)
    }

    fn read_one(&mut self, part: Spanned<&str>) -> Parsed<()> {
        let bad = || {
            Problem::new(format!("`{}` is not understood here", part.value))
                .help("use type, track, count, seconds, multiplier, over or unique_on, each with a value")
        };
        let (name, text) = part.split_once(' ').ok_or_else(bad)?;
        let text = text.trim();
        let fresh = match name.value {
            "type" => self.kind.replace(kind_of(text.value)?).is_none(),
            "track" => self.track.replace(track_of(text.value)?).is_none(),
            "count" => self.count.replace(value::unsigned(text)?).is_none(),
            "seconds" => self.seconds.replace(value::unsigned(text)?).is_none(),
            "multiplier" => self.multiplier.replace(value::unsigned(text)?).is_none(),
            "over" => self.over.replace(value::unsigned(text)?).is_none(),
            "unique_on" => self.unique.replace(unique_of(text.value)?).is_none(),
            _ => return Err(bad()),
        };
        if fresh {
            Ok(())
        } else {
            Err(Problem::new(format!("`{}` is given twice", name.value)).help("keep one of the two"))
        }
    }
}

/// LIMIT: matches whose payloads an average remembers, for each address.
const MAX_AVERAGED: u32 = 1000;

fn kind_of(name: &str) -> Parsed<ThresholdKind> {
    Ok(match name {
        "limit" => ThresholdKind::Limit,
        "threshold" => ThresholdKind::Threshold,
        "both" => ThresholdKind::Both,
        "backoff" => ThresholdKind::Backoff,
        "average" => ThresholdKind::Average { over: 0 },
        _ => {
            return Err(Problem::new(format!("`{name}` is no type of threshold"))
                .help("use limit, threshold, both, backoff or average"));
        }
    })
}

fn track_of(name: &str) -> Parsed<Track> {
    Ok(match name {
        "by_src" => Track::Source,
        "by_dst" => Track::Destination,
        "by_both" => Track::Both,
        "by_rule" => Track::Rule,
        "by_flow" => Track::Flow,
        _ => {
            return Err(Problem::new(format!("`{name}` is nothing to count by"))
                .help("use by_src, by_dst, by_both, by_rule or by_flow"));
        }
    })
}

fn unique_of(name: &str) -> Parsed<Unique> {
    match name {
        "src_port" => Ok(Unique::SourcePort),
        "dst_port" => Ok(Unique::DestinationPort),
        _ => Err(Problem::new(format!("`{name}` cannot be told apart")).help("use src_port or dst_port")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyword::Env;
    use crate::keywords::sample::{apply, draft};

    fn read(keyword: &Keyword, text: &str) -> Parsed<Threshold> {
        let env = Env::default();
        let mut draft = draft(&env);
        apply(&mut draft, &[(keyword, text)])?;
        Ok(draft.threshold.expect("a threshold"))
    }

    #[test]
    fn fields_in_any_order() {
        let expected = Threshold {
            kind: ThresholdKind::Limit,
            track: Track::Source,
            count: 1,
            seconds: 60,
            multiplier: 0,
        };
        for text in [
            "type limit, track by_src, count 1, seconds 60",
            "count 1,seconds  60,type limit,track by_src",
        ] {
            assert_eq!(read(&THRESHOLD, text), Ok(expected.clone()), "{text}");
        }
        let backoff = read(&THRESHOLD, "type backoff, track by_flow, count 1, multiplier 10").expect("a backoff");
        assert_eq!((backoff.kind, backoff.multiplier), (ThresholdKind::Backoff, 10));
        let filter = read(
            &DETECTION_FILTER,
            "track by_src, count 3, seconds 60, unique_on src_port",
        )
        .expect("a filter");
        assert_eq!(filter.kind, ThresholdKind::DistinctFilter(Unique::SourcePort));
        assert_eq!(
            read(&DETECTION_FILTER, "track by_flow, count 3, seconds 60")
                .expect("a filter")
                .track,
            Track::Flow
        );
    }

    #[test]
    fn an_average_says_over_what() {
        let average = read(
            &THRESHOLD,
            "type average, track by_dst, count 100, over 512, seconds 60",
        )
        .expect("an average");
        assert_eq!(average.kind, ThresholdKind::Average { over: 512 });
    }

    #[test]
    fn bad_values() {
        let thresholds = [
            "type average, track by_dst, count 100, seconds 60",
            "type average, track by_dst, count 1001, over 512, seconds 60",
            "type limit, track by_dst, count 1, over 512, seconds 60",
            "type limit, track by_src, count -1, seconds 60",
            "type limit, track by_src, count 1",
            "type limit, count 1, seconds 60",
            "track by_src, count 1, seconds 60",
            "type foo, track by_src, count 1, seconds 60",
            "type limit, track by_foo, count 1, seconds 60",
            "type limit, track by_src, count 1, seconds 60, count 2",
            "type limit track by_src count 1 seconds 60",
            "type backoff, track by_src, count 1, multiplier 10",
            "",
        ];
        for text in thresholds {
            assert!(read(&THRESHOLD, text).is_err(), "{text}");
        }
        for text in [
            "track by_src, count 0, seconds 60",
            "track by_src, count 5",
            "type limit, track by_src, count 5, seconds 60",
        ] {
            assert!(read(&DETECTION_FILTER, text).is_err(), "{text}");
        }
    }

    #[test]
    fn one_for_a_rule() {
        let env = Env::default();
        let limit = (&THRESHOLD, "type limit, track by_src, count 1, seconds 60");
        let filter = (&DETECTION_FILTER, "track by_src, count 5, seconds 60");
        assert!(apply(&mut draft(&env), &[limit, filter]).is_err());
        for pair in [[limit, limit], [filter, filter]] {
            let mut draft = draft(&env);
            apply(&mut draft, &pair).expect("the last decides");
            assert_eq!(draft.warnings.len(), 1);
        }
    }
}
