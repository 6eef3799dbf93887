//! What goes wrong between protocols, before any parser.

/// What goes wrong between protocols: the `applayer` events of `app-layer-event`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum AppEvent {
    /// The two directions look like different protocols.
    MismatchProtocolBothDirections,
    /// The side spoke first that does not in this protocol.
    WrongDirectionFirstData,
    /// One direction looks like a protocol, the other like none.
    DetectProtocolOnlyOneDirection,
    /// Recognition was given up: too much data from one side alone.
    ProtoDetectionSkipped,
    /// No TLS after STARTTLS.
    NoTlsAfterStarttls,
    /// Another protocol than the one agreed on.
    UnexpectedProtocol,
}

impl AppEvent {
    /// All of them, by number.
    pub const ALL: [Self; 6] = [
        Self::MismatchProtocolBothDirections,
        Self::WrongDirectionFirstData,
        Self::DetectProtocolOnlyOneDirection,
        Self::ProtoDetectionSkipped,
        Self::NoTlsAfterStarttls,
        Self::UnexpectedProtocol,
    ];

    /// The name that rules and EVE have for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MismatchProtocolBothDirections => "applayer_mismatch_protocol_both_directions",
            Self::WrongDirectionFirstData => "applayer_wrong_direction_first_data",
            Self::DetectProtocolOnlyOneDirection => "applayer_detect_protocol_only_one_direction",
            Self::ProtoDetectionSkipped => "applayer_proto_detection_skipped",
            Self::NoTlsAfterStarttls => "applayer_no_tls_after_starttls",
            Self::UnexpectedProtocol => "applayer_unexpected_protocol",
        }
    }

    /// The event of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.name() == name)
    }
}

/// A set of these events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AppEventSet(u8);

impl AppEventSet {
    /// None.
    pub const EMPTY: Self = Self(0);

    /// Adds one.
    pub const fn insert(&mut self, event: AppEvent) {
        self.0 |= 1 << event as u8;
    }

    /// Whether there are none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether it is there.
    pub const fn has(self, event: AppEvent) -> bool {
        self.0 & 1 << event as u8 != 0
    }

    /// Those that are there, in order.
    pub fn iter(self) -> impl Iterator<Item = AppEvent> {
        AppEvent::ALL.into_iter().filter(move |e| self.has(*e))
    }
}
