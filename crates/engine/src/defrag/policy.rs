//! Which fragment wins where two overlap.

/// Which fragment wins where two overlap; each system has its own idea.
///
/// After Judy Novak, "Target-Based Fragmentation Reassembly" (2005). Positions are those of the
/// fragments as they came, unless it says otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum OverlapPolicy {
    /// The older fragment if it begins before the newer one or with it, else the newer one.
    ///
    /// What loses is cut off, as in the kernel: the rest of it begins where the winner ends.
    #[default]
    Bsd,
    /// The newer fragment if it begins after the older one or with it, else the older one.
    BsdRight,
    /// The older fragment if it begins before the newer one, else the newer one; cut off as with [`Bsd`](Self::Bsd).
    Linux,
    /// The older fragment.
    First,
    /// The newer fragment.
    Last,
    /// The older fragment, unless the newer one reaches beyond it on both sides.
    Windows,
    /// The older fragment, unless the newer one begins before it and reaches its end or beyond.
    Solaris,
}

impl OverlapPolicy {
    /// Every policy.
    pub const ALL: [Self; 7] = [
        Self::Bsd,
        Self::BsdRight,
        Self::Linux,
        Self::First,
        Self::Last,
        Self::Windows,
        Self::Solaris,
    ];

    /// The policy of an operating system, named as in `host-os-policy` of `suricata.yaml`.
    ///
    /// `first` and `last` are names too.
    pub fn of_os(name: &str) -> Option<Self> {
        Some(match name {
            "bsd" | "hpux10" | "irix" => Self::Bsd,
            "bsd-right" => Self::BsdRight,
            "linux" | "old-linux" => Self::Linux,
            "hpux11" | "macos" | "old-solaris" | "first" => Self::First,
            "solaris" => Self::Solaris,
            "windows" | "vista" | "windows2k3" => Self::Windows,
            "last" => Self::Last,
            _ => return None,
        })
    }
}
