//! `logging`: where the program says what it does, and how much.

use std::path::PathBuf;

use crate::section::Section;
use crate::sections::outputs::enabled;
use crate::value::choice;

/// Where the program says what it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogConfig {
    /// How much is said where an output does not say it itself.
    pub level: LogLevel,
    /// Where to, in order.
    pub outputs: Vec<LogOutput>,
}

/// One place where the program says what it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogOutput {
    /// The place.
    pub to: LogTarget,
    /// How much is said there.
    pub level: Option<LogLevel>,
    /// A line is a JSON object.
    pub json: bool,
}

/// A place where the program says what it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogTarget {
    /// Standard error.
    Console,
    /// A file; a relative path is meant from the log folder.
    File(PathBuf),
}

/// How much is said: each level says what those before it say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// What keeps something from being done.
    Error,
    /// What may not be meant so.
    Warning,
    /// What everybody should know.
    Notice,
    /// What was loaded and read.
    Info,
    /// What it costs.
    Perf,
    /// How it is configured.
    Config,
    /// Everything.
    Debug,
}

impl LogLevel {
    /// Every level by the name that lines of the log begin with.
    const NAMES: [(&'static str, Self); 7] = [
        ("Error", Self::Error),
        ("Warning", Self::Warning),
        ("Notice", Self::Notice),
        ("Info", Self::Info),
        ("Perf", Self::Perf),
        ("Config", Self::Config),
        ("Debug", Self::Debug),
    ];

    /// The name that lines of the log begin with.
    pub fn name(self) -> &'static str {
        Self::NAMES
            .iter()
            .find(|(_, level)| *level == self)
            .map_or("", |(name, _)| name)
    }

    /// The level of so many `-v`, of which the first says more than notices.
    pub fn of_verbosity(count: u8) -> Self {
        match count {
            0 => Self::Notice,
            1 => Self::Info,
            2 => Self::Perf,
            3 => Self::Config,
            _ => Self::Debug,
        }
    }
}

impl Default for LogConfig {
    /// What is said without a configuration: notices, on the console.
    fn default() -> Self {
        Self {
            level: LogLevel::Notice,
            outputs: vec![LogOutput {
                to: LogTarget::Console,
                level: None,
                json: false,
            }],
        }
    }
}

/// Reads `logging`.
pub(crate) fn logging(section: &Section<'_>) -> LogConfig {
    let mut config = LogConfig::default();
    section.set("default-log-level", &mut config.level, level);
    if !section.has("outputs") {
        return config;
    }
    config.outputs.clear();
    for item in section.section("outputs").items() {
        let to = match item.name {
            "console" => LogTarget::Console,
            "file" => LogTarget::File("suricata.log".into()),
            _ => continue,
        };
        let options = item.options();
        if enabled(options) {
            config.outputs.push(output(options, to));
        }
    }
    config
}

fn output(options: &Section<'_>, mut to: LogTarget) -> LogOutput {
    if let LogTarget::File(path) = &mut to {
        options.set("filename", path, |text| Ok(text.into()));
    }
    let json = options.read("type", |text| choice(text, &[("regular", false), ("json", true)]));
    LogOutput {
        to,
        level: options.read("level", level),
        json: json.unwrap_or(false),
    }
}

fn level(text: &str) -> Result<LogLevel, String> {
    let words: Vec<(&str, LogLevel)> = LogLevel::NAMES
        .into_iter()
        // Suricata's names for what is graver than an error, and for nothing at all.
        .chain(["emergency", "alert", "critical", "not set"].map(|name| (name, LogLevel::Error)))
        .collect();
    choice(text, &words)
        .map_err(|_| "write `error`, `warning`, `notice`, `info`, `perf`, `config` or `debug`".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::section::Notes;
    use crate::tree::read_text;

    fn read(yaml: &str) -> (LogConfig, Vec<String>) {
        let tree = read_text(yaml).expect("it is YAML");
        let notes = Notes::default();
        let config = logging(&Section::root(&tree.root, &notes).section("logging"));
        let told = notes.errors.borrow().iter().map(ToString::to_string).collect();
        (config, told)
    }

    #[test]
    fn outputs_are_those_that_are_named() {
        let (config, told) = read(
            "logging:\n  default-log-level: info\n  outputs:\n  - console:\n      enabled: yes\n  - file: {level: perf, filename: a.json, type: json}\n\
             \x20 - file: {enabled: no}\n  - syslog: {enabled: no}\n",
        );
        assert_eq!((config.level, told), (LogLevel::Info, vec![]));
        assert_eq!(
            config.outputs,
            [
                LogOutput {
                    to: LogTarget::Console,
                    level: None,
                    json: false
                },
                LogOutput {
                    to: LogTarget::File("a.json".into()),
                    level: Some(LogLevel::Perf),
                    json: true
                }
            ]
        );
    }

    #[test]
    fn without_the_section_there_is_the_console() {
        assert_eq!(read("a: 1\n").0, LogConfig::default());
        let (config, _) = read("logging: {default-log-level: debug}\n");
        assert_eq!((config.level, config.outputs.len()), (LogLevel::Debug, 1));
    }

    #[test]
    fn mistakes_are_told() {
        let told = read("logging: {default-log-level: loud, outputs: [file: {type: xml}]}\n").1;
        assert_eq!(
            told,
            [
                "test.yaml:1:30: `logging.default-log-level: loud`: write `error`, `warning`, `notice`, `info`, `perf`, `config` or `debug`",
                "test.yaml:1:59: `logging.outputs.0.file.type: xml`: write `regular` or `json`"
            ]
        );
    }
}
