//! The jobs: added before anybody works, each with a credit put aside for it.

use anyhow::{Context, Result};
use rand::RngExt;
use rand::rngs::StdRng;
use wixapp_core::account::LedgerError;
use wixapp_core::entry::Cause;
use wixapp_core::grant::{GrantRequest, Pool, Source};
use wixapp_core::hold::ReserveRequest;
use wixapp_core::{Credits, InstanceId, JobGroupId, JobId};
use wixapp_jobs::{NewJobExt, new_group, new_job};
use wixapp_store::{NewGroup, NewJob, Store, Tx, Want};

use crate::identity;

use super::app::{Sum, Toil};

/// How many instances take part.
pub(crate) const INSTANCES: usize = 10;
/// What each has to begin with.
pub(super) const RICHES: i64 = 1_000_000;
/// How many jobs are added in one transaction; of these, the first are a group.
const BATCH: usize = 50;
pub(super) const GROUP: usize = 5;

/// What was added.
#[derive(Clone, Debug, Default)]
pub(crate) struct Added {
    pub(crate) instances: Vec<InstanceId>,
    pub(crate) jobs: usize,
    pub(crate) groups: usize,
}

/// Adds the jobs, every fifth of which fails.
pub(super) async fn add(store: &Store, count: u32, rng: &mut StdRng) -> Result<Added> {
    let mut added = Added { instances: owners(store).await?, ..Added::default() };
    let count = usize::try_from(count)?;
    while added.jobs < count {
        let batch = BATCH.min(count - added.jobs);
        let instance = &added.instances[added.jobs / BATCH % INSTANCES];
        let mut jobs = Vec::new();
        for number in 0..batch {
            jobs.push(toil(number, rng)?);
        }
        added.jobs += batch;
        let mut group = new_group(&Sum, JobGroupId::new(identity::now(), rng.random()), identity::now())?;
        if batch >= GROUP {
            group.members = jobs.drain(..GROUP).collect();
            added.groups += 1;
        }
        store.transact(instance, Want::money(), identity::now(), move |tx| put(tx, &jobs, &group)).await??;
    }
    Ok(added)
}

/// The instances, each with riches.
pub(crate) async fn owners(store: &Store) -> Result<Vec<InstanceId>> {
    let mut instances = Vec::new();
    for number in 0..INSTANCES {
        let instance = identity::instance(5, number);
        give(store, &instance).await?;
        instances.push(instance);
    }
    Ok(instances)
}

/// Adds one job to one instance.
pub(crate) async fn add_one(store: &Store, added: &mut Added, rng: &mut StdRng) -> Result<()> {
    let job = toil(added.jobs, rng)?;
    let instance = &added.instances[added.jobs % INSTANCES];
    let add = move |tx: &mut Tx| {
        let job = paid(tx, &job)?;
        tx.enqueue(job);
        Ok::<_, LedgerError>(())
    };
    store.transact(instance, Want::money(), identity::now(), add).await??;
    added.jobs += 1;
    Ok(())
}

fn toil(number: usize, rng: &mut StdRng) -> Result<NewJob> {
    let toil = Toil { good: !number.is_multiple_of(5), step_ms: rng.random_range(4..12) };
    Ok(new_job(&toil, JobId::new(identity::now(), rng.random()), identity::now())?)
}

fn put(tx: &mut Tx, jobs: &[NewJob], group: &NewGroup) -> Result<(), LedgerError> {
    for job in jobs {
        let job = paid(tx, job)?;
        tx.enqueue(job);
    }
    if !group.members.is_empty() {
        let members = group.members.iter().map(|job| paid(tx, job)).collect::<Result<_, _>>()?;
        tx.enqueue_group(NewGroup { members, ..group.clone() }).expect("no job is unique");
    }
    Ok(())
}

fn paid(tx: &mut Tx, job: &NewJob) -> Result<NewJob, LedgerError> {
    let request = ReserveRequest {
        key: job.job_id.to_string(),
        action: job.kind.clone(),
        amount: Credits::ONE,
        expires_at: None,
    };
    let hold = tx.account.reserve(request, tx.now)?;
    Ok(job.clone().hold(&hold.id))
}

async fn give(store: &Store, instance: &InstanceId) -> Result<()> {
    let gift = GrantRequest {
        business_key: "adjust:jobs".to_owned(),
        pool: Pool::Purchased,
        source: Source::Adjust,
        amount: Credits::new(RICHES).context("riches are not negative")?,
        plan_id: None,
        catalog_version: "jobs-1".to_owned(),
        effective_at: identity::now(),
        expires_at: None,
        cause: Cause::new("operator", "what the jobs cost"),
    };
    let give = move |tx: &mut Tx| tx.account.grant(gift.clone(), tx.now);
    store.transact(instance, Want::money().facts(), identity::now(), give).await??;
    Ok(())
}
