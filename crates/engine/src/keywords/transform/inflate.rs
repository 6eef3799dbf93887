//! `gunzip` and `zlib_deflate`: compression undone.

use std::io::Read;
use std::sync::Arc;

use flate2::read::{MultiGzDecoder, ZlibDecoder};
use rule_parser::value;

use crate::buffer::Transform;
use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem};

/// `gunzip`: gzip undone.
pub static GUNZIP: Keyword = Keyword {
    name: "gunzip",
    aliases: &[],
    summary: "gzip is undone",
    docs: "The buffer, compressed with gzip (RFC 1952), is decompressed: at most 1024 bytes, or so many as `gunzip:max-size <n>` says. What cannot be decompressed \
           gives an empty buffer.",
    example: "alert tcp any any -> any any (msg:\"a\"; tcp.hdr; gunzip; content:\"evil\"; sid:1;)",
    deviation: None,
    kind: Kind::Transform(|arg| {
        let max = max_size(arg)?;
        let apply = move |input: &[u8], output: &mut Vec<u8>| inflate(MultiGzDecoder::new(input), max, output);
        Ok(Transform {
            key: format!("gunzip:{max}").into(),
            apply: Arc::new(apply),
            prefilter: true,
        })
    }),
};

/// `zlib_deflate`: zlib undone.
pub static ZLIB_DEFLATE: Keyword = Keyword {
    name: "zlib_deflate",
    aliases: &[],
    summary: "zlib is undone",
    docs: "The buffer, compressed in the format zlib (RFC 1950), is decompressed: at most 1024 bytes, or so many as `zlib_deflate:max-size <n>` says. What cannot be \
           decompressed gives an empty buffer.",
    example: "alert tcp any any -> any any (msg:\"a\"; tcp.hdr; zlib_deflate; content:\"evil\"; sid:1;)",
    deviation: None,
    kind: Kind::Transform(|arg| {
        let max = max_size(arg)?;
        let apply = move |input: &[u8], output: &mut Vec<u8>| inflate(ZlibDecoder::new(input), max, output);
        Ok(Transform {
            key: format!("zlib_deflate:{max}").into(),
            apply: Arc::new(apply),
            prefilter: true,
        })
    }),
};

fn max_size(arg: &Arg<'_>) -> Parsed<u64> {
    if arg.text.is_none_or(str::is_empty) {
        return Ok(DEFAULT_MAX_SIZE);
    }
    let text = arg.spanned()?;
    match text.split_once(' ') {
        Some((name, size)) if name.value == "max-size" => match value::size(size)? {
            size @ 1..=MAX_SIZE => Ok(size),
            _ => Err(Problem::new("the size is out of bounds").help("use 1 to 16777216 bytes")),
        },
        _ => Err(Problem::new(format!("`{}` is not understood here", text.value)).help("write `max-size 4096`")),
    }
}

fn inflate(mut from: impl Read, max: u64, output: &mut Vec<u8>) {
    // An error in the middle leaves what came before it.
    let _ = from.by_ref().take(max).read_to_end(output);
}

/// LIMIT: a small buffer can hold a large one; this much of it is looked at.
const DEFAULT_MAX_SIZE: u64 = 1024;

const MAX_SIZE: u64 = 16 << 20;

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{GzEncoder, ZlibEncoder};

    use super::*;
    use crate::keywords::transform::tests::apply;

    #[test]
    fn up_to_the_limit() {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(b"This is compressed").expect("memory");
        let gzip = gzip.finish().expect("memory");
        assert_eq!(apply(&GUNZIP, "", &gzip).as_deref(), Ok(&b"This is compressed"[..]));
        assert_eq!(apply(&GUNZIP, "max-size 8", &gzip).as_deref(), Ok(&b"This is "[..]));
        assert_eq!(apply(&GUNZIP, "", b"This is not").as_deref(), Ok(&b""[..]));

        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
        zlib.write_all(&[0; 1 << 20]).expect("memory");
        let bomb = zlib.finish().expect("memory");
        assert_eq!(apply(&ZLIB_DEFLATE, "", &bomb).map(|out| out.len()), Ok(1024));
    }

    #[test]
    fn bad_values() {
        for text in ["max-size", "max-size 0", "max-size 1GB", "8", "foo 8"] {
            assert!(apply(&GUNZIP, text, b"").is_err(), "{text}");
        }
    }
}
