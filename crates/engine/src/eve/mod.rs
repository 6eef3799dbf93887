//! Events as EVE JSON: the records that Suricata's users read.
//!
//! Typed structs, written straight to bytes. Every record validates against Suricata's schema. Times are UTC, so that
//! the same capture gives the same bytes wherever it is read.

mod address;
mod alert;
mod bytes;
mod file;
mod flow;
mod head;
mod protocol;
mod stats;
mod time;

pub use address::Address;
pub use alert::AlertOptions;
pub use bytes::{Hex, base64};
pub use file::FileBody;
pub use protocol::protocol_name;
pub use stats::StatsTree;
pub use time::{Rfc3339, civil};

use std::io;
use std::net::IpAddr;

use serde::Serialize;
use serde::ser::SerializeMap;

use crate::event::{Anomaly, Body, Dropped, Event, Fields, PacketRecord};
use crate::rule::RuleMeta;
use head::Head;

/// What the writer of records needs to know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EveOptions {
    /// What alerts show.
    pub alert: AlertOptions,
    /// Drops show the alert of the rule that asked for them.
    pub drop_alerts: bool,
    /// Drops show what became of the packet.
    pub drop_verdict: bool,
    /// Flows show what could not be followed in them, and what was done then.
    pub flow_exceptions: bool,
    /// Ethernet addresses are shown.
    pub ethernet: bool,
    /// Records of a capture name it.
    pub pcap_filename: bool,
    /// IPv6 addresses are written short: `2001:db8::1`.
    pub ipv6_compress: bool,
    /// `host` of every record, if configured.
    pub sensor_name: Option<String>,
}

/// Where records come from: the loaded rules, and the names of captures or interfaces.
pub struct Origin<'a> {
    /// What alerts say of their rules.
    pub rules: &'a [RuleMeta],
    /// The capture's name, for `pcap_filename`.
    pub capture: Option<&'a str>,
    /// The interface's name.
    pub interface: Option<&'a str>,
}

impl EveOptions {
    /// The address as records write it.
    fn address(&self, ip: IpAddr) -> Address {
        Address {
            ip,
            compress: self.ipv6_compress,
        }
    }

    /// Appends the event to `out`: a line of JSON with its line feed.
    ///
    /// # Errors
    /// Only if `out` cannot be written to, which does not happen to a `Vec`.
    pub fn write(&self, event: &Event, origin: &Origin<'_>, out: &mut Vec<u8>) -> io::Result<()> {
        match &event.body {
            Body::Alert(alert) => {
                let head = Head::of_packet("alert", &alert.packet, origin, self);
                line(out, &alert::record(head, alert, origin.rules, self))
            }
            Body::Flow(flow) => line(out, &flow::record(flow, origin, self)),
            Body::Anomaly(anomaly) => line(out, &anomaly_record(anomaly, origin, self)),
            Body::Drop(dropped) => line(out, &drop_record(dropped, origin, self)),
            Body::Transaction(tx) => line(
                out,
                &TransactionLine {
                    head: Head::of_packet(tx.event_type, &tx.packet, origin, self),
                    tx_id: tx.tx_id,
                    fields: Objects(&tx.fields),
                },
            ),
            Body::File(file) => line(out, &file::record(file, origin, self)),
            Body::FileChunk(_) => Ok(()),
            Body::Packet(packet) => line(
                out,
                &PacketLine {
                    head: Head::of_packet("packet", packet, origin, self),
                    packet: alert::packet_bytes(packet),
                },
            ),
        }
    }
}

/// Appends a record and a line feed.
pub(crate) fn line(out: &mut Vec<u8>, record: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, record)?;
    out.push(b'\n');
    Ok(())
}

#[derive(Serialize)]
struct PacketLine<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    #[serde(flatten)]
    packet: alert::PacketBytes,
}

#[derive(Serialize)]
struct TransactionLine<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    tx_id: u64,
    #[serde(flatten)]
    fields: Objects<'a>,
}

/// What a protocol writes, by key.
pub(crate) struct Objects<'a>(pub(crate) &'a Fields);

impl Serialize for Objects<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (key, value) in self.0.iter() {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

#[derive(Serialize)]
struct AnomalyLine<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tx_id: Option<u64>,
    anomaly: AnomalyBody<'a>,
}

#[derive(Serialize)]
struct AnomalyBody<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    app_proto: Option<&'a str>,
    #[serde(rename = "type")]
    kind: &'a str,
    event: AnomalyName<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    layer: Option<&'a str>,
}

/// The name of an event, behind the name of who found it.
struct AnomalyName<'a>(&'a Anomaly);

impl Serialize for AnomalyName<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let event = self.0.event;
        match self.0.kind {
            "decode" => serializer.collect_str(&format_args!("decoder.{event}")),
            "stream" => serializer.collect_str(&format_args!("stream.{event}")),
            _ => serializer.serialize_str(event),
        }
    }
}

fn anomaly_record<'a>(anomaly: &'a Anomaly, origin: &'a Origin<'_>, options: &'a EveOptions) -> AnomalyLine<'a> {
    AnomalyLine {
        head: Head::of_packet("anomaly", &anomaly.packet, origin, options),
        tx_id: anomaly.app.and_then(|(_, tx)| tx),
        anomaly: AnomalyBody {
            app_proto: anomaly
                .app
                .and(anomaly.packet.flow.as_ref())
                .and_then(|flow| flow.app.protocol),
            kind: anomaly.kind,
            event: AnomalyName(anomaly),
            layer: anomaly.app.map(|(layer, _)| layer),
        },
    }
}

#[derive(Serialize)]
struct DropLine<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    drop: DropBody,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<alert::VerdictBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alert: Option<alert::AlertBody<'a>>,
}

#[derive(Serialize)]
struct DropBody {
    len: u16,
    tos: u8,
    ttl: u8,
    ipid: u32,
    #[serde(flatten)]
    tcp: Option<DropTcp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    udplen: Option<u16>,
    reason: &'static str,
}

#[derive(Serialize)]
struct DropTcp {
    tcpseq: u32,
    tcpack: u32,
    tcpwin: u16,
    syn: bool,
    ack: bool,
    psh: bool,
    rst: bool,
    urg: bool,
    fin: bool,
    tcpres: u8,
    tcpurgp: u16,
}

fn drop_record<'a>(dropped: &'a Dropped, origin: &'a Origin<'_>, options: &'a EveOptions) -> DropLine<'a> {
    let packet: &PacketRecord = &dropped.packet;
    let header = &dropped.header;
    let tcp = header
        .tcp
        .map(|(tcpseq, tcpack, tcpwin, flags, tcpres, tcpurgp)| DropTcp {
            tcpseq,
            tcpack,
            tcpwin,
            fin: flags & 0x01 != 0,
            syn: flags & 0x02 != 0,
            rst: flags & 0x04 != 0,
            psh: flags & 0x08 != 0,
            ack: flags & 0x10 != 0,
            urg: flags & 0x20 != 0,
            tcpres,
            tcpurgp,
        });
    let wanted = dropped.rule.filter(|_| options.drop_alerts);
    let rule = wanted.and_then(|index| origin.rules.get(index as usize));
    DropLine {
        head: Head::of_packet("drop", packet, origin, options),
        drop: DropBody {
            len: header.length,
            tos: header.tos,
            ttl: header.ttl,
            ipid: header.ip_id,
            tcp,
            udplen: header.udp_length,
            reason: dropped.reason,
        },
        verdict: options
            .drop_verdict
            .then(|| alert::verdict_body(dropped.verdict, packet)),
        alert: rule.map(|meta| alert::body(meta, packet, "blocked", false, options)),
    }
}
