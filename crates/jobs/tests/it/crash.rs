//! Workers that die, and databases that refuse.

use std::collections::HashMap;
use std::time::Duration;

use jiff::SignedDuration;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use wixapp_core::InstanceId;
use wixapp_core::clock::{Clock, SystemClock};
use wixapp_core::entry::EntryCode;
use wixapp_core::job::JobState;
use wixapp_jobs::{Registry, api_error};
use wixapp_store::{Claim, Job};

use crate::handler::{Chatter, Greet, Toil, registry};
use crate::on_both;
use crate::stage::{BRIEF, Crew, LIMIT, RICHES, SHORT, Stage, instance};

on_both!(
    stalled_jobs_are_rescued_once_by_two_runners,
    job_that_stalls_is_found_soon_however_long_the_lease_is,
    job_of_a_killed_worker_is_taken_over,
    five_hundred_jobs_with_kills_end_once_each,
);

/// Claims like a worker that dies right after.
async fn claim_and_die(stage: &Stage, count: i64) -> Vec<Job> {
    let claim = Claim {
        worker: "doomed".to_owned(),
        kinds: vec!["greet".to_owned()],
        limit: count,
        now: stage.now(),
        lease_until: SystemClock.now() - SignedDuration::from_secs(1),
        limits: wixapp_store::Limits::default(),
    };
    stage.store.claim_jobs(claim).await.unwrap()
}

async fn stalled_jobs_are_rescued_once_by_two_runners(stage: Stage) {
    for number in 0..40 {
        let mut job = stage.new_job(&Greet("Ada".to_owned()));
        job.max_attempts = 1 + number % 2;
        stage.add_new(&instance(), job, None).await;
    }
    let jobs = claim_and_die(&stage, 40).await;
    assert_eq!(jobs.len(), 40);
    // Without handlers they only rescue.
    let crews = [
        stage.crew_with(stage.store.clone(), Registry::new(), |_| {}),
        stage.crew_with(stage.another_store().await, Registry::new(), |_| {}),
    ];
    for job in &jobs {
        let rescued = stage.until(&job.job_id, |job| job.state != JobState::Running).await;
        assert_eq!((rescued.attempt, rescued.fence), (1, 1));
        if job.max_attempts == 1 {
            assert_eq!(rescued.state, JobState::Discarded);
            assert_eq!(rescued.error.as_deref(), Some("worker_lost: worker lost in attempt 1 of 1"));
            assert_eq!(api_error(&rescued).unwrap().message, "The work was interrupted too often.");
        } else {
            assert_eq!(rescued.state, JobState::Available);
        }
    }
    for crew in crews {
        crew.stop().await;
    }
    stage.assert_money(20, 0).await;
    assert_eq!(stage.count_entries(EntryCode::Void).await, 20);
}

async fn job_that_stalls_is_found_soon_however_long_the_lease_is(stage: Stage) {
    let hour = Duration::from_secs(3_600);
    let crew = stage.crew_with(stage.store.clone(), Registry::new(), |config| config.lease = hour);
    stage.add(&Greet("Ada".to_owned())).await;
    // The first time it may be found by the look with which the crew begins. The next one must not be half a lease away.
    for _ in 0..2 {
        let [job] = claim_and_die(&stage, 1).await.try_into().unwrap();
        stage.until(&job.job_id, |job| job.state != JobState::Running).await;
    }
    crew.stop().await;
}

async fn job_of_a_killed_worker_is_taken_over(stage: Stage) {
    let crew = stage.crew_with_lease(SHORT);
    let job_id = stage.add(&Chatter(1)).await;
    stage.script.entered(1).await;
    crew.kill().await;
    let next = stage.crew_with_lease(SHORT);
    stage.script.entered(1).await;
    stage.script.open.add_permits(1);
    let job = stage.until_final(&job_id).await;
    assert_eq!((job.state, job.attempt, job.fence), (JobState::Completed, 2, 2));
    stage.assert_money(0, 1).await;
    next.stop().await;
}

const JOBS: i64 = 500;
const INSTANCES: i64 = 10;
const KILLS: usize = 20;

fn site(number: i64) -> InstanceId {
    format!("site-{}", number % INSTANCES).parse().unwrap()
}

async fn five_hundred_jobs_with_kills_end_once_each(stage: Stage) {
    for number in (0..INSTANCES).filter(|number| site(*number) != instance()) {
        stage.give(&site(number)).await;
    }
    for number in 0..JOBS {
        // Every fifth fails for good.
        let job = stage.new_job(&Toil { good: number % 5 != 0 });
        stage.add_new(&site(number), job, None).await;
    }
    let crews = tokio::time::timeout(2 * LIMIT, kill_and_replace(&stage)).await.expect("all jobs end");
    for crew in crews {
        crew.stop().await;
    }
    let (mut jobs, mut ends) = (Vec::new(), HashMap::<_, Vec<_>>::new());
    for id in (0..INSTANCES).map(site) {
        jobs.extend(stage.store.list_jobs(&id, JOBS).await.unwrap());
        assert_eq!(stage.store.verify_ledger(&id).await.unwrap(), None);
        let balances = stage.store.find_instance(&id).await.unwrap().unwrap().balances;
        assert_eq!((balances.held, balances.available() + balances.spent), (0, RICHES));
        for entry in stage.store.list_entries(&id, None, 10_000).await.unwrap() {
            if matches!(entry.code, EntryCode::Post | EntryCode::Void) {
                ends.entry(entry.pending_id.unwrap()).or_default().push(entry.code);
            }
        }
    }
    assert_eq!(jobs.len(), 500);
    for job in &jobs {
        let end = if job.state == JobState::Completed { EntryCode::Post } else { EntryCode::Void };
        assert_eq!(ends[job.hold_id.as_ref().unwrap()], [end], "{job:?}");
    }
    let repeated = jobs.iter().filter(|job| job.attempt > 1).count();
    assert!(repeated > 0, "no kill hit a running job");
}

/// Runs three crews and kills one whenever a few more jobs were begun, until all are over.
async fn kill_and_replace(stage: &Stage) -> Vec<Crew> {
    let mut random = SmallRng::seed_from_u64(500);
    let mut crews = Vec::new();
    for _ in 0..3 {
        crews.push(worker(stage).await);
    }
    for _ in 0..KILLS {
        stage.script.entered(random.random_range(1..20)).await;
        crews.swap_remove(random.random_range(0..3)).kill().await;
        crews.push(worker(stage).await);
    }
    let mut changes = stage.store.watch();
    while unfinished(stage).await {
        // What has lost two workers waits a while.
        stage.clock.advance(SignedDuration::from_secs(1));
        let _ = tokio::time::timeout(Duration::from_millis(100), changes.recv()).await;
    }
    crews
}

/// A crew of this process, or as if of another.
async fn worker(stage: &Stage) -> Crew {
    let store = if rand::random_ratio(1, 3) { stage.another_store().await } else { stage.store.clone() };
    stage.crew_with(store, registry(), |config| config.lease = BRIEF)
}

async fn unfinished(stage: &Stage) -> bool {
    for id in (0..INSTANCES).map(site) {
        let jobs = stage.store.list_jobs(&id, JOBS).await.unwrap();
        if jobs.iter().any(|job| !job.state.is_final()) {
            return true;
        }
    }
    false
}

/// The end of a job is refused by the database for a while; only SQLite has a trigger that can be put in the way with
/// one statement.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn finished_work_is_not_lost_when_the_database_refuses_it_at_first() {
    let stage = Stage::sqlite().await;
    let crew = stage.crew();
    stage
        .place
        .raw(
            "CREATE TRIGGER refuse BEFORE UPDATE ON jobs WHEN NEW.state = 'completed' \
             BEGIN SELECT RAISE(ABORT, 'refused: not yet'); END",
        )
        .await;
    let job_id = stage.add(&Chatter(1)).await;
    stage.script.entered(1).await;
    stage.script.open.add_permits(1);
    // The last word is written by the heartbeat, and the handler is over.
    let last = |job: &Job| job.progress_step.as_deref().is_some_and(|step| step.starts_with("Last word"));
    let job = stage.until(&job_id, last).await;
    assert_eq!(job.state, JobState::Running);
    assert!(job.progress_step.unwrap().len() <= 256, "a long step is cut");
    stage.place.raw("DROP TRIGGER refuse").await;
    let job = stage.until_final(&job_id).await;
    assert_eq!((job.state, job.attempt), (JobState::Completed, 1));
    stage.assert_money(0, 1).await;
    crew.stop().await;
}
