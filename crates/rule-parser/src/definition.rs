//! Lines of a Snort configuration that turn up among rules: `ipvar HOME_NET 192.0.2.0/24`.

use crate::field::File;
use crate::{Definition, DefinitionKind, Diagnostic, codes, scan};

/// The first word of a configuration line, if the line is one.
pub(crate) fn configuration_word(line: &str) -> Option<&'static str> {
    let length = line
        .bytes()
        .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
        .count();
    let (word, rest) = line.split_at(length);
    let word = CONFIGURATION_WORDS.iter().find(|&&known| known == word)?;
    // Suricata: `config` is an action too, and a rule has options.
    let separated = rest.starts_with([' ', '\t', ':']);
    (separated && !(*word == "config" && rest.contains('('))).then_some(word)
}

/// Reads `var NAME value`, `ipvar NAME value` or `portvar NAME value`.
///
/// # Errors
/// Name or value is missing.
pub(crate) fn definition<'a>(text: &'a str, line: &'a str) -> Option<Result<Definition<'a>, Diagnostic>> {
    let file = File(text);
    let (word, rest) = line.split_once([' ', '\t'])?;
    let kind = DefinitionKind::ALL.into_iter().find(|kind| kind.name() == word)?;
    let rest = rest.trim_ascii();
    let span = file.span(line.trim_ascii_end());
    let is_name = |name: &&str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let parts = rest.split_once([' ', '\t']).filter(|(name, _)| is_name(name));
    let Some((name, value)) = parts else {
        return Some(Err(Diagnostic::error(
            codes::BAD_DEFINITION,
            "the definition is incomplete",
            span,
        )
        .label("expected a name and a value")
        .help(format!("write `{word} NAME value`"))));
    };
    let value = file.spanned(value.trim_ascii()).map(scan::join_lines);
    Some(Ok(Definition {
        kind,
        name: file.spanned(name),
        value,
        span,
    }))
}

const CONFIGURATION_WORDS: &[&str] = &[
    "var",
    "ipvar",
    "portvar",
    "include",
    "config",
    "preprocessor",
    "output",
    "ruletype",
    "dynamicpreprocessor",
    "dynamicengine",
    "dynamicdetection",
    "event_filter",
    "rate_filter",
    "suppress",
    "threshold",
    "attribute_table",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Dialect, ParseOptions, parse_file};

    #[test]
    fn variables_are_kept() {
        let text = "ipvar HOME_NET [192.0.2.0/24, \\\n 198.51.100.0/24]\nportvar P 80\r\nvar RULES ./rules\n";
        let file = parse_file(text, &ParseOptions::default());
        assert!(file.diagnostics.is_empty());
        let found: Vec<_> = file
            .definitions
            .iter()
            .map(|d| (d.kind.name(), d.name.value, d.value.value.as_ref()))
            .collect();
        assert_eq!(
            found,
            [
                ("ipvar", "HOME_NET", "[192.0.2.0/24,  198.51.100.0/24]"),
                ("portvar", "P", "80"),
                ("var", "RULES", "./rules")
            ]
        );
    }

    #[test]
    fn other_lines_are_named_and_skipped() {
        let text = "preprocessor frag3_global: max_frags 65536\nvar X\nconfig disable_decode_alerts\n\
            config http any any -> any any (sid:1;)\n";
        let options = ParseOptions {
            dialect: Some(Dialect::Snort2),
            ..ParseOptions::default()
        };
        let file = parse_file(text, &options);
        let codes: Vec<_> = file.diagnostics.iter().map(|finding| finding.code).collect();
        assert_eq!(codes, [codes::CONFIG_LINE, codes::BAD_DEFINITION, codes::CONFIG_LINE]);
        assert_eq!(file.rules.len(), 1);
    }
}
