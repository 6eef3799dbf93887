//! What a run needs before rules are compiled: configuration, variables, classifications, thresholds.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use config::{Loaded, Request};
use engine::app_layer::AppLayer;
use engine::compile::{
    Compiler, ConfigFileError, ThresholdEntry, Variables, parse_classifications, parse_references, parse_thresholds,
};
use engine::keyword::{Env, Registry, Reputation};

/// Everything that was read beside the rules.
pub struct Setup {
    /// The configuration; the standard one where there is no file.
    pub config: Loaded,
    /// The variables of rule headers.
    pub variables: Variables,
    /// What keywords look up.
    pub env: Env,
    /// threshold.config.
    pub thresholds: Vec<ThresholdEntry>,
    /// A configuration was named.
    pub configured: bool,
    /// What is wrong with the files beside the configuration, where that is no reason to end.
    pub problems: Vec<FileProblem>,
}

/// A file that the configuration names is in error; what of it can be read is used.
pub struct FileProblem {
    /// The part of the program that it is for.
    pub module: &'static str,
    /// What is wrong.
    pub message: String,
}

impl Setup {
    /// Reads the configuration, if there is one, and the files that it names or the folders of rules hold.
    ///
    /// # Errors
    /// When something is wrong with any of them; unless `lenient`, where what is wrong with classifications, references
    /// and thresholds is kept in `problems`.
    pub fn new(mut request: Request, rules: &[PathBuf], lenient: bool) -> Result<Self> {
        let configured = request.path.is_some();
        request.record_types = record_types();
        let config = request.load()?;
        let variables = config.variables.clone();
        let mut setup = Self {
            config,
            variables,
            env: Env::default(),
            thresholds: Vec::new(),
            configured,
            problems: Vec::new(),
        };
        setup.read_protocols()?;
        setup.env.rule_folder = rules.first().map(|p| folder_of(p)).unwrap_or_default();
        let classifications = setup.file(setup.config.classification_file.clone(), rules, "classification.config");
        setup.read_classifications(classifications.as_deref())?;
        let references = setup.file(setup.config.reference_config_file.clone(), rules, "reference.config");
        setup.read_references(references.as_deref())?;
        let thresholds = setup.file(setup.config.threshold_file.clone(), rules, "threshold.config");
        setup.read_thresholds(thresholds.as_deref())?;
        setup.read_reputation()?;
        setup.read_geoip()?;
        match setup.problems.first() {
            Some(problem) if !lenient => bail!("{}", problem.message),
            _ => Ok(setup),
        }
    }

    /// Everything that compiling needs.
    pub fn compiler<'s>(&'s self, registry: &'s Registry) -> Compiler<'s> {
        Compiler {
            registry,
            env: &self.env,
            variables: &self.variables,
            thresholds: &self.thresholds,
            actions: self.config.action_order,
        }
    }

    /// The file that the configuration names, if it is there; else the one of that name in a folder of rules.
    fn file(&mut self, configured: Option<PathBuf>, rules: &[PathBuf], name: &str) -> Option<PathBuf> {
        match configured {
            Some(path) if path.is_file() => Some(path),
            Some(path) => {
                self.config
                    .warnings
                    .push(format!("{} is not there; the built-in {name} is used", path.display()));
                None
            }
            None => rules.iter().map(|path| path.join(name)).find(|path| path.is_file()),
        }
    }

    fn read_classifications(&mut self, path: Option<&Path>) -> Result<()> {
        let (text, name) = text_of(path, BUNDLED_CLASSIFICATIONS)?;
        let (map, errors) = parse_classifications(&text);
        let what = "Error loading classification configuration from";
        self.note("classification-config", what, &name, &errors);
        self.env.classifications = map;
        Ok(())
    }

    fn read_references(&mut self, path: Option<&Path>) -> Result<()> {
        let (text, name) = text_of(path, BUNDLED_REFERENCES)?;
        let (map, errors) = parse_references(&text);
        self.note("reference-config", "Invalid Reference Config in", &name, &errors);
        self.env.references = map;
        Ok(())
    }

    fn read_thresholds(&mut self, path: Option<&Path>) -> Result<()> {
        let (text, name) = text_of(path, "")?;
        let (entries, errors) = parse_thresholds(&text, &self.variables);
        let what = "Error loading threshold configuration from";
        self.note("threshold-config", what, &name, &errors);
        self.thresholds = entries;
        Ok(())
    }

    /// Notes what is wrong with a file: the first of it, and how much more.
    fn note(&mut self, module: &'static str, what: &str, name: &str, errors: &[ConfigFileError]) {
        let Some(first) = errors.first() else { return };
        let more = match errors.len() - 1 {
            0 => String::new(),
            more => format!(" (and {more} more)"),
        };
        self.problems.push(FileProblem {
            module,
            message: format!("{what} {name}: {first}{more}"),
        });
    }

    /// The application protocols, as configured, and what rules call their parts.
    fn read_protocols(&mut self) -> Result<()> {
        let layer = AppLayer::new(&protocols::applications(), &self.config.protocols).map_err(|e| anyhow!(e))?;
        self.config.unused.extend(self.config.protocols.unread());
        self.env.app_layer = Arc::new(layer);
        // Rules ask for fingerprints as features: `requires: feature ja4`.
        for (feature, setting) in [("ja3", "tls.ja3-fingerprints"), ("ja4", "tls.ja4-fingerprints")] {
            let off = matches!(self.config.protocols.text(setting), Some("no" | "false" | "off" | "0"));
            if !off {
                self.env.features.insert(feature);
            }
        }
        self.env.pcre_buffers = protocols::pcre_buffers();
        self.env.keywords = protocols::keywords()
            .iter()
            .flat_map(|keyword| std::iter::once(keyword.name).chain(keyword.aliases.iter().copied()))
            .collect();
        Ok(())
    }

    fn read_reputation(&mut self) -> Result<()> {
        let Some(files) = &self.config.reputation else {
            return Ok(());
        };
        let mut reputation = Reputation::default();
        let (text, name) = text_of(Some(&files.categories), "")?;
        reputation.read_categories(&text).map_err(|e| anyhow!("{name}: {e}"))?;
        for list in &files.lists {
            let (text, name) = text_of(Some(list), "")?;
            for (line, reason) in reputation.read_list(&text) {
                self.config.warnings.push(format!("{name}: line {line}: {reason}"));
            }
        }
        self.env.reputation = Some(Arc::new(reputation));
        Ok(())
    }

    fn read_geoip(&mut self) -> Result<()> {
        let Some(path) = &self.config.geoip_database else {
            return Ok(());
        };
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        self.env
            .set_geoip(bytes)
            .with_context(|| format!("{} is no GeoIP2 database", path.display()))
    }
}

/// The types of EVE records that application protocols write.
pub fn record_types() -> Vec<&'static str> {
    let applications = protocols::applications();
    applications
        .iter()
        .flat_map(|app| app.loggers.iter().map(|logger| logger.event_type))
        .collect()
}

/// The keywords of the program.
pub fn registry() -> Registry {
    Registry::new(&[engine::keywords::ALL, &protocols::keywords()])
}

fn folder_of(path: &Path) -> PathBuf {
    if path.is_dir() {
        path.to_owned()
    } else {
        path.parent().map(Path::to_owned).unwrap_or_default()
    }
}

fn text_of(path: Option<&Path>, default: &str) -> Result<(String, String)> {
    match path {
        None => Ok((default.to_owned(), "the built-in defaults".to_owned())),
        Some(path) => {
            let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
            Ok((String::from_utf8_lossy(&bytes).into_owned(), path.display().to_string()))
        }
    }
}

const BUNDLED_CLASSIFICATIONS: &str = include_str!("../../../rules/classification.config");
const BUNDLED_REFERENCES: &str = include_str!("../../../rules/reference.config");
