//! Detection: candidates from the prefilter, verified in the order of the rules.
//!
//! Nothing here knows the name of a keyword.

mod inspect;
mod ip_only;
mod literal;
mod number;
mod pattern_group;
mod prefilter;
mod rule_set;
mod verify;

pub use inspect::Inspector;
pub use pattern_group::{PatternGroup, PatternGroupBuilder, ScanState};
pub use prefilter::{Key, Prefilter, PrefilterBuilder, SignatureGroup};
pub use rule_set::{BufferUse, RuleSet};
pub use verify::{Detector, Input, Match, StreamData};
