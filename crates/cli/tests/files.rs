//! Files that traffic carries: told of, alerted on, stored.

mod support;

use std::fs;
use std::path::Path;

use support::run;
use testkit::TcpConversation;

/// A mail with an attachment of these bytes, in base64.
fn mail(attachment: &str) -> Vec<u8> {
    let message = format!(
        "From: a@example.com\r\nTo: b@example.com\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"x\"\r\n\r\n\
         --x\r\nContent-Type: application/octet-stream; name=\"hello.txt\"\r\nContent-Disposition: attachment; filename=\"hello.txt\"\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{attachment}\r\n--x--\r\n.\r\n"
    );
    let mut talk = TcpConversation::new("10.0.0.5:40000", "192.0.2.25:25")
        .handshake()
        .to_client(b"220 mail.example.com ESMTP\r\n");
    for (said, answer) in [
        ("EHLO client\r\n", "250 mail.example.com\r\n"),
        ("MAIL FROM:<a@example.com>\r\n", "250 ok\r\n"),
        ("RCPT TO:<b@example.com>\r\n", "250 ok\r\n"),
        ("DATA\r\n", "354 go on\r\n"),
        (message.as_str(), "250 ok\r\n"),
        ("QUIT\r\n", "221 bye\r\n"),
    ] {
        talk = talk.to_server(said.as_bytes()).to_client(answer.as_bytes());
    }
    talk.close().capture().to_pcap()
}

fn write(folder: &Path, name: &str, content: &[u8]) -> String {
    let path = folder.join(name);
    fs::write(&path, content).expect("the folder can be written to");
    path.display().to_string()
}

/// SHA-256 of `hello`.
const HELLO: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

#[test]
fn a_rule_has_an_attachment_stored() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let pcap = write(folder, "mail.pcap", &mail("aGVsbG8="));
    write(folder, "known.md5", b"5d41402abc4b2a76b9719d911017c592  hello\n");
    let rules = write(
        folder,
        "files.rules",
        b"alert smtp any any -> any any (msg:\"known\"; filemd5:known.md5; filename:\"HELLO\"; fileext:\"txt\"; filesize:5; filestore; sid:1;)\n\
          alert smtp any any -> any any (msg:\"data\"; file.data; content:\"hello\"; startswith; endswith; sid:2;)\n\
          alert smtp any any -> any any (msg:\"text\"; filemagic:\"ascii text\"; sid:3;)\n\
          alert smtp any any -> any any (msg:\"other\"; filename:\"other\"; filestore; sid:4;)\n",
    );
    let config = write(
        folder,
        "suricata.yaml",
        b"%YAML 1.1\n---\noutputs:\n  - eve-log:\n      types: [alert, files]\n  - file-store:\n      version: 2\n      write-fileinfo: yes\n",
    );
    let log = folder.join("log");
    let output = run(&[
        "-c",
        &config,
        "-r",
        &rules,
        "-p",
        &pcap,
        "-l",
        &log.display().to_string(),
    ]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{told}");
    let stored = fs::read(log.join("filestore/2c").join(HELLO)).expect("the file is stored");
    assert_eq!(stored, b"hello");
    let beside = fs::read_dir(log.join("filestore/2c")).expect("a folder").count();
    assert_eq!(beside, 2, "the file and its record");
    let eve = fs::read_to_string(log.join("eve.json")).expect("eve.json");
    let records: Vec<serde_json::Value> = eve
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let of = |kind: &str| records.iter().filter(|r| r["event_type"] == kind).collect::<Vec<_>>();
    let mut sids: Vec<u64> = of("alert")
        .iter()
        .filter_map(|r| r["alert"]["signature_id"].as_u64())
        .collect();
    sids.sort_unstable();
    assert_eq!(sids, [1, 2, 3], "{eve}");
    let files = of("fileinfo");
    assert_eq!(files.len(), 1, "{eve}");
    let file = &files[0]["fileinfo"];
    assert_eq!(
        (&files[0]["app_proto"], &files[0]["src_port"]),
        (&"smtp".into(), &40000.into())
    );
    assert_eq!(
        (&file["filename"], &file["state"]),
        (&"hello.txt".into(), &"CLOSED".into())
    );
    assert_eq!(
        (&file["stored"], &file["size"], &file["sha256"]),
        (&true.into(), &5.into(), &HELLO.into())
    );
    assert_eq!(file["sid"], serde_json::json!([1]));
    let shown = &of("alert")[0]["files"][0];
    assert_eq!(
        (&shown["filename"], &shown["storing"]),
        (&"hello.txt".into(), &true.into())
    );
}

#[test]
fn nothing_is_stored_without_a_store() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let pcap = write(folder, "mail.pcap", &mail("aGVsbG8="));
    let rules = write(
        folder,
        "files.rules",
        b"alert smtp any any -> any any (msg:\"all\"; filestore; sid:1;)\n",
    );
    let log = folder.join("log");
    run(&["-r", &rules, "-p", &pcap, "-l", &log.display().to_string()]);
    assert!(!log.join("filestore").exists());
    let eve = fs::read_to_string(log.join("eve.json")).expect("eve.json");
    let file = eve
        .lines()
        .find(|line| line.contains("\"fileinfo\""))
        .expect("the file is told of");
    assert!(file.contains("\"stored\":false"), "{file}");
}
