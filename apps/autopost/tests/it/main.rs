//! autopost on a whole local platform: a post is published, refused, tried again, and paid for once.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should say where it stopped")]

mod ayrshare;
mod bad_input;
mod bluesky;
mod image;
mod mastodon;
mod media;
mod post;
mod profile;
mod publish;
mod reconnect;
mod rescue;
mod schedule;
mod stage;
mod stand_in;
