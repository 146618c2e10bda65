//! What most apps need, in one `use`.

pub use std::process::ExitCode;
pub use std::sync::Arc;

pub use axum::extract::State;
pub use serde::{Deserialize, Serialize};
pub use utoipa_axum::router::OpenApiRouter;
pub use utoipa_axum::routes;

pub use wixapp_core::catalog::Catalog;
pub use wixapp_core::{Credits, ErrorCode, InstanceId, JobId};
pub use wixapp_jobs::{CatchUp, Job, JobContext, JobError, Member, Rate, Unique};
pub use wixapp_server::idempotency::OnceReply;
pub use wixapp_server::paid_job::StartedJob;
pub use wixapp_server::paid_jobs::{PaidJobs, StartedJobs};
pub use wixapp_server::records::{RecordCursor, RecordPage};
pub use wixapp_server::{
    ApiError, Config, IdempotencyKey, OwnerSession, Reply, Shared, ValidJson, ValidPath, ValidQuery,
};
pub use wixapp_store::{Record, RecordError, RecordFilter, Stored, Tx, Want};

/// The running app, for handlers: `State(server): State<Arc<Server>>`.
pub use wixapp_server::App as Server;

pub use crate::App;
