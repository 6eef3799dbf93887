//! Packets: any bytes are decoded, as any kind of link.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ruleids_fuzz::decode(data));
