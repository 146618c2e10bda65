//! Speaking with Stripe, seen from outside.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "clippy knows #[test] functions as tests, not what they share"
)]

mod client;
mod event;
mod sample;
mod signature_attacks;
