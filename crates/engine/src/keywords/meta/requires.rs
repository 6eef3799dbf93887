//! `requires`: what a rule needs, without which it is left out.

use rule_parser::value;

use crate::keyword::{Arg, Env, Keyword, Kind, Parsed, Problem};

/// `requires`: what a rule needs, without which it is left out.
pub static REQUIRES: Keyword = Keyword {
    name: "requires",
    aliases: &[],
    summary: "what the rule needs; without it the rule is left out",
    docs: "Conditions separated by commas. A rule that does not meet them all is left out, and is no error:\n\n\
           - `version >= 7.0.3 < 8 | >= 8.0.1`: the version of Suricata's rule language; alternatives are separated by `|`. This is 9.0.0;\n\
           - `feature <name>`: something the program can do, such as `ja3`;\n\
           - `keyword <name>`: a keyword that it knows.\n\n\
           Any other condition is not met.",
    example: "alert tcp any any -> any any (msg:\"new words\"; requires: version >= 8, keyword flow.age; content:\"x\"; sid:1;)",
    deviation: None,
    kind: Kind::Meta(|draft, arg| {
        if let Some(reason) = unmet(draft.env, arg)? {
            draft.skip.get_or_insert(reason);
        }
        Ok(())
    }),
};

/// Why the conditions are not met; `None` when they are.
///
/// To be asked before the other options of a rule are read: they may be unknown here, and the rule is to be left out
/// all the same.
///
/// # Errors
/// When a condition is none.
pub fn unmet(env: &Env, arg: &Arg<'_>) -> Parsed<Option<String>> {
    let mut reason = None;
    for condition in value::split_commas(arg.spanned()?) {
        let at = |problem: Problem| problem.at(condition.span.range());
        let (kind, rest) = condition
            .value
            .split_once(|c: char| c.is_ascii_whitespace())
            .unwrap_or((condition.value, ""));
        let rest = rest.trim();
        if rest.is_empty() {
            return Err(at(
                Problem::new("the condition is none").help("use version, feature or keyword, each with a value")
            ));
        }
        let met = match kind {
            "version" => version_meets(rest).map_err(at)?,
            "feature" => env.features.contains(rest),
            "keyword" => is_keyword(env, rest),
            _ => false,
        };
        if !met && reason.is_none() {
            reason = Some(condition.value.to_owned());
        }
    }
    Ok(reason)
}

fn is_keyword(env: &Env, name: &str) -> bool {
    env.keywords.contains(name)
        || crate::keywords::ALL
            .iter()
            .any(|k| k.name == name || k.aliases.contains(&name))
}

fn version_meets(text: &str) -> Parsed<bool> {
    let mut any = false;
    for alternative in text.split('|') {
        any |= alternative_meets(alternative.trim())?;
    }
    Ok(any)
}

/// Comparisons that must all hold: `>= 7.0.3 < 8`.
fn alternative_meets(mut text: &str) -> Parsed<bool> {
    let mut all = true;
    if text.is_empty() {
        return Err(Problem::new("a version is missing").help("write it as `version >= 8.0.0`"));
    }
    while !text.is_empty() {
        let operator = [">=", "<=", ">", "<"].into_iter().find(|o| text.starts_with(o));
        let operator = operator.ok_or_else(|| {
            Problem::new(format!("`{text}` is no comparison of versions")).help("write it as `version >= 8.0.0`")
        })?;
        let rest = text[operator.len()..].trim_start();
        let end = rest
            .find(|c: char| !(c.is_ascii_digit() || c == '.'))
            .unwrap_or(rest.len());
        let version = read_version(&rest[..end])?;
        all &= match operator {
            ">=" => VERSION >= version,
            "<=" => VERSION <= version,
            ">" => VERSION > version,
            _ => VERSION < version,
        };
        text = rest[end..].trim_start();
    }
    Ok(all)
}

fn read_version(text: &str) -> Parsed<(u16, u16, u16)> {
    let bad = || Problem::new(format!("`{text}` is no version")).help("write one to three numbers: 8, 8.0 or 8.0.1");
    let mut parts = text.split('.').map(|part| part.parse::<u16>().map_err(|_| bad()));
    let mut next = || parts.next().transpose();
    let version = (next()?.ok_or_else(bad)?, next()?.unwrap_or(0), next()?.unwrap_or(0));
    if parts.next().is_some() {
        Err(bad())
    } else {
        Ok(version)
    }
}

/// The version of Suricata whose rule language this is.
const VERSION: (u16, u16, u16) = (9, 0, 0);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keywords::sample::{apply, draft, env_with};

    #[test]
    fn versions_features_and_keywords() {
        let env = env_with(|env| env.features = ["ja4"].into());
        let cases = [
            ("version >= 8", true),
            ("version >= 9.0.0, keyword sid", true),
            ("version >= 10", false),
            ("version >= 7 < 8", false),
            ("version >= 7.0.3 < 8 | >= 8.0.1", true),
            ("version >= 7.0.3 < 8 | >= 9.0.99", false),
            ("feature ja4", true),
            ("feature ja5", false),
            ("keyword foobar", false),
            ("keyword window", true),
            ("foo bar", false),
        ];
        for (text, met) in cases {
            let mut draft = draft(&env);
            apply(&mut draft, &[(&REQUIRES, text)]).expect(text);
            assert_eq!(draft.skip.is_none(), met, "{text}");
        }
    }

    #[test]
    fn what_is_no_condition_is_an_error() {
        let env = Env::default();
        for text in [
            "version 7",
            "version >= x",
            "version",
            "version >= 1.2.3.4",
            "version >= 7 |",
            "feature",
            "",
        ] {
            assert!(apply(&mut draft(&env), &[(&REQUIRES, text)]).is_err(), "{text}");
        }
    }
}
