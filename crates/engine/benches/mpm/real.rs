//! The literals of real rules, buffer by buffer, and the payloads of real traffic.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use engine::mpm::Pattern;
use regex::bytes::Regex;

use super::Case;

/// Where the rules and captures are, if they are here.
pub(super) fn shared() -> Option<PathBuf> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let shared = std::env::var_os("RULEIDS_SHARED").map_or_else(beside, PathBuf::from);
    shared.join(RULES).exists().then_some(shared)
}

/// The names of the cases that can be had.
pub(super) fn names() -> &'static [&'static str] {
    if shared().is_some() { NAMES } else { &[] }
}

/// The case of a name: the literals of a buffer, and what to look for them in.
pub(super) fn case(name: &str) -> Option<Case> {
    static SETS: LazyLock<BTreeMap<String, Vec<Pattern>>> = LazyLock::new(sets);
    static PAYLOADS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(payloads);
    let (buffer, where_) = name.split_once(" in ")?;
    let haystacks = match where_ {
        "packets" => PAYLOADS.iter().step_by(50).cloned().collect(),
        "URIs" => captured(r"^(?:GET|POST|HEAD) (\S+) HTTP/1", &PAYLOADS),
        "hosts" => captured(r"\r\nHost: ([^\r\n]*)", &PAYLOADS),
        _ => captured(r"\r\nUser-Agent: ([^\r\n]*)", &PAYLOADS),
    };
    Some(Case {
        patterns: SETS.get(buffer)?.clone(),
        haystacks,
    })
}

const RULES: &str = "rulesets/etopen-suricata-2023-05.rules";
const CAPTURE: &str = "corpora/mix.pcap";
const NAMES: &[&str] = &[
    "payload in packets",
    "http.uri in packets",
    "http.uri in URIs",
    "dns.query in packets",
    "dns.query in hosts",
    "http.host in hosts",
    "tls.sni in hosts",
    "http.user_agent in user agents",
    "http.request_body in packets",
    "file.data in packets",
    "http.method in hosts",
];

fn captured(regex: &str, payloads: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let regex = Regex::new(regex).unwrap();
    payloads
        .iter()
        .filter_map(|payload| Some(regex.captures(payload)?.get(1)?.as_bytes().to_vec()))
        .collect()
}

/// What rules would be looked up by: their fast pattern, or their longest literal.
fn sets() -> BTreeMap<String, Vec<Pattern>> {
    let text = shared()
        .and_then(|shared| fs::read(shared.join(RULES)).ok())
        .unwrap_or_default();
    let option = Regex::new(r#"([a-z0-9_.]+)\s*(?::((?:"(?:[^"\\]|\\.)*"|\\.|[^;\\])*))?;"#).unwrap();
    let mut sets: BTreeMap<String, BTreeSet<(Vec<u8>, bool)>> = BTreeMap::new();
    for rule in text
        .split(|byte| *byte == b'\n')
        .filter(|line| line.starts_with(b"alert"))
    {
        let mut buffer = "payload".to_owned();
        let mut contents: Vec<Content> = Vec::new();
        for found in option.captures_iter(rule) {
            let name = String::from_utf8_lossy(&found[1]).into_owned();
            match (name.as_str(), found.get(2), contents.last_mut()) {
                ("content", Some(value), _) => contents.extend(Content::read(value.as_bytes(), &buffer)),
                ("nocase", None, Some(content)) => content.nocase = true,
                ("fast_pattern", _, Some(content)) => content.fast = true,
                ("http_uri", None, Some(content)) => content.buffer = "http.uri".to_owned(),
                ("http_user_agent", None, Some(content)) => content.buffer = "http.user_agent".to_owned(),
                ("http_client_body", None, Some(content)) => content.buffer = "http.request_body".to_owned(),
                ("pkt_data", None, _) => buffer = "payload".to_owned(),
                (name, None, _) if name.contains('.') => buffer = name.to_owned(),
                _ => {}
            }
        }
        if let Some(chosen) = contents
            .into_iter()
            .max_by_key(|content| (content.fast, content.bytes.len()))
        {
            sets.entry(chosen.buffer)
                .or_default()
                .insert((chosen.bytes, chosen.nocase));
        }
    }
    let patterns = |set: BTreeSet<(Vec<u8>, bool)>| {
        set.into_iter()
            .map(|(bytes, nocase)| Pattern {
                bytes: bytes.into(),
                nocase,
            })
            .collect()
    };
    sets.into_iter().map(|(buffer, set)| (buffer, patterns(set))).collect()
}

struct Content {
    bytes: Vec<u8>,
    buffer: String,
    nocase: bool,
    fast: bool,
}

impl Content {
    /// Reads the value of a `content` that is not negated.
    fn read(value: &[u8], buffer: &str) -> Option<Self> {
        let text = value.trim_ascii().strip_prefix(b"\"")?.strip_suffix(b"\"")?;
        let (mut bytes, mut hex) = (Vec::new(), false);
        let mut rest = text.iter().copied();
        while let Some(byte) = rest.next() {
            match (byte, hex) {
                (b'|', _) => hex = !hex,
                (b' ', true) => {}
                (high, true) => {
                    let digits = [high, rest.next()?];
                    bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
                }
                (b'\\', false) => bytes.extend(rest.next()),
                (byte, false) => bytes.push(byte),
            }
        }
        Some(Self {
            bytes,
            buffer: buffer.to_owned(),
            nocase: false,
            fast: false,
        })
    }
}

/// The TCP and UDP payloads over IPv4 of the Ethernet capture.
fn payloads() -> Vec<Vec<u8>> {
    let capture = shared()
        .and_then(|shared| fs::read(shared.join(CAPTURE)).ok())
        .unwrap_or_default();
    let mut payloads = Vec::new();
    let mut rest = capture.get(24..).unwrap_or_default();
    while let Some((header, packets)) = rest.split_at_checked(16) {
        let len = u32::from_le_bytes(header[8..12].try_into().unwrap()) as usize;
        let (packet, next) = packets.split_at(len.min(packets.len()));
        payloads.extend(
            payload(packet)
                .filter(|payload| !payload.is_empty())
                .map(<[u8]>::to_vec),
        );
        rest = next;
    }
    payloads
}

fn payload(packet: &[u8]) -> Option<&[u8]> {
    let ip = packet.get(14..).filter(|_| packet[12..14] == [8, 0])?;
    let header = usize::from(ip.first()? & 15) * 4;
    let end = usize::from(u16::from_be_bytes([*ip.get(2)?, *ip.get(3)?]));
    let segment = ip.get(header..end.min(ip.len()))?;
    match ip.get(9)? {
        6 => segment.get(usize::from(segment.get(12)? >> 4) * 4..),
        17 => segment.get(8..),
        _ => None,
    }
}
