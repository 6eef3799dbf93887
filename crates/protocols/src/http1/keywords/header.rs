//! Single headers.

use packet::Direction;

use super::http_buffer;
use crate::http1::transaction::progress::HEADERS;

http_buffer! {
    /// The cookies: the value of `Cookie` of a request, of `Set-Cookie` of a response. A sticky buffer.
    COOKIE, COOKIE_BUFFER = "http.cookie", [Some(HEADERS), Some(HEADERS)], |tx, direction, _, _| match direction {
        Direction::ToServer => tx.request.headers.get("cookie"),
        Direction::ToClient => tx.response.headers.get("set-cookie"),
    };
    "the cookies"; "alert http any any -> any any (msg:\"a\"; http.cookie; content:\"session=\"; sid:1;)"
}

http_buffer! {
    /// The host that a request names, in its URI or in `Host`: in lower case, without a port. A sticky buffer.
    HOST, HOST_BUFFER = "http.host", [Some(HEADERS), None], |tx, _, _, _| tx.request.host();
    "the host, in lower case, without a port"; "alert http any any -> any any (msg:\"a\"; http.host; content:\"example.com\"; endswith; sid:1;)"
}

http_buffer! {
    /// The host that a request names: that in its URI, or the value of `Host` as it was sent. A sticky buffer.
    RAW_HOST, RAW_HOST_BUFFER = "http.host.raw", [Some(HEADERS), None], |tx, _, _, _| tx.request.raw_host();
    "the host, as it was sent"; "alert http any any -> any any (msg:\"a\"; http.host.raw; content:\":8080\"; sid:1;)"
}

http_buffer! {
    /// The value of `User-Agent`. A sticky buffer.
    USER_AGENT, USER_AGENT_BUFFER = "http.user_agent", [Some(HEADERS), None], |tx, _, _, _| tx.request.headers.get("user-agent");
    "the value of User-Agent"; "alert http any any -> any any (msg:\"a\"; http.user_agent; content:\"curl/\"; startswith; sid:1;)"
}

http_buffer! {
    /// The value of `Referer`. A sticky buffer.
    REFERER, REFERER_BUFFER = "http.referer" | "http_referer", [Some(HEADERS), None], |tx, _, _, _| tx.request.headers.get("referer");
    "the value of Referer"; "alert http any any -> any any (msg:\"a\"; http.referer; content:\"example.com\"; sid:1;)"
}

http_buffer! {
    /// The value of `Accept`. A sticky buffer.
    ACCEPT, ACCEPT_BUFFER = "http.accept" | "http_accept", [Some(HEADERS), None], |tx, _, _, _| tx.request.headers.get("accept");
    "the value of Accept"; "alert http any any -> any any (msg:\"a\"; http.accept; content:\"text/*\"; sid:1;)"
}

http_buffer! {
    /// The value of `Accept-Language`. A sticky buffer.
    ACCEPT_LANG, ACCEPT_LANG_BUFFER = "http.accept_lang" | "http_accept_lang", [Some(HEADERS), None], |tx, _, _, _| tx.request.headers.get("accept-language");
    "the value of Accept-Language"; "alert http any any -> any any (msg:\"a\"; http.accept_lang; content:\"en-us\"; sid:1;)"
}

http_buffer! {
    /// The value of `Accept-Encoding`. A sticky buffer.
    ACCEPT_ENC, ACCEPT_ENC_BUFFER = "http.accept_enc" | "http_accept_enc", [Some(HEADERS), None], |tx, _, _, _| tx.request.headers.get("accept-encoding");
    "the value of Accept-Encoding"; "alert http any any -> any any (msg:\"a\"; http.accept_enc; content:\"gzip\"; sid:1;)"
}

http_buffer! {
    /// The value of `Connection`, of a request or a response. A sticky buffer.
    CONNECTION, CONNECTION_BUFFER = "http.connection" | "http_connection", [Some(HEADERS), Some(HEADERS)], |tx, direction, _, _| tx.headers(direction).get("connection");
    "the value of Connection"; "alert http any any -> any any (msg:\"a\"; http.connection; content:\"keep-alive\"; sid:1;)"
}

http_buffer! {
    /// The value of `Content-Type`, of a request or a response. A sticky buffer.
    CONTENT_TYPE, CONTENT_TYPE_BUFFER = "http.content_type" | "http_content_type", [Some(HEADERS), Some(HEADERS)], |tx, direction, _, _| tx.headers(direction).get("content-type");
    "the value of Content-Type"; "alert http any any -> any any (msg:\"a\"; http.content_type; content:\"text/html\"; sid:1;)"
}

http_buffer! {
    /// The value of `Content-Length`, of a request or a response. A sticky buffer.
    CONTENT_LEN, CONTENT_LEN_BUFFER = "http.content_len" | "http_content_len", [Some(HEADERS), Some(HEADERS)], |tx, direction, _, _| tx.headers(direction).get("content-length");
    "the value of Content-Length"; "alert http any any -> any any (msg:\"a\"; http.content_len; content:\"10\"; bsize:2; sid:1;)"
}

http_buffer! {
    /// The value of `Location`. A sticky buffer.
    LOCATION, LOCATION_BUFFER = "http.location" | "http_location", [None, Some(HEADERS)], |tx, direction, _, _| tx.headers(direction).get("location");
    "the value of Location"; "alert http any any -> any any (msg:\"a\"; http.location; content:\"https\"; sid:1;)"
}

http_buffer! {
    /// The value of `Server`. A sticky buffer.
    SERVER, SERVER_BUFFER = "http.server" | "http_server", [None, Some(HEADERS)], |tx, direction, _, _| tx.headers(direction).get("server");
    "the value of Server"; "alert http any any -> any any (msg:\"a\"; http.server; content:\"nginx\"; sid:1;)"
}
