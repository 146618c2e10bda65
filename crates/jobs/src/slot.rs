//! The jobs that run in this process: one [`Slot`] each, in one [`Table`].

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::Instant;
use wixapp_core::InstanceId;
use wixapp_core::clock::Timestamp;
use wixapp_store::{Job, JobLine, Lease};

use crate::error::truncate;

/// The longest step, in bytes.
const STEP_LIMIT: usize = 256;
/// The longest line, in bytes, and how many an attempt may say.
const LINE_LIMIT: usize = 500;
const MOST_LINES: i64 = 200;

/// Whether a job should stop, from weak to strong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) enum Halt {
    #[default]
    No,
    /// The process is stopping; the job may finish.
    Wanted,
    /// The time to finish is over.
    HandBack,
    /// Another may have the job: nothing it does counts any more.
    Lost,
}

/// One running job.
pub(crate) struct Slot {
    pub(crate) instance_id: InstanceId,
    pub(crate) lease: Lease,
    pub(crate) attempt: u32,
    pub(crate) max_attempts: u32,
    halt: watch::Sender<Halt>,
    inner: Mutex<Inner>,
}

struct Inner {
    progress: Progress,
    /// Whether the progress is newer than what is stored.
    changed: bool,
    /// What was said and is not stored, and how much there was.
    lines: Vec<JobLine>,
    said: i64,
    holds_until: Instant,
    /// After this the lease is let run out: the handler blocks its thread, so nothing else can end it.
    renew_until: Option<Instant>,
}

/// How far a job is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Progress {
    pub(crate) percent: u8,
    pub(crate) step: Option<String>,
}

/// A sign of life to write.
pub(crate) struct Pulse {
    pub(crate) progress: Progress,
    pub(crate) lines: Vec<JobLine>,
    pub(crate) changed: bool,
}

impl Slot {
    pub(crate) fn new(job: &Job, holds_until: Instant) -> Self {
        let count = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
        let inner = Inner {
            progress: Progress::default(),
            changed: false,
            lines: Vec::new(),
            said: 0,
            holds_until,
            renew_until: None,
        };
        Self {
            instance_id: job.instance_id.clone(),
            lease: job.lease(),
            attempt: count(job.attempt),
            max_attempts: count(job.max_attempts),
            halt: watch::Sender::new(Halt::No),
            inner: Mutex::new(inner),
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set_progress(&self, percent: u8, mut step: String) {
        truncate(&mut step, STEP_LIMIT);
        let progress = Progress { percent: percent.min(100), step: Some(step) };
        let mut inner = self.inner();
        if inner.progress != progress {
            inner.progress = progress;
            inner.changed = true;
        }
    }

    /// Keeps a line for the next heartbeat. Of a handler that never stops talking the first lines are kept.
    pub(crate) fn say(&self, at: Timestamp, mut text: String) {
        truncate(&mut text, LINE_LIMIT);
        let mut inner = self.inner();
        let number = inner.said;
        if number > MOST_LINES {
            return;
        }
        if number == MOST_LINES {
            "What is said from here on is not kept.".clone_into(&mut text);
        }
        inner.said += 1;
        inner.lines.push(JobLine { number, at, text });
        inner.changed = true;
    }

    /// What was said and is not stored yet.
    pub(crate) fn take_lines(&self) -> Vec<JobLine> {
        std::mem::take(&mut self.inner().lines)
    }

    pub(crate) fn progress(&self) -> Progress {
        self.inner().progress.clone()
    }

    /// Asks the job to stop; a weaker wish does not undo a stronger one.
    pub(crate) fn halt(&self, wish: Halt) {
        self.halt.send_if_modified(|halt| {
            let stronger = wish > *halt;
            if stronger {
                *halt = wish;
            }
            stronger
        });
    }

    /// Waits until the job is asked to stop at least this strongly.
    pub(crate) async fn halted(&self, at_least: Halt) -> Halt {
        let mut halt = self.halt.subscribe();
        let reached = halt.wait_for(|halt| *halt >= at_least).await;
        // The sender is `self`'s own, so it cannot be gone.
        reached.map_or(Halt::Lost, |halt| *halt)
    }

    /// Waits until the lease is over without a renewal.
    pub(crate) async fn lease_over(&self) {
        loop {
            let until = self.inner().holds_until;
            if until <= Instant::now() {
                return;
            }
            tokio::time::sleep_until(until).await;
        }
    }

    /// Lets the lease run out at `until`; `None` renews it as long as the process lives.
    pub(crate) fn renew_until(&self, until: Option<Instant>) {
        self.inner().renew_until = until;
    }

    /// What to write now, if anything: progress that changed, or a renewal once less than `reserve` of the lease is left.
    pub(crate) fn take_pulse(&self, now: Instant, reserve: Duration) -> Option<Pulse> {
        let mut inner = self.inner();
        let given_up = inner.renew_until.is_some_and(|until| until <= now);
        let low = inner.holds_until.saturating_duration_since(now) <= reserve;
        if given_up || !(inner.changed || low) {
            return None;
        }
        let changed = std::mem::take(&mut inner.changed);
        let lines = std::mem::take(&mut inner.lines);
        Some(Pulse { progress: inner.progress.clone(), lines, changed })
    }

    /// The pulse was written: the lease now holds until `until`.
    pub(crate) fn renewed(&self, until: Instant) {
        self.inner().holds_until = until;
    }

    /// The pulse could not be written.
    pub(crate) fn put_back(&self, pulse: &Pulse) {
        let mut inner = self.inner();
        inner.changed |= pulse.changed;
        inner.lines.splice(0..0, pulse.lines.iter().cloned());
    }
}

/// The running jobs of one runner.
#[derive(Default)]
pub(crate) struct Table {
    seats: Mutex<Seats>,
    taken: Notify,
    /// Whether somebody else may have ended one of them.
    doubt: AtomicBool,
}

#[derive(Default)]
struct Seats {
    next: u64,
    /// What those that sit down from now on are asked at once.
    halt: Halt,
    slots: HashMap<u64, Arc<Slot>>,
}

impl Table {
    fn seats(&self) -> MutexGuard<'_, Seats> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a job for as long as the returned seat lives.
    pub(crate) fn sit(self: &Arc<Self>, slot: Arc<Slot>) -> Seat {
        let mut seats = self.seats();
        slot.halt(seats.halt);
        let number = seats.next;
        seats.next += 1;
        seats.slots.insert(number, slot);
        self.taken.notify_one();
        Seat { table: Arc::clone(self), number }
    }

    pub(crate) fn slots(&self) -> Vec<Arc<Slot>> {
        self.seats().slots.values().cloned().collect()
    }

    /// Asks every job to stop, also those still to come.
    pub(crate) fn halt_all(&self, wish: Halt) {
        let mut seats = self.seats();
        seats.halt = wish;
        seats.slots.values().for_each(|slot| slot.halt(wish));
    }

    /// Somebody else may have ended one of the jobs: the next heartbeat looks.
    pub(crate) fn doubt(&self) {
        self.doubt.store(true, Ordering::Relaxed);
    }

    /// Whether there was doubt since this was last asked.
    pub(crate) fn take_doubt(&self) -> bool {
        self.doubt.swap(false, Ordering::Relaxed)
    }

    /// Waits until a job runs.
    pub(crate) async fn busy(&self) {
        while self.seats().slots.is_empty() {
            self.taken.notified().await;
        }
    }
}

/// A job's place in the [`Table`].
pub(crate) struct Seat {
    table: Arc<Table>,
    number: u64,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let left = self.table.seats().slots.remove(&self.number);
        // Whatever the handler left running elsewhere learns that the attempt is over.
        left.inspect(|slot| slot.halt(Halt::Lost));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wixapp_core::job::JobState;

    const LEASE: Duration = Duration::from_secs(30);
    const RESERVE: Duration = Duration::from_secs(20);

    fn slot(now: Instant) -> Arc<Slot> {
        let at = "2026-03-01T10:00:00Z".parse().unwrap();
        let job = Job {
            instance_id: "site-1".parse().unwrap(),
            job_id: "job_1".parse().unwrap(),
            kind: "greet".to_owned(),
            args: String::new(),
            state: JobState::Running,
            priority: 0,
            attempt: 1,
            max_attempts: 5,
            fence: 1,
            run_at: at,
            worker: None,
            lease_until: None,
            hold_id: None,
            credits: None,
            progress_percent: 0,
            progress_step: None,
            result: None,
            error: None,
            created_at: at,
            finished_at: None,
            unique_key: None,
            unique_place: 0,
            unique_until: None,
            deaths: 0,
            started_at: None,
            turn_at: at,
            rate_key: None,
            group_id: None,
            group_number: None,
        };
        Arc::new(Slot::new(&job, now + LEASE))
    }

    #[test]
    fn pulse_is_due_when_progress_changed_or_the_lease_runs_low() {
        let now = Instant::now();
        let slot = slot(now);
        assert!(slot.take_pulse(now, RESERVE).is_none());
        slot.set_progress(10, "Step".to_owned());
        let pulse = slot.take_pulse(now, RESERVE).unwrap();
        assert!(pulse.changed && pulse.progress.percent == 10);
        slot.set_progress(10, "Step".to_owned());
        assert!(slot.take_pulse(now, RESERVE).is_none(), "nothing new was said");
        slot.put_back(&pulse);
        assert!(slot.take_pulse(now, RESERVE).is_some(), "what could not be written is due again");
        let later = now + Duration::from_secs(11);
        assert!(!slot.take_pulse(later, RESERVE).unwrap().changed);
        slot.renewed(later + LEASE);
        assert!(slot.take_pulse(later, RESERVE).is_none());
    }

    #[test]
    fn job_past_its_time_is_not_renewed() {
        let now = Instant::now();
        let slot = slot(now);
        slot.renew_until(Some(now + LEASE));
        slot.set_progress(10, "Step".to_owned());
        assert!(slot.take_pulse(now + LEASE, RESERVE).is_none());
        slot.renew_until(None);
        assert!(slot.take_pulse(now + LEASE, RESERVE).is_some());
    }

    #[tokio::test]
    async fn wish_to_stop_only_grows_and_reaches_those_that_come_later() {
        let table = Arc::new(Table::default());
        table.halt_all(Halt::Wanted);
        let slot = slot(Instant::now());
        let seat = table.sit(Arc::clone(&slot));
        assert_eq!(slot.halted(Halt::Wanted).await, Halt::Wanted);
        table.halt_all(Halt::HandBack);
        slot.halt(Halt::Wanted);
        assert_eq!(slot.halted(Halt::Wanted).await, Halt::HandBack);
        drop(seat);
        assert_eq!(slot.halted(Halt::Wanted).await, Halt::Lost);
        assert!(table.slots().is_empty());
    }
}
