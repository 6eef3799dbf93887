//! Where transactions are looked at, as rules.json tells of it.

use engine::buffer::Source;
use serde_json::{Value, json};

use super::kind::Facts;
use super::matches::{Match, Read, engine_name, told};

/// An entry for each buffer, protocol and direction.
pub fn engines(read: &Read, facts: &Facts<'_>) -> Vec<Value> {
    let mut list = Vec::new();
    let ways = facts.directions();
    for (buffer, matches) in &read.buffers {
        let Source::Transaction(providers) = buffer.source else {
            continue;
        };
        let is_mpm = matches
            .iter()
            .any(|found| matches!(found, Match::Content(content) if content.is_mpm));
        for provider in providers {
            for (way, name) in ["toserver", "toclient"].into_iter().enumerate() {
                let at = provider.at.get(way).copied().flatten();
                let wanted = ways.get(way).copied().unwrap_or(true);
                if let Some(progress) = at.filter(|_| wanted && speaks(facts, provider.protocol)) {
                    list.push(json!({
                        "name": engine_name(buffer.name),
                        "direction": name,
                        "is_mpm": is_mpm,
                        "app_proto": provider.protocol,
                        "progress": progress,
                        "matches": told(matches),
                    }));
                }
            }
        }
    }
    if facts.payload_in_engine() && !read.payload.is_empty() {
        for (way, name) in ["toserver", "toclient"].into_iter().enumerate() {
            if ways.get(way).copied().unwrap_or(true) {
                list.push(json!({
                    "name": "stream",
                    "direction": name,
                    "is_mpm": false,
                    "app_proto": "unknown",
                    "progress": 0,
                    "matches": told(&read.payload),
                }));
            }
        }
    }
    list
}

/// Whether the rule is for that protocol.
fn speaks(facts: &Facts<'_>, protocol: &str) -> bool {
    match facts.app_protocol() {
        "unknown" => true,
        "http_any" => protocol.starts_with("http"),
        name => name == protocol,
    }
}
