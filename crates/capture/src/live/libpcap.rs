//! An interface that is read by libpcap.

use std::os::fd::{AsRawFd, RawFd};

use packet::{LinkType, Timestamp};
use pcap::{Active, Capture, Precision, Stat};

use super::{LiveOptions, cannot_open, millis};
use crate::error::CaptureError;
use crate::file::Frame;
use crate::filter::{filter_error, reason};

/// One open interface.
pub(super) struct Libpcap {
    capture: Capture<Active>,
    link: LinkType,
    /// What libpcap counted when last asked.
    last: Stat,
    /// Received, dropped, and dropped by the interface, since it was opened.
    counted: [u64; 3],
}

impl Libpcap {
    pub fn open(name: &str, options: &LiveOptions) -> Result<Self, CaptureError> {
        let failed = |e: pcap::Error| cannot_open(name, &reason(&e));
        let inactive = Capture::from_device(name).map_err(failed)?;
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
            .map_err(failed)?;
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
        let last = Stat {
            received: 0,
            dropped: 0,
            if_dropped: 0,
        };
        Ok(Self {
            capture,
            link,
            last,
            counted: [0; 3],
        })
    }

    /// The next frame, if one is there; it does not wait. [`Frame::number`] and [`Frame::interface`] are 0.
    pub fn next(&mut self) -> Result<Option<Frame<'_>>, String> {
        let packet = match self.capture.next_packet() {
            Ok(packet) => packet,
            Err(pcap::Error::TimeoutExpired) => return Ok(None),
            Err(e) => return Err(reason(&e)),
        };
        Ok(Some(Frame {
            data: packet.data,
            // Asked for in nanoseconds: then that is what the microseconds are.
            #[allow(clippy::useless_conversion)]
            time: Timestamp::new(packet.header.ts.tv_sec.into(), packet.header.ts.tv_usec.into()),
            number: 0,
            link: self.link,
            orig_len: packet.header.len,
            interface: 0,
        }))
    }

    /// What to wait for.
    pub fn descriptor(&self) -> RawFd {
        self.capture.as_raw_fd()
    }

    /// Received, dropped, and dropped by the interface, since it was opened.
    pub fn stats(&mut self) -> Result<[u64; 3], String> {
        let now = self.capture.stats().map_err(|e| reason(&e))?;
        let since = |now: u32, last: u32| u64::from(now.wrapping_sub(last));
        self.counted[0] += since(now.received, self.last.received);
        self.counted[1] += since(now.dropped, self.last.dropped);
        self.counted[2] += since(now.if_dropped, self.last.if_dropped);
        self.last = now;
        Ok(self.counted)
    }
}
