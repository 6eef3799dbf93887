//! One capture on several workers: a reader cuts it in rounds, each worker gets its shards' packets of a round, and
//! what they give is merged in the order of the capture before policy sees it. So the output does not depend on the
//! number of workers.

use std::sync::Arc;
use std::thread::{self, ScopedJoinHandle};

use crossbeam_channel::{Receiver, Sender, bounded};
use engine::config::Config;
use engine::detect::RuleSet;
use engine::event::{Event, Position};
use engine::policy::Policy;
use engine::worker::{Frame, Output, Worker, WorkerCounters};
use engine::{Settler, shard_of};
use packet::{LinkType, Timestamp};

/// What came of a capture.
pub struct Outcome {
    pub counters: WorkerCounters,
    pub settler: Settler,
}

/// Runs a capture through `workers` threads. `next` hands each frame to its argument and says whether there was one.
pub fn run<E: Send>(
    config: &Arc<Config>,
    rules: &Arc<RuleSet>,
    workers: usize,
    capture: u32,
    mut next: impl FnMut(&mut dyn FnMut(Frame<'_>)) -> Result<bool, E> + Send,
    sink: &mut impl FnMut(Event),
) -> (Outcome, Result<(), E>) {
    let mut settler = Settler::new(config, rules);
    let mut policy = Policy::default();
    let (result, counters) = thread::scope(|scope| {
        let (inputs, outputs, handles) = start(scope, config, rules, workers, capture);
        let reader = scope.spawn(move || read(&inputs, workers, &mut next));
        let mut merged = Vec::new();
        // A worker answers each round once; the round of the end of the capture is its last.
        loop {
            let mut ended = 0;
            for output in &outputs {
                match output.recv() {
                    Ok(round) => merged.extend(round),
                    Err(_) => ended += 1,
                }
            }
            merged.sort_by_key(position);
            for output in merged.drain(..) {
                match output {
                    Output::Event(event) => sink(*event),
                    Output::Matches(matches) => {
                        settler.settle(rules, &mut policy, &matches, sink);
                    }
                }
            }
            if ended == outputs.len() {
                break;
            }
        }
        let mut counters = WorkerCounters::default();
        for handle in handles {
            match handle.join() {
                Ok(of_worker) => counters.add(&of_worker),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        let result = match reader.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        (result, counters)
    });
    (Outcome { counters, settler }, result)
}

/// A worker's packets of a round: their bytes one behind another.
#[derive(Default)]
struct Batch {
    bytes: Vec<u8>,
    frames: Vec<Held>,
}

/// A packet in a [`Batch`].
struct Held {
    end: usize,
    time: Timestamp,
    number: u64,
    link: LinkType,
    shard: usize,
}

type Started<'scope> = (
    Vec<Sender<Batch>>,
    Vec<Receiver<Vec<Output>>>,
    Vec<ScopedJoinHandle<'scope, WorkerCounters>>,
);

fn start<'scope>(
    scope: &'scope thread::Scope<'scope, '_>,
    config: &Arc<Config>,
    rules: &Arc<RuleSet>,
    workers: usize,
    capture: u32,
) -> Started<'scope> {
    let (mut inputs, mut outputs, mut handles) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..workers {
        let (to_worker, batches) = bounded::<Batch>(ROUNDS_AHEAD);
        let (from_worker, rounds) = bounded::<Vec<Output>>(ROUNDS_AHEAD);
        let mut worker = Worker::new(Arc::clone(config), Arc::clone(rules));
        handles.push(scope.spawn(move || {
            for batch in batches {
                let mut out = Vec::new();
                let mut from = 0;
                for held in &batch.frames {
                    let frame = Frame {
                        data: &batch.bytes[from..held.end],
                        time: held.time,
                        number: held.number,
                        link: held.link,
                    };
                    worker.frame(frame, held.shard, capture, &mut out);
                    from = held.end;
                }
                if from_worker.send(out).is_err() {
                    break;
                }
            }
            let mut out = Vec::new();
            worker.end_of_capture(capture, &mut out);
            // The merger may be gone already, after a panic elsewhere.
            let _ = from_worker.send(out);
            worker.counters()
        }));
        inputs.push(to_worker);
        outputs.push(rounds);
    }
    (inputs, outputs, handles)
}

/// Reads the capture in rounds and sends each worker its part, which may be empty: so the merger knows that the worker
/// has nothing to say of the round.
fn read<E>(
    inputs: &[Sender<Batch>],
    workers: usize,
    next: &mut impl FnMut(&mut dyn FnMut(Frame<'_>)) -> Result<bool, E>,
) -> Result<(), E> {
    loop {
        let mut batches: Vec<Batch> = (0..workers).map(|_| Batch::default()).collect();
        let mut result = Ok(true);
        for _ in 0..PACKETS_PER_ROUND {
            result = next(&mut |frame| {
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
            });
            if !matches!(result, Ok(true)) {
                break;
            }
        }
        for (input, batch) in inputs.iter().zip(batches) {
            if input.send(batch).is_err() {
                return Ok(());
            }
        }
        if !result? {
            return Ok(());
        }
    }
}

fn position(output: &Output) -> Position {
    match output {
        Output::Event(event) => event.position,
        Output::Matches(matches) => matches.position,
    }
}

/// Packets that are read before workers are given theirs.
const PACKETS_PER_ROUND: usize = 2048;

/// LIMIT: so many rounds may wait for a worker, or for the merger.
const ROUNDS_AHEAD: usize = 4;
