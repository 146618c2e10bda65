//! The rescue of jobs whose worker died: found by their lease, put back or failed, each in one fenced transaction.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use wixapp_core::clock::{Clock, SystemClock, Timestamp};
use wixapp_core::job::JobState;
use wixapp_store::{Error, Job, LeaseLost, Store, Want};

use crate::settle::{Ending, Settled, Settlement};
use crate::slot::Progress;

/// How many stalled jobs are read at a time.
const BATCH: i64 = 64;

/// How long a stalled job waits for a look at the most, beyond its lease.
const LOOK: Duration = Duration::from_secs(1);

/// Rescues for as long as the returned future is polled.
pub(crate) async fn watch(store: Store, clock: Arc<dyn Clock>, lease: Duration) {
    loop {
        if let Err(error) = rescue_all(&store, &*clock).await {
            tracing::warn!(error = %error, "stalled jobs could not be looked for");
        }
        tokio::time::sleep(LOOK.min(lease / 10)).await;
    }
}

async fn rescue_all(store: &Store, clock: &dyn Clock) -> Result<(), Error> {
    loop {
        let machine_now = SystemClock.now();
        let stalled = store.list_stalled_jobs(machine_now, BATCH).await?;
        let full = i64::try_from(stalled.len()).is_ok_and(|found| found == BATCH);
        let rescues = stalled.into_iter().map(|job| rescue(store, clock.now(), machine_now, job));
        // All are tried: one that cannot be settled must not keep the others waiting.
        join_all(rescues).await.into_iter().collect::<Result<(), _>>()?;
        if !full {
            return Ok(());
        }
    }
}

/// Takes one job from its lost worker. When another process was faster, or the worker came back, nothing happens.
async fn rescue(store: &Store, now: Timestamp, machine_now: Timestamp, job: Job) -> Result<(), Error> {
    let (lease, settlement) =
        (job.lease(), Settlement::new(Ending::WorkerLost, Progress::default(), Vec::new()));
    let want = Want::money().job(&job.job_id);
    let rescued = store
        .transact(&job.instance_id, want, now, move |tx| {
            let until = tx.job(&lease.job_id).and_then(|job| job.lease_until);
            if until.is_some_and(|until| until >= machine_now) {
                return Err(LeaseLost);
            }
            settlement.settle(tx, &lease)
        })
        .await?;
    if let Ok(settled) = rescued {
        report(&job, &settled);
    }
    Ok(())
}

fn report(job: &Job, settled: &Settled) {
    let text = match settled.state {
        JobState::Discarded => "the worker of a job was lost too often: the job failed and is put away",
        _ => "the worker of a job was lost: the job was put back",
    };
    tracing::warn!(
        job.kind = job.kind,
        job.id = %job.job_id,
        instance.id = %job.instance_id,
        attempt = job.attempt,
        worker = job.worker,
        hold_flaw = settled.hold_flaw.as_ref().map(tracing::field::display),
        "{text}"
    );
}
