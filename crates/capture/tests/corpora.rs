//! Real captures, packet by packet against libpcap's own reader.
#![cfg(feature = "live")]

use std::path::{Path, PathBuf};

use capture::{CaptureError, CaptureFile, Input};
use pcap::{Capture, Precision};

#[test]
fn real_captures_are_read_as_libpcap_reads_them() {
    let root = std::env::var_os("RULEIDS_SHARED")
        .map_or_else(
            || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
            PathBuf::from,
        )
        .join("corpora/pcaps");
    if !root.is_dir() {
        println!("skipped: {} is not there", root.display());
        return;
    }
    let all = capture::expand(&[&root]).unwrap();
    assert!(all.skipped.is_empty(), "{:?}", all.skipped);
    let (mut packets, mut whole, mut unlike) = (0, 0, Vec::new());
    for input in &all.inputs {
        let Input::File(path) = input else { continue };
        match compare(path) {
            Ok((count, None)) => {
                whole += 1;
                packets += count;
            }
            Ok((count, Some(error))) => {
                packets += count;
                println!("{error}");
            }
            Err(difference) => unlike.push(format!("{}: {difference}", path.display())),
        }
    }
    println!(
        "{} captures, {whole} of them whole, {packets} packets",
        all.inputs.len()
    );
    assert!(
        unlike.is_empty(),
        "{} unlike libpcap:\n{}",
        unlike.len(),
        unlike.join("\n")
    );
}

/// How many packets are alike, and the error they end with; or how they differ.
fn compare(path: &Path) -> Result<(u64, Option<CaptureError>), String> {
    let mut file = match CaptureFile::open(path) {
        Ok(file) => file,
        Err(e) => return Ok((0, Some(e))),
    };
    let mut oracle = Capture::from_file_with_precision(path, Precision::Nano).map_err(|e| format!("libpcap: {e}"))?;
    loop {
        let ours = match file.next() {
            Ok(ours) => ours,
            // libpcap has no decoders and reads on.
            Err(e @ CaptureError::LinkType { .. }) => return Ok((file.packets(), Some(e))),
            Err(e) => {
                return match oracle.next_packet() {
                    Ok(_) => Err(format!("libpcap reads on where we stop: {e}")),
                    Err(pcap::Error::NoMorePackets) => Err(format!("libpcap sees no damage: {e}")),
                    Err(_) => Ok((file.packets(), Some(e))),
                };
            }
        };
        match (ours, oracle.next_packet()) {
            (None, Err(pcap::Error::NoMorePackets)) => return Ok((file.packets(), None)),
            (None, Ok(_)) => return Err("libpcap has more packets".into()),
            // It takes only files whose interfaces are all alike.
            (Some(_), Err(pcap::Error::PcapError(e))) if e.starts_with("an interface has") => {
                println!("{}: not by libpcap: {e}", path.display());
                return rest(file);
            }
            (_, Err(e)) => return Err(format!("libpcap stops: {e}")),
            (Some(frame), Ok(theirs)) => {
                // libpcap cuts packets that are longer than the snap length of the file.
                if !frame.data.starts_with(theirs.data) || frame.orig_len != theirs.header.len {
                    return Err(format!("packet {} has other bytes", frame.number));
                }
                let time = packet::Timestamp::new(theirs.header.ts.tv_sec, theirs.header.ts.tv_usec);
                // In simple packet blocks there is no time: libpcap says 1970.
                if frame.time != time && time.0 != 0 {
                    return Err(format!(
                        "packet {} at {:?}, libpcap says {time:?}",
                        frame.number, frame.time
                    ));
                }
            }
        }
    }
}

/// Reads on without libpcap.
fn rest(mut file: CaptureFile) -> Result<(u64, Option<CaptureError>), String> {
    while file.next().map_err(|e| e.to_string())?.is_some() {}
    Ok((file.packets(), None))
}
