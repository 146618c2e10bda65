//! One attempt at a job, from claim to settlement, in a task of its own.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;
use tracing::Instrument;
use wixapp_core::JobGroupId;
use wixapp_core::crash::{Moment, here};
use wixapp_core::job::JobState;

use crate::context::JobContext;
use crate::error::{ErrorKind, Failure, JobError};
use crate::group::{Member, gather};
use crate::registry::{Handler, Output};
use crate::runner::Shop;
use crate::settle::{Ending, Settled, Settlement, settle};
use crate::slot::{Halt, Slot};
use crate::step::Steps;

/// How long a job waits that could not read what it joins.
const UNREAD: Duration = Duration::from_secs(1);

/// What became of an attempt, for the runner's count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// It came to its own end.
    Finished,
    /// The job waits for another process.
    HandedBack,
    /// It could not be settled: another has the job, or will.
    Lost,
}

/// A claimed job that has a place.
pub(crate) struct Work {
    pub(crate) slot: Arc<Slot>,
    pub(crate) handler: Handler,
    pub(crate) args: String,
    /// The group it joins.
    pub(crate) joins: Option<JobGroupId>,
    pub(crate) place: OwnedSemaphorePermit,
}

/// Runs one attempt and settles it.
pub(crate) async fn attempt(shop: Arc<Shop>, work: Work) -> Ended {
    let slot = Arc::clone(&work.slot);
    let _seat = shop.table.sit(Arc::clone(&slot));
    let span = tracing::info_span!(
        "job",
        job.kind = work.handler.kind,
        job.id = %slot.lease.job_id,
        instance.id = %slot.instance_id,
        attempt = slot.attempt,
    );
    async {
        let started = Instant::now();
        let Some(ending) = run(&shop, work).await else {
            tracing::warn!(duration_ms = ms(started), "a running job lost its lease and was stopped");
            return Ended::Lost;
        };
        here(Moment::JobWorked);
        slot.renew_until(None);
        let duration_ms = ms(started);
        let settlement = Settlement::new(ending, slot.progress(), slot.take_lines());
        let Some(settled) = settle(&shop.store, &*shop.clock, &slot, &settlement).await else {
            return Ended::Lost;
        };
        here(Moment::JobSettled);
        report(&settlement.ending, &settled, duration_ms);
        if settlement.ending == Ending::HandBack { Ended::HandedBack } else { Ended::Finished }
    }
    .instrument(span)
    .await
}

/// Runs the handler to its end, or to the end of its time; `None` when the lease was lost.
///
/// The handler is gone when this returns: whoever gets the job next is alone with it.
async fn run(shop: &Shop, work: Work) -> Option<Ending> {
    // Declared first, so that the place is free only once the handler is gone.
    let Work { slot, handler, args, joins, place: _place } = work;
    let members = match members(shop, &slot, joins).await {
        Ok(members) => members.into(),
        Err(ending) => return Some(ending),
    };
    let context = JobContext {
        slot: Arc::clone(&slot),
        clock: Arc::clone(&shop.clock),
        state: Arc::clone(&shop.state),
        steps: Steps::new(shop.store.clone()),
        members,
    };
    slot.renew_until(Instant::now().checked_add(handler.timeout + shop.config.lease));
    let running = AssertUnwindSafe((handler.run)(args, context)).catch_unwind();
    tokio::select! {
        biased;
        halt = slot.halted(Halt::HandBack) => (halt == Halt::HandBack).then_some(Ending::HandBack),
        // Before the handler: what it says after its lease is another worker's to say.
        () = slot.lease_over() => None,
        ended = running => Some(ending(ended)),
        () = tokio::time::sleep(handler.timeout) => {
            let text = format!("the attempt took longer than {} ms", handler.timeout.as_millis());
            Some(Ending::Retry(Failure::new(Failure::TIMEOUT, text), None))
        }
    }
}

/// How the jobs of the group ended that the job joins; or why it cannot begin.
async fn members(shop: &Shop, slot: &Slot, joins: Option<JobGroupId>) -> Result<Vec<Member>, Ending> {
    let Some(group_id) = joins else { return Ok(Vec::new()) };
    match gather(&shop.store, &slot.instance_id, &group_id).await {
        Ok(members) => members.ok_or(Ending::OpenGroup),
        Err(error) => {
            tracing::warn!(error = %error, "the jobs of a group could not be read");
            Err(Ending::Snooze(UNREAD))
        }
    }
}

fn ending(ended: Result<Output, Box<dyn Any + Send>>) -> Ending {
    match ended {
        Ok(Ok(result)) => Ending::Done(result),
        Ok(Err(JobError { kind: ErrorKind::Retry(failure, after) })) => Ending::Retry(failure, after),
        Ok(Err(JobError { kind: ErrorKind::Fail(failure) })) => Ending::Fail(failure),
        Ok(Err(JobError { kind: ErrorKind::Snooze(delay) })) => Ending::Snooze(delay),
        Ok(Err(JobError { kind: ErrorKind::Cancel(failure) })) => Ending::Cancel(failure),
        Err(panic) => Ending::Retry(Failure::new(Failure::PANICKED, panic_text(&*panic)), None),
    }
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no text")
}

fn ms(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

fn report(ending: &Ending, settled: &Settled, duration_ms: u64) {
    if let Some(flaw) = &settled.hold_flaw {
        tracing::error!(error = %flaw, state = settled.state.as_str(), "a job ended and its hold did not follow");
    }
    match (ending, settled.state) {
        (Ending::Done(_), _) => tracing::info!(duration_ms, "job completed"),
        (Ending::Cancel(reason), _) => {
            tracing::info!(duration_ms, reason = %reason, "job cancelled by itself")
        }
        (Ending::Retry(failure, _) | Ending::Fail(failure), JobState::Discarded) => {
            tracing::warn!(duration_ms, error = %failure, "job failed for good");
        }
        (Ending::Retry(failure, _) | Ending::Fail(failure), _) => {
            tracing::warn!(duration_ms, error = %failure, "job failed and will be tried again");
        }
        (Ending::OpenGroup, _) => {
            tracing::info!("a job of the group is tried again: it is joined after that")
        }
        (Ending::Snooze(_) | Ending::HandBack | Ending::WorkerLost, _) => {
            tracing::info!(duration_ms, "job put back");
        }
    }
}
