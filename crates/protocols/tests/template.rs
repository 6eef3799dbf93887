//! Rules over transactions, with the protocol that is made to be copied.

mod support;

use engine::app_layer::Settings;
use support::{Run, sids};
use testkit::{Segmentation, TcpConversation};

fn talk() -> TcpConversation {
    TcpConversation::new("10.0.0.1:40000", "10.0.0.2:7000").handshake()
}

#[test]
fn a_buffer_matches_in_its_direction_once() {
    let rules = "alert template any any -> any any (template.buffer; content:\"hello\"; flow:to_server; sid:1;)\n\
                 alert template any any -> any any (template.buffer; content:\"hello\"; flow:to_client; sid:2;)\n\
                 alert template any any -> any any (template.buffer; content:\"you\"; sid:3;)\n\
                 alert template any any -> any any (template.length:5; sid:4;)\n\
                 alert template any any -> any any (template.length:>5; sid:5;)\n\
                 alert tcp any any -> any any (template.buffer; content:!\"x\"; content:\"u\"; sid:6;)\n";
    let capture = talk()
        .to_server(b"5:hello")
        .to_client(b"3:you")
        .to_server(b"2:hi")
        .to_client(b"2:hi")
        .close()
        .capture();
    assert_eq!(sids(rules, &capture), [1, 4, 3, 6]);
}

#[test]
fn segments_of_one_byte_give_the_same() {
    let rules = "alert template any any -> any any (template.buffer; content:\"hello\"; sid:1;)\n";
    let whole = talk().to_server(b"5:hello").to_client(b"5:hello").close().capture();
    let cut = talk()
        .segmentation(Segmentation::every(1))
        .to_server(b"5:hello")
        .to_client(b"5:hello")
        .close()
        .capture();
    assert_eq!(sids(rules, &whole), [1, 1]);
    assert_eq!(sids(rules, &cut), [1, 1]);
}

#[test]
fn what_the_payload_holds_and_what_the_transaction_holds_go_together() {
    let rules = "alert template any any -> any any (content:\"5:hel\"; template.buffer; content:\"lo\"; sid:1;)\n\
                 alert template any any -> any any (content:\"6:hel\"; template.buffer; content:\"lo\"; sid:2;)\n";
    let capture = talk().to_server(b"5:hello").to_client(b"1:o").close().capture();
    assert_eq!(sids(rules, &capture), [1]);
}

#[test]
fn records_and_events_are_written() {
    let rules = "alert template any any -> any any (app-layer-event:template.answer_without_question; flow:to_client; sid:1;)\n\
                 alert tcp any any -> any any (app-layer-protocol:template; flow:to_server; content:\"hello\"; sid:2;)\n\
                 alert tcp any any -> any any (app-layer-protocol:!template; content:\"hello\"; sid:3;)\n";
    let capture = talk()
        .to_server(b"5:hello")
        .to_client(b"3:you")
        .to_client(b"1:x")
        .to_server(b"1:a")
        .to_client(b"1:b")
        .close()
        .capture();
    let run = Run::new(rules, &capture, &Settings::default());
    assert_eq!(run.sids(), [1, 2]);
    assert_eq!(run.anomalies(), ["answer_without_question"]);
    let records = run.records();
    assert_eq!(records.len(), 3);
    assert_eq!(
        records[0],
        (
            "template",
            r#"template: {"question":"hello","answer":"you"}"#.to_owned()
        )
    );
}

#[test]
fn a_protocol_without_a_name_is_no_protocol() {
    let rules = "alert template any any -> any any (sid:1;)\nalert tcp any any -> any any (app-layer-protocol:failed; sid:2;)\n";
    let capture = talk()
        .to_server(b"hello there")
        .to_client(b"who is it")
        .close()
        .capture();
    let found = sids(rules, &capture);
    assert!(!found.contains(&1) && found.contains(&2), "{found:?}");
}
