//! The buffers that rules inspect: what they are called, and where their bytes come from.

pub mod base64;
mod transform;

use std::any::Any;

use packet::{Direction, Packet};

use crate::app_layer::Transaction;

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
    /// Of a transaction, by one of the protocols that have it.
    Transaction(&'static [Provider]),
}

/// Where a protocol has a buffer.
#[derive(Debug)]
pub struct Provider {
    /// The protocol's name.
    pub protocol: &'static str,
    /// The progress from which on it is there: to the server, to the client; `None` where it never is.
    pub at: [Option<u8>; 2],
    /// It may grow until the direction is complete, and is looked at again each time it did.
    pub streaming: bool,
    /// Cuts it out.
    pub get: TxBytes,
}

/// Cuts a buffer from a transaction that goes in a direction: the one of that index, from 0, where there can be several.
///
/// What the transaction has at hand is given as it is; what must be made is written to the `Vec`, which is empty.
/// `None` when there is none (of that index), or nothing new where it grows.
pub type TxBytes = for<'a> fn(&'a dyn Transaction, Direction, usize, &'a mut Vec<u8>) -> Option<&'a [u8]>;

/// The transaction as its protocol's own type; `None` when it is another's.
pub fn tx_as<T: Transaction>(tx: &dyn Transaction) -> Option<&T> {
    (tx as &dyn Any).downcast_ref()
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
