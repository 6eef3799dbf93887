//! Fanout: several rings share the frames of an interface.
//!
//! Source: packet(7), `PACKET_FANOUT`.

use std::io;

use super::pairs::by_pair;
use super::socket::Socket;

/// How the frames of an interface are shared by several rings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fanout {
    /// Which ring a frame goes to.
    pub mode: FanoutMode,
    /// The number of the group, for the first interface; the next interface has the next. Processes that name the same
    /// number share an interface. Without one the kernel picks a number that nobody has.
    pub group: Option<u16>,
    /// The kernel reassembles IPv4 fragments first, so that by [`FanoutMode::Hash`] all of a datagram goes to the ring of
    /// its flow. The fragments are not seen then.
    pub defrag: bool,
}

/// Which ring of a group a frame goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FanoutMode {
    /// That of its pair of addresses: flows in both directions, their fragments, ICMP errors of either host about them,
    /// and all else between two hosts. Linux 4.3.
    #[default]
    Pair,
    /// That of its flow by the kernel's own hash, in both directions; fragments go by their addresses alone.
    Hash,
    /// That of the processor that took it from the network card.
    Cpu,
    /// That of the card's queue it came from.
    Queue,
    /// The first, until it is full; then the next.
    Rollover,
}

impl Fanout {
    /// Takes the socket into the group `known`, or into a new one; the number is what the others join.
    pub(crate) fn join(self, socket: &Socket, known: Option<u16>) -> io::Result<u16> {
        if let Some(group) = known {
            socket.join(group, self.kind())?;
            return Ok(group);
        }
        if socket
            .join(0, self.kind() | libc::PACKET_FANOUT_FLAG_UNIQUEID as u16)
            .is_ok()
        {
            return socket.group();
        }
        // Before Linux 4.12 the kernel does not pick one.
        let group = std::process::id() as u16;
        socket.join(group, self.kind())?;
        Ok(group)
    }

    /// Tells the group which ring a frame goes to, where the mode alone does not. For after the first joined.
    pub(crate) fn instruct(self, socket: &Socket) -> io::Result<()> {
        match self.mode {
            FanoutMode::Pair => socket.share_by(&mut by_pair()),
            _ => Ok(()),
        }
    }

    fn kind(self) -> u16 {
        let mode = match self.mode {
            FanoutMode::Pair => libc::PACKET_FANOUT_CBPF,
            FanoutMode::Hash => libc::PACKET_FANOUT_HASH,
            FanoutMode::Cpu => libc::PACKET_FANOUT_CPU,
            FanoutMode::Queue => libc::PACKET_FANOUT_QM,
            FanoutMode::Rollover => libc::PACKET_FANOUT_ROLLOVER,
        };
        let defrag = if self.defrag {
            libc::PACKET_FANOUT_FLAG_DEFRAG
        } else {
            0
        };
        (mode | defrag) as u16
    }
}
