//! Moments, as Wix Data writes them.

use serde::de::Deserializer;
use serde::ser::{SerializeMap as _, Serializer};
use serde::{Deserialize, Serialize};
use wixapp_core::clock::Timestamp;

use crate::wire;

/// A moment in a field of an item: `{"$date": "2026-01-01T00:00:00.000Z"}`.
///
/// Wix keeps milliseconds; anything finer is cut off when a date is made. A plain [`Timestamp`] in a struct would be
/// stored as text, which neither sorts nor compares with dates.
///
/// # Example
/// ```
/// use wixapp_platform::data::Date;
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct Post { title: String, publish_at: Date }
/// let post = Post { title: "Hello".into(), publish_at: Date::new("2026-01-01T00:00:00Z".parse().unwrap()) };
/// let json = serde_json::to_value(&post).unwrap();
/// assert_eq!(json["publish_at"]["$date"], "2026-01-01T00:00:00.000Z");
/// assert_eq!(serde_json::from_value::<Post>(json).unwrap().publish_at, post.publish_at);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(Timestamp);

impl Date {
    /// The moment, to the millisecond.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::Date;
    /// let date = Date::new("2026-01-01T00:00:00.123456Z".parse().unwrap());
    /// assert_eq!(date.timestamp().to_string(), "2026-01-01T00:00:00.123Z");
    /// ```
    #[must_use]
    pub fn new(at: Timestamp) -> Self {
        Self(Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at))
    }

    /// The moment.
    ///
    /// # Example
    /// ```
    /// let at = "2026-01-01T00:00:00Z".parse().unwrap();
    /// assert_eq!(wixapp_platform::data::Date::new(at).timestamp(), at);
    /// ```
    #[must_use]
    pub fn timestamp(self) -> Timestamp {
        self.0
    }
}

impl From<Timestamp> for Date {
    fn from(at: Timestamp) -> Self {
        Self::new(at)
    }
}

impl From<Date> for Timestamp {
    fn from(date: Date) -> Self {
        date.0
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry("$date", &wire::iso_millis(self.0))?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Wire {
            #[serde(rename = "$date", deserialize_with = "wire::time")]
            at: Timestamp,
        }
        Wire::deserialize(deserializer).map(|wire| Self::new(wire.at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    #[rstest::rstest]
    #[case(json!("2026-01-01T00:00:00Z"))]
    #[case(json!({"$date": "soon"}))]
    #[case(json!({"$date": null}))]
    #[case(json!({"date": "2026-01-01T00:00:00Z"}))]
    #[case(json!(null))]
    fn what_is_no_date_is_refused(#[case] value: Value) {
        assert!(serde_json::from_value::<Date>(value).is_err());
    }

    proptest! {
        #[test]
        fn every_date_is_read_as_it_was_written(ms in -62_135_596_800_000_i64..253_402_207_200_000) {
            let date = Date::new(Timestamp::from_millisecond(ms).unwrap());
            let json = serde_json::to_value(date).unwrap();
            let text = json["$date"].as_str().unwrap();
            prop_assert!(text.len() == 24 && text.ends_with('Z'), "{text}");
            prop_assert_eq!(serde_json::from_value::<Date>(json.clone()).unwrap(), date);
        }
    }
}
