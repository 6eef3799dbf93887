//! What Suricata's log calls the mistakes that scripts look for there; everything else is said in this program's words.

use rule_parser::{Diagnostic, SourceText};

/// The module and the message that Suricata's log has for a finding.
pub fn phrase(diagnostic: &Diagnostic, source: &SourceText<'_>) -> (String, String) {
    let message = diagnostic.message.as_ref();
    let at = pattern_around(source.text(), diagnostic.span.start as usize);
    let found = match keyword_and_reason(message) {
        Some((keyword, reason)) => of_keyword(keyword, reason, at).map(|text| (format!("detect-{keyword}"), text)),
        None => of_rule(message, diagnostic, source).map(|text| ("detect-parse".to_owned(), text)),
    };
    found.unwrap_or_else(|| ("detect-parse".to_owned(), message.to_owned()))
}

/// `` `depth`: reason `` in two.
fn keyword_and_reason(message: &str) -> Option<(&str, &str)> {
    message.strip_prefix('`')?.split_once("`: ")
}

/// The text between the quotes around a place.
fn pattern_around(text: &str, at: usize) -> &str {
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    // A place that is a quote is the first of the two.
    let (before, after) = match after.strip_prefix('"') {
        Some(rest) => (text.get(..=at).unwrap_or(before), rest),
        None => (before, after),
    };
    let start = before.rfind('"').map_or(0, |quote| quote + 1);
    let end = before.len() + after.find('"').unwrap_or(after.len());
    text.get(start..end).unwrap_or_default()
}

fn of_keyword(keyword: &str, reason: &str, pattern: &str) -> Option<String> {
    let quoted: Vec<&str> = reason.split('`').skip(1).step_by(2).collect();
    let first = quoted.first().copied().unwrap_or_default();
    let text = match reason {
        _ if reason.ends_with("is given twice for one content") => {
            format!("can't use multiple {keyword}s for the same content.")
        }
        _ if reason.starts_with("a content stands either at a place") => "can't use a relative keyword like \
             within/distance with a absolute relative keyword like depth/offset for the same content."
            .to_owned(),
        _ if reason.starts_with("a negated content that must stand somewhere") => {
            "can't have a relative negated keyword set along with 'fast_pattern'.".to_owned()
        }
        _ if reason.ends_with("is neither a number nor a variable of this rule") => match keyword {
            "byte_jump" | "byte_test" => format!("Unknown byte_extract var seen in {keyword} - {first}"),
            "byte_math" | "byte_extract" => format!("unknown byte_ keyword var seen in {keyword} - {first}"),
            _ => format!("unknown byte_ keyword var seen in {keyword} - {first}."),
        },
        _ if reason.ends_with("is not a hex digit") => {
            format!("Invalid hex code in content - {pattern}, hex {first}. Invalidating signature.")
        }
        "unterminated hex block" => {
            format!("Invalid hex code assembly in content - {pattern}.  Invalidating signature.")
        }
        "unescaped quote in a pattern" => "Invalid unescaped double quote within content section.".to_owned(),
        _ if reason.ends_with("is not in reference.config") => format!("unknown reference key \"{first}\""),
        _ if reason.contains("of one bit") => {
            let kind = if reason.ends_with("both hold") {
                "invalid"
            } else {
                "inconsequential"
            };
            let second = quoted.get(1).copied().unwrap_or_default();
            format!("{kind} flowbit command combination in the same signature: {first} and {second}")
        }
        _ if keyword == "dataset" && reason.starts_with("a rule may not write to") => {
            format!("Absolute paths not allowed: {first}")
        }
        _ if keyword == "dataset" && reason.ends_with("is no string") => {
            format!("failed to get value because it is not a string: {reason}")
        }
        _ if keyword == "datarep" && reason.ends_with("is no reputation") => format!("invalid datarep value: {reason}"),
        _ if keyword == "smb.version" && reason.ends_with("is given twice") => {
            "Can't use 2 or more smb.version declarations in a rule".to_owned()
        }
        "a value is missing" if keyword == "pcrexform" => {
            "invalid formatting or malformed option to pcrexform keyword".to_owned()
        }
        "expected a quoted text" if keyword == "pcrexform" => "invalid formatting to pcrexform keyword".to_owned(),
        _ => return None,
    };
    Some(text)
}

fn of_rule(message: &str, diagnostic: &Diagnostic, source: &SourceText<'_>) -> Option<String> {
    if message != "no semicolon after this text" {
        return None;
    }
    // The option as it stands: from its name to the semicolon that ends it.
    let text = source.text();
    let at = diagnostic.span.start as usize;
    let start = text.get(..at)?.rfind([';', '(']).map_or(0, |semicolon| semicolon + 1);
    let end = text.get(at..)?.find(';').map_or(text.len(), |semicolon| at + semicolon);
    let (name, value) = text.get(start..end)?.split_once(':')?;
    Some(format!(
        "bad option value formatting (possible missing semicolon) for keyword {}: '{}'",
        name.trim(),
        value.trim()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load;
    use crate::setup::Setup;

    /// What the log says first of a rule with these options.
    fn said(options: &str) -> (String, String) {
        let text = format!("alert tcp any any -> any any (msg:\"m\"; {options} sid:1;)\n");
        let sources = [SourceText::from_bytes("a.rules", text.as_bytes())];
        let setup = Setup::new(config::Request::default(), &[], true).expect("nothing is wrong");
        let registry = crate::setup::registry();
        let files = load::parse(&sources, Some(rule_parser::Dialect::Suricata), false);
        let found = setup.compiler(&registry).compile(&files);
        let first = found.diagnostics[0].first().expect("something is wrong");
        phrase(first, &sources[0])
    }

    #[test]
    fn mistakes_have_the_names_that_scripts_look_for() {
        for (options, module, message) in [
            (
                "content:\"A\"; depth:5; depth:6;",
                "detect-depth",
                "can't use multiple depths for the same content.",
            ),
            (
                "content:\"A\"; content:\"B\"; depth:5; within:6;",
                "detect-within",
                "can't use a relative keyword like within/distance with a absolute relative keyword like depth/offset \
                 for the same content.",
            ),
            (
                "content:\"A\"; depth:d;",
                "detect-depth",
                "unknown byte_ keyword var seen in depth - d.",
            ),
            (
                "content:\"A\"; byte_jump:no_var,0;",
                "detect-byte_jump",
                "Unknown byte_extract var seen in byte_jump - no_var",
            ),
            (
                "content:\"|01 10 0j|\";",
                "detect-content",
                "Invalid hex code in content - |01 10 0j|, hex j. Invalidating signature.",
            ),
            (
                "content:\"|1\";",
                "detect-content",
                "Invalid hex code assembly in content - |1.  Invalidating signature.",
            ),
            (
                "content:\"AA\" depth:20;",
                "detect-parse",
                "bad option value formatting (possible missing semicolon) for keyword content: '\"AA\" depth:20'",
            ),
            (
                "content:\"A\"; content:!\"B\"; fast_pattern; offset:6;",
                "detect-offset",
                "can't have a relative negated keyword set along with 'fast_pattern'.",
            ),
            (
                "flowbits:set,a; flowbits:isset,a;",
                "detect-flowbits",
                "inconsequential flowbit command combination in the same signature: set and isset",
            ),
            (
                "flowbits:isset,a; flowbits:isnotset,a;",
                "detect-flowbits",
                "invalid flowbit command combination in the same signature: isset and isnotset",
            ),
            (
                "reference:nope,1;",
                "detect-reference",
                "unknown reference key \"nope\"",
            ),
            ("contnet:\"A\";", "detect-parse", "there is no keyword `contnet`"),
        ] {
            assert_eq!(said(options), (module.to_owned(), message.to_owned()), "{options}");
        }
    }
}
