//! Hostile conversations: whatever two sides say, no protocol's parser panics, stands still, or keeps more and more.
//!
//! The conversations are made from small honest ones, with a seed: bytes changed, left out, repeated, cut anywhere, said
//! by the other side. What fuzzing finds becomes a conversation here.

#[path = "support/talk.rs"]
mod talk;

use engine::app_layer::{Application, Transport};
use packet::Direction::{self, ToClient, ToServer};
use talk::{Talk, Turn};

/// What an honest conversation begins with, by protocol.
fn honest(protocol: &str) -> Vec<(Direction, Vec<u8>)> {
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

/// Numbers that are the same every time.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    fn chance(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }
}

/// A conversation that is no longer honest.
fn mutate(honest: &[(Direction, Vec<u8>)], numbers: &mut Numbers) -> Vec<Turn> {
    let mut turns = Vec::new();
    for _ in 0..1 + numbers.below(3) {
        for (way, bytes) in honest {
            let mut way = *way;
            let mut bytes = bytes.clone();
            if numbers.chance(12) {
                way = way.reverse();
            }
            for _ in 0..numbers.below(6) {
                change(&mut bytes, numbers);
            }
            cut(way, &bytes, numbers, &mut turns);
            if numbers.chance(15) {
                turns.push(Turn::Lose(way, numbers.next() >> numbers.below(64)));
            }
            if numbers.chance(25) {
                turns.push(Turn::End(way));
            }
        }
    }
    turns.extend([Turn::End(ToServer), Turn::End(ToClient)]);
    turns
}

fn change(bytes: &mut Vec<u8>, numbers: &mut Numbers) {
    let at = numbers.below(bytes.len());
    let end = (at + 1 + numbers.below(40)).min(bytes.len());
    match numbers.below(7) {
        0 => bytes
            .iter_mut()
            .skip(at)
            .take(1)
            .for_each(|b| *b ^= 1 << numbers.below(8)),
        1 => bytes
            .iter_mut()
            .skip(at)
            .take(1)
            .for_each(|b| *b = [0, 255, 127, 128, b'\n', b' '][numbers.below(6)]),
        2 => drop(bytes.drain(at..end)),
        3 => {
            let part = bytes[at..end].to_vec();
            for _ in 0..1 + numbers.below(50) {
                bytes.splice(at..at, part.iter().copied());
            }
        }
        4 => bytes.truncate(at),
        5 => {
            let random: Vec<u8> = (0..numbers.below(200)).map(|_| numbers.next() as u8).collect();
            bytes.splice(at..at, random);
        }
        _ => bytes.splice(at..at, vec![b'A'; numbers.below(20_000)]).for_each(drop),
    }
}

/// Pieces of any size.
fn cut(way: Direction, bytes: &[u8], numbers: &mut Numbers, turns: &mut Vec<Turn>) {
    let most = [1usize, 7, 100, 1400, usize::MAX][numbers.below(5)];
    let most = if bytes.len() > 2000 { most.max(100) } else { most };
    let mut rest = bytes;
    while !rest.is_empty() {
        let size = (1 + numbers.below(most.min(rest.len()))).min(rest.len());
        turns.push(Turn::Say(way, rest[..size].to_vec()));
        rest = &rest[size..];
    }
}

fn apps() -> impl Iterator<Item = &'static Application> {
    protocols::applications().into_iter().filter(|app| app.setup.is_some())
}

fn run(app: &'static Application, seeds: std::ops::Range<u64>) {
    let honest = honest(app.name);
    for seed in seeds {
        let mut numbers = Numbers(seed);
        let turns = mutate(&honest, &mut numbers);
        let transport = match app.transports() {
            [true, true] if numbers.chance(2) => Transport::Udp,
            [true, _] => Transport::Tcp,
            _ => Transport::Udp,
        };
        let mut talk = Talk::new(app, transport, numbers.chance(2));
        for turn in &turns {
            talk.turn(turn);
        }
        // LIMIT: what is open at a time; see the limits of the protocols.
        assert!(
            talk.most <= 4096,
            "{}: {} transactions, seed {seed}",
            app.name,
            talk.most
        );
    }
}

#[test]
fn changed_conversations_end() {
    for app in apps() {
        run(app, 0..40);
    }
}

#[test]
fn random_bytes_end() {
    for app in apps() {
        for seed in 0..30 {
            let mut numbers = Numbers(seed);
            let mut talk = Talk::new(app, Transport::Tcp, true);
            for _ in 0..20 {
                let bytes = (0..numbers.below(300)).map(|_| numbers.next() as u8).collect();
                let way = if numbers.chance(2) { ToServer } else { ToClient };
                talk.turn(&Turn::Say(way, bytes));
            }
            talk.turn(&Turn::End(ToServer));
            talk.turn(&Turn::End(ToClient));
        }
    }
}

#[test]
fn the_same_question_without_an_answer_is_not_kept_for_ever() {
    for app in apps() {
        let honest = honest(app.name);
        let transport = if app.transports()[0] {
            Transport::Tcp
        } else {
            Transport::Udp
        };
        let mut talk = Talk::new(app, transport, true);
        let asked = honest.iter().filter(|(way, _)| *way == ToServer);
        let asked: Vec<u8> = asked.flat_map(|(_, bytes)| bytes.iter().copied()).collect();
        for _ in 0..60 {
            talk.turn(&Turn::Say(ToServer, asked.repeat(100)));
        }
        assert!(talk.most <= 4096, "{}: {} transactions", app.name, talk.most);
    }
}
