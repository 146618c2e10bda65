//! An app and its local platform in one process: one clock, snapshots of both, scenarios, one time line.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should say where it stopped")]

mod clock;
mod parallel;
mod scenario;
mod snapshot;
mod stage;
mod timeline;
mod tutorial;
