//! [`Whole`]: a whole number between two limits, as callers send it.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};

use crate::credits::Credits;

/// A whole number from `MIN` to `MAX`; what is outside is refused with a sentence that names both.
///
/// # Example
/// ```
/// use wixapp_core::input::{Whole, read_query};
/// #[derive(serde::Deserialize, Debug)]
/// struct Page { limit: Whole<1, 100> }
/// assert_eq!(read_query::<Page>("limit=20").unwrap().limit.get(), 20);
/// let refused = read_query::<Page>("limit=0").unwrap_err();
/// assert_eq!(refused.to_string(), "`limit` must be a whole number between 1 and 100, not 0.");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Whole<const MIN: i64, const MAX: i64>(i64);

/// How many credits a caller wants to move: at least one.
pub type Amount = Whole<1, { i64::MAX }>;

impl<const MIN: i64, const MAX: i64> Whole<MIN, MAX> {
    /// The number; `None` outside the limits.
    #[must_use]
    pub const fn new(number: i64) -> Option<Self> {
        if number < MIN || number > MAX { None } else { Some(Self(number)) }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl From<Amount> for Credits {
    fn from(amount: Amount) -> Self {
        Self::new(amount.0).unwrap_or(Self::ONE)
    }
}

impl<'de, const MIN: i64, const MAX: i64> Deserialize<'de> for Whole<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_i64(Reader::<MIN, MAX>)
    }
}

struct Reader<const MIN: i64, const MAX: i64>;

impl<const MIN: i64, const MAX: i64> Visitor<'_> for Reader<MIN, MAX> {
    type Value = Whole<MIN, MAX>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match MAX {
            i64::MAX => write!(f, "a whole number of {MIN} or more"),
            _ => write!(f, "a whole number between {MIN} and {MAX}"),
        }
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Whole::new(number).ok_or_else(|| E::invalid_value(Unexpected::Signed(number), &self))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        let fits = i64::try_from(number).ok().and_then(Whole::new);
        fits.ok_or_else(|| E::invalid_value(Unexpected::Unsigned(number), &self))
    }
}
