//! A SQLite file on a full disk, locked by another process, or no database at all.

use std::path::Path;
use std::process::Command;

use futures_util::future::join_all;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::time::timeout;
use wixapp_core::grant::Pool;
use wixapp_store::Store;

use crate::stage::{LIMIT, Stage, entries, gift, give, instance, sound, spend};

/// Set for a process that is allowed to limit itself.
const LIMITED: &str = "WIXAPP_TEST_LIMITED";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_refuses_writes_serves_reads_and_recovers() {
    if std::env::var_os(LIMITED).is_some() {
        return on_a_full_disk().await;
    }
    // The limit on file sizes holds for a whole process, so this test runs once more in one of its own. A process that
    // writes beyond the limit is killed unless it ignores the signal.
    let test = "fault::sqlite::a_full_disk_refuses_writes_serves_reads_and_recovers";
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(LIMITED, "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

fn limit_files(bytes: Option<u64>) {
    let limit = Rlimit { current: bytes, ..getrlimit(Resource::Fsize) };
    setrlimit(Resource::Fsize, limit).unwrap();
}

async fn on_a_full_disk() {
    let stage = Stage::sqlite().await;
    let (store, id) = (&stage.store, instance("site-1"));
    give(store, &id, gift("cycle:1", Pool::Plan, 100_000)).await;
    let path = stage.url().replace("sqlite:", "");
    let log = std::fs::metadata(Path::new(&format!("{path}-wal"))).unwrap().len();
    limit_files(Some(log + 100_000));
    let mut kept = 0;
    let refused = loop {
        match spend(store, &id, &format!("click-{kept}"), 1).await {
            Ok(done) => done.map(|_| kept += 1).unwrap(),
            Err(error) => break error,
        }
    };
    assert!(kept > 0 && refused.is_unavailable(), "{refused}");
    let many = (0..20).map(|n| {
        let store = store.clone();
        tokio::spawn(async move { spend(&store, &instance(&format!("other-{n}")), "click", 1).await })
    });
    for outcome in join_all(many).await {
        // A refusal needs no room on the disk.
        assert!(outcome.unwrap().map_or_else(|error| error.is_unavailable(), |done| done.is_err()));
    }
    assert_eq!(sound(store, &id).await.balances.spent, kept, "reads are served");
    limit_files(None);
    spend(store, &id, "last", 1).await.unwrap().unwrap();
    assert_eq!(sound(store, &id).await.balances.spent, kept + 1);
    let other = stage.another_store().await;
    assert_eq!(entries(&other, &id).await.len(), usize::try_from(kept).unwrap() + 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_another_process_keeps_locked_is_unavailable_and_reads_are_served() {
    let stage = Stage::sqlite().await;
    let (store, id) = (&stage.store, instance("site-1"));
    give(store, &id, gift("cycle:1", Pool::Plan, 10)).await;
    let other = rusqlite::Connection::open(stage.url().replace("sqlite:", "")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE; UPDATE instances SET due_at = 1").unwrap();
    let names = ["site-1", "site-2", "site-3", "site-4", "site-5", "site-6"];
    let spends = names.map(|name| {
        let store = store.clone();
        async move { spend(&store, &instance(name), "click-1", 1).await }
    });
    let waiting = tokio::spawn(join_all(spends));
    assert_eq!(sound(store, &id).await.balances.plan, 10, "reads are served");
    for refused in timeout(LIMIT, waiting).await.expect("nobody waits for each of the others").unwrap() {
        let refused = refused.unwrap_err();
        assert!(refused.is_unavailable(), "{refused}");
    }
    other.execute_batch("ROLLBACK").unwrap();
    spend(store, &id, "click-2", 1).await.unwrap().unwrap();
    assert_eq!(sound(store, &id).await.balances.plan, 9);
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.sqlite3");
    let text = "This is a letter and no database. ".repeat(100);
    std::fs::write(&path, &text).unwrap();
    assert!(Store::open(&format!("sqlite:{}", path.display())).await.is_err());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    let missing = folder.path().join("no-folder/app.sqlite3");
    let refused = Store::open(&format!("sqlite://{}", missing.display())).await.map(|_| ()).unwrap_err();
    assert!(refused.is_unavailable(), "{refused}");
}
