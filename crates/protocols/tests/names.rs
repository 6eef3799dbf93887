//! What headers of rules call protocols, in each dialect.

mod support;

use support::sids;
use testkit::{Capture, TcpConversation, tls};

fn handshake() -> Capture {
    TcpConversation::new("10.0.0.1:40000", "10.0.0.2:443")
        .handshake()
        .to_server(&tls::client_hello("a.example", 1))
        .to_client(&tls::server_hello_12(1))
        .close()
        .capture()
}

#[test]
fn snort_3_calls_tls_ssl() {
    let snort = "# ruleids: dialect=snort3\nalert ssl ( flow:to_server; content:\"a.example\"; sid:1; )\n";
    let suricata = "alert tls any any -> any any (flow:to_server; content:\"a.example\"; sid:1;)\n";
    assert_eq!(sids(snort, &handshake()), [1]);
    assert_eq!(sids(suricata, &handshake()), [1]);
}
