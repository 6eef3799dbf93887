//! Small honest conversations: what tests with hostile bytes, and fuzzing, begin with.

use packet::Direction::{self, ToClient, ToServer};

/// What an honest conversation begins with, by protocol.
pub fn honest(protocol: &str) -> Vec<(Direction, Vec<u8>)> {
    let text = |turns: &[(Direction, &str)]| {
        turns
            .iter()
            .map(|(way, text)| (*way, text.as_bytes().to_vec()))
            .collect()
    };
    match protocol {
        "http" => text(&[
            (
                ToServer,
                "POST /a%20b?c=d HTTP/1.1\r\nHost: h\r\nContent-Type: multipart/form-data; boundary=B\r\nTransfer-Encoding: \
                 chunked\r\n\r\n1e\r\n--B\r\nContent-Disposition: x; \r\n10\r\nfilename=a\r\n\r\nb\r\n\r\n0\r\n\r\n",
            ),
            (
                ToClient,
                "HTTP/1.1 200 OK\r\nContent-Encoding: gzip, deflate\r\nContent-Range: bytes 0-1/9\r\nContent-Length: \
                 12\r\n\r\n\u{1f}\u{8}hello world",
            ),
            (ToServer, "GET / HTTP/1.0\r\nA: b\r\n c\r\nCookie: a=b\r\n\r\n"),
            (ToClient, "HTTP/1.0 404 No\r\nSet-Cookie: x\r\n\r\nbody to the end"),
        ]),
        "smtp" => text(&[
            (ToClient, "220 host ESMTP\r\n"),
            (ToServer, "EHLO me\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n"),
            (ToClient, "250-host\r\n250 PIPELINING\r\n250 ok\r\n250 ok\r\n354 go\r\n"),
            (
                ToServer,
                "Subject: x\r\nContent-Type: multipart/mixed; boundary=\"B\"\r\n\r\n--B\r\nContent-Disposition: attachment; \
                 filename=a\r\nContent-Transfer-Encoding: base64\r\n\r\naGVsbG8=\r\n--B--\r\n.\r\nQUIT\r\n",
            ),
            (ToClient, "250 queued\r\n221 bye\r\n"),
        ]),
        "ftp" => text(&[
            (ToClient, "220 FTP\r\n"),
            (ToServer, "USER a\r\nPASS b\r\nPORT 10,0,0,1,4,5\r\nRETR f\r\n"),
            (ToClient, "331 x\r\n230 y\r\n200 z\r\n150-a\r\n150 b\r\n226 c\r\n"),
            (ToServer, "EPSV\r\nSTOR g\r\nAUTH TLS\r\n"),
            (ToClient, "229 ok (|||5000|)\r\n150 a\r\n234 b\r\n"),
        ]),
        "pop3" => text(&[
            (ToClient, "+OK ready\r\n"),
            (ToServer, "CAPA\r\nUSER a\r\nRETR 1\r\nSTLS\r\n"),
            (ToClient, "+OK\r\nA\r\nB\r\n.\r\n+OK\r\n+OK\r\nFrom: a\r\n\r\nx\r\n.\r\n+OK\r\n"),
        ]),
        "imap" => text(&[
            (ToClient, "* OK IMAP4rev1 ready\r\n"),
            (ToServer, "a1 LOGIN {3}\r\nabc \"d\"\r\na2 STARTTLS\r\n"),
            (ToClient, "+ go\r\n* CAPABILITY x {3}\r\nabc\r\na1 OK\r\na2 BAD no\r\n"),
        ]),
        "telnet" => vec![
            (ToClient, b"\xff\xfd\x18\xff\xfb\x01login: ".to_vec()),
            (ToServer, b"\xff\xfb\x18\xff\xfa\x18\x00vt100\xff\xf0root\r\n".to_vec()),
        ],
        "ssh" => vec![
            (ToServer, b"SSH-2.0-client_1 comment\r\n\0\0\0\x1c\x04\x14cookiecookiecook\0\0\0\x03a,b\0\0\0\0".to_vec()),
            (ToClient, b"SSH-2.0-server\n\0\0\0\x14\x04\x14cookiecookiecook\0\0\0\0".to_vec()),
        ],
        "tls" => vec![
            (
                ToServer,
                [
                    &b"\x16\x03\x01\x00\x47\x01\x00\x00\x43\x03\x03"[..],
                    &[7; 32],
                    b"\0\0\x04\x13\x01\x00\x2f\x01\0\0\x16\0\0\0\x0a\0\x08\0\0\x05a.com\0\x10\0\x04\0\x02\x01h",
                ]
                .concat(),
            ),
            (ToClient, [&b"\x16\x03\x03\x00\x2c\x02\x00\x00\x26\x03\x03"[..], &[9; 32], b"\0\x13\x01\0\0\0\x0b\0\0\0"].concat()),
            (ToServer, b"\x18\x03\x03\x00\x03\x01\x40\x00\x15\x03\x03\x00\x02\x02\x28".to_vec()),
        ],
        "dns" => vec![
            (ToServer, b"\0\x01\x01\0\0\x01\0\0\0\0\0\0\x03www\x01a\x03com\0\0\x01\0\x01".to_vec()),
            (
                ToClient,
                b"\0\x01\x81\x80\0\x01\0\x01\0\0\0\0\x03www\x01a\x03com\0\0\x01\0\x01\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\x01\x02\x03\x04"
                    .to_vec(),
            ),
        ],
        "smb" => vec![
            (
                ToServer,
                b"\0\0\0\x2f\xffSMB\x72\0\0\0\0\x18\x01\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\x01\0\0\x0c\0\x02NT LM 0.12\0".to_vec(),
            ),
            (ToClient, [&b"\0\0\0\x44\xfeSMB\x40\0\0\0\0\0\0\0\0\0\x01\0\x01\0\0\0"[..], &[0; 48]].concat()),
            (ToServer, [&b"\0\0\0\x58\xfeSMB\x40\0\0\0\0\0\0\0\x05\0\x01\0\0\0\0\0"[..], &[0; 68]].concat()),
        ],
        "dcerpc" => vec![
            (ToServer, [&b"\x05\0\x0b\x03\x10\0\0\0\x48\0\0\0\x01\0\0\0\xd0\x16\xd0\x16\0\0\0\0\x01\0\0\0\0\0\x01\0"[..], &[5; 40]].concat()),
            (ToClient, [&b"\x05\0\x0c\x03\x10\0\0\0\x3c\0\0\0\x01\0\0\0\xd0\x16\xd0\x16\0\0\0\0"[..], &[0; 36]].concat()),
            (ToServer, b"\x05\0\0\x03\x10\0\0\0\x1c\0\0\0\x02\0\0\0\x04\0\0\0\0\0\x07\0abcd".to_vec()),
        ],
        _ => vec![(ToServer, b"hello".to_vec()), (ToClient, b"world".to_vec())],
    }
}
