//! Steps that are done once, and what a job says on its way.

use jiff::SignedDuration;
use wixapp_core::InstanceId;
use wixapp_core::job::JobState;
use wixapp_jobs::time_left;

use crate::handler::Walk;
use crate::on_both;
use crate::stage::{SHORT, Stage, instance};

on_both!(
    step_that_is_done_is_not_done_again_by_the_worker_that_takes_over,
    step_that_fails_is_done_again,
    step_is_not_stored_for_a_job_that_was_lost,
    lines_are_kept_in_their_order_across_attempts,
    time_left_is_reckoned_from_the_progress,
    steps_and_lines_go_with_their_job,
);

async fn step_that_is_done_is_not_done_again_by_the_worker_that_takes_over(stage: Stage) {
    let crew = stage.crew_with_lease(SHORT);
    let job_id = stage.add(&Walk { good: 1 }).await;
    stage.script.entered(1).await;
    crew.kill().await;
    let next = stage.crew_with_lease(SHORT);
    stage.script.entered(1).await;
    stage.script.open.add_permits(1);
    let job = stage.until_final(&job_id).await;
    assert_eq!(job.result.as_deref(), Some("[1,2]"), "the first step was done in the first attempt");
    assert_eq!(stage.script.done(), ["first", "second"]);
    stage.assert_money(0, 1).await;
    next.stop().await;
}

async fn step_that_fails_is_done_again(stage: Stage) {
    let job_id = stage.add(&Walk { good: 1 }).await;
    let crew = stage.crew();
    stage.script.entered(1).await;
    let steps = stage.store.list_job_steps(&instance(), &job_id).await.unwrap();
    assert_eq!(steps, [("first".to_owned(), "1".to_owned())]);
    stage.script.open.add_permits(1);
    stage.until_final(&job_id).await;
    let failing = stage.add(&Walk { good: 2 }).await;
    stage.script.entered(1).await;
    stage.script.open.add_permits(1);
    // It snoozes, which does not count as an attempt: it goes wrong until its gate stays shut.
    stage.script.entered(1).await;
    let steps = stage.store.list_job_steps(&instance(), &failing).await.unwrap();
    assert_eq!(steps, [("first".to_owned(), "1".to_owned())], "what fails is not stored");
    assert_eq!(stage.script.done(), ["first", "second", "first", "second"]);
    crate::control::cancel(&stage, &failing).await.unwrap();
    stage.assert_money(0, 1).await;
    crew.stop().await;
}

async fn step_is_not_stored_for_a_job_that_was_lost(stage: Stage) {
    let crew = stage.crew();
    let job_id = stage.add(&Walk { good: 1 }).await;
    stage.script.entered(1).await;
    let lease = stage.find(&job_id).await.lease();
    let old = wixapp_store::Lease { fence: lease.fence - 1, ..lease.clone() };
    let save = async |lease, name: &str| {
        stage.store.save_job_step(&instance(), &lease, name, "0", stage.now()).await
    };
    assert!(!save(old, "late").await.unwrap());
    let other: InstanceId = "site-2".parse().unwrap();
    assert!(!stage.store.save_job_step(&other, &lease, "late", "0", stage.now()).await.unwrap());
    assert!(save(lease.clone(), "mine").await.unwrap());
    assert!(save(lease.clone(), "first").await.unwrap(), "the first result stands");
    crate::control::cancel(&stage, &job_id).await.unwrap();
    assert!(!save(lease, "later").await.unwrap());
    let mut steps = stage.store.list_job_steps(&instance(), &job_id).await.unwrap();
    steps.sort();
    assert_eq!(steps, [("first".to_owned(), "1".to_owned()), ("mine".to_owned(), "0".to_owned())]);
    crew.stop().await;
}

async fn lines_are_kept_in_their_order_across_attempts(stage: Stage) {
    let crew = stage.crew_with_lease(SHORT);
    let job_id = stage.add(&Walk { good: 1 }).await;
    stage.until(&job_id, |job| job.progress_percent == 25).await;
    crew.kill().await;
    let next = stage.crew_with_lease(SHORT);
    stage.script.open.add_permits(1);
    stage.until_final(&job_id).await;
    let lines = stage.store.list_job_lines(&instance(), &job_id, 10).await.unwrap();
    let texts: Vec<_> = lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(texts, ["attempt 1 begins", "attempt 2 begins", "arrived"]);
    assert_eq!(lines[0].at, stage.now());
    let last = stage.store.list_job_lines(&instance(), &job_id, 1).await.unwrap();
    assert_eq!(last, lines[2..]);
    next.stop().await;
}

async fn time_left_is_reckoned_from_the_progress(stage: Stage) {
    let crew = stage.crew();
    let job_id = stage.add(&Walk { good: 1 }).await;
    let job = stage.until(&job_id, |job| job.progress_percent == 25).await;
    assert_eq!(job.started_at, Some(stage.now()));
    let after = |seconds| time_left(&job, stage.now() + SignedDuration::from_secs(seconds));
    assert_eq!((after(0), after(10)), (Some(SignedDuration::ZERO), Some(SignedDuration::from_secs(30))));
    stage.script.open.add_permits(1);
    let done = stage.until_final(&job_id).await;
    assert_eq!((done.state, time_left(&done, stage.now())), (JobState::Completed, None));
    crew.stop().await;
}

async fn steps_and_lines_go_with_their_job(stage: Stage) {
    let crew = stage.crew();
    let job_id = stage.add(&Walk { good: 1 }).await;
    stage.script.open.add_permits(1);
    stage.until_final(&job_id).await;
    let later = stage.now() + SignedDuration::from_secs(1);
    assert_eq!(stage.store.purge_jobs(later, later, 10).await.unwrap(), 1);
    let left = "SELECT (SELECT count(*) FROM jobs) + (SELECT count(*) FROM job_steps) + (SELECT count(*) FROM job_lines)";
    assert_eq!(stage.place.number(left).await, 0);
    crew.stop().await;
}
