//! Attack vectors, properties and HTTP behaviour of `wixapp-platform`, from outside.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "clippy knows #[test] functions as tests, not what they share"
)]

mod access_token;
mod api;
mod api_requests;
mod credential;
mod custom_authentication;
mod data_bulk;
mod data_changes;
mod data_groups;
mod data_indexes;
mod data_items;
mod data_query;
mod filter_properties;
mod forge;
mod fuzz_seeds;
mod hostile_server;
mod instance_token_attacks;
mod interoperability;
mod oauth;
mod planted_secrets;
mod properties;
mod support;
mod webhook_attacks;
mod webhook_forgeries;
