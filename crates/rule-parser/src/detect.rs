//! Which dialect a file is written in, if nobody says.
//!
//! Every rule votes at most once, for the dialect of the first of its constructs in this table. The dialect with
//! most votes wins; without votes, and on a tie with it, that is Suricata.
//!
//! | construct | dialect |
//! |---|---|
//! | a keyword with a dot or a dash: `http.uri`, `app-layer-event` | Suricata |
//! | a keyword that only Suricata has: `bsize`, `startswith`, `xbits`, ... | Suricata |
//! | the direction `=>`, a rule hook, an action with a scope | Suricata |
//! | a keyword that only Snort 3 has: `service`, `bufferlen`, `http_param`, ... | Snort 3 |
//! | modifiers behind a quoted value: `content:"x",nocase` | Snort 3 |
//! | a header without networks: `alert http (` | Snort 3 |
//! | a rule on several lines without backslashes; `#begin` ... `#end` | Snort 3 |
//! | the actions `block`, `react`, `rewrite`; a range `a<=>b` | Snort 3 |
//! | `metadata` with a `service` | Snort 2 |
//! | the actions `activate`, `dynamic`, `sdrop`; a header of an action alone | Snort 2 |
//! | configuration lines: `ipvar`, `portvar`, `preprocessor` | Snort 2 |

use crate::{Dialect, DialectSource, Direction, Rule, RuleOption, Span};

/// The votes of a file or of a part of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Votes {
    counts: [u32; 3],
    first: [Option<Vote>; 3],
}

#[derive(Clone, Debug)]
struct Vote {
    because: String,
    span: Span,
}

impl Votes {
    /// Lets a rule vote.
    pub(crate) fn add_rule(&mut self, rule: &Rule<'_>, shape: Shape) {
        if let Some((dialect, construct, span)) = evidence(rule, shape) {
            self.add(dialect, construct, span);
        }
    }

    /// Adds the vote of a construct outside rules.
    pub(crate) fn add(&mut self, dialect: Dialect, construct: Construct<'_>, span: Span) {
        self.counts[dialect as usize] = self.counts[dialect as usize].saturating_add(1);
        self.first[dialect as usize].get_or_insert_with(|| Vote {
            because: construct.describe(),
            span,
        });
    }

    /// Adds the votes of the part that follows.
    pub(crate) fn merge(&mut self, later: Self) {
        for (index, first) in later.first.into_iter().enumerate() {
            self.counts[index] = self.counts[index].saturating_add(later.counts[index]);
            self.first[index] = self.first[index].take().or(first);
        }
    }

    /// The dialect with most votes.
    pub(crate) fn winner(&self) -> (Dialect, DialectSource) {
        // Of equal counts the first of the enum wins.
        let winner = Dialect::ALL
            .into_iter()
            .rev()
            .max_by_key(|&dialect| self.counts[dialect as usize]);
        match winner.and_then(|dialect| Some((dialect, self.first[dialect as usize].clone()?))) {
            Some((dialect, vote)) => (
                dialect,
                DialectSource::Detected {
                    because: vote.because,
                    span: vote.span,
                },
            ),
            None => (Dialect::Suricata, DialectSource::Default),
        }
    }

    /// What speaks for another dialect than `chosen`: that dialect, why, where, and how many rules say so.
    pub(crate) fn dissent(&self, chosen: Dialect) -> Option<(Dialect, &str, Span, u32)> {
        let other = Dialect::ALL
            .into_iter()
            .rev()
            .filter(|&dialect| dialect != chosen)
            .max_by_key(|&dialect| self.counts[dialect as usize])?;
        let vote = self.first[other as usize].as_ref()?;
        Some((other, vote.because.as_str(), vote.span, self.counts[other as usize]))
    }
}

/// What the tree of a rule does not show.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Shape {
    /// Whether it spans lines without a backslash.
    pub(crate) free_lines: bool,
    /// Whether its header has no networks, no part of them.
    pub(crate) bare_header: bool,
}

/// A construct that tells dialects apart.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Construct<'a> {
    Keyword(&'a str),
    Action(&'a str),
    MetadataService,
    Modifiers,
    InclusiveRange,
    Header,
    Hook,
    Transactional,
    FreeLines,
    CommentBlock,
    ConfigLine(&'a str),
}

impl Construct<'_> {
    fn describe(self) -> String {
        match self {
            Self::Keyword(name) => format!("the keyword `{name}`"),
            Self::Action(name) => format!("the action `{name}`"),
            Self::MetadataService => "a service in `metadata`".to_owned(),
            Self::Modifiers => "modifiers behind a quoted value".to_owned(),
            Self::InclusiveRange => "a range with `<=>`".to_owned(),
            Self::Header => "a header without networks".to_owned(),
            Self::Hook => "a rule hook".to_owned(),
            Self::Transactional => "the direction `=>`".to_owned(),
            Self::FreeLines => "a rule on several lines without backslashes".to_owned(),
            Self::CommentBlock => "a `#begin` ... `#end` block".to_owned(),
            Self::ConfigLine(word) => format!("a `{word}` line"),
        }
    }
}

type Evidence<'a> = (Dialect, Construct<'a>, Span);

fn evidence<'a>(rule: &'a Rule<'_>, shape: Shape) -> Option<Evidence<'a>> {
    header_evidence(rule, shape)
        .or_else(|| rule.options.iter().find_map(option_evidence))
        .or_else(|| rule.options.iter().find_map(metadata_evidence))
}

fn header_evidence<'a>(rule: &'a Rule<'_>, shape: Shape) -> Option<Evidence<'a>> {
    let action = rule.action.name;
    let by_action = match action.value {
        _ if rule.action.scope.is_some() => Some(Dialect::Suricata),
        "rejectsrc" | "rejectdst" | "rejectboth" | "accept" | "config" => Some(Dialect::Suricata),
        "block" | "react" | "rewrite" => Some(Dialect::Snort3),
        "activate" | "dynamic" | "sdrop" => Some(Dialect::Snort2),
        _ => None,
    };
    if let Some(dialect) = by_action {
        return Some((dialect, Construct::Action(action.value), action.span));
    }
    if let Some(hook) = rule.header.hook {
        return Some((Dialect::Suricata, Construct::Hook, hook.span));
    }
    let transactional = rule.header.endpoints.as_ref().map(|ends| ends.direction);
    if let Some(direction) = transactional.filter(|direction| direction.value == Direction::Transactional) {
        return Some((Dialect::Suricata, Construct::Transactional, direction.span));
    }
    if shape.bare_header {
        let dialect = if rule.header.protocol.is_some() {
            Dialect::Snort3
        } else {
            Dialect::Snort2
        };
        return Some((dialect, Construct::Header, action.span));
    }
    shape
        .free_lines
        .then_some((Dialect::Snort3, Construct::FreeLines, action.span))
}

fn option_evidence<'a>(option: &'a RuleOption<'_>) -> Option<Evidence<'a>> {
    let name = option.name.value;
    if let Some(dialect) = dialect_of_keyword(name) {
        return Some((dialect, Construct::Keyword(name), option.name.span));
    }
    let value = option.value.as_ref()?;
    let text = value.value.as_ref();
    if text.starts_with(['"', '!']) {
        let modifiers = !text.ends_with('"') && text.contains("\",");
        return modifiers.then_some((Dialect::Snort3, Construct::Modifiers, value.span));
    }
    let range = text.len() < MAX_RANGE && text.contains("<=>");
    range.then_some((Dialect::Snort3, Construct::InclusiveRange, value.span))
}

fn dialect_of_keyword(name: &str) -> Option<Dialect> {
    match name {
        "content" | "nocase" | "flow" | "sid" | "msg" | "metadata" => None,
        "service" | "bufferlen" | "regex" | "rem" | "appids" | "raw_data" | "js_data" | "vba_data" | "ber_data"
        | "ber_skip" | "file_meta" | "http_param" | "http_version" | "http_true_ip" | "http_trailer"
        | "http_raw_trailer" | "http_raw_request" | "http_raw_status" | "http_raw_body" | "http_header_test"
        | "http_trailer_test" => Some(Dialect::Snort3),
        "protected_content" | "http_encode" | "file_group" | "activates" | "activated_by" | "logto" | "resp" => {
            Some(Dialect::Snort2)
        }
        "bsize" | "dotprefix" | "startswith" | "endswith" | "xbits" | "hostbits" | "flowint" | "target" | "noalert"
        | "dataset" | "datarep" | "iprep" | "lua" | "luajit" | "luaxform" | "filestore" | "filemagic" | "filename"
        | "fileext" | "filesize" | "filemd5" | "filesha1" | "filesha256" | "dns_query" | "http_user_agent"
        | "http_host" | "http_raw_host" | "http_accept" | "http_referer" | "http_content_type" | "http_content_len"
        | "http_connection" | "http_protocol" | "http_start" | "http_request_line" | "http_response_line"
        | "http_header_names" => Some(Dialect::Suricata),
        _ if memchr::memchr2(b'.', b'-', name.as_bytes()).is_some() => Some(Dialect::Suricata),
        _ if SURICATA_PREFIXES.iter().any(|prefix| name.starts_with(prefix)) => Some(Dialect::Suricata),
        _ => None,
    }
}

fn metadata_evidence<'a>(option: &'a RuleOption<'_>) -> Option<Evidence<'a>> {
    let value = option.value.as_ref().filter(|_| option.name.value == "metadata")?;
    let speaks = value
        .value
        .split(',')
        .any(|entry| entry.trim_start().starts_with("service "));
    speaks.then_some((Dialect::Snort2, Construct::MetadataService, value.span))
}

const SURICATA_PREFIXES: &[&str] = &["tls_", "ja3", "ja4", "ssh_", "krb5_", "nfs_", "smb_"];

/// Ranges are short; longer values are not searched.
const MAX_RANGE: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ParseOptions, parse_file};

    fn detect(text: &str) -> (Dialect, String) {
        let file = parse_file(text, &ParseOptions::default());
        let because = match file.dialect_source {
            DialectSource::Detected { because, .. } => because,
            other => format!("{other:?}"),
        };
        (file.dialect, because)
    }

    #[test]
    fn one_construct_suffices() {
        let cases = [
            (
                "alert tcp any any -> any any (http.uri; sid:1;)",
                Dialect::Suricata,
                "the keyword `http.uri`",
            ),
            (
                "alert tcp any any -> any any (bsize:3; sid:1;)",
                Dialect::Suricata,
                "the keyword `bsize`",
            ),
            (
                "alert tcp any any => any any (sid:1;)",
                Dialect::Suricata,
                "the direction `=>`",
            ),
            (
                "alert http1:request_started any any -> any any (sid:1;)",
                Dialect::Suricata,
                "a rule hook",
            ),
            (
                "alert tcp any any -> any any (service:http; sid:1;)",
                Dialect::Snort3,
                "the keyword `service`",
            ),
            (
                "alert tcp any any -> any any (content:\"a\",nocase; sid:1;)",
                Dialect::Snort3,
                "modifiers behind a quoted value",
            ),
            (
                "alert http (msg:\"x\"; sid:1;)",
                Dialect::Snort3,
                "a header without networks",
            ),
            (
                "alert tcp any any -> any any (\n  msg:\"x\";\n  sid:1;\n)",
                Dialect::Snort3,
                "a rule on several lines without backslashes",
            ),
            (
                "#begin\nfoo\n#end\nalert tcp any any -> any any (sid:1;)",
                Dialect::Snort3,
                "a `#begin` ... `#end` block",
            ),
            (
                "block tcp any any -> any any (sid:1;)",
                Dialect::Snort3,
                "the action `block`",
            ),
            (
                "alert tcp any any -> any any (ttl:1<=>5; sid:1;)",
                Dialect::Snort3,
                "a range with `<=>`",
            ),
            (
                "alert tcp any any -> any any (metadata:policy x, service http; sid:1;)",
                Dialect::Snort2,
                "a service in `metadata`",
            ),
            ("alert (gid:116; sid:1;)", Dialect::Snort2, "a header without networks"),
            ("ipvar HOME_NET any", Dialect::Snort2, "a `ipvar` line"),
            ("alert tcp any any -> any any (sid:1;)", Dialect::Suricata, "Default"),
        ];
        for (text, dialect, because) in cases {
            assert_eq!(detect(text), (dialect, because.to_owned()), "{text}");
        }
    }

    #[test]
    fn the_majority_of_rules_decides_and_the_minority_is_named() {
        let text = "alert tcp any any -> any any (service:http; sid:1;)\n\
            alert tcp any any -> any any (http.uri; sid:2;)\n\
            alert tcp any any -> any any (bsize:1; http.uri; sid:3;)\n";
        let file = parse_file(text, &ParseOptions::default());
        assert_eq!(file.dialect, Dialect::Suricata);
        let [warning] = file.diagnostics.as_slice() else {
            panic!("one warning")
        };
        assert_eq!((warning.code, warning.span.start), (crate::codes::MIXED_DIALECTS, 30));
    }

    #[test]
    fn a_tie_goes_to_suricata() {
        let text = "alert tcp any any -> any any (service:http; sid:1;)\n\
            alert tcp any any -> any any (http.uri; sid:2;)\n";
        assert_eq!(detect(text).0, Dialect::Suricata);
    }
}
