//! `iprep`: the reputation of the addresses.

use std::fmt;
use std::sync::Arc;

use rule_parser::value;

use crate::keyword::{Arg, Env, Keyword, Kind, Parsed, Problem, Reputation};
use crate::keywords::integer::{self, Snort2Range};
use crate::rule::{IntPredicate, PacketCheck, PacketContext};

/// `iprep`: the reputation of the addresses.
pub static IPREP: Keyword = Keyword {
    name: "iprep",
    aliases: &[],
    summary: "reputation of an address",
    docs: "`iprep:<side>,<category>,<condition>`: the reputation of the `src` or `dst` address, of `any` of the two or of `both`, in a \
           category of the reputation lists. The condition is `isset`, `isnotset`, or a comparison (`<`, `>`, `=`, `!=`, `<=`, `>=`) with \
           a score from 0 to 127, after a comma. An address that is not listed in the category meets `isnotset` only.\n\n\
           Needs `reputation-categories-file` and `reputation-files` in the configuration.",
    example: "alert ip any any -> any any (msg:\"bad host\"; iprep:any,BadHosts,>,30; sid:1;)",
    deviation: None,
    kind: Kind::PacketWith(parse),
};

struct ReputationCheck {
    reputation: Arc<Reputation>,
    side: Side,
    category: u8,
    condition: Condition,
}

/// Which addresses a condition is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Source,
    Destination,
    Any,
    Both,
}

#[derive(Clone, Copy, Debug)]
enum Condition {
    Listed,
    NotListed,
    Score(IntPredicate),
}

fn parse(env: &Env, arg: &Arg<'_>) -> Parsed<Box<dyn PacketCheck>> {
    let parts: Vec<_> = value::split_commas(arg.spanned()?).collect();
    let [side, category, rest @ ..] = parts.as_slice() else {
        return Err(
            Problem::new("expected a side, a category and a condition").help("write it as `iprep:any,BadHosts,>,30;`")
        );
    };
    let side_read = Side::from_name(side.value).ok_or_else(|| {
        Problem::new(format!("`{}` is no side", side.value))
            .help("use src, dst, any or both")
            .at(side.span.range())
    })?;
    let reputation = env.reputation.as_ref().ok_or_else(|| {
        Problem::new("no reputation lists are loaded")
            .help("set reputation-categories-file and reputation-files in the configuration")
    })?;
    let number = reputation.category(category.value).ok_or_else(|| {
        Problem::new(format!("`{}` is no category", category.value))
            .help("categories are in reputation-categories-file")
            .at(category.span.range())
    })?;
    let condition = match rest {
        [word] if word.value == "isset" => Condition::Listed,
        [word] if word.value == "isnotset" => Condition::NotListed,
        [operator, score] if matches!(operator.value, "<" | ">" | "=" | "!=" | "<=" | ">=") => {
            let joined = format!("{}{}", operator.value, score.value);
            let read = integer::read(&Arg::new(&joined, arg.dialect), 127, Snort2Range::Inclusive);
            Condition::Score(read.map_err(|p| p.at(operator.span.to(score.span).range()))?)
        }
        _ => {
            return Err(
                Problem::new("the condition is none").help("end with isset, isnotset, or a comparison such as `>,30`")
            );
        }
    };
    Ok(Box::new(ReputationCheck {
        reputation: Arc::clone(reputation),
        side: side_read,
        category: number,
        condition,
    }))
}

impl Side {
    /// The side of that name.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "src" => Self::Source,
            "dst" => Self::Destination,
            "any" => Self::Any,
            "both" => Self::Both,
            _ => return None,
        })
    }

    /// Whether the addresses of this side satisfy `holds`; false without an IP header.
    pub(super) fn satisfies(self, context: &PacketContext<'_>, holds: impl Fn(std::net::IpAddr) -> bool) -> bool {
        let (src, dst) = (
            || context.packet.src().is_some_and(&holds),
            || context.packet.dst().is_some_and(&holds),
        );
        match self {
            Self::Source => src(),
            Self::Destination => dst(),
            Self::Any => src() || dst(),
            Self::Both => src() && dst(),
        }
    }
}

impl fmt::Debug for ReputationCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "iprep:{:?},{},{:?}", self.side, self.category, self.condition)
    }
}

impl PacketCheck for ReputationCheck {
    fn matches(&self, context: &PacketContext<'_>) -> bool {
        self.side.satisfies(context, |address| {
            let score = self.reputation.score(address, self.category);
            match self.condition {
                Condition::Listed => score.is_some(),
                Condition::NotListed => score.is_none(),
                Condition::Score(predicate) => score.is_some_and(|score| predicate.holds(score.into())),
            }
        })
    }

    fn ip_only_compatible(&self) -> bool {
        true
    }

    fn cost(&self) -> u8 {
        1
    }
}

#[cfg(test)]
mod tests {
    use rule_parser::Dialect;
    use testkit::layer::Udp;

    use super::*;
    use crate::keywords::sample::{between, check_with, env_with, meets};

    fn env() -> Env {
        let mut reputation = Reputation::default();
        reputation.read_categories("1,test,Testing").expect("categories");
        assert!(reputation.read_list("192.0.2.13,1,0\n192.0.2.14,1,100").is_empty());
        env_with(|env| env.reputation = Some(Arc::new(reputation)))
    }

    #[test]
    fn sides_and_conditions() {
        let env = env();
        let frame = between("192.0.2.13", "10.0.0.2").layer(Udp::new(1, 2)).build();
        let cases = [
            ("src,test,=,0", true),
            ("any,TEST,<,10", true),
            ("both,test,=,0", false),
            ("any,test,!=,1", true),
            ("dst,test,=,0", false),
            ("dst,test,isnotset", true),
            ("src,test,isset", true),
            ("any,test,>,0", false),
            ("both, test, isset", false),
        ];
        for (text, expected) in cases {
            assert_eq!(
                meets(&*check_with(&env, &IPREP, text, Dialect::Suricata).expect(text), &frame),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn lists_must_be_loaded_and_categories_known() {
        for text in [
            "any,test",
            "all,test,isset",
            "any,other,isset",
            "any,test,>,128",
            "any,test,~,1",
            "any,test,5",
        ] {
            assert!(check_with(&env(), &IPREP, text, Dialect::Suricata).is_err(), "{text}");
        }
        assert!(check_with(&Env::default(), &IPREP, "any,test,isset", Dialect::Suricata).is_err());
    }
}
