//! IPv6 and its extension headers (RFC 8200).

use std::net::Ipv6Addr;

use super::{Context, len16};
use crate::address::ToIp;

/// An IPv6 header with extension headers in the order in which they are added.
#[derive(Clone, Debug)]
pub struct Ipv6 {
    pub(crate) src: Ipv6Addr,
    pub(crate) dst: Ipv6Addr,
    traffic_class: u8,
    flow_label: u32,
    hop_limit: u8,
    next_header: Option<u8>,
    payload_length: Option<u16>,
    /// Number of the header, and what it holds behind its next-header byte.
    extensions: Vec<(u8, Vec<u8>)>,
}

impl Ipv6 {
    /// A header with hop limit 64.
    ///
    /// # Panics
    /// When one of the two is no IPv6 address.
    pub fn new(src: impl ToIp, dst: impl ToIp) -> Self {
        Self {
            src: v6(src),
            dst: v6(dst),
            traffic_class: 0,
            flow_label: 0,
            hop_limit: 64,
            next_header: None,
            payload_length: None,
            extensions: Vec::new(),
        }
    }

    /// Sets the traffic class (DSCP and ECN).
    pub const fn traffic_class(mut self, class: u8) -> Self {
        self.traffic_class = class;
        self
    }

    /// Sets the flow label, 20 bits.
    pub const fn flow_label(mut self, label: u32) -> Self {
        self.flow_label = label & 0x000f_ffff;
        self
    }

    /// Sets the hop limit.
    pub const fn hop_limit(mut self, limit: u8) -> Self {
        self.hop_limit = limit;
        self
    }

    /// Sets the number that the last header announces, whatever follows.
    pub const fn next_header(mut self, number: u8) -> Self {
        self.next_header = Some(number);
        self
    }

    /// Sets the payload length, whatever it is.
    pub const fn payload_length(mut self, bytes: u16) -> Self {
        self.payload_length = Some(bytes);
        self
    }

    /// Adds a hop-by-hop options header with these options.
    pub fn hop_by_hop(self, options: &[u8]) -> Self {
        self.options_header(0, options)
    }

    /// Adds a destination options header with these options.
    pub fn destination_options(self, options: &[u8]) -> Self {
        self.options_header(60, options)
    }

    /// Adds a routing header; `data` is what follows "segments left".
    pub fn routing(self, kind: u8, segments_left: u8, data: &[u8]) -> Self {
        let mut body = vec![kind, segments_left];
        body.extend(data);
        self.padded_header(43, &body, 0)
    }

    /// Adds a fragment header: of datagram `id`, `offset` bytes into the part that is cut.
    ///
    /// # Panics
    /// When `offset` is no multiple of 8 or over 65,528.
    pub fn fragment(self, id: u32, offset: usize, more: bool) -> Self {
        assert!(
            offset.is_multiple_of(8) && offset <= 65_528,
            "a fragment begins at a multiple of 8 up to 65,528"
        );
        let mut body = vec![0];
        body.extend((offset as u16 | u16::from(more)).to_be_bytes());
        body.extend(id.to_be_bytes());
        self.extension(44, &body)
    }

    /// Adds any extension header; `body` is all of it behind the next-header byte, as it is.
    pub fn extension(mut self, number: u8, body: &[u8]) -> Self {
        self.extensions.push((number, body.to_vec()));
        self
    }

    fn options_header(self, number: u8, options: &[u8]) -> Self {
        // PadN (RFC 8200 section 4.2) is 1, its length, zeros; one byte alone is Pad1.
        let missing = (options.len() + 2).next_multiple_of(8) - options.len() - 2;
        let mut body = options.to_vec();
        match missing {
            0 => {}
            1 => body.push(0),
            n => {
                body.extend([1, n as u8 - 2]);
                body.resize(options.len() + n, 0);
            }
        }
        self.padded_header(number, &body, 0)
    }

    /// An extension header of next header, length in eights, `body`, filled up with `fill`.
    fn padded_header(self, number: u8, body: &[u8], fill: u8) -> Self {
        let len = (body.len() + 2).next_multiple_of(8);
        let mut whole = vec![(len / 8 - 1) as u8];
        whole.extend(body);
        whole.resize(len - 1, fill);
        self.extension(number, &whole)
    }

    pub(super) fn encode(&self, context: &Context<'_>, payload: Vec<u8>) -> Vec<u8> {
        let last = context.ip_protocol(self.next_header);
        let first = self.extensions.first().map_or(last, |e| e.0);
        let extension_len: usize = self.extensions.iter().map(|e| e.1.len() + 1).sum();
        let length = self
            .payload_length
            .unwrap_or_else(|| len16(extension_len + payload.len(), "an IPv6 payload"));

        let mut bytes = Vec::with_capacity(40 + extension_len + payload.len());
        let start = 6 << 28 | u32::from(self.traffic_class) << 20 | self.flow_label;
        bytes.extend(start.to_be_bytes());
        bytes.extend(length.to_be_bytes());
        bytes.extend([first, self.hop_limit]);
        bytes.extend(self.src.octets());
        bytes.extend(self.dst.octets());
        for (i, (_, body)) in self.extensions.iter().enumerate() {
            bytes.push(self.extensions.get(i + 1).map_or(last, |e| e.0));
            bytes.extend(body);
        }
        bytes.extend(payload);
        bytes
    }
}

fn v6(ip: impl ToIp) -> Ipv6Addr {
    match ip.to_ip() {
        std::net::IpAddr::V6(ip) => ip,
        std::net::IpAddr::V4(ip) => panic!("{ip} is no IPv6 address"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PacketBuilder;
    use crate::layer::Udp;

    #[test]
    fn extension_headers_form_a_chain() {
        let bytes = PacketBuilder::raw()
            .layer(
                Ipv6::new("2001:db8::1", "2001:db8::2")
                    .hop_by_hop(&[5, 2, 0, 0])
                    .fragment(7, 8, true),
            )
            .layer(Udp::new(1, 2))
            .build();
        assert_eq!(bytes[4..8], [0, 24, 0, 64], "length, hop-by-hop, hop limit");
        assert_eq!(bytes[40..48], [44, 0, 5, 2, 0, 0, 1, 0], "router alert, PadN");
        assert_eq!(
            bytes[48..56],
            [17, 0, 0, 9, 0, 0, 0, 7],
            "offset 8 with more to come, id 7"
        );
    }
}
