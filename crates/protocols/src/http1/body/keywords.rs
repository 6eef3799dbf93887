//! What rules can say of bodies.

use engine::app_layer::Transaction;
use engine::buffer::{BufferDef, Provider, Source, tx_as};
use engine::keyword::{Keyword, Kind};
use packet::Direction;

use super::super::{HttpTx, NAME, progress};

/// `http.request_body`: the body of a request.
pub static REQUEST_BODY: Keyword = Keyword {
    name: "http.request_body",
    aliases: &[],
    summary: "the body of a request",
    docs: "The body of a request without chunks and content encoding. A sticky buffer; it is looked at while it comes, in \
           windows: first when there are 32 KiB or it is over, then each time more came, with the last bytes of what was \
           there before (`request-body-minimal-inspect-size`, `request-body-inspect-window`). What is beyond \
           `request-body-limit`, 100 KiB, is not looked at.",
    example: "alert http any any -> any any (msg:\"a\"; http.request_body; content:\"cmd=\"; sid:1;)",
    deviation: None,
    kind: Kind::StickyBuffer(&REQUEST_BODY_BUFFER),
};

/// `http.response_body`: the body of a response.
pub static RESPONSE_BODY: Keyword = Keyword {
    name: "http.response_body",
    aliases: &[],
    summary: "the body of a response",
    docs: "The body of a response without chunks and content encoding: what `file.data` is for a response. A sticky buffer; \
           it is looked at while it comes, in windows: first when there are 40 KiB or it is over, then each time more came, \
           with the last bytes of what was there before (`response-body-minimal-inspect-size`, \
           `response-body-inspect-window`). What is beyond `response-body-limit`, 100 KiB, is not looked at.",
    example: "alert http any any -> any any (msg:\"a\"; http.response_body; content:\"<script>\"; sid:1;)",
    deviation: None,
    kind: Kind::StickyBuffer(&RESPONSE_BODY_BUFFER),
};

/// The body of a request.
pub static REQUEST_BODY_BUFFER: BufferDef = BufferDef {
    name: "http.request_body",
    source: Source::Transaction(&[Provider {
        protocol: NAME,
        at: [Some(progress::BODY), None],
        streaming: true,
        get: |tx, _, _, _| tx_as::<HttpTx>(tx)?.request_body.window(),
    }]),
    multi: false,
};

/// The body of a response.
pub static RESPONSE_BODY_BUFFER: BufferDef = BufferDef {
    name: "http.response_body",
    source: Source::Transaction(&[Provider {
        protocol: NAME,
        at: [None, Some(progress::BODY)],
        streaming: true,
        get: |tx, _, index, _| tx_as::<HttpTx>(tx)?.response_body.windows(index),
    }]),
    multi: true,
};

/// Where `file.data` is there: to the server, to the client.
pub const FILE_DATA_AT: [Option<u8>; 2] = [Some(progress::BODY), Some(progress::BODY)];

/// `file.data` of HTTP/1: the body of a response, in its own windows; each file of a request.
pub fn file_data<'a>(
    tx: &'a dyn Transaction,
    direction: Direction,
    index: usize,
    _made: &'a mut Vec<u8>,
) -> Option<&'a [u8]> {
    match direction {
        Direction::ToServer => tx.files(direction)?.window(index),
        // Suricata: the body, with its limits, and a file that it completes as the last of its parts.
        Direction::ToClient => tx_as::<HttpTx>(tx)?.response_body.windows(index),
    }
}
