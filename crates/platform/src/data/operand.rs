//! What a field is compared with, or set to.

use serde::Serialize;
use serde_json::Value;
use wixapp_core::clock::Timestamp;

use super::date::Date;

/// A value that a field is compared with or set to.
///
/// Text, numbers, booleans, [`Timestamp`]s (as dates), `Option`s (`None` is an empty field) and [`Value`]s convert into
/// it; [`Operand::json`] makes one of anything else. What cannot be written as JSON, such as a number that is not
/// finite, makes the call that uses it fail before it is sent.
///
/// # Example
/// ```
/// use wixapp_platform::data::{Conditions as _, Filter};
/// let filter = Filter::new().eq("title", "Hello").gt("likes", 3).eq("archived_at", None::<&str>);
/// assert_eq!(filter.to_json()?.to_string(), r#"{"archived_at":null,"likes":{"$gt":3},"title":"Hello"}"#);
/// assert!(Filter::new().eq("likes", f64::NAN).to_json().unwrap_err().is_malformed());
/// # Ok::<(), wixapp_platform::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Operand(pub(super) Result<Value, &'static str>);

impl Operand {
    /// Any value that serde can write.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::data::{Operand, Patch};
    /// #[derive(serde::Serialize)]
    /// struct Address { city: String }
    /// let patch = Patch::new().set("address", Operand::json(&Address { city: "Kyiv".into() }));
    /// ```
    #[must_use]
    pub fn json(value: &(impl Serialize + ?Sized)) -> Self {
        Self(serde_json::to_value(value).map_err(|_| "a value cannot be written as JSON"))
    }

    /// Whether the platform can say which of two is greater.
    pub(super) fn is_comparable(&self) -> bool {
        match &self.0 {
            Ok(Value::String(_) | Value::Number(_) | Value::Bool(_)) => true,
            Ok(value) => is_date(value),
            // Its own fault is told instead.
            Err(_) => true,
        }
    }

    /// The value as one that is compared. An object whose names begin with `$` would be taken for operators: with a
    /// value from outside, somebody else would write the filter.
    pub(super) fn literal(self) -> Result<Value, &'static str> {
        let value = self.0?;
        match &value {
            Value::Object(fields) if !is_date(&value) && fields.keys().any(|name| name.starts_with('$')) => {
                Err("a value holds an operator")
            }
            _ => Ok(value),
        }
    }
}

fn is_date(value: &Value) -> bool {
    value
        .as_object()
        .is_some_and(|fields| fields.len() == 1 && fields.get("$date").is_some_and(Value::is_string))
}

macro_rules! from_plain {
    ($($of:ty),+) => {
        $(impl From<$of> for Operand {
            fn from(value: $of) -> Self {
                Self(Ok(value.into()))
            }
        })+
    };
}

from_plain!(Value, &str, String, bool, i8, i16, i32, i64, u8, u16, u32, u64);

impl From<&String> for Operand {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

impl From<&Value> for Operand {
    fn from(value: &Value) -> Self {
        value.clone().into()
    }
}

impl From<f64> for Operand {
    fn from(number: f64) -> Self {
        Self(serde_json::Number::from_f64(number).map(Value::Number).ok_or("a number is not finite"))
    }
}

impl From<f32> for Operand {
    fn from(number: f32) -> Self {
        f64::from(number).into()
    }
}

impl From<Timestamp> for Operand {
    fn from(at: Timestamp) -> Self {
        Date::new(at).into()
    }
}

impl From<Date> for Operand {
    fn from(date: Date) -> Self {
        Self::json(&date)
    }
}

impl<O: Into<Self>> From<Option<O>> for Operand {
    fn from(value: Option<O>) -> Self {
        value.map_or(Self(Ok(Value::Null)), Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[rstest::rstest]
    #[case("a".into(), json!("a"))]
    #[case(String::from("a").into(), json!("a"))]
    #[case(true.into(), json!(true))]
    #[case(u64::MAX.into(), json!(u64::MAX))]
    #[case((-3_i64).into(), json!(-3))]
    #[case(1.5_f32.into(), json!(1.5))]
    #[case(None::<i32>.into(), json!(null))]
    #[case(Some(2).into(), json!(2))]
    #[case("2026-01-01T00:00:00.1239Z".parse::<Timestamp>().unwrap().into(), json!({"$date": "2026-01-01T00:00:00.123Z"}))]
    fn values_are_written_as_wix_does(#[case] operand: Operand, #[case] json: Value) {
        assert_eq!(operand.literal(), Ok(json));
    }

    #[rstest::rstest]
    #[case(f64::NAN.into())]
    #[case(f64::NEG_INFINITY.into())]
    #[case(Operand::json(&std::collections::BTreeMap::from([((1, 2), 3)])))]
    #[case(json!({"$ne": null}).into())]
    #[case(json!({"$date": "2026-01-01T00:00:00Z", "$gt": 1}).into())]
    #[case(json!({"$date": {"$gt": 1}}).into())]
    fn what_is_no_value_is_refused(#[case] operand: Operand) {
        assert!(operand.literal().is_err());
    }
}
