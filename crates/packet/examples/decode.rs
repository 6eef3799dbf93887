//! Prints what each packet of a pcap file is, and what is wrong with it.
//!
//! ```text
//! cargo run -p packet --example decode -- FILE.pcap
//! ```
//!
//! A line for each packet, and one for each packet within: number, depth, addresses, IP protocol,
//! ports, length of the payload, then events. `!` marks a packet that is invalid, `?` one that is malformed.

use std::io::{BufWriter, Write};

use packet::{DecodeConfig, LinkType, Packet, Timestamp};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: decode FILE.pcap")?;
    let file = std::fs::read(path)?;
    let (link, packets) = records(&file).ok_or("not a little-endian pcap file")?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    let config = DecodeConfig::default();
    for (number, (time, data)) in (1..).zip(packets) {
        let mut next = Some(Packet::decode(data, link, time, number, &config));
        while let Some(packet) = next {
            print(&mut out, &packet)?;
            next = packet.decode_inner(&config);
        }
    }
    Ok(out.flush()?)
}

fn print(out: &mut impl Write, packet: &Packet<'_>) -> std::io::Result<()> {
    let mark = match (packet.invalid, packet.malformed) {
        (true, _) => '!',
        (_, true) => '?',
        _ => ' ',
    };
    write!(out, "{}.{}{mark}", packet.number, packet.depth)?;
    if let (Some(src), Some(dst)) = (packet.src(), packet.dst()) {
        write!(out, " {src} {dst}")?;
    }
    if let Some(protocol) = packet.ip_proto() {
        let (src, dst) = (packet.src_port(), packet.dst_port());
        write!(out, " proto {protocol} {src} {dst} payload {}", packet.payload.len())?;
    }
    let vlan = packet.vlan.iter().take(usize::from(packet.vlan_count));
    for id in vlan {
        write!(out, " vlan {id}")?;
    }
    for event in packet.events.iter() {
        write!(out, " {}", event.name())?;
    }
    writeln!(out)
}

type Record<'a> = (Timestamp, &'a [u8]);

/// The link type and the packets of a pcap file in little-endian order, up to where it is cut off.
fn records(file: &[u8]) -> Option<(LinkType, impl Iterator<Item = Record<'_>>)> {
    let word = |at: usize| Some(u32::from_le_bytes(*file.get(at..)?.first_chunk()?));
    if word(0)? != 0xa1b2_c3d4 {
        return None;
    }
    let mut at = 24;
    let packets = std::iter::from_fn(move || {
        let time = Timestamp::new(i64::from(word(at)?), i64::from(word(at + 4)?) * 1000);
        let start = at + 16;
        let data = file.get(start..start + word(at + 8)? as usize)?;
        at = start + data.len();
        Some((time, data))
    });
    Some((LinkType::from_pcap(word(20)?), packets))
}
