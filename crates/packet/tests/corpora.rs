//! Real captures and rules, where there are any.

use std::path::{Path, PathBuf};

use packet::{DecodeConfig, DecoderEvent, LinkType, Packet, Timestamp};

/// A path within the shared data, or `None`, with a word about it, where there is none.
fn shared(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("RULEIDS_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let path = root.join(path);
    if !path.exists() {
        println!("skipped: no {}", path.display());
        return None;
    }
    Some(path)
}

#[test]
fn a_mix_of_real_traffic_is_nearly_all_ip() {
    let Some(path) = shared("corpora/mix.pcap") else {
        return;
    };
    let file = std::fs::read(path).unwrap();
    let word = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap());
    assert_eq!(word(0), 0xa1b2_c3d4);
    let link = LinkType::from_pcap(word(20));
    let config = DecodeConfig::default();
    let (mut at, mut packets, mut ip, mut invalid) = (24, 0u32, 0u32, 0u32);
    while at + 16 <= file.len() {
        let len = word(at + 8) as usize;
        let data = &file[at + 16..at + 16 + len];
        at += 16 + len;
        packets += 1;
        let time = Timestamp::new(0, i64::from(packets));
        let mut packet = Packet::decode(data, link, time, u64::from(packets), &config);
        ip += u32::from(packet.src().is_some());
        invalid += u32::from(packet.invalid);
        while let Some(within) = packet.decode_inner(&config) {
            packet = within;
        }
    }
    assert!(packets > 10_000 && ip * 100 > packets * 99, "{ip} of {packets}");
    assert!(invalid * 100 < packets, "{invalid} of {packets}");
}

#[test]
fn every_decode_event_of_real_rules_is_known() {
    let Some(tests) = shared("conformance/tests") else {
        return;
    };
    let mut folders = vec![tests];
    let mut names = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rules") {
                let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
                for rest in text.split("decode-event:").skip(1) {
                    let name = rest.split(';').next().unwrap_or_default().trim();
                    assert!(DecoderEvent::from_name(name).is_some(), "{name} in {}", path.display());
                    names += 1;
                }
            }
        }
    }
    assert!(names > 100);
}
