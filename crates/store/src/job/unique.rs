//! [`Unique`]: which jobs are one and the same.

use jiff::SignedDuration;
use wixapp_core::InstanceId;
use wixapp_core::clock::{Timestamp, from_micros, to_micros};

use crate::conn::{Statement, sql};

use super::job_columns;

/// Which other jobs a new one is the same as: of those, an instance has one, and adding another gives the one that is
/// there. Keys belong to their kind and instance.
///
/// # Example
/// ```
/// use wixapp_store::Unique;
/// // However often a site is changed, it is published once for all changes before, and once for those meanwhile.
/// let publish = Unique::OneMore("site".to_owned());
/// let digest = Unique::Period { key: "digest".to_owned(), period: jiff::SignedDuration::from_hours(24) };
/// assert_ne!(publish, digest);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unique {
    /// As long as one waits or runs, there is no other.
    WhileOpen(String),
    /// One for each period, in which the moment lies when it is due. Periods are counted from 1970 by UTC: one of 24 hours is
    /// a day. A job that failed for good or was cancelled makes room for another.
    Period {
        /// What it is about.
        key: String,
        /// How long a period is; at least a second.
        period: SignedDuration,
    },
    /// One that waits or runs, and once that one has begun, one more that runs after it. They never run at the same time.
    OneMore(String),
}

/// The key of a job that holds it or waits for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UniqueKey {
    pub(crate) key: String,
    /// Until when a completed job keeps the key.
    pub(crate) until: Option<Timestamp>,
    /// Whether one more may wait behind the one that has begun.
    pub(crate) one_more: bool,
}

impl Unique {
    /// What the caller named it.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::WhileOpen(key) | Self::OneMore(key) | Self::Period { key, .. } => key,
        }
    }

    /// The key of a job of this kind that is due at `run_at`.
    pub(crate) fn key(&self, kind: &str, run_at: Timestamp) -> UniqueKey {
        let plain = |key: &str| format!("{kind}:{key}");
        match self {
            Self::WhileOpen(key) => UniqueKey { key: plain(key), until: None, one_more: false },
            Self::OneMore(key) => UniqueKey { key: plain(key), until: None, one_more: true },
            Self::Period { key, period } => {
                let length = i64::try_from(period.as_micros()).unwrap_or(i64::MAX).max(1_000_000);
                let number = to_micros(run_at).div_euclid(length);
                let end = number.checked_add(1).and_then(|next| next.checked_mul(length));
                let until = Some(end.map_or(Timestamp::MAX, from_micros));
                UniqueKey { key: format!("{kind}:{key}@{length}.{number}"), until, one_more: false }
            }
        }
    }
}

/// The jobs that hold a key or wait for it.
pub(crate) fn select(instance_id: &InstanceId, key: &str) -> Statement {
    sql!(
        job_columns!(
            "SELECT",
            "FROM jobs WHERE instance_id = $1 AND unique_key = $2 AND unique_place > 0 FOR UPDATE"
        ),
        instance_id,
        key
    )
}

/// The job that waits for a key gets it.
pub(crate) fn move_up(instance_id: &InstanceId, key: &str) -> Statement {
    sql!(
        "UPDATE jobs SET unique_place = 1 WHERE instance_id = $1 AND unique_key = $2 AND unique_place = 2",
        instance_id,
        key
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_has_one_key_and_the_next_another() {
        let day = Unique::Period { key: "digest".to_owned(), period: SignedDuration::from_hours(24) };
        let key = |at: &str| day.key("mail", at.parse().unwrap());
        let first = key("2026-03-01T00:00:00Z");
        assert_eq!(first, key("2026-03-01T23:59:59.999Z"));
        assert_eq!(first.until, Some("2026-03-02T00:00:00Z".parse().unwrap()));
        assert_ne!(first.key, key("2026-03-02T00:00:00Z").key);
        assert_ne!(first.key, key("2026-02-28T23:59:59.999Z").key);
        let hour = Unique::Period { key: "digest".to_owned(), period: SignedDuration::from_hours(1) };
        assert_ne!(first.key, hour.key("mail", "2026-03-01T00:00:00Z".parse().unwrap()).key);
        for extreme in [SignedDuration::MAX, SignedDuration::MIN, SignedDuration::ZERO] {
            let unique = Unique::Period { key: "x".to_owned(), period: extreme };
            let _ = unique.key("mail", Timestamp::MAX);
            let _ = unique.key("mail", Timestamp::MIN);
        }
    }
}
