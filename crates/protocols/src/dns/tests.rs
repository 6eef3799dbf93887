//! Conversations from end to end.

use engine::app_layer::{Fields, LogContext, Settings, TransactionList, TxState};
use engine::buffer::tx_as;
use packet::Direction;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::message::Header;
use super::{APPLICATION, DnsTx, Event, log};
use crate::harness::Conversation;

fn name(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for label in text.split('.').filter(|label| !label.is_empty()) {
        bytes.push(label.len() as u8);
        bytes.extend_from_slice(label.as_bytes());
    }
    bytes.push(0);
    bytes
}

fn message(flags: u16, queries: &[(&str, u16)], records: [&[(&str, u16, &[u8])]; 3]) -> Vec<u8> {
    let mut bytes = vec![0, 7];
    bytes.extend_from_slice(&flags.to_be_bytes());
    for count in [queries.len(), records[0].len(), records[1].len(), records[2].len()] {
        bytes.extend_from_slice(&(count as u16).to_be_bytes());
    }
    for (text, rrtype) in queries {
        bytes.extend_from_slice(&name(text));
        bytes.extend_from_slice(&rrtype.to_be_bytes());
        bytes.extend_from_slice(&[0, 1]);
    }
    for (text, rrtype, data) in records.into_iter().flatten() {
        bytes.extend_from_slice(&name(text));
        bytes.extend_from_slice(&rrtype.to_be_bytes());
        bytes.extend_from_slice(&[0, 1, 0, 0, 0, 60]);
        bytes.extend_from_slice(&(data.len() as u16).to_be_bytes());
        bytes.extend_from_slice(data);
    }
    bytes
}

fn question(text: &str) -> Vec<u8> {
    message(0x0100, &[(text, 1)], [&[], &[], &[]])
}

fn answer(text: &str) -> Vec<u8> {
    message(0x8180, &[(text, 1)], [&[(text, 1, &[192, 0, 2, 1])], &[], &[]])
}

fn framed(message: &[u8]) -> Vec<u8> {
    let mut bytes = (message.len() as u16).to_be_bytes().to_vec();
    bytes.extend_from_slice(message);
    bytes
}

fn udp() -> Conversation {
    Conversation::new(&APPLICATION).port(53).udp()
}

fn tcp() -> Conversation {
    Conversation::new(&APPLICATION).port(53)
}

/// Direction and first name of every transaction.
fn seen(list: &dyn TransactionList) -> Vec<(Direction, String)> {
    (0..list.len())
        .filter_map(|at| tx_as::<DnsTx>(list.get(at)?.1))
        .map(|tx| {
            let name = tx.message.queries.first().map(|query| tx.message.name(query.name));
            (
                tx.direction,
                String::from_utf8_lossy(name.unwrap_or_default()).into_owned(),
            )
        })
        .collect()
}

fn has(list: &dyn TransactionList, at: usize, event: Event) -> bool {
    list.get(at).is_some_and(|(state, _)| state.events.has(event as u8))
}

fn record(tx: &DnsTx, options: &[(&str, &str)]) -> Option<Value> {
    let mut settings = Settings::default();
    for (key, value) in options {
        settings.set(key, *value);
    }
    let mut fields = Fields::default();
    log::write(
        &LogContext {
            tx,
            state: &TxState::default(),
            options: &settings,
            alert: None,
        },
        &mut fields,
    );
    let value = fields.iter().next().map(|(_, raw)| raw.get().to_owned())?;
    serde_json::from_str(&value).ok()
}

fn one(bytes: &[u8], options: &[(&str, &str)]) -> Option<Value> {
    let header = Header::read(bytes).expect("a header");
    let direction = if header.is_response() {
        Direction::ToClient
    } else {
        Direction::ToServer
    };
    let message = super::Message::read(bytes, direction).expect("a message");
    record(&DnsTx { direction, message }, options)
}

#[test]
fn datagrams_are_transactions_of_their_own() {
    let mut talk = udp();
    talk.client(&question("a.test"), 999);
    talk.client(&question("b.test")[..15], 999);
    talk.client(&question("c.test"), 999).server(&answer("a.test"), 999);
    let list = talk.transactions();
    let to = |direction, name: &str| (direction, name.to_owned());
    assert_eq!(
        seen(list),
        [
            to(Direction::ToServer, "a.test"),
            to(Direction::ToServer, "c.test"),
            to(Direction::ToClient, "a.test")
        ]
    );
    assert!(has(list, 0, Event::MalformedData));
    // A question has nothing to show to the client.
    assert!(
        list.get(0)
            .is_some_and(|(state, _)| state.inspection[1].done && !state.inspection[0].done)
    );
}

#[test]
fn messages_of_a_stream_in_any_pieces() {
    let asked = [framed(&question("a.test")), vec![0, 0], framed(&question("b.test"))].concat();
    let told = [framed(&answer("a.test")), framed(&answer("b.test"))].concat();
    for piece in [1, 2, 3, 13, 40, 999] {
        let mut talk = tcp();
        talk.client(&asked, piece).server(&told, piece);
        assert_eq!(seen(talk.transactions()).len(), 4, "pieces of {piece}");
    }
}

#[test]
fn after_a_gap_a_stream_goes_on_with_the_next_message() {
    let mut talk = tcp();
    talk.client(&framed(&question("a.test")), 999);
    talk.client(&framed(&question("b.test"))[..9], 999);
    talk.lose(Direction::ToServer, 20);
    talk.client(b"the rest of a message", 999);
    talk.client(&framed(&question("c.test")), 999);
    let names: Vec<String> = seen(talk.transactions()).into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["a.test", "c.test"]);
}

#[test]
fn a_stream_with_a_message_that_is_none_is_given_up() {
    let mut talk = tcp();
    let broken = &question("b.test")[..20];
    talk.client(
        &[framed(&question("a.test")), framed(broken), framed(&question("c.test"))].concat(),
        999,
    );
    assert_eq!(seen(talk.transactions()).len(), 1);
    assert!(has(talk.transactions(), 0, Event::MalformedData) && talk.flow.is_off());
}

#[test]
fn what_goes_the_wrong_way() {
    let mut talk = tcp();
    talk.client(&framed(&question("a.test")), 999);
    talk.server(&framed(&question("b.test")), 999);
    assert!(has(talk.transactions(), 0, Event::NotResponse));
    talk.client(&framed(&answer("c.test")), 999);
    assert!(has(talk.transactions(), 1, Event::NotRequest) && talk.flow.is_off());
}

#[test]
fn odd_headers_are_events() {
    let mut talk = udp();
    talk.client(&message(0x0140, &[("a", 1)], [&[], &[], &[]]), 999);
    talk.client(&message(0x3800, &[("a", 1)], [&[], &[], &[]]), 999);
    let list = talk.transactions();
    assert!(has(list, 0, Event::ZFlagSet) && !has(list, 0, Event::InvalidOpcode));
    assert!(has(list, 1, Event::InvalidOpcode));
}

#[test]
fn a_broken_section_behind_the_answers_is_an_event() {
    let whole = message(
        0x8180,
        &[("a", 1)],
        [
            &[("a", 1, &[192, 0, 2, 1])],
            &[("a", 2, &[1, b'n', 0])],
            &[("n", 1, &[192, 0, 2, 2])],
        ],
    );
    for (cut, event) in [(3, Event::InvalidAdditionals), (20, Event::InvalidAuthorities)] {
        let mut talk = udp();
        talk.client(&question("a"), 999)
            .server(&whole[..whole.len() - cut], 999);
        assert!(has(talk.transactions(), 1, event), "{event:?}");
    }
}

#[test]
fn too_many_messages_are_not_kept() {
    let mut settings = Settings::default();
    settings.set("dns.max-tx", "3");
    let mut talk = Conversation::with(&[&APPLICATION], settings).port(53);
    talk.client(&framed(&question("a.test")).repeat(5), 999);
    assert_eq!(talk.transactions().len(), 3);
    assert!(has(talk.transactions(), 2, Event::Flooded));
}

#[test]
fn probes_tell_messages_from_other_data() {
    use engine::app_layer::Probe::{More, No, Reversed, Yes};
    let (to_server, to_client) = (Direction::ToServer, Direction::ToClient);
    let asked = question("a.com");
    for (data, expected) in [
        (&asked[..], Yes),
        (&asked[..14], Yes),
        (&asked[..13], No),
        (b"GET / HTTP/1.0\r\n\r\n", No),
        (&[0xff; 40], No),
        (&message(0x0100, &[], [&[], &[], &[]]), Yes),
    ] {
        assert_eq!(super::probe::datagram(data, to_server), expected, "{data:?}");
    }
    assert_eq!(super::probe::datagram(&asked, to_client), Reversed);
    let stream = framed(&asked);
    for (data, expected) in [
        (&stream[..], Yes),
        (&stream[..13], More),
        (&stream[..20], Yes),
        (&[0, 5, b'h'], No),
    ] {
        assert_eq!(super::probe::stream(data, to_server), expected, "{data:?}");
    }
}

#[test]
fn the_record_of_a_question() {
    let asked = message(0x0100, &[("a.test", 28)], [&[], &[], &[]]);
    let expected = json!({"version": 3, "type": "request", "tx_id": 0, "id": 7, "flags": "100", "rd": true,
        "opcode": 0, "rcode": "NOERROR", "queries": [{"rrname": "a.test", "rrtype": "AAAA"}]});
    assert_eq!(one(&asked, &[]), Some(expected));
    let old = json!({"version": 2, "type": "query", "id": 7, "rrname": "a.test", "rrtype": "AAAA", "tx_id": 0,
        "opcode": 0});
    assert_eq!(one(&asked, &[("version", "2")]), Some(old));
    assert_eq!(one(&asked, &[("requests", "no")]), None);
    assert_eq!(one(&asked, &[("types.0", "a"), ("types.1", "mx")]), None);
    assert!(one(&asked, &[("types.0", "a"), ("types.1", "aaaa")]).is_some());
}

#[test]
fn the_record_of_an_answer() {
    let told = message(
        0x8583,
        &[("a.test", 16)],
        [
            &[
                ("a.test", 1, &[192, 0, 2, 1]),
                ("a.test", 16, b"\x02hi\x01\xff"),
                ("a.test", 15, &[0, 1, 1, b'm', 0]),
                ("a.test", 44, &[1, 2, 0xab, 0xcd]),
                ("a.test", 257, b"caa"),
                ("a.test", 1, b""),
            ],
            &[(
                "test",
                6,
                b"\x01m\0\x01r\0\0\0\0\x01\0\0\0\x02\0\0\0\x03\0\0\0\x04\0\0\0\x05",
            )],
            &[("", 41, &[0, 10, 0, 2, 0xbe, 0xef])],
        ],
    );
    let record = one(&told, &[]).expect("a record");
    assert_eq!(record["rcode"], "NXDOMAIN");
    assert_eq!(record["aa"], true);
    let said: Vec<&Value> = record["answers"]
        .as_array()
        .expect("answers")
        .iter()
        .map(|a| &a["rdata"])
        .collect();
    let null = Value::Null;
    assert_eq!(
        said,
        [
            &json!("192.0.2.1"),
            &json!("hi"),
            &json!("\\xff"),
            &json!("m"),
            &null,
            &null,
            &json!("")
        ]
    );
    assert_eq!(
        record["answers"][4]["sshfp"],
        json!({"fingerprint": "ab:cd", "algo": 1, "type": 2})
    );
    assert_eq!(record["grouped"]["TXT"], json!(["hi", "\\xff"]));
    assert_eq!(record["authorities"][0]["soa"]["minimum"], 5);
    assert_eq!(record["additionals"][0]["opt"], json!([{"code": 10, "data": "beef"}]));
    let only = one(&told, &[("formats", "grouped")]).expect("a record");
    assert!(only.get("answers").is_none() && only.get("grouped").is_some());
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_harm(bytes in proptest::collection::vec(any::<u8>(), 0..300), keep in any::<bool>()) {
        let mut message = question("a.test");
        if keep {
            message.truncate(Header::LEN);
        }
        message.extend_from_slice(&bytes);
        for direction in [Direction::ToServer, Direction::ToClient] {
            if let Some(read) = super::Message::read(&message, direction) {
                record(&DnsTx { direction, message: read }, &[]);
            }
        }
    }

    #[test]
    fn any_cutting_of_a_stream_gives_the_same(cuts in proptest::collection::vec(1usize..60, 1..20)) {
        let stream: Vec<u8> = ["a", "bb.test", "c.d.e"].iter().flat_map(|name| framed(&question(name))).collect();
        let mut talk = tcp();
        let mut rest = &stream[..];
        for cut in cuts.into_iter().chain([999]) {
            let (piece, after) = rest.split_at(cut.min(rest.len()));
            talk.client(piece, 999);
            rest = after;
        }
        let names: Vec<String> = seen(talk.transactions()).into_iter().map(|(_, name)| name).collect();
        prop_assert_eq!(names, ["a", "bb.test", "c.d.e"]);
    }
}
