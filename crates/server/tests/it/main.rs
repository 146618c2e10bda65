//! The server as its callers meet it: the real router on a real socket, a database of its own, the local platform beside
//! it, and one virtual clock for both.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "clippy knows #[test] functions as tests, not what they share"
)]

/// Makes two tests of each function: one with the app on SQLite, one with the app on PostgreSQL.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::app::TestApp::start().await).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::app::TestApp::on_postgres().await).await;
            })+
        }
    };
}

mod answer;
mod app;
mod auth;
mod bad_input;
mod bi_event;
mod catalogue;
mod checkout;
mod credits;
mod data;
mod document;
mod hazard;
mod headers;
mod history;
mod idempotency;
mod jobs;
mod limit;
mod live;
mod logs;
mod lost;
mod main_job;
mod notice;
mod operation;
mod operator;
mod preview;
mod promo;
mod public_plans;
mod reconcile;
mod sample;
mod shutdown;
mod stream;
mod stripe;
mod top_up;
mod webhook;
mod wire;
mod work;
