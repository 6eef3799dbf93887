//! What the fuzz targets do with bytes.
//!
//! None of them looks at a clock, a file or an address; what they assert is that nothing panics, overflows or stands
//! still.

use std::sync::{Arc, OnceLock};

use engine::Engine;
use engine::app_layer::{AppLayer, Settings, Transport};
use engine::compile::{Compiler, Variables};
use engine::config::{AppConfig, Config};
use engine::detect::RuleSet;
use engine::keyword::{Env, Registry};
use engine::worker::Frame;
use packet::{DecodeConfig, Direction, LinkType, Packet, Timestamp};
use rule_parser::{Dialect, ParseOptions};

#[path = "../../crates/protocols/tests/support/honest.rs"]
pub mod honest;
#[path = "../../crates/protocols/tests/support/talk.rs"]
pub mod talk;

use talk::{Talk, Turn};

/// A text is parsed and compiled as rules; its first byte picks the dialect.
pub fn rule_text(data: &[u8]) {
    let Some((which, text)) = data.split_first() else {
        return;
    };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let options = ParseOptions {
        dialect: Dialect::ALL.get(usize::from(*which) % 4).copied(),
        include_disabled: which & 4 != 0,
    };
    let file = rule_parser::parse_file(text, &options);
    with_compiler(|compiler| drop(compiler.compile(&[file])));
}

/// A packet is decoded; its first byte picks the link type.
pub fn decode(data: &[u8]) {
    let Some((which, data)) = data.split_first() else {
        return;
    };
    let link = LINKS[usize::from(*which) % LINKS.len()];
    let config = DecodeConfig::default();
    let packet = Packet::decode(data, link, Timestamp::new(1, 0), 1, &config);
    let mut inner = packet.decode_inner(&config);
    for _ in 0..64 {
        inner = match &inner {
            Some(packet) => packet.decode_inner(&config),
            None => break,
        };
    }
}

/// Segments of one connection: for each a byte of flags, two of its place in the stream, one of its length, its bytes.
pub fn stream(data: &[u8]) {
    let mut engine = engine();
    let mut frames = Frames::new(&mut engine);
    let mut rest = data;
    while let Some(([what, high, low, length], after)) = rest.split_first_chunk::<4>() {
        let (bytes, after) = after.split_at(usize::from(*length).min(after.len()));
        rest = after;
        frames.give(
            &segment(*what, u16::from_be_bytes([*high, *low]), bytes),
            LinkType::RawIpv4,
        );
    }
    engine.end_of_capture(&mut |_| {});
}

/// Frames: for each a byte of the link type, two of its length, its bytes.
pub fn pipeline(data: &[u8]) {
    let mut engine = engine();
    let mut frames = Frames::new(&mut engine);
    let mut rest = data;
    while let Some(([which, high, low], after)) = rest.split_first_chunk::<3>() {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let (bytes, after) = after.split_at(length.min(after.len()));
        rest = after;
        frames.give(bytes, LINKS[usize::from(*which) % LINKS.len()]);
    }
    engine.end_of_capture(&mut |_| {});
}

/// A conversation in a protocol: for each turn a byte of what happens, one of its length, its bytes.
///
/// # Panics
/// When there is no such protocol, or it stands still.
pub fn converse(protocol: &str, data: &[u8]) {
    let app = protocols::applications()
        .into_iter()
        .find(|app| app.name == protocol)
        .expect("a protocol of that name");
    if app.setup.is_none() {
        return;
    }
    let Some((how, mut rest)) = data.split_first() else {
        return;
    };
    let transport = match app.transports() {
        [true, true] if how & 2 != 0 => Transport::Udp,
        [true, _] => Transport::Tcp,
        _ => Transport::Udp,
    };
    let mut talk = Talk::new(app, transport, how & 1 != 0);
    while let Some(([what, length], after)) = rest.split_first_chunk::<2>() {
        let direction = if what & 1 != 0 {
            Direction::ToClient
        } else {
            Direction::ToServer
        };
        // Short and long turns both fit into few bytes.
        let length = usize::from(*length) << if what & 2 != 0 { 4 } else { 0 };
        let (bytes, after) = after.split_at(length.min(after.len()));
        rest = after;
        talk.turn(&match what >> 2 {
            60 => Turn::Lose(direction, bytes.iter().fold(0, |n, b| n << 8 | u64::from(*b))),
            61 => Turn::End(direction),
            _ => Turn::Say(direction, bytes.to_vec()),
        });
    }
    talk.turn(&Turn::End(Direction::ToServer));
    talk.turn(&Turn::End(Direction::ToClient));
}

/// What [`converse`] reads as these turns.
pub fn written(turns: &[(Direction, Vec<u8>)]) -> Vec<u8> {
    let mut out = vec![1];
    for (direction, bytes) in turns {
        for piece in bytes.chunks(255) {
            out.extend([u8::from(*direction == Direction::ToClient), piece.len() as u8]);
            out.extend_from_slice(piece);
        }
    }
    out
}

/// Frames in the order of their time.
struct Frames<'e> {
    engine: &'e mut Engine,
    number: u64,
}

impl<'e> Frames<'e> {
    fn new(engine: &'e mut Engine) -> Self {
        Self { engine, number: 0 }
    }

    fn give(&mut self, data: &[u8], link: LinkType) {
        self.number += 1;
        let frame = Frame {
            data,
            time: Timestamp::new(1_000 + self.number as i64, 0),
            number: self.number,
            link,
        };
        self.engine.frame(frame, &mut |_| {});
    }
}

/// A segment over IPv4; `what` has its direction and its flags.
pub fn segment(what: u8, place: u16, bytes: &[u8]) -> Vec<u8> {
    let to_client = what & 0x80 != 0;
    let (client, server) = (([10, 0, 0, 1], 40_000u16), ([10, 0, 0, 2], 80u16));
    let (from, to) = if to_client { (server, client) } else { (client, server) };
    let mut out = vec![0x45, 0];
    out.extend(((40 + bytes.len()) as u16).to_be_bytes());
    out.extend([0, 0, 0, 0, 64, 6, 0, 0]);
    out.extend(from.0);
    out.extend(to.0);
    out.extend(from.1.to_be_bytes());
    out.extend(to.1.to_be_bytes());
    out.extend((1000 + u32::from(place)).to_be_bytes());
    out.extend(2000u32.to_be_bytes());
    out.extend([0x50, what & 0x3f, 0xff, 0xff, 0, 0, 0, 0]);
    out.extend_from_slice(bytes);
    out
}

fn engine() -> Engine {
    static READY: OnceLock<(Arc<Config>, Arc<RuleSet>)> = OnceLock::new();
    let (config, rules) = READY.get_or_init(|| {
        let keywords = [engine::keywords::ALL, &protocols::keywords()].concat();
        let examples: Vec<String> = keywords
            .iter()
            .enumerate()
            .map(|(n, keyword)| keyword.example.replace("sid:1;", &format!("sid:{};", n + 1)))
            .collect();
        let text = examples.join("\n");
        let file = rule_parser::parse_file(&text, &ParseOptions::default());
        let rules = with_compiler(|compiler| compiler.compile(&[file]).rules);
        let layer = layer();
        let records = layer.iter().flat_map(|(_, app)| app.loggers.iter());
        let records = records
            .map(|logger| (logger.event_type.to_owned(), Settings::default()))
            .collect();
        let config = Config {
            app: AppConfig {
                layer,
                records,
                in_alerts: true,
                ..AppConfig::default()
            },
            ..Config::standard()
        };
        (Arc::new(config), Arc::new(rules))
    });
    Engine::new(Arc::clone(config), Arc::clone(rules))
}

fn layer() -> Arc<AppLayer> {
    let layer = AppLayer::new(&protocols::applications(), &Settings::default());
    Arc::new(layer.expect("the standard settings hold"))
}

fn with_compiler<T>(then: impl FnOnce(&Compiler<'_>) -> T) -> T {
    let mut env = Env::default();
    env.app_layer = layer();
    env.pcre_buffers = protocols::pcre_buffers();
    env.files = engine::keyword::Files::new(|_| Err(std::io::ErrorKind::NotFound.into()));
    let registry = Registry::new(&[engine::keywords::ALL, &protocols::keywords()]);
    let variables = Variables::standard();
    then(&Compiler {
        registry: &registry,
        env: &env,
        variables: &variables,
        thresholds: &[],
        actions: Default::default(),
    })
}

const LINKS: [LinkType; 12] = [
    LinkType::Ethernet,
    LinkType::RawIp,
    LinkType::RawIpv4,
    LinkType::RawIpv6,
    LinkType::Null,
    LinkType::Ppp,
    LinkType::PppHdlc,
    LinkType::PppEther,
    LinkType::CiscoHdlc,
    LinkType::Loop,
    LinkType::LinuxSll,
    LinkType::LinuxSll2,
];
