//! [`Credits`]: whole, non-negative amounts with checked arithmetic.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An amount of credits: a whole number from 0 to 2⁶³ − 1; never a float.
///
/// # Example
/// ```
/// use wixapp_core::Credits;
/// let starter = Credits::new(1_000).expect("not negative");
/// assert_eq!(starter.checked_add(Credits::MAX), None);
/// assert_eq!(Credits::new(-1), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Credits(i64);

impl Credits {
    /// No credits.
    pub const ZERO: Self = Self(0);
    /// One credit.
    pub const ONE: Self = Self(1);
    /// The largest amount.
    pub const MAX: Self = Self(i64::MAX);

    /// `amount` credits; `None` when negative.
    #[must_use]
    pub const fn new(amount: i64) -> Option<Self> {
        if amount < 0 { None } else { Some(Self(amount)) }
    }

    /// The amount as a number.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// Whether this is no credits at all.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum; `None` when it does not fit.
    #[must_use]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(sum) => Some(Self(sum)),
            None => None,
        }
    }

    /// The difference; `None` when it would be negative.
    #[must_use]
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        Self::new(self.0 - other.0)
    }
}

/// A negative number stood where an amount of credits belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("credits are a whole number of 0 or more")]
pub struct NegativeCredits;

impl TryFrom<i64> for Credits {
    type Error = NegativeCredits;
    fn try_from(amount: i64) -> Result<Self, NegativeCredits> {
        Self::new(amount).ok_or(NegativeCredits)
    }
}

impl From<Credits> for i64 {
    fn from(credits: Credits) -> i64 {
        credits.0
    }
}

impl fmt::Display for Credits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_at_the_limits_is_checked() {
        assert_eq!(Credits::MAX.checked_add(Credits(1)), None);
        assert_eq!(Credits::ZERO.checked_sub(Credits(1)), None);
        assert_eq!(Credits::MAX.checked_sub(Credits::MAX), Some(Credits::ZERO));
    }

    #[rstest::rstest]
    #[case("-1")]
    #[case("1.5")]
    #[case("1e309")]
    #[case("\"5\"")]
    #[case("9223372036854775808")]
    #[case("null")]
    fn json_that_is_no_whole_amount_is_refused(#[case] json: &str) {
        assert!(serde_json::from_str::<Credits>(json).is_err());
    }
}
