//! What the texts of a configuration mean: switches, numbers, sizes, durations.
//!
//! Each function gives what the text means, or why it means nothing and what to write instead.

use std::str::FromStr;

/// `yes`, `no` and the other booleans of YAML 1.1, and `1` and `0`; upper or lower case.
pub(crate) fn flag(text: &str) -> Result<bool, String> {
    switch(text).ok_or_else(|| "write `yes` or `no`".to_owned())
}

/// A boolean, if it is one.
pub(crate) fn switch(text: &str) -> Option<bool> {
    let is_one_of = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is_one_of(&["yes", "true", "on", "y", "1"]) {
        Some(true)
    } else if is_one_of(&["no", "false", "off", "n", "0"]) {
        Some(false)
    } else {
        None
    }
}

/// A whole number that the type can hold.
pub(crate) fn number<T: FromStr + Bounded>(text: &str) -> Result<T, String> {
    text.trim()
        .parse()
        .map_err(|_| format!("write a whole number from 0 to {}", T::HIGHEST))
}

/// A size in bytes: `4096`, `1kb`, `64mb`, `1 MiB`, `2gb`; all units are powers of 1024, as in Suricata.
pub(crate) fn size<T: TryFrom<u64> + Bounded>(text: &str) -> Result<T, String> {
    let wrong = || "write a size such as 4096 (bytes), 64kb, 64mb or 1 GiB".to_owned();
    let (digits, unit) = split_unit(text);
    let shift = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 0,
        "kb" | "kib" | "k" => 10,
        "mb" | "mib" | "m" => 20,
        "gb" | "gib" | "g" => 30,
        _ => return Err(wrong()),
    };
    let bytes = scaled(digits, shift).ok_or_else(wrong)?;
    T::try_from(bytes).map_err(|_| format!("at most {} bytes are possible", T::HIGHEST))
}

/// A duration in whole seconds: `60`, `60s`, `2m`, `1h`, `1d`.
pub(crate) fn seconds(text: &str) -> Result<u32, String> {
    let wrong = || "write seconds such as 60, or 2m, 1h, 1d".to_owned();
    let (digits, unit) = split_unit(text);
    let factor = match unit {
        "" | "s" | "sec" => 1,
        "m" | "min" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return Err(wrong()),
    };
    let number: u32 = digits.parse().map_err(|_| wrong())?;
    number
        .checked_mul(factor)
        .ok_or_else(|| format!("at most {} seconds are possible", u32::MAX))
}

/// One of several words.
pub(crate) fn choice<T: Copy>(text: &str, words: &[(&str, T)]) -> Result<T, String> {
    let found = words.iter().find(|(word, _)| text.eq_ignore_ascii_case(word));
    found.map(|(_, value)| *value).ok_or_else(|| {
        let words: Vec<_> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
        match words.as_slice() {
            [first @ .., last] if !first.is_empty() => format!("write {} or {last}", first.join(", ")),
            words => format!("write {}", words.join(", ")),
        }
    })
}

/// Integers that know how far they go.
pub(crate) trait Bounded {
    /// The largest.
    const HIGHEST: u64;
}

macro_rules! bounded {
    ($($int:ty)*) => {
        $(impl Bounded for $int {
            const HIGHEST: u64 = <$int>::MAX as u64;
        })*
    };
}

bounded! { u8 u16 u32 u64 usize }

/// The number and the unit of a text.
fn split_unit(text: &str) -> (&str, &str) {
    let text = text.trim();
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    (number, unit.trim_start())
}

/// A decimal number times two to the `shift`, rounded down.
fn scaled(digits: &str, shift: u32) -> Option<u64> {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let whole = whole.parse::<u64>().ok()?.checked_mul(1 << shift)?;
    if fraction.is_empty() {
        return Some(whole);
    }
    // Nine digits are more than a size is written with; what follows is below a byte.
    let kept = fraction.get(..fraction.len().min(9))?;
    let part = u128::from(kept.parse::<u64>().ok()?) << shift;
    let part = part / 10u128.pow(u32::try_from(kept.len()).ok()?);
    whole.checked_add(u64::try_from(part).ok()?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sizes() {
        for (text, bytes) in [
            ("0", 0),
            ("4096", 4096),
            ("1kb", 1024),
            ("64mb", 64 << 20),
            ("64 MiB", 64 << 20),
            ("1.5 GiB", 3 << 29),
            (" 8KB ", 8192),
            ("0.001kb", 1),
        ] {
            assert_eq!(size::<u64>(text), Ok(bytes), "{text}");
        }
        for text in ["", "mb", "64 foo", "-1", "1e3", "1.2.3", "99999999999gb", "."] {
            assert!(size::<u64>(text).is_err(), "{text}");
        }
        assert_eq!(
            size::<u32>("4gb"),
            Err("at most 4294967295 bytes are possible".to_owned())
        );
    }

    #[test]
    fn durations() {
        assert_eq!(
            (seconds("60"), seconds("2m"), seconds("1 h"), seconds("1d")),
            (Ok(60), Ok(120), Ok(3600), Ok(86_400))
        );
        assert!(seconds("1.5").is_err() && seconds("1w").is_err() && seconds("4294967295h").is_err());
    }

    #[test]
    fn switches() {
        for (text, means) in [
            ("yes", true),
            ("Off", false),
            ("TRUE", true),
            ("0", false),
            ("n", false),
        ] {
            assert_eq!(flag(text), Ok(means));
        }
        assert_eq!(flag("auto"), Err("write `yes` or `no`".to_owned()));
    }

    #[test]
    fn words() {
        assert_eq!(choice("B", &[("a", 1), ("b", 2)]), Ok(2));
        assert_eq!(choice("c", &[("a", 1), ("b", 2)]), Err("write `a` or `b`".to_owned()));
    }

    #[test]
    fn numbers() {
        assert_eq!(number::<u8>("255"), Ok(255));
        assert_eq!(
            number::<u8>("256"),
            Err("write a whole number from 0 to 255".to_owned())
        );
    }

    proptest! {
        #[test]
        fn any_text_is_a_size_or_none(text in ".{0,24}") {
            let _ = size::<u64>(&text);
            let _ = seconds(&text);
        }

        #[test]
        fn whole_sizes_are_exact(n in 0u64..1 << 30) {
            prop_assert_eq!(size::<u64>(&format!("{n}kb")), Ok(n << 10));
        }
    }
}
