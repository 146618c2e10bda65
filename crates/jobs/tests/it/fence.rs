//! Who does not hold a job any more can do nothing with it.

use tokio::sync::watch;
use wixapp_core::entry::EntryCode;
use wixapp_core::job::JobState;
use wixapp_store::Want;

use crate::handler::{Block, Gate, registry};
use crate::on_both;
use crate::stage::{SHORT, Stage, instance};

on_both!(
    frozen_worker_that_wakes_late_neither_completes_nor_posts,
    handler_that_blocks_its_thread_past_its_time_loses_its_job,
    job_that_was_taken_away_is_stopped_at_once,
    job_whose_lease_cannot_be_renewed_is_stopped_when_it_is_over,
);

async fn frozen_worker_that_wakes_late_neither_completes_nor_posts(stage: Stage) {
    let job_id = stage.add(&Block).await;
    // A runtime with one thread, which the handler blocks: nothing moves in it, as in a frozen process.
    let (stop, stopped) = watch::channel(false);
    let runner = stage.runner(stage.another_store().await, registry(), |config| config.lease = SHORT);
    let frozen = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(runner.run(stopped))
    });
    stage.script.entered(1).await;
    let crew = stage.crew_with_lease(SHORT);
    let job = stage.until_final(&job_id).await;
    assert_eq!(job.result.as_deref(), Some("\"attempt 2\""));
    stage.script.unblock.send(()).unwrap();
    stop.send_replace(true);
    let drained = tokio::task::spawn_blocking(move || frozen.join()).await.unwrap().unwrap();
    assert_eq!((drained.finished, drained.handed_back), (0, 0));
    assert_eq!(stage.script.done(), ["woke up"], "the frozen handler came to its end");
    assert_eq!(stage.find(&job_id).await, job, "and changed nothing");
    stage.assert_money(0, 1).await;
    assert_eq!(stage.count_entries(EntryCode::Post).await, 1);
    crew.stop().await;
}

async fn handler_that_blocks_its_thread_past_its_time_loses_its_job(stage: Stage) {
    let crew = stage.crew_with_lease(SHORT);
    let gate = stage.add(&Gate).await;
    stage.script.entered(1).await;
    let blocked = stage.add(&Block).await;
    let job = stage.until_final(&blocked).await;
    assert_eq!(job.result.as_deref(), Some("\"attempt 2\""));
    stage.script.unblock.send(()).unwrap();
    stage.script.open.add_permits(1);
    let gate = stage.until_final(&gate).await;
    assert_eq!(gate.attempt, 1, "the other jobs of the process kept their leases");
    crew.stop().await;
    assert_eq!(stage.find(&blocked).await, job);
    stage.assert_money(0, 2).await;
}

async fn job_that_was_taken_away_is_stopped_at_once(stage: Stage) {
    let crew = stage.crew_with_lease(SHORT);
    let job_id = stage.add(&Gate).await;
    stage.script.entered(1).await;
    let (lease, want) = (stage.find(&job_id).await.lease(), Want::money().job(&job_id));
    let take = move |tx: &mut wixapp_store::Tx| tx.settle_job(&lease, |job| job.state = JobState::Cancelled);
    stage.store.transact(&instance(), want, stage.now(), take).await.unwrap().unwrap();
    // The gate stays shut: only the loss of its lease ends the handler.
    stage.script.gone(1).await;
    let job = stage.find(&job_id).await;
    assert_eq!((job.state, job.result), (JobState::Cancelled, None));
    stage.assert_money(1, 0).await;
    crew.stop().await;
}

async fn job_whose_lease_cannot_be_renewed_is_stopped_when_it_is_over(stage: Stage) {
    let crew = stage.crew_with_lease(SHORT);
    let job_id = stage.add(&Gate).await;
    stage.script.entered(1).await;
    let lock = stage.place.lock("jobs").await;
    // Others may have the job from now on, although nobody can say so.
    stage.script.gone(1).await;
    assert_eq!(stage.find(&job_id).await.attempt, 1);
    drop(lock);
    stage.script.entered(1).await;
    stage.script.open.add_permits(1);
    let job = stage.until_final(&job_id).await;
    assert_eq!((job.state, job.attempt > 1), (JobState::Completed, true));
    stage.assert_money(0, 1).await;
    crew.stop().await;
}
