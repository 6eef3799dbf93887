//! Whole connections, made by hand.

use engine::app_layer::{Settings, TxState};
use engine::buffer::tx_as;
use packet::Direction;
use proptest::prelude::*;

use super::{APPLICATION, Event, TlsTx};
use crate::harness::Conversation;

/// DER: a tag, a length, a content.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut out = vec![tag];
    match length {
        0..=127 => out.push(length as u8),
        128..=255 => out.extend([0x81, length as u8]),
        _ => out.extend([0x82, (length >> 8) as u8, length as u8]),
    }
    out.extend_from_slice(content);
    out
}

fn name(parts: &[(u8, &[u8])]) -> Vec<u8> {
    let mut all = Vec::new();
    for (kind, value) in parts {
        let kind = der(6, &[0x55, 4, *kind]);
        all.extend(der(0x31, &der(0x30, &[kind, der(12, value)].concat())));
    }
    der(0x30, &all)
}

/// A certificate that nobody signed.
fn certificate(common_name: &[u8]) -> Vec<u8> {
    let algorithm = der(
        0x30,
        &[der(6, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 11]), der(5, &[])].concat(),
    );
    let key = der(0x30, &[algorithm.clone(), der(3, &[0, 1, 2, 3])].concat());
    let validity = der(0x30, &[der(23, b"150212180727Z"), der(23, b"250209180727Z")].concat());
    let names = der(0x30, &[der(0x82, b"a.example.org"), der(0x87, &[10, 0, 0, 1])].concat());
    let extension = der(0x30, &[der(6, &[0x55, 0x1d, 17]), der(4, &names)].concat());
    let body = [
        der(0xa0, &der(2, &[2])),
        der(2, &[0, 0x97, 0xe6]),
        algorithm.clone(),
        name(&[(6, b"FR"), (10, b"Acme, Inc."), (3, b"Root")]),
        validity,
        name(&[(6, b"FR"), (3, common_name)]),
        key,
        der(0xa3, &der(0x30, &extension)),
    ];
    der(
        0x30,
        &[der(0x30, &body.concat()), algorithm, der(3, &[0, 9, 9])].concat(),
    )
}

fn record(content: u8, body: &[u8]) -> Vec<u8> {
    [&[content, 3, 3][..], &(body.len() as u16).to_be_bytes(), body].concat()
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    [&(u32::from(kind) << 24 | body.len() as u32).to_be_bytes()[..], body].concat()
}

fn vec16(body: &[u8]) -> Vec<u8> {
    [&(body.len() as u16).to_be_bytes()[..], body].concat()
}

fn extension(number: u16, body: &[u8]) -> Vec<u8> {
    [&number.to_be_bytes()[..], &vec16(body)].concat()
}

fn sni(host: &[u8]) -> Vec<u8> {
    extension(0, &vec16(&[&[0][..], &vec16(host)].concat()))
}

fn client_hello(session: &[u8], extensions: &[Vec<u8>]) -> Vec<u8> {
    let mut body = vec![3, 3];
    body.extend([0x11; 32]);
    body.push(session.len() as u8);
    body.extend(session);
    body.extend([0, 4, 0xc0, 0x2f, 0x00, 0x9c, 1, 0]);
    body.extend(vec16(&extensions.concat()));
    message(1, &body)
}

fn server_hello(session: &[u8], extensions: &[Vec<u8>]) -> Vec<u8> {
    let mut body = vec![3, 3];
    body.extend([0x22; 32]);
    body.push(session.len() as u8);
    body.extend(session);
    body.extend([0xc0, 0x2f, 0]);
    body.extend(vec16(&extensions.concat()));
    message(2, &body)
}

fn certificates(list: &[Vec<u8>]) -> Vec<u8> {
    let vec24 = |bytes: &[u8]| [&(bytes.len() as u32).to_be_bytes()[1..], bytes].concat();
    let all: Vec<u8> = list.iter().flat_map(|der| vec24(der)).collect();
    message(11, &vec24(&all))
}

const ALPN_H2: &[u8] = &[0, 3, 2, b'h', b'2'];

/// What the client and the server say of a whole connection, in turns.
fn connection() -> [Vec<u8>; 4] {
    let hello = client_hello(
        &[],
        &[
            sni(b"example.org"),
            extension(16, ALPN_H2),
            extension(10, &[0, 2, 0, 29]),
        ],
    );
    let chain = certificates(&[certificate(b"example.org"), certificate(b"Root")]);
    let (first, second) = chain.split_at(100);
    [
        record(22, &hello),
        [
            record(22, &server_hello(&[5; 32], &[extension(16, ALPN_H2)])),
            record(22, first),
            record(22, &[second, &message(12, &[7; 40]), &message(14, &[])].concat()),
        ]
        .concat(),
        [
            record(22, &message(16, &[1; 66])),
            record(20, &[1]),
            record(22, &[0x99; 40]),
            record(23, &[0x55; 300]),
        ]
        .concat(),
        [record(20, &[1]), record(22, &[0x98; 40]), record(23, &[0x66; 300])].concat(),
    ]
}

fn talk(turns: &[Vec<u8>], piece: usize) -> Conversation {
    let mut talk = Conversation::new(&APPLICATION);
    for (at, turn) in turns.iter().enumerate() {
        if at % 2 == 0 {
            talk.client(turn, piece);
        } else {
            talk.server(turn, piece);
        }
    }
    talk
}

fn state(talk: &Conversation) -> (&TxState, &TlsTx) {
    let (state, tx) = talk.transactions().get(0).expect("a transaction");
    (state, tx_as::<TlsTx>(tx).expect("of this protocol"))
}

fn has(talk: &Conversation, event: Event) -> bool {
    state(talk).0.events.has(event as u8)
}

#[test]
fn a_connection_in_any_pieces() {
    for piece in [1, 2, 3, 7, 100, 10_000] {
        let talk = talk(&connection(), piece);
        let (state, tx) = state(&talk);
        assert!(state.events.is_empty(), "pieces of {piece}");
        let hello = tx.client.hello.as_deref().expect("a hello");
        assert_eq!(hello.sni.as_deref(), Some(&b"example.org"[..]));
        assert_eq!(hello.alpns, [b"h2"]);
        assert_eq!((tx.client.progress, tx.server.progress), (3, 4));
        assert_eq!(tx.server.chain().count(), 2);
        let first = tx.server.certificate.as_deref().expect("a certificate");
        assert_eq!(first.subject(), "C=FR, CN=example.org");
        assert_eq!(first.issuer(), "C=FR, O=Acme, Inc., CN=Root");
        assert_eq!(first.serial(), "00:97:E6");
        assert_eq!(first.names(), ["a.example.org", "10.0.0.1"]);
        assert_eq!(super::date::written(first.not_before), "2015-02-12T18:07:27");
        assert_eq!(tx.ja3().map(|ja3| &*ja3.line), Some("771,49199-156,0-16-10,29,"));
        assert_eq!(tx.ja3s().map(|ja3| &*ja3.line), Some("771,49199,16"));
        assert_eq!(tx.ja4().map(|hash| &hash[..10]), Some("t12d0203h2"));
    }
}

#[test]
fn encrypted_data_ends_the_inspection_of_payloads() {
    let mut handled = Vec::new();
    for mode in ["track-only", "bypass", "full"] {
        let mut settings = Settings::default();
        settings.set("tls.encryption-handling", mode);
        let mut talk = Conversation::with(&[&APPLICATION], settings);
        let turns = connection();
        talk.client(&turns[0], 9999).server(&turns[1], 9999);
        assert!(!talk.flow.take_effects().no_payload);
        talk.client(&turns[2], 9999);
        let effects = talk.flow.take_effects();
        handled.push((effects.no_payload, effects.bypass));
    }
    assert_eq!(handled, [(true, false), (true, true), (false, false)]);
}

#[test]
fn fingerprints_can_be_left_out() {
    let mut settings = Settings::default();
    settings.set("tls.ja3-fingerprints", "no");
    settings.set("tls.ja4-fingerprints", "auto");
    let mut talk = Conversation::with(&[&APPLICATION], settings);
    talk.client(&connection()[0], 99);
    let tx = state(&talk).1;
    assert!(tx.ja3().is_none() && tx.ja4().is_some());
}

#[test]
fn sessions_are_resumed_by_id_and_by_ticket() {
    let by_id = talk(
        &[
            record(22, &client_hello(&[5; 32], &[])),
            record(22, &server_hello(&[5; 32], &[])),
        ],
        99,
    );
    assert!(state(&by_id).1.resumed());
    let other = talk(
        &[
            record(22, &client_hello(&[6; 32], &[])),
            record(22, &server_hello(&[5; 32], &[])),
        ],
        99,
    );
    assert!(!state(&other).1.resumed());
    let answer = [record(22, &server_hello(&[], &[])), record(20, &[1])].concat();
    let by_ticket = talk(&[record(22, &client_hello(&[], &[extension(35, &[1; 9])])), answer], 99);
    assert!(state(&by_ticket).1.resumed());
}

#[test]
fn version_3_of_tls_is_in_an_extension() {
    let offer = extension(43, &[6, 0x3a, 0x3a, 3, 4, 3, 3]);
    let turns = [
        record(22, &client_hello(&[], &[offer])),
        record(22, &server_hello(&[], &[extension(43, &[3, 4])])),
    ];
    let talk = talk(&turns, 50);
    let tx = state(&talk).1;
    assert_eq!(
        (tx.client.version.name(), tx.server.version.name()),
        ("TLS 1.3".into(), "TLS 1.3".into())
    );
}

#[test]
fn names_of_servers_that_are_wrong() {
    let hello = |extensions: &[Vec<u8>]| talk(&[record(22, &client_hello(&[], extensions))], 99);
    assert!(has(
        &hello(&[sni(b"a.org"), sni(b"b.org")]),
        Event::MultipleSniExtensions
    ));
    assert!(has(
        &hello(&[extension(0, &[0, 8, 3, 0, 5, 1, 2, 3, 4, 5])]),
        Event::InvalidSniType
    ));
    assert!(has(
        &hello(&[extension(0, &[0, 8, 0, 0, 50, 1, 2, 3, 4, 5])]),
        Event::InvalidSniLength
    ));
    assert!(state(&hello(&[extension(0, &[])])).0.events.is_empty());
}

#[test]
fn what_is_wrong_with_records_and_messages() {
    let hello = record(22, &client_hello(&[], &[]));
    let answered = |answer: Vec<u8>| talk(&[hello.clone(), answer], 9999);
    assert!(has(&answered(vec![25, 3, 3, 0, 1, 0]), Event::InvalidRecordType));
    assert!(has(&answered(vec![22, 5, 5, 0, 1, 0]), Event::InvalidRecordVersion));
    assert!(has(&answered(vec![22, 3, 3, 0, 0]), Event::InvalidRecordLength));
    assert!(has(
        &answered(record(22, &message(77, b"abc"))),
        Event::InvalidHandshakeMessage
    ));
    assert!(has(
        &answered(record(22, &message(2, b"\x03\x03abc"))),
        Event::HandshakeInvalidLength
    ));
    let garbage = certificates(&[b"this is no certificate".to_vec()]);
    assert!(has(&answered(record(22, &garbage)), Event::InvalidCertificate));
}

#[test]
fn a_message_that_is_too_long_is_passed_over() {
    let mut long = vec![11, 0x10, 0, 0];
    long.resize((1 << 20) + 4, 0);
    long.extend(server_hello(&[], &[]));
    let records: Vec<u8> = long.chunks(16_000).flat_map(|part| record(22, part)).collect();
    let talk = talk(&[record(22, &client_hello(&[], &[])), records], 1400);
    assert!(has(&talk, Event::HandshakeInvalidLength));
    assert!(state(&talk).1.server.hello.is_some());
}

#[test]
fn hellos_of_ssl_2() {
    let mut hello = vec![0x80, 46, 1, 0, 2, 0, 21, 0, 0, 0, 16];
    hello.resize(48, 7);
    let talk = talk(&[hello], 5);
    let tx = state(&talk).1;
    assert_eq!((tx.client.version.name(), tx.client.progress), ("SSLv2".into(), 1));
}

#[test]
fn lost_bytes_end_it() {
    let mut talk = talk(&connection()[..1], 99);
    talk.lose(Direction::ToClient, 10);
    assert!(talk.flow.is_off());
}

proptest! {
    #[test]
    fn any_bytes_do_no_harm(bytes in proptest::collection::vec(any::<u8>(), 0..400), piece in 1usize..50) {
        let mut talk = Conversation::new(&APPLICATION);
        talk.client(&connection()[0], 99).server(&bytes, piece).client(&bytes, piece).end();
        let mut talk = Conversation::new(&APPLICATION);
        talk.client(&record(22, &bytes), piece).server(&record(22, &bytes), piece).end();
    }

    #[test]
    fn any_byte_may_be_wrong(at in 0usize..2000, byte in any::<u8>(), piece in 1usize..1500) {
        let mut turns = connection();
        let lengths = turns.each_ref().map(Vec::len);
        let mut at = at % lengths.iter().sum::<usize>();
        for (turn, length) in turns.iter_mut().zip(lengths) {
            if at < length {
                turn[at] = byte;
                break;
            }
            at -= length;
        }
        let _ = talk(&turns, piece).flow.is_off();
    }
}
