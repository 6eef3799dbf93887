//! Two hosts that exchange UDP datagrams.

use std::net::SocketAddr;
use std::time::Duration;

use crate::address::ToEndpoint;
use crate::layer::Udp;
use crate::time::{Time, ms};
use crate::{Capture, PacketBuilder};

/// Datagrams between a client and a server, each one step (a millisecond unless set) after the one before.
///
/// ```
/// use testkit::{UdpExchange, dns};
///
/// let query = dns::Message::query(7, "example.org", dns::A);
/// let answer = query.response().a("example.org", [192, 0, 2, 80]);
/// let capture = UdpExchange::new("10.0.0.5:40000", "10.0.0.53:53")
///     .to_server(&query.bytes())
///     .to_client(&answer.bytes())
///     .capture();
/// assert_eq!(capture.frames.len(), 2);
/// ```
#[derive(Clone, Debug)]
pub struct UdpExchange {
    client: SocketAddr,
    server: SocketAddr,
    now: Time,
    step: Duration,
    capture: Capture,
}

impl UdpExchange {
    /// An exchange in which nothing is sent yet.
    pub fn new(client: impl ToEndpoint, server: impl ToEndpoint) -> Self {
        Self {
            client: client.to_endpoint(),
            server: server.to_endpoint(),
            now: Time::START,
            step: ms(1),
            capture: Capture::new(),
        }
    }

    /// Sets the time of the next datagram.
    pub const fn start(mut self, time: Time) -> Self {
        self.now = time;
        self
    }

    /// Sets the time from one datagram to the next.
    pub const fn step(mut self, step: Duration) -> Self {
        self.step = step;
        self
    }

    /// Lets time pass before the next datagram.
    pub fn wait(mut self, pause: Duration) -> Self {
        self.now += pause;
        self
    }

    /// The client sends a datagram.
    pub fn to_server(self, data: &[u8]) -> Self {
        let (from, to) = (self.client, self.server);
        self.send(from, to, data)
    }

    /// The server sends a datagram.
    pub fn to_client(self, data: &[u8]) -> Self {
        let (from, to) = (self.server, self.client);
        self.send(from, to, data)
    }

    /// The time of the next datagram.
    pub const fn now(&self) -> Time {
        self.now
    }

    /// All datagrams.
    pub fn capture(self) -> Capture {
        self.capture
    }

    fn send(mut self, from: SocketAddr, to: SocketAddr, data: &[u8]) -> Self {
        let packet = PacketBuilder::between(from.ip(), to.ip())
            .layer(Udp::new(from.port(), to.port()))
            .payload(data);
        self.capture.push(packet.at(self.now));
        self.now += self.step;
        self
    }
}
