//! The buffers that rules inspect: what they are called, and where their bytes come from.

pub mod base64;
mod transform;

use packet::Packet;

pub use transform::Transform;

/// The number of a buffer, with its transforms, in the loaded rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BufferId(pub u16);

/// A buffer that rules can name.
#[derive(Debug)]
pub struct BufferDef {
    /// Its name, as its sticky buffer is called: `http.uri`.
    pub name: &'static str,
    /// Where its bytes come from.
    pub source: Source,
    /// There can be several of it in a transaction, each inspected alone.
    pub multi: bool,
}

/// Where the bytes of a buffer come from.
#[derive(Debug)]
pub enum Source {
    /// The payload of the packet or the stream: where contents go when no buffer is named.
    Payload,
    /// Cut from the packet; `None` when the packet has no such part.
    Packet(PacketBytes),
    /// Computed by `base64_decode`.
    Base64,
}

/// Cuts a buffer from a packet.
pub type PacketBytes = for<'a> fn(&Packet<'a>) -> Option<&'a [u8]>;

/// The payload.
pub static PAYLOAD: BufferDef = BufferDef {
    name: "pkt_data",
    source: Source::Payload,
    multi: false,
};

/// What `base64_decode` made.
pub static BASE64_DATA: BufferDef = BufferDef {
    name: "base64_data",
    source: Source::Base64,
    multi: false,
};
