use super::*;

/// A message read from text with `\n` as line end, and its files as text.
fn read(text: &str, settings: MimeSettings) -> (Message, Vec<(String, String)>) {
    let wanted = FileSettings {
        keep: true,
        ..FileSettings::default()
    };
    let (mut message, mut files) = (Message::new(Arc::new(settings)), Files::default());
    for line in text.lines() {
        message.line(line.as_bytes(), b"\r\n", &mut files, &wanted);
    }
    message.finish(&mut files, &wanted);
    let list = files.iter().map(|file| {
        let name = String::from_utf8_lossy(&file.name).into_owned();
        (
            name,
            file.window()
                .map(|w| String::from_utf8_lossy(w).into_owned())
                .unwrap_or_default(),
        )
    });
    let list = list.collect();
    (message, list)
}

const MIXED: &str = "From: a\nTo: b,\n\tc\nContent-Type: multipart/mixed;\n boundary=\"x\"\n\npreamble http://no.example\n\
    --x\nContent-Type: multipart/alternative; boundary=xy\n\n--xy\n\nsee http://one.example/ now\n--xy--\n\
    --x\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment; filename=a.bin\n\nZm9v\nYmFy\n\
    --x\nContent-Type: text/plain; name=b.txt\nContent-Transfer-Encoding: quoted-printable\n\nc=\nd=3D\ne\n\n--x--\nepilogue\n";

#[test]
fn parts_are_found_and_decoded() {
    let (message, files) = read(MIXED, MimeSettings::default());
    assert_eq!(message.header(b"to").next(), Some(&b"b,c"[..]));
    assert_eq!(
        files,
        [
            ("a.bin".into(), "foobar".into()),
            ("b.txt".into(), "cd=\r\ne\r\n".to_owned())
        ]
    );
    assert_eq!(message.urls, [b"one.example/".to_vec()]);
    assert_eq!(
        (message.status, message.anomalies),
        (Status::Done, Anomalies::default())
    );
}

#[test]
fn a_message_may_have_no_headers() {
    let settings = MimeSettings {
        body_md5: true,
        ..MimeSettings::default()
    };
    let (bare, _) = read("This is a test\n", settings);
    assert_eq!(bare.body_md5.as_deref(), Some("c36fbf21a1e2cb18e73bd3707555df4c"));
    assert_eq!(bare.anomalies, Anomalies::default());
}

#[test]
fn a_message_within_is_read_by_its_own_headers() {
    let text = "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\
        Content-Disposition: attachment; filename=\"outer.txt\"\n\nSubject: inner\n\
        Content-Disposition: attachment; filename=inner.exe\n\nPAYLOAD\n";
    let (message, files) = read(text, MimeSettings::default());
    assert_eq!(files, [("inner.exe".into(), "PAYLOAD".into())]);
    assert_eq!(message.header(b"subject").count(), 0);
}

#[test]
fn url_in_base64_goes_over_lines_and_keeps_its_scheme_if_asked() {
    let settings = MimeSettings {
        url_with_scheme: true,
        body_md5: true,
        ..MimeSettings::default()
    };
    let text = "Content-Type: text/html\nContent-Transfer-Encoding: base64\n\nPGI+aHR0cDovL2E\nuYi9jPC9iPg==\n";
    let (message, _) = read(text, settings);
    assert_eq!(message.urls, [b"http://a.b/c".to_vec()]);
    assert_eq!(message.body_md5.map(|md5| md5.len()), Some(32));
}

#[test]
fn what_is_wrong_is_noted() {
    let long = "y".repeat(1200);
    let cases = [
        (format!("{long}: x\n\n"), Anomaly::LongHeaderName),
        (format!("x: {long}{long}\n\n"), Anomaly::LongHeaderValue),
        (format!("\n{long}\n"), Anomaly::LongLine),
        (
            format!("Content-Transfer-Encoding: base64\n\n{long}\n"),
            Anomaly::LongEncodedLine,
        ),
        (
            "Content-Transfer-Encoding: base64\n\n*\n".into(),
            Anomaly::InvalidBase64,
        ),
        (
            "Content-Transfer-Encoding: quoted-printable\n\n=zz\n".into(),
            Anomaly::InvalidQuotedPrintable,
        ),
        ("a: b\nno colon\n\n".into(), Anomaly::Malformed),
        ("a: b\n".repeat(3000), Anomaly::Malformed),
        (nested(20), Anomaly::Malformed),
        ("Content-Type: message/rfc822\n\n".repeat(20), Anomaly::Malformed),
    ];
    for (text, anomaly) in cases {
        let (message, _) = read(&text, MimeSettings::default());
        assert!(message.anomalies.has(anomaly), "{anomaly:?}");
    }
}

#[test]
fn what_is_kept_is_bounded() {
    let files = "--x\nContent-Disposition: attachment; filename=a\n\nb\n".repeat(MAX_FILES + 5);
    let (message, list) = read(
        &format!("Content-Type: multipart/mixed; boundary=x\n\n{files}"),
        MimeSettings::default(),
    );
    assert_eq!((message.attachments.len(), list.len()), (MAX_FILES, MAX_FILES));
    let urls = "http://a.example/\n".repeat(10_000);
    let (message, _) = read(&format!("\n{urls}"), MimeSettings::default());
    assert!(message.urls.iter().map(Vec::len).sum::<usize>() <= MAX_URLS);
}

fn nested(depth: usize) -> String {
    let level = |n| format!("Content-Type: multipart/mixed; boundary=b{n}.\n\n--b{n}.\n");
    (0..depth).map(level).collect()
}

proptest::proptest! {
    #[test]
    fn lines_in_pieces_are_the_same_lines(cut in 1usize..40) {
        let wanted = FileSettings { keep: true, ..FileSettings::default() };
        let (mut whole, mut files) = (Message::new(Arc::default()), Files::default());
        let (mut pieces, mut same) = (Message::new(Arc::default()), Files::default());
        for line in MIXED.lines() {
            whole.line(line.as_bytes(), b"\n", &mut files, &wanted);
            // Only the bodies' lines can be so long that they come in pieces.
            let cut = if line.starts_with("--") || line.contains(':') || line.is_empty() { 100 } else { cut };
            let mut rest = line.as_bytes();
            while rest.len() > cut {
                pieces.line(&rest[..cut], b"", &mut same, &wanted);
                rest = &rest[cut..];
            }
            pieces.line(rest, b"\n", &mut same, &wanted);
        }
        whole.finish(&mut files, &wanted);
        pieces.finish(&mut same, &wanted);
        let bytes = |files: &Files| files.iter().map(|f| f.window().map(<[u8]>::to_vec)).collect::<Vec<_>>();
        proptest::prop_assert_eq!(bytes(&files), bytes(&same));
        proptest::prop_assert_eq!(whole.headers, pieces.headers);
    }

    #[test]
    fn any_lines_are_read(lines in proptest::collection::vec("[-a-z:;=\" x]{0,40}", 0..60)) {
        read(&format!("Content-Type: multipart/mixed; boundary=x\n\n{}", lines.join("\n")), MimeSettings::default());
    }
}
