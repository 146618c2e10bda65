//! What is left when it is over.

use std::collections::{BTreeSet, HashMap};

use anyhow::{Context, Result, ensure};
use wixapp_core::entry::EntryCode;
use wixapp_core::job::{JobState, LAST_DEATH};
use wixapp_core::{HoldId, InstanceId};
use wixapp_store::{Job, Store};

use super::Report;
use super::app::{Tick, Toil};
use super::work::{Added, GROUP, RICHES};

/// Checks everything, and counts it.
pub(crate) async fn all(store: &Store, added: &Added, report: &mut Report) -> Result<()> {
    for instance in &added.instances {
        of_instance(store, instance, report).await.with_context(|| instance.to_string())?;
    }
    let ended = report.posted + report.voided;
    ensure!(ended == added.jobs, "{ended} of {} jobs have ended", added.jobs);
    ensure!(report.groups == added.groups, "{} of {} groups were joined", report.groups, added.groups);
    report.ticks = ticks(store).await?;
    Ok(())
}

async fn of_instance(store: &Store, instance: &InstanceId, report: &mut Report) -> Result<()> {
    let flaw = store.verify_ledger(instance).await?;
    ensure!(flaw.is_none(), "the books are not in order: {flaw:?}");
    let balances = store.find_instance(instance).await?.context("nothing is known of it")?.balances;
    ensure!(
        balances.held == 0 && balances.available() + balances.spent == RICHES,
        "credits are left over or missing: {balances:?}"
    );
    let mut ends: HashMap<HoldId, Vec<EntryCode>> = HashMap::new();
    for entry in store.list_entries(instance, None, i64::MAX).await? {
        if let (EntryCode::Post | EntryCode::Void, Some(hold)) = (entry.code, entry.pending_id) {
            ends.entry(hold).or_default().push(entry.code);
        }
    }
    let mut joined = BTreeSet::new();
    for job in store.list_jobs(instance, i64::MAX).await? {
        match (job.kind.as_str(), &job.group_id) {
            ("sum", Some(group)) => {
                ensure!(joined.insert(group.clone()), "{group} was joined twice");
                of_join(&job)?;
            }
            _ => of_job(&job, &ends, report)?,
        }
    }
    report.groups += joined.len();
    Ok(())
}

/// It ended as it was meant to, unless it lost three workers; its credits were spent or came back, once.
fn of_job(job: &Job, ends: &HashMap<HoldId, Vec<EntryCode>>, report: &mut Report) -> Result<()> {
    let found = job.hold_id.as_ref().and_then(|hold| ends.get(hold)).map_or(&[][..], Vec::as_slice);
    let toil: Toil = serde_json::from_str(&job.args)?;
    match job.state {
        JobState::Completed => {
            ensure!(found == [EntryCode::Post], "completed, and its credits: {found:?}: {job:?}");
            ensure!(toil.good, "it was to fail, and completed: {job:?}");
            report.posted += 1;
        }
        JobState::Discarded => {
            ensure!(found == [EntryCode::Void], "failed, and its credits: {found:?}: {job:?}");
            let put_away = job.deaths >= LAST_DEATH;
            ensure!(put_away || !toil.good, "it was to be done, and failed: {job:?}");
            report.voided += 1;
            report.quarantined += usize::from(put_away);
        }
        JobState::Scheduled
        | JobState::Available
        | JobState::Running
        | JobState::Retryable
        | JobState::Cancelled => anyhow::bail!("it has not ended as it should: {job:?}"),
    }
    report.repeated += usize::try_from(job.attempt - 1)?;
    Ok(())
}

/// It saw the end of each of its group; only a job that loses three workers does not get that far.
fn of_join(job: &Job) -> Result<()> {
    if job.state == JobState::Discarded && job.deaths >= LAST_DEATH {
        return Ok(());
    }
    ensure!(job.state == JobState::Completed && job.hold_id.is_none(), "{job:?}");
    let (good, bad): (usize, usize) = serde_json::from_str(job.result.as_deref().context("no sum")?)?;
    ensure!(good + bad == GROUP, "{good} and {bad} of {GROUP}");
    Ok(())
}

/// The seconds that were ticked: no gap between the first and the last, and none twice.
async fn ticks(store: &Store) -> Result<usize> {
    let mut seconds = Vec::new();
    for job in store.list_jobs(&InstanceId::app(), i64::MAX).await? {
        let Tick { tick } = serde_json::from_str(&job.args)?;
        seconds.push(tick.as_second());
    }
    seconds.sort_unstable();
    for pair in seconds.windows(2) {
        ensure!(pair[1] - pair[0] == 1, "the tick after {} is that of {}", pair[0], pair[1]);
    }
    Ok(seconds.len())
}
