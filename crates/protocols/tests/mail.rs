//! Rules over mails, and over files of FTP.

mod support;

use std::time::Duration;

use engine::app_layer::Settings;
use support::{Run, sids};
use testkit::{Capture, Segmentation, TcpConversation};

fn mail(segmentation: Segmentation) -> Capture {
    let text = "From: a <a@a.example>\r\nSubject: greetings\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n\
                --x\r\nContent-Type: text/plain\r\n\r\nsee http://c.example/d now\r\n\
                --x\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=a.exe\r\n\r\n\
                cGF5bG9hZA==\r\n--x--\r\n.\r\n";
    TcpConversation::new("10.0.0.1:40000", "10.0.0.2:25")
        .segmentation(segmentation)
        .handshake()
        .to_client(b"220 b.example ESMTP\r\n")
        .to_server(b"EHLO a.example\r\n")
        .to_client(b"250 b.example\r\n")
        .to_server(b"MAIL FROM:<a@a.example>\r\n")
        .to_client(b"250 ok\r\n")
        .to_server(b"RCPT TO:<b@b.example>\r\n")
        .to_client(b"250 ok\r\n")
        .to_server(b"DATA\r\n")
        .to_client(b"354 go on\r\n")
        .to_server(text.as_bytes())
        .to_client(b"250 queued\r\n")
        .to_server(b"QUIT\r\n")
        .to_client(b"221 bye\r\n")
        .close()
        .capture()
}

const MAIL_RULES: &str = "alert smtp any any -> any any (smtp.helo; content:\"a.example\"; sid:1;)\n\
    alert smtp any any -> any any (smtp.mail_from; content:\"<a@a.example>\"; sid:2;)\n\
    alert smtp any any -> any any (smtp.rcpt_to; content:\"b@\"; sid:3;)\n\
    alert smtp any any -> any any (email.subject; content:\"greetings\"; bsize:9; sid:4;)\n\
    alert smtp any any -> any any (email.url; content:\"c.example/d\"; sid:5;)\n\
    alert smtp any any -> any any (file.data; content:\"payload\"; file.name; content:\".exe\"; sid:6;)\n\
    alert smtp any any -> any any (flow:to_client; app-layer-event:smtp.no_server_welcome_message; sid:7;)\n";

#[test]
fn mails_match_in_any_segments() {
    let mut whole = sids(MAIL_RULES, &mail(Segmentation::every(1460)));
    whole.sort_unstable();
    assert_eq!(whole, [1, 2, 3, 4, 5, 6]);
    for size in [1, 7] {
        let mut cut = sids(MAIL_RULES, &mail(Segmentation::every(size)));
        cut.sort_unstable();
        assert_eq!(cut, whole, "segments of {size}");
    }
}

#[test]
fn a_mail_is_one_record() {
    let run = Run::new("", &mail(Segmentation::every(1460)), &Settings::default());
    let records = run.records();
    assert_eq!(records.len(), 1);
    assert!(
        records
            .iter()
            .all(|(kind, text)| *kind == "smtp" && text.contains("\"status\":\"PARSE_DONE\""))
    );
    assert!(run.anomalies().is_empty());
}

#[test]
fn files_of_ftp_are_followed_whoever_connects() {
    let control = |agree: [&str; 2]| {
        TcpConversation::new("10.0.0.1:40000", "10.0.0.2:21")
            .handshake()
            .to_client(b"220 hi\r\n")
            .to_server(b"USER a\r\n")
            .to_client(b"230 x\r\n")
            .to_server(agree[0].as_bytes())
            .to_client(agree[1].as_bytes())
            .to_server(b"RETR dir/a.exe\r\n")
            .to_client(b"150 wait\r\n")
            .capture()
    };
    let rules = "alert ftp any any -> any any (flow:to_server; ftp.command; content:\"RETR\"; sid:1;)\n\
                 alert ftp-data any any -> any any (file.data; content:\"payload\"; sid:2;)\n\
                 alert ftp-data any any -> any any (ftpdata_command:stor; sid:3;)\n\
                 alert ftp any any -> any any (flow:to_client; ftp.dynamic_port:2000; sid:4;)\n";
    let passive = TcpConversation::new("10.0.0.1:40001", "10.0.0.2:2000")
        .handshake()
        .to_client(b"payload")
        .close()
        .capture();
    let active = TcpConversation::new("10.0.0.2:20", "10.0.0.1:2000")
        .handshake()
        .to_server(b"payload")
        .close()
        .capture();
    let later = Duration::from_secs(1);
    for (agree, data) in [
        (["PASV\r\n", "227 (10,0,0,2,7,208)\r\n"], passive),
        (["PORT 10,0,0,1,7,208\r\n", "200 x\r\n"], active),
    ] {
        let capture = Capture::merge([control(agree), data.later(later)]);
        let mut found = sids(rules, &capture);
        found.sort_unstable();
        assert_eq!(found, [1, 2, 4], "{agree:?}");
    }
}

#[test]
#[should_panic(expected = "conflicting directions")]
fn a_rule_for_the_wrong_direction_is_refused() {
    let rules = "alert ftp any any -> any any (flow:to_client; ftp.command; content:\"RETR\"; sid:1;)\n";
    sids(rules, &mail(Segmentation::every(1460)));
}
