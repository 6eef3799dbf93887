//! `prefilter`: a hint which condition to look up first.

use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem, RuleDraft};
use crate::rule::{FastPattern, Op};

/// `prefilter`: a hint which condition to look up first.
pub static PREFILTER: Keyword = Keyword {
    name: "prefilter",
    aliases: &[],
    summary: "look this condition up first",
    docs: "Says that the condition before it should pick the rule out. After a `content` it is the same as `fast_pattern`. After another it has no \
           effect: ruleids uses every condition that can be looked up anyway. Never changes what matches.",
    example: "alert icmp any any -> any any (msg:\"echo\"; itype:8; prefilter; sid:1;)",
    deviation: None,
    kind: Kind::Modifier(parse),
};

fn parse(draft: &mut RuleDraft<'_>, arg: &Arg<'_>) -> Parsed<()> {
    arg.none()?;
    let nothing_yet =
        draft.checks.is_empty() && draft.state.is_empty() && draft.sections.iter().all(|s| s.ops.is_empty());
    if nothing_yet && draft.flow == crate::rule::FlowCondition::default() {
        return Err(Problem::new("there is no condition before this")
            .help("put it behind the condition that is to pick the rule out"));
    }
    let chosen = draft
        .sections
        .iter()
        .flat_map(|s| &s.ops)
        .any(|op| matches!(op, Op::Content(c) if c.fast_pattern != FastPattern::Unset));
    if let Some(Op::Content(content)) = draft.section().ops.last_mut()
        && !content.negated
        && !chosen
    {
        content.fast_pattern = FastPattern::Whole;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyword::Env;
    use crate::keywords::packet::integers::ITYPE;
    use crate::keywords::payload::content::CONTENT;
    use crate::keywords::sample::{apply, draft};

    #[test]
    fn a_content_becomes_the_fast_pattern() {
        let env = Env::default();
        let mut draft = draft(&env);
        apply(
            &mut draft,
            &[(&CONTENT, "\"one\""), (&CONTENT, "\"1\""), (&PREFILTER, "")],
        )
        .expect("a rule");
        assert_eq!(
            draft.last_content().expect("a content").fast_pattern,
            FastPattern::Whole
        );
    }

    #[test]
    fn something_must_come_before() {
        let env = Env::default();
        assert!(apply(&mut draft(&env), &[(&PREFILTER, "")]).is_err());
        assert!(apply(&mut draft(&env), &[(&ITYPE, "8"), (&PREFILTER, "")]).is_ok());
    }
}
