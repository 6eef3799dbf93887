//! What the program says of itself: on the console, and in the logs that a configuration names.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Mutex;
use std::time::{SystemTime, UNIX_EPOCH};

use config::{LogConfig, LogLevel, LogTarget};
use engine::eve::Rfc3339;
use packet::Timestamp;
use serde_json::json;

/// Says what the program does and what is wrong.
pub struct Log {
    manner: Manner,
    targets: Mutex<Vec<Target>>,
}

/// How the console is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// `warning: ...`; notices are not for the console.
    Own { quiet: bool },
    /// `Warning: detect: ...`, as the configuration says.
    Suricata,
}

struct Target {
    /// `None` is the console.
    file: Option<File>,
    level: LogLevel,
    json: bool,
}

impl Log {
    /// The console of this program's own command line; nothing but errors when `quiet`.
    pub fn own(quiet: bool) -> Self {
        Self {
            manner: Manner::Own { quiet },
            targets: Mutex::default(),
        }
    }

    /// The console in Suricata's manner, before there is a configuration.
    pub fn console() -> Self {
        Self::with_targets(vec![Target {
            file: None,
            level: LogLevel::Notice,
            json: false,
        }])
    }

    /// The console and the files of a configuration; relative paths are meant from `folder`. More is said with every
    /// `-v`.
    ///
    /// # Errors
    /// When a file cannot be opened.
    pub fn open(config: &LogConfig, folder: &Path, verbose: u8) -> io::Result<Self> {
        let mut targets = Vec::new();
        for output in &config.outputs {
            let file = match &output.to {
                LogTarget::Console => None,
                LogTarget::File(path) => Some(open(&folder.join(path))?),
            };
            let level = output.level.unwrap_or(config.level);
            targets.push(Target {
                file,
                level: if verbose > 0 {
                    level.max(LogLevel::of_verbosity(verbose))
                } else {
                    level
                },
                json: output.json,
            });
        }
        Ok(Self::with_targets(targets))
    }

    fn with_targets(targets: Vec<Target>) -> Self {
        Self {
            manner: Manner::Suricata,
            targets: Mutex::new(targets),
        }
    }

    /// Whether it speaks in Suricata's manner.
    pub fn is_suricata(&self) -> bool {
        self.manner == Manner::Suricata
    }

    /// Says something; `module` is the part of the program that it is about.
    pub fn say(&self, level: LogLevel, module: &str, message: &str) {
        match self.manner {
            Manner::Own { quiet } => match level {
                LogLevel::Error => eprintln!("error: {message}"),
                LogLevel::Warning if !quiet => eprintln!("warning: {message}"),
                _ => {}
            },
            Manner::Suricata => {
                let Ok(mut targets) = self.targets.lock() else { return };
                for target in targets.iter_mut().filter(|target| level <= target.level) {
                    target.say(level, module, message);
                }
            }
        }
    }

    /// An error.
    pub fn error(&self, module: &str, message: &str) {
        self.say(LogLevel::Error, module, message);
    }

    /// A warning.
    pub fn warning(&self, module: &str, message: &str) {
        self.say(LogLevel::Warning, module, message);
    }

    /// What was loaded and read; in Suricata's manner only.
    pub fn info(&self, module: &str, message: &str) {
        self.say(LogLevel::Info, module, message);
    }
}

impl Target {
    /// Writes a line; one that cannot be written is nothing to end the program for.
    fn say(&mut self, level: LogLevel, module: &str, message: &str) {
        let line = if self.json {
            let record = json!({
                "timestamp": Rfc3339(now()),
                "log_level": level.name(),
                "event_type": "engine",
                "engine": {"message": message, "thread_name": "Suricata-Main", "module": module},
            });
            record.to_string()
        } else {
            format!("{}: {module}: {message}", level.name())
        };
        let _ = match &mut self.file {
            Some(file) => writeln!(file, "{line}"),
            // Suricata: errors go to standard error, the rest to standard output.
            None if level == LogLevel::Error => writeln!(io::stderr(), "{line}"),
            None => writeln!(io::stdout(), "{line}"),
        };
    }
}

/// Opens a log for more, and makes its folder if need be.
fn open(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    OpenOptions::new().create(true).append(true).open(path)
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(since.as_nanos().try_into().unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use config::LogOutput;

    #[test]
    fn files_have_what_their_level_asks_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = |name: &str, json: bool| LogOutput {
            to: LogTarget::File(name.into()),
            level: json.then_some(LogLevel::Error),
            json,
        };
        let config = LogConfig {
            level: LogLevel::Warning,
            outputs: vec![file("a.log", false), file("b.json", true)],
        };
        let log = Log::open(&config, folder.path(), 0).expect("files can be made");
        log.error("detect", "say \"no\"");
        log.warning("pcap", "careful");
        log.info("pcap", "by the way");
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect("it is written");
        assert_eq!(read("a.log"), "Error: detect: say \"no\"\nWarning: pcap: careful\n");
        let json = read("b.json");
        assert_eq!(json.lines().count(), 1);
        let record: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
        assert_eq!(
            (
                &record["engine"]["message"],
                &record["engine"]["module"],
                &record["log_level"]
            ),
            (&json!("say \"no\""), &json!("detect"), &json!("Error"))
        );
    }

    #[test]
    fn more_is_said_with_every_v() {
        let folder = tempfile::tempdir().expect("a folder");
        let config = LogConfig {
            level: LogLevel::Error,
            outputs: vec![LogOutput {
                to: LogTarget::File("a.log".into()),
                level: None,
                json: false,
            }],
        };
        let log = Log::open(&config, folder.path(), 1).expect("a file can be made");
        log.info("pcap", "read");
        log.say(LogLevel::Perf, "pcap", "slow");
        let text = std::fs::read_to_string(folder.path().join("a.log")).expect("it is written");
        assert_eq!(text, "Info: pcap: read\n");
    }
}
