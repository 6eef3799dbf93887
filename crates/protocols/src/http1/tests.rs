//! Conversations, whole and in pieces.

use engine::app_layer::{Settings, Transaction};
use packet::Direction;
use proptest::prelude::*;

use super::{APPLICATION, Event, HttpTx};
use crate::harness::Conversation;

/// One step: who speaks, and what is said.
type Turn<'a> = (Direction, &'a [u8]);

const C: Direction = Direction::ToServer;
const S: Direction = Direction::ToClient;

/// What is seen of a transaction.
#[derive(Debug, Default, PartialEq, Eq)]
struct Seen {
    line: String,
    uri: String,
    host: String,
    headers: [String; 2],
    status: u16,
    bodies: [u64; 2],
    events: Vec<u8>,
    complete: [bool; 2],
}

fn talk(turns: &[Turn<'_>], piece: usize) -> Conversation {
    let mut talk = Conversation::with(&[&APPLICATION], Settings::default()).port(80);
    for (who, data) in turns {
        match who {
            Direction::ToServer => talk.client(data, piece),
            Direction::ToClient => talk.server(data, piece),
        };
    }
    talk
}

fn seen(talk: &Conversation) -> Vec<Seen> {
    let list = talk.transactions();
    (0..list.len())
        .filter_map(|at| list.get(at))
        .map(|(state, tx)| see(state, tx))
        .collect()
}

fn see(state: &engine::app_layer::TxState, tx: &dyn Transaction) -> Seen {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let complete = [tx.progress(C) == 5, tx.progress(S) == 5];
    let tx = engine::buffer::tx_as::<HttpTx>(tx).expect("a transaction of HTTP");
    Seen {
        line: text(tx.line(C)),
        uri: text(tx.request.normalized_uri()),
        host: text(tx.request.host().unwrap_or_default()),
        headers: [text(tx.headers(C).normalized()), text(tx.headers(S).normalized())],
        status: tx.response.code,
        bodies: [tx.request_body.raw_length(), tx.response_body.raw_length()],
        events: state.events.iter().collect(),
        complete,
    }
}

fn one(request: &[u8], response: &[u8]) -> Seen {
    let mut talk = talk(&[(C, request), (S, response)], 10_000);
    talk.end();
    seen(&talk).into_iter().next().expect("a transaction")
}

const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n";
const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

#[test]
fn a_request_and_its_response() {
    let request =
        b"POST /a/../b?x=%41 HTTP/1.1\r\nHost: A.com:81\r\nCookie: k=v\r\nX: a\r\n  b\r\nContent-Length: 3\r\n\r\nabc";
    let found = seen(&talk(&[(C, request), (S, OK)], 10_000));
    assert_eq!(
        found,
        [Seen {
            line: "POST /a/../b?x=%41 HTTP/1.1".into(),
            uri: "/b?x=A".into(),
            host: "a.com".into(),
            headers: [
                "Host: A.com:81\r\nX: a  b\r\nContent-Length: 3\r\n".into(),
                "Content-Length: 2\r\n".into()
            ],
            status: 200,
            bodies: [3, 2],
            events: vec![],
            complete: [true, true],
        }]
    );
}

#[test]
fn requests_in_one_piece_are_told_apart() {
    let requests = [
        GET,
        b"PUT /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nT: u\r\n\r\n",
        GET,
    ]
    .concat();
    let responses = [OK, OK, b"HTTP/1.1 304 No\r\n\r\n"].concat();
    let found = seen(&talk(&[(C, &requests), (S, &responses)], 10_000));
    assert_eq!(found.len(), 3);
    assert_eq!(found[1].bodies, [2, 2]);
    assert!(found[1].headers[0].ends_with("T: u\r\n"));
    assert!(
        found
            .iter()
            .all(|tx| tx.complete == [true, true] && tx.events.is_empty())
    );
    assert_eq!(found[2].status, 304);
}

#[test]
fn what_is_malformed_is_noted() {
    let get = |headers: &str| format!("GET / HTTP/1.1\r\n{headers}\r\n").into_bytes();
    let cases: Vec<(Vec<u8>, Event)> = vec![
        (get("A: b\r\n"), Event::MissingHostHeader),
        (get("Host: h\r\nfoo\r\n"), Event::RequestFieldMissingColon),
        (get("Host: h\r\na b: c\r\n"), Event::RequestHeaderInvalid),
        (get(" Host: h\r\n"), Event::InvalidRequestFieldFolding),
        (get("Host: a..b\r\n"), Event::RequestHeaderHostInvalid),
        (get("Host: h\r\nAuthorization: foo\r\n"), Event::RequestAuthUnrecognized),
        (
            get("Host: h\r\nContent-Length: x\r\n"),
            Event::InvalidContentLengthFieldInRequest,
        ),
        (
            get("Host: h\r\nTransfer-Encoding: x\r\n"),
            Event::InvalidTransferEncodingValueInRequest,
        ),
        (
            get("Host: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
            Event::InvalidRequestChunkLen,
        ),
        (
            b"GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n".to_vec(),
            Event::HostHeaderAmbiguous,
        ),
        (
            b"GET http://a:x/ HTTP/1.1\r\nHost: a\r\n\r\n".to_vec(),
            Event::RequestUriHostInvalid,
        ),
        (
            b"GET / HTTP/1.1\r\nHost: h\r\n\r\nlogin=foo".to_vec(),
            Event::RequestBodyUnexpected,
        ),
        (b"GET /x\r\nHost: h\r\n\r\n".to_vec(), Event::RequestLineMissingProtocol),
        (b"GET /x".to_vec(), Event::RequestLineIncomplete),
        (
            get(&format!("A: {}\r\n", "b".repeat(20_000))),
            Event::RequestFieldTooLong,
        ),
    ];
    for (request, event) in cases {
        let found = one(&request, OK);
        assert_eq!(
            found.events,
            [event as u8],
            "{}",
            request[..request.len().min(80)].escape_ascii()
        );
    }
}

#[test]
fn what_is_malformed_in_responses_is_noted() {
    let ok = |headers: &str| format!("HTTP/1.1 200 OK\r\n{headers}\r\n2\r\nhi\r\n0\r\n\r\n").into_bytes();
    let cases: Vec<(Vec<u8>, &[Event], u64)> = vec![
        (ok("Transfer-Encoding: chunked\r\n"), &[], 2),
        (ok("Transfer-Encoding:\r\n chunked\r\n"), &[], 2),
        (
            ok("Transfer-Encoding : chunked\r\n"),
            &[Event::ResponseHeaderInvalid],
            2,
        ),
        (
            ok("Transfer-Encoding: xchunked\r\n"),
            &[Event::ResponseAbnormalTransferEncoding],
            2,
        ),
        (
            ok("Transfer-Encoding: chu\0nked\r\n"),
            &[Event::ResponseAbnormalTransferEncoding],
            2,
        ),
        (ok("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"), &[], 2),
        (
            ok("Content-Length: 2\r\nContent-Length: 3\r\n"),
            &[Event::DuplicateContentLengthFieldInResponse],
            12,
        ),
        (
            b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n".to_vec(),
            &[Event::ResponseChunkedOldProto],
            2,
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhi".to_vec(),
            &[Event::InvalidResponseChunkLen],
            6,
        ),
        (
            b"HTTP/1.1 2x0 OK\r\n\r\nbody".to_vec(),
            &[Event::ResponseInvalidStatus],
            4,
        ),
        (
            b"HTTP/2.1 200 OK\r\n\r\nbody".to_vec(),
            &[Event::ResponseInvalidProtocol],
            4,
        ),
        (b"junk\r\nHTTP/1.1 200 OK\r\n\r\nbody".to_vec(), &[], 4),
        (b"HTTP/1.1 200 OK\rA: b\rContent-Length: 4\r\n\r\nbody".to_vec(), &[], 4),
        (b"HTTP/1.1 200 OK\nA: b\n\rContent-Length: 4\n\r\nbody".to_vec(), &[], 4),
        (b"HTTP/1.1 204 No\r\n\r\nbody".to_vec(), &[], 4),
        (
            b"HTTP/1.1 100 Go\r\n\r\nHTTP/1.1 100 Go\r\n\r\nHTTP/1.1 200 OK\r\n\r\nbody".to_vec(),
            &[Event::ContinueAlreadySeen],
            4,
        ),
    ];
    for (response, events, body) in cases {
        let found = one(GET, &response);
        let expected: Vec<u8> = events.iter().map(|event| *event as u8).collect();
        assert_eq!(
            (found.events, found.bodies[1]),
            (expected, body),
            "{}",
            response.escape_ascii()
        );
    }
}

#[test]
fn a_response_without_a_request_stands_alone() {
    let found = seen(&talk(&[(C, GET), (S, OK), (S, OK)], 10_000));
    assert_eq!(found.len(), 2);
    assert_eq!(found[1].events, [Event::UnableToMatchResponseToRequest as u8]);
    assert_eq!((found[1].status, found[1].complete), (200, [true, true]));
}

#[test]
fn a_head_has_no_body() {
    let head = b"HEAD / HTTP/1.1\r\nHost: h\r\n\r\n";
    let found = seen(&talk(
        &[
            (C, head),
            (S, b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"),
            (C, GET),
            (S, OK),
        ],
        10_000,
    ));
    assert_eq!(found.len(), 2);
    assert_eq!((found[0].bodies, found[1].bodies), ([0, 0], [0, 2]));
}

#[test]
fn lost_bytes_of_a_body_are_passed_over() {
    let mut talk = talk(
        &[
            (C, GET),
            (C, GET),
            (S, b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"),
        ],
        10_000,
    );
    talk.lose(S, 5).server(b"de", 10).server(OK, 10);
    let found = seen(&talk);
    assert_eq!((found[0].bodies[1], found[0].complete[1]), (10, true));
    assert_eq!((found[1].status, found[1].bodies[1]), (200, 2));
    talk.server(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", 100)
        .lose(S, 10)
        .server(OK, 10);
    assert_eq!(seen(&talk).len(), 3);
}

#[test]
fn a_tunnel_goes_on_in_another_protocol() {
    let connect = b"CONNECT a.com:80 HTTP/1.1\r\nHost: a.com:80\r\n\r\n";
    let mut talk = talk(&[(C, connect), (C, GET), (S, b"HTTP/1.1 200 OK\r\n\r\n")], 10_000);
    talk.client(b"", 1).server(OK, 100);
    let found = seen(&talk);
    assert_eq!(
        (found.len(), found[0].status, found[0].line.as_str()),
        (1, 200, "GET / HTTP/1.1")
    );
}

#[test]
fn a_refused_tunnel_is_none() {
    let connect = b"CONNECT a.com:80 HTTP/1.1\r\nHost: a.com:80\r\n\r\n";
    let refusal = b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n";
    let found = seen(&talk(&[(C, connect), (S, refusal), (C, GET), (S, OK)], 10_000));
    assert_eq!((found.len(), found[0].status, found[1].status), (2, 403, 200));
}

#[test]
fn there_are_not_too_many_transactions() {
    let mut settings = Settings::default();
    settings.set("http.libhtp.default-config.max-tx", "3");
    let mut talk = Conversation::with(&[&APPLICATION], settings).port(80);
    talk.client(&GET.repeat(9), 10_000);
    let found = seen(&talk);
    assert_eq!(
        (found.len(), &found[2].events[..]),
        (3, &[Event::TooManyWarnings as u8][..])
    );
}

fn message() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
    let end = prop::sample::select(vec!["\r\n", "\n"]);
    let body = prop::collection::vec(any::<u8>(), 0..30);
    (end, body, 0..4usize, "[a-z]{0,5}").prop_map(|(end, body, kind, word)| {
        let (framing, body) = match kind {
            0 => (format!("Content-Length: {}{end}", body.len()), body),
            1 => {
                let mut chunks = Vec::new();
                for chunk in body.chunks(7) {
                    chunks.extend_from_slice(format!("{:x}{end}", chunk.len()).as_bytes());
                    chunks.extend_from_slice(chunk);
                    chunks.extend_from_slice(end.as_bytes());
                }
                chunks.extend_from_slice(format!("0{end}{end}").as_bytes());
                (format!("Transfer-Encoding: chunked{end}"), chunks)
            }
            _ => (format!("Content-Length: 0{end}"), Vec::new()),
        };
        let request = format!("POST /{word} HTTP/1.1{end}Host: h{end}X: {word}{end}  folded{end}{framing}{end}");
        let response = format!("HTTP/1.1 200 OK{end}X: {word}{end} folded{end}{framing}{end}");
        let whole = |head: String| [head.as_bytes(), &body].concat();
        (whole(request), whole(response))
    })
}

proptest! {
    #[test]
    fn any_pieces_give_the_same_transactions(messages in prop::collection::vec(message(), 1..4), piece in 1usize..40) {
        let requests: Vec<u8> = messages.iter().flat_map(|m| m.0.clone()).collect();
        let responses: Vec<u8> = messages.iter().flat_map(|m| m.1.clone()).collect();
        let turns = [(C, &requests[..]), (S, &responses[..])];
        let whole = seen(&talk(&turns, 100_000));
        prop_assert_eq!(whole.len(), messages.len());
        prop_assert_eq!(&whole, &seen(&talk(&turns, piece)));
    }

    #[test]
    fn no_bytes_are_too_odd(
        turns in prop::collection::vec((any::<bool>(), prop::collection::vec(prop::sample::select(WORDS.to_vec()), 0..12)), 0..6),
        piece in 1usize..60,
    ) {
        let mut talk = talk(&[(C, b"GET "), (S, b"HTTP/1.1")], 100);
        for (client, words) in &turns {
            let text = words.concat();
            if *client { talk.client(&text, piece) } else { talk.server(&text, piece) };
        }
        talk.end();
        for tx in seen(&talk) {
            prop_assert!(tx.headers[0].len() < 100_000);
        }
    }
}

/// What odd messages are made of.
const WORDS: &[&[u8]] = &[
    b"GET ",
    b"/a%2f..",
    b" HTTP/1.1",
    b"\r\n",
    b"\n",
    b"\r",
    b"\r\n\r\n",
    b" ",
    b"\t",
    b"\0",
    b":",
    b"Host: a",
    b"Content-Length: 5",
    b"Content-Length: x",
    b"Transfer-Encoding: chunked",
    b"HTTP/1.1 200 OK\r\n",
    b"HTTP/1.1 100 Go\r\n",
    b"HTTP/1.1 101 Go\r\nUpgrade: h2c",
    b"CONNECT a:1 HTTP/1.1\r\n",
    b"5;x",
    b"ffffffff",
    b"0",
    b"abcde",
    b"\xff\xfe",
];
