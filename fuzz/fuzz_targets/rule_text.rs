//! Rules: any text is parsed and compiled, in every dialect.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ruleids_fuzz::rule_text(data));
