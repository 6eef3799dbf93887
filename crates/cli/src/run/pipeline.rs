//! Traffic on several workers: a reader cuts it in rounds, each worker gets its shards' packets of a round, and what
//! they give is merged in the order of the capture before policy sees it. So the output does not depend on the number
//! of workers.

use std::sync::Arc;
use std::thread::{self, Scope, ScopedJoinHandle};

use crossbeam_channel::{Receiver, Sender, bounded};
use engine::detect::RuleSet;
use engine::event::Position;
use engine::policy::Policy;
use engine::shard_of;
use engine::worker::{AHEAD, Ahead, Frame, Output, Worker, WorkerCounters};
use packet::{LinkType, Timestamp};

use super::Ready;
use super::drive::{Driven, Sink, Step, Traffic, Workers};

/// Takes traffic through `workers` threads.
pub fn run<T: Traffic>(
    ready: &Ready,
    workers: Workers<'_>,
    capture: u32,
    traffic: &mut T,
    sink: &mut dyn Sink,
) -> Driven<T::Error> {
    let mut driven = Driven::new(ready);
    let mut rules = Arc::clone(&ready.rules);
    thread::scope(|scope| {
        let (inputs, outputs, handles) = start(scope, ready, workers, capture);
        let reader = scope.spawn(move || read(&inputs, workers.count, traffic));
        let mut policy = Policy::default();
        let mut merged = Vec::new();
        // A worker answers each round once; what the end of the capture brings about is its last answer.
        while !outputs.is_empty() {
            let (mut ended, mut paused) = (false, false);
            for output in &outputs {
                match output.recv() {
                    Ok(round) => {
                        merged.extend(round.outputs);
                        paused |= round.paused;
                        if let Some(new) = round.rules
                            && !Arc::ptr_eq(&new, &rules)
                        {
                            sink.retire(&rules, &driven.settler.alerts);
                            driven.settler.replace_rules(&new);
                            policy = Policy::default();
                            rules = new;
                        }
                    }
                    Err(_) => ended = true,
                }
            }
            merged.sort_by_key(position);
            for output in merged.drain(..) {
                match output {
                    Output::Event(event) => sink.event(*event, &rules),
                    Output::Matches(matches) => {
                        driven
                            .settler
                            .settle(&rules, &mut policy, &matches, &mut |event| sink.event(event, &rules));
                    }
                }
            }
            if paused {
                sink.pause();
            }
            if ended {
                break;
            }
        }
        for handle in handles {
            driven.counters.add(&joined(handle));
        }
        driven.result = joined(reader);
        driven.rules = rules;
    });
    driven
}

/// A worker's packets of a round: their bytes one behind another.
#[derive(Default)]
struct Batch {
    bytes: Vec<u8>,
    frames: Vec<Held>,
    /// Other rules, from this round on.
    rules: Option<Arc<RuleSet>>,
    /// No packet came for a while: this is the time now.
    idle: Option<Timestamp>,
}

/// A packet in a [`Batch`].
struct Held {
    end: usize,
    time: Timestamp,
    number: u64,
    link: LinkType,
    shard: usize,
}

/// What a worker has to say of a round.
struct Round {
    outputs: Vec<Output>,
    rules: Option<Arc<RuleSet>>,
    /// No packet came for a while.
    paused: bool,
}

/// The way to a worker, and that of its batches back: what was made for one is used again.
struct Feed {
    batches: Sender<Batch>,
    spare: Receiver<Batch>,
}

type Started<'scope> = (
    Vec<Feed>,
    Vec<Receiver<Round>>,
    Vec<ScopedJoinHandle<'scope, WorkerCounters>>,
);

fn start<'scope, 'env>(
    scope: &'scope Scope<'scope, 'env>,
    ready: &Ready,
    workers: Workers<'env>,
    capture: u32,
) -> Started<'scope> {
    let (mut inputs, mut outputs, mut handles) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..workers.count {
        let (to_worker, batches) = bounded::<Batch>(ROUNDS_AHEAD);
        let (from_worker, rounds) = bounded::<Round>(ROUNDS_AHEAD);
        let (give_back, spare) = bounded::<Batch>(ROUNDS_AHEAD);
        let worker = Worker::new(Arc::clone(&ready.config), Arc::clone(&ready.rules));
        handles.push(scope.spawn(move || {
            (workers.settle_in)(number);
            work(worker, capture, (&batches, &give_back), &from_worker)
        }));
        inputs.push(Feed {
            batches: to_worker,
            spare,
        });
        outputs.push(rounds);
    }
    (inputs, outputs, handles)
}

fn work(
    mut worker: Worker,
    capture: u32,
    (batches, give_back): (&Receiver<Batch>, &Sender<Batch>),
    rounds: &Sender<Round>,
) -> WorkerCounters {
    for mut batch in batches {
        let mut outputs = Vec::new();
        if let Some(rules) = &batch.rules {
            worker.replace_rules(Arc::clone(rules));
        }
        let mut from = 0;
        for some in batch.frames.chunks(AHEAD) {
            let frames = some.iter().map(|held| {
                let frame = Frame {
                    data: &batch.bytes[from..held.end],
                    time: held.time,
                    number: held.number,
                    link: held.link,
                };
                from = held.end;
                (frame, held.shard)
            });
            if !worker.looks_ahead() {
                for (frame, shard) in frames {
                    worker.frame(frame, shard, capture, &mut outputs);
                }
                continue;
            }
            for Ahead { packet, shard } in &worker.look_ahead(frames) {
                worker.decoded(packet, *shard, capture, &mut outputs);
            }
        }
        if let Some(now) = batch.idle {
            worker.idle(now, &mut outputs);
        }
        let round = Round {
            outputs,
            rules: batch.rules.take(),
            paused: batch.idle.take().is_some(),
        };
        batch.bytes.clear();
        batch.frames.clear();
        // Where there are spare ones enough, or nobody reads any more, it is not needed.
        let _ = give_back.try_send(batch);
        if rounds.send(round).is_err() {
            break;
        }
    }
    let mut outputs = Vec::new();
    worker.end_of_capture(capture, &mut outputs);
    // The merger may be gone, after a panic elsewhere; then nobody waits for this.
    let _ = rounds.send(Round {
        outputs,
        rules: None,
        paused: false,
    });
    worker.counters()
}

/// Reads the traffic in rounds and sends each worker its part, which may be empty: so the merger knows that the worker
/// has nothing to say of the round.
fn read<T: Traffic>(inputs: &[Feed], workers: usize, traffic: &mut T) -> Result<(), T::Error> {
    loop {
        let spare = |feed: &Feed| feed.spare.try_recv().unwrap_or_default();
        let mut batches: Vec<Batch> = inputs.iter().map(spare).collect();
        let mut step = Ok(Step::Frames);
        let mut packets = 0;
        while packets < PACKETS_PER_ROUND && matches!(step, Ok(Step::Frames)) {
            step = traffic.next(&mut |frames| {
                for frame in frames {
                    packets += 1;
                    let shard = shard_of(frame.data, frame.link);
                    if let Some(batch) = batches.get_mut(shard % workers) {
                        batch.bytes.extend_from_slice(frame.data);
                        batch.frames.push(Held {
                            end: batch.bytes.len(),
                            time: frame.time,
                            number: frame.number,
                            link: frame.link,
                            shard,
                        });
                    }
                }
            });
        }
        if let Ok(Step::Idle(now)) = &step {
            batches.iter_mut().for_each(|batch| batch.idle = Some(*now));
        }
        for (input, batch) in inputs.iter().zip(batches) {
            if input.batches.send(batch).is_err() {
                return Ok(());
            }
        }
        match step? {
            Step::End => return Ok(()),
            // Rules are replaced between rounds, for all workers at the same packet.
            Step::Rules(rules) => {
                for input in inputs {
                    let batch = Batch {
                        rules: Some(Arc::clone(&rules)),
                        ..Batch::default()
                    };
                    if input.batches.send(batch).is_err() {
                        return Ok(());
                    }
                }
            }
            Step::Frames | Step::Idle(_) => {}
        }
    }
}

fn joined<T>(handle: ScopedJoinHandle<'_, T>) -> T {
    handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn position(output: &Output) -> Position {
    match output {
        Output::Event(event) => event.position,
        Output::Matches(matches) => matches.position,
    }
}

/// Packets that are read before workers are given theirs.
const PACKETS_PER_ROUND: usize = 1024;

/// LIMIT: so many rounds may wait for a worker, or for the merger.
const ROUNDS_AHEAD: usize = 4;
