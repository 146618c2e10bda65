//! Progress: seldom written, never missing.

use wixapp_core::job::JobState;
use wixapp_jobs::api_status;
use wixapp_store::Topic;

use crate::handler::{Chatter, Gate};
use crate::on_both;
use crate::stage::{SHORT, Stage};

on_both!(
    progress_in_quick_succession_is_written_together,
    progress_is_told_to_watchers_and_becomes_the_status,
);

async fn progress_in_quick_succession_is_written_together(stage: Stage) {
    let crew = stage.crew();
    let mut changes = stage.store.watch();
    let job_id = stage.add(&Chatter(5000)).await;
    stage.script.entered(1).await;
    let job = stage.until(&job_id, |job| job.progress_step.as_deref() == Some("Step 5000")).await;
    assert_eq!((job.progress_percent, job.state), (0, JobState::Running));
    stage.script.open.add_permits(1);
    let job = stage.until_final(&job_id).await;
    assert_eq!((job.progress_percent, job.progress_step), (100, None), "what is done has no step any more");
    crew.stop().await;
    let mut told = 0;
    while let Ok(change) = changes.try_recv() {
        told += usize::from(change.topic == Topic::Job(job_id.clone()));
    }
    // Added, told of by a heartbeat every 250 ms at the most, completed.
    assert!((3..50).contains(&told), "told {told} times");
}

async fn progress_is_told_to_watchers_and_becomes_the_status(stage: Stage) {
    let crew = stage.crew_with_lease(SHORT);
    let job_id = stage.add(&Gate).await;
    let job = stage.until(&job_id, |job| job.progress_percent == 40).await;
    assert_eq!(
        (api_status(&job), job.progress_step.as_deref()),
        ("publishing", Some("Publishing to the gate"))
    );
    // Without anything new to say the lease is renewed all the same.
    let later = stage.until(&job_id, |now| now.lease_until > job.lease_until).await;
    assert_eq!((later.state, later.attempt), (JobState::Running, 1));
    stage.script.open.add_permits(1);
    assert_eq!(stage.until_final(&job_id).await.attempt, 1);
    crew.stop().await;
}
