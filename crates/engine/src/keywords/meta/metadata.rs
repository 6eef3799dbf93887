//! `metadata`: what else there is to say of a rule.

use rule_parser::Dialect;

use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem, RuleDraft};

/// `metadata`: what else there is to say of a rule.
pub static METADATA: Keyword = Keyword {
    name: "metadata",
    aliases: &[],
    summary: "keys and values that alerts carry",
    docs: "`metadata:<key> <value>, <key> <value>, ...`: put into alerts as it is. It has no effect on matching, except in Snort 2's dialect, where \
           `service <name>` says in which service the rule looks.",
    example: "alert tcp any any -> any any (msg:\"a\"; content:\"x\"; metadata:created_at 2024_05_01, confidence High; sid:1;)",
    deviation: None,
    kind: Kind::Meta(parse),
};

fn parse(draft: &mut RuleDraft<'_>, arg: &Arg<'_>) -> Parsed<()> {
    let text = arg.required()?;
    if text.starts_with('"') {
        return Err(
            Problem::new("metadata has no quotes around it").help("write it as `metadata:key value, key value;`")
        );
    }
    draft.meta.metadata.reserve(text.len());
    for item in text.split(',').map(str::trim).filter(|item| !item.is_empty()) {
        let (key, value) = item.split_once(|c: char| c.is_ascii_whitespace()).unwrap_or((item, ""));
        let value = value.trim();
        if draft.dialect == Dialect::Snort2 && key == "service" && !value.is_empty() {
            draft.services.push(value.to_owned());
        }
        draft.meta.metadata.push(key, value);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyword::Env;
    use crate::keywords::sample::apply;
    use crate::rule::ProtocolSet;

    #[test]
    fn pairs_in_order_and_services_of_snort_2() {
        let env = Env::default();
        for (dialect, services) in [(Dialect::Snort2, vec!["http".to_owned()]), (Dialect::Suricata, vec![])] {
            let mut draft = RuleDraft::new(&env, dialect, ProtocolSet::IP);
            apply(
                &mut draft,
                &[(&METADATA, "policy balanced-ips drop, service http, lone , a  b c")],
            )
            .expect("metadata");
            let pairs: Vec<_> = draft.meta.metadata.iter().collect();
            assert_eq!(
                pairs,
                [
                    ("policy", "balanced-ips drop"),
                    ("service", "http"),
                    ("lone", ""),
                    ("a", "b c")
                ]
            );
            assert_eq!(draft.services, services);
        }
    }
}
