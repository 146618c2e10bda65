//! The local platform as its users meet it: over a real socket, with an app that receives webhooks.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bad_input;
mod checkout;
mod client;
mod clock;
mod delivery;
mod fake_network;
mod guard;
mod inspector;
mod live;
mod market;
mod pages;
mod persistence;
mod plan_life;
mod stage;
mod wix_api;
