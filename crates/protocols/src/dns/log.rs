//! The EVE record of a message.

use std::borrow::Cow;
use std::net::{Ipv4Addr, Ipv6Addr};

use engine::app_layer::{Fields, LogContext, Settings};
use engine::buffer::tx_as;
use packet::Direction;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value, json};

use super::rdata::{Data, Soa, Srv};
use super::{DnsTx, Message, NAME, Name, Query, Record, rrtype};

/// Writes the record, if the configuration wants one of such a message.
pub(super) fn write(context: &LogContext<'_>, fields: &mut Fields) {
    let Some(tx) = tx_as::<DnsTx>(context.tx) else { return };
    let options = context.options;
    let response = tx.direction == Direction::ToClient;
    if context.alert.is_none() && !wanted(options, &tx.message, response) {
        return;
    }
    let old = context.alert.is_none() && options.text("version") == Some("2");
    if !old {
        fields.goes(tx.direction);
    }
    let formats: Vec<String> = options
        .list("formats")
        .into_iter()
        .map(str::to_ascii_lowercase)
        .collect();
    let has = |format: &str| formats.iter().all(String::is_empty) || formats.iter().any(|f| f == format);
    let entry = |query| Entry {
        message: &tx.message,
        query,
        tx_id: context.state.id,
        response,
        old,
        detailed: context.alert.is_some() || has("detailed"),
        grouped: context.alert.is_none() && has("grouped"),
    };
    if old && !response {
        // Suricata: a record for each question, up to version 2.
        for query in tx.message.queries.iter().filter(|query| is_wanted(options, query)) {
            fields.add(NAME, &entry(Some(query)));
        }
    } else {
        fields.add(NAME, &entry(tx.message.queries.first()));
    }
}

/// Whether the configuration wants a record of the message.
fn wanted(options: &Settings, message: &Message, response: bool) -> bool {
    let switch = if response { "responses" } else { "requests" };
    if !options.flag(switch, true).unwrap_or(true) {
        return false;
    }
    options.list("types").is_empty() || message.queries.iter().any(|query| is_wanted(options, query))
}

/// Whether the configuration wants records of questions of such a type.
fn is_wanted(options: &Settings, query: &Query) -> bool {
    let types = options.list("types");
    let name = type_name(query.rrtype);
    types.is_empty() || types.iter().any(|wanted| wanted.eq_ignore_ascii_case(&name))
}

struct Entry<'a> {
    message: &'a Message,
    /// The question that a record of version 2 is of.
    query: Option<&'a Query>,
    tx_id: u64,
    response: bool,
    /// As version 2 of the record has it.
    old: bool,
    /// Each record of the answer section.
    detailed: bool,
    /// What the records of the answer section say, by type.
    grouped: bool,
}

impl Serialize for Entry<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if self.old {
            self.version_2(&mut map)?;
        } else {
            self.version_3(&mut map)?;
        }
        map.end()
    }
}

impl Entry<'_> {
    fn version_3<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let message = self.message;
        map.serialize_entry("version", &3)?;
        map.serialize_entry("type", if self.response { "response" } else { "request" })?;
        map.serialize_entry("tx_id", &self.tx_id)?;
        self.header(map)?;
        map.serialize_entry("rcode", &rcode_name(message.header.rcode()))?;
        if !message.queries.is_empty() {
            let list: Vec<Value> = message.queries.iter().map(|query| self.query(query)).collect();
            map.serialize_entry("queries", &list)?;
        }
        self.answers(map)?;
        self.section(map, "authorities", &message.authorities)?;
        self.section(map, "additionals", &message.additionals)
    }

    fn version_2<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let header = self.message.header;
        map.serialize_entry("version", &2)?;
        if self.response {
            map.serialize_entry("type", "answer")?;
            self.header(map)?;
        } else {
            map.serialize_entry("type", "query")?;
            map.serialize_entry("id", &header.id)?;
        }
        if let Some(query) = self.query {
            self.name(map, "rrname", query.name)?;
            map.serialize_entry("rrtype", &type_name(query.rrtype))?;
        }
        if !self.response {
            map.serialize_entry("tx_id", &self.tx_id)?;
            if header.z() {
                map.serialize_entry("z", &true)?;
            }
            return map.serialize_entry("opcode", &header.opcode());
        }
        map.serialize_entry("rcode", &rcode_name(header.rcode()))?;
        self.answers(map)?;
        self.section(map, "authorities", &self.message.authorities)
    }

    fn header<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let header = self.message.header;
        map.serialize_entry("id", &header.id)?;
        map.serialize_entry("flags", &format!("{:x}", header.flags))?;
        for (bit, name) in [(15, "qr"), (10, "aa"), (9, "tc"), (8, "rd"), (7, "ra"), (6, "z")] {
            if header.flags >> bit & 1 != 0 {
                map.serialize_entry(name, &true)?;
            }
        }
        map.serialize_entry("opcode", &header.opcode())
    }

    fn answers<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let answers = &self.message.answers;
        if answers.is_empty() {
            return Ok(());
        }
        if self.detailed {
            self.section(map, "answers", answers)?;
        }
        if self.grouped {
            let mut groups = Map::new();
            for record in answers {
                let Some(name) = rrtype::name(record.rrtype) else {
                    continue;
                };
                let says = self.says(record).into_iter().map(|(_, value)| value);
                let group = groups.entry(name).or_insert_with(|| Value::Array(Vec::new()));
                if let Value::Array(group) = group {
                    group.extend(says);
                }
            }
            groups.retain(|_, group| group.as_array().is_some_and(|group| !group.is_empty()));
            map.serialize_entry("grouped", &groups)?;
        }
        Ok(())
    }

    fn section<M: SerializeMap>(&self, map: &mut M, key: &'static str, records: &[Record]) -> Result<(), M::Error> {
        if records.is_empty() {
            return Ok(());
        }
        let list: Vec<Value> = records.iter().flat_map(|record| self.record(record, key)).collect();
        map.serialize_entry(key, &list)
    }

    fn query(&self, query: &Query) -> Value {
        let mut object = Map::new();
        self.insert(&mut object, "rrname", query.name);
        object.insert("rrtype".into(), type_name(query.rrtype).into());
        Value::Object(object)
    }

    /// A record, or one for each string of a TXT record. The schema has what was cut in the authority section alone.
    fn record(&self, record: &Record, section: &str) -> Vec<Value> {
        let mut object = Map::new();
        if section == "authorities" {
            self.insert(&mut object, "rrname", record.name);
            if matches!(record.data, Data::Name(name) if name.truncated) {
                object.insert("rdata_truncated".into(), true.into());
            }
        } else {
            object.insert("rrname".into(), text(self.message.name(record.name)).into());
        }
        object.insert("rrtype".into(), type_name(record.rrtype).into());
        object.insert("ttl".into(), record.ttl.into());
        let says = self.says(record);
        if says.is_empty() {
            return vec![Value::Object(object)];
        }
        let with = |(key, value): (&str, Value)| {
            let mut object = object.clone();
            object.insert(key.to_owned(), value);
            Value::Object(object)
        };
        says.into_iter().map(with).collect()
    }

    /// What a record says, by the key it is shown under; nothing for types whose data are not read.
    fn says(&self, record: &Record) -> Vec<(&'static str, Value)> {
        let bytes = &self.message.bytes;
        match &record.data {
            Data::Address(span) => vec![("rdata", address(span.bytes(bytes)).into())],
            Data::Name(name) => vec![("rdata", text(self.message.name(*name)).into())],
            Data::Null(span) => vec![("rdata", text(span.bytes(bytes)).into())],
            Data::Text(list) => {
                let string = |span: &super::Span| ("rdata", text(span.bytes(bytes)).into());
                list.iter().map(string).collect()
            }
            Data::Soa(soa) => vec![("soa", self.soa(soa))],
            Data::Srv(srv) => vec![("srv", self.srv(srv))],
            Data::Sshfp(algorithm, kind, span) => {
                let pairs: Vec<String> = span.bytes(bytes).iter().map(|b| format!("{b:02x}")).collect();
                let object = json!({"fingerprint": pairs.join(":"), "algo": algorithm, "type": kind});
                vec![("sshfp", object)]
            }
            Data::Options(list) if !list.is_empty() => {
                let option = |(code, span): &(u16, super::Span)| {
                    let digits: String = span.bytes(bytes).iter().map(|b| format!("{b:02x}")).collect();
                    json!({"code": code, "data": digits})
                };
                vec![("opt", list.iter().map(option).collect())]
            }
            Data::Options(_) | Data::Other => Vec::new(),
        }
    }

    fn soa(&self, soa: &Soa) -> Value {
        let mut object = Map::new();
        self.insert(&mut object, "mname", soa.mname);
        object.insert("rname".into(), text(self.message.name(soa.rname)).into());
        let keys = ["serial", "refresh", "retry", "expire", "minimum"];
        object.extend(
            keys.into_iter()
                .zip(soa.numbers)
                .map(|(key, n)| (key.to_owned(), n.into())),
        );
        Value::Object(object)
    }

    fn srv(&self, srv: &Srv) -> Value {
        let name = text(self.message.name(srv.target));
        json!({"priority": srv.priority, "weight": srv.weight, "port": srv.port, "name": name})
    }

    fn name<M: SerializeMap>(&self, map: &mut M, key: &'static str, name: Name) -> Result<(), M::Error> {
        map.serialize_entry(key, &text(self.message.name(name)))?;
        if name.truncated && key == "rrname" {
            map.serialize_entry("rrname_truncated", &true)?;
        }
        Ok(())
    }

    fn insert(&self, object: &mut Map<String, Value>, key: &str, name: Name) {
        object.insert(key.to_owned(), text(self.message.name(name)).into());
        if name.truncated {
            object.insert(format!("{key}_truncated"), true.into());
        }
    }
}

/// An address of four or sixteen bytes; nothing for any other number of bytes.
fn address(bytes: &[u8]) -> String {
    if let Ok(bytes) = <[u8; 4]>::try_from(bytes) {
        return Ipv4Addr::from(bytes).to_string();
    }
    // Suricata: addresses in EVE are not shortened.
    <[u8; 16]>::try_from(bytes).map_or_else(
        |_| String::new(),
        |bytes| Ipv6Addr::from(bytes).segments().map(|s| format!("{s:04x}")).join(":"),
    )
}

/// Bytes as EVE shows them: as they are when they are UTF-8, else with `\xff` for each that is not ASCII.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().fold(String::new(), |mut text, byte| {
            if byte.is_ascii() {
                text.push(char::from(*byte));
            } else {
                text.push_str(&format!("\\x{byte:02x}"));
            }
            text
        })),
    }
}

fn type_name(rrtype: u16) -> Cow<'static, str> {
    rrtype::name(rrtype).map_or_else(|| Cow::Owned(rrtype.to_string()), Cow::Borrowed)
}

fn rcode_name(rcode: u16) -> Cow<'static, str> {
    rrtype::rcode_name(rcode).map_or_else(|| Cow::Owned(rcode.to_string()), Cow::Borrowed)
}
