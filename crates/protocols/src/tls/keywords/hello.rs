//! What hellos say.

use packet::Direction;

use super::tls_buffer;
use crate::tls::transaction::{client, server};

tls_buffer! {
    /// The name of the server that the client asks for (Server Name Indication). A sticky buffer.
    SNI, SNI_BUFFER = "tls.sni" | "tls_sni", at [Some(client::HELLO_DONE), None], multi false,
    |tx, _, _, _| tx.client.hello.as_ref()?.sni.as_deref();
    "the name of the server that the client asks for";
    "alert tls any any -> any any (msg:\"a\"; tls.sni; content:\"example.org\"; sid:1;)"
}

tls_buffer! {
    /// The application protocols of ALPN, each for itself: those the client offers, or the one the server chose. A sticky
    /// buffer.
    ALPN, ALPN_BUFFER = "tls.alpn", at [Some(client::HELLO_DONE), Some(server::HELLO)], multi true,
    |tx, direction, index, _| tx.side(direction).hello.as_ref()?.alpns.get(index).map(Vec::as_slice);
    "each application protocol of ALPN";
    "alert tls any any -> any any (msg:\"a\"; tls.alpn; content:\"http/1.1\"; sid:1;)"
}

tls_buffer! {
    /// The 32 random bytes of the client's or the server's hello. A sticky buffer.
    RANDOM, RANDOM_BUFFER = "tls.random", at [Some(client::HELLO_DONE), Some(server::HELLO)], multi false,
    |tx, direction, _, _| tx.side(direction).hello.as_ref().map(|hello| hello.random.as_slice());
    "the 32 random bytes of a hello";
    "alert tls any any -> any any (msg:\"a\"; tls.random; content:\"|94 2d 1f ef|\"; startswith; sid:1;)"
}

tls_buffer! {
    /// The first four of the random bytes of a hello, which once were the time. A sticky buffer.
    RANDOM_TIME, RANDOM_TIME_BUFFER = "tls.random_time", at [Some(client::HELLO_DONE), Some(server::HELLO)], multi false,
    |tx, direction, _, _| tx.side(direction).hello.as_ref()?.random.get(..4);
    "the first four random bytes of a hello";
    "alert tls any any -> any any (msg:\"a\"; tls.random_time; content:\"|94 2d 1f ef|\"; sid:1;)"
}

tls_buffer! {
    /// The last 28 of the random bytes of a hello. A sticky buffer.
    RANDOM_BYTES, RANDOM_BYTES_BUFFER = "tls.random_bytes", at [Some(client::HELLO_DONE), Some(server::HELLO)], multi false,
    |tx, direction: Direction, _, _| tx.side(direction).hello.as_ref()?.random.get(4..);
    "the last 28 random bytes of a hello";
    "alert tls any any -> any any (msg:\"a\"; tls.random_bytes; content:\"|57 5d 77 02|\"; startswith; sid:1;)"
}
