//! Reading traffic: `ruleids -r RULES (-p PCAP | -i IFACE)`.

mod offline;
mod pipeline;

use std::sync::Arc;
use std::time::Instant;

use engine::config::Config;
use engine::detect::RuleSet;
use rule_parser::{Diagnostic, Severity};

use crate::args::{Checksums, RunArgs};
use crate::exit::Exit;
use crate::setup::Setup;
use crate::{Ended, Failure, load};

/// Rules and configuration, ready for packets.
pub struct Ready {
    pub config: Arc<Config>,
    pub rules: Arc<RuleSet>,
    pub refused: usize,
}

pub fn run(args: &RunArgs) -> Ended {
    let started = Instant::now();
    let ready = prepare(args)?;
    let refused = if ready.refused > 0 && !args.keep_going {
        Exit::Rules
    } else {
        Exit::Success
    };
    if args.verbose > 0 {
        eprintln!(
            "ready: {} rules loaded in {:.3} s",
            ready.rules.rules.len(),
            started.elapsed().as_secs_f64()
        );
    }
    if args.test {
        return Ok(refused);
    }
    if !args.pcap.is_empty() {
        return Ok(refused.and(offline::run(args, &ready)?));
    }
    Err(Failure::new(
        Exit::Usage,
        anyhow::anyhow!("nothing to read: name a capture with -p or an interface with -i"),
    ))
}

/// Loads everything; what is wrong with rules is told on stderr.
fn prepare(args: &RunArgs) -> Result<Ready, Failure> {
    let fail = |e| Failure::new(Exit::Rules, e);
    let mut setup = Setup::new(args.config.as_deref(), &args.set, &args.rules).map_err(fail)?;
    match args.checksums {
        Some(Checksums::None) => setup.engine.stream.checksum_validation = false,
        Some(Checksums::All) => setup.engine.stream.checksum_validation = true,
        None => {}
    }
    let read = load::read(&args.rules).map_err(fail)?;
    let sources = load::texts(&read);
    let registry = setup.registry();
    let compilation = load::compile(&sources, args.dialect, &setup.compiler(&registry));
    let refused = compilation.files.iter().map(|f| f.refused).sum();
    if !args.quiet {
        tell(&sources, &compilation.diagnostics, refused);
    }
    Ok(Ready {
        config: Arc::new(setup.engine),
        rules: Arc::new(compilation.rules),
        refused,
    })
}

/// Draws the first of the errors and counts the rest.
fn tell(sources: &[rule_parser::SourceText<'_>], found: &[Vec<Diagnostic>], refused: usize) {
    let mut left = SHOWN;
    for (source, diagnostics) in sources.iter().zip(found) {
        let errors: Vec<Diagnostic> = diagnostics
            .iter()
            .filter(|d| d.severity == Severity::Error)
            .take(left)
            .cloned()
            .collect();
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
