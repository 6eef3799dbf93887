//! What files look like: lines, comments, recovery.

use rule_parser::{Dialect, ParseOptions, Rule, RuleFile, SourceText, parse_file, parse_source, print};

fn read(text: &str, dialect: Dialect) -> RuleFile<'_> {
    parse_file(
        text,
        &ParseOptions {
            dialect: Some(dialect),
            include_disabled: true,
        },
    )
}

fn sids(rules: &[Rule<'_>]) -> Vec<u32> {
    rules.iter().filter_map(Rule::sid).collect()
}

fn codes(file: &RuleFile<'_>) -> Vec<&'static str> {
    file.diagnostics.iter().map(|finding| finding.code).collect()
}

#[test]
fn a_backslash_continues_a_rule() {
    let text = "alert tcp any any \\\r\n -> any any (msg:\"one \\  \n  two\"; \\\n  sid \\\n : \\\n 1; \\\n)\nalert tcp any any \
        -> any any (sid:2;)\n";
    for dialect in Dialect::ALL {
        let file = read(text, dialect);
        assert_eq!((codes(&file), sids(&file.rules)), (vec![], vec![1, 2]), "{dialect}");
        assert_eq!(file.rules[0].msg(), Some("one   two"));
        assert_eq!(
            print(&file.rules[0], dialect),
            "alert tcp any any -> any any (msg:\"one   two\"; sid:1;)"
        );
        let value = file.rules[0].option("msg").unwrap().value.as_ref().unwrap();
        assert_eq!(&text[value.span.range()], "\"one \\  \n  two\"");
    }
}

#[test]
fn a_backslash_may_hide_before_a_line_break_what_it_escapes_after() {
    let text = "alert tcp any any -> any any (msg:\"a\\\\\n\"b\"; sid:1;)";
    let file = read(text, Dialect::Suricata);
    assert_eq!(codes(&file), [""; 0]);
    assert_eq!(file.rules[0].msg(), Some("a\\\"b"));
}

#[test]
fn snort_3_breaks_lines_freely_inside_the_parentheses() {
    let text = "alert http\n(\n  msg:\"x\"; # a comment; with a semicolon\n\n  /* another;\n  one */\n  \
        content:\"a;b\",\n    nocase,\n    depth 5;\n  rem:\"why\";\n  sid:1;\n)\nalert tcp any any -> any any (sid:2;)";
    let file = read(text, Dialect::Snort3);
    assert_eq!((codes(&file), sids(&file.rules)), (vec![], vec![1, 2]));
    assert_eq!(
        print(&file.rules[0], Dialect::Snort3),
        "alert http (msg:\"x\"; content:\"a;b\", nocase, depth 5; rem:\"why\"; sid:1;)"
    );
    let file = read(text, Dialect::Suricata);
    assert_eq!(sids(&file.rules), [2]);
    assert!(codes(&file).contains(&"E0020"));
}

#[test]
fn comments_are_skipped_in_every_form() {
    let text = "# prose (with; signs\n#begin\nalert tcp any any -> any any (sid:1;)\n#end\n  # more\n; old style\n\
        /* block\nalert tcp any any -> any any (sid:2;)\n*/\n#\n##\nalert tcp any any -> any any (sid:3;) # end\n";
    assert_eq!(sids(&read(text, Dialect::Snort3).rules), [3]);
    assert_eq!(codes(&read(text, Dialect::Snort3)), [""; 0]);
    // Elsewhere a line `#begin` is a comment as any.
    assert_eq!(sids(&read(text, Dialect::Suricata).rules), [1, 3]);
}

#[test]
fn comments_must_be_closed() {
    let rule = "alert tcp any any -> any any (sid:1;)";
    let file = read(&["#begin\n", rule].concat(), Dialect::Snort3).diagnostics;
    assert_eq!(file[0].code, "E0023");
    let text = ["/* x\n", rule].concat();
    let file = read(&text, Dialect::Suricata);
    assert_eq!((codes(&file), sids(&file.rules)), (vec!["E0023"], vec![1]));
    let text = "alert tcp any any -> any any (/* x\nsid:1;)\nalert tcp any any -> any any (sid:2;)";
    let file = read(text, Dialect::Snort3);
    assert_eq!((codes(&file), sids(&file.rules)), (vec!["E0023", "E0002"], vec![2]));
}

#[test]
fn a_comment_that_is_a_rule_is_a_disabled_rule() {
    let text = "#alert tcp any any -> any any (sid:1;)\n# alert tcp any any -> any any (sid:2;)\n\
        ## drop tcp any any -> any any (sid:3;)\n# alert on any any -> any any (unless\n# alert me\n\
        # alert tcp any any -> any any (sid:4; \\\n#   rev:1;)\n\
        # alert tcp any any -> any any (msg:\"x\"; \\\n    sid:5;)\n# alert http (\n#   sid:6;\n# )\n";
    let file = read(text, Dialect::Snort3);
    assert_eq!((codes(&file), sids(&file.rules)), (vec![], vec![1, 2, 3, 4, 5, 6]));
    assert!(file.rules.iter().all(|rule| !rule.enabled));
    let wanted = ParseOptions {
        dialect: Some(Dialect::Snort3),
        include_disabled: false,
    };
    let file = parse_file(text, &wanted);
    assert_eq!((codes(&file), file.rules.len()), (vec![], 0));
}

#[test]
fn one_bad_option_does_not_hide_the_rest() {
    let text = "alert tcp any any -> any any (msg:\"a; con\\tent:\"b\"; depth 5; %; nocase:; sid:1; rev:2)";
    let file = read(text, Dialect::Suricata);
    let [rule] = file.broken.as_slice() else {
        panic!("one rule")
    };
    let names: Vec<_> = rule.options.iter().map(|option| option.name.value).collect();
    assert_eq!(names, ["msg", "nocase", "sid", "rev"]);
    assert_eq!(codes(&file), ["E0005", "E0007", "E0007", "E0007", "E0004"]);
    assert!(
        file.diagnostics
            .iter()
            .all(|finding| finding.sid.map(u32::from) == Some(1))
    );
}

#[test]
fn one_bad_rule_does_not_hide_the_next() {
    let next = "alert tcp any any -> any any (sid:9;)\n";
    for bad in [
        "alert tcp any any -> any any (msg:\"x\n",
        "alert tcp any any -> any any (msg:\"x; sid:1\n",
        "alert tcp any any -> any any (\n",
        "alert tcp any any -> any any (sid:1; pcre:\"/a(/\n",
        "alert tcp any any -> any any (sid\n",
        "alert tcp any any -> any any\n",
        "alert tcp [any any -> any any (sid:1;)\n",
        "alrt tcp\n",
        "alert\n",
        "alert tcp any any -> any any (sid:1; \\\n\n",
        "alert tcp any any -> any any (sid:1;) garbage (\n",
    ] {
        for dialect in Dialect::ALL {
            let text = [bad, "\n", next, "# ", next].concat();
            let file = read(&text, dialect);
            assert_eq!(
                sids(&file.rules).iter().filter(|&&sid| sid == 9).count(),
                2,
                "{bad} {dialect}"
            );
            assert!(!file.diagnostics.is_empty(), "{bad} {dialect}");
        }
    }
}

#[test]
fn suricata_loads_a_rule_whose_parentheses_do_not_match() {
    let text = "alert tcp any any -> any any (sid:1;\nalert tcp any any -> any any (sid:2;))\n";
    let file = read(text, Dialect::Suricata);
    assert_eq!((codes(&file), sids(&file.rules)), (vec!["W0004", "W0005"], vec![1, 2]));
    let file = read(text, Dialect::Snort2);
    assert_eq!((codes(&file), sids(&file.rules)), (vec!["E0002", "E0003"], vec![]));
}

#[test]
fn suricata_takes_a_semicolon_for_escaped_after_any_backslash() {
    let text = r#"alert tcp any any -> any any (pcre:"/a\\;b/"; reference:url,x\\;y; sid:1;)"#;
    let file = read(text, Dialect::Suricata);
    assert_eq!(codes(&file), [""; 0]);
    assert_eq!(file.rules[0].option("reference").unwrap().text(), Some(r"url,x\\;y"));
    let file = read(text, Dialect::Snort2);
    assert_eq!(codes(&file), ["E0006"]);
}

#[test]
fn quotes_inside_quotes_are_left_to_the_keyword() {
    let text = r#"alert tcp any any -> any any (msg:"say "hello" twice"; pcre:"/a"b/i"; reference:url,a"b; sid:1;)"#;
    for dialect in [Dialect::Suricata, Dialect::Snort2] {
        let file = read(text, dialect);
        assert_eq!(codes(&file), [""; 0]);
        assert_eq!(file.rules[0].msg(), Some(r#"say "hello" twice"#));
    }
}

#[test]
fn windows_files_read_the_same() {
    let unix = "# c\nalert tcp any any -> any any (msg:\"a\"; \\\n sid:1;)\n#alert tcp any any -> any any (sid:2;)\n";
    let windows = unix.replace('\n', "\r\n");
    let bytes = [b"\xEF\xBB\xBF", windows.as_bytes()].concat();
    let source = SourceText::from_bytes("w.rules", &bytes);
    let options = ParseOptions {
        dialect: None,
        include_disabled: true,
    };
    let (one, other) = (parse_source(&source, &options), parse_file(unix, &options));
    assert_eq!((codes(&one), codes(&other)), (vec![], vec![]));
    assert_eq!(one.rules.len(), 2);
    assert!(
        one.rules
            .iter()
            .zip(&other.rules)
            .all(|(one, other)| one.same_as(other))
    );
}

#[test]
fn latin_1_does_not_lose_a_rule() {
    let bytes = b"alert tcp any any -> any any (msg:\"caf\xE9\"; content:\"\xE9|e9|\"; sid:1;)\n";
    let source = SourceText::from_bytes("latin.rules", bytes);
    let file = parse_source(&source, &ParseOptions::default());
    assert_eq!(codes(&file), ["W0002"]);
    let content = file.rules[0].option("content").unwrap().spanned().unwrap();
    let text = rule_parser::value::quoted(content).unwrap().text;
    assert_eq!(
        rule_parser::value::content_bytes(text, file.dialect).unwrap(),
        b"\xE9\xE9"
    );
    let printed = print(&file.rules[0], file.dialect);
    assert_eq!(rule_parser::source::to_bytes(&printed).as_ref(), bytes.trim_ascii_end());
}

#[test]
fn a_line_of_a_megabyte_is_a_line() {
    let text = format!(
        "alert tcp any any -> any any (content:\"{}\"; sid:1;)\n",
        "|00|".repeat(250_000)
    );
    let file = read(&text, Dialect::Suricata);
    assert_eq!((codes(&file), sids(&file.rules)), (vec![], vec![1]));
}

#[test]
fn a_rule_has_at_most_4096_options() {
    let text = format!("alert tcp any any -> any any (sid:1; {})", "nocase; ".repeat(4096));
    let file = read(&text, Dialect::Suricata);
    assert_eq!((codes(&file), file.broken[0].options.len()), (vec!["E0028"], 4097));
}

#[test]
fn ruleids_lines_must_make_sense() {
    let text = "# ruleids: dialect=snort4\n# ruleids: colour=red\n# ruleids: hello\n\
        alert tcp any any -> any any (sid:1;)\n# ruleids: dialect=snort3\n";
    let file = parse_file(text, &ParseOptions::default());
    assert_eq!(codes(&file), ["E0024"; 4]);
    assert_eq!(file.dialect, Dialect::Suricata);
}
