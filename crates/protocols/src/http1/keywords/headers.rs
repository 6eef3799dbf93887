//! All headers of a message at once.

use packet::Direction;

use super::http_buffer;
use crate::http1::headers::write_line;
use crate::http1::transaction::HttpTx;
use crate::http1::transaction::progress::BODY;

http_buffer! {
    /// The headers of a request or a response but cookies, as lines `Name: value` that end with CR LF: folded lines are joined, and
    /// values of a name that comes several times are too, with `, ` between them. A sticky buffer.
    HEADER, HEADER_BUFFER = "http.header", [Some(BODY), Some(BODY)], |tx, direction, _, _| {
        let text = tx.headers(direction).normalized();
        (!text.is_empty()).then_some(text)
    };
    "the headers, normalised"; "alert http any any -> any any (msg:\"a\"; http.header; content:\"Content-Type|3a 20|text/html\"; sid:1;)"
}

http_buffer! {
    /// The headers of a request or a response as they were sent, with the empty line at their end. A sticky buffer.
    RAW_HEADER, RAW_HEADER_BUFFER = "http.header.raw", [Some(BODY), Some(BODY)], |tx, direction, _, _| {
        let text = tx.headers(direction).raw();
        (!text.is_empty()).then_some(text)
    };
    "the headers, as they were sent"; "alert http any any -> any any (msg:\"a\"; flow:to_server; http.header.raw; content:\"Host|3a|a\"; sid:1;)"
}

http_buffer! {
    /// The names of the headers, in the order in which they came, each between line ends: `|0d 0a|Host|0d 0a|Accept|0d 0a 0d 0a|`.
    /// A sticky buffer.
    HEADER_NAMES, HEADER_NAMES_BUFFER = "http.header_names" | "http_header_names", [Some(BODY), Some(BODY)], |tx, direction, _, out| {
        let headers = tx.headers(direction);
        if headers.is_empty() {
            return None;
        }
        out.extend_from_slice(b"\r\n");
        for (name, _) in headers.iter() {
            out.extend_from_slice(name);
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(b"\r\n");
        Some(out)
    };
    "the names of the headers"; "alert http any any -> any any (msg:\"a\"; http.header_names; content:!\"|0d 0a|User-Agent|0d 0a|\"; sid:1;)"
}

http_buffer! {
    /// Each header of a request alone, as `Name: value`. A sticky buffer: what a rule asks of it must hold for one header.
    REQUEST_HEADER, REQUEST_HEADER_BUFFER = "http.request_header" | "http_request_header", [Some(BODY), None] multi true, one;
    "one header of a request"; "alert http any any -> any any (msg:\"a\"; http.request_header; content:\"Host|3a 20|a\"; sid:1;)"
}

http_buffer! {
    /// Each header of a response alone, as `Name: value`. A sticky buffer: what a rule asks of it must hold for one header.
    RESPONSE_HEADER, RESPONSE_HEADER_BUFFER = "http.response_header" | "http_response_header", [None, Some(BODY)] multi true, one;
    "one header of a response"; "alert http any any -> any any (msg:\"a\"; http.response_header; content:\"Server|3a 20|a\"; sid:1;)"
}

fn one<'a>(tx: &'a HttpTx, direction: Direction, index: usize, out: &'a mut Vec<u8>) -> Option<&'a [u8]> {
    let (name, value) = tx.headers(direction).nth(index)?;
    write_line(name, value, out);
    out.strip_suffix(b"\r\n")
}
