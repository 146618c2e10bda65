//! Coupons: what makes the first payment of a plan cheaper.

use serde::{Deserialize, Serialize};

use super::World;
use crate::error::Refusal;

/// How many coupons a platform keeps.
const MAX_COUPONS: usize = 100;

/// A coupon that can be typed into the checkout page or named by the app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Coupon {
    /// What is typed; found without regard to case.
    pub code: String,
    /// The name that webhooks carry as `couponName`.
    pub name: String,
    /// How much of the first payment it takes away, 1 to 100.
    pub percent_off: u8,
}

impl Coupon {
    fn check(&self) -> Result<(), Refusal> {
        let word = (1..=150).contains(&self.code.len())
            && self.code.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
        if !word {
            return Err(Refusal::invalid(
                "`code` has 1 to 150 of the characters A-Z, a-z, 0-9, `_` and `-`.",
            ));
        }
        if self.name.trim().is_empty() || self.name.chars().count() > 150 {
            return Err(Refusal::invalid("`name` has 1 to 150 characters."));
        }
        if !(1..=100).contains(&self.percent_off) {
            return Err(Refusal::invalid("`percentOff` is a whole number from 1 to 100."));
        }
        Ok(())
    }

    fn is_called(&self, code: &str) -> bool {
        self.code.eq_ignore_ascii_case(code.trim())
    }

    /// What is left of a price; half a cent counts in the payer's favour.
    pub(crate) fn apply(&self, price: &str) -> String {
        let Some(cents) = cents_of(price) else { return price.to_owned() };
        in_words(cents * u64::from(100 - self.percent_off.min(100)) / 100)
    }
}

/// The cents of a price such as `9.00`, `9.5` or `9`; `None` when it is none.
pub(crate) fn cents_of(price: &str) -> Option<u64> {
    let (whole, part) = price.split_once('.').unwrap_or((price, ""));
    let digits = |text: &str| text.len() <= 12 && text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || part.len() > 2 || !digits(whole) || !digits(part) {
        return None;
    }
    let cents: u64 = if part.is_empty() { 0 } else { format!("{part:0<2}").parse().ok()? };
    Some(whole.parse::<u64>().ok()? * 100 + cents)
}

/// Cents as a price with two decimals.
pub(crate) fn in_words(cents: u64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// What a fresh platform knows.
pub(crate) fn usual() -> Vec<Coupon> {
    let coupon = |code: &str, name: &str, percent_off| Coupon {
        code: code.to_owned(),
        name: name.to_owned(),
        percent_off,
    };
    vec![coupon("WELCOME20", "Welcome 20 %", 20), coupon("GIFT100", "First payment free", 100)]
}

impl World {
    /// The coupon with this code.
    pub(crate) fn find_coupon(&self, code: &str) -> Option<&Coupon> {
        self.coupons.iter().find(|coupon| coupon.is_called(code))
    }

    /// Adds a coupon, or replaces the one with its code.
    pub(crate) fn put_coupon(&mut self, coupon: Coupon) -> Result<(), Refusal> {
        coupon.check()?;
        self.coupons.retain(|known| !known.is_called(&coupon.code));
        if self.coupons.len() >= MAX_COUPONS {
            return Err(Refusal::conflict(
                "too_many",
                format!("A platform keeps at most {MAX_COUPONS} coupons."),
            ));
        }
        self.coupons.push(coupon);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_become_cheaper_by_whole_cents() {
        let off = |percent_off, price: &str| {
            Coupon { code: "A".to_owned(), name: "A".to_owned(), percent_off }.apply(price)
        };
        assert_eq!(off(20, "9.00"), "7.20");
        assert_eq!(off(33, "9.99"), "6.69");
        assert_eq!(off(100, "290.00"), "0.00");
        assert_eq!(off(50, "0.01"), "0.00");
        assert_eq!(off(10, "9"), "8.10");
        assert_eq!(off(10, "9.5"), "8.55");
    }

    #[test]
    fn text_that_is_no_price_has_no_cents() {
        for text in ["", ".", ".5", "1.234", "-1.00", "1e3", "٣", "1.x", "9999999999999"] {
            assert_eq!(cents_of(text), None, "{text}");
        }
        assert_eq!(in_words(cents_of("1234.5").unwrap()), "1234.50");
    }
}
