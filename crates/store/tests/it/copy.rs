//! Copies of a database on SQLite, and bringing one back.

use wixapp_core::grant::Pool;
use wixapp_store::Store;

use crate::stage::{Stage, entries, gift, give, instance, sound};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_holds_one_moment_and_comes_back_whole() {
    let stage = Stage::sqlite().await;
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.sqlite3");
    let id = instance("site-1");
    give(&stage.store, &id, gift("first", Pool::Plan, 100)).await;
    give(&stage.store, &instance("site-2"), gift("before", Pool::Plan, 1)).await;

    // Others write while it is made.
    let writing = async {
        for n in 0..50 {
            give(&stage.store, &instance("site-2"), gift(&format!("gift {n}"), Pool::Plan, 1)).await;
        }
    };
    let ((), copied) = tokio::join!(writing, stage.store.copy_to(&copy));
    copied.unwrap();
    give(&stage.store, &id, gift("second", Pool::Plan, 100)).await;
    assert_eq!(entries(&stage.store, &id).await.len(), 2);
    assert!(stage.store.copy_to(&copy).await.is_err(), "a copy is never overwritten");

    stage.store.close().await;
    Store::bring_back(&stage.url(), &copy).await.unwrap();
    let again = stage.another_store().await;
    again.check().await.unwrap();
    assert_eq!(entries(&again, &id).await.len(), 1);
    sound(&again, &id).await;
    assert!(give(&again, &id, gift("second", Pool::Plan, 100)).await, "it never happened");
    sound(&again, &instance("site-2")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_no_copy_leaves_the_database_as_it_was() {
    let stage = Stage::sqlite().await;
    let folder = tempfile::tempdir().unwrap();
    let id = instance("site-1");
    give(&stage.store, &id, gift("first", Pool::Plan, 100)).await;
    stage.store.close().await;
    let garbage = folder.path().join("garbage");
    std::fs::write(&garbage, "this is no database: ".repeat(1_000)).unwrap();
    for bad in [garbage, folder.path().join("missing")] {
        assert!(Store::bring_back(&stage.url(), &bad).await.is_err(), "{}", bad.display());
    }
    assert_eq!(entries(&stage.another_store().await, &id).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_is_left_to_its_own_tools() {
    let stage = Stage::postgres().await;
    let refused = stage.store.copy_to(std::path::Path::new("/nowhere")).await.unwrap_err();
    assert!(refused.to_string().contains("pg_dump"), "{refused}");
    let refused = Store::bring_back(&stage.url(), std::path::Path::new("/nowhere")).await.unwrap_err();
    assert!(refused.to_string().contains("pg_dump"), "{refused}");
}
