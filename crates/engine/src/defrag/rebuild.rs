//! The header of a datagram that was put together.

/// Mends the IPv4 header at the start of `datagram`: length, flags and offset, checksum.
///
/// `None` when there is no header or the datagram is longer than the length field can say.
// Suricata: all flags are cleared, "don't fragment" included.
pub(super) fn mend_ipv4(datagram: &mut [u8], header_len: usize) -> Option<()> {
    let total = u16::try_from(datagram.len()).ok()?;
    let header = datagram.get_mut(..header_len)?;
    set(header, ipv4::TOTAL_LEN, total)?;
    set(header, ipv4::FLAGS_OFFSET, 0)?;
    set(header, ipv4::CHECKSUM, 0)?;
    let checksum = checksum(header);
    set(header, ipv4::CHECKSUM, checksum)
}

/// Mends the IPv6 header at the start of `datagram`, whose fragment header is gone: payload length,
/// and the next header that pointed to it.
///
/// `None` when there is no header or the payload is longer than its field can say.
pub(super) fn mend_ipv6(datagram: &mut [u8], next_header_at: usize, next: u8) -> Option<()> {
    let payload = u16::try_from(datagram.len().checked_sub(ipv6::LEN)?).ok()?;
    set(datagram, ipv6::PAYLOAD_LEN, payload)?;
    *datagram.get_mut(next_header_at)? = next;
    Some(())
}

fn set(bytes: &mut [u8], at: usize, value: u16) -> Option<()> {
    let field = bytes.get_mut(at..)?.first_chunk_mut::<2>()?;
    *field = value.to_be_bytes();
    Some(())
}

/// RFC 1071; an odd byte at the end does not occur in a header.
fn checksum(header: &[u8]) -> u16 {
    let (words, _) = header.as_chunks::<2>();
    let sum: u32 = words.iter().map(|word| u32::from(u16::from_be_bytes(*word))).sum();
    let folded = (sum & 0xffff) + (sum >> 16);
    !(((folded & 0xffff) + (folded >> 16)) as u16)
}

mod ipv4 {
    pub(super) const TOTAL_LEN: usize = 2;
    pub(super) const FLAGS_OFFSET: usize = 6;
    pub(super) const CHECKSUM: usize = 10;
}

mod ipv6 {
    pub(super) const PAYLOAD_LEN: usize = 4;
    pub(super) const LEN: usize = 40;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv4_header_is_whole_again() {
        // What Suricata makes of two fragments with these headers, 16 bytes of payload together.
        let mut datagram = [0; 36];
        let first = [
            0x45, 0, 0, 28, 0, 9, 0x60, 0, 64, 17, 0xde, 0xad, 10, 0, 1, 1, 10, 0, 1, 2,
        ];
        datagram[..20].copy_from_slice(&first);
        mend_ipv4(&mut datagram, 20).unwrap();
        let expected = [0x45, 0, 0, 36, 0, 9, 0, 0, 64, 17, 0x64, 0xbe, 10, 0, 1, 1, 10, 0, 1, 2];
        assert_eq!(datagram[..20], expected);
    }

    #[test]
    fn an_ipv6_header_is_whole_again() {
        let mut datagram = [0; 64];
        datagram[6] = 0;
        datagram[40] = 44;
        mend_ipv6(&mut datagram, 40, 17).unwrap();
        assert_eq!(datagram[4..6], [0, 24]);
        assert_eq!((datagram[6], datagram[40]), (0, 17));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        assert_eq!(mend_ipv4(&mut [0; 65_536], 20), None);
        assert_eq!(mend_ipv4(&mut [0; 8], 8), None);
        assert_eq!(mend_ipv4(&mut [0; 8], 20), None);
        assert_eq!(mend_ipv6(&mut [0; 39], 6, 17), None);
        assert_eq!(mend_ipv6(&mut [0; 65_576], 6, 17), None);
        assert_eq!(mend_ipv6(&mut [0; 48], 48, 17), None);
    }
}
