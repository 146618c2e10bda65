//! The long run, for a few seconds: that it looks, and that all jobs end. How long they wait is for the command to say.

use wixapp_torture::Kind;
use wixapp_torture::soak::{self, Args};

use crate::program;

async fn steady_jobs_all_end(database: Kind) {
    let report = soak::run(program(), &Args { seconds: 6, rate: 20, database }).await.unwrap();
    assert_eq!((report.ended.posted, report.ended.voided), (96, 24));
    assert!(report.memory.iter().flatten().all(|bytes| *bytes > 1 << 20), "{report}");
    assert_eq!(report.log.is_some(), database == Kind::Sqlite);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn steady_jobs_all_end_on_sqlite() {
    steady_jobs_all_end(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn steady_jobs_all_end_on_postgres() {
    steady_jobs_all_end(Kind::Postgres).await;
}
