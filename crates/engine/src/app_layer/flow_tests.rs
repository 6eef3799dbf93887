//! Recognition and parsing of whole flows, with two protocols that only count.

use std::sync::Arc;

use packet::{Direction, Timestamp};

use super::*;
use crate::app_layer::detection::Probe;

/// A parser that takes lines, and asks for what their first word says.
#[derive(Debug, Default)]
struct Lines {
    list: Transactions<Line>,
    lost: u64,
}

#[derive(Debug)]
struct Line;

impl Transaction for Line {
    fn progress(&self, _direction: Direction) -> u8 {
        1
    }
}

impl Parser for Lines {
    fn parse(&mut self, data: &[u8], context: &mut Context<'_>) -> Outcome {
        let mut consumed = 0;
        while let Some(end) = data[consumed..].iter().position(|b| *b == b'\n') {
            let line = &data[consumed..consumed + end];
            consumed += end + 1;
            match line {
                b"BAD" => return Outcome::Failed,
                b"SWITCH" => {
                    context.effects.switch = Some(Switch {
                        expected: Some("two"),
                        port: None,
                    });
                    return Outcome::Consumed(consumed);
                }
                _ => drop(self.list.push(Line)),
            }
        }
        Outcome::NeedMore {
            consumed,
            wanted: data.len() - consumed + 1,
        }
    }

    fn gap(&mut self, bytes: u64, _context: &mut Context<'_>) -> Outcome {
        self.lost += bytes;
        Outcome::Consumed(0)
    }

    fn transactions(&self) -> &dyn TransactionList {
        &self.list
    }

    fn transactions_mut(&mut self) -> &mut dyn TransactionList {
        &mut self.list
    }
}

const fn application(name: &'static str, detection: &'static [Detection]) -> Application {
    Application {
        name,
        aliases: &["counted"],
        detection,
        first: Some(Direction::ToServer),
        setup: Some(|_| Ok(Arc::new(|| Box::new(Lines::default())))),
        progress: [&["begun", "complete"], &["begun", "complete"]],
        events: &[],
        loggers: &[],
    }
}

static ONE: Application = application(
    "one",
    &[
        Pattern::tcp(Direction::ToServer, b"ONE "),
        Pattern::tcp(Direction::ToClient, b"FIRST "),
    ],
);

static TWO: Application = application(
    "two",
    &[
        Pattern::tcp(Direction::ToServer, b"TWO "),
        Pattern::tcp(Direction::ToClient, b"SECOND "),
        Detection::Probe {
            transport: Transport::Udp,
            ports: Ports::These(&[2222]),
            direction: None,
            min: 4,
            probe: |data, _| {
                if data.starts_with(b"two?") {
                    Probe::Yes
                } else {
                    Probe::No
                }
            },
        },
    ],
);

struct Talk {
    layer: AppLayer,
    flow: AppFlow,
    files: (FileSettings, Shared),
    events: Vec<AppEvent>,
}

impl Talk {
    fn new() -> Self {
        Self {
            layer: AppLayer::new(&[&ONE, &TWO], &Settings::default()).expect("no settings"),
            flow: AppFlow::default(),
            files: Default::default(),
            events: Vec::new(),
        }
    }

    fn feed(&mut self, direction: Direction, data: &[u8]) -> Fed {
        let Self { layer, flow, files, .. } = self;
        let fed = flow.feed(data, false, direction, &link(layer, files, Transport::Tcp, 9));
        self.events.extend(self.flow.take_events().iter());
        fed
    }

    fn name(&self) -> Option<&'static str> {
        self.flow.application(&self.layer).map(|app| app.name)
    }
}

fn link<'a>(layer: &'a AppLayer, files: &'a (FileSettings, Shared), transport: Transport, port: u16) -> Link<'a> {
    Link {
        layer,
        transport,
        turns: transport == Transport::Udp,
        client: ([10, 0, 0, 1].into(), 1000),
        server: ([10, 0, 0, 2].into(), port),
        time: Timestamp::new(1, 0),
        files: &files.0,
        shared: &files.1,
    }
}

use Direction::{ToClient, ToServer};

#[test]
fn a_pattern_in_pieces_is_waited_for() {
    let mut talk = Talk::new();
    assert_eq!(talk.feed(ToServer, b"ON").consumed, 0);
    assert_eq!(talk.name(), None);
    assert_eq!(talk.feed(ToServer, b"ONE a\nb").consumed, 6);
    assert_eq!(talk.name(), Some("one"));
    assert_eq!(talk.flow.transactions().map(|list| list.len()), Some(1));
    // Fewer bytes than the parser waits for are not given to it.
    assert_eq!(talk.feed(ToServer, b"b").consumed, 0);
    assert_eq!(talk.feed(ToServer, b"b\n").consumed, 2);
}

#[test]
fn the_wrong_side_first_is_not_the_protocol() {
    let mut talk = Talk::new();
    assert!(talk.feed(ToClient, b"FIRST x\n").off);
    assert_eq!(talk.events, [AppEvent::WrongDirectionFirstData]);
}

#[test]
fn two_directions_that_differ_are_an_event() {
    let mut talk = Talk::new();
    talk.feed(ToServer, b"ONE a\n");
    talk.feed(ToClient, b"SECOND b\n");
    assert_eq!(talk.events, [AppEvent::MismatchProtocolBothDirections]);
    assert_eq!(talk.name(), Some("one"));
    assert_eq!(talk.flow.looks(ToClient), talk.layer.by_name("two"));
}

#[test]
fn one_direction_alone_is_an_event() {
    let mut talk = Talk::new();
    talk.feed(ToServer, b"ONE a\n");
    assert_eq!(talk.feed(ToClient, b"whatever\n").consumed, 9);
    assert_eq!(talk.events, [AppEvent::DetectProtocolOnlyOneDirection]);
}

#[test]
fn what_one_side_says_waits_until_the_other_tells_the_protocol() {
    let mut talk = Talk::new();
    assert_eq!(talk.feed(ToServer, b"hello\n").consumed, 0);
    assert!(!talk.flow.is_off());
    let fed = talk.feed(ToClient, b"FIRST b\n");
    assert!(fed.other, "the client's side is to be fed again");
    assert_eq!(talk.feed(ToServer, b"hello\n").consumed, 6);
}

#[test]
fn unknown_in_both_directions_is_off() {
    let mut talk = Talk::new();
    talk.feed(ToServer, b"hello\n");
    assert!(talk.feed(ToClient, b"hello\n").off);
    assert!(talk.flow.is_settled(ToServer) && talk.flow.is_settled(ToClient));
    assert_eq!(talk.feed(ToServer, b"more").consumed, 4);
}

#[test]
fn one_side_alone_is_not_waited_for_for_ever() {
    let mut talk = Talk::new();
    let long = vec![b'x'; 100_000];
    assert!(!talk.feed(ToServer, &long[..5000]).off);
    talk.feed(ToServer, &long);
    assert!(talk.flow.is_off());
    assert_eq!(talk.events, [AppEvent::ProtoDetectionSkipped]);
}

#[test]
fn a_flow_can_change_its_protocol() {
    let mut talk = Talk::new();
    let fed = talk.feed(ToServer, b"ONE a\nSWITCH\nTWO b\n");
    assert!(fed.again && fed.consumed == 13, "{fed:?}");
    talk.feed(ToServer, b"TWO b\n");
    assert_eq!(talk.name(), Some("two"));
    let two = talk.layer.by_name("two");
    assert_eq!(talk.flow.before(), (talk.layer.by_name("one"), two));
    assert_eq!(talk.events, []);
}

#[test]
fn another_protocol_than_agreed_is_an_event() {
    let mut talk = Talk::new();
    talk.feed(ToServer, b"ONE a\nSWITCH\n");
    talk.feed(ToServer, b"ONE b\n");
    assert_eq!(talk.events, [AppEvent::UnexpectedProtocol]);
}

#[test]
fn a_parser_that_fails_is_not_asked_again() {
    let mut talk = Talk::new();
    assert!(talk.feed(ToServer, b"ONE a\nBAD\nmore\n").off);
    assert!(talk.flow.has_ended(ToServer) && talk.flow.has_ended(ToClient));
    assert_eq!(
        talk.flow.transactions().map(|list| list.len()),
        Some(1),
        "what was read stays"
    );
}

#[test]
fn a_gap_before_the_first_byte_hides_the_protocol() {
    let mut talk = Talk::new();
    let Talk { layer, flow, files, .. } = &mut talk;
    let link = link(layer, files, Transport::Tcp, 9);
    assert!(!flow.gap(10, ToServer, &link).off);
    assert!(flow.gap(10, ToClient, &link).off);
}

#[test]
fn datagrams_are_looked_at_once_in_each_direction() {
    let mut talk = Talk::new();
    let Talk { layer, flow, files, .. } = &mut talk;
    let at = |port| link(layer, files, Transport::Udp, port);
    flow.feed(b"what", false, ToServer, &at(2222));
    flow.feed(b"two?", false, ToServer, &at(2222));
    assert_eq!(flow.protocol(), None);
    flow.feed(b"two?", false, ToClient, &at(2222));
    assert_eq!(flow.protocol(), layer.by_name("two"));
    let mut other = AppFlow::default();
    other.feed(b"two?", false, ToServer, &at(53));
    assert_eq!(other.protocol(), None, "its port is 2222");
}

#[test]
fn an_expected_flow_needs_no_recognition() {
    let mut talk = Talk::new();
    let expectation = Expectation {
        protocol: "two",
        listener: ([10, 0, 0, 2].into(), 9),
        from: [10, 0, 0, 1].into(),
        about: Arc::new(()),
    };
    talk.flow.expect(&expectation, &talk.layer);
    assert_eq!(talk.feed(ToClient, b"anything\n").consumed, 9);
    assert_eq!(talk.name(), Some("two"));
}

#[test]
fn names_and_aliases() {
    let talk = Talk::new();
    assert_eq!(talk.layer.named("counted").map(|set| set.iter().count()), Some(2));
    assert_eq!(talk.layer.named("one").map(|set| set.iter().count()), Some(1));
    assert_eq!(talk.layer.named("three"), None);
}

#[test]
fn ports_and_switches_are_configured() {
    let mut settings = Settings::default();
    settings.set("two.detection-ports.dp", "53, 60:61");
    settings.set("one.enabled", "no");
    let layer = AppLayer::new(&[&ONE, &TWO], &settings).expect("they hold");
    let files = <(FileSettings, Shared)>::default();
    let mut flow = AppFlow::default();
    flow.feed(b"two?", false, ToServer, &link(&layer, &files, Transport::Udp, 61));
    assert_eq!(flow.protocol(), layer.by_name("two"));
    let mut flow = AppFlow::default();
    flow.feed(b"ONE a\n", false, ToServer, &link(&layer, &files, Transport::Tcp, 9));
    assert_eq!(flow.protocol(), None);
    settings.set("two.detection-ports.dp", "many");
    assert!(AppLayer::new(&[&ONE, &TWO], &settings).is_err());
}
