//! The rules for web applications see the same request however it was cut into segments.

mod support;

use std::fs;

use support::eve;
use testkit::http::{Request, response};
use testkit::{Segmentation, TcpConversation};

/// A request with UNION SELECT in its URI.
fn injection() -> Vec<u8> {
    Request::get("/item?id=1%20uNiOn%20%53ELECT%20user%2Cpassword%20FROM%20mysql.user").bytes()
}

/// The signatures that alert on one request that goes out by this plan.
fn alerts(request: &[u8], plan: Segmentation) -> Vec<u64> {
    let capture = TcpConversation::new("203.0.113.80:40080", "10.0.0.80:80")
        .handshake()
        .segmentation(plan)
        .to_server(request)
        .segmentation(Segmentation::default())
        .to_client(&response("no item"))
        .close()
        .capture();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("split.pcap");
    fs::write(&path, capture.to_pcap()).expect("the capture is written");
    let (records, status) = eve(&["-r", "rules", "-p", &path.display().to_string()]);
    assert_eq!(status, 0);
    let alerts = records.iter().filter(|r| r["event_type"] == "alert");
    alerts.filter_map(|r| r["alert"]["signature_id"].as_u64()).collect()
}

#[test]
fn however_it_is_cut_it_is_one_alert() {
    let plans = [
        ("whole", Segmentation::default()),
        ("a byte each", Segmentation::every(1)),
        ("a byte each, the last first", Segmentation::every(1).reversed()),
        ("a byte each, in any order", Segmentation::every(1).shuffled(7)),
        ("overlaps", Segmentation::every(2).overlap(1)),
        ("overlaps, in any order", Segmentation::every(5).overlap(3).shuffled(11)),
        ("some twice", Segmentation::every(9).duplicate(2).duplicate(4)),
        ("any lengths", Segmentation::random(3, 12).shuffled(5)),
    ];
    for (what, plan) in plans {
        assert_eq!(alerts(&injection(), plan), [9_006_001], "{what}");
    }
}

#[test]
fn a_body_and_a_cookie_in_bytes_are_seen_too() {
    let body = Request::post("/form", "q=1')%253BDROP+TABLE+users").bytes();
    assert_eq!(alerts(&body, Segmentation::every(1).shuffled(2)), [9_006_014]);
    let cookie = Request::get("/").header("Cookie", "session=x' OR 1=1").bytes();
    assert_eq!(alerts(&cookie, Segmentation::every(1).reversed()), [9_006_009]);
}

#[test]
fn what_was_lost_is_not_made_up() {
    let lost = Segmentation::every(16).lose(1).lose(2);
    assert!(alerts(&injection(), lost).is_empty());
}
