//! A capture cut off anywhere, or changed anywhere, gives the packets before and an error; never a panic.

use std::io::{Cursor, Write};

use capture::{CaptureError, CaptureFile, Input, PcapWriter, Resolution};
use packet::{LinkType, Timestamp};
use proptest::prelude::*;

/// Every packet, and how the capture ended.
fn read(bytes: &[u8]) -> (Vec<Vec<u8>>, Option<CaptureError>) {
    let mut packets = Vec::new();
    let mut file = match CaptureFile::from_reader(Input::Stdin, Cursor::new(bytes.to_vec())) {
        Ok(file) => file,
        Err(e) => return (packets, Some(e)),
    };
    loop {
        match file.next() {
            Ok(Some(frame)) => packets.push(frame.data.to_vec()),
            Ok(None) => return (packets, None),
            Err(e) => return (packets, Some(e)),
        }
    }
}

/// A file and where each of its packets ends.
struct Made {
    bytes: Vec<u8>,
    header: usize,
    ends: Vec<usize>,
}

fn pcap(packets: &[Vec<u8>]) -> Made {
    let mut writer = PcapWriter::new(Vec::new(), LinkType::Ethernet, Resolution::Nanos).unwrap();
    for (i, packet) in packets.iter().enumerate() {
        writer.write(Timestamp::new(i as i64, 1), packet).unwrap();
    }
    let bytes = writer.finish().unwrap();
    let ends = ends(24, packets, |packet| packet.len() + 16);
    Made {
        bytes,
        header: 24,
        ends,
    }
}

fn pcapng(packets: &[Vec<u8>]) -> Made {
    let mut bytes = Vec::new();
    let mut block = |kind: u32, body: &[u8]| {
        let length = body.len() as u32 + 12;
        bytes.extend(kind.to_le_bytes());
        bytes.extend(length.to_le_bytes());
        bytes.extend(body);
        bytes.extend(length.to_le_bytes());
    };
    block(
        0x0a0d_0d0a,
        b"\x4d\x3c\x2b\x1a\x01\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff",
    );
    block(1, b"\x01\0\0\0\0\0\x04\0");
    for packet in packets {
        let length = packet.len() as u32;
        let mut body: Vec<u8> = [0, 0, 0, length, length].map(u32::to_le_bytes).concat();
        body.extend(packet);
        body.resize(body.len().next_multiple_of(4), 0);
        block(6, &body);
    }
    Made {
        bytes,
        header: 48,
        ends: ends(48, packets, |packet| packet.len().next_multiple_of(4) + 32),
    }
}

fn ends(header: usize, packets: &[Vec<u8>], length: impl Fn(&[u8]) -> usize) -> Vec<usize> {
    let ends = packets.iter().scan(header, |end, packet| {
        *end += length(packet);
        Some(*end)
    });
    ends.collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

fn packets() -> impl Strategy<Value = Vec<Vec<u8>>> {
    prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 0..20)
}

/// All packets that end before the cut are there, and an error unless it is between two.
fn check_cut(made: &Made, packets: &[Vec<u8>], cut: usize) {
    let (seen, error) = read(&made.bytes[..cut]);
    let whole = made.ends.iter().filter(|&&end| end <= cut).count();
    assert_eq!(seen, packets[..whole]);
    // A section header alone is a whole pcapng file, too.
    let between = cut == made.header || made.ends.contains(&cut) || (made.header == 48 && cut == 28);
    match error {
        None => assert!(between, "no error at {cut}"),
        Some(CaptureError::Empty { .. }) => assert_eq!(cut, 0),
        Some(CaptureError::Foreign { .. }) => assert!(cut < 4),
        Some(CaptureError::Truncated { place, says, left, .. }) => {
            assert!(!between && says > left, "{says} > {left} at {cut}");
            assert_eq!(place.packets, whole as u64);
            assert!(place.offset <= cut as u64);
        }
        Some(other) => panic!("{other}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_cut_anywhere(packets in packets(), at in any::<prop::sample::Index>(), ng in any::<bool>()) {
        let made = if ng { pcapng(&packets) } else { pcap(&packets) };
        check_cut(&made, &packets, at.index(made.bytes.len() + 1));
    }

    #[test]
    fn a_cut_anywhere_in_compressed_data(packets in packets(), at in any::<prop::sample::Index>(), gz in any::<bool>()) {
        let made = pcap(&packets);
        let packed = if gz { gzip(&made.bytes) } else { zstd(&made.bytes) };
        let cut = at.index(packed.len());
        let (seen, error) = read(&packed[..cut]);
        prop_assert_eq!(&seen[..], &packets[..seen.len()]);
        match error {
            Some(CaptureError::Empty { .. }) => prop_assert_eq!(cut, 0),
            Some(CaptureError::Foreign { .. }) => prop_assert!(cut < 4),
            Some(CaptureError::CutStream { .. }) => {}
            other => prop_assert!(false, "{other:?} at {cut} of {}", packed.len()),
        }
        let (seen, error) = read(&packed);
        prop_assert!(error.is_none());
        prop_assert_eq!(seen, packets);
    }

    #[test]
    fn a_change_anywhere(
        packets in packets(), at in any::<prop::sample::Index>(), byte in any::<u8>(), kind in 0..6,
    ) {
        let plain = if kind % 2 == 0 { pcap(&packets) } else { pcapng(&packets) }.bytes;
        let mut bytes = match kind / 2 { 0 => plain, 1 => gzip(&plain), _ => zstd(&plain) };
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let (seen, error) = read(&bytes);
        if let Some(error) = error {
            let text = error.to_string();
            prop_assert!(text.starts_with("standard input: "), "{text}");
        }
        prop_assert!(seen.len() <= bytes.len());
    }

    #[test]
    fn noise_after_each_magic(noise in prop::collection::vec(any::<u8>(), 0..400), magic in 0..6_usize) {
        let magics: [&[u8]; 6] = [
            b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\x3c\x4d", b"\xa1\xb2\xcd\x34", b"\x0a\x0d\x0d\x0a", b"\x1f\x8b\x08\0",
            b"\x28\xb5\x2f\xfd",
        ];
        let mut bytes = magics[magic].to_vec();
        bytes.extend(noise);
        read(&bytes);
    }
}

#[test]
fn every_cut_of_one_capture() {
    let packets: Vec<Vec<u8>> = (0..5).map(|i| vec![i; 7 * usize::from(i)]).collect();
    for made in [pcap(&packets), pcapng(&packets)] {
        for cut in 0..=made.bytes.len() {
            check_cut(&made, &packets, cut);
        }
    }
}

#[test]
fn the_error_reads_well() {
    let packets: Vec<Vec<u8>> = (0..17).map(|_| vec![0; 1500]).collect();
    let made = pcap(&packets);
    let start = made.ends[15];
    let (seen, error) = read(&made.bytes[..start + 16 + 312]);
    assert_eq!(seen.len(), 16);
    assert_eq!(
        error.unwrap().to_string(),
        format!(
            "standard input: truncated: packet 17 at byte {start} says 1500 bytes, 312 are left; \
             16 packets were read; the end was cut off: copy or record it again"
        )
    );
}

#[test]
fn a_zstd_capture_gives_what_was_decoded_before_the_cut() {
    // Larger than zstd's blocks, so that whole blocks come before the cut.
    let packets: Vec<Vec<u8>> = (0..2000_u32)
        .map(|i| (0..100).flat_map(|j| (i * j).to_le_bytes()).collect())
        .collect();
    let made = pcap(&packets);
    let packed = zstd(&made.bytes);
    let (seen, error) = read(&packed[..packed.len() - 10]);
    assert!(matches!(error, Some(CaptureError::CutStream { .. })), "{error:?}");
    assert!(seen.len() > 1000, "{} of 2000", seen.len());
}
