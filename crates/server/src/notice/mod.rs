//! Notices: e-mails to the owner of a site, when credits are low, a payment failed, the plan changed or credits came.
//!
//! What is written is decided from what is committed (`decide`), put into an outbox once under a business
//! key, and sent from there (`work`). A process killed between sending and writing that down sends again, under the
//! same `Message-ID`, by which mail servers and programs know a repetition.

mod address;
mod decide;
mod mail;
mod post;
#[cfg(feature = "email")]
mod smtp;
mod text;
mod work;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use address::{Address, BadAddress};
pub use post::Post;
pub(crate) use work::keep;

/// What a notice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Credits are running low.
    LowCredits,
    /// A payment failed.
    BillingIssue,
    /// The plan is another.
    PlanChanged,
    /// Credits were given.
    CreditsGranted,
}

impl Kind {
    /// The kind's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LowCredits => "low_credits",
            Self::BillingIssue => "billing_issue",
            Self::PlanChanged => "plan_changed",
            Self::CreditsGranted => "credits_granted",
        }
    }
}

/// The languages that mails are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// German.
    De,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::En, Self::De];

    /// The language's code.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
        }
    }

    /// The language that a locale such as `de-CH` is read in; English where there is no better one.
    #[must_use]
    pub fn of(locale: &str) -> Self {
        let code = locale.split(['-', '_']).next().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|language| language.as_str().eq_ignore_ascii_case(code))
            .unwrap_or_default()
    }
}
