//! What becomes of a packet.

use crate::event::{VerdictAction, VerdictRecord};
use crate::rule::Reject;

/// What becomes of a packet, inline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It goes on.
    #[default]
    Accept,
    /// It does not.
    Drop,
    /// It does not, and is answered.
    Reject(Reject),
}

impl Verdict {
    /// As records tell of it; `to_server` is where the packet goes.
    pub(crate) const fn record(self, to_server: bool) -> VerdictRecord {
        let action = match self {
            Self::Accept => VerdictAction::Alert,
            Self::Drop | Self::Reject(_) => VerdictAction::Drop,
        };
        let reject = match (self, to_server) {
            (Self::Reject(Reject::Both), _) => Some("both"),
            (Self::Reject(Reject::Source), true) | (Self::Reject(Reject::Destination), false) => Some("to_client"),
            (Self::Reject(Reject::Source), false) | (Self::Reject(Reject::Destination), true) => Some("to_server"),
            _ => None,
        };
        VerdictRecord { action, reject }
    }
}
