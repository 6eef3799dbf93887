//! What holds for every keyword, and for the rules of the world.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rule_parser::{Dialect, ParseOptions, Rule, parse_rule, parse_source};

use super::ALL;
use super::pcre::Expression;
use crate::keyword::{Arg, Env, Keyword, Kind, Parsed, Problem, Registry, RuleDraft};
use crate::rule::ProtocolSet;

#[test]
fn names_are_unique() {
    let mut seen = BTreeSet::new();
    for name in ALL.iter().flat_map(|k| std::iter::once(&k.name).chain(k.aliases)) {
        assert!(seen.insert(*name), "{name} is there twice");
    }
}

#[test]
fn every_keyword_is_documented() {
    let registry = Registry::new(&[ALL]);
    for keyword in ALL {
        let name = keyword.name;
        assert!(
            !keyword.summary.is_empty() && !keyword.summary.ends_with('.'),
            "{name}: the summary is a line without a full stop"
        );
        assert!(keyword.docs.trim().len() > 40, "{name}: the docs are too short");
        if is_refused(keyword) {
            continue;
        }
        let rule = parse_rule(
            keyword.example,
            &ParseOptions {
                dialect: Some(Dialect::Suricata),
                include_disabled: false,
            },
        )
        .unwrap_or_else(|e| panic!("{name}: {e:?}"));
        assert!(
            rule.options.iter().any(|o| o.name.value == name),
            "{name}: the example does not use it"
        );
        for option in &rule.options {
            assert!(
                registry.get(option.name.value).is_some(),
                "{name}: the example uses `{}`",
                option.name.value
            );
        }
    }
}

#[test]
fn every_example_is_read() {
    let registry = Registry::new(&[ALL]);
    let env = Env::default();
    for keyword in ALL.iter().filter(|k| !is_refused(k) && !needs_files(k)) {
        let rule = parse_rule(
            keyword.example,
            &ParseOptions {
                dialect: Some(Dialect::Suricata),
                include_disabled: false,
            },
        )
        .expect(keyword.name);
        let dialect = if matches!(
            keyword.name,
            "bufferlen" | "ber_data" | "ber_skip" | "raw_data" | "service"
        ) {
            Dialect::Snort3
        } else {
            Dialect::Suricata
        };
        let problems = problems(&registry, &env, &rule, dialect);
        assert!(problems.is_empty(), "{}: {problems:?}", keyword.name);
    }
}

#[test]
fn every_keyword_of_a_file_is_in_the_list() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/keywords");
    let mut declared = BTreeSet::new();
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)
            .expect("a folder")
            .map(|e| e.expect("an entry").path())
        {
            if entry.is_dir() {
                folders.push(entry);
            } else {
                let text = std::fs::read_to_string(&entry).expect("a file");
                declared.extend(
                    text.split("name: \"")
                        .skip(1)
                        .filter_map(|rest| rest.split_once("\",\n    aliases"))
                        .map(|(name, _)| name.to_owned()),
                );
                declared.extend(macro_names(&text));
            }
        }
    }
    let listed: BTreeSet<String> = ALL.iter().map(|k| k.name.to_owned()).collect();
    assert_eq!(declared, listed);
}

/// The names in entries such as `TTL = "ttl", max` and `TCP_HDR, BYTES = "tcp.hdr", |packet|`.
fn macro_names(text: &str) -> Vec<String> {
    let entry = |line: &str| {
        let (left, right) = line.strip_prefix("    ")?.split_once(" = \"")?;
        let fits = left.starts_with(|c: char| c.is_ascii_uppercase())
            && left
                .chars()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || "_, ".contains(c));
        fits.then(|| right.split('"').next().unwrap_or_default().to_owned())
    };
    text.lines().filter_map(entry).collect()
}

/// Declared so that a rule with it gets a helpful error.
fn is_refused(keyword: &Keyword) -> bool {
    keyword.example.is_empty()
}

fn needs_files(keyword: &Keyword) -> bool {
    matches!(keyword.kind, Kind::PacketWith(_))
}

/// What is wrong with the options of a rule whose keywords are known here, each with its name and value.
fn problems(registry: &Registry, env: &Env, rule: &Rule<'_>, dialect: Dialect) -> Vec<(String, Problem)> {
    let mut draft = RuleDraft::new(env, dialect, ProtocolSet::IP);
    let mut found = Vec::new();
    // A stand-in for the buffers and modifiers of protocols, which are not known here.
    let mut foreign = false;
    for option in &rule.options {
        let Some(keyword) = registry.get(option.name.value) else {
            foreign = true;
            continue;
        };
        let arg = Arg {
            text: option.text(),
            dialect,
        };
        if let Err(problem) = read(&mut draft, keyword, &arg)
            && !(foreign && needs_a_buffer(&problem))
            && !problem.message.starts_with("the buffer of the flag")
        {
            found.push((
                format!("{}:{}", option.name.value, option.text().unwrap_or_default()),
                problem,
            ));
        }
    }
    found
}

fn read(draft: &mut RuleDraft<'_>, keyword: &Keyword, arg: &Arg<'_>) -> Parsed<()> {
    match keyword.kind {
        Kind::Meta(read) | Kind::Flow(read) | Kind::Modifier(read) | Kind::PayloadInto(read) => read(draft, arg),
        Kind::Packet(read) => read(arg).map(|check| draft.checks.push(check)),
        Kind::PacketWith(read) => read(draft.env, arg).map(|check| draft.checks.push(check)),
        Kind::Payload(read) => read(draft, arg).map(|op| draft.section().ops.push(op)),
        Kind::StickyBuffer(buffer) | Kind::ValueBuffer(buffer, _) => {
            draft.select(buffer);
            Ok(())
        }
        Kind::BufferModifier(buffer) => draft
            .take_last_content()
            .map(|content| draft.section_of(buffer).ops.push(crate::rule::Op::Content(content))),
        Kind::Transaction(read) => read(draft, arg).map(|check| draft.tx_checks.push(check)),
        Kind::Transform(read) => read(arg).and_then(|transform| draft.transform(transform)),
        Kind::PostMatch(read) => read(draft, arg).map(|effects| draft.effects.extend(effects)),
    }
}

/// A problem that only comes from a missing sticky buffer of a protocol.
fn needs_a_buffer(problem: &Problem) -> bool {
    [
        "needs a sticky buffer",
        "a transform needs a buffer",
        "needs something that matches before it",
        "there is no content before this",
    ]
    .iter()
    .any(|text| problem.message.contains(text))
}

fn shared() -> Option<PathBuf> {
    let path = std::env::var_os("RULEIDS_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let path = if path.is_dir() {
        path
    } else {
        PathBuf::from("/nonexistent")
    };
    if path.is_dir() {
        return Some(path);
    }
    println!("skipped: the rule sets of shared/ are not there");
    None
}

/// Every option of every rule of the rule sets whose keyword is known here can be read.
#[test]
fn the_rules_of_the_world_are_read() {
    let Some(shared) = shared() else { return };
    let registry = Registry::new(&[ALL]);
    let env = Env::default();
    let sets = [
        ("etopen-suricata-2023-05.rules", Dialect::Suricata),
        ("snort2-community-2016.rules", Dialect::Snort2),
        ("snort3-community-2024.rules", Dialect::Snort3),
    ];
    for (name, dialect) in sets {
        let bytes = std::fs::read(shared.join("rulesets").join(name)).expect(name);
        let text = rule_parser::SourceText::from_bytes("rules", &bytes);
        let file = parse_source(
            &text,
            &ParseOptions {
                dialect: Some(dialect),
                include_disabled: true,
            },
        );
        let mut bad = Vec::new();
        for rule in &file.rules {
            for (option, problem) in problems(&registry, &env, rule, dialect) {
                println!("{name} {}: {option}: {}", rule.sid().unwrap_or(0), problem.message);
                bad.push(rule.sid().unwrap_or(0));
            }
        }
        assert!(file.rules.len() > 3000, "{name}: {} rules", file.rules.len());
        assert_eq!(bad, Vec::<u32>::new(), "{name}");
    }
}

/// Every regular expression of ET Open compiles, and most run in linear time.
#[test]
fn the_expressions_of_the_world_compile() {
    let Some(shared) = shared() else { return };
    let bytes = std::fs::read(shared.join("rulesets/etopen-suricata-2023-05.rules")).expect("rules");
    let text = rule_parser::SourceText::from_bytes("rules", &bytes);
    let file = parse_source(
        &text,
        &ParseOptions {
            dialect: Some(Dialect::Suricata),
            include_disabled: true,
        },
    );
    let mut seen = BTreeSet::new();
    let (mut linear, mut bad) = (0, 0);
    for option in file.rules.iter().flat_map(|rule| rule.options_named("pcre")) {
        let parts = rule_parser::value::pcre(option.spanned().expect("a value")).expect("an expression");
        if !seen.insert((parts.pattern.value.to_owned(), parts.flags.value.to_owned())) {
            continue;
        }
        match super::pcre::read(parts.pattern.value, parts.flags)
            .as_ref()
            .map(Expression::compile)
        {
            Ok(true) => {}
            _ => {
                println!("{}", option.text().unwrap_or_default());
                bad += 1;
            }
        }
        linear += usize::from(super::pcre::read(parts.pattern.value, parts.flags).is_ok_and(|e| e.is_linear()));
    }
    println!("{} expressions, {linear} of them linear, {bad} bad", seen.len());
    assert!(
        bad <= 1 && linear * 10 > seen.len() * 8,
        "{bad} bad, {linear} of {} linear",
        seen.len()
    );
}
