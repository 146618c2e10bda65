//! Credit grants: credits given once, drawn down until nothing remains.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::credits::Credits;
use crate::entry::Cause;
use crate::id::{GrantId, PlanId};

/// How it is noted that credits left a grant because its time was over.
const EXPIRE: &str = "expire";

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
    /// The free trial of a paid plan.
    Trial,
    /// What a reset of the plan pool left: no new credits, but those from before.
    Carried,
}

impl Source {
    /// Every source.
    pub const ALL: [Self; 8] = [
        Self::Free,
        Self::Cycle,
        Self::Upgrade,
        Self::TopUp,
        Self::Promo,
        Self::Adjust,
        Self::Trial,
        Self::Carried,
    ];

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
            Self::Trial => "trial",
            Self::Carried => "carried",
        }
    }

    /// The source with this name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.as_str() == text)
    }
}

/// What left a grant and was used by nobody: an operator took it, or it expired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// The business key of the taking; `expire` for what expired.
    pub key: String,
    /// How many credits.
    pub amount: Credits,
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
    /// How many left the grant unused because a paid life ended, or it was taken back.
    pub closed: Credits,
    /// What left it in other ways than by use: what operators took and have not given back, and what expired.
    pub taken: Vec<Taken>,
    /// Whether the grant was taken back: a refund, an undo, or facts that say it should never have been given.
    pub taken_back: bool,
    /// The catalogue and policy it was derived under, as a digest; empty for what was not derived.
    pub rules: String,
}

impl CreditGrant {
    /// How many were used: spent, put aside, or paid for a debt.
    #[must_use]
    pub fn used(&self) -> Credits {
        let unused = self.remaining.checked_add(self.closed).unwrap_or(Credits::MAX);
        self.usable().checked_sub(unused).unwrap_or(Credits::ZERO)
    }

    /// How many operators took out of it, or expired.
    #[must_use]
    pub fn taken_out(&self) -> Credits {
        let sum = |sum: Credits, taken: &Taken| sum.checked_add(taken.amount).unwrap_or(Credits::MAX);
        self.taken.iter().fold(Credits::ZERO, sum)
    }

    /// How many of it there ever were to use: all but what was taken out.
    #[must_use]
    pub fn usable(&self) -> Credits {
        self.amount.checked_sub(self.taken_out()).unwrap_or(Credits::ZERO)
    }

    /// Whether what is left has expired by `now`.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }

    /// Lets what is left leave the grant.
    pub(crate) fn close(&mut self) {
        self.closed = self.closed.checked_add(self.remaining).unwrap_or(self.amount);
        self.remaining = Credits::ZERO;
    }

    /// Lets what is left expire: no end of a paid life, however late it is known, finds it there.
    pub(crate) fn expire(&mut self) {
        self.note_expired(self.remaining);
        self.remaining = Credits::ZERO;
    }

    /// Whether any of it has left the books because its time was over.
    pub(crate) fn has_expired(&self) -> bool {
        self.taken.iter().any(|taken| taken.key == EXPIRE)
    }

    /// Notes that credits which stood in no pool, because they were put aside or taken, have expired.
    pub(crate) fn note_expired(&mut self, amount: Credits) {
        self.taken.push(Taken { key: EXPIRE.to_owned(), amount });
    }

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
