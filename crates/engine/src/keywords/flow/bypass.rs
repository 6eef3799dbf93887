//! `bypass`: a matched flow is not looked at any more.

use crate::keyword::{Keyword, Kind};
use crate::rule::Effect;

/// `bypass`: a matched flow is not looked at any more.
pub static BYPASS: Keyword = Keyword {
    name: "bypass",
    aliases: &[],
    summary: "a matched flow is not looked at any more",
    docs: "After a match the rest of the flow goes by without being inspected: for large transfers that are known to be harmless. Takes no value.",
    example: "alert tcp any any -> any any (msg:\"backup\"; content:\"BACKUP\"; bypass; sid:1;)",
    deviation: None,
    kind: Kind::PostMatch(|_, arg| {
        arg.none()?;
        Ok(vec![Effect::Bypass])
    }),
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyword::Env;
    use crate::keywords::sample::{apply, draft};

    #[test]
    fn is_an_effect_without_a_value() {
        let env = Env::default();
        let mut draft = draft(&env);
        apply(&mut draft, &[(&BYPASS, "")]).expect("no value");
        assert_eq!(draft.effects, [Effect::Bypass]);
        assert!(apply(&mut draft, &[(&BYPASS, "1")]).is_err());
    }
}
