//! The options of a rule, in the lists that rules.json has.

use engine::buffer::{BufferDef, Source};
use engine::keyword::{Kind, Registry};
use rule_parser::value::{Comparison, predicate};
use rule_parser::{Rule, Span, Spanned};
use serde_json::{Map, Value, json};

use super::content::Content;

/// The options of a rule, by where they are asked.
#[derive(Default)]
pub struct Read {
    pub packet: Vec<Value>,
    pub postmatch: Vec<Value>,
    pub payload: Vec<Match>,
    /// Buffers of transactions and packets, in the order of the rule.
    pub buffers: Vec<(&'static BufferDef, Vec<Match>)>,
    /// Conditions on transactions, by keyword.
    pub transactions: Vec<&'static str>,
    pub notes: Vec<String>,
    /// The keyword that `prefilter` names.
    pub prefilter: Option<&'static str>,
}

/// Something that is asked of a buffer.
pub enum Match {
    Content(Content),
    Other(Value),
}

/// Reads the options.
pub fn read(rule: &Rule<'_>, registry: &Registry) -> Read {
    let mut read = Read::default();
    let mut reader = Reader {
        read: &mut read,
        current: None,
        modified: None,
        last: None,
    };
    for option in &rule.options {
        let name = option.name.value.to_ascii_lowercase();
        let Some(keyword) = registry.get(&name) else { continue };
        match modified_buffer(keyword.name, registry) {
            Some(buffer) if keyword.name == "uricontent" => {
                reader.in_buffer(buffer, Match::Content(Content::read(option.text().unwrap_or_default())));
            }
            Some(buffer) => reader.move_last(buffer),
            None => reader.option(keyword.name, keyword.kind, option.text()),
        }
    }
    read.finish();
    read
}

/// The buffer that a keyword looks for text in which is older than sticky buffers.
fn file_buffer(name: &str) -> Option<&'static BufferDef> {
    match name {
        "filename" | "fileext" => Some(&protocols::files::FILE_NAME),
        "filemagic" => Some(&protocols::files::FILE_MAGIC),
        _ => None,
    }
}

struct Reader<'r> {
    read: &'r mut Read,
    /// The buffer that is asked; the payload when `None`.
    current: Option<usize>,
    /// The buffer of what was asked last, which modifiers change.
    modified: Option<usize>,
    /// The last condition on the packet, which `prefilter` may name.
    last: Option<&'static str>,
}

impl Reader<'_> {
    fn option(&mut self, name: &'static str, kind: Kind, value: Option<&str>) {
        match kind {
            Kind::StickyBuffer(buffer) | Kind::ValueBuffer(buffer, _) => {
                self.select(buffer);
                if let (Kind::ValueBuffer(..), Some(value)) = (kind, value) {
                    let mut content = Content::read(value);
                    content.nocase = true;
                    self.push(Match::Content(content));
                }
            }
            Kind::BufferModifier(buffer) => self.move_last(buffer),
            Kind::Meta(_) if name == "app-layer-protocol" => {
                self.last = Some(name);
                self.read.packet.push(app_layer_protocol(value.unwrap_or_default()));
            }
            Kind::Modifier(_) | Kind::Meta(_) if self.modify(name, value) => self.last = None,
            _ if name == "prefilter" => self.read.prefilter = self.last,
            Kind::PayloadInto(_) if file_buffer(name).is_some() => {
                let before = self.current;
                file_buffer(name).into_iter().for_each(|buffer| self.select(buffer));
                let mut content = Content::read(value.unwrap_or_default());
                content.nocase = true;
                if name == "fileext" {
                    content.bytes.insert(0, b'.');
                    content.ends_with = true;
                }
                self.push(Match::Content(content));
                self.current = before;
            }
            Kind::Payload(_) | Kind::PayloadInto(_) => {
                self.last = None;
                let found = payload_match(name, value.unwrap_or_default(), &mut self.read.notes);
                self.push(found);
            }
            Kind::Transaction(_) => self.read.transactions.push(name),
            Kind::Packet(_) | Kind::PacketWith(_) | Kind::Flow(_) | Kind::PostMatch(_) => {
                self.packet(name, kind, value)
            }
            _ => {}
        }
    }

    /// Moves the last thing that was asked to a buffer, which is not the current one for that.
    fn move_last(&mut self, buffer: &'static BufferDef) {
        if let Some(content) = self.list(self.current).pop() {
            self.in_buffer(buffer, content);
        }
    }

    fn in_buffer(&mut self, buffer: &'static BufferDef, found: Match) {
        let before = self.current;
        self.select(buffer);
        self.push(found);
        self.current = before;
    }

    fn select(&mut self, buffer: &'static BufferDef) {
        self.current = match buffer.source {
            Source::Payload => None,
            _ => {
                let buffers = &mut self.read.buffers;
                let at = buffers.iter().position(|(known, _)| std::ptr::eq(*known, buffer));
                Some(at.unwrap_or_else(|| {
                    buffers.push((buffer, Vec::new()));
                    buffers.len() - 1
                }))
            }
        };
    }

    fn list(&mut self, at: Option<usize>) -> &mut Vec<Match> {
        match at.and_then(|at| self.read.buffers.get_mut(at)) {
            Some((_, list)) => list,
            None => &mut self.read.payload,
        }
    }

    fn push(&mut self, found: Match) {
        self.modified = self.current;
        self.list(self.current).push(found);
    }

    fn modify(&mut self, name: &str, value: Option<&str>) -> bool {
        if name == "prefilter" && self.last.is_some() {
            return false;
        }
        match self.list(self.modified).last_mut() {
            Some(Match::Content(content)) => content.modify(name, value),
            _ => false,
        }
    }

    fn packet(&mut self, name: &'static str, kind: Kind, value: Option<&str>) {
        let value = value.unwrap_or_default();
        let details = match name {
            "flow" => {
                if ["established", "stateless", "frag", "stream"]
                    .iter()
                    .any(|word| value.contains(word))
                {
                    self.read.packet.push(json!({"name": "flow"}));
                }
                return;
            }
            "flowbits" => bits(value),
            "flowint" => flowint(value),
            "xbits" | "hostbits" => xbits(value),
            _ => None,
        };
        self.last = Some(name);
        let changes = matches!(kind, Kind::PostMatch(_)) || details.as_ref().is_some_and(|(changes, _)| *changes);
        let told = match details {
            Some((_, details)) => json!({"name": name, name: details}),
            None if matches!(name, "flowbits" | "flowint") => return,
            None => packet_match(name, value),
        };
        let list = if changes {
            &mut self.read.postmatch
        } else {
            &mut self.read.packet
        };
        list.push(told);
    }
}

impl Read {
    /// Relates the matches of each list, and marks the literal that the rule is looked up by: one that says so itself,
    /// else the longest, of transactions rather than of the payload.
    fn finish(&mut self) {
        let Self {
            buffers,
            payload,
            notes,
            ..
        } = self;
        for list in buffers.iter_mut().map(|(_, list)| list).chain([&mut *payload]) {
            relate(list, notes);
        }
        let in_buffers = buffers.iter().filter_map(|(_, list)| strongest(list)).max();
        let in_payload = strongest(payload);
        let lists: Vec<&mut Vec<Match>> = match (in_buffers, in_payload) {
            (Some(buffer), Some(text)) if text.0 && !buffer.0 => vec![payload],
            (None, _) => vec![payload],
            _ => buffers.iter_mut().map(|(_, list)| list).collect(),
        };
        let wanted = lists.iter().filter_map(|list| strongest(list)).max();
        let mut contents = lists.into_iter().flatten().filter_map(|found| match found {
            Match::Content(content) => Some(content),
            Match::Other(_) => None,
        });
        if let Some(chosen) = contents.find(|content| wanted.is_some() && strength(content) == wanted) {
            chosen.is_mpm = true;
        }
    }

    /// The literal that the rule is looked up by, and its buffer.
    pub fn fast_pattern(&self) -> Option<(String, Value)> {
        let of = |name: String, list: &[Match]| {
            list.iter().find_map(|found| match found {
                Match::Content(content) if content.is_mpm => Some((name.clone(), content.told())),
                _ => None,
            })
        };
        let buffers = self
            .buffers
            .iter()
            .find_map(|(buffer, list)| of(engine_name(buffer.name), list));
        buffers.or_else(|| of("payload".to_owned(), &self.payload))
    }

    /// What is asked of packets, payloads, and done once the rule matched; `moved` says that what is asked of the payload
    /// is told with the transactions.
    pub fn lists(&self, moved: bool) -> Value {
        let mut lists = Map::new();
        if !self.packet.is_empty() {
            lists.insert("packet".to_owned(), json!({"matches": self.packet}));
        }
        if !self.payload.is_empty() && !moved {
            lists.insert("payload".to_owned(), json!({"matches": told(&self.payload)}));
        }
        if !self.postmatch.is_empty() {
            lists.insert("postmatch".to_owned(), json!({"matches": self.postmatch}));
        }
        Value::Object(lists)
    }
}

/// Whether the rule says that it is to be looked up by this literal, and its length; `None` where it cannot be.
fn strength(content: &Content) -> Option<(bool, usize)> {
    (!content.negated || content.fast_pattern).then_some((content.fast_pattern, content.bytes.len()))
}

/// The strength of the strongest literal.
fn strongest(list: &[Match]) -> Option<(bool, usize)> {
    let strengths = list.iter().filter_map(|found| match found {
        Match::Content(content) => strength(content),
        Match::Other(_) => None,
    });
    strengths.max()
}

/// As rules.json tells of them.
pub fn told(list: &[Match]) -> Vec<Value> {
    let tell = |found: &Match| match found {
        Match::Content(content) => json!({"name": "content", "content": content.told()}),
        Match::Other(value) => value.clone(),
    };
    list.iter().map(tell).collect()
}

/// The buffer that a modifier of old puts its content into.
fn modified_buffer(name: &str, registry: &Registry) -> Option<&'static BufferDef> {
    let sticky = match name {
        "uricontent" => "http.uri",
        name => MODIFIERS.iter().find(|(modifier, _)| *modifier == name)?.1,
    };
    match registry.get(sticky)?.kind {
        Kind::StickyBuffer(buffer) => Some(buffer),
        _ => None,
    }
}

/// Modifiers of old, and the sticky buffers in whose place they stand.
const MODIFIERS: &[(&str, &str)] = &[
    ("http_client_body", "http.request_body"),
    ("http_cookie", "http.cookie"),
    ("http_header", "http.header"),
    ("http_host", "http.host"),
    ("http_method", "http.method"),
    ("http_raw_header", "http.header.raw"),
    ("http_raw_host", "http.host.raw"),
    ("http_raw_uri", "http.uri.raw"),
    ("http_server_body", "http.response_body"),
    ("http_stat_code", "http.stat_code"),
    ("http_stat_msg", "http.stat_msg"),
    ("http_uri", "http.uri"),
    ("http_user_agent", "http.user_agent"),
];

/// `dns`, `!http`, `tls,either`.
fn app_layer_protocol(value: &str) -> Value {
    let (names, mode) = value.split_once(',').unwrap_or((value, "direction"));
    let negated = names.trim_start().starts_with('!');
    let names = names.trim().trim_start_matches('!');
    let names: Vec<&str> = names.split('|').map(str::trim).collect();
    json!({"name": "app-layer-protocol", "app_layer_protocol": {
        "protocols": names,
        "mode": mode.trim(),
        "negated": negated,
    }})
}

/// The name of a buffer in rules.json: that of the modifier of old, where there is one.
pub fn engine_name(buffer: &str) -> String {
    if let Some((old, _)) = MODIFIERS.iter().find(|(_, sticky)| *sticky == buffer) {
        // What comes with a response is looked at like other files.
        return if *old == "http_server_body" {
            "file_data".to_owned()
        } else {
            (*old).to_owned()
        };
    }
    if buffer.starts_with("http.") || matches!(buffer, "dns.query" | "file.data") {
        buffer.replace('.', "_")
    } else {
        buffer.to_owned()
    }
}

/// Says of each match whether the next is meant from its end; what is relative to nothing has a place.
fn relate(list: &mut [Match], notes: &mut Vec<String>) {
    if let Some(Match::Content(first)) = list.first_mut()
        && first.is_relative()
        && first.anchor()
    {
        notes.push("'within' option for pattern w/o previous content was converted to 'depth'".to_owned());
    }
    let relative: Vec<bool> = list.iter().map(is_relative).collect();
    for (found, next) in list.iter_mut().zip(relative.into_iter().skip(1)) {
        match found {
            Match::Content(content) => content.relative_next = next,
            Match::Other(value) => {
                if let Some(pcre) = value.get_mut("pcre").and_then(Value::as_object_mut) {
                    pcre.insert("relative_next".to_owned(), json!(next));
                }
            }
        }
    }
}

fn is_relative(found: &Match) -> bool {
    match found {
        Match::Content(content) => content.is_relative(),
        Match::Other(value) => value["pcre"]["relative"] == true || value["relative"] == true,
    }
}

fn payload_match(name: &'static str, value: &str, notes: &mut Vec<String>) -> Match {
    match name {
        "content" | "uricontent" => Match::Content(Content::read(value)),
        "pcre" => {
            let negated = value.trim_start().starts_with('!');
            let end = value.trim_end().trim_end_matches('"');
            let (pattern, flags) = end.rsplit_once('/').unwrap_or((end, ""));
            if flags.contains('B') {
                notes.push("'/B' (rawbytes) option is a no-op and is silently ignored".to_owned());
            }
            if pattern.contains("\\X") {
                notes.push("pcre with \\X (Unicode extended grapheme cluster) may be slow".to_owned());
            }
            Match::Other(json!({"name": "pcre", "pcre": {
                "relative": flags.contains('R'),
                "relative_next": false,
                "nocase": flags.contains('i'),
                "negated": negated,
            }}))
        }
        "absent" => Match::Other(json!({"name": "absent", "absent": {"or_else": value.trim() == "or_else"}})),
        _ => {
            let relative = value.split(',').any(|part| part.trim() == "relative");
            let mut told = json!({"name": name});
            if let (true, Some(map)) = (relative, told.as_object_mut()) {
                map.insert("relative".to_owned(), json!(true));
            }
            Match::Other(told)
        }
    }
}

/// A condition on the packet; of conditions on numbers, the numbers.
fn packet_match(name: &'static str, value: &str) -> Value {
    let key = match name {
        "tcp.window" => "window".to_owned(),
        "icmp_id" => "id".to_owned(),
        "icode" => "code".to_owned(),
        "itype" => "type".to_owned(),
        name => name.replace('.', "_"),
    };
    match name {
        "ipopts" => return json!({"name": name, "ipopts": {"option": value.trim()}}),
        "flow.elephant" => return json!({"name": name, "flow_elephant": {"dir": value.trim()}}),
        "tcp.session" => {
            let phases: Vec<&str> = value.split(',').map(str::trim).collect();
            return json!({"name": name, "tcp_session": {"phases": phases}});
        }
        "dsize" | "tcp.mss" | "tcp.window" | "icmp_id" | "icode" | "itype" | "ttl" => {}
        name if name.starts_with("flow.") => {}
        _ => return json!({"name": name}),
    }
    match number_condition(value) {
        Some(condition) => json!({"name": name, key: condition}),
        None => json!({"name": name}),
    }
}

/// `5`, `!5`, `>5`, `1-5`, `&0xf=4`.
fn number_condition(value: &str) -> Option<Value> {
    let spanned = Spanned {
        value,
        span: Span::new(0, u32::try_from(value.len()).unwrap_or(u32::MAX)),
    };
    let read = predicate(spanned).ok()?;
    let told = match read.comparison {
        Comparison::Equal(n) if read.negated => json!({"diff": n.value.number()?}),
        Comparison::Equal(n) => json!({"equal": n.value.number()?}),
        Comparison::Less(n) => json!({"lt": n.value.number()?}),
        Comparison::LessOrEqual(n) => json!({"lte": n.value.number()?}),
        Comparison::Greater(n) => json!({"gt": n.value.number()?}),
        Comparison::GreaterOrEqual(n) => json!({"gte": n.value.number()?}),
        Comparison::Range { low, high, .. } => {
            let key = if read.negated { "negated_range" } else { "range" };
            json!({key: {"min": low.value.number()?, "max": high.value.number()?}})
        }
        Comparison::Mask {
            mask,
            value,
            value_negated,
        } => {
            let key = if value_negated { "negated_bitmask" } else { "bitmask" };
            let value = value.and_then(|v| v.value.number()).unwrap_or(0);
            json!({key: {"mask": mask.value.number()?, "value": value}})
        }
    };
    Some(told)
}

/// `set,a`, `isset,a|b`: whether it changes something, and how it is told. `noalert` is told elsewhere.
fn bits(value: &str) -> Option<(bool, Value)> {
    let (command, names) = value.split_once(',')?;
    let command = command.trim();
    let names: Vec<&str> = names.split('|').map(str::trim).collect();
    let mut told = json!({"cmd": command, "names": names});
    if let (true, Some(map)) = (names.len() > 1, told.as_object_mut()) {
        map.insert("operator".to_owned(), json!("or"));
    }
    Some((matches!(command, "set" | "unset" | "toggle"), told))
}

/// `name,+,1`, `name,isset`.
fn flowint(value: &str) -> Option<(bool, Value)> {
    let mut parts = value.split(',').map(str::trim);
    let (variable, sign) = (parts.next()?, parts.next()?);
    let (command, changes) = match sign {
        "+" => ("add", true),
        "-" => ("sub", true),
        "=" => ("set", true),
        ">" => ("gt", false),
        "<" => ("lt", false),
        ">=" => ("gte", false),
        "<=" => ("lte", false),
        "==" => ("eq", false),
        "!=" => ("ne", false),
        "isset" => ("isset", false),
        "notset" | "isnotset" => ("isnotset", false),
        _ => return None,
    };
    let mut told = json!({"cmd": command, "var": variable});
    if let (Some(number), Some(map)) = (parts.next(), told.as_object_mut())
        && !sign.ends_with("set")
    {
        let number = number.parse::<u64>().map_or_else(|_| json!(number), |n| json!(n));
        map.insert("value".to_owned(), number);
    }
    Some((changes, told))
}

/// `set,name,track ip_src,expire 60`.
fn xbits(value: &str) -> Option<(bool, Value)> {
    let mut parts = value.split(',').map(str::trim);
    let (command, name) = (parts.next()?, parts.next()?);
    let changes = matches!(command, "set" | "unset" | "toggle");
    let mut told = json!({"cmd": command, "name": name});
    let map = told.as_object_mut()?;
    let mut expire = DEFAULT_EXPIRE;
    for part in parts {
        match part.split_once(char::is_whitespace) {
            Some(("track", who)) => {
                map.insert("track".to_owned(), json!(who.trim()));
            }
            Some(("expire", seconds)) => expire = seconds.trim().parse().unwrap_or(DEFAULT_EXPIRE),
            _ => {}
        }
    }
    if changes {
        map.insert("expire".to_owned(), json!(expire));
    }
    Some((changes, told))
}

/// Suricata: seconds that a bit stays where the rule does not say.
const DEFAULT_EXPIRE: u64 = 30;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_on_numbers_have_their_sign() {
        let told = |text| number_condition(text).expect("it is one");
        assert_eq!(told(">5"), json!({"gt": 5}));
        assert_eq!(told("!0-159"), json!({"negated_range": {"min": 0, "max": 159}}));
        assert_eq!(told("&0xF=4"), json!({"bitmask": {"mask": 15, "value": 4}}));
        assert_eq!(told("!=953"), json!({"diff": 953}));
    }

    #[test]
    fn bits_are_set_or_asked() {
        assert_eq!(bits("set,a"), Some((true, json!({"cmd": "set", "names": ["a"]}))));
        assert_eq!(
            bits("isset, a|b").map(|(changes, told)| (changes, told["operator"].clone())),
            Some((false, json!("or")))
        );
        assert_eq!(bits("noalert"), None);
        assert_eq!(
            flowint("n, +, 1"),
            Some((true, json!({"cmd": "add", "var": "n", "value": 1})))
        );
        let (changes, told) = xbits("toggle,x,track ip_dst").expect("it is one");
        assert_eq!(
            (changes, &told["expire"], &told["track"]),
            (true, &json!(30), &json!("ip_dst"))
        );
    }
}
