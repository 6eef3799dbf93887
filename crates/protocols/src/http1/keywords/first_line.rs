//! The first lines of requests and responses.

use packet::Direction;

use super::http_buffer;
use crate::http1::headers::write_line;
use crate::http1::transaction::progress::{BODY, HEADERS};

http_buffer! {
    /// The method of a request, as it was sent: `GET`. A sticky buffer.
    METHOD, METHOD_BUFFER = "http.method", [Some(HEADERS), None], |tx, _, _, _| given(tx.request.method());
    "the method"; "alert http any any -> any any (msg:\"a\"; http.method; content:\"POST\"; sid:1;)"
}

http_buffer! {
    /// The protocol in the first line of a request or a response: `HTTP/1.1`. A sticky buffer.
    PROTOCOL, PROTOCOL_BUFFER = "http.protocol" | "http_protocol", [Some(HEADERS), Some(HEADERS)], |tx, direction, _, _| match direction {
        Direction::ToServer => tx.request.protocol(),
        Direction::ToClient => tx.response.protocol(),
    };
    "the protocol"; "alert http any any -> any any (msg:\"a\"; http.protocol; content:\"HTTP/1.0\"; sid:1;)"
}

http_buffer! {
    /// The first line of a request, without its end. A sticky buffer.
    REQUEST_LINE, REQUEST_LINE_BUFFER = "http.request_line" | "http_request_line", [Some(HEADERS), None], |tx, direction, _, _| given(tx.line(direction));
    "the request line"; "alert http any any -> any any (msg:\"a\"; http.request_line; content:\"GET / HTTP/1.0\"; sid:1;)"
}

http_buffer! {
    /// The first line of a response, without its end. A sticky buffer.
    RESPONSE_LINE, RESPONSE_LINE_BUFFER = "http.response_line" | "http_response_line", [None, Some(HEADERS)], |tx, direction, _, _| given(tx.line(direction));
    "the status line"; "alert http any any -> any any (msg:\"a\"; http.response_line; content:\"HTTP/1.0 200\"; sid:1;)"
}

http_buffer! {
    /// The status of a response, as it was sent: `200`. A sticky buffer.
    STATUS, STATUS_BUFFER = "http.stat_code", [None, Some(HEADERS)], |tx, _, _, _| tx.response.status();
    "the status"; "alert http any any -> any any (msg:\"a\"; http.stat_code; content:\"404\"; sid:1;)"
}

http_buffer! {
    /// What stands behind the status of a response: `Not Found`. A sticky buffer.
    STATUS_MESSAGE, STATUS_MESSAGE_BUFFER = "http.stat_msg", [None, Some(HEADERS)], |tx, _, _, _| tx.response.message();
    "what stands behind the status"; "alert http any any -> any any (msg:\"a\"; http.stat_msg; content:\"Not Found\"; sid:1;)"
}

http_buffer! {
    /// The first line of a message and its headers, as `Name: value` lines, with the empty line at their end. A sticky buffer.
    START, START_BUFFER = "http.start" | "http_start", [Some(BODY), Some(BODY)], |tx, direction, _, out| {
        let line = given(tx.line(direction))?;
        out.extend_from_slice(line);
        out.extend_from_slice(b"\r\n");
        let headers = tx.headers(direction);
        for (name, value) in headers.iter() {
            write_line(name, value, out);
        }
        if !headers.is_empty() {
            out.extend_from_slice(b"\r\n");
        }
        Some(out)
    };
    "the first line and the headers"; "alert http any any -> any any (msg:\"a\"; http.start; content:\"HTTP/1.1|0d 0a|User-Agent|0d 0a|\"; sid:1;)"
}

fn given(text: &[u8]) -> Option<&[u8]> {
    (!text.is_empty()).then_some(text)
}
