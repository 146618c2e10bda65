//! Stopping gracefully.

use std::time::Duration;

use wixapp_core::job::JobState;
use wixapp_jobs::Drained;

use crate::handler::{Gate, Greet, Stop, registry};
use crate::on_both;
use crate::stage::Stage;

on_both!(
    running_jobs_may_finish_when_the_runner_stops,
    jobs_that_do_not_finish_in_time_are_handed_back_at_once,
    job_that_listens_stops_early_and_runs_again_elsewhere,
    stopped_runner_claims_nothing_more,
    runner_stops_when_nobody_can_stop_it_any_more,
);

async fn running_jobs_may_finish_when_the_runner_stops(stage: Stage) {
    let crew = stage.crew();
    let jobs = [stage.add(&Gate).await, stage.add(&Gate).await];
    stage.script.entered(2).await;
    crew.ask();
    stage.script.open.add_permits(2);
    assert_eq!(crew.stop().await, Drained { finished: 2, handed_back: 0 });
    for job in &jobs {
        assert_eq!(stage.find(job).await.state, JobState::Completed);
    }
    stage.assert_money(0, 2).await;
}

async fn jobs_that_do_not_finish_in_time_are_handed_back_at_once(stage: Stage) {
    // With a lease this long, only handing back explains that another gets the job.
    let long = Duration::from_secs(3600);
    let crew = stage.crew_with(stage.store.clone(), registry(), |config| {
        (config.lease, config.drain) = (long, Duration::from_millis(20));
    });
    let job_id = stage.add(&Gate).await;
    stage.script.entered(1).await;
    assert_eq!(crew.stop().await, Drained { finished: 0, handed_back: 1 });
    stage.script.gone(1).await;
    let job = stage.find(&job_id).await;
    assert_eq!((job.state, job.attempt, job.worker, job.lease_until), (JobState::Available, 0, None, None));
    assert_eq!((job.progress_percent, job.progress_step), (0, None));
    stage.assert_money(1, 0).await;
    let next = stage.crew_with(stage.store.clone(), registry(), |config| config.lease = long);
    stage.script.entered(1).await;
    stage.script.open.add_permits(1);
    let job = stage.until_final(&job_id).await;
    assert_eq!(
        job.result.as_deref(),
        Some("\"attempt 1\""),
        "the attempt that was handed back does not count"
    );
    stage.assert_money(0, 1).await;
    next.stop().await;
}

async fn job_that_listens_stops_early_and_runs_again_elsewhere(stage: Stage) {
    // With room for one no other is being claimed as it stops, and so not this one again.
    let crew = stage.crew_with(stage.store.clone(), registry(), |config| config.concurrency = 1);
    let job_id = stage.add(&Stop).await;
    stage.script.entered(1).await;
    assert_eq!(crew.stop().await, Drained { finished: 1, handed_back: 0 });
    let job = stage.find(&job_id).await;
    assert_eq!((job.state, job.attempt, job.run_at), (JobState::Retryable, 0, stage.now()));
    stage.assert_money(1, 0).await;
}

async fn stopped_runner_claims_nothing_more(stage: Stage) {
    let crew = stage.crew_with(stage.store.clone(), registry(), |config| config.concurrency = 1);
    let first = stage.add(&Gate).await;
    stage.script.entered(1).await;
    let second = stage.add(&Greet("Ada".to_owned())).await;
    crew.ask();
    stage.script.open.add_permits(1);
    assert_eq!(crew.stop().await, Drained { finished: 1, handed_back: 0 });
    assert_eq!(stage.find(&first).await.state, JobState::Completed);
    let second = stage.find(&second).await;
    assert_eq!((second.state, second.attempt), (JobState::Available, 0));
}

async fn runner_stops_when_nobody_can_stop_it_any_more(stage: Stage) {
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let runner = stage.runner(stage.store.clone(), registry(), |_| {});
    drop(stop);
    let ended = tokio::time::timeout(crate::stage::LIMIT, runner.run(stopped)).await;
    assert_eq!(ended.expect("it stops"), Drained::default());
}
