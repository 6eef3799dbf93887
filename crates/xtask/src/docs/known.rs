//! The keywords that Suricata and Snort have, by what they belong to.

/// Keywords that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Family {
    /// What they belong to.
    pub title: &'static str,
    /// Their names.
    pub names: Vec<&'static str>,
}

/// Suricata's.
pub fn suricata() -> Vec<Family> {
    read(include_str!("suricata-keywords.txt"))
}

/// Those that only Snort has.
pub fn snort() -> Vec<Family> {
    read(include_str!("snort-keywords.txt"))
}

fn read(text: &'static str) -> Vec<Family> {
    let lines = text.lines().filter(|l| !l.is_empty() && !l.starts_with('#'));
    lines
        .filter_map(|line| line.split_once(": "))
        .map(|(title, names)| Family {
            title,
            names: names.split(' ').collect(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_name_is_there_twice() {
        let mut seen = BTreeSet::new();
        for family in suricata().into_iter().chain(snort()) {
            for name in family.names {
                assert!(seen.insert(name), "{name} is there twice");
                assert!(!name.is_empty(), "two spaces in {}", family.title);
            }
        }
        assert!(seen.len() > 400);
    }
}
