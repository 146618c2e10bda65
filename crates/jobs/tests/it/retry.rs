//! Attempts that go wrong, and what follows.

use jiff::SignedDuration;
use wixapp_core::job::JobState;
use wixapp_jobs::{api_error, api_status};
use wixapp_store::Job;

use crate::handler::{Brief, Flaky, Greet, Wrong};
use crate::on_both;
use crate::stage::{Stage, instance};

on_both!(
    job_is_tried_again_after_its_backoff_until_it_succeeds,
    last_failed_attempt_fails_the_job_and_voids,
    panic_is_tried_again_and_then_fails_the_job,
    attempt_that_takes_too_long_is_stopped_and_tried_again,
    snoozed_job_does_not_use_up_its_attempts,
    arguments_that_do_not_read_are_tried_again,
);

/// Waits for the job to wait for its next attempt, and lets its backoff pass.
async fn pass_backoff(stage: &Stage, job: &Job) {
    stage.clock.set(job.run_at);
}

async fn job_is_tried_again_after_its_backoff_until_it_succeeds(stage: Stage) {
    let crew = crew_on_the_clock(&stage);
    let job_id = stage.add(&Flaky { good: 3, wrong: Wrong::Retry }).await;
    for (attempt, seconds) in [(1, 1), (2, 16)] {
        let job =
            stage.until(&job_id, |job| job.state == JobState::Retryable && job.attempt == attempt).await;
        let delay = job.run_at.duration_since(stage.now());
        let (least, most) =
            (SignedDuration::from_millis(seconds * 900), SignedDuration::from_millis(seconds * 1100));
        assert!(least <= delay && delay <= most, "attempt {attempt}: {delay:?}");
        assert_eq!((api_status(&job), api_error(&job)), ("queued", None));
        assert!(job.error.as_deref().is_some_and(|text| text.contains("secret detail")));
        stage.assert_money(1, 0).await;
        pass_backoff(&stage, &job).await;
    }
    let job = stage.until_final(&job_id).await;
    assert_eq!((job.state, job.result.as_deref(), job.error), (JobState::Completed, Some("3"), None));
    stage.assert_money(0, 1).await;
    crew.stop().await;
}

/// A crew that looks for due jobs whenever the clock is moved.
pub(crate) fn crew_on_the_clock(stage: &Stage) -> crate::stage::Crew {
    let crew = stage.crew();
    let handle = crew.handle.clone();
    stage.clock.subscribe(move |_| handle.wake());
    crew
}

async fn last_failed_attempt_fails_the_job_and_voids(stage: Stage) {
    let crew = crew_on_the_clock(&stage);
    let job_id = stage.add(&Flaky { good: 9, wrong: Wrong::Retry }).await;
    for attempt in [1, 2] {
        let job =
            stage.until(&job_id, |job| job.state == JobState::Retryable && job.attempt == attempt).await;
        pass_backoff(&stage, &job).await;
    }
    let job = stage.until_final(&job_id).await;
    assert_eq!((job.state, job.attempt), (JobState::Discarded, 3));
    let error = api_error(&job).unwrap();
    assert_eq!(error.code, "job_failed");
    assert!(!error.message.contains("secret"), "internals are not for users: {}", error.message);
    stage.assert_money(0, 0).await;
    crew.stop().await;
}

async fn panic_is_tried_again_and_then_fails_the_job(stage: Stage) {
    let crew = crew_on_the_clock(&stage);
    let job_id = stage.add(&Flaky { good: 9, wrong: Wrong::Panic }).await;
    for attempt in [1, 2] {
        let job =
            stage.until(&job_id, |job| job.state == JobState::Retryable && job.attempt == attempt).await;
        let text = format!("job_panicked: broke down in run {attempt}");
        assert_eq!(job.error.as_deref(), Some(text.as_str()));
        pass_backoff(&stage, &job).await;
    }
    let job = stage.until_final(&job_id).await;
    assert_eq!((job.state, api_error(&job).unwrap().code.as_str()), (JobState::Discarded, "job_panicked"));
    stage.assert_money(0, 0).await;
    // The runner is as well as before.
    let next = stage.add(&Greet("Ada".to_owned())).await;
    assert_eq!(stage.until_final(&next).await.state, JobState::Completed);
    crew.stop().await;
}

async fn attempt_that_takes_too_long_is_stopped_and_tried_again(stage: Stage) {
    let crew = crew_on_the_clock(&stage);
    let job_id = stage.add(&Brief).await;
    let job = stage.until(&job_id, |job| job.state == JobState::Retryable).await;
    assert_eq!(job.error.as_deref(), Some("job_timeout: the attempt took longer than 50 ms"));
    assert_eq!((job.progress_percent, job.progress_step.as_deref()), (0, None), "the job starts over");
    stage.script.gone(1).await;
    pass_backoff(&stage, &job).await;
    let job = stage.until_final(&job_id).await;
    assert_eq!((job.state, job.attempt), (JobState::Discarded, 2));
    stage.script.gone(1).await;
    stage.assert_money(0, 0).await;
    crew.stop().await;
}

async fn snoozed_job_does_not_use_up_its_attempts(stage: Stage) {
    let crew = crew_on_the_clock(&stage);
    let job_id = stage.add(&Flaky { good: 6, wrong: Wrong::Snooze }).await;
    for fence in 1..6 {
        let job = stage.until(&job_id, |job| job.state == JobState::Retryable && job.fence == fence).await;
        assert_eq!(job.run_at, stage.now() + SignedDuration::from_hours(1));
        assert_eq!((job.attempt, job.error.as_deref()), (0, None));
        pass_backoff(&stage, &job).await;
    }
    let job = stage.until_final(&job_id).await;
    assert_eq!((job.state, job.attempt), (JobState::Completed, 1));
    crew.stop().await;
}

async fn arguments_that_do_not_read_are_tried_again(stage: Stage) {
    let mut new = stage.new_job(&Greet(String::new()));
    new.args = "{\"from\": \"another version\"}".to_owned();
    let (job_id, _) = stage.add_new(&instance(), new, None).await;
    let crew = stage.crew();
    let job = stage.until(&job_id, |job| job.state == JobState::Retryable).await;
    assert!(job.error.as_deref().is_some_and(|text| text.starts_with("bad_arguments: ")), "{:?}", job.error);
    stage.assert_money(1, 0).await;
    crew.stop().await;
}
