//! classification.config, reference.config and threshold.config.

use hashbrown::HashMap;
use std::sync::Arc;

use super::rule::Compiled;
use super::variables::Variables;
use crate::keyword::{Classification, ReferenceKind};
use crate::rule::{Action, AddressSet, Reject, Suppress, SuppressTrack, Threshold, ThresholdKind, Track};

/// A line of a configuration file that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {reason}")]
pub struct ConfigFileError {
    /// From 1.
    pub line: usize,
    /// In bytes, from 1.
    pub column: usize,
    /// What is wrong, and what to write instead.
    pub reason: String,
}

/// A line of threshold.config.
#[derive(Clone, Debug, PartialEq)]
pub struct ThresholdEntry {
    /// The generator; 0 for all.
    pub gid: u32,
    /// The signature; 0 for all of the generator.
    pub sid: u32,
    /// What it changes.
    pub change: ThresholdChange,
}

/// What a line of threshold.config changes.
#[derive(Clone, Debug, PartialEq)]
pub enum ThresholdChange {
    /// `threshold`, `event_filter`: replaces the rule's own.
    Threshold(Threshold),
    /// `rate_filter`: beside the rule's own.
    Rate(Threshold),
    /// `suppress`.
    Suppress(Suppress),
}

/// Reads classification.config: lines of `config classification: name,description,priority`.
///
/// # Errors
/// One for each line that is neither that, nor blank, nor a comment.
pub fn parse_classifications(text: &str) -> (HashMap<String, Classification>, Vec<ConfigFileError>) {
    let mut map = HashMap::new();
    let errors = lines(text, |body| {
        let body = body
            .strip_prefix("config classification:")
            .ok_or("expected `config classification: name,description,priority`")?;
        let [name, description, priority] = fields(body)?;
        let priority = priority
            .parse::<u8>()
            .ok()
            .filter(|p| *p > 0)
            .ok_or("the priority is a number from 1 to 255")?;
        map.insert(
            name.to_ascii_lowercase(),
            Classification {
                description: description.into(),
                priority,
            },
        );
        Ok(())
    });
    (map, errors)
}

/// Reads reference.config: lines of `config reference: kind url-prefix`.
///
/// # Errors
/// One for each line that is neither that, nor blank, nor a comment.
pub fn parse_references(text: &str) -> (HashMap<String, ReferenceKind>, Vec<ConfigFileError>) {
    let mut map = HashMap::new();
    let errors = lines(text, |body| {
        let body = body
            .strip_prefix("config reference:")
            .ok_or("expected `config reference: kind url-prefix`")?;
        let (kind, prefix) = body
            .trim()
            .split_once(char::is_whitespace)
            .ok_or("expected a kind and the start of a URL")?;
        map.insert(
            kind.to_ascii_lowercase(),
            ReferenceKind {
                prefix: prefix.trim().into(),
            },
        );
        Ok(())
    });
    (map, errors)
}

/// Reads threshold.config: `threshold`, `event_filter`, `rate_filter` and `suppress` lines.
///
/// # Errors
/// One for each line that is none of those, nor blank, nor a comment.
pub fn parse_thresholds(text: &str, variables: &Variables) -> (Vec<ThresholdEntry>, Vec<ConfigFileError>) {
    let mut entries = Vec::new();
    let errors = lines(text, |body| {
        let (word, rest) = body
            .split_once(char::is_whitespace)
            .ok_or("expected `threshold`, `event_filter`, `rate_filter` or `suppress`, and its options")?;
        let options = Options::parse(rest)?;
        let change = match word {
            "threshold" | "event_filter" => ThresholdChange::Threshold(options.threshold()?),
            "rate_filter" => ThresholdChange::Rate(options.rate()?),
            "suppress" => ThresholdChange::Suppress(options.suppress(variables)?),
            _ => {
                return Err(format!(
                    "there is no `{word}`: use threshold, event_filter, rate_filter or suppress"
                ));
            }
        };
        entries.push(ThresholdEntry {
            gid: options.number("gen_id")?,
            sid: options.number("sig_id")?,
            change,
        });
        Ok(())
    });
    (entries, errors)
}

/// Applies the lines that are about the rule. A `threshold` replaces the rule's own; a line for one rule goes before
/// a line for all.
pub(super) fn apply(entries: &[ThresholdEntry], compiled: &mut Compiled) {
    let (gid, sid) = (compiled.meta.gid, compiled.meta.sid);
    let about = |e: &&ThresholdEntry| (e.gid == 0 || e.gid == gid) && (e.sid == 0 || e.sid == sid);
    let (mut own, mut exact) = (Vec::from(std::mem::take(&mut compiled.rule.thresholds)), false);
    let mut rates = Vec::new();
    let mut suppress = Vec::from(std::mem::take(&mut compiled.rule.suppress));
    for entry in entries.iter().filter(about) {
        match &entry.change {
            ThresholdChange::Threshold(threshold) => {
                let names_it = entry.sid != 0;
                // Suricata: a line for all rules leaves alone a rule that has a threshold of its own.
                if names_it || (own.is_empty() && !exact) {
                    own = vec![threshold.clone()];
                    exact |= names_it;
                }
            }
            ThresholdChange::Rate(rate) => rates.push(rate.clone()),
            ThresholdChange::Suppress(s) => suppress.push(s.clone()),
        }
    }
    own.extend(rates);
    compiled.rule.thresholds = own.into_boxed_slice();
    compiled.rule.suppress = suppress.into_boxed_slice();
}

/// Calls `read` with each line that is neither blank nor a comment; continuation lines (`\`) are joined.
fn lines(text: &str, mut read: impl FnMut(&str) -> Result<(), String>) -> Vec<ConfigFileError> {
    let mut errors = Vec::new();
    let mut joined = String::new();
    let mut first = 1;
    for (number, line) in text.lines().enumerate() {
        if joined.is_empty() {
            first = number + 1;
        }
        if let Some(part) = line.trim_end().strip_suffix('\\') {
            joined.push_str(part);
            continue;
        }
        joined.push_str(line);
        let whole = std::mem::take(&mut joined);
        let body = whole.trim();
        if body.is_empty() || body.starts_with('#') {
            continue;
        }
        if let Err(reason) = read(body) {
            let column = whole.len() - whole.trim_start().len() + 1;
            errors.push(ConfigFileError {
                line: first,
                column,
                reason,
            });
        }
    }
    errors
}

fn fields<const N: usize>(text: &str) -> Result<[&str; N], String> {
    let list: Vec<&str> = text.split(',').map(str::trim).collect();
    list.try_into()
        .map_err(|list: Vec<&str>| format!("expected {N} fields with commas between them, found {}", list.len()))
}

/// The options of a line of threshold.config: `gen_id 1, sig_id 2, ...`.
struct Options<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Options<'a> {
    fn parse(text: &'a str) -> Result<Self, String> {
        let mut list = Vec::new();
        for part in split_outside_brackets(text) {
            let (name, value) = part
                .split_once(char::is_whitespace)
                .ok_or_else(|| format!("`{part}` has no value"))?;
            list.push((name, value.trim()));
        }
        Ok(Self(list))
    }

    fn get(&self, name: &str) -> Result<&'a str, String> {
        self.0
            .iter()
            .find(|(n, _)| *n == name)
            .map(|(_, v)| *v)
            .ok_or_else(|| format!("`{name}` is missing"))
    }

    fn number(&self, name: &str) -> Result<u32, String> {
        let text = self.get(name)?;
        text.parse().map_err(|_| format!("`{name} {text}`: expected a number"))
    }

    fn track(&self) -> Result<Track, String> {
        match self.get("track")? {
            "by_src" => Ok(Track::Source),
            "by_dst" => Ok(Track::Destination),
            "by_both" => Ok(Track::Both),
            "by_rule" => Ok(Track::Rule),
            "by_flow" => Ok(Track::Flow),
            other => Err(format!(
                "`track {other}`: use by_src, by_dst, by_both, by_rule or by_flow"
            )),
        }
    }

    fn threshold(&self) -> Result<Threshold, String> {
        let kind = match self.get("type")? {
            "limit" => ThresholdKind::Limit,
            "threshold" => ThresholdKind::Threshold,
            "both" => ThresholdKind::Both,
            "backoff" => ThresholdKind::Backoff,
            other => return Err(format!("`type {other}`: use limit, threshold, both or backoff")),
        };
        let backoff = kind == ThresholdKind::Backoff;
        Ok(Threshold {
            kind,
            track: self.track()?,
            count: self.number("count")?,
            seconds: if backoff { 0 } else { self.number("seconds")? },
            multiplier: if backoff { self.number("multiplier")? } else { 1 },
        })
    }

    fn rate(&self) -> Result<Threshold, String> {
        let action = match self.get("new_action")? {
            "alert" => Action::Alert,
            "drop" => Action::Drop,
            "pass" => Action::Pass,
            "reject" => Action::Reject(Reject::Source),
            other => return Err(format!("`new_action {other}`: use alert, drop, pass or reject")),
        };
        let kind = ThresholdKind::Rate {
            action,
            timeout: self.number("timeout")?,
        };
        Ok(Threshold {
            kind,
            track: self.track()?,
            count: self.number("count")?,
            seconds: self.number("seconds")?,
            multiplier: 1,
        })
    }

    fn suppress(&self, variables: &Variables) -> Result<Suppress, String> {
        if self.get("track").is_err() {
            return Ok(Suppress {
                track: SuppressTrack::All,
                addresses: Arc::new(AddressSet::any()),
            });
        }
        let track = match self.get("track")? {
            "by_src" => SuppressTrack::Source,
            "by_dst" => SuppressTrack::Destination,
            "by_either" => SuppressTrack::Either,
            other => return Err(format!("`track {other}`: use by_src, by_dst or by_either")),
        };
        let text = self.get("ip")?;
        let expr = rule_parser::parse_addresses(text).map_err(|d| format!("`ip {text}`: {}", d.message))?;
        let addresses = variables
            .addresses_of(&expr)
            .map_err(|d| format!("`ip {text}`: {}", d.message))?;
        Ok(Suppress { track, addresses })
    }
}

fn split_outside_brackets(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0i32, 0);
    for (at, c) in text.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            ',' if depth <= 0 => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classifications() {
        let (map, errors) =
            parse_classifications("# c\nconfig classification: web-attack,An Attack,1\nconfig clasification: x,y,1\n");
        assert_eq!(
            map["web-attack"],
            Classification {
                description: "An Attack".into(),
                priority: 1
            }
        );
        assert_eq!((errors.len(), errors[0].line), (1, 3));
    }

    #[test]
    fn thresholds() {
        let text = "suppress gen_id 1, sig_id 2, track by_src, ip [10.0.0.0/8,192.0.2.1]\n\
                    threshold gen_id 1, sig_id 3, type limit, track by_src, \\\n  count 1, seconds 60\n\
                    rate_filter gen_id 1, sig_id 4, track by_rule, count 5, seconds 1, new_action drop, timeout 10\n";
        let (entries, errors) = parse_thresholds(text, &Variables::standard());
        assert_eq!(errors, []);
        assert_eq!(entries.iter().map(|e| e.sid).collect::<Vec<_>>(), [2, 3, 4]);
        let ThresholdChange::Suppress(suppress) = &entries[0].change else {
            panic!("a suppress")
        };
        assert!(
            suppress.addresses.contains([10, 1, 1, 1].into()) && suppress.addresses.contains([192, 0, 2, 1].into())
        );
    }

    #[test]
    fn mistakes_have_a_line_and_a_remedy() {
        let (_, errors) = parse_thresholds(
            "\n threshold gen_id 1, sig_id 1, type limt, track by_src, count 1, seconds 1\n",
            &Variables::standard(),
        );
        assert_eq!(
            errors[0].to_string(),
            "line 2, column 2: `type limt`: use limit, threshold, both or backoff"
        );
    }
}
