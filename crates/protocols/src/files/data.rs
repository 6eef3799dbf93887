//! `file.data`: what is in files.

use engine::app_layer::Transaction;
use engine::buffer::{BufferDef, Source};
use engine::keyword::{Keyword, Kind};
use packet::Direction;

use super::provider;
use crate::{ftp_data, http1, smb, smtp};

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
    source: Source::Transaction(&[
        provider(
            http1::NAME,
            http1::body::keywords::FILE_DATA_AT,
            http1::body::keywords::file_data,
        ),
        provider(smtp::NAME, [Some(0), None], window),
        provider(ftp_data::NAME, [Some(0), Some(0)], window),
        provider(smb::NAME, [Some(0), Some(0)], window),
    ]),
    multi: true,
};

fn window<'a>(tx: &'a dyn Transaction, direction: Direction, index: usize, _made: &'a mut Vec<u8>) -> Option<&'a [u8]> {
    tx.files(direction)?.window(index)
}
