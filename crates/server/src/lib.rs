//! The wixapp HTTP server: routes, extractors, live stream, workers, configuration, telemetry.
//!
//! [`App`] holds what every request needs; [`router()`](router::router) puts the routes together;
//! [`work`] does everything that happens after the answer.

pub mod billing_source;
pub mod config;
mod connection;
pub mod error;
pub mod extract;
mod headers;
pub mod idempotency;
pub mod image_kind;
pub mod in_flight;
pub mod limit;
pub mod live;
pub mod notice;
pub mod openapi;
pub mod operator;
pub mod outside;
pub mod pace;
mod page;
pub mod paid_job;
pub mod paid_jobs;
pub mod plan_change;
pub mod records;
pub mod reply;
pub mod router;
pub mod routes;
pub mod serve;
pub mod state;
pub mod storage;
pub mod telemetry;
pub mod webhook_fact;
pub mod work;

pub use config::Config;
pub use error::ApiError;
pub use extract::{IdempotencyKey, OwnerSession, Shared, ValidJson, ValidPath, ValidQuery};
pub use reply::Reply;
pub use state::App;
