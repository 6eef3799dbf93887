//! Packets and flows as records tell of them: made only when something is told.

use std::sync::Arc;

use packet::{Direction, Network, Packet, Transport, Tunnel};

use super::shard::Session;
use crate::app_layer::AppLayer;
use crate::config::ReportConfig;
use crate::event::{
    AppNames, DroppedHeader, FlowRecord, FlowSummary, PacketRecord, PacketSource, TcpRecord, TunnelRecord,
};
use crate::exception::ExceptionPolicies;
use crate::flow::{EndReason, Flow, FlowFlags};

/// What records are to tell, and the names of protocols.
#[derive(Clone, Copy)]
pub(super) struct Reporting<'a> {
    pub config: ReportConfig,
    pub layer: &'a AppLayer,
    pub exceptions: ExceptionPolicies,
}

/// What records tell of a packet.
pub(super) fn packet_record(
    packet: &Packet<'_>,
    pseudo: bool,
    flow: Option<(&Flow<Session>, Direction)>,
    tunnel: Option<TunnelRecord>,
    report: &Reporting<'_>,
) -> Arc<PacketRecord> {
    let has_ports = matches!(
        packet.transport,
        Transport::Tcp(_) | Transport::Udp(_) | Transport::Sctp(_)
    );
    let icmp = match packet.transport {
        Transport::Icmpv4(icmp) => Some((icmp.kind(), icmp.code())),
        Transport::Icmpv6(icmp) => Some((icmp.kind(), icmp.code())),
        _ => None,
    };
    let vlans = usize::from(packet.vlan_count).min(packet.vlan.len());
    Arc::new(PacketRecord {
        time: packet.time,
        number: (!pseudo).then_some(packet.number),
        addresses: super::addresses(packet),
        ports: has_ports.then(|| (packet.src_port(), packet.dst_port())),
        protocol: packet.ip_proto(),
        icmp,
        vlan: packet.vlan.iter().take(vlans).copied().collect(),
        ethernet: packet.ethernet.map(|e| (e.src(), e.dst())),
        ether_type: match packet.network {
            Network::None => packet.ethernet.map(|e| e.ethertype()),
            _ => None,
        },
        source: source(packet, pseudo),
        flow: flow.map(|(flow, direction)| summary(flow, direction, report)),
        tunnel,
        packet: (report.config.packets && !pseudo).then(|| (packet.data.into(), packet.link)),
    })
}

/// What records of the packet within tell of this one; `None` when it is not IP.
pub(super) fn tunnel_record(outer: &Packet<'_>) -> Option<TunnelRecord> {
    let has_ports = matches!(
        outer.transport,
        Transport::Tcp(_) | Transport::Udp(_) | Transport::Sctp(_)
    );
    Some(TunnelRecord {
        addresses: super::addresses(outer)?,
        ports: has_ports.then(|| (outer.src_port(), outer.dst_port())),
        protocol: outer.ip_proto(),
        depth: outer.depth.saturating_add(1),
    })
}

/// What records tell of a packet's flow.
fn summary(flow: &Flow<Session>, direction: Direction, report: &Reporting<'_>) -> FlowSummary {
    let (client, server) = (flow.client(), flow.server());
    let counts = [flow.count(Direction::ToServer), flow.count(Direction::ToClient)];
    FlowSummary {
        id: flow.id(),
        start: flow.first(),
        addresses: (client.0, server.0),
        ports: (client.1, server.1),
        packets: counts.map(|c| c.packets),
        bytes: counts.map(|c| c.bytes),
        to_server: direction == Direction::ToServer,
        app: app_names(flow, report.layer),
        community_id: report
            .config
            .community_id
            .map(|seed| flow.community_id(seed).as_str().into()),
    }
}

/// The names of the protocols that a flow speaks.
fn app_names(flow: &Flow<Session>, layer: &AppLayer) -> AppNames {
    let Some(app) = &flow.session.app else {
        return AppNames::default();
    };
    let name = |id| layer.get(id).map(|app| app.name);
    // Suricata: datagrams of one direction are enough to give up.
    let vain = |direction| flow.session.tcp.is_none() && app.looked_in_vain(direction);
    let failed = app.is_off() || vain(Direction::ToServer) || vain(Direction::ToClient);
    let side = |direction| {
        app.looks(direction)
            .filter(|id| app.protocol() != Some(*id))
            .and_then(name)
            .or((app.protocol().is_some() && vain(direction)).then_some("failed"))
    };
    let (before, agreed) = app.before();
    AppNames {
        protocol: app.protocol().and_then(name).or(failed.then_some("failed")),
        to_server: side(Direction::ToServer),
        to_client: side(Direction::ToClient),
        original: before.and_then(name),
        expected: agreed.and_then(name),
    }
}

/// What records tell of a flow that ended.
pub(super) fn flow_record(flow: &Flow<Session>, report: &Reporting<'_>) -> FlowRecord {
    let tcp = flow.session.tcp.as_ref().map(|session| {
        let sides = [session.stream(Direction::ToServer), session.stream(Direction::ToClient)];
        TcpRecord {
            flags: sides.map(|s| s.tcp_flags()),
            state: session.state().name(),
            gaps: sides.map(|s| s.has_gap()),
        }
    });
    let vlan = flow.key().vlan();
    FlowRecord {
        summary: summary(flow, Direction::ToServer, report),
        protocol: flow.proto(),
        vlan: vlan.iter().copied().take_while(|id| *id != 0).collect(),
        icmp: flow
            .icmp()
            .map(|icmp| ((icmp.kind, icmp.code), icmp.response_kind.map(|kind| (kind, 0)))),
        end: flow.last(),
        state: flow.state().name(),
        reason: match flow.reason() {
            EndReason::Timeout => "timeout",
            EndReason::Forced => "forced",
            EndReason::Shutdown => "shutdown",
            EndReason::TcpReuse => "tcp_reuse",
        },
        alerted: flow.flags.contains(FlowFlags::ALERTED),
        action: if flow.flags.contains(FlowFlags::DROP) {
            Some("drop")
        } else {
            flow.flags.contains(FlowFlags::PASS).then_some("pass")
        },
        exceptions: flow
            .session
            .exceptions
            .iter()
            .map(|exception| (exception.target(), report.exceptions.of(exception).name()))
            .collect(),
        tcp,
    }
}

/// The header fields that records of dropped packets show.
pub(super) fn dropped_header(packet: &Packet<'_>) -> DroppedHeader {
    let mut header = DroppedHeader::default();
    match packet.network {
        Network::Ipv4(ip) => {
            header.length = ip.total_len();
            header.tos = ip.tos();
            header.ttl = ip.ttl();
            header.ip_id = ip.id().into();
        }
        Network::Ipv6(ip) => {
            header.length = ip.payload_len();
            header.tos = ip.traffic_class();
            header.ttl = ip.hop_limit();
        }
        _ => {}
    }
    match packet.transport {
        Transport::Tcp(tcp) => {
            header.tcp = Some((
                tcp.seq(),
                tcp.ack(),
                tcp.window(),
                tcp.flags(),
                tcp.reserved(),
                tcp.urgent(),
            ))
        }
        Transport::Udp(udp) => header.udp_length = Some(udp.len()),
        _ => {}
    }
    header
}

fn source(packet: &Packet<'_>, pseudo: bool) -> PacketSource {
    if pseudo {
        return PacketSource::Timeout;
    }
    match packet.tunnel {
        Tunnel::None => PacketSource::Wire,
        Tunnel::Ipip => PacketSource::Tunnel("ipv4 tunnel"),
        Tunnel::SixInFour => PacketSource::Tunnel("ipv6 in ipv4 tunnel"),
        Tunnel::FourInSix => PacketSource::Tunnel("ipv4 in ipv6 tunnel"),
        Tunnel::SixInSix => PacketSource::Tunnel("ipv6 tunnel"),
        Tunnel::Gre => PacketSource::Tunnel("gre tunnel"),
        Tunnel::Erspan => PacketSource::Tunnel("erspan tunnel"),
        Tunnel::Teredo => PacketSource::Tunnel("teredo tunnel"),
        Tunnel::Vxlan => PacketSource::Tunnel("vxlan encapsulation"),
        Tunnel::Geneve => PacketSource::Tunnel("geneve encapsulation"),
        Tunnel::Defragmented => PacketSource::Defragmented,
    }
}
