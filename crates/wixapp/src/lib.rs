//! The framework to build, run and monetise Wix App Market apps in Rust, with a whole Wix platform on your laptop.
//!
//! [`App`] puts an app together; its [`run`](App::run) gives your binary every command: `dev`, `serve`, `worker`,
//! `migrate`, `emulator`, `token`, `doctor`.
//!
//! ```no_run
//! use wixapp::prelude::*;
//!
//! #[derive(Clone, Serialize, Deserialize)]
//! struct Greet {
//!     name: String,
//! }
//!
//! impl Job for Greet {
//!     const KIND: &'static str = "greet";
//!     type Output = String;
//!
//!     async fn run(self, context: JobContext) -> Result<String, JobError> {
//!         context.progress(50, "Greeting").await;
//!         Ok(format!("Hello, {}!", self.name))
//!     }
//! }
//!
//! fn main() -> ExitCode {
//!     App::new("Greeter").job::<Greet>().run()
//! }
//! ```

mod app;
mod command;
mod failure;
mod local;
mod output;
pub mod prelude;

pub use app::App;
pub use failure::Failure;
pub use local::Local;

/// The times and durations of this crate's interface.
pub use jiff;
pub use wixapp_core as core;
pub use wixapp_emulator as emulator;
pub use wixapp_jobs as jobs;
pub use wixapp_platform as platform;
pub use wixapp_server as server;
pub use wixapp_store as store;

// The programs of the guide compile and run with the documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/getting-started.md")]
#[doc = include_str!("../../../docs/jobs.md")]
#[doc = include_str!("../../../docs/local-platform.md")]
#[doc = include_str!("../../../docs/recipes/records.md")]
#[doc = include_str!("../../../README.md")]
struct Guide;
