//! What hosts of a workload say to each other.

use std::net::{IpAddr, Ipv4Addr};

use super::Talk;
use crate::layer::{Icmpv4, Udp};
use crate::time::{ms, us};
use crate::x509::Certificate;
use crate::{Capture, Frame, PacketBuilder, TcpConversation, UdpExchange, dns, smtp, tls};

impl Talk<'_> {
    /// Any of it, in the shares that [`Workload`](super::Workload) tells.
    pub fn any(mut self) -> Capture {
        match self.rng.below(1000) {
            0..=219 => self.pages(),
            220..=249 => self.form(),
            250..=257 => self.download(),
            258..=477 => self.secure(),
            478..=497 => self.secure_with_certificate(),
            498..=797 => self.lookup(),
            798..=812 => self.mail(),
            813..=842 => self.shell(),
            843..=882 => self.call(),
            883..=922 => self.encrypted_datagrams(),
            923..=942 => self.fragments(),
            _ => self.ping(),
        }
    }

    /// Pages, scripts and pictures over one connection.
    fn pages(&mut self) -> Capture {
        let mut talk = self.connect(80);
        for _ in 0..self.rng.between(1, 4) {
            let request = self.request("GET", "");
            let (kind, body) = match self.rng.below(4) {
                0 => ("image/png", self.noise(30_000)),
                1 => ("application/javascript", self.text(20_000)),
                _ => ("text/html; charset=utf-8", self.text(15_000)),
            };
            let response = self.response(kind, &body);
            talk = self.exchange(talk, request.as_bytes(), &response);
        }
        talk.close().capture()
    }

    /// A form, with what a program says of it in JSON.
    fn form(&mut self) -> Capture {
        let body = format!(
            "name={}&text={}&token={:x}",
            self.word(),
            self.word(),
            self.rng.next_u64()
        );
        let request = self.request("POST", &body);
        let answer = format!(
            "{{\"status\":\"ok\",\"id\":{},\"text\":\"{}\"}}",
            self.rng.below(1 << 30),
            self.word()
        );
        let response = self.response("application/json", answer.as_bytes());
        let talk = self.connect(8080);
        self.exchange(talk, request.as_bytes(), &response).close().capture()
    }

    /// A large file.
    fn download(&mut self) -> Capture {
        let request = self.request("GET", "");
        let body = self.noise(600_000);
        let response = self.response("application/octet-stream", &body);
        let talk = self.connect(80);
        self.exchange(talk, request.as_bytes(), &response).close().capture()
    }

    /// TLS 1.3: what follows the hellos is encrypted.
    fn secure(&mut self) -> Capture {
        let hello = [tls::server_hello(self.rng.next_u64()), tls::change_cipher_spec()].concat();
        let first = [hello, self.encrypted(3000)].concat();
        let client_hello = tls::client_hello(&self.host(), self.rng.next_u64());
        let talk = self.connect(443);
        let mut talk = self.exchange(talk, &client_hello, &first);
        for _ in 0..self.rng.between(1, 5) {
            let (ask, answer) = (self.encrypted(800), self.encrypted(25_000));
            talk = self.exchange(talk, &ask, &answer);
        }
        talk.close().capture()
    }

    /// TLS 1.2, in which the certificate is seen.
    fn secure_with_certificate(&mut self) -> Capture {
        let host = self.host();
        let certificate = Certificate::new(&host).bytes(self.rng.next_u64());
        let seed = self.rng.next_u64();
        let first = [
            tls::server_hello_12(seed),
            tls::certificate(&[certificate]),
            tls::server_hello_done(),
        ]
        .concat();
        let client_hello = tls::client_hello(&host, seed);
        let talk = self.connect(443);
        let talk = self.exchange(talk, &client_hello, &first);
        let (key, done) = (tls::client_key_exchange(seed), tls::change_cipher_spec());
        let talk = self.exchange(talk, &key, &done);
        let (ask, answer) = (self.encrypted(600), self.encrypted(20_000));
        self.exchange(talk, &ask, &answer).close().capture()
    }

    /// A name looked up.
    fn lookup(&mut self) -> Capture {
        let name = self.host();
        let query = dns::Message::query(self.rng.next_u64() as u16, &name, dns::A);
        let address = Ipv4Addr::from(0xc612_0000 | self.rng.below(1 << 16) as u32);
        let answer = query.response().a(&name, address);
        self.datagrams(53)
            .step(ms(self.rng.between(1, 30)))
            .to_server(&query.bytes())
            .to_client(&answer.bytes())
            .capture()
    }

    /// A mail with something attached.
    fn mail(&mut self) -> Capture {
        let attached = "TVqQAAMAAAAEAAAA//8AALgAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n".repeat(300);
        let body = String::from_utf8_lossy(&self.text(3000)).into_owned();
        let mail = format!(
            "From: ann@example.org\r\nTo: bob@example.net\r\nSubject: {}\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n{body}\r\n\
             --b\r\nContent-Type: application/octet-stream; name=\"a.bin\"\r\nContent-Transfer-Encoding: base64\r\n\
             Content-Disposition: attachment; filename=\"a.bin\"\r\n\r\n{attached}--b--\r\n.\r\n",
            self.word()
        );
        let plan = self.segmentation();
        let talk = smtp::until_mail(self.connect(25))
            .segmentation(plan)
            .to_server(mail.as_bytes());
        smtp::after_mail(talk).close().capture()
    }

    /// Somebody types: small packets of noise.
    fn shell(&mut self) -> Capture {
        let mut talk = self
            .connect(22)
            .to_client(b"SSH-2.0-OpenSSH_9.6\r\n")
            .to_server(b"SSH-2.0-OpenSSH_9.3\r\n");
        for _ in 0..self.rng.between(10, 40) {
            let (key, echo) = (self.rng.bytes(36), self.rng.bytes(52));
            talk = talk.to_server(&key).to_client(&echo);
        }
        talk.close().capture()
    }

    /// Sound, 50 small datagrams a second in each direction.
    fn call(&mut self) -> Capture {
        let mut talk = self.datagrams(20_000).step(ms(10));
        for number in 0..20_u8 {
            let sound = [&[0x80, 0, 0, number][..], &self.rng.bytes(168)].concat();
            talk = talk.to_server(&sound).to_client(&sound);
        }
        talk.capture()
    }

    /// Large datagrams that nobody can read.
    fn encrypted_datagrams(&mut self) -> Capture {
        let mut talk = self.datagrams(4500).step(us(400));
        for _ in 0..self.rng.between(5, 30) {
            let (ask, answer) = (self.rng.bytes(60), self.rng.bytes(1250));
            talk = talk.to_server(&ask).to_client(&answer);
        }
        talk.capture()
    }

    /// Datagrams that are too large for one packet.
    fn fragments(&mut self) -> Capture {
        let mut capture = Capture::new();
        for number in 0..3 {
            let payload = self.noise(6000);
            let whole = PacketBuilder::between(self.client, self.server)
                .layer(Udp::new(self.rng.ephemeral_port(), 2049))
                .payload(&payload);
            let pieces = whole.fragments(self.rng.next_u64() as u32, 1480);
            for (piece, data) in (0..).zip(pieces) {
                capture.push(Frame::new(self.start + ms(number * 20) + us(piece * 200), data));
            }
        }
        capture
    }

    /// An echo asked for and given.
    fn ping(&mut self) -> Capture {
        let host = |at: IpAddr, net: [u8; 2]| match at {
            IpAddr::V4(at) => at,
            IpAddr::V6(at) => {
                let [.., a, b] = at.octets();
                [net[0], net[1], a, b].into()
            }
        };
        let (client, server) = (host(self.client, [10, 20]), host(self.server, [198, 18]));
        let id = self.rng.next_u64() as u16;
        let ask = PacketBuilder::between(client, server).layer(Icmpv4::echo_request(id, 1));
        let answer = PacketBuilder::between(server, client).layer(Icmpv4::echo_reply(id, 1));
        let (ask, answer) = (ask.payload(&[0x61; 56]), answer.payload(&[0x61; 56]));
        [ask.at(self.start), answer.at(self.start + ms(9))]
            .into_iter()
            .collect()
    }

    fn connect(&mut self, port: u16) -> TcpConversation {
        let client = (self.client, self.rng.ephemeral_port());
        let talk = TcpConversation::new(client, (self.server, port))
            .start(self.start)
            .step(us(self.rng.between(20, 400)));
        match self.vlan {
            Some(id) => talk.vlan(id).handshake(),
            None => talk.handshake(),
        }
    }

    fn datagrams(&mut self, port: u16) -> UdpExchange {
        let client = (self.client, self.rng.ephemeral_port());
        UdpExchange::new(client, (self.server, port)).start(self.start)
    }

    /// A question and its answer, each as segments arrive.
    fn exchange(&mut self, talk: TcpConversation, ask: &[u8], answer: &[u8]) -> TcpConversation {
        let (there, back) = (self.segmentation(), self.segmentation());
        talk.segmentation(there)
            .to_server(ask)
            .segmentation(back)
            .to_client(answer)
    }

    fn request(&mut self, method: &str, body: &str) -> String {
        let length = match body.len() {
            0 => String::new(),
            n => format!("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {n}\r\n"),
        };
        format!(
            "{method} /{}/{}.html?id={}&q={} HTTP/1.1\r\nHost: {}\r\n\
             User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n\
             Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\nAccept-Language: en-US,en;q=0.5\r\n\
             Referer: http://{}/\r\nCookie: session={:016x}; seen=1\r\nConnection: keep-alive\r\n{length}\r\n{body}",
            self.word(),
            self.word(),
            self.rng.below(100_000),
            self.word(),
            self.host(),
            self.host(),
            self.rng.next_u64(),
        )
    }

    fn response(&mut self, kind: &str, body: &[u8]) -> Vec<u8> {
        let head = format!(
            "HTTP/1.1 200 OK\r\nServer: nginx/1.24.0\r\nContent-Type: {kind}\r\nETag: \"{:x}\"\r\n\
             Cache-Control: max-age=600\r\nContent-Length: {}\r\n\r\n",
            self.rng.next_u64(),
            body.len()
        );
        [head.as_bytes(), body].concat()
    }

    /// Words between tags, up to so many bytes.
    fn text(&mut self, longest: u64) -> Vec<u8> {
        let len = self.rng.between(longest / 10, longest) as usize;
        let mut text = Vec::with_capacity(len + 32);
        while text.len() < len {
            match self.rng.below(12) {
                0 => text.extend(b"</p>\n<p class=\"t\">"),
                _ => {
                    text.extend(self.word().as_bytes());
                    text.push(b' ');
                }
            }
        }
        text.extend(b"</p>\n");
        text
    }

    /// What is compressed, up to so many bytes.
    fn noise(&mut self, longest: u64) -> Vec<u8> {
        let len = self.rng.between(longest / 10, longest) as usize;
        let mut bytes = Vec::with_capacity(len + 8);
        while bytes.len() < len {
            bytes.extend(self.rng.next_u64().to_le_bytes());
        }
        bytes.truncate(len);
        bytes
    }

    /// Records of at most 16 KiB, up to so many bytes.
    fn encrypted(&mut self, longest: u64) -> Vec<u8> {
        let noise = self.noise(longest);
        let records = noise.chunks(16_000).map(|part| tls::record(23, [3, 3], part));
        records.collect::<Vec<_>>().concat()
    }

    fn host(&mut self) -> String {
        let number = self.rng.below(40);
        format!("{}{number}.{}.example", self.word(), self.word())
    }

    fn word(&mut self) -> &'static str {
        self.rng.pick::<&'static str>(WORDS)
    }
}

const WORDS: &[&str] = &[
    "about", "account", "add", "article", "back", "basket", "before", "build", "cache", "change", "click", "code",
    "content", "data", "date", "default", "delivery", "detail", "division", "download", "edit", "error", "event",
    "field", "first", "form", "free", "from", "function", "general", "group", "header", "home", "image", "index",
    "info", "item", "label", "language", "last", "library", "link", "list", "local", "login", "mail", "main",
    "message", "module", "more", "name", "network", "news", "number", "office", "option", "order", "page", "part",
    "price", "product", "project", "public", "read", "report", "request", "result", "return", "search", "server",
    "service", "shop", "site", "start", "state", "style", "support", "system", "table", "team", "text", "this", "time",
    "title", "type", "update", "user", "value", "version", "view", "week", "window", "with", "work", "world", "year",
];
