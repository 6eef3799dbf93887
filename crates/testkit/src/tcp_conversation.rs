//! Two hosts that talk over TCP.

use std::net::SocketAddr;
use std::time::Duration;

use crate::address::ToEndpoint;
use crate::builder::ip_layer;
use crate::layer::{Tcp, Vlan, flag};
use crate::time::{Time, ms};
use crate::{Capture, PacketBuilder, Rng, Segmentation};

/// Which way a packet goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From the client, which opened the connection, to the server.
    ToServer,
    /// From the server to the client.
    ToClient,
}

/// A TCP connection, packet by packet.
///
/// Every packet comes one step (a millisecond unless set) after the one before. Left without
/// [`handshake`](Self::handshake), the conversation is one that a sensor joins midstream.
///
/// ```
/// use testkit::{Direction, TcpConversation, Time, time::{ms, us}};
///
/// let capture = TcpConversation::new("10.0.0.5:40000", "192.0.2.80:22")
///     .start(Time::START)
///     .step(us(200))
///     .handshake()
///     .to_client(b"SSH-2.0-OpenSSH_9.6\r\n")
///     .to_server(b"SSH-2.0-Go\r\n")
///     .wait(ms(50))
///     .reset(Direction::ToClient)
///     .capture();
/// assert_eq!(capture.frames.len(), 3 + 2 + 2 + 1);
/// ```
#[derive(Clone, Debug)]
pub struct TcpConversation {
    client: Side,
    server: Side,
    now: Time,
    step: Duration,
    vlan: Option<u16>,
    acks: bool,
    segmentation: Segmentation,
    capture: Capture,
}

#[derive(Clone, Debug)]
struct Side {
    end: SocketAddr,
    /// The sequence number of the next byte that this side sends.
    next: u32,
}

impl TcpConversation {
    /// A connection that `client` opens to `server`; nothing is sent yet.
    pub fn new(client: impl ToEndpoint, server: impl ToEndpoint) -> Self {
        let (client, server) = (client.to_endpoint(), server.to_endpoint());
        let mut rng = Rng::new(u64::from(client.port()) << 16 | u64::from(server.port()));
        let mut side = |end| Side {
            end,
            next: rng.next_u64() as u32,
        };
        Self {
            client: side(client),
            server: side(server),
            now: Time::START,
            step: ms(1),
            vlan: None,
            acks: true,
            segmentation: Segmentation::default(),
            capture: Capture::new(),
        }
    }

    /// Sets the time of the next packet.
    pub const fn start(mut self, time: Time) -> Self {
        self.now = time;
        self
    }

    /// Sets the time from one packet to the next.
    pub const fn step(mut self, step: Duration) -> Self {
        self.step = step;
        self
    }

    /// Lets time pass before the next packet.
    pub fn wait(mut self, pause: Duration) -> Self {
        self.now += pause;
        self
    }

    /// Puts all packets from here on into this VLAN.
    pub const fn vlan(mut self, id: u16) -> Self {
        self.vlan = Some(id);
        self
    }

    /// Sets the next sequence numbers, before the handshake the initial ones (to try out wrapping, 0xffff_fff0 and the like).
    pub const fn sequence_numbers(mut self, client: u32, server: u32) -> Self {
        self.client.next = client;
        self.server.next = server;
        self
    }

    /// Sets how the data of the sends from here on becomes segments.
    pub fn segmentation(mut self, plan: Segmentation) -> Self {
        self.segmentation = plan;
        self
    }

    /// From here on the receiver of data sends no acknowledgment of its own for it.
    pub const fn without_acks(mut self) -> Self {
        self.acks = false;
        self
    }

    /// SYN, SYN/ACK, ACK.
    pub fn handshake(self) -> Self {
        self.syn().syn_ack().acknowledge(Direction::ToServer)
    }

    /// The client's SYN.
    pub fn syn(self) -> Self {
        let options = |tcp: Tcp| {
            tcp.mss(1460)
                .sack_permitted()
                .options(&[1])
                .window_scale(7)
                .options(&[1, 1])
        };
        let tcp = options(self.header(Direction::ToServer).flags(flag::SYN).ack_number(0));
        self.emit(Direction::ToServer, tcp, b"").skip(Direction::ToServer, 1)
    }

    /// The server's SYN/ACK.
    pub fn syn_ack(self) -> Self {
        let tcp = self.header(Direction::ToClient).flags(flag::SYN | flag::ACK).mss(1460);
        self.emit(Direction::ToClient, tcp, b"").skip(Direction::ToClient, 1)
    }

    /// A SYN that the server answers with RST/ACK: nobody listens there.
    pub fn refused(mut self) -> Self {
        self.server.next = 0;
        let client = self.syn();
        let tcp = client
            .header(Direction::ToClient)
            .flags(flag::RST | flag::ACK)
            .window(0);
        client.emit(Direction::ToClient, tcp, b"")
    }

    /// The client sends `data`; the server acknowledges.
    pub fn to_server(self, data: &[u8]) -> Self {
        self.send(Direction::ToServer, data)
    }

    /// The server sends `data`; the client acknowledges.
    pub fn to_client(self, data: &[u8]) -> Self {
        self.send(Direction::ToClient, data)
    }

    /// One side sends `data`, in segments as [`segmentation`](Self::segmentation) says; the other acknowledges.
    pub fn send(mut self, direction: Direction, data: &[u8]) -> Self {
        let start = self.side(direction).next;
        for piece in self.segmentation.pieces(data) {
            let tcp = self
                .header(direction)
                .seq(start.wrapping_add(piece.offset as u32))
                .flags(flag::PSH | flag::ACK);
            self = self.emit(direction, tcp, &piece.data);
        }
        self = self.skip(direction, data.len());
        if self.acks && !data.is_empty() {
            self = self.acknowledge(direction.back());
        }
        self
    }

    /// A bare acknowledgment of all that the other side has sent.
    pub fn acknowledge(self, direction: Direction) -> Self {
        let tcp = self.header(direction);
        self.emit(direction, tcp, b"")
    }

    /// One segment `offset` bytes from the next sequence number (negative for older data), which
    /// stays where it is: for retransmissions, overlaps, data out of window.
    pub fn segment(self, direction: Direction, offset: i32, flags: u8, data: &[u8]) -> Self {
        let seq = self.side(direction).next.wrapping_add_signed(offset);
        let tcp = self.header(direction).seq(seq).flags(flags);
        self.emit(direction, tcp, data)
    }

    /// `len` bytes that the capture has missed: the sequence numbers go on without them.
    pub const fn skip(mut self, direction: Direction, len: usize) -> Self {
        let side = match direction {
            Direction::ToServer => &mut self.client,
            Direction::ToClient => &mut self.server,
        };
        side.next = side.next.wrapping_add(len as u32);
        self
    }

    /// The client closes: FIN/ACK, FIN/ACK, ACK.
    pub fn close(self) -> Self {
        self.close_by(Direction::ToServer)
    }

    /// The side that sends in this direction closes, the other follows.
    pub fn close_by(self, first: Direction) -> Self {
        self.fin(first).fin(first.back()).acknowledge(first)
    }

    /// A FIN/ACK in this direction.
    pub fn fin(self, direction: Direction) -> Self {
        let tcp = self.header(direction).flags(flag::FIN | flag::ACK);
        self.emit(direction, tcp, b"").skip(direction, 1)
    }

    /// A RST/ACK in this direction.
    pub fn reset(self, direction: Direction) -> Self {
        let tcp = self.header(direction).flags(flag::RST | flag::ACK);
        self.emit(direction, tcp, b"")
    }

    /// The header that a plain acknowledgment in this direction has now, for a packet of one's own.
    pub const fn header(&self, direction: Direction) -> Tcp {
        let (from, to) = match direction {
            Direction::ToServer => (&self.client, &self.server),
            Direction::ToClient => (&self.server, &self.client),
        };
        Tcp::new(from.end.port(), to.end.port()).seq(from.next).ack(to.next)
    }

    /// Any segment: `tcp` as it is (see [`header`](Self::header)), then `data`; sequence numbers stay where they are.
    pub fn emit(mut self, direction: Direction, tcp: Tcp, data: &[u8]) -> Self {
        let from = self.side(direction).end.ip();
        let to = self.side(direction.back()).end.ip();
        let mut packet = PacketBuilder::ethernet();
        if let Some(id) = self.vlan {
            packet = packet.layer(Vlan::new(id));
        }
        packet = packet.layer(ip_layer(from, to)).layer(tcp).payload(data);
        self.capture.push(packet.at(self.now));
        self.now += self.step;
        self
    }

    /// The time of the next packet.
    pub const fn now(&self) -> Time {
        self.now
    }

    /// All packets.
    pub fn capture(self) -> Capture {
        self.capture
    }

    /// The packets of one direction only, as a sensor on one of two paths sees them.
    pub fn only(self, direction: Direction) -> Capture {
        let from = crate::address::mac_of(self.side(direction).end.ip());
        let frames = self.capture.frames.into_iter();
        frames.filter(|f| f.data[6..12] == from).collect()
    }

    const fn side(&self, direction: Direction) -> &Side {
        match direction {
            Direction::ToServer => &self.client,
            Direction::ToClient => &self.server,
        }
    }
}

impl Direction {
    /// The other way.
    pub const fn back(self) -> Self {
        match self {
            Self::ToServer => Self::ToClient,
            Self::ToClient => Self::ToServer,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(frame: &crate::Frame) -> (u32, u32, u8) {
        let word = |at: usize| u32::from_be_bytes(frame.data[at..at + 4].try_into().unwrap());
        (word(38), word(42), frame.data[47])
    }

    #[test]
    fn sequence_numbers_follow_the_data() {
        let capture = TcpConversation::new("10.0.0.1:1", "10.0.0.2:2")
            .sequence_numbers(0xffff_fffe, 100)
            .handshake()
            .to_server(b"hello")
            .to_client(b"yo")
            .close()
            .capture();
        let seen: Vec<_> = capture.frames.iter().map(words).collect();
        assert_eq!(
            seen,
            [
                (0xffff_fffe, 0, 0x02),
                (100, 0xffff_ffff, 0x12),
                (0xffff_ffff, 101, 0x10),
                (0xffff_ffff, 101, 0x18),
                (101, 4, 0x10),
                (101, 4, 0x18),
                (4, 103, 0x10),
                (4, 103, 0x11),
                (103, 5, 0x11),
                (5, 104, 0x10),
            ]
        );
    }

    #[test]
    fn one_direction_has_only_its_packets() {
        let talk = TcpConversation::new("10.0.0.1:1", "10.0.0.2:2")
            .handshake()
            .to_server(b"x");
        assert_eq!(talk.clone().only(Direction::ToServer).frames.len(), 3);
        assert_eq!(talk.only(Direction::ToClient).frames.len(), 2);
    }

    #[test]
    fn a_refusal_acknowledges_the_syn_from_sequence_number_0() {
        let capture = TcpConversation::new("10.0.0.1:1", "10.0.0.2:2")
            .sequence_numbers(7, 9)
            .refused()
            .capture();
        assert_eq!(words(&capture.frames[1]), (0, 8, 0x14));
    }
}
