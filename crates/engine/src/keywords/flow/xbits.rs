//! `xbits` and `hostbits`: marks on hosts, beyond one flow.

use rule_parser::{Spanned, value};

use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem, RuleDraft};
use crate::rule::{Effect, SharedBit, SharedTrack, StateCheck};

/// `xbits`: marks on hosts or pairs of hosts.
pub static XBITS: Keyword = Keyword {
    name: "xbits",
    aliases: &[],
    summary: "marks on a host or a pair of hosts, across flows",
    docs: "`xbits:<command>,<bit>,track <whose>[,expire <seconds>]`: like `flowbits`, but the mark is on the source address (`ip_src`), on \
           the destination address (`ip_dst`) or on both together (`ip_pair`), and all their flows see it. Commands are `set`, `unset`, \
           `toggle`, `isset` and `isnotset`. A mark lasts for `expire` seconds of packet time, 30 if nothing is said.",
    example: "alert tcp any any -> any any (msg:\"marked\"; content:\"x\"; xbits:set,seen,track ip_src,expire 60; sid:1;)",
    deviation: Some("`track tx` is refused."),
    kind: Kind::Flow(parse_xbits),
};

/// `hostbits`: marks on hosts.
pub static HOSTBITS: Keyword = Keyword {
    name: "hostbits",
    aliases: &[],
    summary: "marks on a host, across flows",
    docs: "`hostbits:<command>,<bit>[,src|dst]`: like `xbits` with `track ip_src` (which is meant without) or `ip_dst`; the two share their \
           marks. A mark lasts for 300 seconds of packet time. `hostbits:noalert` keeps the rule from alerting.",
    example: "alert tcp any any -> any any (msg:\"marked\"; content:\"x\"; hostbits:set,seen,src; sid:1;)",
    deviation: None,
    kind: Kind::Flow(parse_hostbits),
};

fn parse_xbits(draft: &mut RuleDraft<'_>, arg: &Arg<'_>) -> Parsed<()> {
    let parts: Vec<_> = value::split_commas(arg.spanned()?).collect();
    let (command, name, track, expire) = match parts.as_slice() {
        [command, name, track] => (command, name, track, None),
        [command, name, track, expire] => (command, name, track, Some(*expire)),
        _ => {
            return Err(Problem::new("expected a command, a bit and whose it is")
                .help("write it as `xbits:set,name,track ip_src,expire 60;`"));
        }
    };
    let whose = match words(*track) {
        Some(("track", "ip_src")) => SharedTrack::Source,
        Some(("track", "ip_dst")) => SharedTrack::Destination,
        Some(("track", "ip_pair")) => SharedTrack::Pair,
        Some(("track", "tx")) => {
            return Err(Problem::new("marks on transactions are not kept")
                .help("track ip_src, ip_dst or ip_pair")
                .at(track.span.range()));
        }
        _ => {
            return Err(Problem::new("whose bit it is must be said")
                .help("write track ip_src, track ip_dst or track ip_pair")
                .at(track.span.range()));
        }
    };
    let seconds = match expire {
        None => DEFAULT_XBIT_SECONDS,
        Some(text) => match words(text) {
            Some(("expire", _)) => seconds(text)?,
            _ => {
                return Err(Problem::new("only `expire` may follow")
                    .help("write expire and seconds")
                    .at(text.span.range()));
            }
        },
    };
    let bit = Bit {
        track: whose,
        asked_first: true,
        seconds,
    };
    apply(draft, *command, *name, bit)
}

fn parse_hostbits(draft: &mut RuleDraft<'_>, arg: &Arg<'_>) -> Parsed<()> {
    let parts: Vec<_> = value::split_commas(arg.spanned()?).collect();
    let (command, name, track) = match parts.as_slice() {
        [command] if command.value == "noalert" => {
            draft.silent = true;
            return Ok(());
        }
        [command, name] => (command, name, SharedTrack::Source),
        [command, name, side] => match side.value {
            "src" => (command, name, SharedTrack::Source),
            "dst" => (command, name, SharedTrack::Destination),
            _ => {
                return Err(Problem::new(format!("`{}` is no host", side.value))
                    .help("use src or dst")
                    .at(side.span.range()));
            }
        },
        _ => return Err(Problem::new("expected a command and a bit").help("write it as `hostbits:set,name,src;`")),
    };
    let bit = Bit {
        track,
        asked_first: false,
        seconds: HOSTBIT_SECONDS,
    };
    apply(draft, *command, *name, bit)
}

/// What the two keywords say of a bit beside its name.
struct Bit {
    track: SharedTrack,
    asked_first: bool,
    seconds: u32,
}

fn apply(draft: &mut RuleDraft<'_>, command: Spanned<&str>, name: Spanned<&str>, said: Bit) -> Parsed<()> {
    if name.value.is_empty() || name.value.contains(|c: char| c.is_whitespace()) {
        return Err(Problem::new("a bit needs a name without spaces").at(name.span.range()));
    }
    // Suricata: a hostbit and an xbit of one name on one host are the same.
    let Bit {
        track,
        asked_first,
        seconds,
    } = said;
    let bit = SharedBit {
        name: draft.env.name("xbit", name.value),
        track,
        asked_first,
    };
    match command.value {
        "set" => draft.effects.push(Effect::SharedSet(bit, seconds)),
        "unset" => draft.effects.push(Effect::SharedClear(bit)),
        "toggle" => draft.effects.push(Effect::SharedToggle(bit, seconds)),
        "isset" => draft.state.push(StateCheck::Shared(bit, true)),
        "isnotset" => draft.state.push(StateCheck::Shared(bit, false)),
        other => {
            let problem = Problem::new(format!("`{other}` does nothing to a bit"));
            return Err(problem
                .help("use set, unset, toggle, isset or isnotset")
                .at(command.span.range()));
        }
    }
    Ok(())
}

fn words(text: Spanned<&str>) -> Option<(&str, &str)> {
    text.value
        .split_once(|c: char| c.is_ascii_whitespace())
        .map(|(name, value)| (name, value.trim()))
}

fn seconds(text: Spanned<&str>) -> Parsed<u32> {
    let at = text
        .value
        .find(|c: char| c.is_ascii_whitespace())
        .unwrap_or(text.value.len());
    match value::unsigned::<u32>(text.slice(at..text.value.len()))? {
        0 => Err(Problem::new("a bit that expires at once is never seen")
            .help("use 1 second or more")
            .at(text.span.range())),
        n => Ok(n),
    }
}

const DEFAULT_XBIT_SECONDS: u32 = 30;
const HOSTBIT_SECONDS: u32 = 300;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyword::Env;
    use crate::keywords::sample::{apply as apply_options, draft};

    #[test]
    fn whose_and_for_how_long() {
        let env = Env::default();
        let mut draft = draft(&env);
        let options = [
            (&XBITS, "set, x, track ip_src, expire 10"),
            (&XBITS, "toggle,x,track ip_pair"),
            (&XBITS, "isset,x,track ip_dst,expire 10"),
            (&HOSTBITS, "set,x,dst"),
            (&HOSTBITS, "isnotset,x"),
            (&HOSTBITS, "noalert"),
        ];
        apply_options(&mut draft, &options).expect("six options");
        let bit = |track, asked_first| SharedBit {
            name: env.name("xbit", "x"),
            track,
            asked_first,
        };
        assert_eq!(
            draft.effects,
            [
                Effect::SharedSet(bit(SharedTrack::Source, true), 10),
                Effect::SharedToggle(bit(SharedTrack::Pair, true), 30),
                Effect::SharedSet(bit(SharedTrack::Destination, false), 300)
            ]
        );
        assert_eq!(
            draft.state,
            [
                StateCheck::Shared(bit(SharedTrack::Destination, true), true),
                StateCheck::Shared(bit(SharedTrack::Source, false), false)
            ]
        );
        assert!(draft.silent);
    }

    #[test]
    fn bad_values() {
        let env = Env::default();
        let xbits = [
            "set,x,track tx",
            "set,x,track flow",
            "set,x",
            "set,x,track ip_src,expire 0",
            "set,x,track ip_src,expire -1",
            "set,x,expire 10",
            "set,x,expire 10,track ip_src",
            "noalert",
            "foo,x,track ip_src",
            "set,x y,track ip_src",
            "",
        ];
        for text in xbits {
            assert!(apply_options(&mut draft(&env), &[(&XBITS, text)]).is_err(), "{text}");
        }
        for text in ["set,x,both", "set,x,foo", "set,x,src,expire 10", "set", ""] {
            assert!(apply_options(&mut draft(&env), &[(&HOSTBITS, text)]).is_err(), "{text}");
        }
    }
}
