//! The local platform as its users meet it: over a real socket, with an app that receives webhooks.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bad_input;
mod bi_event;
mod chaos;
mod checkout;
mod client;
mod client_data;
mod clock;
mod coupon;
mod custom_auth;
mod custom_charges;
mod dashboard_token;
mod data;
mod delivery;
mod fake_network;
mod guard;
mod inspector;
mod invoice;
mod limit;
mod live;
mod market;
mod pages;
mod permission;
mod persistence;
mod plan_life;
mod plans_api;
mod same_cases;
mod scenario;
mod script;
mod secret;
mod site_page;
mod snapshot;
mod stage;
mod timeline;
mod trigger;
mod wix_api;
