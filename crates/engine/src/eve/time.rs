//! Times as EVE writes them.

use std::fmt;

use packet::Timestamp;
use serde::{Serialize, Serializer};

/// A time in UTC, with microseconds: `2026-01-31T12:00:00.000001+0000`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rfc3339(pub Timestamp);

impl Rfc3339 {
    // PERF: every record has at least one, and `write!` takes ten times as long.
    fn text(self) -> [u8; 31] {
        let seconds = self.0.secs();
        // Years have four digits: nanoseconds in 64 bits end in 2262.
        let (year, month, day) = civil(seconds.div_euclid(86_400));
        let of_day = seconds.rem_euclid(86_400);
        let mut text = *b"0000-00-00T00:00:00.000000+0000";
        put(&mut text[..4], year);
        put(&mut text[5..7], month);
        put(&mut text[8..10], day);
        put(&mut text[11..13], of_day / 3600);
        put(&mut text[14..16], of_day / 60 % 60);
        put(&mut text[17..19], of_day % 60);
        put(&mut text[20..26], i64::from(self.0.micros()));
        text
    }
}

impl fmt::Display for Rfc3339 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(str::from_utf8(&self.text()).unwrap_or_default())
    }
}

impl Serialize for Rfc3339 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(str::from_utf8(&self.text()).unwrap_or_default())
    }
}

/// Writes a number into the place it has, with zeros in front.
fn put(place: &mut [u8], mut number: i64) {
    for digit in place.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

/// Year, month and day of a day counted from 1970-01-01, in the proleptic Gregorian calendar.
pub fn civil(days: i64) -> (i64, i64, i64) {
    // The year begins in March here, so that the leap day is its last; eras are 400 years of 146,097 days.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_moments() {
        let text = |s: i64, us: i64| Rfc3339(Timestamp::new(s, us * 1000)).to_string();
        let end = |nanos| Rfc3339(Timestamp(nanos)).to_string();
        assert_eq!(text(0, 0), "1970-01-01T00:00:00.000000+0000");
        assert_eq!(text(951_782_399, 5), "2000-02-28T23:59:59.000005+0000");
        assert_eq!(text(951_782_400, 0), "2000-02-29T00:00:00.000000+0000");
        assert_eq!(text(1_795_478_400, 999_999), "2026-11-24T00:00:00.999999+0000");
        assert_eq!(text(-1, 0), "1969-12-31T23:59:59.000000+0000");
        assert_eq!(end(i64::MAX), "2262-04-11T23:47:16.854775+0000");
        assert_eq!(end(i64::MIN), "1677-09-21T00:12:43.145224+0000");
    }
}
