//! `docs/diagnostics.md`: the codes of errors and warnings.

use super::markdown::{GENERATED, table};

/// The page.
pub fn page() -> String {
    let syntax = rule_parser::codes::TABLE
        .iter()
        .map(|(code, title)| [(*code).to_owned(), (*title).to_owned()]);
    let meaning = engine::compile::codes::ALL
        .iter()
        .map(|(code, title)| [(*code).to_owned(), sentence(title)]);
    format!(
        "{GENERATED}{HEAD}{}\n{MEANING}{}",
        table(["code", "what"], syntax),
        table(["code", "what"], meaning)
    )
}

/// A title with a capital and a full stop.
fn sentence(title: &str) -> String {
    let mut chars = title.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase());
    let text: String = first.into_iter().chain(chars).collect();
    if text.ends_with('.') { text } else { text + "." }
}

const HEAD: &str = "\
# Diagnostics

What `ruleids check` says of rules has a code that never changes its meaning. Codes with an E are errors: the rule is
refused. Those with a W are warnings. With `--json` each finding is an object with `code`, place, message and remedy.

## Syntax

";

const MEANING: &str = "\
## Meaning

";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_become_sentences() {
        assert_eq!(sentence("a value is wrong"), "A value is wrong.");
        assert_eq!(sentence("Done."), "Done.");
    }
}
