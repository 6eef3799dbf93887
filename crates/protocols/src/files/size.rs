//! `filesize`: how large a file is.

use engine::app_layer::{File, FileState};
use engine::keyword::{Arg, Keyword, Kind, Parsed, Problem};
use engine::rule::{IntPredicate, TxCheck, TxContext, TxPlace};

use super::{FILES, files_of};

/// `filesize`.
pub static FILESIZE: Keyword = Keyword {
    name: "filesize",
    aliases: &[],
    summary: "how large a file is",
    docs: "How large a file is: `filesize:100`, `<100`, `>10MB`, `100<>1KB` (neither of the two is included). In bytes, or in KB, \
           MB or GB of 1,024. A file is looked at when it is over; one that was cut off, only whether it is larger than something.",
    example: "alert http any any -> any any (msg:\"large\"; filesize:>10MB; sid:1;)",
    deviation: None,
    kind: Kind::Transaction(|_, arg| Ok(Box::new(FileSize(read(arg)?)))),
};

#[derive(Debug)]
struct FileSize(IntPredicate);

impl FileSize {
    fn holds(&self, file: &File) -> bool {
        match (file.state, &self.0) {
            (FileState::Closed, predicate) => predicate.holds(file.size),
            // Suricata: of a file that is not whole it is known that it was at least so large.
            (FileState::Truncated | FileState::Error, predicate @ (IntPredicate::Gt(_) | IntPredicate::Ge(_))) => {
                predicate.holds(file.size)
            }
            _ => false,
        }
    }
}

impl TxCheck for FileSize {
    fn places(&self) -> &[TxPlace] {
        FILES
    }

    fn matches(&self, context: &TxContext<'_>) -> bool {
        files_of(context).is_some_and(|files| files.iter().any(|file| self.holds(file)))
    }

    fn fits_file(&self, file: &File) -> bool {
        self.holds(file)
    }

    fn retried(&self) -> bool {
        true
    }
}

/// A condition on a number, each part of which may have a unit.
fn read(arg: &Arg<'_>) -> Parsed<IntPredicate> {
    let text = arg.unquoted()?.trim();
    if let Some((low, high)) = text.split_once("<>").or_else(|| text.split_once('-')) {
        let (low, high) = (size(low)?, size(high)?);
        return match (low.checked_add(1), high.checked_sub(1)) {
            (Some(from), Some(to)) if from <= to => Ok(IntPredicate::Within(from, to)),
            _ => Err(Problem::new(
                "there is nothing between the two, which are not included themselves",
            )),
        };
    }
    for (sign, make) in SIGNS {
        if let Some(rest) = text.strip_prefix(sign) {
            return Ok(make(size(rest)?));
        }
    }
    size(text).map(IntPredicate::Eq)
}

/// The signs before a number, longer ones first.
const SIGNS: &[(&str, fn(u64) -> IntPredicate)] = &[
    ("<=", IntPredicate::Le),
    (">=", IntPredicate::Ge),
    ("!=", IntPredicate::Ne),
    ("<", IntPredicate::Lt),
    (">", IntPredicate::Gt),
    ("!", IntPredicate::Ne),
    ("=", IntPredicate::Eq),
];

/// A number with or without a unit.
fn size(text: &str) -> Parsed<u64> {
    let text = text.trim();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == ' ');
    let unit = text.get(digits.len()..).unwrap_or_default().trim();
    let factor: u64 = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" | "kib" => 1 << 10,
        "m" | "mb" | "mib" => 1 << 20,
        "g" | "gb" | "gib" => 1 << 30,
        _ => return Err(Problem::new(format!("`{unit}` is no unit")).help("use KB, MB or GB")),
    };
    let number: Option<u64> = digits.parse().ok();
    number.and_then(|n| n.checked_mul(factor)).ok_or_else(|| {
        Problem::new(format!("`{text}` is no size")).help("write a number, with KB, MB or GB behind it or not")
    })
}

#[cfg(test)]
mod tests {
    use rule_parser::Dialect;

    use super::*;

    fn predicate(text: &str) -> Parsed<IntPredicate> {
        read(&Arg::new(text, Dialect::Suricata))
    }

    #[test]
    fn sizes_have_units() {
        assert_eq!(predicate("100"), Ok(IntPredicate::Eq(100)));
        assert_eq!(predicate(">10MB"), Ok(IntPredicate::Gt(10 << 20)));
        assert_eq!(predicate("100 <> 2KB"), Ok(IntPredicate::Within(101, 2047)));
        assert!(predicate("5<>6").is_err() && predicate("10 ells").is_err());
    }

    #[test]
    fn a_truncated_file_was_at_least_as_large() {
        let mut file = File::default();
        file.size = 100;
        assert!(!FileSize(IntPredicate::Gt(99)).holds(&file));
        let mut cut = File::default();
        cut.size = 100;
        cut.state = FileState::Truncated;
        assert!(FileSize(IntPredicate::Gt(99)).holds(&cut));
        assert!(!FileSize(IntPredicate::Eq(100)).holds(&cut));
        file.state = FileState::Closed;
        assert!(FileSize(IntPredicate::Eq(100)).holds(&file));
    }
}
