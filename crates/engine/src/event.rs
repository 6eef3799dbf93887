//! What the engine reports: typed events, each with its place in the output.

use std::net::IpAddr;
use std::sync::Arc;

use packet::{Direction, LinkType, Timestamp};

use serde::Serialize;
use serde_json::value::RawValue;

/// The place of an event in the output: the order of events is the order of these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Which capture, in the order they were given.
    pub capture: u32,
    /// Which packet of it, from 1; `u64::MAX` for what its end brings about.
    pub packet: u64,
    /// Which of the events of that packet.
    pub order: u64,
}

/// Something worth telling.
#[derive(Clone, Debug)]
pub struct Event {
    /// Its place in the output.
    pub position: Position,
    /// What it is.
    pub body: Body,
}

/// What an event is.
#[derive(Clone, Debug)]
pub enum Body {
    /// A rule matched.
    Alert(Box<Alert>),
    /// A flow ended.
    Flow(Box<FlowRecord>),
    /// A packet or a stream was malformed.
    Anomaly(Box<Anomaly>),
    /// A packet was dropped, or would have been.
    Drop(Box<Dropped>),
    /// A packet that a `tag` asked for.
    Packet(Arc<PacketRecord>),
    /// What a protocol writes of a transaction.
    Transaction(Box<TransactionRecord>),
    /// A file is over.
    File(Box<FileRecord>),
    /// Bytes of a file that is stored.
    FileChunk(Box<FileChunk>),
}

/// Which file of a capture it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileKey {
    /// EVE's `flow_id`.
    pub flow: u64,
    /// The transaction's number within the flow.
    pub tx: u64,
    /// It goes to the server.
    pub to_server: bool,
    /// Its number among the transaction's files in that direction, from 0.
    pub number: u32,
}

/// Bytes of a file that is stored, to be written behind those that came before.
#[derive(Clone, Debug)]
pub struct FileChunk {
    /// Which file.
    pub key: FileKey,
    /// Where they begin in the file; what was lost is not counted.
    pub offset: u64,
    /// The bytes.
    pub data: Box<[u8]>,
}

/// A file that is over.
#[derive(Clone, Debug)]
pub struct FileRecord {
    /// The packet with which it was over; its addresses are the flow's, the sender's first.
    pub packet: Arc<PacketRecord>,
    /// Which file.
    pub key: FileKey,
    /// What is known of it.
    pub info: FileInfo,
    /// What the protocol writes of its transaction.
    pub fields: Fields,
}

/// What is known of a file.
#[derive(Clone, Debug, Default)]
pub struct FileInfo {
    /// Its name.
    pub name: String,
    /// What kind of file it is.
    pub magic: Option<String>,
    /// Bytes of it were lost.
    pub gaps: bool,
    /// How it stands, as EVE has it.
    pub state: &'static str,
    /// MD5.
    pub md5: Option<[u8; 16]>,
    /// SHA-1.
    pub sha1: Option<[u8; 20]>,
    /// SHA-256.
    pub sha256: Option<[u8; 32]>,
    /// It is stored.
    pub stored: bool,
    /// It will be, once it is over.
    pub storing: bool,
    /// Its number among the stored files of the flow, from 1.
    pub file_id: Option<u64>,
    /// Bytes, lost ones among them.
    pub size: u64,
    /// For a part of a file: its first and its last byte.
    pub range: Option<(u64, u64)>,
    /// The transaction's number within the flow.
    pub tx_id: u64,
    /// The rules that had it stored.
    pub sids: Vec<u32>,
}

/// What a protocol writes of a transaction.
#[derive(Clone, Debug)]
pub struct TransactionRecord {
    /// EVE's `event_type`.
    pub event_type: &'static str,
    /// The packet with which it was complete; its addresses are the flow's, the client's first.
    pub packet: Arc<PacketRecord>,
    /// The transaction's number within the flow.
    pub tx_id: u64,
    /// What the protocol writes.
    pub fields: Fields,
}

/// What an alert shows of the application protocol.
#[derive(Clone, Debug)]
pub struct AppRecord {
    /// The transaction's number within the flow.
    pub tx_id: u64,
    /// The match was in the stream: which transaction it belongs to is a guess.
    pub guessed: bool,
    /// What the protocol writes of it.
    pub fields: Fields,
}

/// The application protocols of a flow, as records name them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AppNames {
    /// The protocol; `failed` when it is none that is known.
    pub protocol: Option<&'static str>,
    /// What goes to the server looks like another.
    pub to_server: Option<&'static str>,
    /// What goes to the client looks like another.
    pub to_client: Option<&'static str>,
    /// What was spoken before the protocol changed.
    pub original: Option<&'static str>,
    /// What was agreed on then.
    pub expected: Option<&'static str>,
}

/// A packet, as records tell of it.
#[derive(Clone, Debug)]
pub struct PacketRecord {
    /// When it was captured.
    pub time: Timestamp,
    /// Its place in its capture, from 1; `None` for a pseudo-packet of a flow that timed out.
    pub number: Option<u64>,
    /// Its addresses; `None` when it is not IP.
    pub addresses: Option<(IpAddr, IpAddr)>,
    /// Its ports, for protocols that have them.
    pub ports: Option<(u16, u16)>,
    /// Its IP protocol.
    pub protocol: Option<u8>,
    /// Type and code of ICMP.
    pub icmp: Option<(u8, u8)>,
    /// Its VLAN ids, outermost first.
    pub vlan: Vec<u16>,
    /// Ethernet addresses: source, destination.
    pub ethernet: Option<([u8; 6], [u8; 6])>,
    /// EtherType of what is not IP.
    pub ether_type: Option<u16>,
    /// What carried it.
    pub source: PacketSource,
    /// Its flow.
    pub flow: Option<FlowSummary>,
    /// What carried it, for a packet out of a tunnel.
    pub tunnel: Option<TunnelRecord>,
    /// The packet itself and its link type, where records show packets.
    pub packet: Option<(Box<[u8]>, LinkType)>,
}

/// The packet around a packet, as records tell of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TunnelRecord {
    /// Its addresses.
    pub addresses: (IpAddr, IpAddr),
    /// Its ports, for protocols that have them.
    pub ports: Option<(u16, u16)>,
    /// Its IP protocol.
    pub protocol: Option<u8>,
    /// How deep the packet within is, from 1.
    pub depth: u8,
}

/// Where a packet came from (EVE's `pkt_src`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PacketSource {
    /// The wire, or the capture.
    Wire,
    /// Out of a tunnel; the name as EVE spells it.
    Tunnel(&'static str),
    /// Defragmentation.
    Defragmented,
    /// The end of a flow, or of a stream: made so that what is left can be inspected.
    Timeout,
}

/// A flow, as records of its packets tell of it.
#[derive(Clone, Debug)]
pub struct FlowSummary {
    /// EVE's `flow_id`.
    pub id: u64,
    /// Its first packet's time.
    pub start: Timestamp,
    /// Client and server.
    pub addresses: (IpAddr, IpAddr),
    /// Their ports.
    pub ports: (u16, u16),
    /// Packets to the server, to the client.
    pub packets: [u64; 2],
    /// Bytes to the server, to the client.
    pub bytes: [u64; 2],
    /// The packet goes to the server.
    pub to_server: bool,
    /// The application protocols.
    pub app: AppNames,
    /// `community_id`, where it is wanted.
    pub community_id: Option<Arc<str>>,
}

/// A rule that matched.
#[derive(Clone, Debug)]
pub struct Alert {
    /// Index into the loaded rules.
    pub rule: u32,
    /// The packet.
    pub packet: Arc<PacketRecord>,
    /// The rule asks for a drop or a rejection, whether or not the engine can drop.
    pub drops: bool,
    /// The packet was dropped.
    pub blocked: bool,
    /// The rule's action took effect as a rejection.
    pub rejected: bool,
    /// What became of the packet in the end.
    pub verdict: VerdictRecord,
    /// The match was in reassembled data.
    pub stream: bool,
    /// The payload that was inspected, where records show payloads.
    pub payload: Option<Box<[u8]>>,
    /// What it shows of the application protocol.
    pub app: Option<Arc<AppRecord>>,
}

/// A flow that ended.
#[derive(Clone, Debug)]
pub struct FlowRecord {
    /// What is known of the flow.
    pub summary: FlowSummary,
    /// Its IP protocol.
    pub protocol: u8,
    /// Its VLAN ids.
    pub vlan: Vec<u16>,
    /// Type and code of ICMP: request, response.
    pub icmp: Option<((u8, u8), Option<(u8, u8)>)>,
    /// Its last packet's time.
    pub end: Timestamp,
    /// `new`, `established`, `closed`, `bypassed`.
    pub state: &'static str,
    /// `timeout`, `forced`, `shutdown`, `tcp_reuse`.
    pub reason: &'static str,
    /// A rule alerted on it.
    pub alerted: bool,
    /// `drop` or `pass`, where all of its packets are dropped or passed.
    pub action: Option<&'static str>,
    /// What could not be followed in it, and what was done then: EVE's `target` and `policy`.
    pub exceptions: Vec<(&'static str, &'static str)>,
    /// TCP: flags seen to the server, to the client; state; whether gaps were seen.
    pub tcp: Option<TcpRecord>,
}

/// What TCP adds to a flow's record.
#[derive(Clone, Debug)]
pub struct TcpRecord {
    /// Flags seen to the server, to the client.
    pub flags: [u8; 2],
    /// The session's last state, as EVE spells it.
    pub state: &'static str,
    /// Data was lost to the server, to the client.
    pub gaps: [bool; 2],
}

/// A malformation.
#[derive(Clone, Debug)]
pub struct Anomaly {
    /// The packet.
    pub packet: Arc<PacketRecord>,
    /// Where it was found: `decode`, `stream`, `applayer`.
    pub kind: &'static str,
    /// The event's name, as rules call it.
    pub event: &'static str,
    /// For an application protocol: which stage found it, and in which transaction.
    pub app: Option<(&'static str, Option<u64>)>,
}

/// A packet that was dropped, or would have been.
#[derive(Clone, Debug)]
pub struct Dropped {
    /// The packet.
    pub packet: Arc<PacketRecord>,
    /// EVE's `reason`.
    pub reason: &'static str,
    /// Lengths and fields of the headers that EVE shows.
    pub header: DroppedHeader,
    /// The rule that asked for it.
    pub rule: Option<u32>,
    /// Whether it was answered.
    pub verdict: VerdictRecord,
}

/// What became of a packet, as records tell of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VerdictRecord {
    /// What was done.
    pub action: VerdictAction,
    /// Who was told that the packet was rejected: `to_server`, `to_client`, `both`.
    pub reject: Option<&'static str>,
}

/// What was done with a packet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum VerdictAction {
    /// It went on.
    #[default]
    Alert,
    /// It went on, and no more rules were asked.
    Pass,
    /// It did not go on.
    Drop,
}

/// Header fields that EVE shows of a dropped packet.
#[derive(Clone, Copy, Debug, Default)]
pub struct DroppedHeader {
    /// Bytes from the IP header.
    pub length: u16,
    /// Type of service or traffic class.
    pub tos: u8,
    /// Time to live or hop limit.
    pub ttl: u8,
    /// IPv4 identification.
    pub ip_id: u32,
    /// TCP: sequence number, acknowledgement, window, flags, reserved bits, urgent pointer.
    pub tcp: Option<(u32, u32, u16, u8, u8, u16)>,
    /// UDP length.
    pub udp_length: Option<u16>,
}

/// Objects of a record, by key, in order.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    list: Vec<(&'static str, Box<RawValue>)>,
    direction: Option<Direction>,
}

impl Fields {
    /// Adds an object. One that cannot be written as JSON, which no type here is, is left out.
    pub fn add(&mut self, key: &'static str, value: &impl Serialize) {
        if let Ok(raw) = serde_json::value::to_raw_value(value) {
            self.list.push((key, raw));
        }
    }

    /// The record is of what goes in one direction, and shows the addresses accordingly; else they are the flow's.
    pub fn goes(&mut self, direction: Direction) {
        self.direction = Some(direction);
    }

    /// Which direction the record is of, if of one.
    pub fn direction(&self) -> Option<Direction> {
        self.direction
    }

    /// Records of one object each, when there are several of the same key: one for each question of a message, say.
    pub fn records(self) -> impl Iterator<Item = Self> {
        let several = self.list.len() > 1 && self.list.iter().all(|(key, _)| *key == self.list[0].0);
        let direction = self.direction;
        let parts: Vec<_> = if several {
            self.list.into_iter().map(|object| vec![object]).collect()
        } else {
            vec![self.list]
        };
        parts.into_iter().map(move |list| Self { list, direction })
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The objects, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &RawValue)> {
        self.list.iter().map(|(key, value)| (*key, &**value))
    }

    /// Whether there is one of that key.
    pub fn has(&self, key: &str) -> bool {
        self.list.iter().any(|(k, _)| *k == key)
    }
}
