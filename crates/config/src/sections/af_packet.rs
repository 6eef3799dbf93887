//! `af-packet`: how interfaces are read.

use crate::section::Section;
use crate::value::{choice, flag, number, size};

/// What the configuration says of an interface; `None` where it says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InterfaceConfig {
    /// The interface.
    pub interface: String,
    /// `bpf-filter`.
    pub filter: Option<String>,
    /// `disable-promisc`, turned round: also packets that are for others.
    pub promiscuous: Option<bool>,
    /// `block-size`: bytes of a block of the kernel's ring.
    pub block_size: Option<u32>,
    /// `block-timeout`: milliseconds after which the kernel hands over a block that is not full.
    pub block_timeout: Option<u32>,
    /// `ring-size`: packets that a ring of a worker has room for.
    pub ring_size: Option<u32>,
    /// `threads`: workers, each with a ring of its own.
    pub threads: Option<ThreadCount>,
    /// `cluster-type`: which ring a packet goes to.
    pub cluster: Option<Cluster>,
}

/// A number of threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThreadCount {
    /// `auto`: one for each core.
    Auto,
    /// So many, at least one.
    Of(usize),
}

/// Which of several rings a packet of an interface goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cluster {
    /// `cluster_flow`: all of a flow goes to the same.
    Flow,
    /// `cluster_cpu`: that of the core that took it from the card.
    Cpu,
    /// `cluster_qm`: that of the card's queue it came from.
    Queue,
}

impl InterfaceConfig {
    /// What a list says of the interface `name`: its own entry, and what that leaves out, `default`.
    pub(crate) fn of(list: &[Self], name: &str) -> Self {
        let entry = |name: &str| list.iter().find(|entry| entry.interface == name).cloned();
        let own = entry(name).unwrap_or_default();
        let default = entry("default").unwrap_or_default();
        Self {
            interface: name.to_owned(),
            filter: own.filter.or(default.filter),
            promiscuous: own.promiscuous.or(default.promiscuous),
            block_size: own.block_size.or(default.block_size),
            block_timeout: own.block_timeout.or(default.block_timeout),
            ring_size: own.ring_size.or(default.ring_size),
            threads: own.threads.or(default.threads),
            cluster: own.cluster.or(default.cluster),
        }
    }
}

/// Reads `af-packet`.
// `cluster-id` is left out on purpose: two programs that name the same number share the packets, and each sees a part of
// them. The kernel gives a number that nobody else has.
pub(crate) fn af_packet(section: &Section<'_>) -> Vec<InterfaceConfig> {
    let mut list = Vec::new();
    for (_, entry) in section.children() {
        let Some(interface) = entry.text_of("interface") else {
            continue;
        };
        list.push(InterfaceConfig {
            interface: interface.to_owned(),
            filter: entry.text_of("bpf-filter").map(str::to_owned),
            promiscuous: entry.read("disable-promisc", flag).map(|disabled| !disabled),
            block_size: entry.read("block-size", size),
            block_timeout: entry.read("block-timeout", number),
            ring_size: entry.read("ring-size", number),
            threads: entry.read("threads", threads),
            cluster: cluster(&entry),
        });
    }
    list
}

fn threads(text: &str) -> Result<ThreadCount, String> {
    match (text, text.parse()) {
        ("auto", _) => Ok(ThreadCount::Auto),
        (_, Ok(n)) if (1..=MAX_THREADS).contains(&n) => Ok(ThreadCount::Of(n)),
        _ => Err(format!(
            "write a number from 1 to {MAX_THREADS}, or `auto` for one per core"
        )),
    }
}

fn cluster(entry: &Section<'_>) -> Option<Cluster> {
    let section = entry.section("cluster-type");
    let name = entry.text_of("cluster-type")?;
    if OTHER_CLUSTERS.contains(&name) {
        section.warn(&format!(
            "{name} is not supported; all of a flow goes to one thread, as by cluster_flow"
        ));
        return None;
    }
    let names = [
        ("cluster_flow", Cluster::Flow),
        ("cluster_cpu", Cluster::Cpu),
        ("cluster_qm", Cluster::Queue),
    ];
    choice(name, &names).map_err(|reason| section.wrong(reason)).ok()
}

/// As many as there are shards of flows.
const MAX_THREADS: usize = 64;

/// They need a program of the user's, or take flows apart.
const OTHER_CLUSTERS: [&str; 5] = [
    "cluster_ebpf",
    "cluster_random",
    "cluster_rollover",
    "cluster_rollover_flow",
    "cluster_round_robin",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::section::Notes;
    use crate::tree::read_text;

    #[test]
    fn an_interface_has_its_entry_and_the_default() {
        let tree = read_text(
            "af-packet:\n  - interface: eth0\n    cluster-id: 99\n    ring-size: 100\n    block-size: 64kb\n    bpf-filter: tcp port 80\n\
             \x20 - interface: eth1\n  - interface: default\n    disable-promisc: yes\n    block-timeout: 5\n    block-size: 32768\n",
        )
        .expect("it is YAML");
        let notes = Notes::default();
        let list = af_packet(&Section::root(&tree.root, &notes).section("af-packet"));
        assert!(notes.errors.borrow().is_empty());
        assert_eq!(list.len(), 3);
        let eth0 = InterfaceConfig::of(&list, "eth0");
        assert_eq!(eth0.filter.as_deref(), Some("tcp port 80"));
        assert_eq!((eth0.block_size, eth0.block_timeout), (Some(65536), Some(5)));
        assert_eq!(eth0.ring_size, Some(100));
        for other in ["eth1", "eth2"] {
            let one = InterfaceConfig::of(&list, other);
            assert_eq!(one.interface, other);
            assert_eq!(
                (one.promiscuous, one.block_size, one.filter),
                (Some(false), Some(32768), None)
            );
        }
        assert_eq!(InterfaceConfig::of(&[], "eth0").block_size, None);
    }

    #[test]
    fn rings_are_shared_as_configured() {
        let tree = read_text(
            "af-packet:\n  - interface: a\n    threads: auto\n    cluster-type: cluster_flow\n  - interface: b\n    threads: 4\n\
             \x20   cluster-type: cluster_ebpf\n  - interface: c\n    cluster-type: cluster_x\n    threads: 0\n  - interface: default\n\
             \x20   cluster-type: cluster_qm\n",
        )
        .expect("it is YAML");
        let notes = Notes::default();
        let list = af_packet(&Section::root(&tree.root, &notes).section("af-packet"));
        let of = |name| {
            let one = InterfaceConfig::of(&list, name);
            (one.threads, one.cluster)
        };
        assert_eq!(of("a"), (Some(ThreadCount::Auto), Some(Cluster::Flow)));
        assert_eq!(of("b"), (Some(ThreadCount::Of(4)), Some(Cluster::Queue)));
        assert_eq!((notes.errors.borrow().len(), notes.warnings.borrow().len()), (2, 1));
    }

    #[test]
    fn keys_without_effect_are_told() {
        let tree = read_text("af-packet:\n  - interface: eth0\n    cluster-id: 99\n    disable-promisc: no\n")
            .expect("it is YAML");
        let notes = Notes::default();
        af_packet(&Section::root(&tree.root, &notes).section("af-packet"));
        let unused = crate::unused::unused(&tree.root);
        assert!(unused.len() == 1 && unused[0].ends_with("cluster-id"), "{unused:?}");
    }
}
