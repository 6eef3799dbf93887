//! What keywords need from outside their rule: loaded files, and the names that rules share.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use crate::rule::NameId;

/// What was loaded beside the rules, and the names that rules share. Rules are compiled on several threads.
#[derive(Debug, Default)]
pub struct Env {
    /// classification.config, by short name.
    pub classifications: HashMap<String, Classification>,
    /// reference.config, by kind.
    pub references: HashMap<String, ReferenceKind>,
    /// Where relative file names in rules (`dataset:... load`) start from: the folder of the rule file.
    pub rule_folder: PathBuf,
    names: Mutex<Names>,
}

/// A line of classification.config.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Classification {
    /// EVE's `category`.
    pub description: String,
    /// 1 is the gravest.
    pub priority: u8,
}

/// A line of reference.config: what comes before the id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferenceKind {
    /// The URL that the id is appended to.
    pub prefix: String,
}

#[derive(Debug, Default)]
struct Names {
    ids: HashMap<String, u32>,
    list: Vec<String>,
}

impl Env {
    /// The number of a flowbit, flowint or xbit; the kinds have name spaces of their own, told apart by `kind`.
    ///
    /// Numbers depend on the order in which threads come here, so nothing that is put out may depend on them.
    pub fn name(&self, kind: &str, name: &str) -> NameId {
        let key = format!("{kind}:{name}");
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(id) = names.ids.get(&key) {
            return NameId(*id);
        }
        let id = names.list.len() as u32;
        names.list.push(key.clone());
        names.ids.insert(key, id);
        NameId(id)
    }

    /// The name behind a number, without its kind.
    pub fn name_of(&self, id: NameId) -> String {
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let full = names.list.get(id.0 as usize).map_or("", String::as_str);
        full.split_once(':').map_or(full, |(_, name)| name).to_owned()
    }
}
