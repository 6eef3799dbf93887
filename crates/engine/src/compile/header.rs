//! The header of a rule: protocol names, addresses and ports.

use std::sync::Arc;

use rule_parser::{Diagnostic, Direction, Span};

use super::variables::Variables;
use crate::app_layer::{AppLayer, AppSet};
use crate::rule::{AddressSet, Header, PortSet, ProtocolSet};

/// What a protocol name of a header stands for.
#[derive(Clone, Debug)]
pub(super) struct ProtocolName {
    /// Which packets.
    pub packets: ProtocolSet,
    /// `tcp-pkt`.
    pub packet_payload: bool,
    /// `tcp-stream`.
    pub stream_payload: bool,
    /// Flows that speak one of these.
    pub app: Option<AppSet>,
}

/// The names that a header may have, for packets.
pub const PROTOCOLS: &[&str] = &[
    "arp",
    "esp",
    "ether",
    "icmp",
    "icmpv4",
    "icmpv6",
    "igmp",
    "ip",
    "ipv4",
    "ipv6",
    "pkthdr",
    "sctp",
    "tcp",
    "tcp-pkt",
    "tcp-stream",
    "udp",
];

/// Looks a protocol name up; `None` when it is no protocol of packets.
pub(super) fn protocol(name: &str, layer: &AppLayer) -> Option<ProtocolName> {
    let plain = |packets| {
        Some(ProtocolName {
            packets,
            packet_payload: false,
            stream_payload: false,
            app: None,
        })
    };
    let only = |v4, v6| ProtocolSet {
        v4,
        v6,
        ..ProtocolSet::IP
    };
    match name.to_ascii_lowercase().as_str() {
        "ip" => plain(ProtocolSet::IP),
        "tcp" => plain(ProtocolSet::one(6)),
        "tcp-pkt" => Some(ProtocolName {
            packets: ProtocolSet::one(6),
            packet_payload: true,
            stream_payload: false,
            app: None,
        }),
        "tcp-stream" => Some(ProtocolName {
            packets: ProtocolSet::one(6),
            packet_payload: false,
            stream_payload: true,
            app: None,
        }),
        "udp" => plain(ProtocolSet::one(17)),
        "icmp" => plain(ProtocolSet::one(1).with(58)),
        "icmpv4" => plain(ProtocolSet {
            v6: false,
            ..ProtocolSet::one(1)
        }),
        "icmpv6" => plain(ProtocolSet {
            v4: false,
            ..ProtocolSet::one(58)
        }),
        "igmp" => plain(ProtocolSet::one(2)),
        "sctp" => plain(ProtocolSet::one(132)),
        "esp" => plain(ProtocolSet::one(50)),
        "ipv4" | "ip4" => plain(only(true, false)),
        "ipv6" | "ip6" => plain(only(false, true)),
        "pkthdr" | "ether" => plain(ProtocolSet {
            any_packet: true,
            ..ProtocolSet::IP
        }),
        "arp" => plain(ProtocolSet {
            arp: true,
            ..ProtocolSet::NONE
        }),
        name => application(name, layer),
    }
}

/// An application protocol: the packets that carry it, in flows that speak it.
fn application(name: &str, layer: &AppLayer) -> Option<ProtocolName> {
    let app = layer.named(name)?;
    let mut packets = ProtocolSet {
        v4: true,
        v6: true,
        ..ProtocolSet::NONE
    };
    for [tcp, udp] in app.iter().filter_map(|id| layer.get(id)).map(|app| app.transports()) {
        packets = if tcp { packets.with(6) } else { packets };
        packets = if udp { packets.with(17) } else { packets };
    }
    Some(ProtocolName {
        packets,
        packet_payload: false,
        stream_payload: false,
        app: Some(app),
    })
}

/// Puts the header together. A rule without networks and ports applies to all.
pub(super) fn header(
    header: &rule_parser::Header<'_>,
    packets: ProtocolSet,
    variables: &Variables,
) -> Result<Header, Vec<Diagnostic>> {
    let Some(ends) = &header.endpoints else {
        return Ok(Header {
            protocols: packets,
            src: None,
            dst: None,
            src_ports: None,
            dst_ports: None,
            both_ways: false,
        });
    };
    let mut problems = Vec::new();
    let mut note = |problem| problems.push(problem);
    let src = variables.addresses_of(&ends.src).map_err(&mut note).ok();
    let dst = variables.addresses_of(&ends.dst).map_err(&mut note).ok();
    let src_ports = ends
        .src_ports
        .as_ref()
        .and_then(|p| variables.ports_of(p).map_err(&mut note).ok());
    let dst_ports = ends
        .dst_ports
        .as_ref()
        .and_then(|p| variables.ports_of(p).map_err(&mut note).ok());
    if ends.direction.value == Direction::Transactional {
        problems.push(transactional(ends.direction.span));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    // Suricata: a rule whose two sides are the same is not doubled.
    let same_sides = src == dst && src_ports == dst_ports;
    Ok(Header {
        protocols: packets,
        src: src.filter(|set: &Arc<AddressSet>| !set.is_any()),
        dst: dst.filter(|set: &Arc<AddressSet>| !set.is_any()),
        src_ports: src_ports.filter(|set: &Arc<PortSet>| !set.is_any()),
        dst_ports: dst_ports.filter(|set: &Arc<PortSet>| !set.is_any()),
        both_ways: ends.direction.value == Direction::Both && !same_sides,
    })
}

fn transactional(span: Span) -> Diagnostic {
    Diagnostic::error(
        super::codes::NOT_SUPPORTED,
        "transactional rules (`=>`) are not supported yet",
        span,
    )
    .label("needs application protocols")
    .help("write one rule for the request and one for the response")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_protocols() {
        let layer = AppLayer::default();
        let protocol = |name| protocol(name, &layer);
        assert!(protocol("TCP").is_some_and(|p| p.packets.has(6) && !p.packets.has(17)));
        assert!(protocol("icmp").is_some_and(|p| p.packets.has(1) && p.packets.has(58)));
        assert!(protocol("tcp-pkt").is_some_and(|p| p.packet_payload));
        assert!(protocol("http").is_none());
        assert!(PROTOCOLS.iter().all(|name| protocol(name).is_some()));
    }
}
