//! Types of resource records and response codes, by number and by name.

pub(super) const A: u16 = 1;
pub(super) const NS: u16 = 2;
pub(super) const CNAME: u16 = 5;
pub(super) const SOA: u16 = 6;
pub(super) const NULL: u16 = 10;
pub(super) const PTR: u16 = 12;
pub(super) const MX: u16 = 15;
pub(super) const TXT: u16 = 16;
pub(super) const AAAA: u16 = 28;
pub(super) const SRV: u16 = 33;
pub(super) const OPT: u16 = 41;
pub(super) const SSHFP: u16 = 44;

/// The name of a type of resource records; `None` where it has none here.
pub(super) fn name(rrtype: u16) -> Option<&'static str> {
    TYPES
        .binary_search_by_key(&rrtype, |(number, _)| *number)
        .ok()
        .and_then(|at| TYPES.get(at))
        .map(|(_, name)| *name)
}

/// The type of that name, in any case.
pub(super) fn number(name: &str) -> Option<u16> {
    TYPES
        .iter()
        .find(|(_, known)| known.eq_ignore_ascii_case(name))
        .map(|(number, _)| *number)
}

/// The name of a response code; `None` where it has none here.
pub(super) fn rcode_name(rcode: u16) -> Option<&'static str> {
    RCODES
        .iter()
        .find(|(number, _)| *number == rcode)
        .map(|(_, name)| *name)
}

/// The response code of that name, in any case.
pub(super) fn rcode_number(name: &str) -> Option<u16> {
    RCODES
        .iter()
        .find(|(_, known)| known.eq_ignore_ascii_case(name))
        .map(|(number, _)| *number)
}

/// Types by number, in order (IANA, DNS parameters).
const TYPES: &[(u16, &str)] = &[
    (A, "A"),
    (NS, "NS"),
    (3, "MD"),
    (4, "MF"),
    (CNAME, "CNAME"),
    (SOA, "SOA"),
    (7, "MB"),
    (8, "MG"),
    (9, "MR"),
    (NULL, "NULL"),
    (11, "WKS"),
    (PTR, "PTR"),
    (13, "HINFO"),
    (14, "MINFO"),
    (MX, "MX"),
    (TXT, "TXT"),
    (17, "RP"),
    (18, "AFSDB"),
    (19, "X25"),
    (20, "ISDN"),
    (21, "RT"),
    (22, "NSAP"),
    (23, "NSAPPTR"),
    (24, "SIG"),
    (25, "KEY"),
    (26, "PX"),
    (27, "GPOS"),
    (AAAA, "AAAA"),
    (29, "LOC"),
    (30, "NXT"),
    (SRV, "SRV"),
    (34, "ATMA"),
    (35, "NAPTR"),
    (36, "KX"),
    (37, "CERT"),
    (38, "A6"),
    (39, "DNAME"),
    (OPT, "OPT"),
    (42, "APL"),
    (43, "DS"),
    (SSHFP, "SSHFP"),
    (45, "IPSECKEY"),
    (46, "RRSIG"),
    (47, "NSEC"),
    (48, "DNSKEY"),
    (49, "DHCID"),
    (50, "NSEC3"),
    (51, "NSEC3PARAM"),
    (52, "TLSA"),
    (55, "HIP"),
    (59, "CDS"),
    (60, "CDNSKEY"),
    (65, "HTTPS"),
    (99, "SPF"),
    (249, "TKEY"),
    (250, "TSIG"),
    (254, "MAILA"),
    (255, "ANY"),
    (256, "URI"),
];

/// Response codes (RFC 1035, RFC 2136).
const RCODES: &[(u16, &str)] = &[
    (0, "NOERROR"),
    (1, "FORMERR"),
    (2, "SERVFAIL"),
    (3, "NXDOMAIN"),
    (4, "NOTIMP"),
    (5, "REFUSED"),
    (6, "YXDOMAIN"),
    (7, "YXRRSET"),
    (8, "NXRRSET"),
    (9, "NOTAUTH"),
    (10, "NOTZONE"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_found_both_ways() {
        assert!(TYPES.windows(2).all(|w| w[0].0 < w[1].0));
        for (at, text) in TYPES {
            assert_eq!((name(*at), number(&text.to_lowercase())), (Some(*text), Some(*at)));
        }
        assert_eq!(
            (name(31), rcode_name(3), rcode_number("refused")),
            (None, Some("NXDOMAIN"), Some(5))
        );
    }
}
