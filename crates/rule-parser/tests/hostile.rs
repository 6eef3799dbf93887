//! Hostile text: it never panics, and costs time in proportion to its length.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use rule_parser::{
    Dialect, ParseOptions, SourceText, cut_pieces, join_pieces, parse_file, parse_piece, parse_source, print, render,
    to_json,
};

/// All settings under which a file can be read.
fn settings() -> impl Iterator<Item = ParseOptions> {
    let dialects = std::iter::once(None).chain(Dialect::ALL.into_iter().map(Some));
    dialects.flat_map(|dialect| {
        [true, false].into_iter().map(move |include_disabled| ParseOptions {
            dialect,
            include_disabled,
        })
    })
}

/// Beginnings and units of which a million bytes are made: everything that is searched for and not found.
const HOSTILE: &[(&str, &str)] = &[
    ("", "alert ("),
    ("", "alert (\n"),
    ("", "alert x (\n\n"),
    ("", "alert x (a;\\\n"),
    ("", "#alert x (a;\\\n"),
    ("", "#alert x (a;\\\n \\\n"),
    ("", "# alert x (\n# \\\n"),
    ("", "# alert x (\n#\n"),
    ("", "# alert x (\n# \\\nfoo\n# \\\n"),
    ("", "# alert x (\n# \\\n \\\n# \\\n"),
    ("", "/*\n"),
    ("", "#begin\n"),
    ("", "x\n"),
    ("", "x any (a;\n"),
    ("", "\\\n"),
    ("", "\n"),
    ("", "# \\\n"),
    ("", "alert tcp any any -> any any (a:\"x;\n"),
    ("", "alert tcp any any -> any any (a:x\n\n"),
    ("", "alert tcp any any -> any any (a:\"x\" b\n"),
    ("", "var \n"),
    ("", "config \n"),
    ("alert tcp any any -> any any (", "a:\"x;"),
    ("alert tcp any any -> any any (", "a:\""),
    ("alert tcp any any -> any any (", "a:\"\\\";"),
    ("alert tcp any any -> any any (", "a:\"x\"b;"),
    ("alert tcp any any -> any any (", "a:x\";"),
    ("alert tcp any any -> any any (", "/*\n"),
    ("alert tcp any any -> any any (", "/*"),
    ("alert tcp any any -> any any (", "#\n"),
    ("alert tcp any any -> any any (", "(\n"),
    ("alert tcp any any -> any any (", ")"),
    ("alert tcp any any -> any any (", ";"),
    ("alert tcp any any -> any any (", "a\n"),
    ("alert tcp any any -> any any (", "a;\n"),
    ("alert tcp any any -> any any (", "a \n:\n"),
    ("alert tcp any any -> any any (", "é"),
    ("alert tcp any any -> any any (a:", "\n"),
    ("alert tcp any any -> any any (a:", "x\n"),
    ("alert tcp any any -> any any (a:\"", "\\"),
    ("alert tcp any any -> any any (a:\"", "\\ "),
    ("alert tcp any any -> any any (a:", "\" "),
    ("alert tcp any any -> any any (a:", "\\\\\\\n"),
    ("alert tcp any any -> any any (a:!", " "),
    ("alert tcp ", "["),
    ("alert tcp ", "[any,"),
    ("alert tcp ", "! "),
    ("alert tcp ", "any,"),
    ("alert tcp ", "any "),
    ("alert tcp ", "-> "),
    ("alert tcp any any -> any ", "1,"),
    ("alert tcp any any -> any ", "[1"),
    ("alert:", "a,"),
    ("alert tcp:", "a:"),
    ("", " "),
    ("", "\u{feff}"),
    ("# ruleids: ", "dialect="),
];

#[test]
fn time_is_linear_in_the_length() {
    for (start, unit) in HOSTILE {
        for end in ["", ")\nalert tcp any any -> any any (sid:1;)"] {
            let text = format!("{start}{}{end}", unit.repeat(LENGTH / unit.len()));
            for options in settings().filter(|options| options.include_disabled) {
                let begun = Instant::now();
                let source = SourceText::from_text("hostile", &text);
                let file = parse_source(&source, &options);
                let drawn = render(&source, &file.diagnostics[..file.diagnostics.len().min(10)], true);
                let taken = begun.elapsed();
                assert!(taken < LIMIT, "{taken:?} for {start}{unit}{unit}... {options:?}");
                assert!(drawn.len() < 200_000, "{start}{unit}{unit}... {options:?}");
                assert!(file.diagnostics.len() <= 10_002);
            }
        }
    }
}

/// A quadratic step over this many bytes takes a minute, a linear one milliseconds.
const LENGTH: usize = 300_000;
const LIMIT: Duration = Duration::from_secs(8);

/// What rules are made of, so that random text gets beyond the first byte.
fn fragment() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "alert",
        "drop",
        "tcp",
        "http",
        "any",
        "$HOME_NET",
        "->",
        "<>",
        "=>",
        "<-",
        "(",
        ")",
        ";",
        ":",
        ",",
        "\"",
        "!",
        "[",
        "]",
        "\\",
        "\n",
        "\r\n",
        "\\\n",
        " ",
        "\t",
        "#",
        "# ",
        "#begin\n",
        "#end\n",
        "/*",
        "*/",
        "sid",
        "content",
        "msg",
        "|0d 0a|",
        "1",
        "80:",
        "192.0.2.0/24",
        "2001:db8::1",
        "rem:",
        "nocase",
        "var ",
        "ipvar X any\n",
        "é",
        "# ruleids: dialect=snort3\n",
        "alert tcp any any -> any any (",
        "service:http;",
        "\u{10ff80}",
        "\0",
    ]);
    prop_oneof![8 => words.prop_map(str::to_owned), 1 => any::<String>()]
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(fragment(), 0..60).prop_map(|fragments| fragments.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_text_is_read_drawn_and_told(text in text()) {
        for options in settings() {
            let source = SourceText::from_text("any", &text);
            let file = parse_source(&source, &options);
            for rule in file.rules.iter().chain(&file.broken) {
                prop_assert!(text.get(rule.span.range()).is_some());
                for option in &rule.options {
                    prop_assert_eq!(source.text().get(option.name.span.range()), Some(option.name.value));
                    prop_assert!(source.text().get(option.span.range()).is_some());
                }
            }
            for finding in &file.diagnostics {
                prop_assert!(finding.span.end as usize <= text.len());
                prop_assert!(source.text().get(finding.span.range()).is_some(), "{:?}", finding);
                prop_assert!(!finding.message.is_empty());
            }
            prop_assert!(file.diagnostics.is_sorted_by_key(|finding| finding.span.start));
            prop_assert_eq!(file.broken.is_empty() || file.diagnostics.iter().any(|f| f.is_error()), true);
            prop_assert!(render(&source, &file.diagnostics, false).lines().count() >= file.diagnostics.len());
            prop_assert_eq!(to_json(&source, &file.diagnostics).lines().count(), file.diagnostics.len());
        }
    }

    #[test]
    fn what_was_read_prints_to_the_same(text in text()) {
        for options in settings() {
            let file = parse_file(&text, &options);
            let again = ParseOptions { dialect: Some(file.dialect), include_disabled: true };
            for rule in &file.rules {
                let printed = print(rule, file.dialect);
                prop_assert!(!printed.contains('\n'));
                let reread = parse_file(&printed, &again);
                prop_assert_eq!(reread.rules.len(), 1, "{}", printed);
                prop_assert!(reread.rules[0].same_as(rule), "{}\n{:?}\n{:?}", printed, rule, reread.rules[0]);
            }
        }
    }

    #[test]
    fn pieces_join_to_the_same_file(text in text(), count in 1_usize..9) {
        for options in settings() {
            let pieces = cut_pieces(&text, count).into_iter().map(|range| parse_piece(&text, range, &options));
            let joined = join_pieces(&text, &options, pieces.collect());
            prop_assert_eq!(joined, parse_file(&text, &options));
        }
    }

    #[test]
    fn any_bytes_are_kept(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let source = SourceText::from_bytes("bytes", &bytes);
        let kept = rule_parser::source::to_bytes(source.text());
        prop_assert_eq!(kept.as_ref(), bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes));
    }
}
