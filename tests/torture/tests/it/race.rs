//! 64 requests at once for fewer credits.

use wixapp_torture::Kind;
use wixapp_torture::race::{self, Args};

use crate::program;

const ROUNDS: usize = 20;

async fn as_many_spends_succeed_as_there_are_credits(database: Kind, processes: u8) {
    let args = Args { rounds: ROUNDS, database, processes };
    let report = race::run(program(), &args).await.unwrap();
    assert_eq!((report.distinct_rounds, report.same_key_rounds), (16, 4));
    // 16 rounds with a key each, on each balance four times; one key spends one credit where there is one.
    assert_eq!(report.spent, 4 * (1 + 5 + 63) + 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_many_spends_succeed_as_there_are_credits_on_sqlite() {
    as_many_spends_succeed_as_there_are_credits(Kind::Sqlite, 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_many_spends_succeed_as_there_are_credits_on_sqlite_with_two_processes() {
    as_many_spends_succeed_as_there_are_credits(Kind::Sqlite, 2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_many_spends_succeed_as_there_are_credits_on_postgres() {
    as_many_spends_succeed_as_there_are_credits(Kind::Postgres, 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_many_spends_succeed_as_there_are_credits_on_postgres_with_two_processes() {
    as_many_spends_succeed_as_there_are_credits(Kind::Postgres, 2).await;
}
