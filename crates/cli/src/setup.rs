//! What a run needs before rules are compiled: configuration, variables, classifications, thresholds.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use engine::compile::{Compiler, ThresholdEntry, Variables, parse_classifications, parse_references, parse_thresholds};
use engine::config::Config;
use engine::keyword::{Env, Registry};

/// Everything that was read beside the rules.
pub struct Setup {
    pub engine: Config,
    pub variables: Variables,
    pub env: Env,
    pub thresholds: Vec<ThresholdEntry>,
}

impl Setup {
    /// Reads the configuration, if there is one, and the files that it or the folders of rules hold.
    pub fn new(config: Option<&Path>, set: &[String], rules: &[PathBuf]) -> Result<Self> {
        let _ = (config, set);
        let mut setup = Self {
            engine: Config::standard(),
            variables: Variables::standard(),
            env: Env::default(),
            thresholds: Vec::new(),
        };
        setup.read_classifications(beside(rules, "classification.config").as_deref())?;
        setup.read_references(beside(rules, "reference.config").as_deref())?;
        setup.read_thresholds(beside(rules, "threshold.config").as_deref())?;
        Ok(setup)
    }

    /// Everything that compiling needs.
    pub fn compiler<'s>(&'s self, registry: &'s Registry) -> Compiler<'s> {
        Compiler {
            registry,
            env: &self.env,
            variables: &self.variables,
            thresholds: &self.thresholds,
        }
    }

    /// The keywords of the program.
    pub fn registry(&self) -> Registry {
        registry()
    }

    fn read_classifications(&mut self, path: Option<&Path>) -> Result<()> {
        let (text, name) = text_of(path, BUNDLED_CLASSIFICATIONS)?;
        let (map, errors) = parse_classifications(&text);
        refuse(&name, &errors)?;
        self.env.classifications = map;
        Ok(())
    }

    fn read_references(&mut self, path: Option<&Path>) -> Result<()> {
        let (text, name) = text_of(path, BUNDLED_REFERENCES)?;
        let (map, errors) = parse_references(&text);
        refuse(&name, &errors)?;
        self.env.references = map;
        Ok(())
    }

    fn read_thresholds(&mut self, path: Option<&Path>) -> Result<()> {
        let (text, name) = text_of(path, "")?;
        let (entries, errors) = parse_thresholds(&text, &self.variables);
        refuse(&name, &errors)?;
        self.thresholds = entries;
        Ok(())
    }
}

/// The keywords of the program.
pub fn registry() -> Registry {
    Registry::new(&[engine::keywords::ALL])
}

/// The file of that name in one of the folders of rules.
fn beside(rules: &[PathBuf], name: &str) -> Option<PathBuf> {
    rules.iter().map(|path| path.join(name)).find(|path| path.is_file())
}

fn text_of(path: Option<&Path>, default: &str) -> Result<(String, String)> {
    match path {
        None => Ok((default.to_owned(), "the built-in defaults".to_owned())),
        Some(path) => {
            let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
            Ok((text, path.display().to_string()))
        }
    }
}

fn refuse(name: &str, errors: &[engine::compile::ConfigFileError]) -> Result<()> {
    match errors.first() {
        None => Ok(()),
        Some(first) if errors.len() == 1 => bail!("{name}: {first}"),
        Some(first) => bail!("{name}: {first} (and {} more)", errors.len() - 1),
    }
}

const BUNDLED_CLASSIFICATIONS: &str = include_str!("../../../rules/classification.config");
const BUNDLED_REFERENCES: &str = include_str!("../../../rules/reference.config");
