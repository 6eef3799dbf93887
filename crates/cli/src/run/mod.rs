//! Reading traffic: `ruleids -r RULES (-p PCAP | -i IFACE)`.

mod drive;
#[cfg(feature = "live")]
mod live;
mod offline;
mod pipeline;
mod progress;
mod report;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use anyhow::anyhow;
use engine::config::Config;
use engine::detect::RuleSet;
use rule_parser::{Diagnostic, Severity, SourceText};

use crate::args::{Checksums, RunArgs};
use crate::exit::Exit;
use crate::setup::{Setup, registry};
use crate::{Ended, Failure, load};
use report::Report;

/// Rules and configuration, ready for packets.
pub struct Ready {
    pub config: Arc<Config>,
    pub rules: Arc<RuleSet>,
    /// Rules that cannot be loaded.
    pub refused: usize,
    /// Rules that say themselves that they are for another program.
    pub skipped: usize,
}

/// Reads traffic, as the command line says.
pub fn run(args: &RunArgs) -> Ended {
    let started = Instant::now();
    if args.rules.is_empty() && args.config.is_none() && !args.manner.no_rules {
        return Err(Failure::new(
            Exit::Usage,
            anyhow!("no rules: name files or folders with -r, or a configuration with -c"),
        ));
    }
    let mut setup = Setup::new(args.config.as_deref(), &args.set, &args.rules, args.manner.inline)
        .map_err(|e| Failure::new(Exit::Rules, e))?;
    let ready = prepare(args, &mut setup)?;
    if !args.quiet {
        setup
            .config
            .warnings
            .iter()
            .for_each(|warning| eprintln!("warning: {warning}"));
    }
    if args.verbose > 0 && !setup.config.unused.is_empty() {
        eprintln!(
            "note: these keys of the configuration have no effect here: {}",
            setup.config.unused.join(", ")
        );
    }
    let refused = if ready.refused > 0 && !args.keep_going {
        Exit::Rules
    } else {
        Exit::Success
    };
    let say_ready = || {
        if args.verbose > 0 {
            eprintln!(
                "ready: {} rules loaded in {:.3} s",
                ready.rules.rules.len(),
                started.elapsed().as_secs_f64()
            );
        }
    };
    if args.test {
        say_ready();
        return Ok(refused);
    }
    #[cfg(feature = "live")]
    if !args.interface.is_empty() {
        let again = || reload(args);
        return live::run(args, &setup, &ready, &again, &say_ready);
    }
    if args.pcap.is_empty() {
        return Err(Failure::new(
            Exit::Usage,
            anyhow!("nothing to read: name a capture with -p or an interface with -i"),
        ));
    }
    let mut report = Report::new(args, &setup, &ready, None).map_err(|e| Failure::new(Exit::Usage, e))?;
    say_ready();
    let exit = refused.and(offline::run(args, &ready, &mut report)?);
    report
        .finish()
        .map(|alerts| exit.and(alerts))
        .map_err(|e| Failure::new(Exit::Usage, e))
}

/// Loads the rules; what is wrong with them is told on stderr.
fn prepare(args: &RunArgs, setup: &mut Setup) -> Result<Ready, Failure> {
    let fail = |e| Failure::new(Exit::Rules, e);
    if let Some(folder) = &args.manner.data_dir {
        setup.env.data_folder.clone_from(folder);
    }
    let config = &mut setup.config;
    match (args.checksums, config.capture_checksums) {
        (Some(Checksums::None), _) | (None, config::Checksums::No) => config.engine.stream.checksum_validation = false,
        (Some(Checksums::All), _) => config.engine.stream.checksum_validation = true,
        (None, _) => {}
    }
    let paths = rule_paths(args, &config.rule_files);
    let read = load::read(&paths).map_err(fail)?;
    let sources = load::texts(&read);
    let registry = registry();
    let compilation = load::compile(&sources, args.dialect, &setup.compiler(&registry));
    let refused = compilation.files.iter().map(|f| f.refused).sum();
    let skipped = compilation.files.iter().map(|f| f.skipped).sum();
    if !args.quiet {
        tell(&sources, &compilation.diagnostics, refused);
    }
    let mut engine = setup.config.engine.clone();
    report::wants(args, setup, &mut engine);
    Ok(Ready {
        config: Arc::new(engine),
        rules: Arc::new(compilation.rules),
        refused,
        skipped,
    })
}

/// The rules to load: those of the command line, else, or with Suricata's `-s` beside them, those of the configuration.
fn rule_paths(args: &RunArgs, configured: &[PathBuf]) -> Vec<PathBuf> {
    let manner = &args.manner;
    if manner.no_rules {
        return Vec::new();
    }
    let mut paths = args.rules.clone();
    if paths.is_empty() || (manner.suricata && !manner.exclusive) {
        // Suricata: a rule file of the configuration may be missing.
        let there = configured.iter().filter(|path| !manner.suricata || path.exists());
        paths.extend(there.cloned());
    }
    paths
}

/// Loads the rules again, while traffic goes on.
#[cfg(feature = "live")]
fn reload(args: &RunArgs) -> anyhow::Result<Arc<RuleSet>> {
    let mut setup = Setup::new(args.config.as_deref(), &args.set, &args.rules, args.manner.inline)?;
    match prepare(args, &mut setup) {
        Ok(ready) => Ok(ready.rules),
        Err(failure) => Err(failure.error),
    }
}

/// Draws the first of the errors and counts the rest.
fn tell(sources: &[SourceText<'_>], found: &[Vec<Diagnostic>], refused: usize) {
    let mut left = SHOWN;
    for (source, diagnostics) in sources.iter().zip(found) {
        let errors = diagnostics.iter().filter(|d| d.severity == Severity::Error);
        let errors: Vec<Diagnostic> = errors.take(left).cloned().collect();
        left -= errors.len();
        if !errors.is_empty() {
            eprint!("{}", rule_parser::render(source, &errors, false));
        }
    }
    if refused > 0 {
        eprintln!("warning: {refused} rules were refused and are not loaded; `ruleids check` tells of each");
    }
}

/// So many errors are drawn in full.
const SHOWN: usize = 5;
