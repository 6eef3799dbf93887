//! Its EVE record.

use std::borrow::Cow;

use engine::app_layer::{Fields, LogContext};
use engine::buffer::tx_as;
use packet::Direction;
use serde::Serialize;
use serde_json::{Map, Value};

use super::NAME;
use super::headers::Headers;
use super::transaction::HttpTx;

#[derive(Serialize)]
struct Header<'a> {
    name: Cow<'a, str>,
    value: Cow<'a, str>,
}

/// Writes the record.
pub(super) fn write(context: &LogContext<'_>, fields: &mut Fields) {
    let Some(tx) = tx_as::<HttpTx>(context.tx) else { return };
    let alert = context.alert.is_some();
    let extended = alert || context.options.flag("extended", true).unwrap_or(true);
    let mut record = Map::new();
    basic(tx, &mut record);
    if extended {
        more(tx, &mut record);
    }
    for name in context.options.list("custom").iter().filter(|_| !alert) {
        custom(tx, name, &mut record);
    }
    if !alert {
        forwarded(tx, context, &mut record);
    }
    dump(tx, context, &mut record);
    fields.add(NAME, &record);
}

/// What is always there.
fn basic(tx: &HttpTx, record: &mut Map<String, Value>) {
    let request = &tx.request;
    put(record, "hostname", request.host());
    if let Some(port) = request.port {
        record.insert("http_port".to_owned(), port.into());
    }
    put(record, "url", request.uri());
    put(record, "http_user_agent", request.headers.get("user-agent"));
    if let Some(kind) = tx.response.headers.get("content-type") {
        let end = kind.iter().position(|b| *b == b';').unwrap_or(kind.len());
        put(record, "http_content_type", kind.get(..end));
    }
    if let Some(value) = tx.response.headers.get("content-range") {
        record.insert("content_range".to_owned(), content_range(value));
    }
}

/// The client behind proxies, where `xff` asks for it.
fn forwarded(tx: &HttpTx, context: &LogContext<'_>, record: &mut Map<String, Value>) {
    let options = context.options.below("xff");
    if !options.flag("enabled", false).unwrap_or(false) || options.text("mode") == Some("overwrite") {
        return;
    }
    let name = options.text("header").unwrap_or("X-Forwarded-For");
    let Some(value) = tx.request.headers.get(name) else {
        return;
    };
    let mut addresses = value.split(|b| *b == b',');
    let address = match options.text("deployment") {
        Some("forward") => addresses.next(),
        _ => addresses.next_back(),
    };
    put(record, "xff", address.map(super::lines::trim));
}

/// What `extended` adds.
fn more(tx: &HttpTx, record: &mut Map<String, Value>) {
    put(record, "http_refer", tx.request.headers.get("referer"));
    let method = tx.request.method();
    put(record, "http_method", (!method.is_empty()).then_some(method));
    put(record, "protocol", tx.request.protocol());
    match std::str::from_utf8(tx.response.status().unwrap_or_default()).map(|text| (text, text.parse::<u32>())) {
        Ok((text, Ok(status))) if text.bytes().all(|b| b.is_ascii_digit()) => {
            record.insert("status".to_owned(), status.into());
        }
        _ => put(record, "status_string", tx.response.status()),
    }
    put(record, "redirect", tx.response.headers.get("location"));
    record.insert("length".to_owned(), tx.response.length().into());
}

/// A header that `custom` names.
fn custom(tx: &HttpTx, name: &str, record: &mut Map<String, Value>) {
    let key = name.to_ascii_lowercase().replace('-', "_");
    let header = key.replace('_', "-");
    let headers = if RESPONSE_HEADERS.contains(&header.as_str()) {
        &tx.response.headers
    } else {
        &tx.request.headers
    };
    if !record.contains_key(&key) {
        put(record, &key, headers.get(&header));
    }
}

fn dump(tx: &HttpTx, context: &LogContext<'_>, record: &mut Map<String, Value>) {
    let wanted = match context.options.text("dump-all-headers") {
        _ if context.alert.is_some() => [false, false],
        Some("both") => [true, true],
        Some("request") => [true, false],
        Some("response") => [false, true],
        _ => [false, false],
    };
    for (direction, key) in [
        (Direction::ToServer, "request_headers"),
        (Direction::ToClient, "response_headers"),
    ] {
        let headers = tx.headers(direction);
        if wanted.get(direction.index()) == Some(&true) && !headers.is_empty() {
            record.insert(key.to_owned(), all(headers));
        }
    }
}

fn all(headers: &Headers) -> Value {
    let headers = headers.iter().map(|(name, value)| Header {
        name: text(name),
        value: text(value),
    });
    serde_json::to_value(headers.collect::<Vec<_>>()).unwrap_or_default()
}

/// `bytes 0-9/100`, taken apart.
fn content_range(value: &[u8]) -> Value {
    let mut range = Map::new();
    range.insert("raw".to_owned(), text(value).into());
    let words = std::str::from_utf8(value)
        .ok()
        .and_then(|v| v.trim().strip_prefix("bytes"));
    if let Some((span, size)) = words.and_then(|words| words.trim().split_once('/')) {
        let (start, end) = span.split_once('-').unwrap_or_default();
        for (key, number) in [("start", start), ("end", end), ("size", size)] {
            if let Ok(number) = number.trim().parse::<i64>() {
                range.insert(key.to_owned(), number.into());
            }
        }
    }
    range.into()
}

fn put(record: &mut Map<String, Value>, key: &str, value: Option<&[u8]>) {
    if let Some(value) = value {
        record.insert(key.to_owned(), text(value).into());
    }
}

/// Bytes as text: as they are where they are UTF-8, else with all that is no printable ASCII escaped.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => {
            let mut out = String::new();
            for byte in bytes {
                match byte {
                    b' '..=b'~' => out.push(char::from(*byte)),
                    _ => out.push_str(&format!("\\x{byte:02x}")),
                }
            }
            Cow::Owned(out)
        }
    }
}

/// Headers of responses among those that `custom` may name.
const RESPONSE_HEADERS: &[&str] = &[
    "accept-ranges",
    "age",
    "allow",
    "connection",
    "content-encoding",
    "content-language",
    "content-length",
    "content-location",
    "content-md5",
    "content-range",
    "content-type",
    "date",
    "etag",
    "expires",
    "last-modified",
    "link",
    "location",
    "proxy-authenticate",
    "refresh",
    "retry-after",
    "server",
    "set-cookie",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "vary",
    "warning",
    "www-authenticate",
];
