//! Fuzzes instance tokens: text as it is received, and payloads that the app's secret has signed.
#![no_main]

#[path = "../checks/instance_token.rs"]
mod instance_token;

libfuzzer_sys::fuzz_target!(|data: &[u8]| instance_token::check(data));
