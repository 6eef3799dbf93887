//! JA3, JA3S and JA4.

use super::forms::{lower, lower_hash};
use super::tls_buffer;
use crate::tls::transaction::{client, server};

tls_buffer! {
    /// MD5 of `ja3.string`, in lower-case hexadecimal; contents are put into lower case. A sticky buffer.
    JA3_HASH, JA3_HASH_BUFFER = "ja3.hash" | "ja3_hash", at [Some(client::HELLO_DONE), None], multi false; form lower_hash,
    |tx, _, _, _| tx.ja3().map(|ja3| ja3.hash.as_bytes());
    "JA3 of the client's hello: its MD5";
    "alert tls any any -> any any (msg:\"a\"; ja3.hash; content:\"e7eca2baf4458d095b7f45da28c16c34\"; sid:1;)"
}

tls_buffer! {
    /// What the client offers: `version,ciphers,extensions,groups,point formats`, decimal numbers with dashes between
    /// them. A sticky buffer.
    JA3_STRING, JA3_STRING_BUFFER = "ja3.string" | "ja3_string", at [Some(client::HELLO_DONE), None], multi false,
    |tx, _, _, _| tx.ja3().map(|ja3| ja3.line.as_bytes());
    "JA3 of the client's hello: the line";
    "alert tls any any -> any any (msg:\"a\"; ja3.string; content:\"771,49196-49200\"; startswith; sid:1;)"
}

tls_buffer! {
    /// MD5 of `ja3s.string`, in lower-case hexadecimal; contents are put into lower case. A sticky buffer.
    JA3S_HASH, JA3S_HASH_BUFFER = "ja3s.hash", at [None, Some(server::HELLO)], multi false; form lower_hash,
    |tx, _, _, _| tx.ja3s().map(|ja3| ja3.hash.as_bytes());
    "JA3S of the server's hello: its MD5";
    "alert tls any any -> any any (msg:\"a\"; ja3s.hash; content:\"5d79edf64e03689ff559a54e9d9487bc\"; sid:1;)"
}

tls_buffer! {
    /// What the server chose: `version,cipher,extensions`. A sticky buffer.
    JA3S_STRING, JA3S_STRING_BUFFER = "ja3s.string", at [None, Some(server::HELLO)], multi false,
    |tx, _, _, _| tx.ja3s().map(|ja3| ja3.line.as_bytes());
    "JA3S of the server's hello: the line";
    "alert tls any any -> any any (msg:\"a\"; ja3s.string; content:\"771,49199\"; startswith; sid:1;)"
}

tls_buffer! {
    /// JA4 of the client's hello: `t13d1516h2_8daaf6152771_e5627efa2ab1`; contents are put into lower case. A sticky
    /// buffer.
    JA4_HASH, JA4_HASH_BUFFER = "ja4.hash", at [Some(client::HELLO_DONE), None], multi false; form lower,
    |tx, _, _, _| tx.ja4().map(str::as_bytes);
    "JA4 of the client's hello";
    "alert tls any any -> any any (msg:\"a\"; ja4.hash; content:\"t13d1516h2_8daaf6152771_e5627efa2ab1\"; sid:1;)"
}
