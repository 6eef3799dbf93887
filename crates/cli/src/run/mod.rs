//! Reading traffic: `ruleids -r RULES (-p PCAP | -i IFACE)`.

mod drive;
#[cfg(feature = "live")]
mod live;
mod offline;
mod pipeline;
mod profiled;
mod progress;
mod report;
mod sets;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, anyhow};
use config::LogLevel;
use engine::config::Config;
use engine::detect::RuleSet;
use rule_parser::{Diagnostic, RuleFile, Severity, SourceText};

use crate::args::{Checksums, RunArgs};
use crate::exit::Exit;
use crate::log::Log;
use crate::setup::{Setup, registry};
use crate::{Ended, Failure, load};
pub use profiled::{Profiled, profile as profile_captures};
use report::Report;

/// Rules and configuration, ready for packets.
pub struct Ready {
    pub config: Arc<Config>,
    pub rules: Arc<RuleSet>,
    /// Rules that cannot be loaded.
    pub refused: usize,
    /// Rules that say themselves that they are for another program.
    pub skipped: usize,
    /// File and line of each rule, if they were asked for.
    pub places: Vec<String>,
}

/// Reads traffic, as the command line says.
pub fn run(args: &RunArgs) -> Ended {
    let started = Instant::now();
    share_the_load();
    if args.rules.is_empty() && args.config.is_none() && !args.manner.no_rules {
        return Err(Failure::new(
            Exit::Usage,
            anyhow!("no rules: name files or folders with -r, or a configuration with -c"),
        ));
    }
    let mut setup = set_up(args).map_err(|error| {
        log_failure(args, &error);
        Failure::new(Exit::Rules, error)
    })?;
    let log = open_log(args, &setup)?;
    for problem in &setup.problems {
        log.error(problem.module, &problem.message);
    }
    for list in setup.config.reputation.iter().flat_map(|files| &files.lists) {
        log.info("reputation", &format!("Loading reputation file: {}", list.display()));
    }
    let ready = prepare(args, &mut setup, &log)?;
    // PERF: the system takes the memory of tens of thousands of rules back at once; giving it back piece by piece takes a
    // tenth of a second.
    std::mem::forget(Arc::clone(&ready.rules));
    for warning in &setup.config.warnings {
        log.warning("conf", warning);
    }
    for warning in setup.env.app_layer.warnings() {
        log.warning("app-layer-detect-proto", warning);
    }
    if args.verbose > 0 && !setup.config.unused.is_empty() {
        let keys = setup.config.unused.join(", ");
        note(
            &log,
            &format!("these keys of the configuration have no effect here: {keys}"),
        );
    }
    let refused = refused(args, &setup, &ready, &log);
    let say_ready = || {
        if args.verbose > 0 {
            eprintln!(
                "ready: {} rules loaded in {:.3} s",
                ready.rules.rules.len(),
                started.elapsed().as_secs_f64()
            );
        }
    };
    if args.test || args.manner.analysis || (args.manner.suricata && refused != Exit::Success) {
        say_ready();
        return Ok(refused);
    }
    #[cfg(feature = "live")]
    if !args.interface.is_empty() {
        let again = || reload(args);
        return live::run(args, (&setup, &log), &ready, &again, &say_ready);
    }
    if args.pcap.is_empty() {
        return Err(Failure::new(
            Exit::Usage,
            anyhow!("nothing to read: name a capture with -p or an interface with -i"),
        ));
    }
    let mut report = Report::new(args, &setup, &ready, None).map_err(|e| Failure::new(Exit::Usage, e))?;
    say_ready();
    let exit = refused.and(offline::run(args, &setup, &ready, &mut report, &log)?);
    report
        .finish()
        .map(|alerts| exit.and(alerts))
        .map_err(|e| Failure::new(Exit::Usage, e))
}

/// Says in the logs that a configuration names what is wrong with it.
fn log_failure(args: &RunArgs, error: &anyhow::Error) {
    let Ok((mut config, folder)) = request(args).log() else {
        return;
    };
    // The console is told anyway.
    config.outputs.retain(|output| output.to != config::LogTarget::Console);
    let folder = args.log_dir.clone().or(folder).unwrap_or_default();
    if args.manner.suricata
        && let Ok(log) = Log::open(&config, &folder, args.verbose)
    {
        log.error("conf", &format!("{error:#}"));
    }
}

/// Makes this thread one of those that read rules.
// PERF: what a thread frees, the allocator keeps for that thread at first: this one goes on to read traffic, so that it
// should be among those that freed what was read of the rules.
fn share_the_load() {
    // Rules are read anew on another thread, which must find one at work beside this.
    let threads = std::thread::available_parallelism().map_or(2, |cores| cores.get().max(2));
    // It fails where there is a pool already, which is as good.
    let _ = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .use_current_thread()
        .build_global();
}

fn set_up(args: &RunArgs) -> anyhow::Result<Setup> {
    Setup::new(request(args), &args.rules, args.manner.suricata)
}

fn request(args: &RunArgs) -> config::Request {
    config::Request {
        path: args.config.clone(),
        include: args.manner.include.clone(),
        set: args.set.clone(),
        inline: args.manner.inline,
        ..config::Request::default()
    }
}

/// Where the program says what it does: the configuration decides with Suricata's command line.
fn open_log(args: &RunArgs, setup: &Setup) -> Result<Log, Failure> {
    if !args.manner.suricata {
        return Ok(Log::own(args.quiet));
    }
    let folder = report::log_folder(args, setup).unwrap_or_default();
    let log = report::make_folder(&folder).and_then(|()| {
        Log::open(&setup.config.logging, &folder, args.verbose).with_context(|| "cannot open the log".to_owned())
    });
    let log = log.map_err(|e| Failure::new(Exit::Usage, e))?;
    let (mode, level) = (
        if args.test { "SYSTEM" } else { "USER" },
        LogLevel::of_verbosity(args.verbose),
    );
    let version = crate::suricata::version();
    log.say(
        LogLevel::Notice,
        "suricata",
        &format!("{version} running in {mode} mode"),
    );
    if args.verbose > 0 {
        log.info("suricata", &format!("Running with verbose level {}", level.name()));
    }
    Ok(log)
}

/// What rules and files in error mean for how the program ends.
fn refused(args: &RunArgs, setup: &Setup, ready: &Ready, log: &Log) -> Exit {
    let any = ready.refused > 0 || !setup.problems.is_empty();
    let strict = !args.keep_going || (args.test && args.manner.suricata);
    if !any || !strict {
        return Exit::Success;
    }
    if args.manner.suricata {
        log.error("suricata", "Loading signatures failed.");
    }
    Exit::Rules
}

fn note(log: &Log, message: &str) {
    if log.is_suricata() {
        log.info("conf", message);
    } else {
        eprintln!("note: {message}");
    }
}

/// Loads the rules; what is wrong with them is told.
fn prepare(args: &RunArgs, setup: &mut Setup, log: &Log) -> Result<Ready, Failure> {
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
    let mut paths = rule_paths(args, &config.rule_files);
    let mut missing = 0;
    if args.manner.suricata {
        let (there, not_there): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| path.exists());
        for path in &not_there {
            log.warning("detect", &format!("No rule files match the pattern {}", path.display()));
        }
        (paths, missing) = (there, not_there.len());
    }
    let read = load::read(&paths).map_err(fail)?;
    let sources = load::texts(&read);
    let registry = registry();
    let mut files = load::parse(&sources, args.dialect, false);
    let compiler = setup.compiler(&registry);
    let with_texts = setup.config.eve.iter().any(|log| log.options.alert.rule);
    let mut compilation = if with_texts || args.manner.suricata {
        compiler.compile(&files)
    } else {
        compiler.compile_and_free(&mut files)
    };
    if with_texts {
        keep_texts(&mut compilation.rules, &sources, &files);
    }
    let refused: usize = compilation.files.iter().map(|f| f.refused).sum();
    let skipped: usize = compilation.files.iter().map(|f| f.skipped).sum();
    if args.manner.suricata {
        crate::suricata::tell_rules(log, &sources, &files, &compilation, missing);
        if args.manner.analysis {
            let folder = report::log_folder(args, setup).unwrap_or_default();
            crate::suricata::write_analysis(&folder, (&sources, &files), &compilation.rules, &registry)
                .map_err(|error| fail(anyhow!("cannot write rules.json: {error}")))?;
        }
        let thresholds = setup.thresholds.len();
        log.info(
            "threshold-config",
            &format!("Threshold config parsed: {thresholds} rule(s) found"),
        );
    } else if !args.quiet {
        tell(&sources, &compilation.diagnostics, refused);
    }
    let places = if args.manner.places {
        places(&compilation.rules, &sources)
    } else {
        Vec::new()
    };
    let mut engine = setup.config.engine.clone();
    report::wants(args, setup, &mut engine);
    Ok(Ready {
        config: Arc::new(engine),
        rules: Arc::new(compilation.rules),
        refused: refused + missing,
        skipped,
        places,
    })
}

/// Keeps the texts of the rules, for records that show them.
fn keep_texts(rules: &mut RuleSet, sources: &[SourceText<'_>], files: &[RuleFile<'_>]) {
    let mut texts = HashMap::new();
    for (number, (source, file)) in (0u32..).zip(sources.iter().zip(files)) {
        for rule in file.rules.iter().filter(|rule| rule.enabled) {
            texts.insert((number, rule.sid().unwrap_or(0)), &source.text()[rule.span.range()]);
        }
    }
    for meta in &mut rules.meta {
        if let Some(text) = texts.get(&(meta.origin.0, meta.sid)) {
            (*text).clone_into(&mut meta.text);
        }
    }
}

/// The file and the line of each rule.
fn places(rules: &RuleSet, sources: &[SourceText<'_>]) -> Vec<String> {
    let place = |(file, start): (u32, u32)| {
        let source = sources.get(file as usize)?;
        Some(format!("{}:{}", source.path(), source.position(start).line))
    };
    let all = rules.meta.iter().map(|meta| place(meta.origin).unwrap_or_default());
    all.collect()
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
        paths.extend(configured.iter().cloned());
    }
    paths
}

/// Loads the rules again, while traffic goes on.
#[cfg(feature = "live")]
fn reload(args: &RunArgs) -> anyhow::Result<Arc<RuleSet>> {
    let mut setup = set_up(args)?;
    let log = if args.manner.suricata {
        Log::console()
    } else {
        Log::own(args.quiet)
    };
    match prepare(args, &mut setup, &log) {
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
