use flate2::{Compress, Compression, FlushCompress};
use proptest::prelude::*;

use super::*;

/// What decoding led to.
fn decode(encodings: &[Encoding], body: &[u8], pieces: &[usize], limit: usize) -> (Vec<u8>, Vec<BodyEvent>) {
    let settings = BodySettings {
        lzma: true,
        ..BodySettings::default()
    };
    let mut decoder = Decoder::new(encodings, &settings);
    let (mut out, mut events) = (Vec::new(), Events::new());
    let mut rest = body;
    for piece in pieces.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (now, later) = rest.split_at((*piece).clamp(1, rest.len()));
        let mut sink = |bytes: &[u8]| {
            out.extend_from_slice(bytes);
            out.len() < limit
        };
        decoder.append(now, &mut sink, &mut events);
        rest = later;
    }
    let mut sink = |bytes: &[u8]| {
        out.extend_from_slice(bytes);
        out.len() < limit
    };
    decoder.end(&mut sink, &mut events);
    (out, events.to_vec())
}

fn whole(encodings: &[Encoding], body: &[u8]) -> (Vec<u8>, Vec<BodyEvent>) {
    decode(encodings, body, &[body.len().max(1)], usize::MAX)
}

fn compress(mut with: Compress, data: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(data.len() + 200);
    with.compress_vec(data, &mut out, FlushCompress::Finish)
        .expect("compression");
    out
}

fn gzip(data: &[u8]) -> Vec<u8> {
    compress(Compress::new_gzip(Compression::default(), 15), data)
}

fn zlib(data: &[u8]) -> Vec<u8> {
    compress(Compress::new(Compression::default(), true), data)
}

fn deflate(data: &[u8]) -> Vec<u8> {
    compress(Compress::new(Compression::default(), false), data)
}

/// What `BROTLI` and `LZMA` decode to.
fn text() -> Vec<u8> {
    let words = b"hello MARK world, ".repeat(20);
    [words.clone(), (0..=255).collect(), words].concat()
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len() / 2)
        .map(|at| u8::from_str_radix(&text[at * 2..at * 2 + 2], 16).expect("hex"))
        .collect()
}

#[test]
fn every_encoding_is_taken_off() {
    use Encoding::{Brotli, Deflate, Gzip, Lzma};
    let text = text();
    for (encodings, body) in [
        (&[Gzip][..], gzip(&text)),
        (&[Gzip], zlib(&text)),
        (&[Deflate], deflate(&text)),
        (&[Brotli], hex(BROTLI)),
        (&[Lzma], hex(LZMA)),
        (&[Gzip, Gzip], gzip(&gzip(&text))),
        (&[Gzip, Deflate], gzip(&deflate(&text))),
        (&[Gzip, Brotli], gzip(&hex(BROTLI))),
    ] {
        assert_eq!(whole(encodings, &body), (text.clone(), vec![]), "{encodings:?}");
        for pieces in [[1, 1, 1], [7, 2, 30]] {
            assert_eq!(decode(encodings, &body, &pieces, usize::MAX).0, text, "{encodings:?}");
        }
    }
}

#[test]
fn another_encoding_than_the_one_named_is_an_event() {
    let failed = vec![BodyEvent::GzipDecompressionFailed];
    for (encoding, body) in [
        (Encoding::Gzip, deflate(&text())),
        (Encoding::Deflate, gzip(&text())),
        (Encoding::Deflate, zlib(&text())),
    ] {
        assert_eq!(whole(&[encoding], &body), (text(), failed.clone()), "{encoding:?}");
    }
}

#[test]
fn a_header_that_is_wrong_is_an_event() {
    let mut body = gzip(&text());
    body[3] = 0x40;
    assert_eq!(
        whole(&[Encoding::Gzip], &body),
        (text(), vec![BodyEvent::GzipDecompressionFailed])
    );
    body[3] = 2;
    body.splice(10..10, [0, 0]);
    assert_eq!(
        whole(&[Encoding::Gzip], &body),
        (text(), vec![BodyEvent::GzipDecompressionFailed])
    );
}

#[test]
fn what_is_not_encoded_passes() {
    let plain = b"plain text MARK, as it is";
    // It begins like deflate, which only the name of deflate makes believable.
    let json = br#"{"sdk_version":11026,"MARK":"com.xcm.huasheng"}"#;
    assert_eq!(whole(&[Encoding::Gzip], json).0, json);
    assert_eq!(decode(&[Encoding::Gzip], json, &[1], usize::MAX).0, json);
    for encoding in [Encoding::Gzip, Encoding::Deflate, Encoding::Lzma] {
        let (out, events) = whole(&[encoding], plain);
        assert_eq!(
            (out.as_slice(), events),
            (&plain[..], vec![BodyEvent::GzipDecompressionFailed]),
            "{encoding:?}"
        );
        assert_eq!(decode(&[encoding], plain, &[1], usize::MAX).0, plain, "{encoding:?}");
    }
}

#[test]
fn what_follows_the_stream_is_left_out() {
    let mut body = gzip(b"first");
    body.extend_from_slice(b"garbage");
    assert_eq!(whole(&[Encoding::Gzip], &body), (b"first".to_vec(), vec![]));
    let two = [gzip(b"first"), gzip(b"second")].concat();
    assert_eq!(whole(&[Encoding::Gzip], &two), (b"first".to_vec(), vec![]));
}

#[test]
fn what_went_before_an_error_is_shown() {
    let mut body = gzip(&text());
    let last = body.len() - 6;
    body[last] ^= 0x55;
    assert_eq!(
        whole(&[Encoding::Gzip], &body),
        (text(), vec![BodyEvent::GzipDecompressionFailed])
    );
    let cut = gzip(&text());
    let (out, events) = whole(&[Encoding::Gzip], &cut[..cut.len() - 20]);
    assert!(text().starts_with(&out) && !out.is_empty() && events.is_empty());
}

#[test]
fn one_layer_of_zeros_stops_at_the_limit() {
    let body = gzip(&vec![0; 10 << 20]);
    let (out, events) = decode(&[Encoding::Gzip], &body, &[1400], 100 << 10);
    assert!(out.len() < (100 << 10) + 8192 && events.is_empty());
}

#[test]
fn a_bomb_is_told_and_left() {
    let zeros = vec![0; 10 << 20];
    for (encodings, body) in [
        (&[Encoding::Gzip, Encoding::Gzip][..], gzip(&gzip(&zeros))),
        (&[Encoding::Brotli][..], hex(BROTLI_BOMB)),
        (&[Encoding::Brotli, Encoding::Gzip], hex(BROTLI_BOMB)),
    ] {
        let (out, events) = whole(encodings, &body);
        assert!(out.len() <= (1 << 20) + 2 * 8192, "{encodings:?}: {}", out.len());
        assert!(
            events.contains(&BodyEvent::CompressionBomb),
            "{encodings:?}: {events:?}"
        );
    }
}

#[test]
fn a_dictionary_that_is_too_large_ends_it() {
    let (out, events) = whole(&[Encoding::Lzma], &hex(LZMA_BOMB));
    assert!(
        out.starts_with(b"MARK\0\0") && out.len() <= (1 << 20) + 300,
        "{}",
        out.len()
    );
    assert!(events.contains(&BodyEvent::LzmaMemlimitReached));
}

#[test]
fn hostile_headers_ask_for_nothing() {
    // Literals that depend on all there is: tables of six megabytes.
    let mut body = hex(LZMA);
    body[0] = 8 + 9 * 4;
    assert_eq!(
        whole(&[Encoding::Lzma], &body).1,
        [BodyEvent::LzmaMemlimitReached, BodyEvent::GzipDecompressionFailed]
    );
}

proptest! {
    #[test]
    fn any_pieces_give_the_same_bytes(
        body in prop::collection::vec(prop_oneof![any::<u8>(), Just(b'a')], 0..3000),
        layers in prop::collection::vec(0usize..3, 1..4),
        pieces in prop::collection::vec(1usize..400, 1..8),
        broken in prop::option::of((any::<prop::sample::Index>(), 1u8..)),
    ) {
        let mut encoded = body;
        let mut encodings = Vec::new();
        for layer in layers {
            let (encoding, with): (_, fn(&[u8]) -> Vec<u8>) =
                [(Encoding::Gzip, gzip as _), (Encoding::Deflate, deflate as _), (Encoding::Gzip, zlib as _)][layer];
            encoded = with(&encoded);
            encodings.insert(0, encoding);
        }
        if let Some((at, flip)) = broken {
            let at = at.index(encoded.len());
            encoded[at] ^= flip;
        }
        prop_assert_eq!(decode(&encodings, &encoded, &pieces, usize::MAX), whole(&encodings, &encoded));
    }

    #[test]
    fn hostile_streams_end(body in prop::collection::vec(any::<u8>(), 0..600), which in 0usize..4, start in any::<bool>()) {
        let (encoding, begin) = [
            (Encoding::Gzip, hex("1f8b0800000000000003")),
            (Encoding::Deflate, vec![]),
            (Encoding::Brotli, hex(BROTLI)[..6].to_vec()),
            (Encoding::Lzma, hex(LZMA)[..18].to_vec()),
        ][which].clone();
        let body = if start { [begin, body].concat() } else { body };
        whole(&[encoding], &body);
        decode(&[encoding], &body, &[3, 1], usize::MAX);
    }
}

/// [`text`], as `brotli` writes it.
const BROTLI: &str = "1bcf03a09c09762c970969714b64b1816d1bfb92d53a38afe4bc531c9867ca03553ae0838f8ded0dda88815188ca81c39292\
    8c70c27a723c78c8a644d94e943a2b83d01988833050155f91d6e6fa0e04004230826238415234c372bc204ab2a26aba615a\
    b6e37a7e804a1beb7c88943897daa48fb9f6b9ef87519ca4595e9455ddb45d3f8cd3bcacdb7e9cd7edfe78bede9fefef0f80\
    108ca0184e9014cdb01c2f8892aca89a6e9896edb89e1f84519ca4595e9455ddb45d3f8cd3bcacdb7e9cd7fdbcdfef0f2018\
    41319c20299a61395e1025595135dd302ddb713d3f08a33849b3bc28abba69bb7e18a77959b7fd38affb79bf3f5443";

/// Ten megabytes of zeros.
const BROTLI_BOMB: &str = "cbffff3ff82700e2b14020f7fe2fffff3ff04f00c4611180eefd07";

/// [`text`], as `lzma` writes it.
const LZMA: &str = "5d00000100ffffffffffffffff00341949ee8de90c0bc93924d243314cf2782af9b1a371e76acc81f241150ce56e73006b6c\
    4176d5957f650df553288793ab07c4c65dbe6a1b8dc942b011457bb9ff698959e2a47e76073e05bd3c3dc234b18ba89083f1\
    8bbd751f667ab3c039032575050c29fc15e81d457d4e7c1d36135d24f40aa434d458a23c04050aa71571afd5795b96ac6621\
    91e61f42cd60153d705e6b9ab6c4c1b8db10d92b68bf7a26385ea2a7c4b70cd76c0c4300ce3c79a8e6f96aa0c25f9940cb35\
    261df9d6066a62d6d0b153926de83e58460aef971348e94e6233877afa83cb0afdcbf0f8b42f9e8212421721676a94c76e44\
    21aaf012f797ca2d8dbabb5947719e1da0c147a96970e82feffffece65e0";

/// `MARK` and three megabytes of zeros, with a dictionary of eight.
const LZMA_BOMB: &str = "5d00008000ffffffffffffffff002690468a2c82330b202578cb5ed6e25d209be705af4b89afc0ce6c9d572e4a21614351ac\
    40a9977c9590aee80439931272b96037841c19961dcd299d786c490e9fc149bd3752eac452a828ff24aa1770a855ec64a598\
    48b9f351d4fb77ab8314216ed1d57af33e14536276ac59e4e55b0508f9c7daadfcfb522b74cd1e5b2042f9dd533df8296409\
    3b80cb2a6cdfb53bf0c4bd2e5faa0f3e4b664290130eff1093f8717859f80bcdff9528460fa9fc7cdefb9a302e56c08f85f3\
    8381c065c42553f8f591363105a5b0ee6fc1704d470cd19111aaad601dbaceb127185c5986e9665258bee976ac59e4e55b05\
    08f9c7daadfcfb522b74cd1e5b2042f9dd533df82964093b80cb2a6cdfb53bf0c4bd2e5faa0f3e4b664290130eff1093f871\
    7859f80bcdff9528460fa9fc7cdefb9a302e56c08f85f38381c065c42553f8f591363105a5b0ee6fc1704d470cd19111aaad\
    601dbaceb127185c5986e9665258bee976ac59e4e55b0508f9c7daadfcfb522b74cd1e5b2042f9dd533df82964093b80cb2a\
    6cdfb53bf0c4bd2e5faa0f3e4b664290130eff1093f8717859f80bcdff9528460fa9fc7cdefb9a302e56c08f85f38381c065\
    c42553f8f591363105a5b0ee6fc1704d470cd19111aaad601dbaceb127185c5986e9665258bee976ac59e4e55b0508f9c7da\
    adfcfb522b74cd1e5b2042f9dd533df82964093b80cb2a6cdfb523237ac8d7fffff39c4000";
