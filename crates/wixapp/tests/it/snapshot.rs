//! Snapshots hold the platform, the app's database and its queue as one.

use wixapp::jiff::SignedDuration;

use crate::stage::Stage;

fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn going_back_rewinds_time_plan_credits_and_queue_together() {
    let stage = Stage::new().await;
    let emulator = stage.local.emulator();
    stage.play("buy starter monthly\nexpect credits 1200").await;
    let waiting = stage.enqueue("Ada", stage.now() + days(5)).await;
    let saved = emulator.save_snapshot("bought", false).await.unwrap();
    assert!(saved.with_app && saved.installs == 1);

    stage.spend("one", 300).await;
    stage.play("advance 32d\nexpect plan starter\nexpect credits 1900").await;
    let later = stage.enqueue("Bob", stage.now()).await;
    assert_eq!(stage.job_status(&waiting).await, "completed");

    for round in 1..=2 {
        emulator.restore_snapshot("bought").await.unwrap();
        assert!(stage.now().duration_since(saved.at) < days(1), "round {round}: the time");
        assert_eq!(stage.credits().await, 1_200, "round {round}: the credits");
        assert_eq!(stage.job_status(&waiting).await, "queued", "round {round}: the queue");
        assert!(stage.job_status(&later).await.is_null(), "round {round}: what came later never was");
        // The other branch from here: the same key may be spent again, and the job runs again.
        stage.spend("one", 700).await;
        stage.play("advance 32d\nexpect credits 1500").await;
        assert_eq!(stage.job_status(&waiting).await, "completed");
        let server = stage.local.server();
        assert_eq!(server.store.verify_ledger(&stage.instance).await.unwrap(), None);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_that_waited_in_the_snapshot_arrives_once_more_and_counts_once() {
    let stage = Stage::new().await;
    stage.play("chaos 1 drop=100 duplicate=0 reorder=0 delay=0 slow=0\nbuy starter monthly\nchaos off").await;
    let emulator = stage.local.emulator();
    emulator.save_snapshot("lost", false).await.unwrap();
    for _ in 0..2 {
        stage.play("advance 1h\nexpect credits 1200").await;
        let purchase = emulator.deliveries().into_iter().find(|sent| sent.event_type == "PaidPlanPurchased");
        assert_eq!(purchase.map(|sent| (sent.attempt, sent.response_status)), Some((2, Some(200))));
        emulator.restore_snapshot("lost").await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_copy_is_refused_and_the_app_goes_on() {
    let stage = Stage::new().await;
    let emulator = stage.local.emulator();
    emulator.save_snapshot("torn", false).await.unwrap();
    stage.play("buy starter monthly\nexpect credits 1200").await;
    let copy = stage.local.snapshot_folder().join("torn/app.sqlite3");
    std::fs::write(&copy, "this is no database: ".repeat(1_000)).unwrap();
    let refused = emulator.restore_snapshot("torn").await.unwrap_err();
    assert_eq!(refused.code(), Some("unavailable"), "{refused}");
    assert_eq!(stage.credits().await, 1_200);
    stage.play("expect plan starter").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_live_stream_ends_and_can_be_opened_again() {
    let stage = Stage::new().await;
    let emulator = stage.local.emulator();
    emulator.save_snapshot("start", false).await.unwrap();
    let mut watching = stage.watch().await;
    emulator.restore_snapshot("start").await.unwrap();
    while watching.chunk().await.unwrap().is_some() {}
    stage.watch().await;
}
