//! What can go wrong with a capture, told so that one can act on it.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::decompress::Compression;
use crate::input::Input;

/// Why a capture, an interface or a filter cannot be used.
///
/// The text names the input, the byte, the packet, the reason and what to do about it, on one
/// line (a [`CaptureError::Filter`] adds two more: the expression and a caret).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaptureError {
    /// There is nothing at the path.
    #[error("{}: no such file or folder; check the path", path.display())]
    NotFound {
        /// As it was given.
        path: PathBuf,
    },
    /// The file or folder is there and cannot be opened or listed.
    #[error("{}: cannot be opened: {source}; check its permissions", path.display())]
    Open {
        /// As it was given.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Reading failed below the format: the disk, the network mount, the pipe.
    #[error("{place}: cannot be read: {source}; {} packets were read", place.packets)]
    Read {
        /// Where.
        place: Place,
        /// What the system says.
        source: io::Error,
    },
    /// Not one byte is there.
    #[error("{input}: is empty (0 bytes): nothing was recorded; record or copy it again")]
    Empty {
        /// Which.
        input: Input,
    },
    /// The first bytes are not those of a capture.
    #[error(
        "{input}: is no capture{inside}: it starts with {found}; \
         pcap and pcapng are read, plain or compressed with gzip or zstd",
        inside = match compression { Some(c) => format!(" inside the {c} data"), None => String::new() }
    )]
    Foreign {
        /// Which.
        input: Input,
        /// The first bytes, and what they look like.
        found: String,
        /// What was undone before these bytes came out.
        compression: Option<Compression>,
    },
    /// The capture ends inside a packet, a block or its compressed data.
    #[error(
        "{}: truncated: {item} at {} says {says} bytes, {left} are left; {} packets were read; \
         the end was cut off: copy or record it again",
        place.input, place.byte(), place.packets
    )]
    Truncated {
        /// Where the incomplete item starts.
        place: Place,
        /// What is incomplete.
        item: Item,
        /// How many bytes it should have.
        says: u64,
        /// How many there are.
        left: u64,
    },
    /// The compressed data end early, though the capture in them may be whole.
    #[error(
        "{}: truncated: the {} data end at {}, before their own end mark; {} packets were read; \
         the end was cut off: copy it again",
        place.input, place.compression.map_or("compressed", Compression::name), place.byte(), place.packets
    )]
    CutStream {
        /// Where the last byte came out.
        place: Place,
    },
    /// The bytes contradict the format.
    #[error(
        "{place}: damaged: {reason}; {} packets were read, what follows cannot be trusted: \
         copy or record it again",
        place.packets
    )]
    Corrupt {
        /// Where the contradicting item starts.
        place: Place,
        /// What is wrong with it.
        reason: String,
    },
    /// The compressed data cannot be undone.
    #[error(
        "{place}: damaged {} data: {reason}; {} packets were read; copy it again",
        place.compression.map_or("compressed", Compression::name), place.packets
    )]
    Compressed {
        /// Where the last good byte came out.
        place: Place,
        /// What the decompressor says.
        reason: String,
    },
    /// Packets of a link type that has no decoder.
    #[error(
        "{place}: link type {number} is not supported (see tcpdump.org/linktypes.html); \
         {} packets were read; record on an interface with Ethernet, raw IP, Linux cooked or PPP framing",
        place.packets
    )]
    LinkType {
        /// Where the header or packet starts.
        place: Place,
        /// The number, as in <https://www.tcpdump.org/linktypes.html>.
        number: u32,
    },
    /// A folder that holds no capture.
    #[error(
        "{}: no capture in this folder or below ({skipped} other files): \
         pcap and pcapng are read, plain or compressed with gzip or zstd",
        path.display()
    )]
    NoCaptures {
        /// The folder.
        path: PathBuf,
        /// How many files were looked at.
        skipped: usize,
    },
    /// A folder with more files than are listed at a time.
    #[error("{}: more than {limit} files below; name the folders in several runs", path.display())]
    TooManyFiles {
        /// The folder.
        path: PathBuf,
        /// The bound.
        limit: usize,
    },
    /// Standard input was named more than once.
    #[error("`-` is given twice: standard input can be read once only")]
    StdinTwice,
    /// No interface has the name.
    #[error("{name}: no such interface; there are: {}", if known.is_empty() { "none".to_owned() } else { known.join(", ") })]
    NoInterface {
        /// As it was given.
        name: String,
        /// The interfaces that are there.
        known: Vec<String>,
    },
    /// The system does not let this user capture.
    #[error(
        "{interface}: no permission to capture ({reason}); run as root, \
         or once: setcap cap_net_raw,cap_net_admin=eip PROGRAM"
    )]
    Permission {
        /// The interface.
        interface: String,
        /// What the system or libpcap says.
        reason: String,
    },
    /// The interface cannot be opened, or failed later.
    #[error("{interface}: {reason}")]
    Interface {
        /// The interface.
        interface: String,
        /// What the system or libpcap says.
        reason: String,
    },
    /// The capture filter does not compile.
    #[error("capture filter: {reason}{}", caret(expression, *column))]
    Filter {
        /// As it was given.
        expression: String,
        /// What libpcap says.
        reason: String,
        /// Where in the expression, bytes from its start, when that can be told.
        column: Option<usize>,
    },
}

/// Where in an input something is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The input.
    pub input: Input,
    /// Bytes from its start, or from the start of what it decompresses to.
    pub offset: u64,
    /// How many packets were handed out before.
    pub packets: u64,
    /// What was undone before bytes were counted.
    pub compression: Option<Compression>,
}

impl Place {
    fn byte(&self) -> String {
        match self.compression {
            Some(_) => format!("byte {} of the decompressed data", self.offset),
            None => format!("byte {}", self.offset),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: at {}", self.input, self.byte())
    }
}

/// A piece of a capture file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Item {
    /// The header of a pcap file.
    FileHeader,
    /// The header of the record with this packet number.
    RecordHeader(u64),
    /// The packet with this number.
    Packet(u64),
    /// The header of a pcapng block.
    BlockHeader,
    /// A pcapng block of this type that holds no packet.
    Block(u32),
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FileHeader => f.write_str("the file header"),
            Self::RecordHeader(number) => write!(f, "the record header of packet {number}"),
            Self::Packet(number) => write!(f, "packet {number}"),
            Self::BlockHeader => f.write_str("a block header"),
            Self::Block(kind) => write!(f, "a block of type {kind:#x}"),
        }
    }
}

/// What a format reader reports: the file adds the place.
#[derive(Debug)]
pub(crate) enum Damage {
    /// The input ended inside `item`.
    Truncated { item: Item, says: u64, left: u64 },
    /// The decompressor's input ended; `left` bytes of an item came out before.
    Cut,
    /// Reading failed, or decompressing.
    Io(io::Error),
    /// The bytes contradict the format.
    Corrupt(String),
    /// No decoder for this link type.
    LinkType(u32),
}

impl Damage {
    /// The damage as the user's error.
    pub(crate) fn at(self, place: Place) -> CaptureError {
        match self {
            Self::Truncated { item, says, left } => CaptureError::Truncated {
                place,
                item,
                says,
                left,
            },
            Self::Cut => CaptureError::CutStream { place },
            Self::Io(source) if place.compression.is_some() && is_damage(&source) => CaptureError::Compressed {
                place,
                reason: source.to_string(),
            },
            Self::Io(source) => CaptureError::Read { place, source },
            Self::Corrupt(reason) => CaptureError::Corrupt { place, reason },
            Self::LinkType(number) => CaptureError::LinkType { place, number },
        }
    }
}

/// Whether a decompressor's error is about its data and not about reading them.
fn is_damage(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput)
}

/// The expression on a line of its own and a caret below the column.
fn caret(expression: &str, column: Option<usize>) -> String {
    let Some(before) = column.and_then(|column| expression.get(..column)) else {
        return format!(" in `{expression}`");
    };
    format!("\n  {expression}\n  {:width$}^", "", width = before.chars().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truncation_tells_all_there_is_to_know() {
        let place = Place {
            input: Input::File("a/x.pcap".into()),
            offset: 2040,
            packets: 16,
            compression: None,
        };
        let text = Damage::Truncated {
            item: Item::Packet(17),
            says: 1500,
            left: 312,
        }
        .at(place)
        .to_string();
        assert_eq!(
            text,
            "a/x.pcap: truncated: packet 17 at byte 2040 says 1500 bytes, 312 are left; 16 packets were read; \
             the end was cut off: copy or record it again"
        );
    }

    #[test]
    fn a_filter_error_points_at_the_word() {
        let error = CaptureError::Filter {
            expression: "tcp prt 80".into(),
            reason: "syntax error".into(),
            column: Some(4),
        };
        assert_eq!(error.to_string(), "capture filter: syntax error\n  tcp prt 80\n      ^");
        let error = CaptureError::Filter {
            expression: "x".into(),
            reason: "bad".into(),
            column: None,
        };
        assert_eq!(error.to_string(), "capture filter: bad in `x`");
    }
}
