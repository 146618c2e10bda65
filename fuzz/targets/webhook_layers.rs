//! Fuzzes webhooks: bodies as they are received, and each layer within a genuine signature.
#![no_main]

#[path = "../checks/webhook_layers.rs"]
mod webhook_layers;

libfuzzer_sys::fuzz_target!(|data: &[u8]| webhook_layers::check(data));
