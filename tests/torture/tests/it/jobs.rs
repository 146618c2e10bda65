//! Workers that are killed and frozen while they have jobs.

use wixapp_torture::Kind;
use wixapp_torture::jobs::{self, Args};

use crate::program;

async fn each_job_ends_once_whoever_dies(database: Kind) {
    let args = Args { jobs: 500, kills: 20, freezes: 5, database, seed: 1 };
    let report = jobs::run(program(), &args).await.unwrap();
    assert_eq!((report.kills, report.freezes, report.groups), (20, 5, 10));
    assert_eq!(report.posted + report.voided, 500);
    assert!(report.posted > 0 && report.voided >= 100, "{report}");
    assert!(report.repeated > 0, "no blow hit a job: {report}");
    assert!(report.ticks > 1, "{report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_job_ends_once_whoever_dies_on_sqlite() {
    each_job_ends_once_whoever_dies(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_job_ends_once_whoever_dies_on_postgres() {
    each_job_ends_once_whoever_dies(Kind::Postgres).await;
}
