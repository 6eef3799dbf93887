//! `file.data`: what is in files.

use engine::buffer::{BufferDef, Source};
use engine::keyword::{Keyword, Kind};

use super::providers;

/// `file.data`.
pub static FILE_DATA_KEYWORD: Keyword = Keyword {
    name: "file.data",
    aliases: &["file_data"],
    summary: "what is in a file",
    docs: "The bytes of a file that the flow carries, without what carries it: the decoded body of an HTTP response, a file \
           of a POST, an attachment of a mail, a file of FTP or SMB. A sticky buffer.\n\n\
           A file is looked at while it comes, in windows: first when there is enough of it (32 KiB, for most protocols) or \
           it is over, then each time more came, with the last bytes of what was there before. A content that needs bytes \
           further apart is not found.",
    example: "alert http any any -> any any (msg:\"program\"; flow:to_client; file.data; content:\"MZ\"; depth:2; sid:1;)",
    deviation: None,
    kind: Kind::StickyBuffer(&FILE_DATA),
};

/// What is in files: one buffer for each.
pub static FILE_DATA: BufferDef = BufferDef {
    name: "file.data",
    source: Source::Transaction(providers!(|tx, direction, index, _| tx.files(direction)?.window(index))),
    multi: true,
};
