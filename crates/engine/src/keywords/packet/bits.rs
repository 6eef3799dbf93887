//! Flag bits of a header, and how a rule compares them.

/// Flag bits of a header, and how a rule compares them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bits {
    /// How they are compared.
    pub matching: Match,
    /// The bits the rule names.
    pub value: u8,
}

/// How flag bits are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// These and no others.
    Exact,
    /// These, and perhaps others.
    All,
    /// These and at least one other.
    AllAndMore,
    /// At least one of these.
    Any,
    /// Not all of these.
    NotAll,
    /// None of these.
    None,
}

impl Bits {
    /// Whether the bits of the packet are as asked.
    pub const fn hold(self, bits: u8) -> bool {
        let Self { matching, value } = self;
        match matching {
            Match::Exact => bits == value,
            Match::All => bits & value == value,
            Match::AllAndMore => bits & value == value && bits != value,
            Match::Any => bits & value != 0,
            Match::NotAll => bits & value != value,
            Match::None => bits & value == 0,
        }
    }
}
