//! The end of a job and the end of its hold.

use jiff::SignedDuration;
use wixapp_core::account::LedgerError;
use wixapp_core::entry::EntryCode;
use wixapp_core::hold::HoldState;
use wixapp_core::job::JobState;
use wixapp_jobs::{api_error, api_status};
use wixapp_store::{Tx, Want};

use crate::handler::{Gate, Greet, Large, Lost};
use crate::on_both;
use crate::stage::{Stage, instance};

on_both!(
    completed_job_posts_its_hold_and_keeps_its_result,
    failed_job_voids_its_hold_once_and_says_why,
    job_whose_hold_was_voided_by_hand_still_completes,
    job_whose_hold_ran_out_completes_and_the_credits_come_back,
    job_that_fails_after_its_hold_was_posted_by_hand_is_failed,
    result_that_is_too_long_does_not_undo_the_work,
    state_that_the_app_does_not_have_fails_the_job,
);

async fn completed_job_posts_its_hold_and_keeps_its_result(stage: Stage) {
    let crew = stage.crew();
    let job_id = stage.add(&Greet("Ada".to_owned())).await;
    let job = stage.until_final(&job_id).await;
    assert_eq!((job.state, job.attempt, job.progress_percent), (JobState::Completed, 1, 100));
    assert_eq!((job.result.as_deref(), job.error.as_deref()), (Some("\"Hello, Ada!\""), None));
    assert_eq!((job.worker.as_deref(), job.lease_until), (None, None));
    assert_eq!(job.finished_at, Some(stage.now()));
    assert_eq!((api_status(&job), api_error(&job)), ("completed", None));
    stage.assert_money(0, 1).await;
    crew.stop().await;
}

async fn failed_job_voids_its_hold_once_and_says_why(stage: Stage) {
    let crew = stage.crew();
    let job_id = stage.add(&Greet(String::new())).await;
    let job = stage.until_final(&job_id).await;
    assert_eq!((job.state, job.attempt, job.result.as_deref()), (JobState::Discarded, 1, None));
    let error = api_error(&job).unwrap();
    assert_eq!((error.code.as_str(), error.message.as_str()), ("no_name", "There is nobody to greet."));
    assert_eq!(api_status(&job), "failed");
    stage.assert_money(0, 0).await;
    assert_eq!(stage.count_entries(EntryCode::Void).await, 1);
    crew.stop().await;
}

async fn job_whose_hold_was_voided_by_hand_still_completes(stage: Stage) {
    let crew = stage.crew();
    let (job_id, hold_id) = stage.add_new(&instance(), stage.new_job(&Gate), None).await;
    stage.script.entered(1).await;
    let (want, now) = (Want::money().hold(&hold_id), stage.now());
    let void = move |tx: &mut Tx| tx.account.void(&hold_id, tx.now);
    let voided = stage.store.transact(&instance(), want, now, void).await.unwrap();
    assert_eq!(voided.map(|hold| hold.state), Ok(HoldState::Voided));
    stage.script.open.add_permits(1);
    assert_eq!(stage.until_final(&job_id).await.state, JobState::Completed);
    stage.assert_money(0, 0).await;
    crew.stop().await;
}

async fn job_whose_hold_ran_out_completes_and_the_credits_come_back(stage: Stage) {
    let crew = stage.crew();
    let until = stage.now() + SignedDuration::from_mins(1);
    let (job_id, hold_id) = stage.add_new(&instance(), stage.new_job(&Gate), Some(until)).await;
    stage.script.entered(1).await;
    stage.clock.advance(SignedDuration::from_mins(2));
    stage.script.open.add_permits(1);
    assert_eq!(stage.until_final(&job_id).await.state, JobState::Completed);
    stage.assert_money(0, 0).await;
    let (want, now) = (Want::money().hold(&hold_id), stage.now());
    let void = move |tx: &mut Tx| tx.account.void(&hold_id, tx.now);
    let again = stage.store.transact(&instance(), want, now, void).await.unwrap();
    assert_eq!(again, Err(LedgerError::HoldEnded { state: HoldState::Expired }));
    crew.stop().await;
}

async fn job_that_fails_after_its_hold_was_posted_by_hand_is_failed(stage: Stage) {
    let (job_id, hold_id) = stage.add_new(&instance(), stage.new_job(&Greet(String::new())), None).await;
    let (want, now) = (Want::money().hold(&hold_id), stage.now());
    let post = move |tx: &mut Tx| tx.account.post(&hold_id, None, tx.now);
    stage.store.transact(&instance(), want, now, post).await.unwrap().unwrap();
    let crew = stage.crew();
    assert_eq!(stage.until_final(&job_id).await.state, JobState::Discarded);
    stage.assert_money(0, 1).await;
    crew.stop().await;
}

async fn result_that_is_too_long_does_not_undo_the_work(stage: Stage) {
    let crew = stage.crew();
    let job_id = stage.add(&Large).await;
    let job = stage.until_final(&job_id).await;
    assert_eq!((job.state, job.result), (JobState::Completed, None));
    stage.assert_money(0, 1).await;
    crew.stop().await;
}

async fn state_that_the_app_does_not_have_fails_the_job(stage: Stage) {
    let crew = stage.crew();
    let job_id = stage.add(&Lost).await;
    let job = stage.until_final(&job_id).await;
    assert_eq!((job.state, job.attempt), (JobState::Discarded, 1));
    assert!(job.error.as_deref().is_some_and(|text| text.contains("PathBuf")), "{:?}", job.error);
    assert_eq!(api_error(&job).unwrap().message, "The work could not be done.");
    stage.assert_money(0, 0).await;
    crew.stop().await;
}
