//! `--engine-analysis`: rules.json tells of every loaded rule how it is understood.
//!
//! A line is a rule. It is told from the rule's text, with what the compiler made of it where that decides: whether the
//! rule is for packets, streams or transactions.

mod content;
mod engines;
mod kind;
mod matches;

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::Path;

use engine::detect::RuleSet;
use engine::keyword::Registry;
use engine::rule::{Rule, RuleMeta};
use rule_parser::{RuleFile, SourceText};
use serde_json::{Map, Value, json};

/// Writes rules.json.
///
/// # Errors
/// When it cannot be written.
pub fn write(
    folder: &Path,
    (sources, files): (&[SourceText<'_>], &[RuleFile<'_>]),
    rules: &RuleSet,
    registry: &Registry,
) -> io::Result<()> {
    let mut texts = HashMap::new();
    for (source, file) in sources.iter().zip(files) {
        for rule in file.rules.iter().filter(|rule| rule.enabled) {
            let raw = &source.text()[rule.span.range()];
            texts.insert(rule.sid().unwrap_or(0), (rule, raw));
        }
    }
    let mut out = String::new();
    for (rule, meta) in rules.rules.iter().zip(&rules.meta) {
        if let Some((text, raw)) = texts.get(&meta.sid) {
            out.push_str(&of_rule((text, raw), rule, meta, registry).to_string());
            out.push('\n');
        }
    }
    fs::write(folder.join("rules.json"), out)
}

/// What there is to tell of a rule.
fn of_rule((text, raw): (&rule_parser::Rule<'_>, &str), rule: &Rule, meta: &RuleMeta, registry: &Registry) -> Value {
    let read = matches::read(text, registry);
    let facts = kind::Facts::new(text, rule, &read);
    let mut told = Map::new();
    let mut tell = |key: &str, value: Value| {
        told.insert(key.to_owned(), value);
    };
    tell("raw", json!(raw));
    tell("id", json!(meta.sid));
    tell("gid", json!(meta.gid));
    tell("rev", json!(meta.rev));
    if !meta.msg.is_empty() {
        tell("msg", json!(meta.msg));
    }
    tell("class", json!("threat detection"));
    tell("app_proto", json!(facts.app_protocol()));
    tell("requirements", json!(facts.requirements()));
    tell("type", json!(facts.kind()));
    tell("flags", json!(facts.flags()));
    tell("pkt_engines", facts.packet_engines());
    tell("frame_engines", json!([]));
    let engines = engines::engines(&read, &facts);
    if !engines.is_empty() {
        tell("engines", json!(engines));
    }
    tell("lists", read.lists(facts.payload_in_engine()));
    if let Some((buffer, content)) = read.fast_pattern() {
        let mut mpm = json!({"buffer": buffer});
        if let (Some(mpm), Value::Object(content)) = (mpm.as_object_mut(), content) {
            mpm.extend(content);
        }
        tell("mpm", mpm);
    }
    if let Some(name) = read.prefilter {
        tell("prefilter", json!({"buffer": "packet", "name": name}));
    }
    if !read.notes.is_empty() {
        tell("notes", json!(read.notes));
    }
    Value::Object(told)
}
