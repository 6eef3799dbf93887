//! What errors look like: every kind of finding, drawn.

use insta::assert_snapshot;
use rule_parser::{Dialect, ParseOptions, SourceText, parse_source, render, to_json};

/// The findings about a text in a dialect, or in the one that the text shows, as people see them.
fn draw(dialect: impl Into<Option<Dialect>>, text: &str) -> String {
    let source = SourceText::from_text("local.rules", text);
    let options = ParseOptions {
        dialect: dialect.into(),
        include_disabled: true,
    };
    render(&source, &parse_source(&source, &options).diagnostics, false)
}

#[test]
fn a_missing_semicolon_at_the_end() {
    let text = r#"alert tcp any any -> any any (msg:"x"; sid:1)"#;
    assert_snapshot!(draw(Dialect::Suricata, text), @r##"
    error[E0004]: no semicolon after the value of `sid`
     --> local.rules:1:45
      |
    1 | alert tcp any any -> any any (msg:"x"; sid:1)
      |                                             ^ expected `;`
      |
      = help: every option ends in a semicolon, the last one too
    "##);
}

#[test]
fn a_missing_semicolon_after_a_quoted_value() {
    let text = r#"alert tcp any any -> any any (content:"abc" depth:20; sid:1;)"#;
    assert_snapshot!(draw(Dialect::Suricata, text), @r##"
    error[E0004]: no semicolon after this text
     --> local.rules:1:44
      |
    1 | alert tcp any any -> any any (content:"abc" depth:20; sid:1;)
      |                                            ^ expected `;`
      |
      = help: every option ends in a semicolon, the last one too
    "##);
}

#[test]
fn a_missing_semicolon_after_a_name() {
    let text = "alert tcp any any -> any any (nocase sid:1;)";
    assert_snapshot!(draw(Dialect::Suricata, text), @r##"
    error[E0004]: no semicolon after `nocase`
     --> local.rules:1:37
      |
    1 | alert tcp any any -> any any (nocase sid:1;)
      |                                     ^ expected `;`
      |
      = help: every option ends in a semicolon, the last one too
    "##);
}

#[test]
fn a_missing_semicolon_and_parenthesis() {
    let text = r#"alert tcp any any -> any any (msg:"x"; sid:1"#;
    assert_snapshot!(draw(Dialect::Suricata, text), @r##"
    error[E0004]: no semicolon after the value of `sid`
     --> local.rules:1:45
      |
    1 | alert tcp any any -> any any (msg:"x"; sid:1
      |                                             ^ expected `;` and `)`
      |
      = help: every option ends in a semicolon, and a rule in a parenthesis: write `;)`
    "##);
}

#[test]
fn a_missing_semicolon_before_a_line_break() {
    let text = "alert http (\n    msg:\"x\";\n    flow:established\n    content:\"y\";\n    sid:1;\n)";
    assert_snapshot!(draw(Dialect::Snort3, text), @r##"
    error[E0004]: no semicolon after the value of `flow`
     --> local.rules:3:21
      |
    3 |     flow:established
      |                     ^ expected `;`
      |
      = help: every option ends in a semicolon, the last one too
    "##);
}

#[test]
fn a_missing_colon() {
    let text = "alert tcp any any -> any any (depth 5; sid:1;)";
    assert_snapshot!(draw(Dialect::Suricata, text), @r##"
    error[E0007]: expected `:` or `;` after `depth`
     --> local.rules:1:37
      |
    1 | alert tcp any any -> any any (depth 5; sid:1;)
      |                                     ^ unexpected
      |
      = help: a value follows a colon: `depth:5;`
    "##);
}

#[test]
fn an_unterminated_quote() {
    let text = r#"alert tcp any any -> any any (msg:"x; content:"abc"; sid:1;)"#;
    assert_snapshot!(draw(Dialect::Suricata, text), @r##"
    error[E0005]: the quote is not closed
     --> local.rules:1:35
      |
    1 | alert tcp any any -> any any (msg:"x; content:"abc"; sid:1;)
      |                                   ^ opened here
      |
      = help: close it with `"` before the semicolon
    "##);
}

#[test]
fn an_unterminated_quote_at_the_end() {
    let text = r#"alert tcp any any -> any any (sid:1; msg:"x)"#;
    assert_snapshot!(draw(Dialect::Suricata, text), @r##"
    error[E0005]: the quote is not closed
     --> local.rules:1:42
      |
    1 | alert tcp any any -> any any (sid:1; msg:"x)
      |                                          ^ opened here
      |
      = help: close it with `"` before the semicolon
    "##);
}

#[test]
fn text_after_the_closing_quote() {
    let text = r#"alert tcp any any -> any any (content:"abc" and more; sid:1;)"#;
    assert_snapshot!(draw(Dialect::Suricata, text), @r##"
    error[E0029]: text follows the closing quote
     --> local.rules:1:45
      |
    1 | alert tcp any any -> any any (content:"abc" and more; sid:1;)
      |                                           - ^^^^^^^^ belongs to nothing
      |                                           |
      |                                           the quote is closed here
      |
      = help: is a semicolon missing before it, or should the quote be escaped as `\"`?
    "##);
}

#[test]
fn a_bare_semicolon_in_quotes() {
    let text = r#"alert tcp any any -> any any (msg:"one; two"; sid:1;)"#;
    assert_snapshot!(draw(Dialect::Suricata, text), @r##"
    error[E0006]: unescaped semicolon in quotes
     --> local.rules:1:39
      |
    1 | alert tcp any any -> any any (msg:"one; two"; sid:1;)
      |                                       ^ ends the option in Suricata rules
      |
      = help: write it as `\;`, in a content also as `|3b|`
    "##);
}

#[test]
fn a_name_with_a_backslash() {
    let text = r#"alert tcp any any -> any any (con\tent:"x"; sid:1;)"#;
    assert_snapshot!(draw(Dialect::Suricata, text), @r##"
    error[E0007]: expected `:` or `;` after `con`
     --> local.rules:1:34
      |
    1 | alert tcp any any -> any any (con\tent:"x"; sid:1;)
      |                                  ^ not part of a name
      |
      = help: names consist of letters, digits, `_`, `.` and `-`
    "##);
}

#[test]
fn an_option_without_a_name() {
    let text = r#"alert tcp any any -> any any (:"x"; "y"; sid:1;)"#;
    assert_snapshot!(draw(Dialect::Suricata, text), @r##"
    error[E0007]: an option cannot start with `:`
     --> local.rules:1:31
      |
    1 | alert tcp any any -> any any (:"x"; "y"; sid:1;)
      |                               ^ which option?
      |
      = help: write the name of the option before the colon

    error[E0007]: an option cannot start with `"`
     --> local.rules:1:37
      |
    1 | alert tcp any any -> any any (:"x"; "y"; sid:1;)
      |                                     ^ expected the name of an option
      |
      = help: is the colon missing before it, or a quote before that not escaped?
    "##);
}

#[test]
fn an_empty_option() {
    let text = r#"alert tcp any any -> any any (msg:"x";; sid:1;)"#;
    assert_snapshot!(draw(Dialect::Suricata, text), @r##"
    error[E0008]: no option before this semicolon
     --> local.rules:1:39
      |
    1 | alert tcp any any -> any any (msg:"x";; sid:1;)
      |                                       ^ ends nothing
      |
      = help: remove it
    "##);
}

#[test]
fn a_missing_closing_parenthesis() {
    let text = r#"alert tcp any any -> any any (msg:"x"; sid:1;"#;
    assert_snapshot!(draw(Dialect::Snort3, text), @r##"
    error[E0002]: no parenthesis closes the rule
     --> local.rules:1:46
      |
    1 | alert tcp any any -> any any (msg:"x"; sid:1;
      |                              - opened here   ^ expected `)`
      |
      = help: close the rule with `)` after its last semicolon
    "##);
}

#[test]
fn a_missing_closing_parenthesis_that_suricata_lets_pass() {
    let text = r#"alert tcp any any -> any any (msg:"x"; sid:1;"#;
    assert_snapshot!(draw(Dialect::Suricata, text), @r##"
    warning[W0004]: no parenthesis closes the rule
     --> local.rules:1:46
      |
    1 | alert tcp any any -> any any (msg:"x"; sid:1;
      |                              - opened here   ^ expected `)`
      |
      = help: close the rule with `)` after its last semicolon
    "##);
}

#[test]
fn a_parenthesis_too_many_that_suricata_lets_pass() {
    let text = "alert tcp any any -> any any (sid:1;))";
    assert_snapshot!(draw(Dialect::Suricata, text), @r##"
    warning[W0005]: one closing parenthesis too many
     --> local.rules:1:38
      |
    1 | alert tcp any any -> any any (sid:1;))
      |                                     -^ closes nothing
      |                                     |
      |                                     the rule ends here
      |
      = help: remove it
    "##);
}

#[test]
fn garbage_after_the_parenthesis() {
    let text = r#"alert tcp any any -> any any (msg:"x"; sid:1;) rev:2;)"#;
    assert_snapshot!(draw(Dialect::Suricata, text), @r##"
    error[E0003]: text follows the closing parenthesis
     --> local.rules:1:48
      |
    1 | alert tcp any any -> any any (msg:"x"; sid:1;) rev:2;)
      |                                              - ^^^^^^^ belongs to no rule
      |                                              |
      |                                              the rule ends here
      |
      = help: is the parenthesis before it one too many?
    "##);
}

#[test]
fn a_parenthesis_too_early() {
    let text = r#"alert tcp any any -> any any (msg:"x";); sid:1;)"#;
    assert_snapshot!(draw(Dialect::Suricata, text), @r##"
    error[E0003]: text follows the closing parenthesis
     --> local.rules:1:40
      |
    1 | alert tcp any any -> any any (msg:"x";); sid:1;)
      |                                       -^^^^^^^^^ belongs to no rule
      |                                       |
      |                                       the rule ends here
      |
      = help: is the parenthesis before it one too many?
    "##);
}

#[test]
fn a_rule_without_options() {
    let text = "alert tcp any any -> any any ";
    assert_snapshot!(draw(Dialect::Suricata, text), @r##"
    error[E0002]: the rule has no options
     --> local.rules:1:29
      |
    1 | alert tcp any any -> any any 
      |                             ^ expected `(`
      |
      = help: the options of a rule follow its header in parentheses: `(msg:"..."; sid:1;)`
    "##);
}

#[test]
fn a_line_that_is_no_rule() {
    let text = "this is not a rule";
    assert_snapshot!(draw(Dialect::Suricata, text), @r##"
    error[E0001]: `this is not a rule` is not a rule
     --> local.rules:1:1
      |
    1 | this is not a rule
      | ^^^^^^^^^^^^^^^^^^ expected a rule or a comment
      |
      = help: put `#` before comments; a rule reads `alert tcp any any -> any any (msg:"..."; sid:1;)`
    "##);
}

#[test]
fn an_unknown_direction() {
    let text = "alert tcp $HOME_NET any <- $EXTERNAL_NET 80 (sid:1;)";
    assert_snapshot!(draw(Dialect::Suricata, text), @r##"
    error[E0009]: unknown direction `<-`
     --> local.rules:1:25
      |
    1 | alert tcp $HOME_NET any <- $EXTERNAL_NET 80 (sid:1;)
      |                         ^^ expected `->` or `<>`
      |
      = help: swap the sides: `$EXTERNAL_NET 80 -> $HOME_NET any`
    "##);
}

#[test]
fn a_direction_with_three_signs() {
    let text = "alert tcp any any <-> any any (sid:1;)";
    assert_snapshot!(draw(Dialect::Suricata, text), @r##"
    error[E0009]: unknown direction `<->`
     --> local.rules:1:19
      |
    1 | alert tcp any any <-> any any (sid:1;)
      |                   ^^^ expected `->` or `<>`
      |
      = help: both directions are written `<>`
    "##);
}

#[test]
fn no_direction() {
    let text = "alert tcp any any any any (sid:1;)";
    assert_snapshot!(draw(Dialect::Suricata, text), @r##"
    error[E0009]: the header has no direction
     --> local.rules:1:18
      |
    1 | alert tcp any any any any (sid:1;)
      |                  ^ expected ` -> ` here
      |
      = help: a header reads `alert tcp any any -> any any`, with white space around the arrow
    "##);
}

#[test]
fn a_header_without_networks() {
    let text = "alert http (sid:1;)";
    assert_snapshot!(draw(Dialect::Suricata, text), @r##"
    error[E0010]: the header of a Suricata rule needs networks and ports
     --> local.rules:1:11
      |
    1 | alert http (sid:1;)
      |           ^ expected networks and ports here
      |
      = help: write `any any -> any any`, or mark the file as Snort 3: `# ruleids: dialect=snort3`
    "##);
}

#[test]
fn a_side_without_ports() {
    let text = "alert tcp any -> any any (sid:1;)";
    assert_snapshot!(draw(Dialect::Suricata, text), @r##"
    error[E0010]: a network or ports are missing
     --> local.rules:1:11
      |
    1 | alert tcp any -> any any (sid:1;)
      |           ^^^ stands alone
      |
      = help: a side has two parts, as in `$HOME_NET any`
    "##);
}

#[test]
fn a_list_without_brackets_but_with_spaces() {
    let text = "alert tcp any any -> any 80, 443 (sid:1;)";
    assert_snapshot!(draw(Dialect::Suricata, text), @r##"
    error[E0010]: too many parts on one side of the direction
     --> local.rules:1:22
      |
    1 | alert tcp any any -> any 80, 443 (sid:1;)
      |                      ^^^^^^^^^^^ expected a network and ports
      |
      = help: put lists in brackets, as in `[80,443]`
    "##);
}

#[test]
fn a_malformed_action_and_protocol() {
    let text = "al%ert !tcp any any -> any any (sid:1;)";
    assert_snapshot!(draw(Dialect::Suricata, text), @r##"
    error[E0021]: `al%ert` is not an action
     --> local.rules:1:1
      |
    1 | al%ert !tcp any any -> any any (sid:1;)
      | ^^^^^^ expected a word such as `alert`
      |
      = help: a rule starts with its action, as in `alert tcp any any -> any any (...)`

    error[E0022]: `!tcp` is not a protocol
     --> local.rules:1:8
      |
    1 | al%ert !tcp any any -> any any (sid:1;)
      |        ^^^^ expected a word such as `tcp` or `http`
      |
      = help: the protocol follows the action, as in `alert tcp any any -> any any (...)`
    "##);
}

#[test]
fn a_port_out_of_range() {
    let text = "alert tcp any 70000 -> any [80,-1] (sid:1;)";
    assert_snapshot!(draw(Dialect::Suricata, text), @r##"
    error[E0013]: port `70000` is out of range
     --> local.rules:1:15
      |
    1 | alert tcp any 70000 -> any [80,-1] (sid:1;)
      |               ^^^^^ a port is a number from 0 to 65535

    error[E0013]: `-1` is not a port
     --> local.rules:1:32
      |
    1 | alert tcp any 70000 -> any [80,-1] (sid:1;)
      |                                ^^ expected a number from 0 to 65535
      |
      = help: write a port, a range, a variable, a list or `any`; service names are not resolved
    "##);
}

#[test]
fn a_range_of_ports_with_a_dash() {
    let text = "alert tcp any 80-90 -> any http (sid:1;)";
    assert_snapshot!(draw(Dialect::Suricata, text), @r##"
    error[E0013]: `80-90` is not a port
     --> local.rules:1:15
      |
    1 | alert tcp any 80-90 -> any http (sid:1;)
      |               ^^^^^ ranges of ports are written with a colon
      |
      = help: write `80:90`

    error[E0013]: `http` is not a port
     --> local.rules:1:28
      |
    1 | alert tcp any 80-90 -> any http (sid:1;)
      |                            ^^^^ expected a number from 0 to 65535
      |
      = help: write a port, a range, a variable, a list or `any`; service names are not resolved
    "##);
}

#[test]
fn a_reversed_range() {
    let text = "alert tcp 192.0.2.9-192.0.2.1 any -> any 100:1 (sid:1;)";
    assert_snapshot!(draw(Dialect::Suricata, text), @r##"
    error[E0014]: the range ends before it starts
     --> local.rules:1:11
      |
    1 | alert tcp 192.0.2.9-192.0.2.1 any -> any 100:1 (sid:1;)
      |           ^^^^^^^^^^^^^^^^^^^ matches nothing
      |
      = help: swap the ends: `192.0.2.1-192.0.2.9`

    error[E0014]: the range ends before it starts
     --> local.rules:1:42
      |
    1 | alert tcp 192.0.2.9-192.0.2.1 any -> any 100:1 (sid:1;)
      |                                          ^^^^^ matches nothing
      |
      = help: swap the ends: `1:100`
    "##);
}

#[test]
fn a_bad_network() {
    let text = "alert tcp 10.0.0.0/33 any -> 10.0.0.0/255.0.255.0 any (sid:1;)";
    assert_snapshot!(draw(Dialect::Suricata, text), @r##"
    error[E0012]: `10.0.0.0/33` is not a network
     --> local.rules:1:11
      |
    1 | alert tcp 10.0.0.0/33 any -> 10.0.0.0/255.0.255.0 any (sid:1;)
      |           ^^^^^^^^^^^ the prefix length goes from 0 to 32
      |
      = help: write a length of at most 32 bits after the slash

    error[E0012]: `10.0.0.0/255.0.255.0` is not a network
     --> local.rules:1:30
      |
    1 | alert tcp 10.0.0.0/33 any -> 10.0.0.0/255.0.255.0 any (sid:1;)
      |                              ^^^^^^^^^^^^^^^^^^^^ a netmask has its ones in front of its zeros
      |
      = help: write a prefix length, as in `/24`
    "##);
}

#[test]
fn a_bad_address() {
    let text = "alert tcp [192.0.2,HOME_NET] any -> example.com any (sid:1;)";
    assert_snapshot!(draw(Dialect::Suricata, text), @r##"
    error[E0011]: `192.0.2` is not an address
     --> local.rules:1:12
      |
    1 | alert tcp [192.0.2,HOME_NET] any -> example.com any (sid:1;)
      |            ^^^^^^^ expected four numbers from 0 to 255
      |
      = help: shorter forms need a prefix: `10.0.0.0/8`

    error[E0011]: `example.com` is not an address
     --> local.rules:1:37
      |
    1 | alert tcp [192.0.2,HOME_NET] any -> example.com any (sid:1;)
      |                                     ^^^^^^^^^^^ expected an address
      |
      = help: write an address, a network, a variable, a list or `any`; names are not resolved
    "##);
}

#[test]
fn leading_zeros() {
    let text = "alert tcp 192.0.02.1 any -> any any (sid:1;)";
    assert_snapshot!(draw(Dialect::Suricata, text), @r##"
    error[E0011]: `192.0.02.1` is not an address
     --> local.rules:1:11
      |
    1 | alert tcp 192.0.02.1 any -> any any (sid:1;)
      |           ^^^^^^^^^^ a part has leading zeros
      |
      = help: write the parts of an address without leading zeros
    "##);
}

#[test]
fn an_empty_list() {
    let text = "alert tcp [] any -> any [80,] (sid:1;)";
    assert_snapshot!(draw(Dialect::Suricata, text), @r##"
    error[E0015]: empty list
     --> local.rules:1:11
      |
    1 | alert tcp [] any -> any [80,] (sid:1;)
      |           ^^ matches nothing
      |
      = help: list at least one member, or write `any`

    error[E0015]: a list member is missing
     --> local.rules:1:29
      |
    1 | alert tcp [] any -> any [80,] (sid:1;)
      |                             ^ nothing before this
      |
      = help: remove the comma, or write a member
    "##);
}

#[test]
fn a_list_that_is_not_closed() {
    let text = "alert tcp any [80,443 -> any any (sid:1;)";
    assert_snapshot!(draw(Dialect::Suricata, text), @r##"
    error[E0016]: the list is not closed
     --> local.rules:1:15
      |
    1 | alert tcp any [80,443 -> any any (sid:1;)
      |               ^ opened here
      |
      = help: close the list with `]`
    "##);
}

#[test]
fn a_dollar_sign_without_a_name() {
    let text = "alert tcp $ any -> any any (sid:1;)";
    assert_snapshot!(draw(Dialect::Suricata, text), @r##"
    error[E0017]: `$` without a name
     --> local.rules:1:11
      |
    1 | alert tcp $ any -> any any (sid:1;)
      |           ^ which variable?
      |
      = help: write the name of a variable after it, as in `$HOME_NET`
    "##);
}

#[test]
fn a_double_negation() {
    let text = "alert tcp !!192.0.2.1 any -> any any (sid:1;)";
    assert_snapshot!(draw(Dialect::Suricata, text), @r##"
    error[E0018]: negated twice
     --> local.rules:1:11
      |
    1 | alert tcp !!192.0.2.1 any -> any any (sid:1;)
      |           ^^ one `!` undoes the other
      |
      = help: write one `!`, or none
    "##);
}

#[test]
fn lists_nested_too_deep() {
    let text = "alert tcp [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[any]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]] any -> any any (sid:1;)";
    assert_snapshot!(draw(Dialect::Suricata, text), @r##"
    error[E0019]: lists are nested more than 64 deep
     --> local.rules:1:75
      |
    1 | alert tcp [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[any]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]...
      |                                                                           ^ one too many
      |
      = help: a list within a list means the same as their members in one list
    "##);
}

#[test]
fn a_line_break_without_a_backslash() {
    let text = "alert tcp any any -> any any (msg:\"x\";\n  sid:1;)";
    assert_snapshot!(draw(Dialect::Suricata, text), @r##"
    error[E0020]: the rule goes on in the next line
     --> local.rules:1:39
      |
    1 | alert tcp any any -> any any (msg:"x";
      |                                       ^ expected a backslash here
      |
      = help: in Suricata rules a line that goes on ends in `\`; Snort 3 needs none: `# ruleids: dialect=snort3`
    "##);
}

#[test]
fn an_unclosed_comment() {
    let text = "/* never closed\nalert tcp any any -> any any (sid:1;)";
    assert_snapshot!(draw(Dialect::Snort3, text), @r##"
    error[E0023]: the block comment is not closed
     --> local.rules:1:1
      |
    1 | /* never closed
      | ^^ opened here
      |
      = help: close it with `*/`
    "##);
}

#[test]
fn a_dialect_line_with_a_typing_error() {
    let text = "# ruleids: dialect=snort\nalert tcp any any -> any any (sid:1;)";
    assert_snapshot!(draw(None, text), @r##"
    error[E0024]: this `ruleids:` line cannot be followed
     --> local.rules:1:1
      |
    1 | # ruleids: dialect=snort
      | ^^^^^^^^^^^^^^^^^^^^^^^^ unknown dialect
      |
      = help: use suricata, snort2 or snort3
    "##);
}

#[test]
fn a_dialect_line_after_a_rule() {
    let text = "alert tcp any any -> any any (sid:1;)\n# ruleids: dialect=snort3";
    assert_snapshot!(draw(None, text), @r##"
    error[E0024]: this `ruleids:` line cannot be followed
     --> local.rules:2:1
      |
    2 | # ruleids: dialect=snort3
      | ^^^^^^^^^^^^^^^^^^^^^^^^^ has no effect here
      |
      = help: move it before the first rule
    "##);
}

#[test]
fn mixed_dialects() {
    let text = "alert tcp any any -> any any (http.uri; sid:1;)\nalert tcp any any -> any any (bsize:1; sid:2;)\nalert tcp any any -> any any (service:http; sid:3;)";
    assert_snapshot!(draw(None, text), @r##"
    warning[W0001]: a Suricata file looks like Snort 3 in one place
     --> local.rules:3:31
      |
    3 | alert tcp any any -> any any (service:http; sid:3;)
      |                               ^^^^^^^ the keyword `service` is Snort 3
      |
      = help: the file is read as Suricata; say so with `# ruleids: dialect=suricata`, or move these rules to a file of their own
    "##);
}

#[test]
fn a_configuration_line() {
    let text = "preprocessor frag3_global: max_frags 65536";
    assert_snapshot!(draw(Dialect::Snort2, text), @r##"
    warning[W0003]: `preprocessor` has no effect in a rule file
     --> local.rules:1:1
      |
    1 | preprocessor frag3_global: max_frags 65536
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ a line of a Snort configuration
      |
      = help: pass rule files with `-r`; everything else belongs into the configuration
    "##);
}

#[test]
fn an_incomplete_definition() {
    let text = "ipvar HOME_NET";
    assert_snapshot!(draw(Dialect::Snort2, text), @r##"
    error[E0025]: the definition is incomplete
     --> local.rules:1:1
      |
    1 | ipvar HOME_NET
      | ^^^^^^^^^^^^^^ expected a name and a value
      |
      = help: write `ipvar NAME value`
    "##);
}

#[test]
fn bytes_that_are_not_utf_8() {
    let bytes = b"alert tcp any any -> any any (msg:\"caf\xE9\"; sid:1)\n";
    let source = SourceText::from_bytes("local.rules", bytes);
    let findings = parse_source(&source, &ParseOptions::default()).diagnostics;
    assert_snapshot!(render(&source, &findings, false), @r##"
    warning[W0002]: the file holds bytes that are not UTF-8
     --> local.rules:1:39
      |
    1 | alert tcp any any -> any any (msg:"café"; sid:1)
      |                                       ^ the first of them
      |
      = help: they are matched as they are; save the file as UTF-8, or write `|e9|` in a content

    error[E0004]: no semicolon after the value of `sid`
     --> local.rules:1:48
      |
    1 | alert tcp any any -> any any (msg:"café"; sid:1)
      |                                                ^ expected `;`
      |
      = help: every option ends in a semicolon, the last one too
    "##);
}

#[test]
fn a_long_line_is_cut_around_the_caret() {
    let text = format!(
        "alert tcp any any -> any any (content:\"{}\"; sid:1; {})",
        "a".repeat(5000),
        "nocase; ".repeat(500)
    );
    let text = text.replace("sid:1;", "sid:1;;");
    let drawn = draw(Dialect::Suricata, &text);
    assert_snapshot!(drawn, @r##"
    error[E0008]: no option before this semicolon
     --> local.rules:1:5049
      |
    1 | ...aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"; sid:1;; nocase; nocase; nocase; nocase; nocase; nocase; nocase; nocase; nocase...
      |                                                              ^ ends nothing
      |
      = help: remove it
    "##);
    let source = SourceText::from_text("local.rules", &text);
    let findings = parse_source(&source, &ParseOptions::default()).diagnostics;
    assert!(!render(&source, &findings, true).contains(":::"));
}

#[test]
fn control_characters_do_not_reach_the_terminal() {
    let text = "alert \u{1b}[31m any any -> any any (sid:1;)";
    let drawn = draw(Dialect::Suricata, text);
    assert!(!drawn.contains('\u{1b}'), "{drawn}");
    assert!(drawn.contains("[31m"), "{drawn}");
}

#[test]
fn colors_are_for_terminals() {
    let source = SourceText::from_text("local.rules", "x");
    let findings = parse_source(&source, &ParseOptions::default()).diagnostics;
    assert!(render(&source, &findings, true).contains("\u{1b}["));
    assert!(!render(&source, &findings, false).contains('\u{1b}'));
}

#[test]
fn programs_get_a_line_of_json_for_each() {
    let text = "alert tcp any any -> any any (msg:\"é\"; sid:7;) rev:1;\nx\n";
    let source = SourceText::from_text("local.rules", text);
    let findings = parse_source(&source, &ParseOptions::default()).diagnostics;
    assert_snapshot!(to_json(&source, &findings), @r##"
    {"file":"local.rules","line":1,"column":48,"end_line":1,"end_column":54,"start":48,"end":54,"severity":"error","code":"E0003","message":"text follows the closing parenthesis","label":"belongs to no rule","help":"is the parenthesis before it one too many?","sid":7,"secondary":[{"line":1,"column":46,"end_line":1,"end_column":47,"start":46,"end":47,"label":"the rule ends here"}]}
    {"file":"local.rules","line":2,"column":1,"end_line":2,"end_column":2,"start":55,"end":56,"severity":"error","code":"E0001","message":"`x` is not a rule","label":"expected a rule or a comment","help":"put `#` before comments; a rule reads `alert tcp any any -> any any (msg:\"...\"; sid:1;)`"}
    "##);
}
