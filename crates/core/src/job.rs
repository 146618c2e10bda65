//! The states of a job, and what may follow each.

use serde::{Deserialize, Serialize};

/// Where a job is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Due later.
    Scheduled,
    /// Due now, waiting for a worker.
    Available,
    /// A worker has it.
    Running,
    /// Failed and due again after its backoff.
    Retryable,
    /// Done.
    Completed,
    /// Stopped on request.
    Cancelled,
    /// Failed for good.
    Discarded,
}

impl JobState {
    /// Every state.
    pub const ALL: [Self; 7] = [
        Self::Scheduled,
        Self::Available,
        Self::Running,
        Self::Retryable,
        Self::Completed,
        Self::Cancelled,
        Self::Discarded,
    ];

    /// Whether nothing can follow.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Cancelled | Self::Discarded)
    }

    /// Whether a job in this state may move to `next` by itself. Only an operator brings one back that has ended.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        match self {
            Self::Scheduled | Self::Available | Self::Retryable => {
                matches!(next, Self::Available | Self::Running | Self::Cancelled | Self::Discarded)
            }
            // Back to `Available` when a worker stops gracefully or is replaced.
            Self::Running => !matches!(next, Self::Running | Self::Scheduled),
            Self::Completed | Self::Cancelled | Self::Discarded => false,
        }
    }

    /// The state's name in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Available => "available",
            Self::Running => "running",
            Self::Retryable => "retryable",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
            Self::Discarded => "discarded",
        }
    }

    /// The state with this name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// A job that lost this many workers is put away: it may be what ends them.
pub const LAST_DEATH: i64 = 3;

/// The backoff before attempt `attempt + 1`: attempt⁴ seconds, at most a day; jitter is the caller's.
///
/// Attempts 1, 2, 3, 4 give 1 s, 16 s, 81 s, 256 s: quick for a blip, patient with an outage.
#[must_use]
pub const fn backoff_s(attempt: u32) -> i64 {
    let attempt = attempt as i64;
    let seconds = attempt.saturating_mul(attempt).saturating_mul(attempt).saturating_mul(attempt);
    if seconds > 86_400 { 86_400 } else { seconds }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_follows_a_final_state() {
        for state in JobState::ALL {
            assert_eq!(state.is_final(), JobState::ALL.iter().all(|next| !state.may_become(*next)));
            assert_eq!(JobState::parse(state.as_str()), Some(state));
        }
    }

    #[test]
    fn backoff_grows_by_the_fourth_power_up_to_a_day() {
        assert_eq!([1, 2, 3, 4, 17, 18, u32::MAX].map(backoff_s), [1, 16, 81, 256, 83_521, 86_400, 86_400]);
    }
}
