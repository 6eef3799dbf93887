//! One open interface, by whichever method.

use std::os::fd::RawFd;

#[cfg(target_os = "linux")]
use super::drops::InterfaceDrops;
use super::libpcap::Libpcap;
use super::{CaptureMethod, LiveOptions, LiveStats, Opened};
#[cfg(target_os = "linux")]
use crate::af_packet::AfPacket;
use crate::error::CaptureError;
use crate::file::Frame;

/// One open interface.
pub(super) struct Source {
    pub name: String,
    pub index: u32,
    pub reader: Reader,
    /// Why it is libpcap although the other method would be preferred.
    fallback: Option<String>,
    pub failed: bool,
}

/// How an interface is read.
pub(super) enum Reader {
    Libpcap(Libpcap),
    #[cfg(target_os = "linux")]
    AfPacket {
        ring: AfPacket,
        drops: InterfaceDrops,
    },
}

impl Source {
    /// Opens the interface once for each of so many readers.
    pub fn open(name: &str, index: u32, options: &LiveOptions, readers: usize) -> Result<Vec<Self>, CaptureError> {
        let of = |reader, fallback| Self {
            name: name.into(),
            index,
            reader,
            fallback,
            failed: false,
        };
        let refused = match options.method {
            CaptureMethod::Pcap => None,
            CaptureMethod::Auto | CaptureMethod::AfPacket => match by_af_packet(name, index, options, readers) {
                Ok(rings) => return Ok(rings.into_iter().map(|ring| of(ring, None)).collect()),
                Err(error @ CaptureError::Filter { .. }) => return Err(error),
                Err(error) if options.method == CaptureMethod::AfPacket => return Err(error),
                Err(error) => Some(error),
            },
        };
        if readers > 1 || options.fanout.is_some_and(|fanout| fanout.group.is_some()) {
            let only = || CaptureError::Interface {
                interface: name.into(),
                reason: "several readers share an interface by AF_PACKET only".into(),
            };
            return Err(refused.unwrap_or_else(only));
        }
        let reader = Reader::Libpcap(Libpcap::open(name, options)?);
        let why = refused.map(|error| match error {
            CaptureError::Interface { reason, .. } => reason,
            other => other.to_string(),
        });
        Ok(vec![of(reader, why)])
    }

    /// How it was opened.
    pub fn opened(&self) -> Opened {
        Opened {
            interface: self.name.clone(),
            method: match self.reader {
                Reader::Libpcap(_) => CaptureMethod::Pcap,
                #[cfg(target_os = "linux")]
                Reader::AfPacket { .. } => CaptureMethod::AfPacket,
            },
            fallback: self.fallback.clone(),
        }
    }

    pub fn stats(&mut self) -> Result<LiveStats, CaptureError> {
        let counted = self.reader.stats(&self.name);
        counted.map_err(|reason| CaptureError::Interface {
            interface: self.name.clone(),
            reason,
        })
    }
}

impl Reader {
    /// The next frame, if one is there; it does not wait. [`Frame::number`] and [`Frame::interface`] are 0.
    pub fn next(&mut self) -> Result<Option<Frame<'_>>, String> {
        match self {
            Self::Libpcap(capture) => capture.next(),
            #[cfg(target_os = "linux")]
            Self::AfPacket { ring, .. } => ring.next(),
        }
    }

    /// What to wait for.
    pub fn descriptor(&self) -> RawFd {
        match self {
            Self::Libpcap(capture) => capture.descriptor(),
            #[cfg(target_os = "linux")]
            Self::AfPacket { ring, .. } => ring.descriptor(),
        }
    }

    /// Waiting ended with an error.
    pub fn suspect(&mut self) {
        match self {
            // It asks by itself.
            Self::Libpcap(_) => {}
            #[cfg(target_os = "linux")]
            Self::AfPacket { ring, .. } => ring.suspect(),
        }
    }

    fn stats(&mut self, name: &str) -> Result<LiveStats, String> {
        let interface = name.to_owned();
        match self {
            Self::Libpcap(capture) => {
                let [received, dropped, dropped_by_interface] = capture.stats()?;
                Ok(LiveStats {
                    interface,
                    received,
                    dropped,
                    dropped_by_interface,
                    ..LiveStats::default()
                })
            }
            #[cfg(target_os = "linux")]
            Self::AfPacket { ring, drops } => {
                let one = ring.stats().map_err(|e| e.to_string())?;
                Ok(LiveStats {
                    interface,
                    received: one.received,
                    dropped: one.dropped,
                    dropped_by_interface: drops.since_opened(name),
                    rings: vec![one],
                })
            }
        }
    }
}

#[cfg(target_os = "linux")]
fn by_af_packet(name: &str, index: u32, options: &LiveOptions, readers: usize) -> Result<Vec<Reader>, CaptureError> {
    // More interfaces than there are numbers of groups cannot be.
    let place = u16::try_from(index).unwrap_or(u16::MAX);
    let rings = AfPacket::open(name, options, readers, place)?;
    let reader = |ring| Reader::AfPacket {
        ring,
        drops: InterfaceDrops::from_now(name),
    };
    Ok(rings.into_iter().map(reader).collect())
}

#[cfg(not(target_os = "linux"))]
fn by_af_packet(name: &str, _: u32, _: &LiveOptions, _: usize) -> Result<Vec<Reader>, CaptureError> {
    Err(CaptureError::Interface {
        interface: name.into(),
        reason: "AF_PACKET is there on Linux only; capture with the method pcap".into(),
    })
}
