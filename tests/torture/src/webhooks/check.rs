//! What is left when it is over, held against what was acknowledged.

use std::collections::{BTreeSet, HashSet};

use anyhow::{Context, Result, ensure};
use wixapp_core::InstanceId;
use wixapp_core::entry::{Entry, EntryCode};
use wixapp_core::job::JobState;
use wixapp_store::{Instance, Store};

use crate::lab::Lab;

use super::mail::{Mail, Resident};
use super::script::Script;
use super::write::{WriteKind, Writes, spenders};
use super::{Report, World};

/// Checks everything, and counts it.
pub(super) async fn all(lab: &Lab, world: &World, report: &mut Report) -> Result<()> {
    let store = lab.database.store().await?;
    for (instance, resident) in world.mail.residents() {
        of_resident(&store, instance, resident).await.with_context(|| format!("{instance}: {resident:?}"))?;
    }
    acknowledged(&store, &world.mail).await?;
    for instance in spenders() {
        let count = of_spender(&store, &instance, &world.writes).await;
        count.with_context(|| format!("the spender {instance}"))?.add_to(report);
    }
    report.acknowledged = world.mail.acknowledged().len();
    report.repeated = world.mail.repeated();
    report.events = world.mail.events();
    store.close().await;
    Ok(())
}

/// The instance, whose books must be in order.
async fn sound(store: &Store, id: &InstanceId) -> Result<Instance> {
    let flaw = store.verify_ledger(id).await?;
    ensure!(flaw.is_none(), "the books are not in order: {flaw:?}");
    store.find_instance(id).await?.context("nothing is known of it")
}

/// Each event is stored once, and the credits are what the events come to.
async fn of_resident(store: &Store, id: &InstanceId, resident: &Resident) -> Result<()> {
    let balances = sound(store, id).await?.balances;
    let expected = resident.script.credits();
    ensure!(
        (balances.available(), balances.spent, balances.debt) == (expected, 0, 0),
        "{expected} credits are expected, and the balances say {balances:?}"
    );
    let deliveries = store.list_deliveries(id, i64::MAX).await?;
    let facts: BTreeSet<_> = deliveries.iter().map(|delivery| &delivery.fact_key).collect();
    let firsts = deliveries.iter().filter(|delivery| !delivery.duplicate).count();
    let events = resident.events.len();
    ensure!((facts.len(), firsts) == (events, events), "{events} events became {firsts} facts");
    Ok(())
}

/// Every delivery that was answered with 200 is there.
async fn acknowledged(store: &Store, mail: &Mail) -> Result<()> {
    let mut kept = HashSet::new();
    for id in mail.residents().keys() {
        let deliveries = store.list_deliveries(id, i64::MAX).await?;
        kept.extend(deliveries.into_iter().map(|delivery| delivery.delivery_id.to_string()));
    }
    let lost: Vec<_> = mail.acknowledged().iter().filter(|(_, id)| !kept.contains(id)).collect();
    ensure!(lost.is_empty(), "{} acknowledged deliveries are lost: {lost:?}", lost.len());
    Ok(())
}

#[derive(Debug)]
struct Count {
    spends: usize,
    completed: usize,
    discarded: usize,
}

impl Count {
    fn add_to(&self, report: &mut Report) {
        report.spends += self.spends;
        report.completed += self.completed;
        report.discarded += self.discarded;
    }
}

/// Every answered spend is booked once and no other; every answered job is there, ended, and its hold with it.
async fn of_spender(store: &Store, id: &InstanceId, writes: &Writes) -> Result<Count> {
    let balances = sound(store, id).await?.balances;
    let entries = store.list_entries(id, None, i64::MAX).await?;
    let spends = ids(writes.answered(id, WriteKind::Spend))?;
    let booked: BTreeSet<_> = of(&entries, EntryCode::Spend).map(|entry| entry.id.as_str()).collect();
    ensure!(booked == spends, "{} spends are booked and {} were answered", booked.len(), spends.len());
    // What joins the jobs of a post is paid by nobody.
    let (jobs, joins): (Vec<_>, Vec<_>) =
        store.list_jobs(id, i64::MAX).await?.into_iter().partition(|job| job.hold_id.is_some());
    let open = joins.iter().filter(|job| !job.state.is_final()).count();
    ensure!(open == 0, "{open} joins of {} did not end", joins.len());
    let started = ids(writes.answered(id, WriteKind::Publish))?;
    let kept: BTreeSet<_> = jobs.iter().map(|job| job.job_id.as_str()).collect();
    ensure!(kept == started, "{} jobs are there and {} were answered", kept.len(), started.len());
    let ended = |state| jobs.iter().filter(|job| job.state == state).count();
    let (completed, discarded) = (ended(JobState::Completed), ended(JobState::Discarded));
    ensure!(completed + discarded == jobs.len(), "a job did not end");
    let (posts, voids) = (of(&entries, EntryCode::Post).count(), of(&entries, EntryCode::Void).count());
    ensure!((posts, voids) == (completed, discarded), "{posts} holds were spent and {voids} came back");
    let spent = i64::try_from(spends.len() + completed)?;
    let left = Script::Spender.credits() - spent;
    ensure!(
        (balances.available(), balances.spent, balances.held) == (left, spent, 0),
        "{left} credits should be left of which {spent} were spent, and the balances say {balances:?}"
    );
    Ok(Count { spends: spends.len(), completed, discarded })
}

fn of(entries: &[Entry], code: EntryCode) -> impl Iterator<Item = &Entry> {
    entries.iter().filter(move |entry| entry.code == code)
}

/// The ids of answers, of which no two may be the same: each was given to a key of its own.
fn ids(answered: Vec<&str>) -> Result<BTreeSet<&str>> {
    let different: BTreeSet<_> = answered.iter().copied().collect();
    ensure!(different.len() == answered.len(), "two keys got one answer");
    Ok(different)
}
