//! What time brings next, and whether all that is due was done.

use wixapp_core::clock::Timestamp;
use wixapp_core::grant::Pool;
use wixapp_core::hold::ReserveRequest;
use wixapp_store::{Claim, NewJob, Want};

use crate::stage::{Stage, at, gift, give, instance, now, put_aside, reserve};

on_both!(what_falls_due_next_is_the_earliest_of_all_kinds, a_store_with_something_due_is_not_idle);

fn job(id: &str, run_at: Timestamp) -> NewJob {
    NewJob {
        job_id: id.parse().unwrap(),
        kind: "publish".to_owned(),
        args: "{}".to_owned(),
        run_at,
        priority: 0,
        max_attempts: 3,
        hold_id: None,
        unique: None,
        rate: None,
    }
}

async fn add(stage: &Stage, job: NewJob) {
    let id = instance("site-1");
    let added = stage.store.transact(&id, Want::money(), now(), move |tx| {
        tx.enqueue(job.clone());
        Ok::<_, ()>(())
    });
    added.await.unwrap().unwrap();
}

async fn look_at(stage: &Stage, due: Timestamp) {
    let id = instance("site-2");
    let set = stage.store.transact(&id, Want::money().facts(), now(), move |tx| {
        tx.profile.due_at = Some(due);
        Ok::<_, ()>(())
    });
    set.await.unwrap().unwrap();
}

async fn what_falls_due_next_is_the_earliest_of_all_kinds(stage: Stage) {
    let next = async |moment: &str| stage.store.next_due_after(at(moment)).await.unwrap();
    assert_eq!(next("2026-01-01T00:00:00Z").await, None);

    give(&stage.store, &instance("site-1"), gift("gift", Pool::Plan, 100)).await;
    let hold = ReserveRequest { expires_at: Some(at("2026-03-04T00:00:00Z")), ..put_aside("later", 1) };
    reserve(&stage.store, &instance("site-1"), hold).await;
    assert_eq!(next("2026-03-01T10:00:00Z").await, Some(at("2026-03-04T00:00:00Z")));
    add(&stage, job("job_1", at("2026-03-03T00:00:00Z"))).await;
    assert_eq!(next("2026-03-01T10:00:00Z").await, Some(at("2026-03-03T00:00:00Z")));
    look_at(&stage, at("2026-03-02T00:00:00Z")).await;
    assert_eq!(next("2026-03-01T10:00:00Z").await, Some(at("2026-03-02T00:00:00Z")));

    // What is due at the very moment is not ahead of it.
    assert_eq!(next("2026-03-02T00:00:00Z").await, Some(at("2026-03-03T00:00:00Z")));
    assert_eq!(next("2026-03-03T00:00:00Z").await, Some(at("2026-03-04T00:00:00Z")));
    assert_eq!(next("2026-03-04T00:00:00Z").await, None);
}

async fn a_store_with_something_due_is_not_idle(stage: Stage) {
    let idle = async |moment: &str| stage.store.is_idle(at(moment)).await.unwrap();
    assert!(idle("2026-03-09T00:00:00Z").await);
    look_at(&stage, at("2026-03-02T00:00:00Z")).await;
    assert!(idle("2026-03-01T23:59:59Z").await && !idle("2026-03-02T00:00:00Z").await);
    look_at(&stage, at("2026-04-01T00:00:00Z")).await;
    add(&stage, job("job_1", at("2026-03-03T00:00:00Z"))).await;
    assert!(idle("2026-03-02T00:00:00Z").await && !idle("2026-03-03T00:00:00Z").await);

    let claim = Claim {
        worker: "worker-1".to_owned(),
        kinds: vec!["publish".to_owned()],
        limit: 1,
        now: at("2026-03-03T00:00:00Z"),
        lease_until: at("2026-03-03T00:01:00Z"),
        limits: wixapp_store::Limits::default(),
    };
    assert_eq!(stage.store.claim_jobs(claim).await.unwrap().len(), 1);
    assert!(!idle("2026-03-03T00:00:00Z").await, "it is being done");
}
