//! A server that is killed again and again.

use wixapp_core::crash::Moment;
use wixapp_torture::Kind;
use wixapp_torture::webhooks::{self, Args};

use crate::program;

/// On each database; every named moment is hit once or twice.
const KILLS: usize = 50;

async fn no_kill_loses_or_doubles_anything(database: Kind) {
    let report = webhooks::run(program(), &Args { kills: KILLS, database, seed: 1 }).await.unwrap();
    assert_eq!((report.at_moments, report.at_random), (KILLS / 2, KILLS / 2));
    assert!(report.at_moments >= Moment::ALL.len(), "a moment was left out");
    assert!(report.acknowledged > report.events, "no event came twice: {report}");
    assert!(report.repeated > 0 && report.spends > 0 && report.completed > 0, "{report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_kill_loses_or_doubles_anything_on_sqlite() {
    no_kill_loses_or_doubles_anything(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_kill_loses_or_doubles_anything_on_postgres() {
    no_kill_loses_or_doubles_anything(Kind::Postgres).await;
}
