//! Detection: candidates from the prefilter, verified in the order of the rules.
//!
//! Nothing here knows the name of a keyword.

mod anchored;
mod by_port;
mod front;
mod headers;
mod inspect;
mod ip_only;
mod lanes;
mod literal;
mod number;
mod pattern_group;
mod prefilter;
mod probe;
mod profile;
mod rule_set;
mod tx_inspect;
mod tx_prefilter;
mod verify;

pub use headers::Headers;
pub use inspect::Inspector;
pub use lanes::range;
pub use pattern_group::{PatternGroup, PatternGroupBuilder, ScanState};
pub use prefilter::{Class, Key, Prefilter, PrefilterBuilder, SignatureGroup};
pub use probe::{Inspected, Place, Reason};
pub use profile::{Clock, GroupWork, Profile, RuleWork, Scope, Work};
pub use rule_set::{BufferUse, RuleSet};
pub use tx_prefilter::{TxGroup, TxPrefilter};
pub use verify::{Detector, Input, Match, StreamData};
