//! Rules that ask something of a transaction and look for something in the payload beside it.

mod support;

use support::sids;
use testkit::{Capture, TcpConversation, tls};

/// A handshake of TLS 1.3, each side in so many pieces.
fn handshake(pieces: usize) -> Capture {
    let (hello, answer) = (tls::client_hello("a.example", 1), tls::server_hello(1));
    let mut talk = TcpConversation::new("10.0.0.1:40000", "10.0.0.2:443").handshake();
    for piece in hello.chunks(hello.len().div_ceil(pieces)) {
        talk = talk.to_server(piece);
    }
    for piece in answer.chunks(answer.len().div_ceil(pieces)) {
        talk = talk.to_client(piece);
    }
    talk.close().capture()
}

#[test]
fn the_literal_of_the_payload_and_the_transaction_may_come_in_different_packets() {
    let rules = "alert tls any any -> any any (flow:to_server; tls.version:1.3; content:\"a.example\"; sid:1;)\n\
                 alert tls any any -> any any (flow:to_server; tls.version:1.3; content:\"b.example\"; sid:2;)\n\
                 alert tls any any -> any any (flow:to_server; tls.version:1.2; content:\"a.example\"; sid:3;)\n\
                 alert tls any any -> any any (flow:to_server; tls.version:1.3; content:\"|16 03|\"; depth:2; sid:4;)\n\
                 alert tls any any -> any any (flow:to_server; tls.version:1.3; content:!\"b.example\"; sid:5;)\n";
    for pieces in [1, 2, 5] {
        let mut found = sids(rules, &handshake(pieces));
        found.dedup();
        assert_eq!(found, [1, 4, 5], "in {pieces} pieces");
    }
}
