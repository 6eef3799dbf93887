//! `dcerpc.iface`: which interface a request is for.

use engine::keyword::{Arg, Keyword, Kind, Parsed, Problem};
use engine::rule::{IntPredicate, TxCheck, TxContext, TxPlace};

use super::keywords::{PLACES, call_of};
use super::pdu;
use super::uuid::Uuid;

/// `dcerpc.iface`: which interface a request is for.
pub static DCERPC_IFACE: Keyword = Keyword {
    name: "dcerpc.iface",
    aliases: &["dce_iface"],
    summary: "the interface that a request is for",
    docs: "A condition on the interface of a DCERPC request, by its identifier; after a comma, on its major version \
           (`=1`, `<5`, `>5`, `!5`); then perhaps `any_frag`: an interface counts that was not asked for in the \
           first fragment of a bind. The server must have accepted the interface. Over TCP, UDP and SMB. Snort 3 \
           writes `uuid ...`, `version <5` and `any_frag`.",
    example: "alert tcp any any -> any any (msg:\"a\"; dcerpc.iface:367abb81-9844-35f1-ad32-98f038001003,=2; sid:1;)",
    deviation: None,
    kind: Kind::Transaction(|_, arg| Ok(Box::new(read(arg)?))),
};

/// What is asked of the interface.
#[derive(Debug, PartialEq, Eq)]
struct Iface {
    uuid: Uuid,
    version: Option<IntPredicate>,
    any_fragment: bool,
}

impl TxCheck for Iface {
    fn places(&self) -> &[TxPlace] {
        PLACES
    }

    fn matches(&self, context: &TxContext<'_>) -> bool {
        let Some(call) = call_of(context.tx) else { return false };
        call.asked == Some(pdu::Kind::REQUEST)
            && call.interfaces.iter().any(|interface| {
                interface.uuid == self.uuid
                    && interface.result.is_some_and(|(result, _)| result == 0)
                    && (self.any_fragment || interface.first_fragment)
                    && self
                        .version
                        .is_none_or(|version| version.holds(interface.version.0.into()))
            })
    }

    fn retried(&self) -> bool {
        true
    }
}

fn read(arg: &Arg<'_>) -> Parsed<Iface> {
    let mut parts = arg.unquoted()?.split(',').map(str::trim);
    let first = parts.next().unwrap_or_default();
    let text = first.strip_prefix("uuid ").map_or(first, str::trim);
    let uuid = Uuid::parse(text).ok_or_else(|| {
        Problem::new(format!("`{text}` is no identifier of an interface"))
            .help("write it as 367abb81-9844-35f1-ad32-98f038001003")
    })?;
    let mut iface = Iface {
        uuid,
        version: None,
        any_fragment: false,
    };
    for part in parts {
        if part == "any_frag" {
            iface.any_fragment = true;
        } else if iface.version.is_none() && !iface.any_fragment {
            iface.version = Some(version(part.strip_prefix("version ").map_or(part, str::trim))?);
        } else {
            return Err(Problem::new(format!("`{part}` is too much")).help("write `uuid,version,any_frag`"));
        }
    }
    Ok(iface)
}

fn version(text: &str) -> Parsed<IntPredicate> {
    let wrong = || Problem::new(format!("`{text}` is no condition on a version")).help("write =1, !1, <1 or >1");
    let (make, digits): (fn(u64) -> IntPredicate, &str) = match text.split_at_checked(1) {
        Some(("=", rest)) => (IntPredicate::Eq, rest),
        Some(("!", rest)) => (IntPredicate::Ne, rest),
        Some(("<", rest)) => (IntPredicate::Lt, rest),
        Some((">", rest)) => (IntPredicate::Gt, rest),
        _ => return Err(wrong()),
    };
    let number: u16 = digits.trim().parse().map_err(|_| wrong())?;
    Ok(make(number.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rule_parser::Dialect;

    fn value(text: &str) -> Parsed<Iface> {
        read(&Arg::new(text, Dialect::Suricata))
    }

    #[test]
    fn both_ways_to_write_it() {
        let uuid = "367abb81-9844-35f1-ad32-98f038001003";
        let plain = value(uuid).expect("an interface");
        assert_eq!((plain.version, plain.any_fragment), (None, false));
        let snort = value(&format!("uuid {uuid}, version <4, any_frag")).expect("an interface");
        assert_eq!((snort.version, snort.any_fragment), (Some(IntPredicate::Lt(4)), true));
        assert_eq!(value(&format!("{uuid},<4,any_frag")).expect("an interface"), snort);
        for wrong in [
            "",
            "367abb81",
            &format!("{uuid},4"),
            &format!("{uuid},=70000"),
            &format!("{uuid},any_frag,=1"),
        ] {
            assert!(value(wrong).is_err(), "{wrong}");
        }
    }
}
