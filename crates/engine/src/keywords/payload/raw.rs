//! `pkt_data` and `raw_data`: back to the payload.

use crate::buffer::{BufferDef, PAYLOAD, Source};
use crate::keyword::{Keyword, Kind};

/// `pkt_data`: back to the payload.
pub static PKT_DATA: Keyword = Keyword {
    name: "pkt_data",
    aliases: &[],
    summary: "back to the payload",
    docs: "Options behind this look at the payload again, where they look when no buffer was named.",
    example: "alert tcp any any -> any any (msg:\"a\"; tcp.hdr; content:\"|01|\"; pkt_data; content:\"x\"; sid:1;)",
    deviation: None,
    kind: Kind::StickyBuffer(&PAYLOAD),
};

/// `raw_data`: the packet's own payload.
pub static RAW_DATA: Keyword = Keyword {
    name: "raw_data",
    aliases: &[],
    summary: "the packet's own payload, in Snort 3",
    docs: "Options behind this look at the payload of the packet itself, never at that of the stream.",
    example: "alert udp any any -> any any (msg:\"a\"; raw_data; content:\"x\"; sid:1;)",
    deviation: None,
    kind: Kind::StickyBuffer(&RAW_DATA_BYTES),
};

static RAW_DATA_BYTES: BufferDef = BufferDef {
    name: "raw_data",
    source: Source::Packet(|packet| Some(packet.payload)),
    multi: false,
};
