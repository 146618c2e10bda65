//! Groups: joined once when all of them have ended, with how each of them did.

use jiff::SignedDuration;
use wixapp_core::clock::{Clock, SystemClock};
use wixapp_core::job::JobState;
use wixapp_core::{JobGroupId, JobId};
use wixapp_jobs::{NewJobExt, Registry, new_group};
use wixapp_store::{Claim, Job, MemberTaken, NewJob, Want};

use crate::control::{cancel, retry};
use crate::handler::{Gate, Greet, Only, Tally, Toil, registry};
use crate::on_both;
use crate::stage::{BRIEF, SHORT, Stage, instance};

on_both!(
    group_is_joined_with_how_each_of_it_ended,
    groups_whose_last_jobs_end_together_are_joined_once,
    group_whose_jobs_lose_their_workers_is_joined_once,
    group_is_joined_by_another_when_the_worker_of_its_last_job_dies,
    group_is_joined_again_when_one_of_it_was_tried_again,
    group_that_is_open_again_is_not_joined_before_its_end,
    group_of_none_is_joined_at_once,
    group_is_refused_when_another_job_stands_for_one_of_it,
    group_is_deleted_once_all_of_it_are_old,
    nobody_joins_what_was_erased,
);

/// Adds a group in which each job has a credit put aside for it; gives their ids.
async fn add(stage: &Stage, members: Vec<NewJob>) -> Vec<JobId> {
    try_add(stage, members).await.unwrap()
}

async fn try_add(stage: &Stage, members: Vec<NewJob>) -> Result<Vec<JobId>, MemberTaken> {
    let mut group = new_group(&Tally, JobGroupId::new(stage.now(), rand::random()), stage.now()).unwrap();
    group.members = members;
    let want = group.want(Want::money());
    let id = instance();
    let added = stage.store.transact(&id, want, stage.now(), move |tx| {
        let mut group = group.clone();
        for member in &mut group.members {
            let request = wixapp_core::hold::ReserveRequest {
                key: member.job_id.to_string(),
                action: "publish".to_owned(),
                amount: crate::stage::credits(1),
                expires_at: None,
            };
            let hold = tx.account.reserve(request, tx.now).unwrap();
            *member = member.clone().hold(&hold.id);
        }
        let ids = group.members.iter().map(|member| member.job_id.clone()).collect();
        tx.enqueue_group(group).map(|()| ids)
    });
    added.await.unwrap()
}

/// The jobs that joined something, oldest first.
async fn joins(stage: &Stage) -> Vec<Job> {
    let jobs = stage.store.list_jobs(&instance(), 1000).await.unwrap();
    let mut joins: Vec<_> = jobs.into_iter().filter(|job| job.kind == "tally").collect();
    joins.reverse();
    joins
}

/// Waits until `count` jobs have joined something and ended.
async fn joined(stage: &Stage, count: usize) -> Vec<Job> {
    let mut changes = stage.store.watch();
    let all = tokio::time::timeout(crate::stage::LIMIT, async {
        loop {
            let joins = joins(stage).await;
            if joins.len() >= count && joins.iter().all(|job| job.state.is_final()) {
                return joins;
            }
            let _ = tokio::time::timeout(std::time::Duration::from_millis(100), changes.recv()).await;
        }
    });
    let all = all.await.expect("the groups are joined");
    assert_eq!(all.len(), count, "{all:?}");
    all
}

fn told(job: &Job) -> Vec<String> {
    assert_eq!((job.state, &job.hold_id), (JobState::Completed, &None), "{job:?}");
    serde_json::from_str(job.result.as_deref().unwrap()).unwrap()
}

fn greet(stage: &Stage, name: &str) -> NewJob {
    stage.new_job(&Greet(name.to_owned()))
}

/// Claims what is due of a kind and gives no sign of life.
async fn claim_and_die(stage: &Stage, kind: &str) -> Vec<Job> {
    let claim = Claim {
        worker: "doomed".to_owned(),
        kinds: vec![kind.to_owned()],
        limit: 10,
        now: stage.now(),
        lease_until: SystemClock.now() - SignedDuration::from_secs(1),
        limits: wixapp_store::Limits::default(),
    };
    stage.store.claim_jobs(claim).await.unwrap()
}

async fn group_is_joined_with_how_each_of_it_ended(stage: Stage) {
    let gone = stage.new_job(&Gate);
    let ids = add(&stage, vec![greet(&stage, "Ada"), greet(&stage, ""), gone, greet(&stage, "Bob")]).await;
    stage.assert_money(4, 0).await;
    cancel(&stage, &ids[2]).await.unwrap();
    assert_eq!(joins(&stage).await, []);
    let crew = stage.crew();
    let joins = joined(&stage, 1).await;
    let expected = [
        "greet completed \"Hello, Ada!\" of Ada",
        "greet discarded no_name: There is nobody to greet. of ",
        "gate cancelled job_cancelled: Nobody wants it any more.",
        "greet completed \"Hello, Bob!\" of Bob",
    ];
    assert_eq!(told(&joins[0]), expected);
    assert_eq!(joins[0].created_at, stage.now());
    for (id, state) in
        ids.iter().zip([JobState::Completed, JobState::Discarded, JobState::Cancelled, JobState::Completed])
    {
        assert_eq!(stage.find(id).await.state, state);
    }
    stage.assert_money(0, 2).await;
    crew.stop().await;
}

async fn groups_whose_last_jobs_end_together_are_joined_once(stage: Stage) {
    const GROUPS: usize = 20;
    for _ in 0..GROUPS {
        let toil = |good| stage.new_job(&Toil { good });
        add(&stage, vec![toil(true), toil(false)]).await;
    }
    let other = stage.another_store().await;
    let crews = [stage.crew(), stage.crew_with(other, registry(), |_| {})];
    for join in joined(&stage, GROUPS).await {
        assert_eq!(
            told(&join),
            ["toil completed null", "toil discarded job_failed: The work could not be done."]
        );
    }
    stage.assert_money(0, 20).await;
    for crew in crews {
        crew.stop().await;
    }
}

async fn group_whose_jobs_lose_their_workers_is_joined_once(stage: Stage) {
    let ids = add(&stage, vec![greet(&stage, "Ada"), stage.new_job(&Gate)]).await;
    // Without handlers it only rescues.
    let crew = stage.crew_with(stage.store.clone(), Registry::new(), |config| config.lease = BRIEF);
    let mut lost = Vec::new();
    for deaths in 1..=3 {
        // After the second it waits a while.
        stage.clock.advance(SignedDuration::from_secs(20));
        lost.extend(claim_and_die(&stage, "greet").await);
        stage.until(&ids[0], |job| job.state != JobState::Running && job.deaths == deaths).await;
    }
    crew.stop().await;
    assert_eq!(joins(&stage).await, [], "the other has not ended");
    let crew = stage.crew();
    stage.script.entered(1).await;
    stage.script.open.add_permits(1);
    let quarantined = "greet discarded job_quarantined: The work was interrupted too often. of Ada";
    assert_eq!(told(&joined(&stage, 1).await[0]), [quarantined, "gate completed \"attempt 1\""]);
    // A worker that wakes up late ends nothing, and joins nothing.
    for lease in lost.iter().map(Job::lease) {
        let want = Want::money().job(&lease.job_id);
        let id = instance();
        let late = stage.store.transact(&id, want, stage.now(), move |tx| {
            tx.settle_job(&lease, |job| job.state = JobState::Completed)
        });
        assert_eq!(late.await.unwrap(), Err(wixapp_store::LeaseLost));
    }
    joined(&stage, 1).await;
    stage.assert_money(0, 1).await;
    crew.stop().await;
}

async fn group_is_joined_by_another_when_the_worker_of_its_last_job_dies(stage: Stage) {
    let ids = add(&stage, vec![greet(&stage, "Ada"), greet(&stage, "Bob")]).await;
    // It cannot join: the process ends between the last job and the one that joins.
    let members = Registry::new().register::<Greet>();
    let crew = stage.crew_with(stage.store.clone(), members, |_| {});
    for id in &ids {
        stage.until_final(id).await;
    }
    crew.kill().await;
    let waiting = joins(&stage).await;
    assert_eq!(waiting.iter().map(|job| job.state).collect::<Vec<_>>(), [JobState::Available]);
    // The next one dies with it.
    assert_eq!(claim_and_die(&stage, "tally").await.len(), 1);
    let crew = stage.crew_with_lease(SHORT);
    let all = joined(&stage, 1).await;
    assert_eq!((told(&all[0]).len(), all[0].attempt), (2, 2));
    stage.assert_money(0, 2).await;
    crew.stop().await;
}

async fn group_is_joined_again_when_one_of_it_was_tried_again(stage: Stage) {
    let ids = add(&stage, vec![greet(&stage, "Ada"), stage.new_job(&Gate)]).await;
    cancel(&stage, &ids[1]).await.unwrap();
    let crew = stage.crew();
    let first = joined(&stage, 1).await;
    assert_eq!(told(&first[0])[1], "gate cancelled job_cancelled: Nobody wants it any more.");
    stage.assert_money(0, 1).await;
    stage.clock.advance(SignedDuration::from_secs(1));
    retry(&stage, &ids[1]).await.unwrap();
    stage.script.entered(1).await;
    assert_eq!(joins(&stage).await, first, "it is open again");
    stage.script.open.add_permits(1);
    let both = joined(&stage, 2).await;
    assert_eq!(told(&both[1]), ["greet completed \"Hello, Ada!\" of Ada", "gate completed \"attempt 1\""]);
    stage.assert_money(0, 2).await;
    // What joined it is a job like any other, and not what it joins.
    assert!(retry(&stage, &both[1].job_id).await.is_err());
    crew.stop().await;
}

async fn group_that_is_open_again_is_not_joined_before_its_end(stage: Stage) {
    let ids = add(&stage, vec![greet(&stage, "Ada"), stage.new_job(&Gate)]).await;
    cancel(&stage, &ids[1]).await.unwrap();
    let members = Registry::new().register::<Greet>();
    let crew = stage.crew_with(stage.store.clone(), members, |_| {});
    stage.until_final(&ids[0]).await;
    crew.stop().await;
    let waiting = joins(&stage).await.remove(0);
    stage.clock.advance(SignedDuration::from_secs(1));
    retry(&stage, &ids[1]).await.unwrap();
    let crew = stage.crew();
    let early = stage.until_final(&waiting.job_id).await;
    assert_eq!((early.state, early.result), (JobState::Cancelled, None));
    assert!(early.error.unwrap().starts_with("job_cancelled: A job of the group is tried again"));
    stage.script.entered(1).await;
    stage.script.open.add_permits(1);
    let joins = joined(&stage, 2).await;
    assert_eq!(told(&joins[1]).len(), 2);
    crew.stop().await;
    stage.assert_money(0, 2).await;
}

async fn group_of_none_is_joined_at_once(stage: Stage) {
    add(&stage, Vec::new()).await;
    let crew = stage.crew();
    assert_eq!(told(&joined(&stage, 1).await[0]), Vec::<String>::new());
    crew.stop().await;
}

async fn group_is_refused_when_another_job_stands_for_one_of_it(stage: Stage) {
    let only = || stage.new_job(&Only { one_more: false });
    let (first, second) = (only(), only());
    let by = first.job_id.clone();
    assert_eq!(try_add(&stage, vec![first, second]).await, Err(MemberTaken { by }));
    let standing = stage.add(&Only { one_more: false }).await;
    let refused = try_add(&stage, vec![greet(&stage, "Ada"), only()]).await;
    assert_eq!(refused, Err(MemberTaken { by: standing }));
    assert_eq!(stage.store.list_jobs(&instance(), 10).await.unwrap().len(), 1);
    assert_eq!(stage.place.number("SELECT count(*) FROM job_groups").await, 0);
    stage.assert_money(1, 0).await;
}

async fn group_is_deleted_once_all_of_it_are_old(stage: Stage) {
    let ids = add(&stage, vec![greet(&stage, "Ada"), stage.new_job(&Gate)]).await;
    let crew = stage.crew();
    stage.until_final(&ids[0]).await;
    stage.script.entered(1).await;
    let later = stage.now() + SignedDuration::from_hours(24);
    assert_eq!(stage.store.purge_jobs(later, later, 10).await.unwrap(), 0, "what it gave is still needed");
    stage.script.open.add_permits(1);
    assert_eq!(told(&joined(&stage, 1).await[0]).len(), 2);
    crew.stop().await;
    for left in [2, 1, 0] {
        assert_eq!(stage.store.purge_jobs(later, later, 1).await.unwrap(), 1);
        assert_eq!(stage.store.list_jobs(&instance(), 10).await.unwrap().len(), left);
    }
    assert_eq!(stage.place.number("SELECT count(*) FROM job_groups").await, 0);
}

async fn nobody_joins_what_was_erased(stage: Stage) {
    add(&stage, vec![greet(&stage, "Ada"), stage.new_job(&Gate)]).await;
    let id = instance();
    let erased = stage.store.transact(&id, Want::money().everything_open(), stage.now(), |tx| {
        for id in tx.open_jobs() {
            wixapp_jobs::cancel(tx, &id, "It is deleted.")?;
        }
        tx.erase();
        Ok::<_, wixapp_jobs::ControlError>(())
    });
    erased.await.unwrap().unwrap();
    assert_eq!(joins(&stage).await, []);
    assert_eq!(stage.place.number("SELECT count(*) FROM job_groups").await, 0);
    stage.assert_money(0, 0).await;
}
