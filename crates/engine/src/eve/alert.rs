//! Alert records.

use serde::Serialize;
use serde::ser::SerializeMap;
use smallvec::SmallVec;

use super::address::Address;
use super::bytes::{base64, printable};
use super::flow::{AppBody, is_false};
use super::head::Head;
use super::time::Rfc3339;
use super::{EveOptions, Objects};
use crate::event::{Alert, FlowSummary, PacketRecord, VerdictAction, VerdictRecord};
use crate::rule::{RuleMeta, Target};

/// What alert records show beside the alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlertOptions {
    /// `payload`: the payload in base64.
    pub payload: bool,
    /// `payload_printable`: the payload as text.
    pub payload_printable: bool,
    /// `payload_length`: its length.
    pub payload_length: bool,
    /// `packet`: the whole packet in base64.
    pub packet: bool,
    /// The rule's `metadata`.
    pub metadata: bool,
    /// The rule's text.
    pub rule: bool,
    /// The rule's references.
    pub references: bool,
    /// `flow`: the flow's counters.
    pub flow: bool,
    /// `verdict`: what became of the packet.
    pub verdict: bool,
}

impl Default for AlertOptions {
    fn default() -> Self {
        Self {
            payload: false,
            payload_printable: false,
            payload_length: false,
            packet: false,
            metadata: true,
            rule: false,
            references: false,
            flow: true,
            verdict: false,
        }
    }
}

/// An alert record.
#[derive(Serialize)]
pub(super) struct AlertLine<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tx_id: Option<u64>,
    #[serde(skip_serializing_if = "is_false")]
    tx_guessed: bool,
    alert: AlertBody<'a>,
    #[serde(flatten)]
    fields: Option<Objects<'a>>,
    #[serde(flatten)]
    app: Option<AppBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<VerdictBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    direction: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flow: Option<FlowBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload_printable: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload_length: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<u8>,
    #[serde(flatten)]
    packet: PacketBytes,
}

/// The `alert` object.
#[derive(Serialize)]
pub(super) struct AlertBody<'a> {
    action: &'static str,
    gid: u32,
    signature_id: u32,
    rev: u32,
    signature: &'a str,
    category: &'a str,
    severity: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<Side>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<Side>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<Metadata<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    references: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'a str>,
}

/// What became of a packet.
#[derive(Serialize)]
pub(super) struct VerdictBody {
    action: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reject_target: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reject: Option<[&'static str; 1]>,
}

#[derive(Serialize)]
struct Side {
    ip: Address,
    #[serde(skip_serializing_if = "Option::is_none")]
    port: Option<u16>,
}

#[derive(Serialize)]
struct FlowBody {
    pkts_toserver: u64,
    pkts_toclient: u64,
    bytes_toserver: u64,
    bytes_toclient: u64,
    start: Rfc3339,
    src_ip: Address,
    dest_ip: Address,
    #[serde(skip_serializing_if = "Option::is_none")]
    src_port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dest_port: Option<u16>,
}

/// The packet itself.
#[derive(Serialize)]
pub(super) struct PacketBytes {
    #[serde(skip_serializing_if = "Option::is_none")]
    packet: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    packet_info: Option<PacketInfo>,
}

#[derive(Serialize)]
struct PacketInfo {
    linktype: u32,
    linktype_name: &'static str,
}

/// `metadata` of the rule: each key once, with all its values.
struct Metadata<'a>(&'a crate::rule::Metadata);

/// The values of the first key of a list.
struct Values<'a>(&'a [(&'a str, &'a str)]);

impl Serialize for Metadata<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let pairs: SmallVec<[(&str, &str); 16]> = self.0.iter().collect();
        let mut map = serializer.serialize_map(None)?;
        for (at, (key, _)) in pairs.iter().enumerate() {
            let (before, from) = pairs.split_at(at);
            if before.iter().all(|(k, _)| k != key) {
                map.serialize_entry(key, &Values(from))?;
            }
        }
        map.end()
    }
}

impl Serialize for Values<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let key = self.0.first().map(|(key, _)| key);
        let values = self.0.iter().filter(|(k, _)| Some(k) == key);
        serializer.collect_seq(values.map(|(_, value)| value))
    }
}

/// The record of an alert.
pub(super) fn record<'a>(head: Head<'a>, alert: &'a Alert, rules: &'a [RuleMeta], eve: &EveOptions) -> AlertLine<'a> {
    static UNKNOWN: std::sync::LazyLock<RuleMeta> = std::sync::LazyLock::new(RuleMeta::default);
    let meta = rules.get(alert.rule as usize).unwrap_or(&UNKNOWN);
    let (packet, options) = (&alert.packet, &eve.alert);
    let mut body = body(
        meta,
        packet,
        if alert.blocked { "blocked" } else { "allowed" },
        options.metadata,
        eve,
    );
    if options.references {
        body.references = meta
            .references
            .iter()
            .map(|r| format!("{}{}", r.prefix, r.id))
            .collect();
    }
    body.rule = options.rule.then_some(meta.text.as_str());
    let payload = alert.payload.as_deref();
    AlertLine {
        head,
        tx_id: alert.app.as_ref().map(|app| app.tx_id),
        tx_guessed: alert.app.as_ref().is_some_and(|app| app.guessed),
        alert: body,
        fields: alert.app.as_ref().map(|app| Objects(&app.fields)),
        app: packet.flow.as_ref().map(|f| AppBody::of(&f.app)),
        verdict: options.verdict.then(|| verdict_body(alert.verdict, packet)),
        direction: packet
            .flow
            .as_ref()
            .map(|f| if f.to_server { "to_server" } else { "to_client" }),
        flow: packet
            .flow
            .as_ref()
            .filter(|_| options.flow)
            .map(|flow| flow_body(flow, eve)),
        payload: payload.filter(|_| options.payload).map(base64),
        payload_printable: payload.filter(|_| options.payload_printable).map(printable),
        payload_length: payload.filter(|_| options.payload_length).map(<[u8]>::len),
        stream: payload.map(|_| u8::from(alert.stream)),
        packet: if options.packet {
            packet_bytes(packet)
        } else {
            PacketBytes {
                packet: None,
                packet_info: None,
            }
        },
    }
}

/// The `verdict` object.
pub(super) fn verdict_body(verdict: VerdictRecord, packet: &PacketRecord) -> VerdictBody {
    let with = if packet.protocol == Some(TCP) {
        "tcp-reset"
    } else {
        "icmp-prohib"
    };
    VerdictBody {
        action: match verdict.action {
            VerdictAction::Alert => "alert",
            VerdictAction::Pass => "pass",
            VerdictAction::Drop => "drop",
        },
        reject_target: verdict.reject,
        reject: verdict.reject.map(|_| [with]),
    }
}

/// The `alert` object of a rule.
pub(super) fn body<'a>(
    meta: &'a RuleMeta,
    packet: &PacketRecord,
    action: &'static str,
    metadata: bool,
    options: &EveOptions,
) -> AlertBody<'a> {
    let side = |first: bool| {
        let (src, dst) = packet.addresses?;
        let ports = packet.ports;
        Some(Side {
            ip: options.address(if first { src } else { dst }),
            port: ports.map(|(s, d)| if first { s } else { d }),
        })
    };
    let (source, target) = match meta.target {
        None => (None, None),
        Some(Target::Source) => (side(false), side(true)),
        Some(Target::Destination) => (side(true), side(false)),
    };
    AlertBody {
        action,
        gid: meta.gid,
        signature_id: meta.sid,
        rev: meta.rev,
        signature: &meta.msg,
        category: &meta.category,
        severity: meta.priority,
        source,
        target,
        metadata: (metadata && !meta.metadata.is_empty()).then_some(Metadata(&meta.metadata)),
        references: Vec::new(),
        rule: None,
    }
}

/// The packet in base64, if the record kept it.
pub(super) fn packet_bytes(packet: &PacketRecord) -> PacketBytes {
    let kept = packet.packet.as_ref();
    PacketBytes {
        packet: kept.map(|(data, _)| base64(data)),
        packet_info: kept.map(|(_, linktype)| PacketInfo {
            linktype: linktype.number(),
            linktype_name: linktype.name(),
        }),
    }
}

fn flow_body(flow: &FlowSummary, options: &EveOptions) -> FlowBody {
    let ports = Some(flow.ports).filter(|p| *p != (0, 0));
    FlowBody {
        pkts_toserver: flow.packets[0],
        pkts_toclient: flow.packets[1],
        bytes_toserver: flow.bytes[0],
        bytes_toclient: flow.bytes[1],
        start: Rfc3339(flow.start),
        src_ip: options.address(flow.addresses.0),
        dest_ip: options.address(flow.addresses.1),
        src_port: ports.map(|p| p.0),
        dest_port: ports.map(|p| p.1),
    }
}

const TCP: u8 = 6;
