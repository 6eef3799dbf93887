//! A whole configuration: what every part of the program is configured with.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use engine::app_layer::{FileSettings, Settings};
use engine::compile::{ActionOrder, Variables};
use engine::config::Config;

use crate::error::ConfigErrors;
use crate::outputs::{EveLogConfig, FastLogConfig, FileStoreConfig};
use crate::section::{Notes, Section};
use crate::sections::af_packet::{self, InterfaceConfig};
use crate::sections::files::path;
use crate::sections::logging::LogConfig;
use crate::sections::threading::WorkerCores;
use crate::sections::{decoder, defrag, exception, file_store, files, flow, logging, outputs, stream, threading, vars};
use crate::tree::Tree;
use crate::unused::unused;
use crate::value::{choice, flag, number, seconds};

/// Where a configuration comes from.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The file; without one there are overrides only.
    pub path: Option<PathBuf>,
    /// Files that are read after it; what is in them replaces what is in those before.
    pub include: Vec<PathBuf>,
    /// Overrides such as `stream.midstream=yes`, in their order.
    pub set: Vec<String>,
    /// The program stands between two networks, or is asked to act so: what `auto` means.
    pub inline: bool,
    /// The types of EVE records that application protocols write.
    pub record_types: Vec<&'static str>,
}

/// A configuration.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Of the engine.
    pub engine: Config,
    /// Of rule headers.
    pub variables: Variables,
    /// The rule files that it names; they may be missing.
    pub rule_files: Vec<PathBuf>,
    /// classification.config.
    pub classification_file: Option<PathBuf>,
    /// reference.config.
    pub reference_config_file: Option<PathBuf>,
    /// threshold.config.
    pub threshold_file: Option<PathBuf>,
    /// The files of `iprep`: categories, and lists in their order.
    pub reputation: Option<ReputationFiles>,
    /// The GeoIP2 database of `geoip`.
    pub geoip_database: Option<PathBuf>,
    /// Where logs go.
    pub log_dir: Option<PathBuf>,
    /// EVE logs that are enabled.
    pub eve: Vec<EveLogConfig>,
    /// The order in which the actions of rules are carried out.
    pub action_order: ActionOrder,
    /// What the first EVE log that has a type of an application protocol's records says of it, by type.
    pub eve_types: BTreeMap<String, Settings>,
    /// `app-layer.protocols`.
    pub protocols: Settings,
    /// fast.log, if enabled; there may be several.
    pub fast: Vec<FastLogConfig>,
    /// Where files are stored, if they are.
    pub file_store: Option<FileStoreConfig>,
    /// What is wanted of files, before rules are asked.
    pub files: FileSettings,
    /// Where the program says what it does.
    pub logging: LogConfig,
    /// How often counters are written when the traffic is live, in seconds; `None` if they are not.
    pub stats_interval: Option<u32>,
    /// Whether checksums of captures are trusted; for live traffic `engine.stream.checksum_validation` decides alone.
    pub capture_checksums: Checksums,
    /// What becomes of captures that were read to their end.
    pub delete_when_done: DeleteWhenDone,
    /// The user to become, and the group.
    pub run_as: (Option<String>, Option<String>),
    /// How interfaces are read; see [`Loaded::interface`].
    pub interfaces: Vec<InterfaceConfig>,
    /// Which cores workers of live traffic run on, if that is to be set.
    pub worker_cores: Option<WorkerCores>,
    /// Keys that have no effect here.
    pub unused: Vec<String>,
    /// What should be known but does no harm, a line each.
    pub warnings: Vec<String>,
    /// The configuration as it was written.
    pub tree: Tree,
}

/// The files of `iprep`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReputationFiles {
    /// The categories.
    pub categories: PathBuf,
    /// The lists; later ones win.
    pub lists: Vec<PathBuf>,
}

/// Whether the checksums of captures are trusted: `pcap-file.checksum-checks`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Checksums {
    /// They are, unless so many are wrong that they were left to a network card.
    #[default]
    Auto,
    /// They are.
    Yes,
    /// They are not looked at.
    No,
}

/// What becomes of captures that were read to their end: `pcap-file.delete-when-done`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeleteWhenDone {
    /// They stay.
    #[default]
    Never,
    /// They are removed.
    Always,
    /// Those without alerts are removed.
    WithoutAlerts,
}

impl Request {
    /// Reads the configuration.
    ///
    /// # Errors
    /// All that is wrong with it at once: files that cannot be read or are no YAML, and values that are not what
    /// their keys need.
    pub fn load(&self) -> Result<Loaded, ConfigErrors> {
        self.read(self.tree()?)
    }

    /// What the files say of the program's log and of its folder, whatever else is wrong with them.
    ///
    /// # Errors
    /// As of [`Request::tree`].
    pub fn log(&self) -> Result<(LogConfig, Option<PathBuf>), ConfigErrors> {
        let tree = self.tree()?;
        let notes = Notes::default();
        let root = Section::root(&tree.root, &notes);
        Ok((
            logging::logging(&root.section("logging")),
            path(&root, "default-log-dir"),
        ))
    }

    /// Reads the files and applies the overrides, whatever they mean.
    ///
    /// # Errors
    /// Files that cannot be read or are no YAML, and malformed overrides.
    pub fn tree(&self) -> Result<Tree, ConfigErrors> {
        let paths = self.path.iter().chain(&self.include);
        Tree::load(paths.map(PathBuf::as_path), &self.set)
    }

    fn read(&self, tree: Tree) -> Result<Loaded, ConfigErrors> {
        let notes = Notes::default();
        let mut loaded = self.sections(&Section::root(&tree.root, &notes));
        let errors = notes.errors.into_inner();
        if !errors.is_empty() {
            return Err(ConfigErrors::in_order(errors));
        }
        loaded.unused = unused(&tree.root);
        loaded.warnings = tree.warnings.clone();
        loaded.warnings.extend(notes.warnings.into_inner());
        loaded.tree = tree;
        Ok(loaded)
    }

    fn sections(&self, root: &Section<'_>) -> Loaded {
        let variables = vars::variables(&root.section("vars"));
        let outputs = outputs::outputs(root, &self.record_types);
        let mut engine = self.engine(root, &variables);
        let mut eve_types = BTreeMap::new();
        for eve in &outputs.eve {
            eve.add_to(&mut engine.report);
            for (name, options) in &eve.records.protocols {
                eve_types.entry(name.clone()).or_insert_with(|| options.clone());
            }
        }
        let files = file_store::settings(
            outputs.eve.iter().filter_map(|eve| eve.records.files),
            outputs.file_store.as_ref(),
        );
        if let Some(store) = &outputs.file_store {
            if let Some(told) = file_store::deepen(store, &mut engine.stream.reassembly) {
                root.section("outputs").warn(&told);
            }
            engine.report.files |= store.records;
        }
        let user = root.section("run-as");
        Loaded {
            engine,
            variables,
            rule_files: files::rule_files(root),
            classification_file: path(root, "classification-file"),
            reference_config_file: path(root, "reference-config-file"),
            threshold_file: path(root, "threshold-file"),
            reputation: files::reputation(root),
            geoip_database: path(root, "geoip-database"),
            log_dir: path(root, "default-log-dir"),
            eve: outputs.eve,
            action_order: action_order(root),
            eve_types,
            protocols: root.section("app-layer").section("protocols").settings(),
            fast: outputs.fast,
            file_store: outputs.file_store,
            files,
            logging: logging::logging(&root.section("logging")),
            stats_interval: stats_interval(&root.section("stats")),
            capture_checksums: root
                .section("pcap-file")
                .read("checksum-checks", checksums)
                .unwrap_or_default(),
            delete_when_done: root
                .section("pcap-file")
                .read("delete-when-done", delete_when_done)
                .unwrap_or_default(),
            run_as: (
                user.text_of("user").map(str::to_owned),
                user.text_of("group").map(str::to_owned),
            ),
            interfaces: af_packet::af_packet(&root.section("af-packet")),
            worker_cores: threading::worker_cores(&root.section("threading")),
            unused: Vec::new(),
            warnings: Vec::new(),
            tree: Tree::default(),
        }
    }

    fn engine(&self, root: &Section<'_>, variables: &Variables) -> Config {
        let standard = Config::standard();
        let vlan_tracking = root.section("vlan").flag("use-for-tracking", standard.vlan_tracking);
        let stream = stream::stream(root, self.inline);
        Config {
            exceptions: exception::exceptions(root, self.inline, stream.midstream),
            decode: decoder::decoder(&root.section("decoder"), variables),
            defrag: defrag::defrag(&root.section("defrag"), vlan_tracking),
            flow: flow::flow(root),
            stream,
            vlan_tracking,
            inline: self.inline,
            // Suricata: 0 is the default.
            packet_alert_max: root
                .read("packet-alert-max", number)
                .filter(|max| *max > 0)
                .unwrap_or(standard.packet_alert_max),
            ..standard
        }
    }
}

impl Loaded {
    /// How this interface is read: its entry of `af-packet`, and what that leaves out, the entry `default`.
    pub fn interface(&self, name: &str) -> InterfaceConfig {
        InterfaceConfig::of(&self.interfaces, name)
    }

    /// Reads a file with overrides, for traffic that is only watched.
    ///
    /// # Errors
    /// As of [`Request::load`].
    pub fn from_file(path: &Path, set: &[String]) -> Result<Self, ConfigErrors> {
        Request {
            path: Some(path.to_owned()),
            set: set.to_vec(),
            ..Request::default()
        }
        .load()
    }
}

/// `action-order`: all four actions, each once.
fn action_order(root: &Section<'_>) -> ActionOrder {
    let section = root.section("action-order");
    let texts = section.texts();
    if texts.is_empty() {
        return ActionOrder::default();
    }
    let place = |name: &str| texts.iter().position(|(text, _)| text.trim() == name);
    let found = (place("pass"), place("drop"), place("reject"), place("alert"));
    match found {
        (Some(pass), Some(drop), Some(reject), Some(alert)) if texts.len() == 4 => ActionOrder {
            pass: pass as u8,
            drop: drop as u8,
            reject: reject as u8,
            alert: alert as u8,
        },
        _ => {
            section.wrong("name pass, drop, reject and alert, each once");
            ActionOrder::default()
        }
    }
}

fn stats_interval(section: &Section<'_>) -> Option<u32> {
    let enabled = section.read("enabled", flag).unwrap_or(true);
    let interval = section
        .read("interval", seconds)
        .filter(|s| *s > 0)
        .unwrap_or(DEFAULT_STATS_INTERVAL);
    enabled.then_some(interval)
}

fn checksums(text: &str) -> Result<Checksums, String> {
    let words = [
        ("auto", Checksums::Auto),
        ("yes", Checksums::Yes),
        ("true", Checksums::Yes),
        ("no", Checksums::No),
        ("false", Checksums::No),
    ];
    choice(text, &words).map_err(|_| "write `yes`, `no` or `auto`".to_owned())
}

fn delete_when_done(text: &str) -> Result<DeleteWhenDone, String> {
    match (text, flag(text)) {
        ("non-alerts", _) => Ok(DeleteWhenDone::WithoutAlerts),
        (_, Ok(true)) => Ok(DeleteWhenDone::Always),
        (_, Ok(false)) => Ok(DeleteWhenDone::Never),
        _ => Err("write `yes`, `no` or `non-alerts`".to_owned()),
    }
}

/// How often Suricata writes counters, in seconds.
const DEFAULT_STATS_INTERVAL: u32 = 8;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::read_text;

    fn read(yaml: &str) -> Result<Loaded, ConfigErrors> {
        Request {
            inline: true,
            ..Request::default()
        }
        .read(read_text(yaml).expect("it is YAML"))
    }

    #[test]
    fn an_empty_configuration_is_the_standard_one() {
        let loaded = Request::default().load().expect("nothing is wrong");
        assert_eq!(format!("{:?}", loaded.engine), format!("{:?}", Config::standard()));
        assert_eq!(
            (loaded.eve.len(), loaded.rule_files.len(), loaded.unused.len()),
            (0, 0, 0)
        );
    }

    #[test]
    fn what_logs_need_is_reported() {
        let loaded = read(
            "outputs:\n  - eve-log:\n      community-id: yes\n      types: [flow, {anomaly: {types: {stream: yes}}}, {alert: {packet: yes}}]\n\
             \x20 - eve-log:\n      filename: b.json\n      types: [drop]\n",
        )
        .expect("nothing is wrong");
        let report = loaded.engine.report;
        assert!(report.flows && report.stream_anomalies && report.packets && report.drops);
        assert!(!report.decode_anomalies && !report.payloads && !report.tagged);
        assert_eq!(report.community_id, Some(0));
    }

    #[test]
    fn the_rest_has_its_place() {
        let loaded = read(
            "default-log-dir: /l\nclassification-file: c\nreference-config-file: r\nthreshold-file: t\nrule-files: [a.rules]\npacket-alert-max: 0\n\
             vlan: {use-for-tracking: no}\npcap-file: {checksum-checks: no}\nrun-as: {user: u}\nstats: {interval: 30}\ndetect: {profile: low}\n",
        )
        .expect("nothing is wrong");
        let text = |path: &Option<PathBuf>| path.as_ref().map(|p| p.display().to_string());
        let paths = [
            &loaded.log_dir,
            &loaded.classification_file,
            &loaded.reference_config_file,
            &loaded.threshold_file,
        ];
        assert_eq!(paths.map(text), ["/l", "c", "r", "t"].map(|p| Some(p.to_owned())));
        assert_eq!(loaded.rule_files, [PathBuf::from("a.rules")]);
        assert_eq!(
            (
                loaded.engine.packet_alert_max,
                loaded.engine.vlan_tracking,
                loaded.engine.defrag.vlans
            ),
            (15, false, false)
        );
        assert!(loaded.engine.inline && loaded.engine.stream.inline);
        assert_eq!(
            (loaded.capture_checksums, loaded.run_as.0.as_deref()),
            (Checksums::No, Some("u"))
        );
        assert_eq!(
            (loaded.stats_interval, loaded.unused),
            (Some(30), vec!["detect".to_owned()])
        );
    }

    #[test]
    fn all_mistakes_are_told_at_once() {
        let errors =
            read("stream: {memcap: 64 foo, midstream: perhaps}\nflow: {memcap: [1]}\nvlan: {use-for-tracking: x}\n")
                .expect_err("much is wrong");
        insta::assert_snapshot!(errors.to_string());
    }
}
