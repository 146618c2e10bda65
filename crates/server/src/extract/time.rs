//! Times in a query, refused in words a person understands.

use jiff::civil::Date;
use serde::Deserialize;
use wixapp_core::clock::Timestamp;

/// A moment in a query, for example `2026-03-01T00:00:00Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Moment(pub Timestamp);

impl TryFrom<String> for Moment {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(Self).map_err(|_| "it must be a moment such as `2026-03-01T00:00:00Z`")
    }
}

/// A day in a query, for example `2026-03-01`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Day(pub Date);

impl TryFrom<String> for Day {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        // The parser takes other forms as well; one is enough.
        let day = text.parse::<Date>().ok().filter(|day| day.to_string() == text);
        day.map(Self).ok_or("it must be a day such as `2026-03-01`")
    }
}
