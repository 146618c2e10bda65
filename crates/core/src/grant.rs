//! Credit grants: credits given once, drawn down until nothing remains.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::credits::Credits;
use crate::entry::Cause;
use crate::id::{GrantId, PlanId};

/// Which kind of credits a grant holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pool {
    /// Given by hand-outs; may expire. Drawn first.
    Promo,
    /// Given by the plan, cycle by cycle.
    Plan,
    /// Bought as a top-up; never expires, never reset. Drawn last.
    Purchased,
}

impl Pool {
    /// Every pool, in the order in which spending draws on them.
    pub const ALL: [Self; 3] = [Self::Promo, Self::Plan, Self::Purchased];

    /// The pool's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Promo => "promo",
            Self::Plan => "plan",
            Self::Purchased => "purchased",
        }
    }

    /// The pool with this name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|pool| pool.as_str() == text)
    }
}

/// Why credits were given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The free credits of an install.
    Free,
    /// A cycle of a paid plan.
    Cycle,
    /// A move to a higher plan.
    Upgrade,
    /// A top-up that was bought.
    TopUp,
    /// A promo code.
    Promo,
    /// An operator.
    Adjust,
}

impl Source {
    /// Every source.
    pub const ALL: [Self; 6] =
        [Self::Free, Self::Cycle, Self::Upgrade, Self::TopUp, Self::Promo, Self::Adjust];

    /// The source's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Cycle => "cycle",
            Self::Upgrade => "upgrade",
            Self::TopUp => "top_up",
            Self::Promo => "promo",
            Self::Adjust => "adjust",
        }
    }

    /// The source with this name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.as_str() == text)
    }
}

/// Credits that were given, and what is left of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditGrant {
    /// The grant's id.
    pub id: GrantId,
    /// The key under which it was given, once for ever.
    pub business_key: String,
    /// Which kind of credits.
    pub pool: Pool,
    /// Why.
    pub source: Source,
    /// How many were given.
    pub amount: Credits,
    /// How many are left to spend; held credits are not among them.
    pub remaining: Credits,
    /// The plan it came from.
    pub plan_id: Option<PlanId>,
    /// The version of the catalogue that set the amount.
    pub catalog_version: String,
    /// From when it counts.
    pub effective_at: Timestamp,
    /// When what is left expires.
    pub expires_at: Option<Timestamp>,
}

impl CreditGrant {
    /// The order in which spending draws: earliest expiry, then promo, plan, purchased, then oldest (billing-rules §3).
    #[must_use]
    pub fn draw_order(&self) -> (Timestamp, Pool, Timestamp, &str) {
        let expiry = self.expires_at.unwrap_or(Timestamp::MAX);
        (expiry, self.pool, self.effective_at, self.business_key.as_str())
    }
}

/// Credits to give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantRequest {
    /// The key under which they are given once.
    pub business_key: String,
    /// Which kind of credits.
    pub pool: Pool,
    /// Why.
    pub source: Source,
    /// How many; more than zero.
    pub amount: Credits,
    /// The plan they come from.
    pub plan_id: Option<PlanId>,
    /// The version of the catalogue that set the amount.
    pub catalog_version: String,
    /// From when they count.
    pub effective_at: Timestamp,
    /// When they expire.
    pub expires_at: Option<Timestamp>,
    /// What the ledger entry says.
    pub cause: Cause,
}
