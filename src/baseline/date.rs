//! A day of the calendar.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

/// A day, in the Gregorian calendar and in coordinated universal time.
///
/// ```
/// use entra_conformance::baseline::Date;
/// let date: Date = "2024-02-29".parse().unwrap();
/// assert!(date > "2023-12-31".parse().unwrap());
/// assert_eq!(date.to_string(), "2024-02-29");
/// assert!("2023-02-29".parse::<Date>().is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// The day that this time is on.
    pub fn of(time: SystemTime) -> Date {
        let seconds = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let mut days = seconds / 86_400;
        let mut date = Date { year: 1970, month: 1, day: 1 };
        while days >= days_of_year(date.year) {
            days -= days_of_year(date.year);
            date.year += 1;
        }
        while days >= u64::from(days_of_month(date.year, date.month)) {
            days -= u64::from(days_of_month(date.year, date.month));
            date.month += 1;
        }
        date.day += days as u8;
        date
    }
}

fn is_leap_year(year: u16) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn days_of_year(year: u16) -> u64 {
    if is_leap_year(year) { 366 } else { 365 }
}

fn days_of_month(year: u16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap_year(year) => 29,
        2 => 28,
        _ => 31,
    }
}

impl std::str::FromStr for Date {
    type Err = String;

    fn from_str(text: &str) -> Result<Date, String> {
        let parts: Vec<&str> = text.split('-').collect();
        let number = |part: &str, digits: usize| {
            let is_number = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
            if is_number { part.parse::<u16>().ok() } else { None }
        };
        if let [year, month, day] = parts[..]
            && let (Some(year), Some(month), Some(day)) =
                (number(year, 4), number(month, 2), number(day, 2))
            && (1970..=9999).contains(&year)
            && (1..=12).contains(&month)
            && (1..=u16::from(days_of_month(year, month as u8))).contains(&day)
        {
            return Ok(Date { year, month: month as u8, day: day as u8 });
        }
        Err(format!("`{text}` is no day; expected year, month and day as in 2027-03-31"))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Date {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Date".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A day: year, month and day, as in 2027-03-31.",
            "type": "string",
            "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use std::time::Duration;

    #[rstest]
    #[case(0, "1970-01-01")]
    #[case(86_399, "1970-01-01")]
    #[case(86_400, "1970-01-02")]
    #[case(951_782_400, "2000-02-29")]
    #[case(1_709_164_800, "2024-02-29")]
    #[case(1_735_689_599, "2024-12-31")]
    #[case(1_735_689_600, "2025-01-01")]
    #[case(4_107_542_400, "2100-03-01")]
    fn the_day_of_a_time_is_known(#[case] seconds: u64, #[case] day: &str) {
        assert_eq!(Date::of(UNIX_EPOCH + Duration::from_secs(seconds)).to_string(), day);
    }

    #[rstest]
    #[case("2100-02-29")]
    #[case("2025-13-01")]
    #[case("2025-04-31")]
    #[case("2025-4-01")]
    #[case("2025-04-00")]
    #[case("25-04-01")]
    #[case("+025-04-01")]
    #[case("tomorrow")]
    fn what_is_no_day_is_refused(#[case] text: &str) {
        assert!(text.parse::<Date>().is_err());
    }
}
