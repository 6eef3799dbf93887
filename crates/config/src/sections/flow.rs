//! `flow` and `flow-timeouts`.

use engine::flow::{FlowConfig, ProtocolTimeouts};

use crate::section::Section;
use crate::value::{number, seconds, size};

/// Reads `flow` and `flow-timeouts`, which are at top level.
pub(crate) fn flow(root: &Section<'_>) -> FlowConfig {
    let mut config = FlowConfig::default();
    let section = root.section("flow");
    section.set("memcap", &mut config.memcap, size);
    section.set("emergency-recovery", &mut config.emergency_recovery, percent);
    let timeouts = root.section("flow-timeouts");
    let all = &mut config.timeouts;
    let protocols = [
        ("default", &mut all.other),
        ("tcp", &mut all.tcp),
        ("udp", &mut all.udp),
        ("icmp", &mut all.icmp),
    ];
    for (name, protocol) in protocols {
        set_timeouts(&timeouts.section(name), protocol);
    }
    config
}

fn set_timeouts(section: &Section<'_>, protocol: &mut ProtocolTimeouts) {
    for (prefix, states) in [("", &mut protocol.normal), ("emergency-", &mut protocol.emergency)] {
        let set = |name: &str, slot: &mut u32| section.set(&format!("{prefix}{name}"), slot, seconds);
        set("new", &mut states.new);
        set("established", &mut states.established);
        set("closed", &mut states.closed);
        set("bypassed", &mut states.bypassed);
    }
}

fn percent(text: &str) -> Result<u8, String> {
    number(text)
        .ok()
        .filter(|n| *n <= 100)
        .ok_or_else(|| "write percents from 0 to 100".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::section::Notes;
    use crate::tree::read_text;

    #[test]
    fn each_key_has_its_place() {
        let tree = read_text(
            "flow: {memcap: 1mb, emergency-recovery: 101}\nflow-timeouts:\n  default: {new: 1}\n  tcp: {established: 2, emergency-closed: 3}\n\
             \x20 icmp: {bypassed: 5m}\n",
        )
        .expect("it is YAML");
        let notes = Notes::default();
        let config = flow(&Section::root(&tree.root, &notes));
        assert_eq!(config.memcap, 1 << 20);
        assert_eq!(
            (config.timeouts.other.normal.new, config.timeouts.udp.normal.new),
            (1, 30)
        );
        assert_eq!(
            (
                config.timeouts.tcp.normal.established,
                config.timeouts.tcp.emergency.closed
            ),
            (2, 3)
        );
        assert_eq!(config.timeouts.icmp.normal.bypassed, 300);
        let told: Vec<_> = notes.errors.borrow().iter().map(ToString::to_string).collect();
        assert_eq!(told.len(), 1);
        assert!(
            told[0].ends_with("`flow.emergency-recovery: 101`: write percents from 0 to 100"),
            "{told:?}"
        );
    }
}
