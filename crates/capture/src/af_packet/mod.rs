//! Frames of an interface from the kernel's ring: packet sockets with `TPACKET_V3`.
//!
//! The kernel writes frames into blocks of memory that this process reads where they are: no copy, and a system call
//! only to wait. A block is handed over when it is full, or when its oldest frame has waited
//! [`LiveOptions::block_timeout`]. Several rings may share an interface ([`Fanout`]), one for each thread.
//!
//! What the kernel does to frames is undone: VLAN tags that it takes out are put back. Fragments and segments that a
//! network card or the kernel merged (GRO, LRO) stay merged: turn that off with ethtool where it matters.
//!
//! Source: packet(7), and the kernel's `Documentation/networking/packet_mmap.rst`.

mod block;
mod counted;
mod fanout;
mod pairs;
mod ring;
mod socket;

use std::io;
use std::os::fd::{AsFd, AsRawFd, RawFd};

use packet::LinkType;

use self::block::{Damaged, TAG, Walk};
use self::ring::Ring;
use self::socket::{Instruction, Socket};
use crate::error::CaptureError;
use crate::file::Frame;
use crate::filter::{Filter, kernel_program};
use crate::live::{LiveOptions, cannot_open};

pub use counted::RingStats;
pub use fanout::{Fanout, FanoutMode};

/// One ring of one interface.
pub(crate) struct AfPacket {
    ring: Ring,
    socket: Socket,
    /// Where in the current block the next frame is.
    walk: Option<Walk>,
    link: LinkType,
    /// A loopback shows each packet twice: sent, and received.
    loopback: bool,
    /// Where the kernel did not take the filter.
    filter: Option<Filter>,
    stats: RingStats,
    /// Blocks read since the kernel's counters were.
    uncounted: u32,
    /// Empty looks since the socket was asked for errors.
    looks: u32,
    /// There may be an error, or the interface was down when last asked.
    suspect: bool,
}

impl AfPacket {
    /// Opens so many rings on an interface, which share its frames when there are several or `fanout` names a group.
    ///
    /// None gets a frame before all are there, so that none is seen twice. `place` is that of the interface among
    /// those that are opened.
    pub fn open(name: &str, options: &LiveOptions, rings: usize, place: u16) -> Result<Vec<Self>, CaptureError> {
        if name == "any" {
            let reason = "all interfaces at once are read by libpcap only: capture with the method pcap";
            return Err(cannot_open(name, reason));
        }
        let index = socket::interface_index(name).map_err(|e| cannot_open(name, &e.to_string()))?;
        let mut group = options.fanout.and_then(|fanout| fanout.group);
        group = group.map(|group| group.wrapping_add(place));
        let shared = rings > 1 || group.is_some();
        let mut all = Vec::with_capacity(rings);
        for _ in 0..rings {
            let ring = Self::prepare(name, index, options)?;
            if shared {
                let fanout = options.fanout.unwrap_or_default();
                let joined = fanout.join(&ring.socket, group).and_then(|group| {
                    if all.is_empty() {
                        fanout.instruct(&ring.socket)?;
                    }
                    Ok(group)
                });
                group = Some(joined.map_err(|e| failed(name, "sharing by PACKET_FANOUT", &e))?);
            }
            all.push(ring);
        }
        let mut program = match &options.filter {
            Some(expression) => kernel_program(name, expression, options.snaplen)?,
            None => vec![accept(options.snaplen)],
        };
        for ring in &mut all {
            ring.begin(&mut program, options)
                .map_err(|e| e.unwrap_or_else(|e| failed(name, "a filter", &e)))?;
        }
        Ok(all)
    }

    /// A ring on a bound socket that lets nothing pass yet.
    fn prepare(name: &str, index: i32, options: &LiveOptions) -> Result<Self, CaptureError> {
        let socket = Socket::new().map_err(|e| failed(name, "a packet socket", &e))?;
        socket
            .attach(&mut [accept(0)])
            .map_err(|e| failed(name, "a filter", &e))?;
        let (size, count) = (options.block_size, blocks(options));
        let retire = retire_after(options);
        let ring = socket
            .make_ring(size, count, retire, TAG as u32)
            .and_then(|()| Ring::map(socket.as_fd(), size as usize, count as usize))
            .map_err(|e| failed(name, &format!("a ring of {count} blocks of {size} bytes"), &e))?;
        let bound = socket.bind(index).map_err(|e| failed(name, "bind", &e))?;
        if socket.take_error().map_err(|e| failed(name, "bind", &e))? != 0 {
            return Err(cannot_open(name, "the interface is down"));
        }
        let link = link_type(bound.hardware).map_err(|reason| cannot_open(name, &reason))?;
        let loopback = bound.hardware == libc::ARPHRD_LOOPBACK;
        if loopback {
            // An older kernel does not know how: then they are left out one by one.
            let _ = socket.ignore_outgoing();
        }
        if options.promiscuous {
            socket
                .be_promiscuous(index)
                .map_err(|e| failed(name, "promiscuous mode", &e))?;
        }
        Ok(Self {
            ring,
            socket,
            walk: None,
            link,
            loopback,
            filter: None,
            stats: RingStats::default(),
            uncounted: 0,
            looks: 0,
            suspect: false,
        })
    }

    /// Lets frames pass: by the kernel's filter, or by our own where the kernel does not take it.
    fn begin(
        &mut self,
        program: &mut [Instruction],
        options: &LiveOptions,
    ) -> Result<(), Result<CaptureError, io::Error>> {
        let Err(error) = self.socket.attach(program) else {
            return Ok(());
        };
        // A long program may be more than `net.core.optmem_max` or the kernel's limit of instructions.
        let Some(expression) = &options.filter else {
            return Err(Err(error));
        };
        self.filter = Some(Filter::new(expression).map_err(Ok)?);
        self.socket.attach(&mut [accept(options.snaplen)]).map_err(Err)
    }

    /// The next frame, if one is there; it does not wait. [`Frame::number`] and [`Frame::interface`] are 0.
    ///
    /// # Errors
    ///
    /// Why nothing more will come.
    pub fn next(&mut self) -> Result<Option<Frame<'_>>, String> {
        loop {
            let Some(block) = self.ring.block() else {
                self.look()?;
                return Ok(None);
            };
            let walk = match &mut self.walk {
                Some(walk) => walk,
                none => none.insert(Walk::new(block).map_err(|Damaged| DAMAGED)?),
            };
            let Some(found) = walk.next(block).map_err(|Damaged| DAMAGED)? else {
                self.end_block();
                continue;
            };
            if self.loopback && found.outgoing {
                continue;
            }
            if let Some(filter) = &mut self.filter {
                let frame = frame(&block[found.range.clone()], &found, self.link);
                if !filter.matches(&frame).map_err(|e| e.to_string())? {
                    continue;
                }
            }
            self.suspect = false;
            // The same block as above: asked for anew, since a borrow that is returned lasts for all of the loop.
            let data = self.ring.block().and_then(|block| block.get(found.range.clone()));
            return Ok(data.map(|data| frame(data, &found, self.link)));
        }
    }

    /// What to wait for.
    pub fn descriptor(&self) -> RawFd {
        self.socket.as_fd().as_raw_fd()
    }

    /// Waiting ended with an error.
    pub fn suspect(&mut self) {
        self.suspect = true;
    }

    /// What the kernel counted since the ring was opened.
    pub fn stats(&mut self) -> io::Result<RingStats> {
        self.stats.add(self.socket.statistics()?);
        self.uncounted = 0;
        Ok(self.stats)
    }

    fn end_block(&mut self) {
        self.walk = None;
        self.ring.release();
        self.uncounted += 1;
        if self.uncounted >= COUNT_EVERY {
            // What cannot be read now is told when somebody asks.
            let _ = self.stats();
            self.uncounted = 0;
        }
    }

    /// Looks whether the interface is there still, when there is reason to.
    fn look(&mut self) -> Result<(), String> {
        self.looks += 1;
        if !self.suspect && self.looks < LOOK_EVERY {
            return Ok(());
        }
        self.looks = 0;
        let error = self.socket.take_error().map_err(|e| e.to_string())?;
        let bound = self.socket.bound().map_err(|e| e.to_string())?;
        if bound.index < 0 {
            return Err("the interface disappeared".into());
        }
        match error {
            // It may be gone in a moment, of which nothing is told: so it is asked again next time.
            libc::ENETDOWN => self.suspect = true,
            0 => {}
            error => return Err(io::Error::from_raw_os_error(error).to_string()),
        }
        Ok(())
    }
}

fn frame<'a>(data: &'a [u8], found: &block::Found, link: LinkType) -> Frame<'a> {
    Frame {
        data,
        time: found.time,
        number: 0,
        link,
        orig_len: found.orig_len,
        interface: 0,
    }
}

/// What frames of this hardware start with, or why they are not read here.
fn link_type(hardware: u16) -> Result<LinkType, String> {
    match hardware {
        libc::ARPHRD_ETHER | libc::ARPHRD_LOOPBACK => Ok(LinkType::Ethernet),
        ARPHRD_RAWIP | libc::ARPHRD_NONE => Ok(LinkType::RawIp),
        other => Err(format!(
            "AF_PACKET reads Ethernet and raw IP here, and this is hardware type {other} (ARPHRD_… of linux/if_arp.h); \
             capture with the method pcap"
        )),
    }
}

/// The error of a step in opening.
fn failed(name: &str, what: &str, error: &io::Error) -> CaptureError {
    match error.kind() {
        io::ErrorKind::PermissionDenied => CaptureError::Permission {
            interface: name.into(),
            reason: format!("AF_PACKET, {what}: {error}"),
        },
        _ => cannot_open(name, &format!("AF_PACKET, {what}: {error}")),
    }
}

/// How many blocks fill the buffer that was asked for.
// LIMIT: what one ring holds: `LiveOptions::buffer_size`, or 2 blocks where that is more.
fn blocks(options: &LiveOptions) -> u32 {
    (options.buffer_size / options.block_size.max(1)).max(2)
}

/// Milliseconds after which the kernel hands over a block that is not full.
fn retire_after(options: &LiveOptions) -> u32 {
    match options.immediate {
        true => 1,
        // 0 would let the kernel choose.
        false => u32::try_from(options.block_timeout.as_millis())
            .unwrap_or(u32::MAX)
            .max(1),
    }
}

/// The program that takes so many bytes of every frame; 0 is none of any.
fn accept(bytes: u32) -> Instruction {
    Instruction {
        code: (libc::BPF_RET | libc::BPF_K) as u16,
        jt: 0,
        jf: 0,
        k: bytes,
    }
}

const DAMAGED: &str = "a block of the ring contradicts itself";

/// `ARPHRD_RAWIP`: cellular modems.
const ARPHRD_RAWIP: u16 = 519;

/// Blocks after which the kernel's counters are read, which have 32 bits: a block of 1 MiB holds fewer than 2^13 frames.
const COUNT_EVERY: u32 = 1 << 16;

/// Empty looks after which the socket is asked for errors although nothing told of one.
const LOOK_EVERY: u32 = 1024;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_buffer_is_blocks() {
        let mut options = LiveOptions::default();
        assert_eq!(blocks(&options), 32);
        options.buffer_size = 1;
        assert_eq!(blocks(&options), 2);
        options.block_size = 0;
        assert_eq!(blocks(&options), 2);
    }

    #[test]
    fn a_block_waits_a_millisecond_at_least() {
        let mut options = LiveOptions::default();
        assert_eq!(retire_after(&options), 10);
        options.block_timeout = Duration::ZERO;
        assert_eq!(retire_after(&options), 1);
        options.block_timeout = Duration::MAX;
        assert_eq!(retire_after(&options), u32::MAX);
        options.immediate = true;
        assert_eq!(retire_after(&options), 1);
    }

    #[test]
    fn hardware_that_is_not_read_is_told_with_a_remedy() {
        assert_eq!(link_type(1), Ok(LinkType::Ethernet));
        assert_eq!(link_type(772), Ok(LinkType::Ethernet));
        assert_eq!(link_type(65534), Ok(LinkType::RawIp));
        assert_eq!(link_type(519), Ok(LinkType::RawIp));
        let reason = link_type(803).unwrap_err();
        assert!(reason.contains("803") && reason.contains("method pcap"), "{reason}");
    }
}
