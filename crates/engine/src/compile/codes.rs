//! The codes of what compiling finds; those of the syntax are in `rule_parser::codes`.

/// A keyword, protocol or construct that ruleids does not support yet. The rule is refused.
pub const NOT_SUPPORTED: &str = "E0200";
/// A keyword that no dialect has.
pub const UNKNOWN_KEYWORD: &str = "E0201";
/// A keyword's value is wrong.
pub const BAD_VALUE: &str = "E0202";
/// A keyword stands where it has no meaning, or contradicts another.
pub const BAD_RULE: &str = "E0203";
/// A protocol that no dialect has.
pub const UNKNOWN_PROTOCOL: &str = "E0204";
/// An action that no dialect has.
pub const UNKNOWN_ACTION: &str = "E0205";
/// There is no `sid`, or it is 0.
pub const NO_SID: &str = "E0206";
/// Another rule has the same gid and sid.
pub const DUPLICATE_SID: &str = "E0207";
/// The rule says itself that this program cannot load it (`requires`).
pub const REQUIREMENT: &str = "E0208";

/// Every code, with a line that explains it.
pub const ALL: &[(&str, &str)] = &[
    (
        NOT_SUPPORTED,
        "a keyword, protocol or construct that is not supported yet",
    ),
    (UNKNOWN_KEYWORD, "a keyword that no dialect has"),
    (BAD_VALUE, "the value of a keyword is wrong"),
    (
        BAD_RULE,
        "a keyword stands where it has no meaning, or contradicts another",
    ),
    (UNKNOWN_PROTOCOL, "a protocol that no dialect has"),
    (UNKNOWN_ACTION, "an action that no dialect has"),
    (NO_SID, "the rule has no `sid`"),
    (DUPLICATE_SID, "another rule has the same gid and sid"),
    (REQUIREMENT, "the rule requires what is not there"),
    (super::variables::UNKNOWN, "a variable of the header is not defined"),
    (super::variables::EMPTY, "a set of addresses or ports is empty"),
];
