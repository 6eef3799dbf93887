//! The old names, which stand behind a content and move it to a buffer; in Snort 3 they make the buffer the current one.

use engine::buffer::{BufferDef, Source};
use engine::keyword::{Arg, Keyword, Kind, Parsed, Problem, RuleDraft};
use engine::rule::Op;

use super::first_line::{
    METHOD_BUFFER, PROTOCOL_BUFFER, REQUEST_LINE_BUFFER, RESPONSE_LINE_BUFFER, STATUS_BUFFER, STATUS_MESSAGE_BUFFER,
};
use super::header::{
    ACCEPT_BUFFER, ACCEPT_ENC_BUFFER, ACCEPT_LANG_BUFFER, CONNECTION_BUFFER, CONTENT_LEN_BUFFER, CONTENT_TYPE_BUFFER,
    COOKIE_BUFFER, HOST_BUFFER, LOCATION_BUFFER, RAW_HOST_BUFFER, REFERER_BUFFER, SERVER_BUFFER, USER_AGENT_BUFFER,
};
use super::headers::{HEADER_BUFFER, RAW_HEADER_BUFFER};
use super::uri::{RAW_URI_BUFFER, URI_BUFFER};
use crate::http1::body::keywords::{REQUEST_BODY_BUFFER, RESPONSE_BODY_BUFFER};

macro_rules! modifier {
    ($(#[doc = $doc:literal])+ $static:ident = $name:literal, $buffer:ident; $summary:literal; $example:literal) => {
        $(#[doc = $doc])+
        pub static $static: Keyword = Keyword {
            name: $name,
            aliases: &[],
            summary: $summary,
            docs: concat!($($doc, "\n"),+),
            example: $example,
            deviation: None,
            kind: Kind::Modifier(|draft, arg| modify(draft, arg, &$buffer)),
        };
    };
}

macro_rules! refused {
    ($(#[doc = $doc:literal])+ $static:ident = $name:literal; $summary:literal; $why:literal) => {
        $(#[doc = $doc])+
        pub static $static: Keyword = Keyword {
            name: $name,
            aliases: &[],
            summary: $summary,
            docs: concat!($($doc, "\n"),+),
            example: "",
            deviation: Some($why),
            kind: Kind::Modifier(|_, _| Err(Problem::new($why).unsupported())),
        };
    };
}

modifier! {
    /// The content before it is looked for in the decoded URI: `http.uri` of today.
    HTTP_URI = "http_uri", URI_BUFFER; "the content before it is in the decoded URI";
    "alert http any any -> any any (msg:\"a\"; content:\"/a\"; http_uri; sid:1;)"
}
modifier! {
    /// The content before it is looked for in the URI as it was sent: `http.uri.raw` of today.
    HTTP_RAW_URI = "http_raw_uri", RAW_URI_BUFFER; "the content before it is in the URI as it was sent";
    "alert http any any -> any any (msg:\"a\"; content:\"%2f\"; http_raw_uri; sid:1;)"
}
modifier! {
    /// The content before it is looked for in the method: `http.method` of today.
    HTTP_METHOD = "http_method", METHOD_BUFFER; "the content before it is in the method";
    "alert http any any -> any any (msg:\"a\"; content:\"POST\"; http_method; sid:1;)"
}
modifier! {
    /// The content before it is looked for in the normalised headers: `http.header` of today. In Snort 3 `field name` picks one.
    HTTP_HEADER = "http_header", HEADER_BUFFER; "the content before it is in the headers";
    "alert http any any -> any any (msg:\"a\"; content:\"Server|3a|\"; http_header; sid:1;)"
}
modifier! {
    /// The content before it is looked for in the headers as they were sent: `http.header.raw` of today.
    HTTP_RAW_HEADER = "http_raw_header", RAW_HEADER_BUFFER; "the content before it is in the headers as they were sent";
    "alert http any any -> any any (msg:\"a\"; flow:to_server; content:\"Host|3a|a\"; http_raw_header; sid:1;)"
}
modifier! {
    /// The content before it is looked for in the cookies: `http.cookie` of today.
    HTTP_COOKIE = "http_cookie", COOKIE_BUFFER; "the content before it is in the cookies";
    "alert http any any -> any any (msg:\"a\"; content:\"id=\"; http_cookie; sid:1;)"
}
modifier! {
    /// The same as `http_cookie`: cookies are not decoded here. Of Snort.
    HTTP_RAW_COOKIE = "http_raw_cookie", COOKIE_BUFFER; "the content before it is in the cookies";
    "alert http any any -> any any (msg:\"a\"; content:\"id=\"; http_raw_cookie; sid:1;)"
}
modifier! {
    /// The content before it is looked for in the host: `http.host` of today.
    HTTP_HOST = "http_host", HOST_BUFFER; "the content before it is in the host";
    "alert http any any -> any any (msg:\"a\"; content:\"example.com\"; http_host; sid:1;)"
}
modifier! {
    /// The content before it is looked for in the host as it was sent: `http.host.raw` of today.
    HTTP_RAW_HOST = "http_raw_host", RAW_HOST_BUFFER; "the content before it is in the host as it was sent";
    "alert http any any -> any any (msg:\"a\"; content:\":81\"; http_raw_host; sid:1;)"
}
modifier! {
    /// The content before it is looked for in the value of `User-Agent`: `http.user_agent` of today.
    HTTP_USER_AGENT = "http_user_agent", USER_AGENT_BUFFER; "the content before it is in the value of User-Agent";
    "alert http any any -> any any (msg:\"a\"; content:\"curl\"; http_user_agent; sid:1;)"
}
modifier! {
    /// The content before it is looked for in the status: `http.stat_code` of today.
    HTTP_STAT_CODE = "http_stat_code", STATUS_BUFFER; "the content before it is in the status";
    "alert http any any -> any any (msg:\"a\"; content:\"404\"; http_stat_code; sid:1;)"
}
modifier! {
    /// The content before it is looked for in what stands behind the status: `http.stat_msg` of today.
    HTTP_STAT_MSG = "http_stat_msg", STATUS_MESSAGE_BUFFER; "the content before it is in what stands behind the status";
    "alert http any any -> any any (msg:\"a\"; content:\"Not\"; http_stat_msg; sid:1;)"
}
modifier! {
    /// Snort 3's status line: `http.response_line` here.
    HTTP_RAW_STATUS = "http_raw_status", RESPONSE_LINE_BUFFER; "the status line, in Snort 3";
    "alert http any any -> any any (msg:\"a\"; content:\"HTTP/1.0 2\"; http_raw_status; sid:1;)"
}
modifier! {
    /// Snort 3's request line: `http.request_line` here.
    HTTP_RAW_REQUEST = "http_raw_request", REQUEST_LINE_BUFFER; "the request line, in Snort 3";
    "alert http any any -> any any (msg:\"a\"; content:\"GET\"; http_raw_request; sid:1;)"
}
modifier! {
    /// Snort 3's protocol of a message: `http.protocol` here.
    HTTP_VERSION = "http_version", PROTOCOL_BUFFER; "the protocol, in Snort 3";
    "alert http any any -> any any (msg:\"a\"; content:\"HTTP/1.0\"; http_version; sid:1;)"
}

modifier! {
    /// The content before it is looked for in the body of a request: `http.request_body` of today.
    HTTP_CLIENT_BODY = "http_client_body", REQUEST_BODY_BUFFER; "the content before it is in the body of a request";
    "alert http any any -> any any (msg:\"a\"; content:\"cmd=\"; http_client_body; sid:1;)"
}
modifier! {
    /// The content before it is looked for in the body of a response: `http.response_body` of today.
    HTTP_SERVER_BODY = "http_server_body", RESPONSE_BODY_BUFFER; "the content before it is in the body of a response";
    "alert http any any -> any any (msg:\"a\"; content:\"<script>\"; http_server_body; sid:1;)"
}

refused! {
    /// Snort 3's body as it was sent, with its chunks and encodings.
    HTTP_RAW_BODY = "http_raw_body"; "the body as it was sent, in Snort 3"; "bodies are not kept as they were sent"
}
refused! {
    /// Snort 3's address of a client behind proxies, out of the headers.
    HTTP_TRUE_IP = "http_true_ip"; "the address of a client behind proxies, in Snort 3"; "there is no buffer of a client's address out of headers"
}
refused! {
    /// Snort 3's value of one parameter of the query or of a form.
    HTTP_PARAM = "http_param"; "the value of a parameter, in Snort 3"; "there is no buffer of single parameters"
}
refused! {
    /// Snort 3's trailers, which here count among the headers.
    HTTP_TRAILER = "http_trailer"; "the trailers, in Snort 3"; "trailers are not kept apart from headers"
}
refused! {
    /// Snort 2's encodings that were found in a part of a message.
    HTTP_ENCODE = "http_encode"; "encodings found, in Snort 2"; "how parts of a message were encoded is not kept"
}

fn modify(draft: &mut RuleDraft<'_>, arg: &Arg<'_>, buffer: &'static BufferDef) -> Parsed<()> {
    if arg.is_snort3() {
        let buffer = narrowed(arg, buffer)?;
        narrow(draft, buffer)?;
        draft.select(buffer);
        return Ok(());
    }
    arg.none()?;
    narrow(draft, buffer)?;
    let content = draft.take_last_content()?;
    draft.move_to(buffer, Op::Content(content));
    Ok(())
}

/// The buffer that Snort 3's arguments pick out of another.
fn narrowed(arg: &Arg<'_>, buffer: &'static BufferDef) -> Parsed<&'static BufferDef> {
    let mut picked = buffer;
    for part in arg
        .text
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
    {
        let mut words = part.split_whitespace();
        let found = match (words.next(), words.next()) {
            // They say until when to wait, which goes without saying here.
            (Some("with_header" | "with_body" | "with_trailer" | "request"), None) => continue,
            (Some("field"), Some(name)) if std::ptr::eq(buffer, &HEADER_BUFFER) => field(name),
            _ => None,
        };
        picked = found.ok_or_else(|| {
            Problem::new(format!("there is no buffer for `{part}`"))
                .help("leave it out, and look for what surrounds it")
                .unsupported()
        })?;
    }
    Ok(picked)
}

/// The buffer of a single header.
fn field(name: &str) -> Option<&'static BufferDef> {
    Some(match name.to_ascii_lowercase().as_str() {
        "user-agent" => &USER_AGENT_BUFFER,
        "referer" => &REFERER_BUFFER,
        "accept" => &ACCEPT_BUFFER,
        "accept-language" => &ACCEPT_LANG_BUFFER,
        "accept-encoding" => &ACCEPT_ENC_BUFFER,
        "connection" => &CONNECTION_BUFFER,
        "content-type" => &CONTENT_TYPE_BUFFER,
        "content-length" => &CONTENT_LEN_BUFFER,
        "location" => &LOCATION_BUFFER,
        "server" => &SERVER_BUFFER,
        "host" => &RAW_HOST_BUFFER,
        _ => return None,
    })
}

/// Narrows the rule to the protocols that have the buffer.
pub(super) fn narrow(draft: &mut RuleDraft<'_>, buffer: &BufferDef) -> Parsed<()> {
    match buffer.source {
        Source::Transaction(providers) => draft.narrow_app(providers.iter().map(|provider| provider.protocol)),
        _ => Ok(()),
    }
}
