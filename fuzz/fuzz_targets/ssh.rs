//! `ssh`: both sides of a conversation say anything, cut anywhere.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ruleids_fuzz::converse("ssh", data));
