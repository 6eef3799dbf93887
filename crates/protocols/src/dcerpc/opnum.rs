//! `dcerpc.opnum`: which operation a request is for.

use engine::keyword::{Arg, Keyword, Kind, Parsed, Problem};
use engine::rule::{TxCheck, TxContext, TxPlace};

use super::keywords::{PLACES, call_of};
use super::pdu;

/// `dcerpc.opnum`: which operation a request is for.
pub static DCERPC_OPNUM: Keyword = Keyword {
    name: "dcerpc.opnum",
    aliases: &["dce_opnum"],
    summary: "the operation that a request is for",
    docs: "A condition on the number of the operation of a DCERPC request: one number, or several and ranges, which \
           include their ends: `15`, `12, 14, 20-25`. Over TCP, UDP and SMB.",
    example: "alert tcp any any -> any any (msg:\"a\"; dcerpc.opnum:15,20-25; sid:1;)",
    deviation: None,
    kind: Kind::Transaction(|_, arg| Ok(Box::new(read(arg)?))),
};

/// Ranges of operations, with both ends.
#[derive(Debug, PartialEq, Eq)]
struct Opnum(Vec<(u16, u16)>);

impl TxCheck for Opnum {
    fn places(&self) -> &[TxPlace] {
        PLACES
    }

    fn matches(&self, context: &TxContext<'_>) -> bool {
        call_of(context.tx)
            .filter(|call| call.asked == Some(pdu::Kind::REQUEST))
            .is_some_and(|call| self.0.iter().any(|(low, high)| (*low..=*high).contains(&call.opnum)))
    }
}

fn read(arg: &Arg<'_>) -> Parsed<Opnum> {
    let mut ranges = Vec::new();
    for part in arg.unquoted()?.split(',').map(str::trim) {
        let (low, high) = part.split_once('-').unwrap_or((part, part));
        match (low.trim().parse::<u16>(), high.trim().parse::<u16>()) {
            (Ok(low), Ok(high)) if low <= high => ranges.push((low, high)),
            _ => {
                return Err(Problem::new(format!("`{part}` is no operation"))
                    .help("write numbers up to 65535, or ranges of them: 12,14,20-25"));
            }
        }
    }
    Ok(Opnum(ranges))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rule_parser::Dialect;

    #[test]
    fn numbers_and_ranges() {
        let value = |text| read(&Arg::new(text, Dialect::Suricata));
        assert_eq!(value("15"), Ok(Opnum(vec![(15, 15)])));
        assert_eq!(value("\"1, 3-7\""), Ok(Opnum(vec![(1, 1), (3, 7)])));
        for wrong in ["", "a", "7-3", "1,,2", "65536"] {
            assert!(value(wrong).is_err(), "{wrong}");
        }
    }
}
