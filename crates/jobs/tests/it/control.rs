//! Jobs that are called off and tried again by hand, that call themselves off, and that are put away.

use jiff::SignedDuration;
use wixapp_core::JobId;
use wixapp_core::account::LedgerError;
use wixapp_core::clock::{Clock, SystemClock};
use wixapp_core::entry::EntryCode;
use wixapp_core::job::JobState;
use wixapp_jobs::{ControlError, Registry, api_error, api_status, control_want};
use wixapp_store::{Claim, Tx};

use crate::handler::{Gate, Greet, Only, Verdict};
use crate::on_both;
use crate::stage::{RICHES, Stage, credits, instance};

on_both!(
    waiting_job_that_is_called_off_gives_its_credits_back_once,
    running_job_that_is_called_off_is_stopped_and_gives_its_credits_back,
    job_that_has_ended_is_not_called_off,
    failed_job_is_tried_again_with_credits_of_its_own,
    cancelled_job_is_tried_again_as_often_as_wanted,
    job_that_cannot_be_paid_again_stays_as_it_is,
    job_that_waits_for_its_backoff_is_tried_at_once,
    job_that_runs_or_is_done_is_not_tried_again,
    job_that_another_stands_for_is_not_tried_again,
    job_that_loses_three_workers_is_put_away,
    handler_calls_its_job_off,
    handler_says_when_to_come_again,
);

type Done = Result<(), ControlError>;

async fn control(stage: &Stage, job_id: &JobId, act: fn(&mut Tx, &JobId) -> Done) -> Done {
    let (job, id) = (stage.find(job_id).await, job_id.clone());
    stage.store.transact(&instance(), control_want(&job), stage.now(), move |tx| act(tx, &id)).await.unwrap()
}

pub(crate) async fn cancel(stage: &Stage, job_id: &JobId) -> Done {
    control(stage, job_id, |tx, id| wixapp_jobs::cancel(tx, id, "Nobody wants it any more.")).await
}

pub(crate) async fn retry(stage: &Stage, job_id: &JobId) -> Done {
    control(stage, job_id, wixapp_jobs::retry).await
}

async fn waiting_job_that_is_called_off_gives_its_credits_back_once(stage: Stage) {
    let job_id = stage.add(&Gate).await;
    for _ in 0..2 {
        cancel(&stage, &job_id).await.unwrap();
        stage.assert_money(0, 0).await;
    }
    assert_eq!(stage.count_entries(EntryCode::Void).await, 1);
    let job = stage.find(&job_id).await;
    assert_eq!(
        (job.state, job.finished_at, api_status(&job)),
        (JobState::Cancelled, Some(stage.now()), "cancelled")
    );
    let error = api_error(&job).unwrap();
    assert_eq!((error.code.as_str(), error.message.as_str()), ("job_cancelled", "Nobody wants it any more."));
}

async fn running_job_that_is_called_off_is_stopped_and_gives_its_credits_back(stage: Stage) {
    // The lease is long: only the word that the job was called off can stop it.
    let crew = stage.crew();
    let job_id = stage.add(&Gate).await;
    stage.script.entered(1).await;
    cancel(&stage, &job_id).await.unwrap();
    stage.assert_money(0, 0).await;
    stage.script.gone(1).await;
    let next = stage.add(&Greet("Ada".to_owned())).await;
    assert_eq!(stage.until_final(&next).await.state, JobState::Completed);
    assert_eq!(stage.find(&job_id).await.state, JobState::Cancelled);
    stage.assert_money(0, 1).await;
    crew.stop().await;
}

async fn job_that_has_ended_is_not_called_off(stage: Stage) {
    let crew = stage.crew();
    for (name, state) in [("Ada", JobState::Completed), ("", JobState::Discarded)] {
        let job_id = stage.add(&Greet(name.to_owned())).await;
        let before = stage.until_final(&job_id).await;
        assert_eq!(cancel(&stage, &job_id).await, Err(ControlError::Ended { state }));
        assert_eq!(stage.find(&job_id).await, before);
    }
    stage.assert_money(0, 1).await;
    crew.stop().await;
}

async fn failed_job_is_tried_again_with_credits_of_its_own(stage: Stage) {
    let crew = stage.crew();
    let job_id = stage.add(&Greet(String::new())).await;
    let failed = stage.until_final(&job_id).await;
    stage.assert_money(0, 0).await;
    for lives in 1..=2 {
        retry(&stage, &job_id).await.unwrap();
        let again = stage.until_final(&job_id).await;
        assert_eq!((again.state, again.attempt), (JobState::Discarded, 1));
        assert_ne!(again.hold_id, failed.hold_id);
        assert_eq!(stage.count_entries(EntryCode::Void).await, lives + 1, "each hold ends once");
        stage.assert_money(0, 0).await;
    }
    crew.stop().await;
}

async fn cancelled_job_is_tried_again_as_often_as_wanted(stage: Stage) {
    let job_id = stage.add(&Greet("Ada".to_owned())).await;
    for _ in 0..3 {
        cancel(&stage, &job_id).await.unwrap();
        retry(&stage, &job_id).await.unwrap();
        stage.assert_money(1, 0).await;
    }
    let crew = stage.crew();
    assert_eq!(stage.until_final(&job_id).await.state, JobState::Completed);
    stage.assert_money(0, 1).await;
    assert_eq!(stage.count_entries(EntryCode::Void).await, 3);
    assert_eq!(stage.count_entries(EntryCode::Post).await, 1);
    crew.stop().await;
}

async fn job_that_cannot_be_paid_again_stays_as_it_is(stage: Stage) {
    let job_id = stage.add(&Gate).await;
    cancel(&stage, &job_id).await.unwrap();
    let id = instance();
    let spent = stage.store.transact(&id, wixapp_store::Want::money(), stage.now(), |tx| {
        let cause = wixapp_core::entry::Cause::new("user", "all of it");
        tx.account.spend("all", "all", credits(RICHES), &cause, tx.now)
    });
    spent.await.unwrap().unwrap();
    let before = stage.find(&job_id).await;
    let refused = retry(&stage, &job_id).await.unwrap_err();
    assert!(matches!(refused, ControlError::Credits(LedgerError::InsufficientCredits { .. })), "{refused}");
    assert_eq!(stage.find(&job_id).await, before);
    stage.assert_money(0, RICHES).await;
}

async fn job_that_waits_for_its_backoff_is_tried_at_once(stage: Stage) {
    let crew = stage.crew();
    let job_id = stage.add(&Verdict::RetryAfter(86_400)).await;
    let waits = stage.until(&job_id, |job| job.state == JobState::Retryable).await;
    retry(&stage, &job_id).await.unwrap();
    let again = stage.until(&job_id, |job| job.state == JobState::Retryable && job.attempt == 2).await;
    assert_eq!((again.hold_id, again.max_attempts), (waits.hold_id, waits.max_attempts));
    stage.assert_money(1, 0).await;
    crew.stop().await;
}

async fn job_that_runs_or_is_done_is_not_tried_again(stage: Stage) {
    let crew = stage.crew();
    let job_id = stage.add(&Gate).await;
    stage.script.entered(1).await;
    assert_eq!(retry(&stage, &job_id).await, Err(ControlError::Running));
    stage.script.open.add_permits(1);
    stage.until_final(&job_id).await;
    assert_eq!(retry(&stage, &job_id).await, Err(ControlError::Ended { state: JobState::Completed }));
    stage.assert_money(0, 1).await;
    crew.stop().await;
}

async fn job_that_another_stands_for_is_not_tried_again(stage: Stage) {
    let old = stage.add(&Only { one_more: false }).await;
    cancel(&stage, &old).await.unwrap();
    let new = stage.add(&Only { one_more: false }).await;
    assert_eq!(retry(&stage, &old).await, Err(ControlError::KeyTaken { by: new.clone() }));
    stage.assert_money(1, 0).await;
    cancel(&stage, &new).await.unwrap();
    retry(&stage, &old).await.unwrap();
    assert_eq!(retry(&stage, &new).await, Err(ControlError::KeyTaken { by: old }));
    stage.assert_money(1, 0).await;
}

async fn job_that_loses_three_workers_is_put_away(stage: Stage) {
    let job_id = stage.add(&Greet("Ada".to_owned())).await;
    let put_away = async || {
        // Without handlers it only rescues.
        let crew = stage
            .crew_with(stage.store.clone(), Registry::new(), |config| config.lease = crate::stage::BRIEF);
        for lost in 1..=3 {
            // After the second it waits a while.
            stage.clock.advance(SignedDuration::from_secs(20));
            let claim = Claim {
                worker: format!("doomed-{lost}"),
                kinds: vec!["greet".to_owned()],
                limit: 1,
                now: stage.now(),
                lease_until: SystemClock.now() - SignedDuration::from_secs(1),
                limits: wixapp_store::Limits::default(),
            };
            assert_eq!(stage.store.claim_jobs(claim).await.unwrap().len(), 1);
            stage.until(&job_id, |job| job.state != JobState::Running && job.deaths == lost).await;
            let waits = stage.find(&job_id).await.run_at > stage.now();
            assert_eq!(waits, lost == 2, "after the loss of worker {lost}");
        }
        crew.stop().await;
        stage.find(&job_id).await
    };
    let job = put_away().await;
    assert_eq!((job.state, job.attempt), (JobState::Discarded, 3));
    let why = "job_quarantined: 3 workers were lost while they had the job, the last of them doomed-3";
    assert_eq!(job.error.as_deref(), Some(why));
    assert_eq!(api_error(&job).unwrap().message, "The work was interrupted too often.");
    stage.assert_money(0, 0).await;
    assert_eq!(stage.count_entries(EntryCode::Void).await, 1);
    // Its lost workers are counted anew once somebody has looked at it.
    retry(&stage, &job_id).await.unwrap();
    assert_eq!(put_away().await.deaths, 3);
    retry(&stage, &job_id).await.unwrap();
    let crew = stage.crew();
    assert_eq!(stage.until_final(&job_id).await.state, JobState::Completed);
    stage.assert_money(0, 1).await;
    crew.stop().await;
}

async fn handler_calls_its_job_off(stage: Stage) {
    let crew = stage.crew();
    let job_id = stage.add(&Verdict::Cancel).await;
    let job = stage.until_final(&job_id).await;
    assert_eq!((job.state, job.attempt), (JobState::Cancelled, 1));
    assert_eq!(api_error(&job).unwrap().message, "The post was deleted meanwhile.");
    stage.assert_money(0, 0).await;
    assert_eq!(stage.count_entries(EntryCode::Void).await, 1);
    crew.stop().await;
}

async fn handler_says_when_to_come_again(stage: Stage) {
    let crew = stage.crew();
    let job_id = stage.add(&Verdict::RetryAfter(90)).await;
    let job = stage.until(&job_id, |job| job.state == JobState::Retryable).await;
    assert_eq!((job.attempt, job.run_at), (1, stage.now() + SignedDuration::from_secs(90)));
    assert_eq!(job.error.as_deref(), Some("job_failed: too many requests"));
    crew.stop().await;
}
