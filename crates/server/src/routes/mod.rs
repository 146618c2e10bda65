//! The routes, one operation a file.

pub mod bi_event;
pub mod billing;
pub mod credits;
pub mod health;
pub mod jobs;
pub mod live;
pub mod settings;
pub mod user;
pub mod webhook;
