//! Tests of `pcre` and its engines.

use proptest::prelude::*;
use rule_parser::Dialect;

use super::expression::backtracking;
use super::flags::Options;
use super::*;
use crate::keywords::payload::content::CONTENT;
use crate::keywords::sample::{apply, draft, env_with};

fn read(text: &str) -> Parsed<Pcre> {
    let env = Env::default();
    let mut draft = draft(&env);
    apply(&mut draft, &[(&CONTENT, "\"x\""), (&PCRE, text)])?;
    match draft.section().ops.pop() {
        Some(Op::Pcre(pcre)) => Ok(pcre),
        other => panic!("{other:?}"),
    }
}

fn find(pattern: &str, flags: Options, haystack: &[u8]) -> Option<(usize, usize)> {
    Expression::new(pattern, flags).expect(pattern).find_at(haystack, 0)
}

#[test]
fn values() {
    let pcre = read(r#"!"/a\/b/Ri""#).expect("an expression");
    assert!(pcre.negated && pcre.relative && pcre.regex.text() == r"a\/b");
    for text in [
        "\"/abc/\"",
        "/one/",
        "\"/a\\;b/\"",
        "\"m/abc/\"",
        "\"//\"",
        "\"/(abc)/,flow:x\"",
        "\"/(?<=a)b/\"",
        "\"/\\Qabc/\"",
        "\"/a/b/\"",
    ] {
        assert!(read(text).is_ok(), "{text}");
    }
    let bad = [
        "\"/abc/q\"",
        "\"abc\"",
        "\"/abc\"",
        "\"/a(bc/\"",
        "\"/a[bc/\"",
        "\"/(abc)/,foo:x\"",
        "\"/a{3,1}/\"",
        "\"/abc/U\"",
        "\"/abc/g\"",
        "",
    ];
    for text in bad {
        assert!(read(text).is_err(), "{text}");
    }
}

#[test]
fn a_syntax_error_has_a_place() {
    let problem = read(r#""/ab(cd/""#).expect_err("a parenthesis");
    assert!(problem.message.contains("parenthesis"), "{}", problem.message);
    assert_eq!(problem.at, Some(6..7));
}

#[test]
fn relative_needs_something_before_it_in_suricata() {
    let env = Env::default();
    assert!(apply(&mut draft(&env), &[(&PCRE, "\"/abc/R\"")]).is_err());
    let mut snort = crate::keyword::RuleDraft::new(&env, Dialect::Snort3, crate::rule::ProtocolSet::IP);
    assert!(apply(&mut snort, &[(&PCRE, "\"/abc/R\"")]).is_ok());
}

#[test]
fn buffer_flags_put_it_on_a_registered_buffer() {
    let env = env_with(|env| env.pcre_buffers = vec![('U', &crate::buffer::BASE64_DATA)]);
    let mut draft = draft(&env);
    apply(
        &mut draft,
        &[(&PCRE, "\"/abc/U\""), (&PCRE, "\"/def/RU\""), (&CONTENT, "\"x\"")],
    )
    .expect("two expressions");
    assert_eq!(
        draft
            .sections
            .iter()
            .map(|s| (s.buffer.name, s.ops.len()))
            .collect::<Vec<_>>(),
        [("pkt_data", 1), ("base64_data", 2)]
    );
}

#[test]
fn equal_expressions_are_shared() {
    let env = Env::default();
    let mut draft = draft(&env);
    apply(
        &mut draft,
        &[(&PCRE, "\"/abc/i\""), (&PCRE, "!\"/abc/iO\""), (&PCRE, "\"/abc/\"")],
    )
    .expect("three expressions");
    let regexes: Vec<_> = draft
        .section()
        .ops
        .iter()
        .map(|op| {
            if let Op::Pcre(p) = op {
                Arc::as_ptr(&p.regex).cast::<()>()
            } else {
                panic!()
            }
        })
        .collect();
    assert!(regexes[0] == regexes[1] && regexes[1] != regexes[2]);
}

#[test]
fn a_dollar_matches_before_a_line_end_and_does_not_take_it() {
    let plain = Options::default();
    assert_eq!(find("a$", plain, b"ba\n"), Some((1, 2)));
    assert_eq!(find("a$", plain, b"ba"), Some((1, 2)));
    assert_eq!(find("a$", plain, b"a\nb"), None);
    assert_eq!(find("[a\n]*$", plain, b"a\n"), Some((0, 2)));
    assert_eq!(
        find(
            "a$",
            Options {
                dollar_end_only: true,
                ..plain
            },
            b"ba\n"
        ),
        None
    );
    assert_eq!(
        find(
            "(?=a)a$",
            Options {
                dollar_end_only: true,
                ..plain
            },
            b"ba\n"
        ),
        None
    );
    assert_eq!(
        find(
            "a$",
            Options {
                multi_line: true,
                ..plain
            },
            b"a\nb"
        ),
        Some((0, 1))
    );
}

#[test]
fn anchored_and_ungreedy() {
    let plain = Options::default();
    let anchored = Expression::new(
        "b",
        Options {
            anchored: true,
            ..plain
        },
    )
    .expect("an expression");
    assert_eq!(
        (anchored.find_at(b"ab", 0), anchored.find_at(b"ab", 1)),
        (None, Some((1, 2)))
    );
    assert_eq!(
        find(
            "a+",
            Options {
                ungreedy: true,
                ..plain
            },
            b"aaa"
        ),
        Some((0, 1))
    );
    assert_eq!(
        find(
            "(?=a)a+",
            Options {
                ungreedy: true,
                ..plain
            },
            b"aaa"
        ),
        Some((0, 1))
    );
}

#[test]
fn hostile_buffers_hit_the_limit() {
    let slow = Expression::new(r"(a+)+\1b", Options::default()).expect("an expression");
    assert!(!slow.is_linear());
    assert_eq!(slow.find_at(&[b'a'; 5000], 0), None);
}

#[test]
fn literals_that_must_be_there() {
    let literals = |pattern: &str| -> Vec<String> {
        let expression = Expression::new(
            pattern,
            Options {
                caseless: pattern.starts_with('A'),
                ..Options::default()
            },
        )
        .expect(pattern);
        expression
            .literals()
            .iter()
            .map(|l| String::from_utf8_lossy(l).into_owned())
            .collect()
    };
    assert_eq!(literals("abc[0-9]+defgh"), ["defgh"]);
    assert_eq!(literals("ABC\\d"), ["abc"]);
    assert_eq!(literals("x(?:foo|barz)y"), ["barz", "foo"]);
    assert_eq!(literals("(?:a*|foo)"), [""; 0]);
    assert_eq!(literals("(foo)?bar"), ["bar"]);
    assert_eq!(literals("(?=a)abc"), [""; 0]);
    assert_eq!(literals("^\\/[a-f]+\\.php$"), [".php"]);
}

/// Expressions that run on the linear engine, and mean what PCRE2 means.
const ALIKE: &[&str] = &[
    "a",
    "ab*",
    "a+?b",
    "(?:a|ab)(?:c|bcd)?",
    "^a",
    "a$",
    "^a*$",
    "(a|b)*c",
    "[^a]b",
    "a{2,3}",
    "a{2,3}?",
    ".b",
    "a.*b",
    "(?s:a.*b)",
    r"\ba",
    r"a\B",
    r"\s+a",
    r"[\s\d]a",
    "a|b|$",
    "(?:a$|b$)",
    r"\Aa",
    r"a\z",
    "(?i)A",
    r"[a-b\n]+$",
    "(a)(b)?",
    "(?:a?b?)+c",
    "a||b",
    "[]a]",
    "[a-]b",
    r"\x61",
    r"a\.",
    "(?:)a",
    r"[[:alpha:]]\n",
    "(a*)*b",
    "(a*)+$",
];

proptest! {
    #[test]
    fn both_engines_agree(
        haystack in prop::collection::vec(prop::sample::select(b"aAbBcd \n.-0]\xff".to_vec()), 0..24),
        at in 0..ALIKE.len(), start in 0usize..6, caseless: bool, multi_line: bool, ungreedy: bool,
    ) {
        let options = Options { caseless, multi_line, ungreedy, ..Options::default() };
        let expression = Expression::new(ALIKE[at], options).expect("an expression");
        if expression.is_linear() {
            let pcre = backtracking(ALIKE[at], options, false).expect("an expression");
            let start = start.min(haystack.len());
            let expected = pcre.find_at(&haystack, start).expect("no limit").map(|m| (m.start(), m.end()));
            prop_assert_eq!(expression.find_at(&haystack, start), expected, "{}", ALIKE[at]);
        }
    }

    #[test]
    fn literals_are_in_every_match(
        haystack in prop::collection::vec(prop::sample::select(b"aAbBcd \n.-0]".to_vec()), 0..24),
        at in 0..ALIKE.len(), caseless: bool,
    ) {
        let expression = Expression::new(ALIKE[at], Options { caseless, ..Options::default() }).expect("an expression");
        if let Some((from, to)) = expression.find_at(&haystack, 0) {
            let matched = haystack[from..to].to_ascii_lowercase();
            let literals = expression.literals();
            let there = literals.is_empty() || literals.iter().any(|l| matched.windows(l.len()).any(|w| *w == **l));
            prop_assert!(there, "{} {:?}", ALIKE[at], literals);
        }
    }
}
