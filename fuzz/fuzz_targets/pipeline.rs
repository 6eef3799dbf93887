//! The whole engine: any frames, with every keyword's example as rules.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ruleids_fuzz::pipeline(data));
