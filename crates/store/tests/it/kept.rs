//! The signs of life of processes.

use jiff::SignedDuration;
use wixapp_core::clock::Timestamp;

use crate::stage::Stage;

on_both!(processes_that_give_signs_are_counted_and_those_that_fell_silent_are_not);

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
