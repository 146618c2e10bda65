//! Changes: told once they are committed, to this process and to others.

use tokio::sync::broadcast::Receiver;
use tokio::time::timeout;
use wixapp_core::InstanceId;
use wixapp_core::grant::Pool;
use wixapp_store::{Change, Store, Topic};

use crate::stage::{LIMIT, Stage, connect, gift, give, instance};

on_both!(a_watcher_sees_what_is_committed, another_process_hears_of_a_change, a_closed_store_says_so);

/// Waits for a change; others before it are passed over.
async fn heard(watch: &mut Receiver<Change>, wanted: impl Fn(&Change) -> bool) {
    let waiting = async {
        loop {
            if wanted(&watch.recv().await.unwrap()) {
                return;
            }
        }
    };
    timeout(LIMIT, waiting).await.expect("the change is told in time");
}

fn money(id: &InstanceId) -> impl Fn(&Change) -> bool {
    move |change| change.topic == Topic::Money && change.instance_id.as_ref() == Some(id)
}

fn resync(change: &Change) -> bool {
    *change == Change::resync()
}

async fn a_watcher_sees_what_is_committed(stage: Stage) {
    let id = instance("site-1");
    let mut watch = stage.store.watch();
    give(&stage.store, &id, gift("cycle:1", Pool::Plan, 1)).await;
    heard(&mut watch, money(&id)).await;
    assert_eq!(stage.store.find_instance(&id).await.unwrap().unwrap().balances.plan, 1);
}

async fn another_process_hears_of_a_change(stage: Stage) {
    let id = instance("site-1");
    let other = stage.another_store().await;
    let mut watch = other.watch();
    if stage.is_sqlite() {
        give(&stage.store, &id, gift("cycle:1", Pool::Plan, 1)).await;
        return heard(&mut watch, resync).await;
    }
    // An open store listens: it hears what changed, and of whom.
    give(&stage.store, &id, gift("cycle:1", Pool::Plan, 1)).await;
    heard(&mut watch, money(&id)).await;
}

async fn a_closed_store_says_so(stage: Stage) {
    let id = instance("site-1");
    let other = stage.another_store().await;
    give(&other, &id, gift("cycle:1", Pool::Plan, 1)).await;
    other.close().await;
    let refused = crate::stage::spend(&other, &id, "click-1", 1).await.unwrap_err();
    assert!(refused.is_unavailable(), "{refused}");
    assert_eq!(stage.store.find_instance(&id).await.unwrap().unwrap().balances.plan, 1);
}

#[tokio::test]
async fn a_listener_that_was_cut_off_looks_at_everything_again_on_postgres() {
    let stage = Stage::postgres().await;
    let id = instance("site-1");
    let other: Store = stage.another_store().await;
    let mut watch = other.watch();
    let cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
         WHERE datname = current_database() AND query = 'LISTEN wixapp'";
    let ended: i64 = connect(&stage.url()).await.query_one(cut, &[]).await.unwrap().get(0);
    assert_eq!(ended, 2, "both stores listen");
    heard(&mut watch, resync).await;
    give(&stage.store, &id, gift("cycle:1", Pool::Plan, 1)).await;
    heard(&mut watch, money(&id)).await;
}

#[tokio::test]
async fn what_was_changed_before_closing_is_told_to_others_on_postgres() {
    let stage = Stage::postgres().await;
    let id = instance("site-1");
    let listening = stage.another_store().await;
    let mut watch = listening.watch();
    give(&stage.store, &id, gift("cycle:1", Pool::Plan, 1)).await;
    stage.store.close().await;
    heard(&mut watch, money(&id)).await;
}
