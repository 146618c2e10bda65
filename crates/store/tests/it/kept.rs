//! The signs of life of processes.

use jiff::SignedDuration;
use wixapp_core::InstanceId;
use wixapp_core::clock::Timestamp;
use wixapp_store::{Tx, Want};

use crate::stage::Stage;

on_both!(
    processes_that_give_signs_are_counted_and_those_that_fell_silent_are_not,
    a_doubt_ends_when_every_instance_with_the_app_was_asked_about,
);

async fn processes_that_give_signs_are_counted_and_those_that_fell_silent_are_not(stage: Stage) {
    let (store, start) = (&stage.store, "2026-03-01T10:00:00Z".parse::<Timestamp>().unwrap());
    let at = |seconds| start + SignedDuration::from_secs(seconds);
    store.keep(start).await.unwrap();
    assert_eq!(store.count_processes("a", at(0)).await.unwrap(), 1);
    assert_eq!(store.count_processes("b", at(60)).await.unwrap(), 2);
    assert_eq!(store.count_processes("b", at(90)).await.unwrap(), 2);
    assert_eq!(store.count_processes("b", at(91)).await.unwrap(), 1, "a fell silent");
    assert_eq!(store.count_processes("a", at(92)).await.unwrap(), 2);
    store.forget_process("b").await.unwrap();
    assert_eq!(store.count_processes("a", at(93)).await.unwrap(), 1);
    assert_eq!(store.find_kept_at().await.unwrap(), Some(start), "that is another sign");
}

async fn a_doubt_ends_when_every_instance_with_the_app_was_asked_about(stage: Stage) {
    let (store, start) = (&stage.store, "2026-03-01T10:00:00Z".parse::<Timestamp>().unwrap());
    let at = move |hours| start + SignedDuration::from_hours(hours);
    let note = async |name: &str, installed: i64, asked: Option<i64>, removed: Option<i64>| {
        let decide = move |tx: &mut Tx| {
            tx.profile.installed_at = Some(at(installed));
            tx.profile.reconciled_at = asked.map(at);
            tx.profile.removed_at = removed.map(at);
            Ok::<(), ()>(())
        };
        store
            .transact(&name.parse::<InstanceId>().unwrap(), Want::money(), at(installed), decide)
            .await
            .unwrap()
            .unwrap();
    };
    assert_eq!(store.find_doubt().await.unwrap(), None);
    note("asked", 0, Some(0), None).await;
    note("gone", 0, Some(0), Some(1)).await;
    note("never", 0, None, None).await;
    store.begin_doubt(at(10)).await.unwrap();
    assert_eq!(store.find_doubt().await.unwrap(), Some(at(10)));
    assert_eq!(store.count_processes("a", at(10)).await.unwrap(), 1, "a doubt is no process");
    note("asked", 0, Some(11), None).await;
    assert_eq!(
        store.find_doubt().await.unwrap(),
        Some(at(10)),
        "one is still in doubt, and the time does not move"
    );
    store.begin_doubt(at(12)).await.unwrap();
    note("never", 0, Some(12), None).await;
    assert_eq!(
        store.find_doubt().await.unwrap(),
        Some(at(12)),
        "another copy: the first word is too old for it"
    );
    note("asked", 0, Some(13), None).await;
    assert_eq!(store.find_doubt().await.unwrap(), None);
}
