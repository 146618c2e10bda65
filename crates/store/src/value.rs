//! The few kinds of value both databases share: whole numbers, texts and nothing.

use std::str::FromStr;

use wixapp_core::clock::{Timestamp, from_micros, to_micros};
use wixapp_core::{Credits, clock};

use crate::error::{Error, inconsistent};

/// A value that goes into or comes out of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Null,
    Int(i64),
    Text(String),
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<Credits> for Value {
    fn from(credits: Credits) -> Self {
        Self::Int(credits.get())
    }
}

impl From<Timestamp> for Value {
    fn from(at: Timestamp) -> Self {
        Self::Int(to_micros(at))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

macro_rules! from_id {
    ($($id:ty),+) => { $(impl From<&$id> for Value {
        fn from(id: &$id) -> Self {
            Self::Text(id.as_str().to_owned())
        }
    })+ };
}
from_id!(
    wixapp_core::InstanceId,
    wixapp_core::PlanId,
    wixapp_core::EntryId,
    wixapp_core::GrantId,
    wixapp_core::HoldId,
    wixapp_core::JobGroupId,
    wixapp_core::JobId,
    wixapp_core::DeliveryId,
    wixapp_core::CheckoutId
);

/// One row of an answer, read column by column from the left.
#[derive(Debug)]
pub(crate) struct Row {
    values: std::vec::IntoIter<Value>,
}

impl Row {
    pub(crate) fn new(values: Vec<Value>) -> Self {
        Self { values: values.into_iter() }
    }

    fn take(&mut self) -> Result<Value, Error> {
        self.values.next().ok_or_else(|| Error::Inconsistent("a row with too few columns".to_owned()))
    }

    pub(crate) fn int(&mut self) -> Result<i64, Error> {
        match self.take()? {
            Value::Int(number) => Ok(number),
            other @ (Value::Null | Value::Text(_)) => Err(inconsistent("a number", &format!("{other:?}"))),
        }
    }

    pub(crate) fn text(&mut self) -> Result<String, Error> {
        match self.take()? {
            Value::Text(text) => Ok(text),
            other @ (Value::Null | Value::Int(_)) => Err(inconsistent("a text", &format!("{other:?}"))),
        }
    }

    pub(crate) fn maybe_int(&mut self) -> Result<Option<i64>, Error> {
        match self.take()? {
            Value::Null => Ok(None),
            Value::Int(number) => Ok(Some(number)),
            Value::Text(text) => Err(inconsistent("a number", &text)),
        }
    }

    pub(crate) fn maybe_text(&mut self) -> Result<Option<String>, Error> {
        match self.take()? {
            Value::Null => Ok(None),
            Value::Text(text) => Ok(Some(text)),
            Value::Int(number) => Err(inconsistent("a text", &number.to_string())),
        }
    }

    pub(crate) fn time(&mut self) -> Result<clock::Timestamp, Error> {
        self.int().map(from_micros)
    }

    pub(crate) fn maybe_time(&mut self) -> Result<Option<clock::Timestamp>, Error> {
        Ok(self.maybe_int()?.map(from_micros))
    }

    pub(crate) fn credits(&mut self) -> Result<Credits, Error> {
        let number = self.int()?;
        Credits::new(number).ok_or_else(|| inconsistent("an amount of credits", &number.to_string()))
    }

    pub(crate) fn parse<T: FromStr>(&mut self) -> Result<T, Error> {
        let text = self.text()?;
        text.parse().map_err(|_| inconsistent(std::any::type_name::<T>(), &text))
    }

    pub(crate) fn maybe_parse<T: FromStr>(&mut self) -> Result<Option<T>, Error> {
        let Some(text) = self.maybe_text()? else { return Ok(None) };
        text.parse().map(Some).map_err(|_| inconsistent(std::any::type_name::<T>(), &text))
    }

    /// Reads a text with one of the `parse` functions of core's closed enums.
    pub(crate) fn named<T>(&mut self, parse: impl Fn(&str) -> Option<T>) -> Result<T, Error> {
        let text = self.text()?;
        parse(&text).ok_or_else(|| inconsistent(std::any::type_name::<T>(), &text))
    }

    pub(crate) fn json<T: serde::de::DeserializeOwned>(&mut self) -> Result<T, Error> {
        let text = self.text()?;
        from_json(&text)
    }

    pub(crate) fn maybe_json<T: serde::de::DeserializeOwned>(&mut self) -> Result<Option<T>, Error> {
        self.maybe_text()?.map(|text| from_json(&text)).transpose()
    }
}

fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Error> {
    serde_json::from_str(text)
        .map_err(|_| Error::Inconsistent(format!("JSON of {}", std::any::type_name::<T>())))
}

/// `value` as JSON text.
pub(crate) fn to_json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("our own types have text keys and cannot fail to serialise")
}
