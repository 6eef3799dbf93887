//! What every record begins with.

use std::net::IpAddr;
use std::sync::Arc;

use serde::Serialize;

use super::address::Address;
use super::bytes::mac;
use super::protocol::protocol_name;
use super::time::Rfc3339;
use super::{EveOptions, Origin};
use crate::event::{FlowRecord, PacketRecord, PacketSource};

/// What every record begins with.
#[derive(Serialize)]
pub(super) struct Head<'a> {
    timestamp: Rfc3339,
    #[serde(skip_serializing_if = "Option::is_none")]
    flow_id: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    in_iface: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pcap_cnt: Option<u64>,
    event_type: &'static str,
    #[serde(skip_serializing_if = "<[u16]>::is_empty")]
    vlan: &'a [u16],
    #[serde(skip_serializing_if = "Option::is_none")]
    src_ip: Option<Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    src_port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dest_ip: Option<Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dest_port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    proto: Option<Protocol>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip_v: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    icmp_type: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    icmp_code: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_icmp_type: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_icmp_code: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pkt_src: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tunnel: Option<TunnelBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ether: Option<Ether>,
    #[serde(skip_serializing_if = "Option::is_none")]
    community_id: Option<Arc<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pcap_filename: Option<&'a str>,
}

#[derive(Serialize)]
struct TunnelBody {
    src_ip: Address,
    #[serde(skip_serializing_if = "Option::is_none")]
    src_port: Option<u16>,
    dest_ip: Address,
    #[serde(skip_serializing_if = "Option::is_none")]
    dest_port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    proto: Option<Protocol>,
    depth: u8,
}

#[derive(Serialize)]
struct Ether {
    #[serde(skip_serializing_if = "Option::is_none")]
    ether_type: Option<u16>,
    src_mac: String,
    dest_mac: String,
}

/// An IP protocol by the name that EVE gives it.
pub(super) struct Protocol(u8);

impl Serialize for Protocol {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match protocol_name(self.0) {
            Some(name) => serializer.serialize_str(name),
            None => serializer.collect_str(&format_args!("{:03}", self.0)),
        }
    }
}

impl<'a> Head<'a> {
    /// Of a record about a packet.
    pub fn of_packet(
        event_type: &'static str,
        packet: &'a PacketRecord,
        origin: &Origin<'a>,
        options: &'a EveOptions,
    ) -> Self {
        let ether = packet.ethernet.filter(|_| options.ethernet);
        Self {
            timestamp: Rfc3339(packet.time),
            flow_id: packet.flow.as_ref().map(|f| f.id),
            in_iface: origin.interface,
            pcap_cnt: packet.number,
            event_type,
            vlan: &packet.vlan,
            src_ip: packet.addresses.map(|a| options.address(a.0)),
            src_port: packet.ports.map(|p| p.0),
            dest_ip: packet.addresses.map(|a| options.address(a.1)),
            dest_port: packet.ports.map(|p| p.1),
            proto: packet.protocol.map(Protocol),
            ip_v: packet.addresses.map(|a| version(a.0)),
            icmp_type: packet.icmp.map(|i| i.0),
            icmp_code: packet.icmp.map(|i| i.1),
            response_icmp_type: None,
            response_icmp_code: None,
            pkt_src: Some(source_name(packet.source)),
            tunnel: packet.tunnel.map(|tunnel| TunnelBody {
                src_ip: options.address(tunnel.addresses.0),
                src_port: tunnel.ports.map(|p| p.0),
                dest_ip: options.address(tunnel.addresses.1),
                dest_port: tunnel.ports.map(|p| p.1),
                proto: tunnel.protocol.map(Protocol),
                depth: tunnel.depth,
            }),
            ether: ether.map(|(src, dst)| Ether {
                ether_type: packet.ether_type,
                src_mac: mac(src),
                dest_mac: mac(dst),
            }),
            community_id: packet.flow.as_ref().and_then(|f| f.community_id.clone()),
            host: options.sensor_name.as_deref(),
            pcap_filename: origin.capture.filter(|_| options.pcap_filename),
        }
    }

    /// Of the record of a flow's end.
    pub fn of_flow(
        event_type: &'static str,
        flow: &'a FlowRecord,
        origin: &Origin<'a>,
        options: &'a EveOptions,
    ) -> Self {
        let ports = Some(flow.summary.ports).filter(|_| has_ports(flow.protocol));
        let response = flow.icmp.and_then(|(_, response)| response);
        Self {
            timestamp: Rfc3339(flow.end),
            flow_id: Some(flow.summary.id),
            in_iface: origin.interface,
            pcap_cnt: None,
            event_type,
            vlan: &flow.vlan,
            src_ip: Some(options.address(flow.summary.addresses.0)),
            src_port: ports.map(|p| p.0),
            dest_ip: Some(options.address(flow.summary.addresses.1)),
            dest_port: ports.map(|p| p.1),
            proto: Some(Protocol(flow.protocol)),
            ip_v: Some(version(flow.summary.addresses.0)),
            icmp_type: flow.icmp.map(|(request, _)| request.0),
            icmp_code: flow.icmp.map(|(request, _)| request.1),
            response_icmp_type: response.map(|r| r.0),
            response_icmp_code: response.map(|r| r.1),
            pkt_src: None,
            tunnel: None,
            ether: None,
            community_id: flow.summary.community_id.clone(),
            host: options.sensor_name.as_deref(),
            pcap_filename: origin.capture.filter(|_| options.pcap_filename),
        }
    }
}

/// Whether the protocol has ports.
pub(super) const fn has_ports(protocol: u8) -> bool {
    matches!(protocol, 6 | 17 | 132)
}

const fn version(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => 4,
        IpAddr::V6(_) => 6,
    }
}

const fn source_name(source: PacketSource) -> &'static str {
    match source {
        PacketSource::Wire => "wire/pcap",
        PacketSource::Tunnel(name) => name,
        PacketSource::Defragmented => "defrag",
        PacketSource::Timeout => "stream (flow timeout)",
    }
}
