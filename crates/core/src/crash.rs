//! Moments at which a proof may kill the process, to see that nothing is lost or done twice.
//!
//! [`here`] marks the moments in the code. It is empty unless this crate is built with its feature `torture`, which no
//! package that ships asks for. With the feature, the variable `WIXAPP_CRASH_AT` names a moment and how many times it is
//! passed before the process ends itself with `SIGKILL`, such as `committed:3`; without the variable nothing happens.

/// A moment between two steps of which one must not count without the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// A webhook's signature was checked; nothing is stored.
    WebhookVerified,
    /// The fact of a webhook is written in a transaction that is not committed.
    FactWritten,
    /// A webhook is on disk and not answered.
    WebhookStored,
    /// The facts of an instance are about to be looked at.
    FactsListed,
    /// What must exist was derived; nothing of it is made.
    Derived,
    /// The missing grants were made, in memory only.
    GrantsMade,
    /// All decisions of a transaction were made; nothing of them is written.
    Decided,
    /// Everything of a transaction is written, and it is not committed.
    CommitNext,
    /// A transaction is committed, and nobody was told.
    Committed,
    /// The watchers in this process were told of a change.
    ChangeTold,
    /// The credits of a job are put aside, and the job is not added.
    HoldTaken,
    /// The answer of an idempotency key is kept, and not written.
    ReplyKept,
    /// A spend or a new job is committed and not answered.
    WriteDone,
    /// Jobs were claimed; none of them runs.
    JobsClaimed,
    /// A job's work is done, and its end is not stored.
    JobWorked,
    /// A job and its hold have ended together.
    JobSettled,
}

impl Moment {
    /// Every moment.
    pub const ALL: [Self; 16] = [
        Self::WebhookVerified,
        Self::FactWritten,
        Self::WebhookStored,
        Self::FactsListed,
        Self::Derived,
        Self::GrantsMade,
        Self::Decided,
        Self::CommitNext,
        Self::Committed,
        Self::ChangeTold,
        Self::HoldTaken,
        Self::ReplyKept,
        Self::WriteDone,
        Self::JobsClaimed,
        Self::JobWorked,
        Self::JobSettled,
    ];

    /// The moment's name in `WIXAPP_CRASH_AT`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WebhookVerified => "webhook_verified",
            Self::FactWritten => "fact_written",
            Self::WebhookStored => "webhook_stored",
            Self::FactsListed => "facts_listed",
            Self::Derived => "derived",
            Self::GrantsMade => "grants_made",
            Self::Decided => "decided",
            Self::CommitNext => "commit_next",
            Self::Committed => "committed",
            Self::ChangeTold => "change_told",
            Self::HoldTaken => "hold_taken",
            Self::ReplyKept => "reply_kept",
            Self::WriteDone => "write_done",
            Self::JobsClaimed => "jobs_claimed",
            Self::JobWorked => "job_worked",
            Self::JobSettled => "job_settled",
        }
    }
}

/// Marks a moment. Empty, and gone from the program, unless the feature `torture` is on.
#[inline(always)]
pub fn here(moment: Moment) {
    #[cfg(feature = "torture")]
    armed::pass(moment);
    #[cfg(not(feature = "torture"))]
    let _ = moment;
}

#[cfg(feature = "torture")]
mod armed {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU32, Ordering};

    use rustix::process::{Signal, getpid, kill_process};

    use super::Moment;

    /// The moment that ends the process, and how often it is still passed.
    static ARMED: OnceLock<Option<(String, AtomicU32)>> = OnceLock::new();

    pub(super) fn pass(moment: Moment) {
        let armed = ARMED.get_or_init(|| {
            let text = std::env::var("WIXAPP_CRASH_AT").ok()?;
            let (name, times) = text.split_once(':')?;
            Some((name.to_owned(), AtomicU32::new(times.parse().ok()?)))
        });
        let Some((name, left)) = armed else { return };
        if name == moment.as_str() && left.fetch_sub(1, Ordering::SeqCst) == 1 {
            // Not `abort`: nothing of the process may run any more, no handler and no destructor in another thread.
            let _ = kill_process(getpid(), Signal::KILL);
            // The signal is on its way; this thread must not get further than the moment.
            loop {
                std::thread::park();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_moment_has_a_name_of_its_own() {
        let names: HashSet<_> = Moment::ALL.into_iter().map(Moment::as_str).collect();
        assert_eq!(names.len(), Moment::ALL.len());
    }
}
