//! Which jobs run when.

use jiff::SignedDuration;
use std::sync::atomic::Ordering;
use wixapp_core::job::JobState;
use wixapp_jobs::{NewJobExt, Registry};

use crate::handler::{Gate, Greet};
use crate::on_both;
use crate::retry::crew_on_the_clock;
use crate::stage::{Stage, instance};

on_both!(
    scheduled_job_runs_once_the_virtual_clock_reaches_it,
    kinds_without_a_handler_are_left_alone,
    no_more_jobs_run_at_once_than_there_are_places,
    lower_priority_numbers_run_first,
    job_of_another_process_is_heard_of,
);

async fn scheduled_job_runs_once_the_virtual_clock_reaches_it(stage: Stage) {
    let crew = crew_on_the_clock(&stage);
    let due = stage.now() + SignedDuration::from_hours(24 * 30);
    let late = stage.new_job(&Greet("late".to_owned())).run_at(due);
    let (late, _) = stage.add_new(&instance(), late, None).await;
    let early = stage.add(&Greet("early".to_owned())).await;
    assert_eq!(stage.until_final(&early).await.state, JobState::Completed);
    assert_eq!(stage.find(&late).await.state, JobState::Scheduled);
    stage.clock.advance(SignedDuration::from_hours(24 * 30));
    assert_eq!(stage.until_final(&late).await.finished_at, Some(due));
    stage.assert_money(0, 2).await;
    crew.stop().await;
}

async fn kinds_without_a_handler_are_left_alone(stage: Stage) {
    let gate = stage.add(&Gate).await;
    let registry = Registry::new().register::<Greet>();
    let crew = stage.crew_with(stage.store.clone(), registry, |_| {});
    let greet = stage.add(&Greet("Ada".to_owned())).await;
    stage.until_final(&greet).await;
    let job = stage.find(&gate).await;
    assert_eq!((job.state, job.attempt), (JobState::Available, 0));
    crew.stop().await;
}

async fn no_more_jobs_run_at_once_than_there_are_places(stage: Stage) {
    let mut jobs = Vec::new();
    for _ in 0..12 {
        jobs.push(stage.add(&Gate).await);
    }
    let crew =
        stage.crew_with(stage.store.clone(), crate::handler::registry(), |config| config.concurrency = 3);
    stage.script.entered(3).await;
    stage.script.open.add_permits(jobs.len());
    for job in &jobs {
        stage.until_final(job).await;
    }
    assert_eq!(stage.script.most.load(Ordering::SeqCst), 3);
    stage.assert_money(0, 12).await;
    crew.stop().await;
}

async fn lower_priority_numbers_run_first(stage: Stage) {
    let mut jobs = Vec::new();
    for (name, priority) in [("c", 5), ("a", -1), ("b", 0)] {
        let job = stage.new_job(&Greet(name.to_owned())).priority(priority);
        jobs.push(stage.add_new(&instance(), job, None).await.0);
    }
    let crew =
        stage.crew_with(stage.store.clone(), crate::handler::registry(), |config| config.concurrency = 1);
    for job in &jobs {
        stage.until_final(job).await;
    }
    assert_eq!(stage.script.done(), ["a", "b", "c"]);
    crew.stop().await;
}

async fn job_of_another_process_is_heard_of(stage: Stage) {
    let crew = stage.crew_with(stage.another_store().await, crate::handler::registry(), |config| {
        config.poll = std::time::Duration::from_secs(3600);
    });
    for name in ["one", "two", "three"] {
        let job_id = stage.add(&Greet(name.to_owned())).await;
        assert_eq!(stage.until_final(&job_id).await.state, JobState::Completed);
    }
    crew.stop().await;
}
