//! `threading`: which cores the workers run on.

use std::str::FromStr;

use crate::section::Section;

/// Which cores the workers run on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerCores {
    /// Out of these.
    pub cores: Cores,
    /// `mode: exclusive`: each worker on one of them, in turn; else any worker on any of them.
    pub exclusive: bool,
}

/// Cores, counted from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cores {
    /// All that the process may use.
    All,
    /// These, in the order in which they are named.
    Of(Vec<usize>),
}

/// Numbers and ranges, such as `0,2-3`.
impl FromStr for Cores {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut cores = Vec::new();
        for part in text.split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            match (first.trim().parse::<usize>(), last.trim().parse::<usize>()) {
                (Ok(first), Ok(last)) if first <= last && last <= HIGHEST => cores.extend(first..=last),
                _ => return Err(format!("write cores from 0 to {HIGHEST}, such as `0,2-3`")),
            }
        }
        // LIMIT: a core named a second time changes nothing but how often its turn comes.
        cores.truncate(HIGHEST + 1);
        Ok(Self::Of(cores))
    }
}

/// Reads `threading`: what it says of workers, if affinity is to be set.
pub(crate) fn worker_cores(section: &Section<'_>) -> Option<WorkerCores> {
    let wanted = section.flag("set-cpu-affinity", false);
    let sets = section.section("cpu-affinity");
    // Suricata: a list of sets until version 7, a map of them since.
    let found = if sets.is_list() {
        sets.items()
            .iter()
            .find(|item| item.name == WORKERS)
            .map(|item| read(item.options()))
    } else if sets.has(WORKERS) {
        Some(read(&sets.section(WORKERS)))
    } else {
        None
    };
    found.filter(|_| wanted)
}

fn read(set: &Section<'_>) -> WorkerCores {
    let section = set.section("cpu");
    let mut named = Vec::new();
    let mut all = false;
    for (text, item) in section.texts() {
        match (text, text.parse()) {
            ("all", _) | (_, Ok(Cores::All)) => all = true,
            (_, Ok(Cores::Of(cores))) => named.extend(cores),
            (_, Err(reason)) => item.wrong(format!("{reason}, or `all`")),
        }
    }
    WorkerCores {
        cores: if all || named.is_empty() {
            Cores::All
        } else {
            Cores::Of(named)
        },
        exclusive: set
            .read("mode", |text| match text {
                "exclusive" => Ok(true),
                "balanced" => Ok(false),
                _ => Err("write `exclusive` or `balanced`".to_owned()),
            })
            .unwrap_or(false),
    }
}

const WORKERS: &str = "worker-cpu-set";

/// What the system has numbers for.
const HIGHEST: usize = 1023;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::section::Notes;
    use crate::tree::read_text;

    fn cores(yaml: &str) -> (Option<WorkerCores>, usize) {
        let tree = read_text(yaml).expect("it is YAML");
        let notes = Notes::default();
        let found = worker_cores(&Section::root(&tree.root, &notes).section("threading"));
        let wrong = notes.errors.borrow().len();
        (found, wrong)
    }

    #[test]
    fn cores_are_numbers_and_ranges() {
        assert_eq!("0,2-3".parse(), Ok(Cores::Of(vec![0, 2, 3])));
        assert_eq!("3, 0".parse(), Ok(Cores::Of(vec![3, 0])));
        for wrong in ["", "3-1", "x", "1-", "0-4000000000", "-1", "1024"] {
            assert!(wrong.parse::<Cores>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_set_of_workers_is_read_as_a_list_and_as_a_map() {
        let list = "threading:\n  set-cpu-affinity: yes\n  cpu-affinity:\n    - management-cpu-set:\n        cpu: [ 0 ]\n\
                    \x20   - worker-cpu-set:\n        cpu: [ 1, \"2-3\" ]\n        mode: \"exclusive\"\n";
        let map = "threading:\n  set-cpu-affinity: yes\n  cpu-affinity:\n    worker-cpu-set:\n      cpu: [ 1-3 ]\n      mode: exclusive\n";
        let wanted = WorkerCores {
            cores: Cores::Of(vec![1, 2, 3]),
            exclusive: true,
        };
        assert_eq!(cores(list), (Some(wanted.clone()), 0));
        assert_eq!(cores(map), (Some(wanted), 0));
        assert_eq!(cores(&list.replace("yes", "no")), (None, 0));
        let all = cores(&map.replace("1-3", "all").replace("exclusive", "balanced"));
        assert_eq!(
            all,
            (
                Some(WorkerCores {
                    cores: Cores::All,
                    exclusive: false
                }),
                0
            )
        );
        assert_eq!(cores(&map.replace("1-3", "1, x")).1, 1);
        assert_eq!(cores("threading:\n  set-cpu-affinity: yes\n"), (None, 0));
    }
}
