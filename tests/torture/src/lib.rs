//! The product under torture: many at once, killed at any moment, on disks that fail.
//!
//! Every proof here runs in the tests with a small count and by `cargo xtask torture` with a large one; docs/testing.md
//! says what each one shows and what it found.

mod client;
mod database;
pub mod disk;
pub mod hazard;
mod identity;
pub mod jobs;
mod lab;
pub mod race;
mod server;
pub mod soak;
pub mod webhooks;

pub use database::Kind;
