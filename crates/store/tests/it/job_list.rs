//! What operators and the purge see of the job table, and its last line against two jobs with one key.

use jiff::SignedDuration;
use wixapp_core::clock::Timestamp;
use wixapp_core::job::JobState;
use wixapp_store::{Claim, Job, JobFilter, Limits, NewJob, Store, Unique, Want};

use crate::stage::{Stage, at, instance, now};

on_both!(
    a_filter_lets_through_what_it_names,
    lost_claims_are_told_from_those_that_hold,
    only_jobs_that_ended_long_ago_are_deleted,
    a_key_that_was_not_looked_at_is_refused_by_the_database,
);

fn job(id: &str, kind: &str) -> NewJob {
    NewJob {
        job_id: id.parse().unwrap(),
        kind: kind.to_owned(),
        args: "{}".to_owned(),
        run_at: now(),
        priority: 0,
        max_attempts: 3,
        hold_id: None,
        unique: None,
        rate: None,
    }
}

async fn add(store: &Store, site: &str, job: NewJob) {
    let id = instance(site);
    let added = store.transact(&id, Want::money(), now(), move |tx| {
        tx.enqueue(job.clone());
        Ok::<_, ()>(())
    });
    added.await.unwrap().unwrap();
}

async fn claim(store: &Store, kind: &str) -> Vec<Job> {
    let (worker, kinds) = ("worker-1".to_owned(), vec![kind.to_owned()]);
    let claim = Claim {
        worker,
        kinds,
        limit: 10,
        now: now(),
        lease_until: at("2026-03-01T10:01:00Z"),
        limits: Limits::default(),
    };
    store.claim_jobs(claim).await.unwrap()
}

async fn end(store: &Store, job: &Job, state: JobState, deaths: i64, at: Timestamp) {
    let (want, lease) = (Want::money().job(&job.job_id), job.lease());
    let ended = store.transact(&job.instance_id, want, at, move |tx| {
        tx.settle_job(&lease, |job| {
            job.state = state;
            job.deaths = deaths;
        })
    });
    ended.await.unwrap().unwrap();
}

async fn a_filter_lets_through_what_it_names(stage: Stage) {
    let store = &stage.store;
    add(store, "site-1", job("job_1", "publish")).await;
    add(store, "site-2", job("job_2", "publish")).await;
    add(store, "site-1", job("job_3", "sync")).await;
    add(store, "site-2", job("job_4", "put-away")).await;
    let put_away = claim(store, "put-away").await.remove(0);
    end(store, &put_away, JobState::Discarded, 3, now()).await;
    claim(store, "sync").await;
    let names = async |filter: JobFilter| -> Vec<String> {
        let jobs = store.list_jobs_by(&filter, None, 10).await.unwrap();
        jobs.iter().map(|job| job.job_id.to_string()).collect()
    };
    let all = JobFilter::default();
    assert_eq!(names(all.clone()).await, ["job_4", "job_3", "job_2", "job_1"]);
    assert_eq!(
        names(JobFilter { instance_id: Some(instance("site-1")), ..all.clone() }).await,
        ["job_3", "job_1"]
    );
    assert_eq!(
        names(JobFilter { kind: Some("publish".to_owned()), ..all.clone() }).await,
        ["job_2", "job_1"]
    );
    let states = vec![JobState::Running, JobState::Discarded];
    assert_eq!(names(JobFilter { states, ..all.clone() }).await, ["job_4", "job_3"]);
    assert_eq!(names(JobFilter { quarantined: true, ..all.clone() }).await, ["job_4"]);
    assert!(names(JobFilter { created_before: Some(now()), ..all.clone() }).await.is_empty());
    let mut page = store.list_jobs_by(&all, None, 3).await.unwrap();
    let last = page.pop().unwrap().job_id;
    let rest = store.list_jobs_by(&all, Some(&last), 3).await.unwrap();
    assert_eq!(rest.iter().map(|job| job.job_id.as_str()).collect::<Vec<_>>(), ["job_1"]);
    assert_eq!(store.find_any_job(&last).await.unwrap().unwrap().instance_id, instance("site-2"));
    assert_eq!(store.find_any_job(&"job_9".parse().unwrap()).await.unwrap(), None);
}

async fn lost_claims_are_told_from_those_that_hold(stage: Stage) {
    let store = &stage.store;
    for id in ["job_1", "job_2"] {
        add(store, "site-1", job(id, "publish")).await;
    }
    let jobs = claim(store, "publish").await;
    let claims: Vec<_> = jobs.iter().map(|job| (job.instance_id.clone(), job.lease())).collect();
    assert_eq!(store.list_lost(&claims).await.unwrap(), []);
    end(store, &jobs[0], JobState::Cancelled, 0, now()).await;
    assert_eq!(store.list_lost(&claims).await.unwrap(), [jobs[0].lease()]);
    assert_eq!(store.list_lost(&[]).await.unwrap(), []);
}

async fn only_jobs_that_ended_long_ago_are_deleted(stage: Stage) {
    let store = &stage.store;
    for id in ["job_1", "job_2", "job_3", "job_4"] {
        add(store, "site-1", job(id, "publish")).await;
    }
    let jobs = claim(store, "publish").await;
    let day = |days: i64| now() + SignedDuration::from_hours(24 * days);
    end(store, &jobs[0], JobState::Completed, 0, day(0)).await;
    end(store, &jobs[1], JobState::Discarded, 0, day(1)).await;
    end(store, &jobs[2], JobState::Cancelled, 0, day(2)).await;
    assert_eq!(store.purge_jobs(day(0), day(9), 10).await.unwrap(), 0, "what ended at that moment stays");
    assert_eq!(store.purge_jobs(day(9), day(9), 2).await.unwrap(), 2);
    let left = store.list_jobs(&instance("site-1"), 10).await.unwrap();
    assert_eq!(left.iter().map(|job| job.job_id.as_str()).collect::<Vec<_>>(), ["job_4", "job_3"]);
    assert_eq!(store.purge_jobs(day(9), day(9), 10).await.unwrap(), 1);
    let left = store.list_jobs(&instance("site-1"), 10).await.unwrap();
    assert_eq!(left.iter().map(|job| job.state).collect::<Vec<_>>(), [JobState::Running]);
}

async fn a_key_that_was_not_looked_at_is_refused_by_the_database(stage: Stage) {
    let unique = |id| NewJob { unique: Some(Unique::WhileOpen("site".to_owned())), ..job(id, "publish") };
    add(&stage.store, "site-1", unique("job_1")).await;
    let second = unique("job_2");
    let id = instance("site-1");
    let refused = stage.store.transact(&id, Want::money(), now(), move |tx| {
        tx.enqueue(second.clone());
        Ok::<_, ()>(())
    });
    assert!(refused.await.unwrap_err().is_conflict("jobs_unique_once"));
}
