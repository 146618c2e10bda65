//! Snapshots of a platform that hosts an app in another process.

use serde_json::json;
use wixapp_core::clock::VirtualClock;
use wixapp_emulator::DeliveryState;

use crate::stage::{Answer, START, Stage, at, hours};

async fn stage(folder: &std::path::Path) -> Stage {
    Stage::on_file(&folder.join("platform.json"), VirtualClock::frozen_at(at(START))).await
}

#[tokio::test]
async fn going_back_brings_time_plans_and_waiting_webhooks_back() {
    let folder = tempfile::tempdir().unwrap();
    let stage = stage(folder.path()).await;
    let instance = stage.install().await;
    stage.app.answer_next([Answer::Status(500)]);
    stage.buy(&instance, "starter", "MONTHLY").await;
    let saved = stage.post("/_emulator/snapshots", &json!({ "name": "bought" })).await;
    assert_eq!(saved.status, 200);
    assert_eq!((&saved.json["withApp"], &saved.json["installs"]), (&json!(false), &json!(1)));
    let before = (stage.emulator.sites(), stage.emulator.deliveries());

    stage.emulator.advance(hours(24 * 70)).await.unwrap();
    stage.emulator.uninstall(&stage.site_id()).await.unwrap();
    assert_ne!((stage.emulator.sites(), stage.emulator.deliveries()), before);

    assert_eq!(stage.post("/_emulator/snapshots/bought/restore", &json!({})).await.status, 200);
    assert_eq!(stage.now(), at(START));
    assert_eq!(stage.emulator.sites(), before.0);
    stage.emulator.advance(hours(1)).await.unwrap();
    assert_eq!(stage.emulator.deliveries()[1].state, DeliveryState::Delivered, "the retry came again");

    // The file holds what was gone back to, also for the next start.
    stage.emulator.restore_snapshot("bought").await.unwrap();
    stage.stop().await;
    let again = self::stage(folder.path()).await;
    // The pages of the sites are at the address of the process that runs.
    let without_pages = |mut sites: Vec<wixapp_emulator::view::Site>| {
        sites.iter_mut().for_each(|site| site.page_url = None);
        sites
    };
    assert_eq!(without_pages(again.emulator.sites()), without_pages(before.0));
}

#[tokio::test]
async fn going_back_stops_a_clock_that_runs() {
    let folder = tempfile::tempdir().unwrap();
    let stage = stage(folder.path()).await;
    stage.emulator.save_snapshot("start", false).await.unwrap();
    let body = json!({ "perSecond": "1d", "until": "2028-01-01" });
    assert_eq!(stage.post("/_emulator/clock/run", &body).await.status, 200);
    while stage.now() == at(START) {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(stage.post("/_emulator/snapshots/start/restore", &json!({})).await.status, 200);
    assert_eq!(stage.get("/_emulator/clock").await.json["pace"], serde_json::Value::Null);
    // Whatever the background task was about to do is done.
    stage.emulator.settle().await.unwrap();
    assert_eq!(stage.now(), at(START));
}

#[tokio::test]
async fn the_same_steps_after_going_back_give_the_same_run() {
    let folder = tempfile::tempdir().unwrap();
    let stage = stage(folder.path()).await;
    let instance = stage.install().await;
    stage.emulator.save_snapshot("start", false).await.unwrap();
    let mut runs = Vec::new();
    for _ in 0..2 {
        stage.buy(&instance, "pro", "YEARLY").await;
        stage.emulator.advance(hours(24 * 400)).await.unwrap();
        runs.push((stage.emulator.sites(), stage.app.arrivals().last().unwrap().body.clone()));
        stage.emulator.restore_snapshot("start").await.unwrap();
    }
    assert_eq!(runs[0], runs[1]);
}

#[tokio::test]
async fn snapshots_are_listed_by_time_and_replaced_only_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let stage = stage(folder.path()).await;
    for name in ["b", "a"] {
        stage.emulator.save_snapshot(name, false).await.unwrap();
        stage.emulator.advance(hours(1)).await.unwrap();
    }
    let names = |stage: &Stage| -> Vec<String> {
        stage.emulator.snapshots().unwrap().into_iter().map(|snapshot| snapshot.name).collect()
    };
    assert_eq!(names(&stage), ["b", "a"]);
    let again = stage.post("/_emulator/snapshots", &json!({ "name": "b" })).await;
    assert_eq!((again.status, again.code()), (409, "snapshot_exists"));
    assert_eq!(
        stage.post("/_emulator/snapshots", &json!({ "name": "b", "replace": true })).await.status,
        200
    );
    assert_eq!(names(&stage), ["a", "b"]);
}

#[tokio::test]
async fn what_cannot_be_a_snapshot_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let stage = stage(folder.path()).await;
    for name in ["", "..", "a/b", "A", "-x", "ä"] {
        let refused = stage.post("/_emulator/snapshots", &json!({ "name": name })).await;
        assert_eq!((refused.status, refused.code()), (422, "invalid_request"), "{name}");
    }
    let unknown = stage.post("/_emulator/snapshots/nothing/restore", &json!({})).await;
    assert_eq!((unknown.status, unknown.code()), (404, "not_found"));

    stage.emulator.save_snapshot("torn", false).await.unwrap();
    std::fs::write(folder.path().join("snapshots/torn/platform.json"), "{").unwrap();
    let torn = stage.post("/_emulator/snapshots/torn/restore", &json!({})).await;
    assert_eq!((torn.status, torn.code()), (409, "snapshot_unfit"));

    let foreign = folder.path().join("foreign");
    stage.emulator.save_snapshot("ours", false).await.unwrap();
    let other = Stage::with(|config| {
        config.app_id = "another-app".to_owned();
        config.data_file = Some(foreign.join("platform.json"));
    })
    .await;
    std::fs::create_dir_all(foreign.join("snapshots")).unwrap();
    std::fs::rename(folder.path().join("snapshots/ours"), foreign.join("snapshots/ours")).unwrap();
    let refused = other.post("/_emulator/snapshots/ours/restore", &json!({})).await;
    assert_eq!((refused.status, refused.code()), (409, "snapshot_unfit"));

    let in_memory = Stage::new().await;
    let refused = in_memory.get("/_emulator/snapshots").await;
    assert_eq!((refused.status, refused.code()), (409, "no_snapshots"));
}
