//! Rules for the tests of what comes of them.

use super::Compilation;
use crate::detect::RuleSet;
use crate::keyword::Env;
use crate::keywords::ALL;

/// The rules of a text, all of which are right.
pub fn rules(text: &str) -> RuleSet {
    let compiled = Compilation::of_texts(&[text], &[ALL], &Env::default());
    assert_eq!(compiled.diagnostics, [vec![]], "{text}");
    compiled.rules
}
