//! Live traffic: until a signal, or `--count`.

mod affinity;
mod intake;
mod options;
mod reload;
mod rings;
mod signals;
mod traffic;
mod user;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use capture::CaptureError;
use engine::detect::RuleSet;
use engine::event::Event;

use self::affinity::{Affinity, ranges};
use self::intake::{Intake, Until};
use self::options::Opened;
use self::reload::{Load, Reload};
use self::rings::RingTraffic;
use self::signals::Signals;
use self::traffic::LiveTraffic;
use super::Ready;
use super::drive::{Sink, Workers, drive};
use super::report::Report;
use super::sets;
use crate::args::RunArgs;
use crate::exit::Exit;
use crate::log::Log;
use crate::setup::Setup;
use crate::{Ended, Failure};

/// Guards interfaces until a signal, or `--count`.
pub fn run(args: &RunArgs, (setup, log): (&Setup, &Log), ready: &Ready, load: Load<'_>, say_ready: &dyn Fn()) -> Ended {
    let usage = |error: anyhow::Error| Failure::new(Exit::Usage, error);
    let affinity = Affinity::new(args, setup)?;
    let wanted = options::workers(args, setup);
    let alone = ready.rules.needs_one_worker().filter(|_| wanted > 1);
    let workers = if alone.is_some() { 1 } else { wanted };
    let signals = Signals::listen().map_err(usage)?;
    let mut report = Report::new(args, setup, ready, Some(args.interface.join(","))).map_err(usage)?;
    let opened = options::open(args, setup, workers).map_err(|e| Failure::new(Exit::Capture, e))?;
    // Interfaces and logs are open: what is left needs no privileges.
    let user = args.user.as_deref().or(setup.config.run_as.0.as_deref());
    if let Some(user) = user {
        user::become_user(user).map_err(usage)?;
    }
    say_ready();
    if !args.quiet {
        if let Some(reason) = alone {
            eprintln!("note: one worker runs, not {wanted}: {reason}");
        }
        if args.verbose > 0 {
            say_how(&opened, workers, &affinity);
        }
        eprintln!("listening on {}; Ctrl-C ends it", args.interface.join(", "));
    }
    report.begin("");
    let watch = Watch {
        args,
        setup,
        log,
        ready,
        load,
        affinity: &affinity,
        workers,
    };
    let exit = watch.until_the_end(opened, &signals, &mut report);
    let alerts = report.finish().map_err(usage)?;
    Ok(exit.and(alerts))
}

/// What is needed to watch interfaces that are open.
struct Watch<'w> {
    args: &'w RunArgs,
    setup: &'w Setup,
    log: &'w Log,
    ready: &'w Ready,
    load: Load<'w>,
    affinity: &'w Affinity,
    workers: usize,
}

impl Watch<'_> {
    fn until_the_end(&self, opened: Opened, signals: &Signals, report: &mut Report) -> Exit {
        let until = Until {
            stop: Arc::clone(&signals.stop),
            over: Arc::default(),
            left: self.args.count.map(|count| Arc::new(AtomicU64::new(count))),
            patience: opened.patience,
        };
        let mut told = Told {
            report,
            reopen: &signals.reopen,
        };
        let readers = opened.readers.len();
        let intakes = opened.readers.into_iter().enumerate();
        let mut intakes: Vec<Intake> = intakes
            .map(|(place, live)| Intake::new(live, until.clone(), (place, readers)))
            .collect();
        let result = thread::scope(|scope| {
            let reload = (self.affinity, self.workers);
            let mut reload = Reload::new(Arc::clone(&signals.reload), self.load, scope, reload);
            match intakes.pop() {
                Some(intake) if intakes.is_empty() => self.by_one(intake, &mut reload, &mut told),
                last => {
                    intakes.extend(last);
                    self.by_rings(intakes, &mut reload, &mut told)
                }
            }
        });
        match result {
            Ok(()) => Exit::Success,
            Err(error) => {
                eprintln!("error: {error}");
                Exit::Capture
            }
        }
    }

    /// One reader, for one worker or several.
    fn by_one(&self, intake: Intake, reload: &mut Reload<'_, '_>, told: &mut Told<'_>) -> Result<(), CaptureError> {
        let mut traffic = LiveTraffic { intake, reload };
        let settle_in = |worker| self.affinity.settle_in(worker);
        let workers = Workers {
            count: self.workers,
            settle_in: &settle_in,
        };
        let driven = drive(self.ready, workers, 0, &mut traffic, told);
        told.report.end(&driven.rules, &driven.counters, &driven.settler);
        sets::save(&self.setup.env, &driven.sets, self.log);
        let ring = RingTraffic {
            packets: driven.counters.packets,
            kernel: traffic.intake.live.stats(),
        };
        self.tell_traffic(vec![ring], told.report);
        driven.result
    }

    /// A worker for each reader.
    fn by_rings(
        &self,
        intakes: Vec<Intake>,
        reload: &mut Reload<'_, '_>,
        told: &mut Told<'_>,
    ) -> Result<(), CaptureError> {
        let ended = rings::run(self.ready, intakes, self.affinity, reload, told);
        told.report.end(&ended.rules, &ended.counters, &ended.settler);
        self.tell_traffic(ended.rings, told.report);
        ended.result
    }

    fn tell_traffic(&self, rings: Vec<RingTraffic>, report: &mut Report) {
        let mut known = Vec::new();
        for ring in rings {
            match ring.kernel {
                Ok(stats) => known.push((ring.packets, stats)),
                Err(error) => {
                    eprintln!("warning: the kernel's counters cannot be read: {error}");
                    known.push((ring.packets, Vec::new()));
                }
            }
        }
        report.interfaces(&known);
    }
}

/// Tells of what is found, and opens the logs again when a signal asks for it.
struct Told<'t> {
    report: &'t mut Report,
    reopen: &'t AtomicBool,
}

impl Sink for Told<'_> {
    fn event(&mut self, event: Event, rules: &RuleSet) {
        self.reopen();
        self.report.event(&event, rules);
    }

    fn pause(&mut self) {
        self.reopen();
        self.report.flush();
    }

    fn retire(&mut self, rules: &RuleSet, alerts: &[u64]) {
        self.report.retire(rules, alerts);
    }
}

impl Told<'_> {
    fn reopen(&mut self) {
        if self.reopen.load(Ordering::Relaxed) && self.reopen.swap(false, Ordering::Relaxed) {
            self.report.reopen();
        }
    }
}

fn say_how(opened: &Opened, workers: usize, affinity: &Affinity) {
    for one in opened.readers.first().map(capture::Live::opened).unwrap_or_default() {
        let method = match one.method {
            capture::CaptureMethod::AfPacket => "AF_PACKET",
            _ => "libpcap",
        };
        match &one.fallback {
            Some(reason) => eprintln!("{} is read by {method}, not by AF_PACKET: {reason}", one.interface),
            None => eprintln!("{} is read by {method}", one.interface),
        }
    }
    match &opened.alone {
        Some(reason) => eprintln!("{workers} workers share one reader, since none has a ring of its own: {reason}"),
        None if workers > 1 => eprintln!("{workers} workers, each with a ring of its own of each interface"),
        None => {}
    }
    for worker in 0..workers {
        let cores = affinity.of_worker(worker);
        if !cores.is_empty() {
            eprintln!("worker {} runs on core {}", worker + 1, ranges(cores));
        }
    }
}
