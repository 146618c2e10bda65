//! Background jobs with money attached: handlers, runner, retries, progress, graceful stop.
//!
//! A [`Job`] is a type: its fields are the arguments, [`Job::run`] is the work. It is added with [`new_job`] inside the
//! same [`Store::transact`](wixapp_store::Store::transact) decision that puts the credits aside for it, and done by a
//! [`Runner`], in this process or another. When it ends, its final state and the end of its hold are one transaction:
//! a completed job posts its hold, a failed one voids it, and neither can happen twice.
//!
//! What a handler can rely on: it runs **at least once**. A worker that dies is replaced when its lease is over, so
//! what a handler does outside of the database must bear being done again (give other services a key made from
//! [`JobContext::job_id`]). What it cannot do is end a job it does not hold any more.
//!
//! The tables are `wixapp_store`'s; routes and metrics are the server's.
//!
//! # Example
//! ```
//! use serde::{Deserialize, Serialize};
//! use wixapp_jobs::{Job, JobContext, JobError, Registry};
//!
//! #[derive(Serialize, Deserialize)]
//! struct Greet { name: String }
//!
//! impl Job for Greet {
//!     const KIND: &'static str = "greet";
//!     type Output = String;
//!     async fn run(self, context: JobContext) -> Result<String, JobError> {
//!         context.progress(50, "Greeting").await;
//!         if self.name.is_empty() {
//!             return Err(JobError::fail_with("no_name", "There is nobody to greet."));
//!         }
//!         Ok(format!("Hello, {}!", self.name))
//!     }
//! }
//!
//! let registry = Registry::new().register::<Greet>();
//! assert_eq!(registry.kinds(), ["greet"]);
//! ```

mod attempt;
mod config;
mod context;
mod control;
mod cron;
mod enqueue;
mod error;
mod group;
mod heartbeat;
mod job;
mod registry;
mod rescue;
mod runner;
mod settle;
mod slot;
mod state;
mod status;
mod step;

pub use config::RunnerConfig;
pub use context::JobContext;
pub use control::{ControlError, cancel, control_want, retry};
pub use cron::CatchUp;
pub use enqueue::{JobArgsError, NewJobExt, new_job};
pub use error::JobError;
pub use group::{Member, new_group};
pub use job::Job;
pub use registry::{LeaseError, Registry};
pub use runner::{Drained, Runner, RunnerHandle};
pub use state::State;
pub use status::{ApiError, api_error, api_status, time_left};
/// Under which limit a job falls, and which other jobs it is the same as.
pub use wixapp_store::{Rate, Unique};
