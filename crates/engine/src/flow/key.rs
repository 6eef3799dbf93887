//! What makes two packets part of the same flow.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::icmp::{counterpart_v4, counterpart_v6};

/// The identity of a flow: addresses, ports, protocol, VLANs and tunnel depth, the same for both directions.
///
/// The two ends are in a fixed order, so a packet and its answer have equal keys. What stands for
/// the ports depends on the protocol: ICMP has the message type and that of its answer, ESP the
/// SPI (and one direction only), protocols without ports have zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FlowKey {
    // PERF: plain words make hashing and comparing a key a handful of instructions.
    words: [u64; 6],
}

/// Which flow a packet belongs to, and which way it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tuple {
    /// The flow.
    pub key: FlowKey,
    /// Whether the packet goes from the key's second end to its first.
    pub reversed: bool,
    /// Whether the packet is an ICMP error about a packet of this flow.
    ///
    /// It belongs to the flow if there is one, goes the other way than what it quotes, and does
    /// not make a flow.
    pub quoted: bool,
    /// The ICMP code; 0 for other protocols.
    pub icmp_code: u8,
}

impl FlowKey {
    /// The end that sorts first: address and port.
    #[inline]
    pub fn low(&self) -> (IpAddr, u16) {
        let [high, low, _, _, rest, _] = self.words;
        (self.address(high, low), (rest >> PORT_LOW) as u16)
    }

    /// The other end.
    #[inline]
    pub fn high(&self) -> (IpAddr, u16) {
        let [_, _, high, low, rest, _] = self.words;
        (self.address(high, low), (rest >> PORT_HIGH) as u16)
    }

    /// The IP protocol.
    #[inline]
    pub fn proto(&self) -> u8 {
        let [_, _, _, _, rest, _] = self.words;
        (rest >> PROTO) as u8
    }

    /// Whether the addresses are IPv6.
    #[inline]
    pub fn is_ipv6(&self) -> bool {
        let [_, _, _, _, rest, _] = self.words;
        rest & IPV6 != 0
    }

    /// How many packets the flow's packets are within.
    #[inline]
    pub fn depth(&self) -> u8 {
        let [_, _, _, _, rest, _] = self.words;
        (rest >> DEPTH) as u8
    }

    /// The VLAN identifiers, outermost first; zeros where there is none.
    #[inline]
    pub fn vlan(&self) -> [u16; 3] {
        let [_, _, _, _, _, vlan] = self.words;
        [(vlan >> 32) as u16, (vlan >> 16) as u16, vlan as u16]
    }

    /// The security parameters index of an ESP flow.
    pub fn spi(&self) -> Option<u32> {
        let [_, _, _, _, rest, _] = self.words;
        (self.proto() == ESP).then_some((rest >> PORT_HIGH) as u32)
    }

    /// The words of the key, for hashing.
    #[inline]
    pub(crate) fn words(&self) -> &[u64; 6] {
        &self.words
    }

    #[inline]
    fn address(&self, high: u64, low: u64) -> IpAddr {
        if self.is_ipv6() {
            IpAddr::V6(Ipv6Addr::from_bits(u128::from(high) << 64 | u128::from(low)))
        } else {
            IpAddr::V4(Ipv4Addr::from_bits(low as u32))
        }
    }

    #[inline]
    fn of_ends(low: (IpAddr, u16), high: (IpAddr, u16), proto: u8) -> Self {
        let family = if low.0.is_ipv6() || high.0.is_ipv6() { IPV6 } else { 0 };
        let (low_bits, high_bits) = (address_bits(low.0), address_bits(high.0));
        let rest = u64::from(low.1) << PORT_LOW | u64::from(high.1) << PORT_HIGH | u64::from(proto) << PROTO | family;
        Self {
            words: [
                (low_bits >> 64) as u64,
                low_bits as u64,
                (high_bits >> 64) as u64,
                high_bits as u64,
                rest,
                0,
            ],
        }
    }
}

impl Tuple {
    /// The tuple of a packet of a protocol with ports.
    #[inline]
    pub fn with_ports(src: SocketAddr, dst: SocketAddr, proto: u8) -> Self {
        Self::symmetric((src.ip(), src.port()), (dst.ip(), dst.port()), proto)
    }

    /// The tuple of a packet of a protocol without ports.
    pub fn without_ports(src: IpAddr, dst: IpAddr, proto: u8) -> Self {
        Self::symmetric((src, 0), (dst, 0), proto)
    }

    /// The tuple of an ICMP or ICMPv6 message.
    ///
    /// A request and its answer are one flow.
    // Suricata: the identifier of an echo does not count: all pings between two hosts are one flow.
    pub fn icmp(src: IpAddr, dst: IpAddr, proto: u8, kind: u8, code: u8) -> Self {
        let counterpart = if proto == ICMPV6 {
            counterpart_v6(kind)
        } else {
            counterpart_v4(kind)
        };
        let answer = u16::from(counterpart.unwrap_or(0));
        Self {
            icmp_code: code,
            ..Self::symmetric((src, u16::from(kind)), (dst, answer), proto)
        }
    }

    /// The tuple of an ESP packet: each direction has an SPI of its own and so is a flow of its own.
    pub fn esp(src: IpAddr, dst: IpAddr, spi: u32) -> Self {
        let key = FlowKey::of_ends((src, (spi >> 16) as u16), (dst, spi as u16), ESP);
        Self::of_key(key, false)
    }

    /// The same, of a packet that had these VLAN tags.
    #[inline]
    #[must_use]
    pub fn vlan(mut self, ids: [u16; 3]) -> Self {
        let [outer, middle, inner] = ids.map(u64::from);
        let [.., vlan] = &mut self.key.words;
        *vlan = outer << 32 | middle << 16 | inner;
        self
    }

    /// The same, of a packet within so many others.
    #[inline]
    #[must_use]
    pub fn depth(mut self, depth: u8) -> Self {
        let [_, _, _, _, rest, _] = &mut self.key.words;
        *rest = *rest & !(0xff << DEPTH) | u64::from(depth) << DEPTH;
        self
    }

    /// The tuple of an ICMP error that quotes a packet with this tuple.
    #[must_use]
    pub fn quoted(mut self) -> Self {
        self.quoted = true;
        self.reversed = !self.reversed;
        self
    }

    #[inline]
    fn symmetric(src: (IpAddr, u16), dst: (IpAddr, u16), proto: u8) -> Self {
        let reversed = (address_bits(src.0), src.1) > (address_bits(dst.0), dst.1);
        let (low, high) = if reversed { (dst, src) } else { (src, dst) };
        Self::of_key(FlowKey::of_ends(low, high, proto), reversed)
    }

    #[inline]
    fn of_key(key: FlowKey, reversed: bool) -> Self {
        Self {
            key,
            reversed,
            quoted: false,
            icmp_code: 0,
        }
    }
}

#[inline]
fn address_bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u128::from(v4.to_bits()),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

pub(crate) const ICMP: u8 = 1;
pub(crate) const TCP: u8 = 6;
pub(crate) const UDP: u8 = 17;
pub(crate) const ESP: u8 = 50;
pub(crate) const ICMPV6: u8 = 58;
pub(crate) const SCTP: u8 = 132;

// Where the parts of the fifth word begin. ESP's SPI fills both ports.
const PORT_LOW: u32 = 48;
const PORT_HIGH: u32 = 32;
const PROTO: u32 = 24;
const DEPTH: u32 = 16;
const IPV6: u64 = 1;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn udp(src: &str, dst: &str) -> Tuple {
        Tuple::with_ports(src.parse().unwrap(), dst.parse().unwrap(), UDP)
    }

    #[test]
    fn both_directions_have_one_key() {
        let there = udp("10.0.0.1:1000", "10.0.0.2:53");
        let back = udp("10.0.0.2:53", "10.0.0.1:1000");
        assert_eq!(there.key, back.key);
        assert!(!there.reversed && back.reversed);
        assert_eq!(there.key.low(), (ip("10.0.0.1"), 1000));
        assert_eq!(there.key.high(), (ip("10.0.0.2"), 53));
    }

    #[test]
    fn ports_decide_between_equal_addresses() {
        let there = udp("[::1]:9", "[::1]:8");
        let back = udp("[::1]:8", "[::1]:9");
        assert_eq!(there.key, back.key);
        assert!(there.reversed && !back.reversed);
        assert!(!udp("10.0.0.1:5", "10.0.0.1:5").reversed);
    }

    #[test]
    fn everything_else_tells_flows_apart() {
        let base = udp("10.0.0.1:1000", "10.0.0.2:53");
        let others = [
            udp("10.0.0.1:1001", "10.0.0.2:53"),
            udp("10.0.0.1:53", "10.0.0.2:1000"),
            udp("10.0.0.3:1000", "10.0.0.2:53"),
            udp("[::10.0.0.1]:1000", "[::10.0.0.2]:53"),
            Tuple::with_ports("10.0.0.1:1000".parse().unwrap(), "10.0.0.2:53".parse().unwrap(), TCP),
            base.vlan([7, 0, 0]),
            base.vlan([0, 7, 0]),
            base.depth(1),
        ];
        for other in others {
            assert_ne!(base.key, other.key, "{other:?}");
        }
        let tagged = base.vlan([1, 2, 3]).depth(4);
        assert_eq!(tagged.key.vlan(), [1, 2, 3]);
        assert_eq!(tagged.key.depth(), 4);
        assert_eq!(tagged.key.proto(), UDP);
    }

    #[test]
    fn an_icmp_answer_belongs_to_its_request() {
        let (a, b) = (ip("10.0.0.1"), ip("10.0.0.2"));
        let request = Tuple::icmp(a, b, ICMP, 8, 0);
        let answer = Tuple::icmp(b, a, ICMP, 0, 0);
        assert_eq!(request.key, answer.key);
        assert_ne!(request.reversed, answer.reversed);
        // A request the other way is another exchange.
        assert_ne!(request.key, Tuple::icmp(b, a, ICMP, 8, 0).key);
        assert_ne!(request.key, Tuple::icmp(a, b, ICMP, 13, 0).key);
        // ICMPv6 has other numbers.
        let (a, b) = (ip("fe80::1"), ip("fe80::2"));
        let solicit = Tuple::icmp(a, b, ICMPV6, 135, 0);
        assert_eq!(solicit.key, Tuple::icmp(b, a, ICMPV6, 136, 0).key);
    }

    #[test]
    fn esp_goes_one_way() {
        let (a, b) = (ip("10.0.0.2"), ip("10.0.0.1"));
        let there = Tuple::esp(a, b, 0x0102_0304);
        assert_eq!(there.key.spi(), Some(0x0102_0304));
        assert_eq!(there.key.low().0, a);
        assert!(!there.reversed);
        assert_ne!(there.key, Tuple::esp(b, a, 0x0102_0304).key);
        assert_eq!(udp("10.0.0.1:1", "10.0.0.1:2").key.spi(), None);
    }

    #[test]
    fn a_quote_goes_the_other_way() {
        let packet = udp("10.0.0.1:1000", "10.0.0.2:53");
        let error = packet.quoted();
        assert_eq!(error.key, packet.key);
        assert!(error.quoted && error.reversed);
    }

    proptest! {
        #[test]
        fn swapping_ends_keeps_the_key(a: u128, b: u128, v6: bool, p: u16, q: u16, proto: u8) {
            let address = |bits: u128| if v6 {
                IpAddr::V6(Ipv6Addr::from_bits(bits))
            } else {
                IpAddr::V4(Ipv4Addr::from_bits(bits as u32))
            };
            let (src, dst) = (SocketAddr::new(address(a), p), SocketAddr::new(address(b), q));
            let there = Tuple::with_ports(src, dst, proto);
            let back = Tuple::with_ports(dst, src, proto);
            prop_assert_eq!(there.key, back.key);
            prop_assert!(src == dst || there.reversed != back.reversed);
            let ends = (there.key.low(), there.key.high());
            let sent = ((src.ip(), p), (dst.ip(), q));
            prop_assert!(ends == sent || ends == (sent.1, sent.0));
        }
    }
}
