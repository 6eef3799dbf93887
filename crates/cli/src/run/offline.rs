//! Captures: one load of the rules, many captures, each with a state of its own.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use capture::{Batch, Block, CaptureError, CaptureFile, Input};
use config::DeleteWhenDone;
use crossbeam_channel::{Receiver, Sender, bounded};
use engine::detect::RuleSet;
use engine::event::Event;
use engine::keyword::Env;
use engine::worker::AHEAD;

use super::Ready;
use super::drive::{Driven, Sink, Step, Take, Traffic, Workers, drive, of_file};
use super::report::Report;
use super::sets;
use crate::args::RunArgs;
use crate::exit::Exit;
use crate::log::Log;
use crate::setup::Setup;
use crate::{Ended, Failure};

/// Reads all captures and tells `report` of them, in their order.
pub fn run(args: &RunArgs, setup: &Setup, ready: &Ready, report: &mut Report, log: &Log) -> Ended {
    // Only Suricata's command line removes captures: nobody else expects it.
    let delete = if args.manner.suricata {
        setup.config.delete_when_done
    } else {
        DeleteWhenDone::Never
    };
    let inputs = match capture::expand(&args.pcap) {
        // Suricata: a folder without captures is one of which all were read.
        Err(CaptureError::NoCaptures { path, .. }) if log.is_suricata() => {
            log.warning("pcap", &format!("there is no capture in {}", path.display()));
            return Ok(Exit::Success);
        }
        inputs => inputs.map_err(|e| Failure::new(Exit::Capture, e))?,
    };
    if !inputs.skipped.is_empty() && !args.quiet && !log.is_suricata() {
        eprintln!(
            "note: {} files in the folders are no captures and were left out",
            inputs.skipped.len()
        );
    }
    let inputs = inputs.inputs;
    report.captures(inputs.len());
    let run = Run {
        args,
        ready,
        log,
        env: &setup.env,
        delete,
    };
    if args.workers() > 1 && inputs.len() > 1 {
        return run.side_by_side(&inputs, report);
    }
    let mut exit = Exit::Success;
    for (number, input) in inputs.iter().enumerate() {
        report.begin(&name_of(input));
        let before = report.alerts();
        let driven = read(
            args,
            ready,
            args.workers(),
            number,
            input,
            &mut |event: Event, rules: &RuleSet| report.event(&event, rules),
        );
        let complete = driven.result.is_ok();
        exit = exit.and(run.finish(report, driven));
        if complete && run.wants_removed(report.alerts() > before) {
            run.remove(input);
        }
    }
    Ok(exit)
}

/// What all captures of a run have in common.
struct Run<'r> {
    args: &'r RunArgs,
    ready: &'r Ready,
    log: &'r Log,
    env: &'r Env,
    /// What the configuration says of captures that were read.
    delete: DeleteWhenDone,
}

/// What a thread has to say of a capture.
enum Said {
    Events(Vec<Event>),
    End(Box<Driven<CaptureError>>),
}

impl Run<'_> {
    /// Several captures at a time, each on a thread of its own; told in their order all the same.
    fn side_by_side(&self, inputs: &[Input], report: &mut Report) -> Ended {
        let (args, ready) = (self.args, self.ready);
        let (senders, receivers): (Vec<_>, Vec<_>) = inputs.iter().map(|_| bounded::<Said>(BATCHES_AHEAD)).unzip();
        let senders: Vec<std::sync::Mutex<Option<Sender<Said>>>> =
            senders.into_iter().map(|s| Some(s).into()).collect();
        let next = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..args.workers().min(inputs.len()) {
                scope.spawn(|| {
                    // Captures are begun in order, so the one that is told of now is always being read.
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        let Some(input) = inputs.get(number) else { return };
                        let sender = senders[number].lock().ok().and_then(|mut slot| slot.take());
                        if let Some(sender) = sender {
                            one(args, ready, number, input, &sender);
                        }
                    }
                });
            }
            let mut exit = Exit::Success;
            for (input, receiver) in inputs.iter().zip(&receivers) {
                exit = exit.and(self.tell(input, receiver, report));
            }
            Ok(exit)
        })
    }

    fn tell(&self, input: &Input, receiver: &Receiver<Said>, report: &mut Report) -> Exit {
        let name = name_of(input);
        report.begin(&name);
        for said in receiver {
            match said {
                Said::Events(events) => events.iter().for_each(|event| report.event(event, &self.ready.rules)),
                Said::End(driven) => return self.finish(report, *driven),
            }
        }
        self.log.error("pcap", &format!("{name}: its thread ended early"));
        Exit::Usage
    }

    /// Whether a capture that was read to its end is to be removed.
    fn wants_removed(&self, alerted: bool) -> bool {
        match self.delete {
            _ if self.args.manner.delete => true,
            DeleteWhenDone::Never => false,
            DeleteWhenDone::Always => true,
            DeleteWhenDone::WithoutAlerts => !alerted,
        }
    }

    fn remove(&self, input: &Input) {
        if let Input::File(path) = input
            && let Err(error) = fs::remove_file(path)
        {
            self.log
                .warning("pcap", &format!("cannot remove {}: {error}", path.display()));
        }
    }

    fn finish(&self, report: &mut Report, driven: Driven<CaptureError>) -> Exit {
        report.end(&self.ready.rules, &driven.counters, &driven.settler);
        sets::save(self.env, &driven.sets, self.log);
        match driven.result {
            Ok(()) => Exit::Success,
            Err(error) => {
                self.log.error("pcap", &error.to_string());
                // Suricata: a capture that is there is read as far as it goes, and that is that.
                let there = !matches!(error, CaptureError::Open { .. });
                if self.log.is_suricata() && there {
                    Exit::Success
                } else {
                    Exit::Capture
                }
            }
        }
    }
}

/// Reads one capture and sends what comes of it.
fn one(args: &RunArgs, ready: &Ready, number: usize, input: &Input, sender: &Sender<Said>) {
    let mut batch = Vec::new();
    let driven = read(args, ready, 1, number, input, &mut |event: Event, _: &RuleSet| {
        batch.push(event);
        if batch.len() == EVENTS_PER_BATCH {
            // Whoever listens is gone only after a panic.
            let _ = sender.send(Said::Events(std::mem::take(&mut batch)));
        }
    });
    let _ = sender.send(Said::Events(batch));
    let _ = sender.send(Said::End(Box::new(driven)));
}

/// Takes one capture through the engine.
pub fn read(
    args: &RunArgs,
    ready: &Ready,
    workers: usize,
    number: usize,
    input: &Input,
    sink: &mut dyn Sink,
) -> Driven<CaptureError> {
    let number = u32::try_from(number).unwrap_or(u32::MAX);
    let opened = input.open().and_then(|file| Recorded::new(file, args));
    match opened {
        Ok(mut traffic) => drive(ready, Workers::anywhere(workers), number, &mut traffic, sink),
        Err(error) => Driven {
            result: Err(error),
            ..Driven::new(ready)
        },
    }
}

fn name_of(input: &Input) -> String {
    match input {
        Input::File(path) => path.display().to_string(),
        Input::Stdin => "-".to_owned(),
    }
}

#[cfg(feature = "live")]
use capture::Filter;

/// A BPF filter, which takes libpcap.
#[cfg(not(feature = "live"))]
enum Filter {}

#[cfg(not(feature = "live"))]
impl Filter {
    fn matches(&mut self, _frame: &capture::Frame<'_>) -> Result<bool, CaptureError> {
        match *self {}
    }
}

/// What `-f` asks for.
fn filter(args: &RunArgs) -> Result<Option<Filter>, CaptureError> {
    #[cfg(feature = "live")]
    return args.filter.as_deref().map(Filter::new).transpose();
    #[cfg(not(feature = "live"))]
    {
        let _ = args;
        Ok(None)
    }
}

/// Frames of a capture file, and what `-f` and `--count` leave of them.
struct Recorded {
    file: CaptureFile,
    left: Option<u64>,
    filter: Option<Filter>,
    progress: super::progress::Progress,
    /// How many packets there were when progress was looked at.
    told: u64,
}

impl Recorded {
    fn new(file: CaptureFile, args: &RunArgs) -> Result<Self, CaptureError> {
        Ok(Self {
            file,
            left: args.count,
            filter: filter(args)?,
            progress: super::progress::Progress::new(args.quiet || args.workers() > 1),
            told: 0,
        })
    }
}

impl Recorded {
    /// Shows how far the file was read, if many packets came since.
    fn tell_progress(&mut self) {
        let before = std::mem::replace(&mut self.told, self.file.packets());
        if before >> PROGRESS_EVERY != self.told >> PROGRESS_EVERY {
            let (done, total) = self.file.progress();
            self.progress.at(done, total);
        }
    }
}

impl Traffic for Recorded {
    type Error = CaptureError;

    fn next(&mut self, take: &mut Take<'_>) -> Result<Step, CaptureError> {
        let most = self.left.map_or(AHEAD, |left| left.min(AHEAD as u64) as usize);
        if most == 0 {
            self.progress.done();
            return Ok(Step::End);
        }
        let batch = self.file.batch(most)?;
        if batch.is_empty() {
            self.progress.done();
            return Ok(Step::End);
        }
        let mut failed = None;
        let (left, filter) = (&mut self.left, &mut self.filter);
        let mut frames = batch.frames().filter(|frame| {
            if let Some(filter) = filter
                && failed.is_none()
            {
                match filter.matches(frame) {
                    Ok(true) => {}
                    Ok(false) => return false,
                    Err(error) => failed = Some(error),
                }
            }
            *left = left.map(|left| left.saturating_sub(1));
            failed.is_none()
        });
        take(&mut frames.by_ref().map(of_file));
        drop(frames);
        if let Some(error) = failed {
            return Err(error);
        }
        self.tell_progress();
        Ok(Step::Frames)
    }

    fn batch(&mut self, most: usize) -> Option<Result<Batch<'_>, CaptureError>> {
        if self.filter.is_some() || self.left.is_some() {
            return None;
        }
        self.tell_progress();
        Some(self.file.batch(most))
    }

    fn block(&mut self, spare: Block) -> Option<Result<Block, CaptureError>> {
        if self.filter.is_some() || self.left.is_some() {
            return None;
        }
        let block = self.file.block(spare);
        self.tell_progress();
        if block.as_ref().is_ok_and(Block::is_empty) {
            self.progress.done();
        }
        Some(block)
    }
}

/// Progress is shown after so many packets, as a power of two.
const PROGRESS_EVERY: u32 = 12;

/// Events that are handed on together.
const EVENTS_PER_BATCH: usize = 256;

/// LIMIT: so many batches of a capture wait for those before it.
const BATCHES_AHEAD: usize = 64;
