//! SQLite on a disk that fails, that is full, and that loses power.

use wixapp_torture::disk::{self, Care};

use crate::program;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_at_any_write_or_sync_loses_nothing_that_was_answered() {
    let faults = disk::every_fault(8).await.unwrap();
    assert!(faults > 50, "the work needs only {faults} calls of the disk");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_power_cut_at_any_sync_loses_nothing_that_was_answered() {
    let cuts = disk::power_cuts(48, Care::Full).await.unwrap();
    assert!(cuts > 60, "the power was cut only {cuts} times");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_power_cut_with_commits_that_are_not_synced_is_noticed() {
    let noticed = disk::power_cuts(48, Care::Normal).await.unwrap_err();
    assert!(format!("{noticed:#}").contains("was answered and is there 0 times"), "{noticed:#}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_refuses_writes_serves_reads_and_loses_nothing() {
    assert_eq!(disk::full_disk(program(), 50).await.unwrap(), 50);
}
