//! Text: what it is written in, and what it is.

use super::{MAGIC_BYTES, Told};

/// A text that begins like this; `None` for what is none.
pub(super) fn tell(data: &[u8]) -> Told {
    let (encoding, body) = encoding(data)?;
    let lines = lines(data);
    let Some(kind) = kind(body) else {
        let sense = if encoding.starts_with("Unicode text, UTF-16") {
            " text"
        } else {
            ""
        };
        return Some(format!("{encoding}{sense}{lines}").into());
    };
    Some(match kind {
        Kind::Whole(name) => name.into(),
        Kind::Of(name) => format!("{name}, {encoding}{lines}").into(),
        Kind::Script(name) => format!("{name}, {encoding} executable{lines}").into(),
    })
}

/// What a text is.
enum Kind {
    /// Said without its encoding.
    Whole(&'static str),
    /// Said with its encoding.
    Of(&'static str),
    /// A script.
    Script(&'static str),
}

/// What a text is written in, and the text without its byte order mark.
fn encoding(data: &[u8]) -> Option<(&'static str, &[u8])> {
    if let Some(body) = data.strip_prefix(b"\xef\xbb\xbf") {
        return valid_utf8(body).then_some(("Unicode text, UTF-8 (with BOM) text", body));
    }
    if let Some(body) = data.strip_prefix(b"\xff\xfe") {
        return Some(("Unicode text, UTF-16, little-endian", body));
    }
    if let Some(body) = data.strip_prefix(b"\xfe\xff") {
        return Some(("Unicode text, UTF-16, big-endian", body));
    }
    if !data.iter().all(|b| is_text(*b)) {
        return None;
    }
    let encoding = if data.is_ascii() {
        "ASCII text"
    } else if valid_utf8(data) {
        "Unicode text, UTF-8 text"
    } else if data.iter().all(|b| *b < 0x80 || *b >= 0xa0) {
        "ISO-8859 text"
    } else {
        "Non-ISO extended-ASCII text"
    };
    Some((encoding, data))
}

/// Whether a byte occurs in texts: no control characters but those of layout.
const fn is_text(byte: u8) -> bool {
    matches!(byte, 7..=13 | 27 | 0x20..=0x7e | 0x80..)
}

/// Whether it is UTF-8, its end perhaps cut off.
fn valid_utf8(data: &[u8]) -> bool {
    match std::str::from_utf8(data) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none() && data.len() >= MAGIC_BYTES - 3,
    }
}

/// How long its lines are and what ends them.
fn lines(data: &[u8]) -> String {
    let mut out = String::new();
    let longest = data.split(|b| *b == b'\n').map(<[u8]>::len).max().unwrap_or(0);
    if longest > 300 {
        out.push_str(", with very long lines");
    }
    let feeds = memchr::memchr_iter(b'\n', data).count();
    let both = memchr::memmem::find_iter(data, b"\r\n").count();
    let returns = memchr::memchr_iter(b'\r', data).count();
    let ends = match (both, feeds > both, returns > both) {
        (0, false, false) => ", with no line terminators",
        (0, _, false) => "",
        (0, false, true) => ", with CR line terminators",
        (0, true, true) => ", with CR, LF line terminators",
        (_, false, false) => ", with CRLF line terminators",
        (_, true, false) => ", with CRLF, LF line terminators",
        (_, false, true) => ", with CRLF, CR line terminators",
        (_, true, true) => ", with CRLF, CR, LF line terminators",
    };
    out.push_str(ends);
    out
}

fn kind(body: &[u8]) -> Option<Kind> {
    if let Some(line) = body.strip_prefix(b"#!") {
        return script(line.split(|b| *b == b'\n').next().unwrap_or_default());
    }
    let text = body.trim_ascii_start();
    let begins = |start: &str| {
        text.get(..start.len())
            .is_some_and(|b| b.eq_ignore_ascii_case(start.as_bytes()))
    };
    let holds = |needle: &[u8]| memchr::memmem::find(text, needle).is_some();
    if begins("<?xml") {
        return Some(if holds(b"<svg") {
            Kind::Whole("SVG Scalable Vector Graphics image")
        } else {
            Kind::Of("XML 1.0 document")
        });
    }
    if begins("<svg") {
        return Some(Kind::Whole("SVG Scalable Vector Graphics image"));
    }
    let html = [
        "<!doctype html",
        "<html",
        "<head",
        "<title",
        "<body",
        "<script",
        "<!--",
        "<table",
        "<a href",
        "<h1",
        "<style",
        "<iframe",
    ];
    if html.iter().any(|start| begins(start)) {
        return Some(Kind::Of("HTML document"));
    }
    if begins("<?php") {
        return Some(Kind::Of("PHP script"));
    }
    if begins("@echo off") {
        return Some(Kind::Of("DOS batch file"));
    }
    if ["Received: ", "Return-Path: ", "From: ", "Delivered-To: "]
        .iter()
        .any(|start| begins(start))
    {
        return Some(Kind::Of("RFC 822 mail"));
    }
    // JSON, as far as its start tells: RFC 8259 section 2.
    let object = text.strip_prefix(b"{").map(<[u8]>::trim_ascii_start);
    if object.is_some_and(|rest| rest.starts_with(b"\"") && memchr::memmem::find(rest, b"\":").is_some()) {
        return Some(Kind::Whole("JSON text data"));
    }
    None
}

/// A script, by its first line.
fn script(line: &[u8]) -> Option<Kind> {
    let has = |name: &str| memchr::memmem::find(line, name.as_bytes()).is_some();
    Some(if has("perl") {
        Kind::Whole("Perl script text executable")
    } else if has("python") {
        Kind::Script("Python script")
    } else if has("ruby") {
        Kind::Script("Ruby script")
    } else if has("node") {
        Kind::Script("Node.js script")
    } else if has("php") {
        Kind::Script("PHP script")
    } else if has("bash") {
        Kind::Script("Bourne-Again shell script")
    } else if has("zsh") {
        Kind::Script("Paul Falstad's zsh script")
    } else if has("/sh") || has("dash") {
        Kind::Script("POSIX shell script")
    } else {
        return None;
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts() {
        let texts: &[(&[u8], &str)] = &[
            (b"ab", "ASCII text, with no line terminators"),
            (b"ab\n", "ASCII text"),
            (b"a\nb\r\nc", "ASCII text, with CRLF, LF line terminators"),
            ("h\u{e9}llo\n".as_bytes(), "Unicode text, UTF-8 text"),
            (b"h\xe9llo\n", "ISO-8859 text"),
            (
                b"  <HTML>\r\n<head>\r\n",
                "HTML document, ASCII text, with CRLF line terminators",
            ),
            (b"<?xml version=\"1.0\"?>\n<a/>\n", "XML 1.0 document, ASCII text"),
            (b"#!/bin/sh\necho\n", "POSIX shell script, ASCII text executable"),
            (b"{\"a\":1}\n", "JSON text data"),
            (b"\xff\xfeh\0\n\0", "Unicode text, UTF-16, little-endian text"),
        ];
        for (text, kind) in texts {
            assert_eq!(tell(text).as_deref(), Some(*kind), "{text:?}");
        }
        assert_eq!(tell(b"\0\x01"), None);
    }
}
