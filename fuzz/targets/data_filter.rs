//! Fuzzes the filters of Wix Data on the local platform: reading them, asking them of items, finding by an index.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| wixapp_emulator::fuzz::check_filter(data));
