//! The job table: no job twice at a time, no result of a claim that is over.

use std::cell::Cell;
use std::collections::HashSet;

use futures_util::future::join_all;
use wixapp_core::account::LedgerError;
use wixapp_core::clock::Timestamp;
use wixapp_core::grant::Pool;
use wixapp_core::hold::HoldState;
use wixapp_core::job::JobState;
use wixapp_core::{InstanceId, JobId};
use wixapp_store::{Beat, Claim, Job, JobLine, Lease, Limits, NewJob, Store, Want};

use crate::stage::{Stage, at, gift, give, instance, now, put_aside, sound};

on_both!(
    a_job_reads_back_as_it_was_added,
    many_workers_never_claim_the_same_job,
    jobs_are_claimed_by_priority_and_then_by_when_they_are_due,
    jobs_of_one_instance_are_claimed_in_the_order_in_which_they_were_added,
    only_due_jobs_of_wanted_kinds_are_claimed,
    a_result_under_an_old_fence_is_refused,
    a_beat_extends_its_claim_and_tells_of_lost_ones,
    jobs_whose_lease_ran_out_are_listed,
    a_hold_is_resolved_in_the_transaction_that_ends_its_job,
    a_refused_end_leaves_job_and_hold_as_they_were,
    a_job_and_its_hold_are_added_together_or_not_at_all,
    jobs_are_listed_newest_first,
    pages_of_jobs_neither_skip_nor_repeat_any,
    a_job_is_added_once_under_its_id,
    what_a_worker_says_after_an_erasure_is_not_kept,
);

fn job(id: &str) -> NewJob {
    NewJob {
        job_id: id.parse().unwrap(),
        kind: "publish".to_owned(),
        args: "{\"text\":\"☃\"}".to_owned(),
        run_at: now(),
        priority: 0,
        max_attempts: 3,
        hold_id: None,
        unique: None,
        rate: None,
    }
}

async fn add(store: &Store, id: &InstanceId, jobs: Vec<NewJob>) {
    let added = store.transact(id, Want::money(), now(), move |tx| {
        jobs.iter().cloned().for_each(|job| drop(tx.enqueue(job)));
        Ok::<_, ()>(())
    });
    added.await.unwrap().unwrap();
}

fn until() -> Timestamp {
    at("2026-03-01T10:01:00Z")
}

async fn claim(store: &Store, limit: i64) -> Vec<Job> {
    let kinds = vec!["other".to_owned(), "publish".to_owned()];
    let claim = Claim {
        worker: "worker-1".to_owned(),
        kinds,
        limit,
        now: now(),
        lease_until: until(),
        limits: Limits::default(),
    };
    store.claim_jobs(claim).await.unwrap()
}

/// Ends a job under a lease; whether that was accepted.
async fn settle(store: &Store, id: &InstanceId, lease: Lease, state: JobState) -> bool {
    let settled = store.transact(id, Want::money().job(&lease.job_id), now(), move |tx| {
        tx.settle_job(&lease, |job| job.state = state)
    });
    settled.await.unwrap().is_ok()
}

async fn a_job_reads_back_as_it_was_added(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    let later = NewJob { run_at: at("2026-03-01T11:00:00Z"), priority: -5, ..job("job_2") };
    add(store, &id, vec![job("job_1"), later]).await;
    let found = store.find_job(&id, &"job_1".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!((found.state, found.attempt, found.fence), (JobState::Available, 0, 0));
    assert_eq!((found.kind.as_str(), found.args.as_str()), ("publish", "{\"text\":\"☃\"}"));
    let found = store.find_job(&id, &"job_2".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!((found.state, found.priority), (JobState::Scheduled, -5));
    assert_eq!(store.find_job(&instance("site-2"), &found.job_id).await.unwrap(), None);
    assert_eq!(store.next_job_at().await.unwrap(), Some(now()));
    claim(store, 1).await;
    assert_eq!(store.next_job_at().await.unwrap(), Some(at("2026-03-01T11:00:00Z")));
}

async fn many_workers_never_claim_the_same_job(stage: Stage) {
    let other = stage.another_store().await;
    for n in 0..10 {
        let jobs = (0..20).map(|job_n| job(&format!("job_{n}_{job_n}"))).collect();
        add(&stage.store, &instance(&format!("site-{n}")), jobs).await;
    }
    let workers = (0..8).map(|n| {
        let store = if n % 2 == 0 { stage.store.clone() } else { other.clone() };
        tokio::spawn(async move {
            let mut mine = Vec::new();
            loop {
                let claimed = claim(&store, 3).await;
                if claimed.is_empty() {
                    return mine;
                }
                assert!(claimed.len() <= 3);
                assert!(claimed.iter().all(|job| job.state == JobState::Running && job.attempt == 1));
                mine.extend(claimed.into_iter().map(|job| job.job_id));
            }
        })
    });
    let claimed: Vec<JobId> = join_all(workers).await.into_iter().flat_map(|mine| mine.unwrap()).collect();
    assert_eq!((claimed.len(), claimed.iter().collect::<HashSet<_>>().len()), (200, 200));
}

async fn jobs_are_claimed_by_priority_and_then_by_when_they_are_due(stage: Stage) {
    let jobs = [
        NewJob { priority: 1, run_at: at("2026-03-01T09:00:00Z"), ..job("job_late_priority") },
        NewJob { run_at: at("2026-03-01T09:30:00Z"), ..job("job_second") },
        NewJob { priority: -1, ..job("job_urgent") },
        NewJob { run_at: at("2026-03-01T09:10:00Z"), ..job("job_first") },
    ];
    for (number, job) in jobs.into_iter().enumerate() {
        add(&stage.store, &instance(&format!("site-{number}")), vec![job]).await;
    }
    let names = |jobs: Vec<Job>| jobs.into_iter().map(|job| job.job_id.to_string()).collect::<Vec<_>>();
    assert_eq!(names(claim(&stage.store, 3).await), ["job_urgent", "job_first", "job_second"]);
    assert_eq!(names(claim(&stage.store, 3).await), ["job_late_priority"]);
}

async fn jobs_of_one_instance_are_claimed_in_the_order_in_which_they_were_added(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    add(store, &id, vec![job("job_b"), job("job_a")]).await;
    add(store, &id, vec![NewJob { run_at: at("2026-03-01T09:00:00Z"), ..job("job_0") }]).await;
    add(store, &instance("site-2"), vec![job("job_c")]).await;
    let names = |jobs: Vec<Job>| jobs.into_iter().map(|job| job.job_id.to_string()).collect::<Vec<_>>();
    assert_eq!(names(claim(store, 10).await), ["job_b", "job_c", "job_a", "job_0"]);
}

async fn only_due_jobs_of_wanted_kinds_are_claimed(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    let kind = |id: &str, kind: &str| NewJob { kind: kind.to_owned(), ..job(id) };
    let later = NewJob { run_at: at("2026-03-01T10:00:00.001Z"), ..job("job_later") };
    add(store, &id, vec![kind("job_1", "pub"), kind("job_2", "publisher"), later, job("job_mine")]).await;
    let claimed = claim(store, 10).await;
    assert_eq!(claimed.iter().map(|job| job.job_id.as_str()).collect::<Vec<_>>(), ["job_mine"]);
    let none = Claim {
        worker: "w".to_owned(),
        kinds: Vec::new(),
        limit: 10,
        now: at("2027-01-01T00:00:00Z"),
        lease_until: until(),
        limits: wixapp_store::Limits::default(),
    };
    assert!(store.claim_jobs(none).await.unwrap().is_empty());
}

async fn a_result_under_an_old_fence_is_refused(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    add(store, &id, vec![job("job_1")]).await;
    let first = claim(store, 1).await.remove(0).lease();
    assert!(settle(store, &id, first.clone(), JobState::Available).await, "taken from the first worker");
    assert!(!settle(store, &id, first.clone(), JobState::Completed).await, "nobody holds it");
    let second = claim(store, 1).await.remove(0);
    assert_eq!((second.fence, second.attempt), (2, 2));
    assert!(!settle(store, &id, first.clone(), JobState::Completed).await);
    assert!(!settle(store, &instance("site-2"), second.lease(), JobState::Completed).await);
    assert!(settle(store, &id, second.lease(), JobState::Completed).await);
    assert!(!settle(store, &id, second.lease(), JobState::Discarded).await, "it has ended");
    let found = store.find_job(&id, &first.job_id).await.unwrap().unwrap();
    assert_eq!((found.state, found.finished_at), (JobState::Completed, Some(now())));
    assert_eq!((found.worker, found.lease_until), (None, None));
}

fn beat(id: &InstanceId, lease: &Lease, percent: i64) -> Beat {
    Beat {
        instance_id: id.clone(),
        lease: lease.clone(),
        lease_until: at("2026-03-01T10:05:00Z"),
        percent,
        step: Some("Uploading".to_owned()),
        lines: Vec::new(),
        tell: true,
    }
}

async fn a_beat_extends_its_claim_and_tells_of_lost_ones(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    add(store, &id, vec![job("job_1"), job("job_2")]).await;
    let mine: Vec<Lease> = claim(store, 2).await.iter().map(Job::lease).collect();
    assert!(settle(store, &id, mine[1].clone(), JobState::Cancelled).await);
    let stale = Lease { fence: 0, ..mine[0].clone() };
    let beats = vec![beat(&id, &mine[0], 40), beat(&id, &mine[1], 50), beat(&id, &stale, 99)];
    assert_eq!(store.beat_jobs(beats).await.unwrap(), [mine[1].clone(), stale]);
    let found = store.find_job(&id, &mine[0].job_id).await.unwrap().unwrap();
    assert_eq!((found.progress_percent, found.progress_step.as_deref()), (40, Some("Uploading")));
    assert_eq!(found.lease_until, Some(at("2026-03-01T10:05:00Z")));
    assert!(store.beat_jobs(Vec::new()).await.unwrap().is_empty());
}

async fn jobs_whose_lease_ran_out_are_listed(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    add(store, &id, vec![job("job_1"), job("job_2"), job("job_3")]).await;
    let mine: Vec<Lease> = claim(store, 2).await.iter().map(Job::lease).collect();
    store.beat_jobs(vec![beat(&id, &mine[1], 1)]).await.unwrap();
    assert!(store.list_stalled_jobs(until(), 10).await.unwrap().is_empty(), "the lease ends now, not before");
    let stalled = store.list_stalled_jobs(at("2026-03-01T10:01:00.001Z"), 10).await.unwrap();
    assert_eq!(stalled.iter().map(Job::lease).collect::<Vec<_>>(), mine[..1]);
    assert_eq!(stalled[0].worker.as_deref(), Some("worker-1"));
    assert_eq!(store.list_stalled_jobs(at("2026-03-02T00:00:00Z"), 10).await.unwrap().len(), 2);
}

/// Adds a job that has put two credits of ten aside, and claims it.
async fn paid_job(store: &Store, id: &InstanceId) -> Job {
    give(store, id, gift("cycle:1", Pool::Plan, 10)).await;
    let added = store.transact(id, Want::money(), now(), |tx| {
        let hold = tx.account.reserve(put_aside("job_1", 2), tx.now)?;
        tx.enqueue(NewJob { hold_id: Some(hold.id), ..job("job_1") });
        Ok::<_, LedgerError>(())
    });
    added.await.unwrap().unwrap();
    claim(store, 1).await.remove(0)
}

async fn a_hold_is_resolved_in_the_transaction_that_ends_its_job(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    let claimed = paid_job(store, &id).await;
    let (lease, hold_id) = (claimed.lease(), claimed.hold_id.clone().unwrap());
    let ended = store.transact(&id, Want::money().job(&lease.job_id), now(), move |tx| {
        let hold = tx.account.post(&hold_id, None, tx.now)?;
        tx.settle_job(&lease, |job| {
            job.state = JobState::Completed;
            job.result = Some("{\"url\":\"/1\"}".to_owned());
        })
        .map_err(|_| LedgerError::NoSuchHold)?;
        Ok::<_, LedgerError>(hold.state)
    });
    assert_eq!(ended.await.unwrap(), Ok(HoldState::Posted));
    let balances = sound(store, &id).await.balances;
    assert_eq!((balances.plan, balances.held, balances.spent), (8, 0, 2));
    let found = store.find_job(&id, &claimed.job_id).await.unwrap().unwrap();
    assert_eq!((found.state, found.result.as_deref()), (JobState::Completed, Some("{\"url\":\"/1\"}")));
}

async fn a_refused_end_leaves_job_and_hold_as_they_were(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    let claimed = paid_job(store, &id).await;
    let hold_id = claimed.hold_id.clone().unwrap();
    let stale = Lease { fence: claimed.fence - 1, ..claimed.lease() };
    let refused = store.transact(&id, Want::money().job(&stale.job_id), now(), move |tx| {
        tx.account.void(&hold_id, tx.now).unwrap();
        tx.settle_job(&stale, |job| job.state = JobState::Discarded)
    });
    assert!(refused.await.unwrap().is_err());
    assert_eq!(sound(store, &id).await.balances.held, 2);
    assert_eq!(store.find_job(&id, &claimed.job_id).await.unwrap(), Some(claimed));
}

async fn a_job_and_its_hold_are_added_together_or_not_at_all(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    let refused = store.transact(&id, Want::money(), now(), |tx| {
        tx.enqueue(job("job_1"));
        tx.account.reserve(put_aside("job_1", 2), tx.now)
    });
    assert!(refused.await.unwrap().is_err());
    assert!(store.list_jobs(&id, 10).await.unwrap().is_empty());
    assert_eq!(store.next_job_at().await.unwrap(), None);
}

async fn jobs_are_listed_newest_first(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    add(store, &id, vec![job("job_0b"), job("job_0a"), job("job_0C")]).await;
    let listed = store.list_jobs(&id, 2).await.unwrap();
    assert_eq!(listed.iter().map(|job| job.job_id.as_str()).collect::<Vec<_>>(), ["job_0b", "job_0a"]);
}

async fn pages_of_jobs_neither_skip_nor_repeat_any(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    add(store, &id, (1..=7).map(|n| job(&format!("job_{n}"))).collect()).await;
    for claimed in claim(store, 7).await {
        let state = match claimed.job_id.as_str() {
            "job_2" => JobState::Completed,
            "job_5" => JobState::Discarded,
            "job_6" => JobState::Cancelled,
            _ => JobState::Available,
        };
        assert!(settle(store, &id, claimed.lease(), state).await);
    }
    add(store, &instance("site-2"), vec![job("job_8")]).await;
    let added = Cell::new(0);
    let read = async |states: &[JobState]| {
        let mut before = None;
        let mut read = Vec::new();
        loop {
            let page = store.list_jobs_of(&id, states, before.as_ref(), 2).await.unwrap();
            read.extend(page.iter().map(|job| job.job_id.to_string()));
            // A job that is added meanwhile stands before the first page, and in none that is still to come.
            added.set(added.get() + 1);
            add(store, &id, vec![job(&format!("job_9{:02}", added.get()))]).await;
            before = page.last().map(|job| job.job_id.clone());
            if page.len() < 2 {
                return read;
            }
        }
    };
    assert_eq!(read(&[JobState::Discarded, JobState::Cancelled]).await, ["job_6", "job_5"]);
    assert_eq!(read(&[JobState::Completed]).await, ["job_2"]);
    let all = read(&[]).await;
    assert!(all.ends_with(&["7", "6", "5", "4", "3", "2", "1"].map(|n| format!("job_{n}"))), "{all:?}");
    assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
}

async fn a_job_is_added_once_under_its_id(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    add(store, &id, vec![job("job_1")]).await;
    let again = store.transact(&id, Want::money(), now(), |tx| {
        tx.enqueue(job("job_1"));
        Ok::<_, ()>(())
    });
    assert!(again.await.unwrap_err().is_conflict("jobs_pkey"));
}

async fn what_a_worker_says_after_an_erasure_is_not_kept(stage: Stage) {
    let (store, id) = (&stage.store, instance("site-1"));
    add(store, &id, vec![job("job_1"), job("job_2")]).await;
    let claimed = claim(store, 2).await;
    let beat = |claimed: &Job, number| Beat {
        instance_id: id.clone(),
        lease: claimed.lease(),
        lease_until: until(),
        percent: 50,
        step: Some("Writing to ada@example.com".to_owned()),
        lines: vec![JobLine { number, at: now(), text: "wrote to ada@example.com".to_owned() }],
        tell: true,
    };
    assert_eq!(store.beat_jobs(claimed.iter().map(|job| beat(job, 0)).collect()).await.unwrap(), []);
    assert_eq!(stage.number("SELECT count(*) FROM job_lines").await, 2);
    // One is called off beside it, as a deletion does; the other only loses what is stored of it.
    let erased = store.transact(&id, Want::money().job(&claimed[0].job_id), now(), |tx| {
        tx.cancel_job(&"job_1".parse().unwrap(), Some("as ada@example.com wished".to_owned()));
        tx.erase();
        Ok::<_, ()>(())
    });
    erased.await.unwrap().unwrap();
    let lost = store.beat_jobs(claimed.iter().map(|job| beat(job, 1)).collect()).await.unwrap();
    assert_eq!(lost, [claimed[0].lease(), claimed[1].lease()]);
    assert_eq!(stage.number("SELECT count(*) FROM job_lines").await, 0);
    for claimed in &claimed {
        let left = store.find_job(&id, &claimed.job_id).await.unwrap().unwrap();
        assert_eq!((left.args.as_str(), left.progress_step, left.error), ("{}", None, None));
        assert!(!settle(store, &id, claimed.lease(), JobState::Completed).await);
    }
}
