//! The job runner against real databases: every test runs on SQLite and, through `WIXAPP_TEST_POSTGRES_URL`, on
//! PostgreSQL.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "clippy knows #[test] functions as tests, not what they share"
)]

mod control;
mod crash;
mod cron;
mod drain;
mod fair;
mod fence;
mod group;
mod handler;
mod money;
mod progress;
mod retry;
mod schedule;
mod stage;
mod step;
mod unique;

/// Makes each of these functions a test on both databases.
macro_rules! on_both {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test(crate::stage::Stage::sqlite().await).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test(crate::stage::Stage::postgres().await).await;
            })+
        }
    };
}
pub(crate) use on_both;
