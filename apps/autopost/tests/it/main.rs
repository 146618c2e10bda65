//! autopost on a whole local platform: a post is published, refused, tried again, and paid for once.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should say where it stopped")]

mod bad_input;
mod publish;
mod stage;
