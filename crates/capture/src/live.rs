//! Live interfaces, by the kernel's ring or by libpcap.

mod drops;
mod interfaces;
mod libpcap;
mod source;

use std::time::Duration;

use self::source::Source;
#[cfg(target_os = "linux")]
use crate::af_packet::{Fanout, RingStats};
use crate::error::CaptureError;
use crate::file::Frame;

pub(crate) use interfaces::cannot_open;
pub use interfaces::{Interface, interfaces};

/// How interfaces are opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveOptions {
    /// By what.
    pub method: CaptureMethod,
    /// A BPF expression; what does not pass never leaves the kernel.
    pub filter: Option<String>,
    /// Bytes kept of each packet at most.
    pub snaplen: u32,
    /// Also packets that are for others.
    pub promiscuous: bool,
    /// How long [`Live::next`] waits, and with libpcap also how long a packet may wait in the kernel for more to come.
    pub timeout: Duration,
    /// Bytes of the kernel's ring, for each interface and reader.
    pub buffer_size: u32,
    /// Bytes of a block of that ring: a power of 2 times the page size. `AF_PACKET` only.
    pub block_size: u32,
    /// How long a packet may wait in the kernel for its block to fill, whole milliseconds, 1 at least. `AF_PACKET` only.
    pub block_timeout: Duration,
    /// How several readers share an interface; a group in it makes even a single reader share, with other processes.
    #[cfg(target_os = "linux")]
    pub fanout: Option<Fanout>,
    /// Hand each packet out as it comes: quick, and costly under load.
    pub immediate: bool,
}

/// By what packets are taken from an interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CaptureMethod {
    /// `AF_PACKET` where it can be, else libpcap.
    #[default]
    Auto,
    /// The kernel's own ring, read in place: Linux, on Ethernet, loopback and raw IP.
    AfPacket,
    /// libpcap: any interface it knows, `any` too.
    Pcap,
}

impl Default for LiveOptions {
    fn default() -> Self {
        Self {
            method: CaptureMethod::Auto,
            filter: None,
            snaplen: 256 * 1024,
            promiscuous: true,
            timeout: Duration::from_millis(100),
            buffer_size: 32 * 1024 * 1024,
            block_size: 1024 * 1024,
            block_timeout: Duration::from_millis(10),
            #[cfg(target_os = "linux")]
            fanout: None,
            immediate: false,
        }
    }
}

/// Packets of one interface or several, as they come.
///
/// Everything that needs privileges happens in [`Live::open`]: drop them after it. May be moved to
/// another thread; for a thread per interface, open one `Live` each, for several threads on the same interfaces
/// [`Live::open_shared`].
pub struct Live {
    sources: Vec<Source>,
    /// The one of `sources` that is being read.
    turn: usize,
    /// Packets read from it in this turn.
    burst: u32,
    /// Nothing was there when last looked.
    idle: bool,
    waits: Vec<libc::pollfd>,
    timeout: i32,
    packets: u64,
}

/// How an interface was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The interface.
    pub interface: String,
    /// By what it is read; never [`CaptureMethod::Auto`].
    pub method: CaptureMethod,
    /// Why it is libpcap, where `AF_PACKET` was tried first.
    pub fallback: Option<String>,
}

/// What an interface counted since it was opened.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LiveStats {
    /// The interface.
    pub interface: String,
    /// Packets that passed the filter; with libpcap also any that came while it was being set.
    pub received: u64,
    /// Of these, packets the kernel dropped because they were not read fast enough.
    pub dropped: u64,
    /// Packets the interface or its driver dropped.
    pub dropped_by_interface: u64,
    /// The same of each ring; none with libpcap.
    #[cfg(target_os = "linux")]
    pub rings: Vec<RingStats>,
}

impl LiveStats {
    /// Adds what another reader of the same interfaces counted, as of [`Live::open_shared`].
    ///
    /// Interfaces that are not in `all` yet are added; what the interface itself dropped is counted once.
    pub fn merge(all: &mut Vec<Self>, more: Vec<Self>) {
        for one in more {
            let Some(same) = all.iter_mut().find(|same| same.interface == one.interface) else {
                all.push(one);
                continue;
            };
            same.received += one.received;
            same.dropped += one.dropped;
            same.dropped_by_interface = same.dropped_by_interface.max(one.dropped_by_interface);
            #[cfg(target_os = "linux")]
            same.rings.extend(one.rings);
        }
    }
}

impl Live {
    /// Opens the interfaces; [`Frame::interface`] is the place in `names`.
    ///
    /// # Errors
    ///
    /// [`NoInterface`](CaptureError::NoInterface), [`Permission`](CaptureError::Permission),
    /// [`Filter`](CaptureError::Filter), [`Interface`](CaptureError::Interface) for anything else: e.g. a link type
    /// without a decoder such as Wi-Fi in monitor mode.
    pub fn open<S: AsRef<str>>(names: &[S], options: &LiveOptions) -> Result<Self, CaptureError> {
        Self::open_each(names.iter().map(|name| (name.as_ref(), options)))
    }

    /// Opens interfaces, each in its own way; the shortest timeout is that of all.
    ///
    /// # Errors
    ///
    /// As of [`Live::open`].
    pub fn open_each<'o>(
        interfaces: impl IntoIterator<Item = (&'o str, &'o LiveOptions)>,
    ) -> Result<Self, CaptureError> {
        let mut all = Self::open_all(interfaces, 1)?;
        Ok(all.remove(0))
    }

    /// Opens the interfaces, each in its own way, for so many readers, at least one, which share the packets: each gets
    /// flows of its own, as [`LiveOptions::fanout`] says, and may be moved to a thread of its own. `AF_PACKET` only, for
    /// more than one.
    ///
    /// # Errors
    ///
    /// As of [`Live::open`].
    pub fn open_shared<'o>(
        interfaces: impl IntoIterator<Item = (&'o str, &'o LiveOptions)>,
        readers: usize,
    ) -> Result<Vec<Self>, CaptureError> {
        Self::open_all(interfaces, readers.max(1))
    }

    fn open_all<'o>(
        interfaces: impl IntoIterator<Item = (&'o str, &'o LiveOptions)>,
        readers: usize,
    ) -> Result<Vec<Self>, CaptureError> {
        let mut sources: Vec<Vec<Source>> = (0..readers).map(|_| Vec::new()).collect();
        let mut timeout = LiveOptions::default().timeout;
        for ((name, options), index) in interfaces.into_iter().zip(0..) {
            timeout = if index == 0 {
                options.timeout
            } else {
                timeout.min(options.timeout)
            };
            let opened = Source::open(name, index, options, readers)?;
            for (of_reader, source) in sources.iter_mut().zip(opened) {
                of_reader.push(source);
            }
        }
        let live = |sources| {
            let mut live = Self {
                sources,
                turn: 0,
                burst: 0,
                idle: false,
                waits: Vec::new(),
                timeout: millis(timeout),
                packets: 0,
            };
            live.list_waits();
            live
        };
        Ok(sources.into_iter().map(live).collect())
    }

    /// The next packet; `None` where none came within the timeout, a signal came, or the ring has
    /// just run empty: look whether to stop, and call again.
    ///
    /// # Errors
    ///
    /// [`CaptureError::Interface`] when an interface fails, as one that is deleted does; one that
    /// is down is waited for. The others go on; when none is left each call is an error.
    // Not an iterator: the frame borrows the ring.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Result<Option<Frame<'_>>, CaptureError> {
        self.forget_failed()?;
        if self.idle {
            self.idle = false;
            if !self.wait()? {
                self.idle = true;
                return Ok(None);
            }
        }
        // PERF: asking libpcap's empty ring is a system call, so one interface is read until it is empty or
        // has had its share.
        if self.burst >= BURST {
            self.turn = (self.turn + 1) % self.sources.len();
            self.burst = 0;
        }
        let (turn, count) = (self.turn, self.sources.len());
        let (earlier, later) = self.sources.split_at_mut(turn);
        for (step, source) in later.iter_mut().chain(earlier).enumerate() {
            match source.reader.next() {
                Ok(Some(frame)) => {
                    if step > 0 {
                        self.turn = (turn + step) % count;
                        self.burst = 0;
                    }
                    self.burst += 1;
                    self.packets += 1;
                    return Ok(Some(Frame {
                        number: self.packets,
                        interface: source.index,
                        ..frame
                    }));
                }
                Ok(None) => {}
                Err(reason) => {
                    source.failed = true;
                    return Err(CaptureError::Interface {
                        interface: source.name.clone(),
                        reason,
                    });
                }
            }
        }
        self.idle = true;
        Ok(None)
    }

    /// How many interfaces are left.
    pub fn interfaces(&self) -> usize {
        self.sources.len()
    }

    /// How many packets were handed out.
    pub fn packets(&self) -> u64 {
        self.packets
    }

    /// How each interface that is left was opened, in the order in which they were named.
    pub fn opened(&self) -> Vec<Opened> {
        self.sources.iter().map(Source::opened).collect()
    }

    /// What each interface that is left counted, in the order in which they were named.
    ///
    /// With libpcap, call it more often than every 4 billion packets: it counts in 32 bits.
    ///
    /// # Errors
    ///
    /// [`CaptureError::Interface`].
    pub fn stats(&mut self) -> Result<Vec<LiveStats>, CaptureError> {
        self.sources.iter_mut().map(Source::stats).collect()
    }

    /// Drops interfaces that failed in an earlier call.
    fn forget_failed(&mut self) -> Result<(), CaptureError> {
        if self.sources.iter().any(|source| source.failed) {
            self.sources.retain(|source| !source.failed);
            (self.turn, self.burst) = (0, 0);
            self.list_waits();
        }
        if self.sources.is_empty() {
            return Err(CaptureError::Interface {
                interface: "live capture".into(),
                reason: "no interface is left to read from".into(),
            });
        }
        Ok(())
    }

    fn list_waits(&mut self) {
        let wait = |source: &Source| libc::pollfd {
            fd: source.reader.descriptor(),
            events: libc::POLLIN,
            revents: 0,
        };
        self.waits = self.sources.iter().map(wait).collect();
    }

    /// Whether something came within the timeout.
    // libpcap's own timeout does not end a wait on a quiet interface (TPACKET_V3).
    fn wait(&mut self) -> Result<bool, CaptureError> {
        let count = self.waits.len() as libc::nfds_t;
        // SAFETY: `waits` is an array of `count` entries that lives through the call, and the
        // descriptors in it belong to `sources`, which are open as long as `self` is.
        #[allow(unsafe_code)]
        let ready = unsafe { libc::poll(self.waits.as_mut_ptr(), count, self.timeout) };
        if ready >= 0 {
            for (wait, source) in self.waits.iter().zip(&mut self.sources) {
                if wait.revents & !libc::POLLIN != 0 {
                    source.reader.suspect();
                }
            }
            return Ok(ready > 0);
        }
        match std::io::Error::last_os_error() {
            e if e.kind() == std::io::ErrorKind::Interrupted => Ok(false),
            e => Err(CaptureError::Interface {
                interface: "live capture".into(),
                reason: e.to_string(),
            }),
        }
    }
}

fn millis(timeout: Duration) -> i32 {
    i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX).max(1)
}

/// Packets that an interface may hand out while others wait.
const BURST: u32 = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interface_that_is_not_there_lists_those_that_are() {
        let Err(error) = Live::open(&["nosuch0"], &LiveOptions::default()) else {
            panic!("it opened")
        };
        match &error {
            CaptureError::NoInterface { name, known } => {
                assert_eq!(name, "nosuch0");
                assert!(error.to_string().contains(&known.join(", ")), "{error}");
            }
            CaptureError::Permission { .. } => println!("skipped: no interface is listed here"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn readers_of_an_interface_are_added_up() {
        let of = |interface: &str, received| LiveStats {
            interface: interface.into(),
            received,
            dropped: 1,
            dropped_by_interface: 3,
            ..LiveStats::default()
        };
        let mut all = vec![of("a", 1)];
        LiveStats::merge(&mut all, vec![of("a", 10), of("b", 5)]);
        let sum = LiveStats {
            dropped: 2,
            ..of("a", 11)
        };
        assert_eq!(all, [sum, of("b", 5)]);
    }

    #[test]
    fn nothing_to_read_from_is_an_error() {
        let mut live = Live::open::<&str>(&[], &LiveOptions::default()).unwrap();
        assert!(matches!(live.next(), Err(CaptureError::Interface { .. })));
    }
}
