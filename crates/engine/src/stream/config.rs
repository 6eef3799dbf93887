//! Settings of the TCP engine: the `stream:` and `host-os-policy:` sections of suricata.yaml.

use std::net::IpAddr;

/// How TCP is tracked and reassembled; names and defaults of suricata.yaml's `stream:` section.
///
/// `memcap` is for all shards together; each may take an equal part of it, so that results do not depend on the other
/// shards. The other limits hold for each shard.
#[derive(Clone, Debug)]
pub struct StreamConfig {
    /// `stream.memcap`: bytes of memory for sessions; 0 means no limit.
    pub memcap: u64,
    /// `stream.midstream`: track conversations whose handshake was not seen.
    pub midstream: bool,
    /// `stream.async-oneside`: track conversations of which only one side is seen.
    pub async_oneside: bool,
    /// `stream.checksum-validation`: leave packets with a wrong checksum out.
    pub checksum_validation: bool,
    /// `stream.inline`: data is inspected as it comes, not when it is acknowledged.
    pub inline: bool,
    /// `stream.drop-invalid`: when inline, packets that break the protocol are to be dropped.
    pub drop_invalid: bool,
    /// `stream.liberal-timestamps`: accept timestamps that go back a little.
    pub liberal_timestamps: bool,
    /// `stream.max-syn-queued`: different SYNs remembered until a SYN/ACK picks one.
    pub max_syn_queued: u8,
    /// `stream.max-synack-queued`: different SYN/ACKs remembered until an ACK picks one.
    pub max_synack_queued: u8,
    /// `stream.reassembly`.
    pub reassembly: ReassemblyConfig,
    /// `host-os-policy`.
    pub host_os: HostOsPolicy,
}

impl Default for StreamConfig {
    fn default() -> Self {
        Self {
            memcap: 64 << 20,
            midstream: false,
            async_oneside: false,
            checksum_validation: true,
            inline: false,
            drop_invalid: true,
            liberal_timestamps: false,
            max_syn_queued: 10,
            max_synack_queued: 5,
            reassembly: ReassemblyConfig::default(),
            host_os: HostOsPolicy::default(),
        }
    }
}

/// How segments become streams; names and defaults of suricata.yaml's `stream.reassembly` section.
#[derive(Clone, Debug)]
pub struct ReassemblyConfig {
    /// `memcap`: bytes of memory for segments; 0 means no limit.
    pub memcap: u64,
    /// `depth`: bytes of a direction that are reassembled; 0 means all.
    pub depth: u32,
    /// `raw`: streams are there for rules that inspect them as they are.
    pub raw: bool,
    /// `toserver-chunk-size`: bytes to the server that wait before rules see them.
    pub toserver_chunk_size: u32,
    /// `toclient-chunk-size`: bytes to the client that wait before rules see them.
    pub toclient_chunk_size: u32,
    /// Bytes before the uninspected part that rules see again, so that a match may span the border.
    pub raw_context: u32,
    /// `check-overlap-different-data`: look for retransmissions that bring other data.
    pub check_overlap_different_data: bool,
    /// Pieces out of order that a direction may hold.
    pub max_pieces: u32,
    /// `urgent.policy`.
    pub urgent: UrgentPolicy,
    /// `urgent.oob-limit-policy`: what happens to urgent data past the limit of tracked bytes.
    pub urgent_limit: UrgentPolicy,
}

impl Default for ReassemblyConfig {
    fn default() -> Self {
        Self {
            memcap: 256 << 20,
            depth: 1 << 20,
            raw: true,
            toserver_chunk_size: 2560,
            toclient_chunk_size: 2560,
            raw_context: 256,
            check_overlap_different_data: true,
            max_pieces: 1 << 14,
            urgent: UrgentPolicy::Oob,
            urgent_limit: UrgentPolicy::Drop,
        }
    }
}

/// What becomes of urgent data (RFC 6093).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UrgentPolicy {
    /// It is data like any other.
    Inline,
    /// Its last byte is out of band and not part of the stream.
    Oob,
    /// The packet is dropped; when nothing can be dropped it is left out of the stream.
    Drop,
    /// The packet is left out of the stream, which makes a gap.
    Gap,
}

impl UrgentPolicy {
    /// The policy that suricata.yaml calls `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "inline" => Self::Inline,
            "oob" => Self::Oob,
            "drop" => Self::Drop,
            "gap" => Self::Gap,
            _ => return None,
        })
    }
}

/// How a host's TCP stack resolves what the RFCs leave open: overlapping data, resets, odd timestamps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum OsPolicy {
    /// BSD: what hosts get that no entry covers.
    #[default]
    Bsd,
    /// BSD, newest data preferred.
    BsdRight,
    /// Linux before 2.2.
    OldLinux,
    /// Linux.
    Linux,
    /// Solaris before 9.
    OldSolaris,
    /// Solaris.
    Solaris,
    /// HP-UX 10.
    Hpux10,
    /// HP-UX 11.
    Hpux11,
    /// IRIX.
    Irix,
    /// macOS.
    Macos,
    /// Windows up to XP.
    Windows,
    /// Windows Vista and later.
    Vista,
    /// Windows 2003.
    Windows2k3,
    /// The first data always stays.
    First,
    /// The last data always wins.
    Last,
}

impl OsPolicy {
    /// Every policy with its key under `host-os-policy:`.
    pub const ALL: &'static [(&'static str, Self)] = &[
        ("bsd", Self::Bsd),
        ("bsd-right", Self::BsdRight),
        ("old-linux", Self::OldLinux),
        ("linux", Self::Linux),
        ("old-solaris", Self::OldSolaris),
        ("solaris", Self::Solaris),
        ("hpux10", Self::Hpux10),
        ("hpux11", Self::Hpux11),
        ("irix", Self::Irix),
        ("macos", Self::Macos),
        ("windows", Self::Windows),
        ("vista", Self::Vista),
        ("windows2k3", Self::Windows2k3),
        ("first", Self::First),
        ("last", Self::Last),
    ];

    /// The policy that suricata.yaml calls `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, policy)| *policy)
    }
}

/// Which hosts follow which policy; the longest prefix decides.
#[derive(Clone, Debug, Default)]
pub struct HostOsPolicy {
    /// Longest prefixes first, so that the first hit is the answer.
    entries: Vec<HostEntry>,
}

impl HostOsPolicy {
    /// Adds a network: `prefix` leading bits of `net`, at most 32 or 128; a later entry replaces an equal earlier one.
    pub fn insert(&mut self, net: IpAddr, prefix: u8, policy: OsPolicy) {
        let bits = if net.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.min(bits);
        let entry = HostEntry {
            v4: net.is_ipv4(),
            net: masked(net, prefix),
            prefix,
            policy,
        };
        self.entries
            .retain(|old| (old.v4, old.net, old.prefix) != (entry.v4, entry.net, entry.prefix));
        let at = self.entries.partition_point(|old| old.prefix >= prefix);
        self.entries.insert(at, entry);
    }

    /// The policy of `host`: that of the narrowest network around it, else [`OsPolicy::Bsd`].
    pub fn lookup(&self, host: IpAddr) -> OsPolicy {
        self.entries
            .iter()
            .find(|entry| entry.v4 == host.is_ipv4() && masked(host, entry.prefix) == entry.net)
            .map_or(OsPolicy::default(), |entry| entry.policy)
    }
}

#[derive(Clone, Copy, Debug)]
struct HostEntry {
    v4: bool,
    net: u128,
    prefix: u8,
    policy: OsPolicy,
}

/// The leading `prefix` bits of an address.
fn masked(host: IpAddr, prefix: u8) -> u128 {
    let (value, bits) = match host {
        IpAddr::V4(v4) => (u128::from(v4.to_bits()), 32),
        IpAddr::V6(v6) => (v6.to_bits(), 128),
    };
    value.checked_shr(bits - u32::from(prefix).min(bits)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_narrowest_network_decides() {
        let mut hosts = HostOsPolicy::default();
        hosts.insert("0.0.0.0".parse().unwrap(), 0, OsPolicy::Windows);
        hosts.insert("10.1.0.0".parse().unwrap(), 16, OsPolicy::Linux);
        hosts.insert("10.1.2.3".parse().unwrap(), 32, OsPolicy::Solaris);
        hosts.insert("2001:db8::".parse().unwrap(), 32, OsPolicy::Vista);
        let of = |host: &str| hosts.lookup(host.parse().unwrap());
        assert_eq!(of("192.0.2.1"), OsPolicy::Windows);
        assert_eq!(of("10.1.9.9"), OsPolicy::Linux);
        assert_eq!(of("10.1.2.3"), OsPolicy::Solaris);
        assert_eq!(of("2001:db8::1"), OsPolicy::Vista);
        assert_eq!(of("2001:db9::1"), OsPolicy::Bsd);
    }

    #[test]
    fn names_are_found() {
        for (name, policy) in OsPolicy::ALL {
            assert_eq!(OsPolicy::from_name(name), Some(*policy));
        }
        assert_eq!(UrgentPolicy::from_name("gap"), Some(UrgentPolicy::Gap));
        assert_eq!(UrgentPolicy::from_name("x"), None);
    }
}
