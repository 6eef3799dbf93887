//! Dates of certificates: as EVE writes them, and as rules do.

/// Seconds since 1970 as `2015-02-12T18:07:27`.
pub(super) fn written(seconds: i64) -> String {
    let days = seconds.div_euclid(DAY);
    let time = seconds.rem_euclid(DAY);
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (
        time.div_euclid(3600),
        time.div_euclid(60).rem_euclid(60),
        time.rem_euclid(60),
    );
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
}

/// Reads `2015`, `2015-10`, `2015-10-22`, `2015-10-22T23`, `...T23:59`, `...T23:59:59`, or seconds since 1970.
pub(super) fn read(text: &str) -> Option<i64> {
    if text.bytes().all(|b| b.is_ascii_digit()) && text.len() != 4 {
        return text.parse().ok();
    }
    let (date, time) = text
        .split_once(['T', ' '])
        .map_or((text, None), |(date, time)| (date, Some(time)));
    let mut date = date.split('-');
    let year = field(date.next()?, 4, 1970, 9999)?;
    let month = date.next().map_or(Some(1), |text| field(text, 2, 1, 12))?;
    let day = date.next().map_or(Some(1), |text| field(text, 2, 1, 31))?;
    if date.next().is_some() {
        return None;
    }
    let mut time = time.unwrap_or("00").split(':');
    let hour = field(time.next()?, 2, 0, 23)?;
    let minute = time.next().map_or(Some(0), |text| field(text, 2, 0, 59))?;
    let second = time.next().map_or(Some(0), |text| field(text, 2, 0, 60))?;
    if time.next().is_some() {
        return None;
    }
    let of_day = hour
        .saturating_mul(3600)
        .saturating_add(minute.saturating_mul(60))
        .saturating_add(second);
    Some(days(year, month, day).saturating_mul(DAY).saturating_add(of_day))
}

fn field(text: &str, digits: usize, least: i64, most: i64) -> Option<i64> {
    let plain = text.len() == digits && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|n| plain && (least..=most).contains(n))
}

/// The day of a number of days since 1970-01-01, in the proleptic Gregorian calendar; years begin in March here, so
/// that the leap day is the last.
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days.saturating_add(719_468);
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let leaps = of_era
        .saturating_sub(of_era.div_euclid(1460))
        .saturating_add(of_era.div_euclid(36_524))
        .saturating_sub(of_era.div_euclid(146_096));
    let year_of_era = leaps.div_euclid(365);
    let before = year_of_era
        .saturating_mul(365)
        .saturating_add(year_of_era.div_euclid(4))
        .saturating_sub(year_of_era.div_euclid(100));
    let of_year = of_era.saturating_sub(before);
    let shifted_month = of_year.saturating_mul(5).saturating_add(2).div_euclid(153);
    let first = shifted_month.saturating_mul(153).saturating_add(2).div_euclid(5);
    let day = of_year.saturating_sub(first).saturating_add(1);
    let month = if shifted_month < 10 {
        shifted_month.saturating_add(3)
    } else {
        shifted_month.saturating_sub(9)
    };
    let year = year_of_era.saturating_add(era.saturating_mul(400));
    (year.saturating_add(i64::from(month <= 2)), month, day)
}

/// The number of days since 1970-01-01 of a day.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year.saturating_sub(i64::from(month <= 2));
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted_month = if month > 2 {
        month.saturating_sub(3)
    } else {
        month.saturating_add(9)
    };
    let of_year = shifted_month
        .saturating_mul(153)
        .saturating_add(2)
        .div_euclid(5)
        .saturating_add(day)
        .saturating_sub(1);
    let of_era = year_of_era
        .saturating_mul(365)
        .saturating_add(year_of_era.div_euclid(4))
        .saturating_sub(year_of_era.div_euclid(100))
        .saturating_add(of_year);
    era.saturating_mul(146_097)
        .saturating_add(of_era)
        .saturating_sub(719_468)
}

const DAY: i64 = 86_400;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_as_they_are_read() {
        for text in [
            "1970-01-01T00:00:00",
            "2000-02-29T23:59:59",
            "2015-02-12T18:07:27",
            "2100-03-01T00:00:00",
        ] {
            assert_eq!(read(text).map(written).as_deref(), Some(text));
        }
        assert_eq!(read("2015-10").map(written).as_deref(), Some("2015-10-01T00:00:00"));
        assert_eq!(read("1444444444"), Some(1_444_444_444));
        assert_eq!(
            read("2015-10-22 23:59").map(written).as_deref(),
            Some("2015-10-22T23:59:00")
        );
    }

    #[test]
    fn what_is_no_date() {
        for text in [
            "",
            "2015-13-01",
            "15",
            "2015-1-1",
            "2015-10-22T24",
            "2015-10-22T23:59:59:00",
            "x",
        ] {
            assert!(read(text).is_none_or(|_| text == "15"), "{text}");
        }
    }
}
