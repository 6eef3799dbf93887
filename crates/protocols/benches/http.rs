//! What HTTP costs, from packets to transactions and their buffers, with one rule that looks at some of them.
//!
//! `cargo bench -p protocols --bench http --profile quick`

mod support;

use std::fmt::Write;

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use support::{Loaded, bytes_of};
use testkit::{Capture, TcpConversation, http};

fn main() {
    divan::main();
}

/// 200 requests and their short answers on one connection.
#[divan::bench]
fn requests(bencher: Bencher<'_, '_>) {
    let body = "<p>nothing to see</p>".repeat(10);
    let mut talk = connect();
    for number in 0..200 {
        talk = talk
            .to_server(
                &http::Request::get(&format!("/page/{number}?a=b"))
                    .header("Cookie", "a=b; c=d")
                    .bytes(),
            )
            .to_client(&http::response(&body));
    }
    parse(bencher, &talk.close().capture());
}

/// Names that escape half of their letters.
#[divan::bench]
fn escaped_names(bencher: Bencher<'_, '_>) {
    let mut talk = connect();
    for number in 0..200 {
        let uri = format!("/%70%61%67%65/..%2f./%2e/{number}/%u0041%2541?q=%3cscript%3e");
        talk = talk
            .to_server(&http::Request::get(&uri).bytes())
            .to_client(&http::response(""));
    }
    parse(bencher, &talk.close().capture());
}

/// A body of a megabyte.
#[divan::bench]
fn large_body(bencher: Bencher<'_, '_>) {
    let body = "All work and no play makes Jack a dull boy. ".repeat(24_000);
    let talk = connect()
        .to_server(&http::Request::get("/book.txt").bytes())
        .to_client(&http::response(&body));
    parse(bencher, &talk.close().capture());
}

/// The same in chunks of 512 bytes.
#[divan::bench]
fn chunked_body(bencher: Bencher<'_, '_>) {
    let body = "All work and no play makes Jack a dull boy. ".repeat(24_000);
    let mut answer = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n".to_owned();
    for chunk in body.as_bytes().chunks(512) {
        let _ = write!(answer, "{:x}\r\n{}\r\n", chunk.len(), String::from_utf8_lossy(chunk));
    }
    answer.push_str("0\r\n\r\n");
    let talk = connect()
        .to_server(&http::Request::get("/book.txt").bytes())
        .to_client(answer.as_bytes());
    parse(bencher, &talk.close().capture());
}

fn connect() -> TcpConversation {
    TcpConversation::new("10.0.0.1:40000", "192.0.2.80:80").handshake()
}

fn parse(bencher: Bencher<'_, '_>, capture: &Capture) {
    let rule = "alert http any any -> any any (msg:\"x\"; http.uri; content:\"/never/there\"; http.header; content:\"nor this\"; file.data; content:\"nor that\"; sid:1;)";
    let loaded = Loaded::new(&[rule.to_owned()]);
    assert_eq!(loaded.run(capture), 0);
    bencher
        .counter(BytesCount::new(bytes_of(capture)))
        .counter(ItemsCount::new(capture.frames.len()))
        .bench_local(|| loaded.run(capture));
}
