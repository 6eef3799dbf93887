//! BSD loopback: the address family in four bytes, then IP.

use crate::bytes::{array_at, from};
use crate::decode::Step;
use crate::event::DecoderEvent;
use crate::layers::Layer;
use crate::packet::Packet;

mod field {
    pub const FAMILY: usize = 0;
    pub const PAYLOAD: usize = 4;
}

/// The length of the header.
pub const HEADER_LEN: usize = field::PAYLOAD;

/// Decodes the header in whichever byte order the capturing host wrote it.
pub(crate) fn decode<'a>(packet: &mut Packet<'a>, bytes: &'a [u8]) -> Step<'a> {
    packet.layers.insert(Layer::Null);
    if bytes.len() < HEADER_LEN {
        packet.reject(DecoderEvent::LtnullPktTooSmall);
        return Step::Done;
    }
    // Families are small numbers: in the wrong byte order they are huge ones, so there is no doubt.
    let family = array_at(bytes, field::FAMILY);
    let family = u32::from_le_bytes(family).min(u32::from_be_bytes(family));
    let rest = from(bytes, field::PAYLOAD);
    match family {
        family::INET => Step::Ipv4(rest),
        family::INET6_LINUX
        | family::INET6_WINDOWS
        | family::INET6_BSD
        | family::INET6_SOLARIS
        | family::INET6_FREEBSD
        | family::INET6_DARWIN => Step::Ipv6(rest),
        _ => {
            packet.reject(DecoderEvent::LtnullUnsupportedType);
            Step::Done
        }
    }
}

/// The address families of IP: that of IPv6 differs between systems.
mod family {
    pub const INET: u32 = 2;
    pub const INET6_LINUX: u32 = 10;
    pub const INET6_WINDOWS: u32 = 23;
    pub const INET6_BSD: u32 = 24;
    pub const INET6_SOLARIS: u32 = 26;
    pub const INET6_FREEBSD: u32 = 28;
    pub const INET6_DARWIN: u32 = 30;
}
