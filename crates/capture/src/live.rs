//! Live interfaces, by libpcap.

use std::net::IpAddr;
use std::os::fd::AsRawFd;
use std::time::Duration;

use packet::{LinkType, Timestamp};
use pcap::{Active, Capture, Device, Precision, Stat};

use crate::error::CaptureError;
use crate::file::Frame;
use crate::filter::{filter_error, reason};

/// How interfaces are opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveOptions {
    /// A BPF expression; what does not pass never leaves the kernel.
    pub filter: Option<String>,
    /// Bytes kept of each packet at most.
    pub snaplen: u32,
    /// Also packets that are for others.
    pub promiscuous: bool,
    /// How long [`Live::next`] waits, and how long a packet may wait in the kernel for more to come.
    pub timeout: Duration,
    /// Bytes of the kernel's ring, for each interface.
    pub buffer_size: u32,
    /// Hand each packet out as it comes: quick, and costly under load.
    pub immediate: bool,
}

impl Default for LiveOptions {
    fn default() -> Self {
        Self {
            filter: None,
            snaplen: 256 * 1024,
            promiscuous: true,
            timeout: Duration::from_millis(100),
            buffer_size: 32 * 1024 * 1024,
            immediate: false,
        }
    }
}

/// Packets of one interface or several, as they come.
///
/// Everything that needs privileges happens in [`Live::open`]: drop them after it. May be moved to
/// another thread; for a thread per interface, open one `Live` each.
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

/// What an interface counted since it was opened.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LiveStats {
    /// The interface.
    pub interface: String,
    /// Packets that passed the filter, and any that came while it was being set.
    pub received: u64,
    /// Of these, packets the kernel dropped because they were not read fast enough.
    pub dropped: u64,
    /// Packets the interface or its driver dropped.
    pub dropped_by_interface: u64,
}

/// A network interface of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interface {
    /// What [`Live::open`] takes.
    pub name: String,
    /// What libpcap knows about it.
    pub description: Option<String>,
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
    /// Whether it is up.
    pub up: bool,
    /// Whether it is a loopback.
    pub loopback: bool,
}

/// The interfaces that can be captured on, in libpcap's order: the likeliest first.
///
/// # Errors
///
/// [`CaptureError::Interface`] where the system does not list them.
pub fn interfaces() -> Result<Vec<Interface>, CaptureError> {
    let devices = Device::list().map_err(|e| CaptureError::Interface {
        interface: "the list of interfaces".into(),
        reason: reason(&e),
    })?;
    let networks = devices.into_iter().filter(|device| !is_no_network(&device.name));
    Ok(networks
        .map(|device| Interface {
            up: device.flags.is_up(),
            loopback: device.flags.is_loopback(),
            addresses: device.addresses.iter().map(|address| address.addr).collect(),
            description: device.desc,
            name: device.name,
        })
        .collect())
}

impl Live {
    /// Opens the interfaces; [`Frame::interface`] is the place in `names`.
    ///
    /// # Errors
    ///
    /// [`NoInterface`](CaptureError::NoInterface), [`Permission`](CaptureError::Permission),
    /// [`Filter`](CaptureError::Filter), [`LinkType`](CaptureError::LinkType) for e.g. Wi-Fi in
    /// monitor mode, [`Interface`](CaptureError::Interface) for anything else.
    pub fn open<S: AsRef<str>>(names: &[S], options: &LiveOptions) -> Result<Self, CaptureError> {
        let opened = names
            .iter()
            .zip(0..)
            .map(|(name, index)| Source::open(name.as_ref(), index, options));
        let sources = opened.collect::<Result<Vec<_>, _>>()?;
        let mut live = Self {
            sources,
            turn: 0,
            burst: 0,
            idle: false,
            waits: Vec::new(),
            timeout: millis(options.timeout),
            packets: 0,
        };
        live.list_waits();
        Ok(live)
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
        // PERF: asking an empty ring is a system call, so one interface is read until it is empty or
        // has had its share.
        if self.burst >= BURST {
            self.turn = (self.turn + 1) % self.sources.len();
            self.burst = 0;
        }
        let (turn, count) = (self.turn, self.sources.len());
        let (earlier, later) = self.sources.split_at_mut(turn);
        for (step, source) in later.iter_mut().chain(earlier).enumerate() {
            let interface = source.index;
            match source.capture.next_packet() {
                Ok(packet) => {
                    if step > 0 {
                        self.turn = (turn + step) % count;
                        self.burst = 0;
                    }
                    self.burst += 1;
                    self.packets += 1;
                    return Ok(Some(Frame {
                        data: packet.data,
                        // Asked for in nanoseconds: then that is what the microseconds are.
                        #[allow(clippy::useless_conversion)]
                        time: Timestamp::new(packet.header.ts.tv_sec.into(), packet.header.ts.tv_usec.into()),
                        number: self.packets,
                        link: source.link,
                        orig_len: packet.header.len,
                        interface,
                    }));
                }
                Err(pcap::Error::TimeoutExpired) => {}
                Err(e) => {
                    source.failed = true;
                    return Err(CaptureError::Interface {
                        interface: source.name.clone(),
                        reason: reason(&e),
                    });
                }
            }
        }
        self.idle = true;
        Ok(None)
    }

    /// How many packets were handed out.
    pub fn packets(&self) -> u64 {
        self.packets
    }

    /// What each interface that is left counted, in the order in which they were named.
    ///
    /// Call it more often than every 4 billion packets: libpcap counts in 32 bits.
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
            fd: source.capture.as_raw_fd(),
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

/// One open interface.
struct Source {
    name: String,
    index: u32,
    capture: Capture<Active>,
    link: LinkType,
    counted: LiveStats,
    last: Stat,
    failed: bool,
}

impl Source {
    fn open(name: &str, index: u32, options: &LiveOptions) -> Result<Self, CaptureError> {
        let inactive = Capture::from_device(name).map_err(|e| cannot_open(name, &e))?;
        let mut capture = inactive
            // libpcap warns that `any` cannot be promiscuous, and the pcap crate takes that for an error.
            .promisc(options.promiscuous && name != "any")
            .snaplen(i32::try_from(options.snaplen).unwrap_or(i32::MAX))
            .timeout(millis(options.timeout))
            .buffer_size(i32::try_from(options.buffer_size).unwrap_or(i32::MAX))
            .immediate_mode(options.immediate)
            .precision(Precision::Nano)
            .open()
            .and_then(Capture::setnonblock)
            .map_err(|e| cannot_open(name, &e))?;
        let number = capture.get_datalink().0 as u32;
        let link = match LinkType::from_pcap(number) {
            LinkType::Other(_) => {
                let reason = format!("link type {number} is not supported (see tcpdump.org/linktypes.html)");
                return Err(CaptureError::Interface {
                    interface: name.into(),
                    reason,
                });
            }
            link => link,
        };
        if let Some(expression) = &options.filter {
            capture
                .filter(expression, true)
                .map_err(|e| filter_error(expression, link, &e))?;
        }
        let counted = LiveStats {
            interface: name.into(),
            ..LiveStats::default()
        };
        let last = Stat {
            received: 0,
            dropped: 0,
            if_dropped: 0,
        };
        Ok(Self {
            name: name.into(),
            index,
            capture,
            link,
            counted,
            last,
            failed: false,
        })
    }

    fn stats(&mut self) -> Result<LiveStats, CaptureError> {
        let now = self.capture.stats().map_err(|e| CaptureError::Interface {
            interface: self.name.clone(),
            reason: reason(&e),
        })?;
        let since = |now: u32, last: u32| u64::from(now.wrapping_sub(last));
        self.counted.received += since(now.received, self.last.received);
        self.counted.dropped += since(now.dropped, self.last.dropped);
        self.counted.dropped_by_interface += since(now.if_dropped, self.last.if_dropped);
        self.last = now;
        Ok(self.counted.clone())
    }
}

/// Why an interface does not open.
fn cannot_open(name: &str, error: &pcap::Error) -> CaptureError {
    let reason = reason(error);
    let interface = name.to_owned();
    let known = interfaces().unwrap_or_default();
    if !known.is_empty() && !known.iter().any(|one| one.name == name) && !is_no_network(name) {
        return CaptureError::NoInterface {
            name: interface,
            known: known.into_iter().map(|one| one.name).collect(),
        };
    }
    let says = |text: &str| reason.to_ascii_lowercase().contains(text);
    if says("permission") || says("permitted") || says("cap_net_raw") {
        return CaptureError::Permission { interface, reason };
    }
    let down = says("not up") || says("is down");
    let remedy = if down {
        format!("; bring it up: ip link set {name} up")
    } else {
        String::new()
    };
    CaptureError::Interface {
        interface,
        reason: format!("cannot be opened: {reason}{remedy}"),
    }
}

/// What libpcap lists beside network interfaces.
fn is_no_network(name: &str) -> bool {
    ["bluetooth", "dbus-", "nflog", "nfqueue", "usbmon"]
        .iter()
        .any(|prefix| name.starts_with(prefix))
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
    fn nothing_to_read_from_is_an_error() {
        let mut live = Live::open::<&str>(&[], &LiveOptions::default()).unwrap();
        assert!(matches!(live.next(), Err(CaptureError::Interface { .. })));
    }
}
