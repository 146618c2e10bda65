//! How Wix writes single values in JSON: enums that grow, times, and booleans and numbers that may come as text.

use jiff::fmt::temporal::DateTimePrinter;
use serde::{Deserialize, Deserializer, de};
use wixapp_core::clock::Timestamp;

/// Defines an enum of texts that keeps a value it does not know (`Unknown`) as it came. `in` names the public module
/// that it is used from, for its examples.
macro_rules! text_enum {
    ($(#[$doc:meta])* $name:ident in $module:literal { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(from = "String", into = "String")]
        pub enum $name {
            $($(#[$vdoc])* $variant,)+
            /// A value this version does not know, kept as it came.
            Unknown(String),
        }

        impl $name {
            /// The value as Wix writes it.
            ///
            /// # Example
            /// ```
            #[doc = concat!("use ", $module, "::", stringify!($name), ";")]
            $(#[doc = concat!(
                "assert_eq!(", stringify!($name), "::", stringify!($variant), ".as_str(), ", stringify!($text), ");"
            )])+
            /// ```
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self { $(Self::$variant => $text,)+ Self::Unknown(text) => text }
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                match text.as_str() { $($text => Self::$variant,)+ _ => Self::Unknown(text) }
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> String {
                value.as_str().to_owned()
            }
        }
    };
}
pub(crate) use text_enum;

/// Below this a bare number is taken for seconds, from here on for milliseconds: it is the year 5138 in the one and
/// 1973, before Wix, in the other.
const FIRST_MILLISECONDS: i64 = 100_000_000_000;

#[derive(Deserialize)]
#[serde(untagged)]
enum Scalar {
    Bool(bool),
    Int(i64),
    Text(String),
}

/// A time as RFC 3339 text or as seconds or milliseconds since the epoch, the latter also as text.
pub(crate) fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    optional_time(deserializer)?.ok_or_else(|| de::Error::custom("a time is empty"))
}

/// Like [`time`]; `null` and empty text are no time.
pub(crate) fn optional_time<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Timestamp>, D::Error> {
    let bad = || de::Error::custom("not a time");
    match Option::<Scalar>::deserialize(deserializer)? {
        None => Ok(None),
        Some(Scalar::Text(text)) if text.is_empty() => Ok(None),
        Some(Scalar::Text(text)) => match text.parse::<i64>() {
            Ok(number) => from_number(number).map(Some).ok_or_else(bad),
            Err(_) => text.parse().map(Some).map_err(|_| bad()),
        },
        Some(Scalar::Int(number)) => from_number(number).map(Some).ok_or_else(bad),
        Some(Scalar::Bool(_)) => Err(bad()),
    }
}

/// A time as JavaScript writes it: UTC, milliseconds, `Z`. Anything finer is cut off.
pub(crate) fn iso_millis(time: Timestamp) -> String {
    const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(3));
    let millis = Timestamp::from_millisecond(time.as_millisecond()).unwrap_or(time);
    PRINTER.timestamp_to_string(&millis)
}

fn from_number(number: i64) -> Option<Timestamp> {
    if number < FIRST_MILLISECONDS {
        Timestamp::from_second(number).ok()
    } else {
        Timestamp::from_millisecond(number).ok()
    }
}

/// A boolean, also as the text `true` or `false`; `null` is none.
pub(crate) fn optional_bool<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    match Option::<Scalar>::deserialize(deserializer)? {
        None => Ok(None),
        Some(Scalar::Bool(value)) => Ok(Some(value)),
        // Wix's package writes `cancelledDuringFreeTrial` as one of the two long words, its documentation as a boolean.
        Some(Scalar::Text(text)) if text == "true" || text == "DURING_FREE_TRIAL" => Ok(Some(true)),
        Some(Scalar::Text(text)) if text == "false" || text == "NOT_DURING_FREE_TRIAL" => Ok(Some(false)),
        Some(Scalar::Text(_) | Scalar::Int(_)) => Err(de::Error::custom("not a boolean")),
    }
}

/// A whole number, also as text.
pub(crate) fn integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let bad = || de::Error::custom("not a whole number");
    match Scalar::deserialize(deserializer)? {
        Scalar::Int(number) => Ok(number),
        Scalar::Text(text) => text.parse().map_err(|_| bad()),
        Scalar::Bool(_) => Err(bad()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[rstest::rstest]
    #[case(json!("2026-01-01T00:00:00.000Z"))]
    #[case(json!("2026-01-01T02:00:00+02:00"))]
    #[case(json!(1_767_225_600))]
    #[case(json!(1_767_225_600_000_i64))]
    #[case(json!("1767225600000"))]
    fn every_spelling_of_a_time_is_read(#[case] value: Value) {
        assert_eq!(time(value).unwrap().to_string(), "2026-01-01T00:00:00Z");
    }

    #[rstest::rstest]
    #[case(json!("yesterday"))]
    #[case(json!(true))]
    #[case(json!(1.5))]
    #[case(json!(i64::MAX))]
    #[case(json!([]))]
    #[case(json!(null))]
    #[case(json!(""))]
    fn what_is_no_time_is_refused(#[case] value: Value) {
        assert!(time(value).is_err());
    }

    #[rstest::rstest]
    #[case("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000Z")]
    #[case("2026-01-01T02:00:00.123456789+02:00", "2026-01-01T00:00:00.123Z")]
    fn times_are_written_as_javascript_does(#[case] time: &str, #[case] text: &str) {
        assert_eq!(iso_millis(time.parse().unwrap()), text);
    }

    #[test]
    fn booleans_and_numbers_may_be_text() {
        assert_eq!(optional_bool(json!("true")).unwrap(), Some(true));
        assert_eq!(optional_bool(json!(false)).unwrap(), Some(false));
        assert_eq!(optional_bool(json!(null)).unwrap(), None);
        assert!(optional_bool(json!("TRUE")).is_err() && optional_bool(json!(1)).is_err());
        assert_eq!((integer(json!("12")).unwrap(), integer(json!(12)).unwrap()), (12, 12));
        assert!(integer(json!("1e3")).is_err() && integer(json!(null)).is_err());
    }
}
