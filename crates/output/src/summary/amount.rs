//! Amounts as people read them.

use std::fmt;

use engine::eve::civil;
use packet::Timestamp;

/// A number with thousands separators: `1,234,567`.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Bytes in units of a thousand: `495.3 MB`.
pub(super) struct Bytes(pub u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut unit = 1u64;
        let mut names = ["bytes", "kB", "MB", "GB", "TB"].into_iter();
        let mut name = names.next().unwrap_or_default();
        // A unit is left where it would show 1000.0 of it.
        for next in names {
            if self.0 < (unit * 1000).saturating_sub(unit / 20) {
                break;
            }
            (unit, name) = (unit * 1000, next);
        }
        if unit == 1 {
            return write!(f, "{} {}", self.0, if self.0 == 1 { "byte" } else { name });
        }
        let tenths = (u128::from(self.0) * 10 + u128::from(unit) / 2) / u128::from(unit);
        write!(f, "{}.{} {name}", tenths / 10, tenths % 10)
    }
}

/// A time in UTC, to the second.
pub(super) struct Moment(pub Timestamp);

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.secs();
        let (year, month, day) = civil(seconds.div_euclid(86_400));
        let of_day = seconds.rem_euclid(86_400);
        write!(
            f,
            "{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02}",
            of_day / 3600,
            of_day / 60 % 60,
            of_day % 60
        )
    }
}

/// The time between two, in the two largest units.
pub(super) struct Span(pub Timestamp, pub Timestamp);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = |t: Timestamp| i128::from(t.secs()) * 1_000_000 + i128::from(t.micros());
        let span = micros(self.1) - micros(self.0);
        let (sign, span) = (if span < 0 { "-" } else { "" }, span.unsigned_abs());
        let (seconds, millis) = (span / 1_000_000, span / 1000 % 1000);
        let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
        match (days, hours, minutes) {
            (0, 0, 0) => write!(f, "{sign}{seconds}.{millis:03} s"),
            (0, 0, _) => write!(f, "{sign}{minutes} min {} s", seconds % 60),
            (0, _, _) => write!(f, "{sign}{hours} h {minutes} min"),
            _ => write!(f, "{sign}{days} d {hours} h"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bytes_have_units() {
        let text = |n| Bytes(n).to_string();
        assert_eq!(
            (text(0), text(1), text(999)),
            ("0 bytes".to_owned(), "1 byte".to_owned(), "999 bytes".to_owned())
        );
        assert_eq!(
            (text(1000), text(1550), text(999_949)),
            ("1.0 kB".to_owned(), "1.6 kB".to_owned(), "999.9 kB".to_owned())
        );
        assert_eq!(
            (text(999_950), text(495_300_000)),
            ("1.0 MB".to_owned(), "495.3 MB".to_owned())
        );
        assert_eq!(text(u64::MAX), "18446744.1 TB");
    }

    #[test]
    fn spans_have_two_units() {
        let text = |seconds: i64, nanos| Span(Timestamp::new(5, 0), Timestamp::new(5 + seconds, nanos)).to_string();
        assert_eq!(
            (text(0, 1_000_000), text(59, 0)),
            ("0.001 s".to_owned(), "59.000 s".to_owned())
        );
        assert_eq!(
            (text(794, 0), text(7322, 0), text(90_000, 0)),
            ("13 min 14 s".to_owned(), "2 h 2 min".to_owned(), "1 d 1 h".to_owned())
        );
        assert_eq!(text(-2, 0), "-2.000 s");
    }

    proptest! {
        #[test]
        fn separators_change_nothing_else(n: u64) {
            let text = grouped(n);
            prop_assert_eq!(text.replace(',', ""), n.to_string());
            prop_assert!(text.rsplit(',').skip(1).all(|part| part.len() <= 3 && !part.is_empty()));
            prop_assert!(text.rsplit(',').all(|part| part.len() == 3) || text.split(',').skip(1).all(|part| part.len() == 3));
        }
    }
}
