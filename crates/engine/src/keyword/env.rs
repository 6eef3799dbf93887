//! What keywords need from outside their rule: loaded files, and the names that rules share.

use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use hashbrown::HashMap;

use super::{Parsed, Problem, Reputation};
use crate::app_layer::AppLayer;
use crate::buffer::BufferDef;
use crate::rule::{Dataset, NameId, Regex};

/// What was loaded beside the rules, and the names that rules share. Rules are compiled on several threads.
#[derive(Default)]
pub struct Env {
    /// classification.config, by short name.
    pub classifications: HashMap<String, Classification>,
    /// reference.config, by kind.
    pub references: HashMap<String, ReferenceKind>,
    /// Where relative file names in rules (`dataset:... load`) start from: the folder of the rule file.
    pub rule_folder: PathBuf,
    /// Where files that rules write and read again (`dataset:... state`) are.
    pub data_folder: PathBuf,
    /// How files named in rules are read.
    pub files: Files,
    /// Rules may name files by absolute paths or outside of the data folder to write to (`datasets.rules.allow-absolute-filenames`).
    pub absolute_files: bool,
    /// The reputation lists, for `iprep`.
    pub reputation: Option<Arc<Reputation>>,
    /// The GeoIP2 database, for `geoip`.
    pub geoip: Option<Arc<maxminddb::Reader<Vec<u8>>>>,
    /// The buffers that flags of `pcre` name: `U` for `http.uri`, and so on; filled by the protocols.
    pub pcre_buffers: Vec<(char, &'static BufferDef)>,
    /// The names of all keywords and aliases, for `requires:keyword`; the engine's own are known without.
    pub keywords: BTreeSet<&'static str>,
    /// The application protocols there are.
    pub app_layer: Arc<AppLayer>,
    /// What this program can do, for `requires:feature`.
    pub features: BTreeSet<&'static str>,
    names: Mutex<Names>,
    regexes: Mutex<HashMap<String, Arc<dyn Regex>>>,
    datasets: Mutex<Vec<Arc<Dataset>>>,
}

/// How files named in rules are read: from the disk, unless a test or another host says otherwise.
#[derive(Clone)]
pub struct Files(Arc<ReadFile>);

type ReadFile = dyn Fn(&Path) -> io::Result<Vec<u8>> + Send + Sync;

impl Files {
    /// Reads files with `read`.
    pub fn new(read: impl Fn(&Path) -> io::Result<Vec<u8>> + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// Those of the reader.
    pub fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        (self.0)(path)
    }
}

impl Default for Files {
    fn default() -> Self {
        Self::new(|path| std::fs::read(path))
    }
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Files")
    }
}

/// A line of classification.config.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Classification {
    /// EVE's `category`.
    pub description: Arc<str>,
    /// 1 is the gravest.
    pub priority: u8,
}

/// A line of reference.config: what comes before the id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferenceKind {
    /// The URL that the id is appended to.
    pub prefix: Arc<str>,
}

#[derive(Debug, Default)]
struct Names {
    ids: HashMap<String, u32>,
    list: Vec<String>,
}

impl Env {
    /// Takes the bytes of a GeoIP2 database, for `geoip`.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn set_geoip(&mut self, database: Vec<u8>) -> Result<(), maxminddb::MaxMindDbError> {
        self.geoip = Some(Arc::new(maxminddb::Reader::from_source(database)?));
        Ok(())
    }

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

    /// The regular expression of that key, made by `make` for the first rule that asks; equal ones are shared.
    ///
    /// # Errors
    /// Those of `make`, which is asked again the next time.
    pub fn regex(&self, key: &str, make: impl FnOnce() -> Parsed<Arc<dyn Regex>>) -> Parsed<Arc<dyn Regex>> {
        let lock = || self.regexes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(regex) = lock().get(key) {
            return Ok(Arc::clone(regex));
        }
        // Made without the lock, so that threads that compile rules do not wait for each other.
        let regex = make()?;
        Ok(Arc::clone(lock().entry(key.to_owned()).or_insert(regex)))
    }

    /// The set of that name.
    pub fn dataset(&self, name: &str) -> Option<Arc<Dataset>> {
        let datasets = self.datasets.lock().unwrap_or_else(PoisonError::into_inner);
        datasets.iter().find(|set| set.name == name).cloned()
    }

    /// The set of that name, made by `make` with its number for the first rule that asks.
    ///
    /// # Errors
    /// Those of `make`.
    pub fn dataset_or(&self, name: &str, make: impl FnOnce(u32) -> Parsed<Dataset>) -> Parsed<Arc<Dataset>> {
        let mut datasets = self.datasets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(set) = datasets.iter().find(|set| set.name == name) {
            return Ok(Arc::clone(set));
        }
        let id = u32::try_from(datasets.len()).map_err(|_| Problem::new("there are too many sets"))?;
        let set = Arc::new(make(id)?);
        datasets.push(Arc::clone(&set));
        Ok(set)
    }

    /// All sets, by name.
    pub fn datasets(&self) -> Vec<Arc<Dataset>> {
        let mut all = self.datasets.lock().unwrap_or_else(PoisonError::into_inner).clone();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        all
    }
}

impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sizes = (self.classifications.len(), self.references.len());
        f.debug_struct("Env")
            .field("classifications, references", &sizes)
            .field("rule_folder", &self.rule_folder)
            .finish_non_exhaustive()
    }
}
