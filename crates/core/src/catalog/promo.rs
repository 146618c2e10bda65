//! Promo codes: credits that a code gives, once for each instance.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::CatalogError;
use crate::clock::Timestamp;
use crate::credits::Credits;

/// A code that gives credits of the promo pool, once for each instance.
///
/// # Example
/// ```
/// use wixapp_core::Catalog;
/// let text = r#"
///     name = "mine"
///     version = "1"
///     currency = "USD"
///     [[plan]]
///     id = "free"
///     name = "Free"
///     rank = 0
///     credits = 10
///     [[promo]]
///     code = "WELCOME-50"
///     credits = 50
///     credits_expire_after_days = 30
///     total_limit = 1000
/// "#;
/// let catalog = Catalog::from_toml(text)?;
/// let promo = catalog.find_promo(" welcome-50 ").expect("codes are found whatever their case");
/// assert_eq!(promo.credits.get(), 50);
/// # Ok::<(), wixapp_core::catalog::CatalogError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promo {
    /// The code, in upper case: 3 to 40 of `A-Z`, `0-9`, `-` and `_`.
    pub code: String,
    /// How many credits it gives.
    pub credits: Credits,
    /// From when it can be redeemed.
    #[serde(default)]
    pub starts_at: Option<Timestamp>,
    /// Until when it can be redeemed.
    #[serde(default)]
    pub ends_at: Option<Timestamp>,
    /// How many days after redeeming the credits expire; never when it is not said.
    #[serde(default)]
    pub credits_expire_after_days: Option<u32>,
    /// How many instances may redeem it in all; as many as like when it is not said.
    #[serde(default)]
    pub total_limit: Option<u32>,
}

impl Promo {
    /// When credits that are redeemed at `at` expire.
    #[must_use]
    pub fn expiry(&self, at: Timestamp) -> Option<Timestamp> {
        let days = i64::from(self.credits_expire_after_days?);
        Some(at.saturating_add(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MAX))
    }
}

/// A code as people type it, in the form in which the catalogue knows it.
#[must_use]
pub fn normalise_code(text: &str) -> String {
    text.trim().to_uppercase()
}

pub(super) fn check(promos: &[Promo]) -> Result<(), CatalogError> {
    let rule = |text: String| Err(CatalogError::Rule(text));
    for (index, promo) in promos.iter().enumerate() {
        let code = &promo.code;
        let allowed = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_');
        if !(3..=40).contains(&code.len()) || !code.bytes().all(allowed) {
            return rule(format!("the promo code `{code}` must be 3 to 40 of A-Z, 0-9, `-` and `_`"));
        }
        if promos[..index].iter().any(|other| other.code == *code) {
            return rule(format!("two promo codes are called `{code}`"));
        }
        if promo.credits.is_zero() {
            return rule(format!("the promo code `{code}` gives no credits"));
        }
        if promo.total_limit == Some(0) || promo.credits_expire_after_days == Some(0) {
            return rule(format!(
                "a limit of the promo code `{code}` is zero: leave it out or name a number"
            ));
        }
        if promo.starts_at.zip(promo.ends_at).is_some_and(|(start, end)| end <= start) {
            return rule(format!("the promo code `{code}` ends before it starts"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::Catalog;

    fn catalog(promos: &str) -> Result<Catalog, String> {
        let free =
            "name='x'\nversion='1'\ncurrency='USD'\n[[plan]]\nid='free'\nname='F'\nrank=0\ncredits=1\n";
        Catalog::from_toml(&format!("{free}{promos}")).map_err(|error| error.to_string())
    }

    #[rstest::rstest]
    #[case("[[promo]]\ncode='no'\ncredits=1", "3 to 40")]
    #[case("[[promo]]\ncode='lower'\ncredits=1", "A-Z")]
    #[case("[[promo]]\ncode='ABC'\ncredits=0", "no credits")]
    #[case("[[promo]]\ncode='ABC'\ncredits=-1", "cannot be read")]
    #[case("[[promo]]\ncode='ABC'\ncredits=1\ntotal_limit=0", "zero")]
    #[case("[[promo]]\ncode='ABC'\ncredits=1\ncredits_expire_after_days=0", "zero")]
    #[case("[[promo]]\ncode='ABC'\ncredits=1\n[[promo]]\ncode='ABC'\ncredits=2", "two promo codes")]
    #[case(
        "[[promo]]\ncode='ABC'\ncredits=1\nstarts_at='2026-02-01T00:00:00Z'\nends_at='2026-01-01T00:00:00Z'",
        "ends before"
    )]
    fn a_wrong_promo_is_refused_with_its_reason(#[case] text: &str, #[case] reason: &str) {
        let error = catalog(text).unwrap_err();
        assert!(error.contains(reason), "{error}");
    }

    #[test]
    fn the_credits_expire_as_many_days_after_redeeming_as_the_promo_says() {
        let catalog =
            catalog("[[promo]]\ncode='ABC'\ncredits=1\ncredits_expire_after_days=30\n[[promo]]\ncode='DEF'\ncredits=1")
                .unwrap();
        let at = "2026-01-01T00:00:00Z".parse().unwrap();
        let expiry = |code| catalog.find_promo(code).unwrap().expiry(at).map(|at| at.to_string());
        assert_eq!(expiry("abc").as_deref(), Some("2026-01-31T00:00:00Z"));
        assert_eq!(expiry("DEF"), None);
    }
}
