//! Ordinary traffic of a small office, for attacks to hide in.

use std::time::Duration;

use crate::layer::{Arp, Icmpv4};
use crate::time::{ms, secs, us};
use crate::{Capture, Direction, PacketBuilder, Rng, TcpConversation, Time, UdpExchange, dns, smtp, tls};

/// What the clients 192.168.1.100 to 192.168.1.119 do from `start` on: browse, look up names, send
/// mail, work over SSH, ping, set their clocks.
///
/// About two things begin every second; the last of them end some seconds after `duration`.
/// The bundled rules find nothing in it.
///
/// ```
/// use testkit::{Time, background, time::secs};
///
/// let capture = background::office(Time::START, secs(5), 1);
/// assert!(capture.frames.len() > 20);
/// assert_eq!(capture, background::office(Time::START, secs(5), 1));
/// ```
pub fn office(start: Time, duration: Duration, seed: u64) -> Capture {
    let mut rng = Rng::new(seed);
    let mut now = start;
    let mut parts = Vec::new();
    while now < start + duration {
        let host = Host {
            address: [192, 168, 1, rng.between(100, 119) as u8],
            start: now,
        };
        parts.push(match rng.below(100) {
            0..=29 => host.web(&mut rng),
            30..=54 => host.secure_web(&mut rng),
            55..=74 => host.lookup(&mut rng).0,
            75..=79 => host.mail(&mut rng),
            80..=83 => host.shell(&mut rng),
            84..=89 => host.ping(&mut rng),
            90..=94 => host.clock(&mut rng),
            _ => host.arp(),
        });
        now += ms(rng.between(50, 950));
    }
    Capture::merge(parts)
}

const RESOLVER: &str = "192.168.1.53:53";
const SITES: [(&str, [u8; 4]); 5] = [
    ("www.example.com", [192, 0, 2, 10]),
    ("news.example.net", [192, 0, 2, 20]),
    ("cdn.example.org", [192, 0, 2, 30]),
    ("shop.example", [192, 0, 2, 40]),
    ("docs.example.edu", [192, 0, 2, 50]),
];

/// A client and the moment it begins something.
struct Host {
    address: [u8; 4],
    start: Time,
}

impl Host {
    /// A name looked up; gives the name and the address besides.
    fn lookup(&self, rng: &mut Rng) -> (Capture, &'static str, [u8; 4]) {
        let &(name, address) = rng.pick(&SITES);
        let query = dns::Message::query(rng.next_u64() as u16, name, dns::A);
        let answer = query.response().a(name, address);
        let exchange = UdpExchange::new((self.address, rng.ephemeral_port()), RESOLVER)
            .start(self.start)
            .step(ms(rng.between(1, 30)))
            .to_server(&query.bytes())
            .to_client(&answer.bytes());
        (exchange.capture(), name, address)
    }

    /// A page over HTTP, with up to two requests on the connection.
    fn web(&self, rng: &mut Rng) -> Capture {
        let (lookup, name, address) = self.lookup(rng);
        let mut talk = self.connect(rng, address, 80);
        for _ in 0..rng.between(1, 2) {
            let page = rng.below(1000);
            let request = format!(
                "GET /page/{page} HTTP/1.1\r\nHost: {name}\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\nAccept: */*\r\n\r\n"
            );
            let body = format!(
                "<html><title>Page {page}</title>{}</html>\n",
                "<p>text ".repeat(rng.below(200) as usize)
            );
            let response = format!(
                "HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            );
            talk = talk
                .to_server(request.as_bytes())
                .to_client(response.as_bytes())
                .wait(ms(rng.between(20, 900)));
        }
        Capture::merge([lookup, talk.close().capture()])
    }

    /// A page over TLS.
    fn secure_web(&self, rng: &mut Rng) -> Capture {
        let (lookup, name, address) = self.lookup(rng);
        let hello = [tls::server_hello(rng.next_u64()), tls::change_cipher_spec()].concat();
        let talk = self
            .connect(rng, address, 443)
            .to_server(&tls::client_hello(name, rng.next_u64()))
            .to_client(&[hello, tls::application_data(700, rng.next_u64())].concat())
            .to_server(&[tls::change_cipher_spec(), tls::application_data(120, rng.next_u64())].concat())
            .to_client(&tls::application_data(rng.between(100, 1500) as usize, rng.next_u64()))
            .close();
        Capture::merge([lookup, talk.capture()])
    }

    /// A mail handed to the office's server.
    fn mail(&self, rng: &mut Rng) -> Capture {
        let number = rng.below(10_000);
        let text = format!(
            "From: ann@example.org\r\nTo: bob@example.net\r\nSubject: Order {number}\r\n\r\nAs agreed.\r\n.\r\n"
        );
        let talk = smtp::until_mail(self.connect(rng, [10, 0, 0, 25], 25)).to_server(text.as_bytes());
        smtp::after_mail(talk).close_by(Direction::ToClient).capture()
    }

    /// A short SSH session: versions, then noise.
    fn shell(&self, rng: &mut Rng) -> Capture {
        let mut talk = self
            .connect(rng, [10, 0, 0, 5], 22)
            .to_client(b"SSH-2.0-OpenSSH_9.6\r\n")
            .to_server(b"SSH-2.0-OpenSSH_9.3\r\n");
        for _ in 0..rng.between(3, 12) {
            talk = talk
                .to_server(&encrypted_ssh(rng))
                .to_client(&encrypted_ssh(rng))
                .wait(ms(rng.between(80, 700)));
        }
        talk.close().capture()
    }

    /// Four echo requests, a second apart, and their replies.
    fn ping(&self, rng: &mut Rng) -> Capture {
        let target = rng.pick(&SITES).1;
        let id = rng.next_u64() as u16;
        let mut capture = Capture::new();
        for seq in 0..4 {
            let time = self.start + secs(u64::from(seq));
            let request = PacketBuilder::between(self.address, target)
                .layer(Icmpv4::echo_request(id, seq))
                .payload(&[0x61; 32]);
            let reply = PacketBuilder::between(target, self.address)
                .layer(Icmpv4::echo_reply(id, seq))
                .payload(&[0x61; 32]);
            capture.push(request.at(time));
            capture.push(reply.at(time + us(rng.between(5000, 40_000))));
        }
        capture
    }

    /// An NTP query and its answer (RFC 5905): version 4, client, then server of stratum 2.
    fn clock(&self, rng: &mut Rng) -> Capture {
        let stamp = rng.bytes(8);
        let query = [&[0x23, 0, 6, 0xec][..], &[0; 36], &stamp].concat();
        let answer = [
            &[0x24, 2, 6, 0xec][..],
            &[0; 8],
            &[192, 0, 2, 123],
            &stamp,
            &stamp,
            &stamp,
            &stamp,
        ]
        .concat();
        UdpExchange::new((self.address, rng.ephemeral_port()), "192.0.2.123:123")
            .start(self.start)
            .step(ms(rng.between(8, 40)))
            .to_server(&query)
            .to_client(&answer)
            .capture()
    }

    /// The gateway's hardware address asked for and told.
    fn arp(&self) -> Capture {
        let gateway = [192, 168, 1, 1];
        let request = PacketBuilder::ethernet().layer(Arp::request(self.address, gateway));
        let reply = PacketBuilder::ethernet().layer(Arp::reply(gateway, self.address));
        [request.at(self.start), reply.at(self.start + us(300))]
            .into_iter()
            .collect()
    }

    /// A connection that is open, a little after the start.
    fn connect(&self, rng: &mut Rng, server: [u8; 4], port: u16) -> TcpConversation {
        TcpConversation::new((self.address, rng.ephemeral_port()), (server, port))
            .start(self.start + ms(70))
            .step(us(rng.between(300, 9000)))
            .handshake()
    }
}

/// What a packet of an encrypted session looks like from outside.
fn encrypted_ssh(rng: &mut Rng) -> Vec<u8> {
    let len = 8 * rng.between(4, 12) as usize;
    rng.bytes(len)
}
