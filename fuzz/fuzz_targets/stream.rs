//! Streams: segments of one connection, in any order, with any overlap.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ruleids_fuzz::stream(data));
