//! Exit statuses: what a script may rely on.

use std::process::ExitCode;

/// How the program ends. Where several hold, the gravest wins: the last in this list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// All is well.
    #[default]
    Success,
    /// An alert was at or above `--fail-on`.
    Alerts,
    /// A snapshot or an expectation differs.
    Differs,
    /// A capture is missing, empty, truncated or no capture.
    Capture,
    /// Rules or configuration are in error.
    Rules,
    /// The command line is in error, or something else went wrong.
    Usage,
}

impl Exit {
    /// The number.
    pub const fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Differs => 1,
            Self::Usage => 2,
            Self::Rules => 3,
            Self::Capture => 4,
            Self::Alerts => 5,
        }
    }

    /// The graver of the two.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.max(other)
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
