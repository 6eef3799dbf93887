//! Captures read to count what rules cost: nothing is logged.

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use anyhow::anyhow;
use engine::config::{Config, ProfileConfig, ReportConfig};
use engine::detect::RuleSet;
use engine::event::Event;
use engine::worker::WorkerCounters;

use super::{Ready, offline, open_log, prepare, refused, set_up, share_the_load};
use crate::Failure;
use crate::args::RunArgs;
use crate::exit::Exit;

/// What captures came to.
pub struct Profiled {
    pub ready: Ready,
    /// With the profile in it.
    pub counters: WorkerCounters,
    /// Alerts, by the index of the rule.
    pub alerts: Vec<u64>,
    pub captures: usize,
    pub exit: Exit,
}

/// Reads the captures; with `time`, the clock is looked at too.
pub fn profile(args: &RunArgs, time: bool) -> Result<Profiled, Failure> {
    if args.rules.is_empty() && args.config.is_none() {
        return Err(Failure::new(
            Exit::Usage,
            anyhow!("no rules: name files or folders with -r, or a configuration with -c"),
        ));
    }
    share_the_load();
    let mut setup = set_up(args).map_err(|error| Failure::new(Exit::Rules, error))?;
    let log = open_log(args, &setup)?;
    let mut ready = prepare(args, &mut setup, &log)?;
    let mut config = Config::clone(&ready.config);
    config.app.records.clear();
    config.report = ReportConfig::default();
    config.profile = Some(ProfileConfig {
        clock: time.then_some(nanoseconds),
    });
    ready.config = Arc::new(config);
    let inputs = capture::expand(&args.pcap)
        .map_err(|e| Failure::new(Exit::Capture, e))?
        .inputs;
    let mut profiled = Profiled {
        exit: refused(args, &setup, &ready, &log),
        counters: WorkerCounters::default(),
        alerts: vec![0; ready.rules.rules.len()],
        captures: inputs.len(),
        ready,
    };
    let workers = args.workers();
    for (number, input) in inputs.iter().enumerate() {
        let driven = offline::read(
            args,
            &profiled.ready,
            workers,
            number,
            input,
            &mut |_: Event, _: &RuleSet| {},
        );
        profiled.counters.add(&driven.counters);
        for (all, these) in profiled.alerts.iter_mut().zip(&driven.settler.alerts) {
            *all += these;
        }
        if let Err(error) = driven.result {
            log.error("pcap", &error.to_string());
            profiled.exit = profiled.exit.and(Exit::Capture);
        }
    }
    Ok(profiled)
}

/// Nanoseconds since this was asked first.
fn nanoseconds() -> u64 {
    static BEGAN: OnceLock<Instant> = OnceLock::new();
    let since = BEGAN.get_or_init(Instant::now).elapsed();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}
