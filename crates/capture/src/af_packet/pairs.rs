//! A program for the kernel that shares frames by their pair of addresses.
//!
//! The kernel's own hash (`PACKET_FANOUT_HASH`) takes ports as well: fragments, which have none, then go elsewhere than
//! the rest of their flow, and so do ICMP errors about it and what belongs to it on other ports, such as the data of
//! FTP. By the pair of addresses alone all of that stays together, in both directions. It even does where each
//! direction has an interface, as behind a tap: a pair has the same ring of all interfaces that are shared alike.
//!
//! The pair is that of the outermost IP header, behind VLAN tags, PPPoE or MPLS labels. Frames without one go to the
//! first ring, as do those with more in the way.
//!
//! Source: the kernel's `Documentation/networking/filter.rst`; packet(7), `PACKET_FANOUT_CBPF`.

use super::socket::Instruction;

/// The program; what it returns, modulo the number of rings, is the ring.
pub(super) fn by_pair() -> Vec<Instruction> {
    let mut lines = Vec::new();
    find_network_header(&mut lines);
    skip_tags(&mut lines);
    skip_labels(&mut lines);
    skip_pppoe(&mut lines);
    addresses(&mut lines);
    mix(&mut lines);
    assemble(&lines)
}

/// A line of the program. Register X is where in the frame the next header is, A what was loaded last: reading beyond
/// the end of the frame ends the program with 0.
#[derive(Clone, Copy)]
enum Line {
    /// An operation with its constant.
    Do(u32, u32),
    /// Goes on at the label if the comparison of A with the constant holds.
    If(u32, u32, Label),
    /// Goes on at the label.
    Go(Label),
    /// A label.
    At(Label),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Label {
    Outgoing,
    Ethernet,
    EtherType,
    Tags,
    /// One of the tags.
    Tag(u32),
    BehindTags,
    Labels,
    Pppoe,
    PppoeIp,
    Ip,
    Ipv4,
    Ipv6,
    Mix,
}

use Label::{BehindTags, EtherType, Ethernet, Ip, Ipv4, Ipv6, Labels, Mix, Outgoing, Pppoe, PppoeIp, Tag, Tags};
use Line::{At, Do, Go, If};

/// What this machine gets, the kernel shows from the network layer on. Of what it sends the link layer is looked at where
/// that is Ethernet: the kernel takes what tagged frames carry for their network layer, or their tag, as they were made.
fn find_network_header(lines: &mut Vec<Line>) {
    lines.extend([
        Do(LD | WORD | ABS, AUXILIARY + libc::SKF_AD_PKTTYPE as u32),
        If(JEQ, OUTGOING, Outgoing),
        Do(LDX | IMM, 0),
        Go(EtherType),
        At(Outgoing),
        Do(LD | WORD | ABS, AUXILIARY + libc::SKF_AD_HATYPE as u32),
        If(JEQ, libc::ARPHRD_ETHER.into(), Ethernet),
        If(JEQ, libc::ARPHRD_LOOPBACK.into(), Ethernet),
        Do(LDX | IMM, libc::SKF_NET_OFF as u32),
        Go(EtherType),
        At(Ethernet),
        Do(LD | HALF | ABS, LINK_LAYER + 12),
        Do(LDX | IMM, LINK_LAYER + 14),
        Go(Tags),
        At(EtherType),
        Do(LD | WORD | ABS, AUXILIARY + libc::SKF_AD_PROTOCOL as u32),
        At(Tags),
    ]);
}

/// The kernel has taken out the first tag of what this machine gets, no others.
fn skip_tags(lines: &mut Vec<Line>) {
    for tag in 0..MAX_TAGS {
        let is_one = [0x8100, 0x88a8, 0x9100].map(|ethertype| If(JEQ, ethertype, Tag(tag)));
        lines.extend(is_one);
        lines.extend([Go(BehindTags), At(Tag(tag)), Do(LD | HALF | IND, 2)]);
        lines.extend(step(4));
    }
    lines.extend([
        At(BehindTags),
        If(JEQ, 0x0800, Ip),
        If(JEQ, 0x86dd, Ip),
        If(JEQ, 0x8864, Pppoe),
        If(JEQ, 0x8847, Labels),
        If(JEQ, 0x8848, Labels),
        Do(RET, 0),
    ]);
}

/// MPLS: the last label has a bit that says so.
fn skip_labels(lines: &mut Vec<Line>) {
    lines.push(At(Labels));
    for _ in 0..MAX_LABELS {
        lines.push(Do(LD | WORD | IND, 0));
        lines.extend(step(4));
        lines.push(If(JSET, 0x100, Ip));
    }
    lines.push(Do(RET, 0));
}

/// PPPoE: 6 bytes of its own, and 2 that say what PPP carries.
fn skip_pppoe(lines: &mut Vec<Line>) {
    lines.extend([
        At(Pppoe),
        Do(LD | HALF | IND, 6),
        If(JEQ, 0x21, PppoeIp),
        If(JEQ, 0x57, PppoeIp),
        Do(RET, 0),
        At(PppoeIp),
    ]);
    lines.extend(step(8));
}

/// Loads the addresses, folded to 32 bits: one into A, the other into the first cell.
fn addresses(lines: &mut Vec<Line>) {
    lines.extend([
        At(Ip),
        Do(LD | BYTE | IND, 0),
        Do(ALU | RSH, 4),
        If(JEQ, 4, Ipv4),
        If(JEQ, 6, Ipv6),
        Do(RET, 0),
        At(Ipv4),
        Do(LD | WORD | IND, 12),
        Do(ST, 0),
        Do(LD | WORD | IND, 16),
        Go(Mix),
        At(Ipv6),
    ]);
    for word in 0..8 {
        lines.extend([Do(LD | WORD | IND, 8 + 4 * word), Do(ST, word)]);
    }
    for first in [0, 4] {
        lines.push(Do(LD | MEM, first));
        for word in 1..4 {
            lines.extend([Do(LDX | MEM, first + word), Do(ALU | XOR | X, 0)]);
        }
        lines.push(Do(ST, first));
    }
}

/// Mixes the addresses so that it does not matter which is which: a product, whose upper bits are spread over all.
fn mix(lines: &mut Vec<Line>) {
    lines.extend([
        At(Mix),
        Do(ALU | XOR, ODDS),
        Do(ST, 1),
        Do(LD | MEM, 0),
        Do(ALU | XOR, ODDS),
        Do(LDX | MEM, 1),
        Do(ALU | MUL | X, 0),
        Do(ST, 0),
        Do(ALU | RSH, 15),
        Do(LDX | MEM, 0),
        Do(ALU | XOR | X, 0),
        Do(ALU | MUL, SPREAD),
        Do(ALU | RSH, 16),
        Do(RET_A, 0),
    ]);
}

/// Adds to X; A stays as it is.
fn step(bytes: u32) -> [Line; 5] {
    [Do(ST, 0), Do(TXA, 0), Do(ALU | ADD, bytes), Do(TAX, 0), Do(LD | MEM, 0)]
}

fn assemble(lines: &[Line]) -> Vec<Instruction> {
    let before = |end: usize| lines.iter().take(end).filter(|line| !matches!(line, At(_))).count();
    let distance = |from: usize, label: Label| {
        let at = lines.iter().position(|line| matches!(line, At(at) if *at == label));
        // A label that is not there would be beyond the end: the kernel refuses such a program.
        before(at.unwrap_or(usize::MAX)).wrapping_sub(before(from) + 1)
    };
    let instruction = |(place, line): (usize, &Line)| {
        let (code, jt, k) = match *line {
            Do(code, k) => (code, 0, k),
            If(code, k, label) => (JMP | code, distance(place, label) as u8, k),
            Go(label) => (JMP | JA, 0, distance(place, label) as u32),
            At(_) => return None,
        };
        Some(Instruction {
            code: code as u16,
            jt,
            jf: 0,
            k,
        })
    };
    lines.iter().enumerate().filter_map(instruction).collect()
}

// What the kernel calls them, without `BPF_`.
const LD: u32 = libc::BPF_LD;
const LDX: u32 = libc::BPF_LDX;
const ST: u32 = libc::BPF_ST;
const ALU: u32 = libc::BPF_ALU;
const JMP: u32 = libc::BPF_JMP;
const RET: u32 = libc::BPF_RET;
const RET_A: u32 = libc::BPF_RET | 0x10;
const TAX: u32 = libc::BPF_MISC;
const TXA: u32 = libc::BPF_MISC | 0x80;
const WORD: u32 = libc::BPF_W;
const HALF: u32 = libc::BPF_H;
const BYTE: u32 = libc::BPF_B;
const ABS: u32 = libc::BPF_ABS;
const IND: u32 = libc::BPF_IND;
const IMM: u32 = libc::BPF_IMM;
const MEM: u32 = libc::BPF_MEM;
const X: u32 = libc::BPF_X;
const ADD: u32 = libc::BPF_ADD;
const MUL: u32 = libc::BPF_MUL;
const XOR: u32 = libc::BPF_XOR;
const RSH: u32 = libc::BPF_RSH;
const JA: u32 = libc::BPF_JA;
const JEQ: u32 = libc::BPF_JEQ;
const JSET: u32 = libc::BPF_JSET;

/// Where the kernel keeps what it knows of the frame.
const AUXILIARY: u32 = libc::SKF_AD_OFF as u32;
const LINK_LAYER: u32 = libc::SKF_LL_OFF as u32;
const OUTGOING: u32 = libc::PACKET_OUTGOING as u32;

/// VLAN tags that are skipped beside the one that the kernel takes out.
const MAX_TAGS: u32 = 3;
/// MPLS labels that are skipped.
const MAX_LABELS: usize = 6;

/// The golden ratio: no address is zero with it, but one.
const ODDS: u32 = 0x9e37_79b9;
/// A multiplier that spreads bits well, from the hash `lowbias32`.
const SPREAD: u32 = 0x846c_a68b;

#[cfg(test)]
mod tests {
    use super::*;

    /// What the program returns for a frame that came in: `network` are its bytes from the network layer on.
    fn run(ethertype: u16, network: &[u8]) -> u32 {
        let program = by_pair();
        let (mut a, mut x, mut cells, mut at) = (0_u32, 0_u32, [0_u32; 16], 0);
        loop {
            let Instruction { code, jt, k, .. } = program[at];
            let (code, operand) = (u32::from(code), if u32::from(code) & X != 0 { x } else { k });
            at += 1;
            let read = |from: u32, bytes: u32| {
                let slice = network.get(from as usize..(from + bytes) as usize)?;
                Some(slice.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte)))
            };
            let loaded = match code {
                _ if code == LD | WORD | ABS => Some(if k == AUXILIARY { u32::from(ethertype) } else { 0 }),
                _ if code == LD | WORD | IND => read(x + k, 4),
                _ if code == LD | HALF | IND => read(x + k, 2),
                _ if code == LD | BYTE | IND => read(x + k, 1),
                _ if code == LD | MEM => Some(cells[k as usize]),
                _ => Some(a),
            };
            let Some(loaded) = loaded else { return 0 };
            a = loaded;
            match code {
                _ if code == LDX | IMM => x = k,
                _ if code == LDX | MEM => x = cells[k as usize],
                _ if code == ST => cells[k as usize] = a,
                _ if code & 7 == ALU => {
                    a = match code & 0xf0 {
                        ADD => a.wrapping_add(operand),
                        MUL => a.wrapping_mul(operand),
                        XOR => a ^ operand,
                        RSH => a >> operand,
                        other => panic!("operation {other:x}"),
                    }
                }
                _ if code == JMP | JA => at += k as usize,
                _ if code == JMP | JEQ && a == k => at += usize::from(jt),
                _ if code == JMP | JSET && a & k != 0 => at += usize::from(jt),
                _ if code == TAX => x = a,
                _ if code == TXA => a = x,
                _ if code == RET_A => return a,
                _ if code == RET => return k,
                _ => {}
            }
        }
    }

    fn ipv4(from: u32, to: u32) -> Vec<u8> {
        let mut header = vec![0x45, 0, 0, 20, 0, 0, 0, 0, 64, 17, 0, 0];
        header.extend(from.to_be_bytes());
        header.extend(to.to_be_bytes());
        header
    }

    fn ipv6(from: u128, to: u128) -> Vec<u8> {
        let mut header = vec![0x60, 0, 0, 0, 0, 0, 59, 64];
        header.extend(from.to_be_bytes());
        header.extend(to.to_be_bytes());
        header
    }

    fn behind(front: &[u8], rest: &[u8]) -> Vec<u8> {
        [front, rest].concat()
    }

    #[test]
    fn a_pair_is_the_same_in_both_directions_and_behind_what_is_in_the_way() {
        for n in 0..200_u32 {
            let (one, other) = (0x0a00_0001 + n * 7, 0xc0a8_0000 + n * n);
            let there = ipv4(one, other);
            let ring = run(0x0800, &there);
            assert_eq!(ring, run(0x0800, &ipv4(other, one)), "{one:x} {other:x}");
            let tagged = behind(&[0, 5, 0x08, 0], &there);
            assert_eq!(ring, run(0x8100, &tagged));
            assert_eq!(ring, run(0x88a8, &behind(&[0, 9, 0x81, 0], &tagged)));
            assert_eq!(ring, run(0x8864, &behind(&[0x11, 0, 0, 1, 0, 22, 0, 0x21], &there)));
            assert_eq!(ring, run(0x8847, &behind(&[0, 1, 0, 64, 0, 2, 1, 64], &there)));
            let (one, other) = (u128::from(one) << 90, u128::from(other) << 3 | 1);
            assert_eq!(run(0x86dd, &ipv6(one, other)), run(0x86dd, &ipv6(other, one)));
        }
    }

    #[test]
    fn pairs_are_spread() {
        for rings in [2, 3, 8] {
            let mut of_ring = vec![0; rings as usize];
            for n in 0..1000 {
                of_ring[(run(0x0800, &ipv4(0x0a00_0001, 0xc0a8_0000 + n)) % rings) as usize] += 1;
                of_ring[(run(0x86dd, &ipv6(1 << 100, u128::from(n))) % rings) as usize] += 1;
            }
            let fair = 2000 / rings;
            assert!(
                of_ring.iter().all(|count| (fair * 3 / 4..fair * 5 / 4).contains(count)),
                "{of_ring:?}"
            );
        }
    }

    #[test]
    fn frames_without_addresses_go_to_the_first() {
        assert_eq!(run(0x0806, &[0; 28]), 0);
        assert_eq!(run(0x0800, &[]), 0);
        assert_eq!(run(0x0800, &ipv4(1, 2)[..19]), 0);
        assert_eq!(run(0x86dd, &ipv6(1, 2)[..39]), 0);
        assert_eq!(run(0x8100, &[0, 1, 0x81].repeat(9)), 0);
        assert_eq!(run(0x8847, &[0; 100]), 0);
        assert_eq!(run(0x8864, &[0; 100]), 0);
    }
}
