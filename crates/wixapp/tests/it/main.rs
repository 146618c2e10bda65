//! An app and its local platform in one process: one clock, snapshots of both, scenarios, one time line.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should say where it stopped")]

mod bucket;
mod clock;
mod parallel;
mod scenario;
mod snapshot;
mod stage;
/// What `new` makes is a whole program that is tested; its names are filled in there.
#[path = "../../template/src/main.rs"]
#[allow(dead_code, reason = "nobody starts it here")]
mod template;
mod timeline;
mod tutorial;
