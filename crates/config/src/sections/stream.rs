//! `stream` and `host-os-policy`.

use std::net::IpAddr;

use engine::stream::{HostOsPolicy, OsPolicy, ReassemblyConfig, StreamConfig, UrgentPolicy};

use crate::section::Section;
use crate::value::{flag, number, size, switch};

/// Reads `stream` and `host-os-policy`, which are at top level; `ips` is what `stream.inline: auto` means.
pub(crate) fn stream(root: &Section<'_>, ips: bool) -> StreamConfig {
    let mut config = StreamConfig {
        inline: ips,
        ..StreamConfig::default()
    };
    let section = root.section("stream");
    section.set("memcap", &mut config.memcap, size);
    section.set("midstream", &mut config.midstream, flag);
    section.set("async-oneside", &mut config.async_oneside, flag);
    section.set("checksum-validation", &mut config.checksum_validation, flag);
    section.set("inline", &mut config.inline, |text| inline(text, ips));
    section.set("drop-invalid", &mut config.drop_invalid, flag);
    section.set("liberal-timestamps", &mut config.liberal_timestamps, flag);
    section.set("max-syn-queued", &mut config.max_syn_queued, number);
    section.set("max-synack-queued", &mut config.max_synack_queued, number);
    reassembly(&section.section("reassembly"), &mut config.reassembly);
    config.host_os = host_os(&root.section("host-os-policy"));
    config
}

fn reassembly(section: &Section<'_>, config: &mut ReassemblyConfig) {
    section.set("memcap", &mut config.memcap, size);
    section.set("depth", &mut config.depth, size);
    section.set("raw", &mut config.raw, flag);
    section.set("toserver-chunk-size", &mut config.toserver_chunk_size, size);
    section.set("toclient-chunk-size", &mut config.toclient_chunk_size, size);
    section.set(
        "check-overlap-different-data",
        &mut config.check_overlap_different_data,
        flag,
    );
    let urgent = section.section("urgent");
    urgent.set("policy", &mut config.urgent, urgent_policy);
    urgent.set("oob-limit-policy", &mut config.urgent_limit, urgent_policy);
}

fn inline(text: &str, ips: bool) -> Result<bool, String> {
    match text {
        "auto" => Ok(ips),
        _ => switch(text).ok_or_else(|| "write `yes`, `no` or `auto`".to_owned()),
    }
}

fn urgent_policy(text: &str) -> Result<UrgentPolicy, String> {
    UrgentPolicy::from_name(text).ok_or_else(|| "write `oob`, `inline`, `drop` or `gap`".to_owned())
}

/// Reads `host-os-policy`: networks by the operating system of their hosts.
fn host_os(section: &Section<'_>) -> HostOsPolicy {
    let mut hosts = HostOsPolicy::default();
    for (name, networks) in section.children() {
        let Some(policy) = OsPolicy::from_name(name) else {
            let names: Vec<_> = OsPolicy::ALL.iter().map(|(name, _)| *name).collect();
            networks.wrong(format!("`{name}` is no system; write one of {}", names.join(", ")));
            continue;
        };
        for (text, item) in networks.texts() {
            match network(text) {
                Some((address, prefix)) => hosts.insert(address, prefix, policy),
                None => item.wrong("write a network such as 192.168.0.0/16 or 2001:db8::/32, or an address"),
            }
        }
    }
    hosts
}

/// Address and prefix length of a network, or of an address by itself.
fn network(text: &str) -> Option<(IpAddr, u8)> {
    let (address, prefix) = text.trim().split_once('/').map_or((text, None), |(a, p)| (a, Some(p)));
    let address: IpAddr = address.trim().parse().ok()?;
    let bits = if address.is_ipv4() { 32 } else { 128 };
    let prefix = prefix.map_or(Some(bits), |p| p.trim().parse().ok())?;
    (prefix <= bits).then_some((address, prefix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::section::Notes;
    use crate::tree::read_text;

    fn read(yaml: &str, ips: bool) -> (StreamConfig, Vec<String>) {
        let tree = read_text(yaml).expect("it is YAML");
        let notes = Notes::default();
        let config = stream(&Section::root(&tree.root, &notes), ips);
        let told = notes.errors.borrow().iter().map(ToString::to_string).collect();
        (config, told)
    }

    #[test]
    fn each_key_has_its_place() {
        let (config, told) = read(
            "stream:\n  memcap: 1kb\n  midstream: yes\n  async-oneside: true\n  checksum-validation: no\n  inline: no\n  drop-invalid: off\n\
             \x20 liberal-timestamps: on\n  max-syn-queued: 1\n  max-synack-queued: 2\n  reassembly:\n    memcap: 2kb\n    depth: 3\n    raw: no\n\
             \x20   toserver-chunk-size: 4\n    toclient-chunk-size: 5\n    check-overlap-different-data: no\n\
             \x20   urgent: {policy: gap, oob-limit-policy: inline}\n",
            true,
        );
        assert_eq!(told, Vec::<String>::new());
        assert_eq!(
            (config.memcap, config.midstream, config.async_oneside),
            (1024, true, true)
        );
        assert_eq!(
            (config.checksum_validation, config.inline, config.drop_invalid),
            (false, false, false)
        );
        assert_eq!(
            (
                config.liberal_timestamps,
                config.max_syn_queued,
                config.max_synack_queued
            ),
            (true, 1, 2)
        );
        let reassembly = &config.reassembly;
        assert_eq!((reassembly.memcap, reassembly.depth, reassembly.raw), (2048, 3, false));
        assert_eq!((reassembly.toserver_chunk_size, reassembly.toclient_chunk_size), (4, 5));
        assert!(!reassembly.check_overlap_different_data);
        assert_eq!(
            (reassembly.urgent, reassembly.urgent_limit),
            (UrgentPolicy::Gap, UrgentPolicy::Inline)
        );
    }

    #[test]
    fn inline_follows_the_mode_unless_it_says_otherwise() {
        let inline = |yaml, ips| read(yaml, ips).0.inline;
        assert!(inline("stream: {inline: auto}\n", true) && !inline("stream: {inline: auto}\n", false));
        assert!(inline("", true) && !inline("", false));
        assert!(inline("stream: {inline: yes}\n", false));
    }

    #[test]
    fn hosts_have_systems() {
        let (config, told) = read(
            "host-os-policy:\n  windows: [0.0.0.0/0]\n  linux: [10.0.0.0/8, 10.1.1.1, \"2001:db8::/32\"]\n  bsd: []\n  old_linux: 192.0.2.1\n",
            false,
        );
        assert_eq!(told, Vec::<String>::new());
        let of = |host: &str| config.host_os.lookup(host.parse().expect("an address"));
        assert_eq!(
            (of("8.8.8.8"), of("10.2.3.4"), of("2001:db8::1")),
            (OsPolicy::Windows, OsPolicy::Linux, OsPolicy::Linux)
        );
        assert_eq!((of("192.0.2.1"), of("::1")), (OsPolicy::OldLinux, OsPolicy::Bsd));
    }

    #[test]
    fn mistakes_are_told() {
        let told = read("host-os-policy:\n  amiga: [10.0.0.0/8]\n  linux: [10.0.0.0/33]\nstream:\n  inline: maybe\n  reassembly: {urgent: {policy: x}}\n", false).1;
        insta::assert_snapshot!(told.join("\n"));
    }
}
