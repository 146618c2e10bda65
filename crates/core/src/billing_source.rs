//! Where an instance buys its plans.

use serde::{Deserialize, Serialize};

/// Where an instance buys its plans. Whichever it is, the facts behind it are of the same kinds, so that plans, credits
/// and books are the same.
///
/// # Example
/// ```
/// use wixapp_core::BillingSource;
/// assert_eq!(BillingSource::parse("stripe"), Some(BillingSource::Stripe));
/// assert_eq!(BillingSource::parse("paypal"), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BillingSource {
    /// Wix's own checkout.
    #[default]
    Wix,
    /// Stripe's checkout.
    Stripe,
    /// Nowhere: nothing is sold, and plans are given by an operator.
    None,
}

impl BillingSource {
    /// Every source.
    pub const ALL: [Self; 3] = [Self::Wix, Self::Stripe, Self::None];

    /// The source's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Wix => "wix",
            Self::Stripe => "stripe",
            Self::None => "none",
        }
    }

    /// The source with this name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.as_str() == text)
    }
}
