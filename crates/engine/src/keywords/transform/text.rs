//! White space, header lines and prefixes.

use super::transform_keyword;

transform_keyword! {
    /// Of every run of white space only the first byte is kept.
    COMPRESS_WHITESPACE = "compress_whitespace", |input, output| {
        let mut previous = false;
        output.extend(input.iter().copied().filter(|byte| {
            let keep = !(previous && is_space(*byte));
            previous = is_space(*byte);
            keep
        }));
    };
    "runs of white space become one byte"; "alert tcp any any -> any any (msg:\"a\"; tcp.hdr; compress_whitespace; content:\"a b\"; sid:1;)"
}

transform_keyword! {
    /// All white space is taken out: spaces, tabs, line ends, vertical tabs and form feeds.
    STRIP_WHITESPACE = "strip_whitespace", |input, output| output.extend(input.iter().copied().filter(|byte| !is_space(*byte)));
    "white space is taken out"; "alert tcp any any -> any any (msg:\"a\"; tcp.hdr; strip_whitespace; content:\"ab\"; sid:1;)"
}

transform_keyword! {
    /// Lines that start with a colon are taken out: the pseudo headers of HTTP/2, so that header buffers of both versions look alike.
    STRIP_PSEUDO_HEADERS = "strip_pseudo_headers", |input, output| {
        for line in input.split_inclusive(|byte| *byte == b'\n').filter(|line| line.first() != Some(&b':')) {
            output.extend_from_slice(line);
        }
    };
    "HTTP/2 pseudo headers are taken out"; "alert tcp any any -> any any (msg:\"a\"; tcp.hdr; strip_pseudo_headers; content:\"a\"; sid:1;)"
}

transform_keyword! {
    /// A dot is put before the buffer, so that `content:\".example.org\"; endswith;` finds the domain itself and everything in it.
    DOTPREFIX = "dotprefix", |input, output| {
        output.push(b'.');
        output.extend_from_slice(input);
    };
    "a dot is put before the buffer"; "alert tcp any any -> any any (msg:\"a\"; tcp.hdr; dotprefix; content:\".example.org\"; endswith; sid:1;)"
}

transform_keyword! {
    /// The names of headers become lower case: in every line what comes before the first colon.
    HEADER_LOWERCASE = "header_lowercase", |input, output| {
        for line in input.split_inclusive(|byte| *byte == b'\n') {
            let name = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
            output.extend(line.iter().enumerate().map(|(at, byte)| if at < name { byte.to_ascii_lowercase() } else { *byte }));
        }
    };
    "header names become lower case"; "alert tcp any any -> any any (msg:\"a\"; tcp.hdr; header_lowercase; content:\"host:\"; sid:1;)"
}

/// White space as C has it.
const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | 0x0b | 0x0c | b'\r')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keywords::transform::tests::apply;

    #[test]
    fn white_space() {
        assert_eq!(
            apply(&COMPRESS_WHITESPACE, "", b" a\t\n b  c ").as_deref(),
            Ok(&b" a\tb c "[..])
        );
        assert_eq!(
            apply(&STRIP_WHITESPACE, "", b" a\t\x0b b\r\n").as_deref(),
            Ok(&b"ab"[..])
        );
        assert!(apply(&STRIP_WHITESPACE, "1", b"").is_err());
    }

    #[test]
    fn headers() {
        assert_eq!(
            apply(&STRIP_PSEUDO_HEADERS, "", b"\r\n:method\r\nhost\r\n:path\r\n\r\n").as_deref(),
            Ok(&b"\r\nhost\r\n\r\n"[..])
        );
        assert_eq!(
            apply(&HEADER_LOWERCASE, "", b"Host: Example\r\nAccept: B:C\r\n").as_deref(),
            Ok(&b"host: Example\r\naccept: B:C\r\n"[..])
        );
        assert_eq!(
            apply(&DOTPREFIX, "", b"example.org").as_deref(),
            Ok(&b".example.org"[..])
        );
    }
}
