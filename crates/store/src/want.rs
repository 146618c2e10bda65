//! [`Want`]: what a decision needs to see.

use wixapp_core::catalog::normalise_code;
use wixapp_core::{HoldId, JobId};

use crate::record::Record;

/// What a decision needs to see besides the balances and the grants that have credits left.
#[derive(Debug, Clone, Default)]
pub struct Want {
    pub(crate) facts: bool,
    pub(crate) overdue_holds: bool,
    pub(crate) open_checkouts: bool,
    pub(crate) everything_open: bool,
    pub(crate) hold_ids: Vec<HoldId>,
    pub(crate) hold_keys: Vec<String>,
    pub(crate) reply_keys: Vec<String>,
    pub(crate) business_keys: Vec<String>,
    pub(crate) promos: Vec<String>,
    pub(crate) jobs: Vec<JobId>,
    pub(crate) job_keys: Vec<String>,
    pub(crate) crons: Vec<String>,
    pub(crate) records: Vec<(&'static str, String)>,
    pub(crate) collections: Vec<&'static str>,
}

impl Want {
    /// Only balances and grants.
    #[must_use]
    pub fn money() -> Self {
        Self::default()
    }

    /// All facts of the instance, and all business keys that were used.
    #[must_use]
    pub fn facts(mut self) -> Self {
        self.facts = true;
        self
    }

    /// The open holds whose time has run out.
    #[must_use]
    pub fn overdue_holds(mut self) -> Self {
        self.overdue_holds = true;
        self
    }

    /// The checkouts that are still open.
    #[must_use]
    pub fn open_checkouts(mut self) -> Self {
        self.open_checkouts = true;
        self
    }

    /// Every open hold and every job that has not ended.
    #[must_use]
    pub fn everything_open(mut self) -> Self {
        self.everything_open = true;
        self
    }

    /// One hold, by its id.
    #[must_use]
    pub fn hold(mut self, id: &HoldId) -> Self {
        self.hold_ids.push(id.clone());
        self
    }

    /// One hold, by the caller's key.
    #[must_use]
    pub fn hold_key(mut self, key: impl Into<String>) -> Self {
        self.hold_keys.push(key.into());
        self
    }

    /// The stored answer of an idempotency key.
    #[must_use]
    pub fn reply(mut self, key: impl Into<String>) -> Self {
        self.reply_keys.push(key.into());
        self
    }

    /// Whether one business key was used; [`facts`](Self::facts) brings all of them.
    #[must_use]
    pub fn business_key(mut self, key: impl Into<String>) -> Self {
        self.business_keys.push(key.into());
        self
    }

    /// How many instances have redeemed a promo code. Others that want it wait until this transaction ends.
    #[must_use]
    pub fn promo(mut self, code: &str) -> Self {
        self.promos.push(normalise_code(code));
        self
    }

    /// One job, together with its hold.
    #[must_use]
    pub fn job(mut self, id: &JobId) -> Self {
        self.jobs.push(id.clone());
        self
    }

    /// The jobs that have one key; [`NewJob::want`](crate::NewJob::want) names it.
    #[must_use]
    pub fn job_key(mut self, key: impl Into<String>) -> Self {
        self.job_keys.push(key.into());
        self
    }

    /// When something that is done at fixed times is due next.
    #[must_use]
    pub fn cron(mut self, name: impl Into<String>) -> Self {
        self.crons.push(name.into());
        self
    }

    /// One record, by its id.
    #[must_use]
    pub fn record<R: Record>(mut self, id: impl Into<String>) -> Self {
        self.records.push((R::COLLECTION, id.into()));
        self
    }

    /// All records of a collection, which must be a small one: all are read while the instance is locked.
    #[must_use]
    pub fn all_records<R: Record>(mut self) -> Self {
        self.collections.push(R::COLLECTION);
        self
    }

    /// Adds what another decision of the same transaction asks for.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.facts |= other.facts;
        self.overdue_holds |= other.overdue_holds;
        self.open_checkouts |= other.open_checkouts;
        self.everything_open |= other.everything_open;
        self.hold_ids.extend(other.hold_ids.iter().cloned());
        self.hold_keys.extend(other.hold_keys.iter().cloned());
        self.reply_keys.extend(other.reply_keys.iter().cloned());
        self.business_keys.extend(other.business_keys.iter().cloned());
        self.promos.extend(other.promos.iter().cloned());
        self.jobs.extend(other.jobs.iter().cloned());
        self.job_keys.extend(other.job_keys.iter().cloned());
        self.crons.extend(other.crons.iter().cloned());
        self.records.extend(other.records.iter().cloned());
        self.collections.extend(&other.collections);
    }
}
