//! What a store promises, proven on SQLite and PostgreSQL by the same tests.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "clippy knows #[test] functions as tests, not what they share"
)]

/// Makes two tests of each function: one with a store on SQLite, one with a store on PostgreSQL.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::stage::Stage::sqlite().await).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::stage::Stage::postgres().await).await;
            })+
        }
    };
}

mod checkout;
mod contention;
mod copy;
mod due;
mod fault;
mod group;
mod history;
mod inbox;
mod job;
mod job_list;
mod kept;
mod ledger;
mod live;
mod migration;
mod notice;
mod promo;
mod property;
mod proxy;
mod record;
mod stage;
mod stripe;
mod transact;
