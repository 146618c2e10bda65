//! Why a change of the books is refused.

use crate::credits::Credits;
use crate::hold::HoldState;

/// Why credits cannot be spent, given or ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// More was asked for than there is.
    #[error("{requested} credits were asked for and {available} are there")]
    InsufficientCredits {
        /// What there is.
        available: Credits,
        /// What was asked for.
        requested: Credits,
    },
    /// An amount of zero, or more than the hold has.
    #[error("the amount must be at least 1 and at most what is held")]
    BadAmount,
    /// The sum would not fit.
    #[error("the balance would be larger than an account can hold")]
    Overflow,
    /// There is no such hold, or it was not loaded.
    #[error("there is no such hold")]
    NoSuchHold,
    /// The hold was posted, voided or expired before.
    #[error("the hold has ended")]
    HoldEnded {
        /// How it ended.
        state: HoldState,
    },
}
