//! `defrag`.

use engine::defrag::DefragConfig;

use crate::section::Section;
use crate::value::{number, seconds, size};

/// Reads `defrag`; `vlans` says whether VLANs tell datagrams apart.
pub(crate) fn defrag(section: &Section<'_>, vlans: bool) -> DefragConfig {
    let mut config = DefragConfig {
        vlans,
        ..DefragConfig::default()
    };
    section.set("memcap", &mut config.memcap, size);
    section.set("trackers", &mut config.max_trackers, number);
    section.set("max-frags", &mut config.max_fragments, number);
    section.set("timeout", &mut config.timeout, seconds);
    config
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::section::Notes;
    use crate::tree::read_text;

    #[test]
    fn each_key_has_its_place() {
        let tree = read_text("defrag: {memcap: 1kb, trackers: 2, max-frags: 3, timeout: 4}\n").expect("it is YAML");
        let notes = Notes::default();
        let config = defrag(&Section::root(&tree.root, &notes).section("defrag"), false);
        assert_eq!(
            (
                config.memcap,
                config.max_trackers,
                config.max_fragments,
                config.timeout,
                config.vlans
            ),
            (1024, 2, 3, 4, false)
        );
    }
}
