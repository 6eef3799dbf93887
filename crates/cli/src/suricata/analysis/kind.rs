//! What a rule is: for packets, streams or transactions; and what it needs.

use engine::buffer::Source;
use engine::rule::{PayloadOf, Rule};
use packet::Direction;
use serde_json::{Value, json};

use super::matches::{Match, Read};

/// A rule as it is written, as it was compiled, and as it was read here.
pub struct Facts<'r> {
    pub text: &'r rule_parser::Rule<'r>,
    rule: &'r Rule,
    read: &'r Read,
}

impl<'r> Facts<'r> {
    pub fn new(text: &'r rule_parser::Rule<'r>, rule: &'r Rule, read: &'r Read) -> Self {
        Self { text, rule, read }
    }

    /// The protocol of the header, where it is one of applications; `http` stands for both versions.
    pub fn app_protocol(&self) -> &str {
        if self.rule.app.is_none() {
            return "unknown";
        }
        let from_buffers = self.read.buffers.iter().find_map(|(buffer, _)| match buffer.source {
            Source::Transaction([only]) => Some(only.protocol),
            _ => None,
        });
        match self.text.header.protocol.map(|name| name.value) {
            Some("http") => "http_any",
            Some("http1") => "http",
            Some(name) if !matches!(name, "tcp" | "udp" | "ip" | "icmp" | "tcp-pkt" | "tcp-stream") => name,
            _ => from_buffers.unwrap_or("unknown"),
        }
    }

    /// Whether the rule is asked of transactions.
    pub fn is_of_transactions(&self) -> bool {
        !self.rule.tx.is_empty()
    }

    /// What is asked of the payload is told with the transactions.
    pub fn payload_in_engine(&self) -> bool {
        self.is_of_transactions()
    }

    /// The type of the rule.
    pub fn kind(&self) -> &'static str {
        let rule = self.rule;
        let names: Vec<&str> = self.read.packet.iter().filter_map(|m| m["name"].as_str()).collect();
        let only = |wanted: &[&str]| !names.is_empty() && names.iter().all(|name| wanted.contains(name));
        let excludes =
            |set: &Option<std::sync::Arc<engine::rule::AddressSet>>| set.as_ref().is_some_and(|s| s.excludes);
        if self.is_of_transactions() {
            return "app_tx";
        }
        if rule.ip_only {
            return "ip_only";
        }
        let bare = rule.payload.is_none() && rule.buffers.is_empty() && rule.app.is_none();
        if rule.at_recognition
            || (bare && rule.flow.asks_direction_alone() && rule.state.is_empty() && only(&["app-layer-protocol"]))
        {
            return "pd_only";
        }
        if bare && names.is_empty() && (excludes(&rule.header.src) || excludes(&rule.header.dst)) {
            return "like_ip_only";
        }
        if bare && only(&["decode-event"]) {
            return "de_only";
        }
        match rule.payload.as_ref().map(|payload| payload.of) {
            Some(PayloadOf::Stream) => "stream",
            Some(PayloadOf::Both) => "pkt_stream",
            Some(PayloadOf::Packet) if self.is_datagram() && names.is_empty() => "pkt_stream",
            None if rule.app.is_some() && names.is_empty() => "app_layer",
            _ => "pkt",
        }
    }

    fn is_datagram(&self) -> bool {
        self.text.header.protocol.is_some_and(|name| name.value == "udp")
    }

    /// What must be there for the rule to be tried.
    pub fn requirements(&self) -> Vec<&'static str> {
        let mut list = Vec::new();
        let dsize = self.number_of("dsize");
        match &dsize {
            Some(dsize) if dsize["equal"] == 0 => list.push("no_payload"),
            Some(dsize)
                if dsize
                    .get("lt")
                    .or_else(|| dsize.get("lte"))
                    .or_else(|| dsize.get("negated_range"))
                    .is_none() =>
            {
                list.push("payload");
            }
            _ if self.rule.payload.is_some() => list.push("payload"),
            _ => {}
        }
        if self.rule.app.is_some() || self.has("flow") || self.asks_flowbits() {
            list.push("flow");
        }
        if self.has("tcp.flags") {
            list.push("tcp_flags_init_deinit");
        }
        if self.has("decode-event") || self.has("stream-event") {
            list.push("engine_event");
        }
        let real = dsize.is_some_and(|d| {
            ["lt", "lte", "negated_range", "diff"]
                .iter()
                .any(|key| d.get(*key).is_some())
        });
        if real || self.has("tcp.flags") {
            list.push("real_pkt");
        }
        list
    }

    /// What is true of the rule, by the names of Suricata's flags.
    pub fn flags(&self) -> Vec<&'static str> {
        let (rule, header) = (self.rule, &self.rule.header);
        let of = rule.payload.as_ref().map(|payload| payload.of);
        let [to_server, to_client] = self.directions();
        let packet =
            of == Some(PayloadOf::Packet) && !self.is_datagram() || of == Some(PayloadOf::Both) || rule.needs_packet;
        let stream = matches!(of, Some(PayloadOf::Stream | PayloadOf::Both));
        let all = [
            (header.src.is_none(), "src_any"),
            (header.dst.is_none(), "dst_any"),
            (header.src_ports.is_none(), "sp_any"),
            (header.dst_ports.is_none(), "dp_any"),
            (rule.silent, "noalert"),
            (self.has("dsize"), "dsize"),
            (rule.app.is_some(), "applayer"),
            (packet, "need_packet"),
            (stream, "need_stream"),
            (self.asks_flowbits(), "need_flowvar"),
            (to_server, "toserver"),
            (to_client, "toclient"),
            (self.read.fast_pattern().is_some(), "prefilter"),
        ];
        all.into_iter().filter(|(is, _)| *is).map(|(_, name)| name).collect()
    }

    /// The directions in which it is tried: to the server, to the client.
    pub fn directions(&self) -> [bool; 2] {
        if let Some(direction) = self.rule.flow.direction {
            return [direction == Direction::ToServer, direction == Direction::ToClient];
        }
        let mut found = [false; 2];
        for (buffer, _) in &self.read.buffers {
            if let Source::Transaction(providers) = buffer.source {
                for (way, found) in found.iter_mut().enumerate() {
                    *found |= providers.iter().any(|p| p.at.get(way).copied().flatten().is_some());
                }
            }
        }
        if found == [false; 2] { [true; 2] } else { found }
    }

    /// Where packets are looked at.
    pub fn packet_engines(&self) -> Value {
        let mut list = Vec::new();
        if !self.read.payload.is_empty() && !self.payload_in_engine() {
            let mpm = |found: &Match| matches!(found, Match::Content(content) if content.is_mpm);
            list.push(json!({"name": "payload", "is_mpm": self.read.payload.iter().any(mpm)}));
        }
        if !self.read.packet.is_empty() && !self.rule.ip_only {
            list.push(json!({"name": "packet", "is_mpm": false}));
        }
        json!(list)
    }

    fn has(&self, name: &str) -> bool {
        self.read.packet.iter().any(|found| found["name"] == name)
    }

    fn number_of(&self, name: &str) -> Option<Value> {
        let found = self.read.packet.iter().find(|found| found["name"] == name)?;
        found.get(name).cloned()
    }

    fn asks_flowbits(&self) -> bool {
        self.has("flowbits")
    }
}
