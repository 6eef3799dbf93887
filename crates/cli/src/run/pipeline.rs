//! Traffic on several workers: a reader cuts it in rounds, each worker gets its shards' packets of a round, and what
//! they give is merged in the order of the capture before policy sees it. So the output does not depend on the number
//! of workers.

use std::ops::Range;
use std::sync::Arc;
use std::thread::{self, Scope, ScopedJoinHandle};

use capture::Block;
use crossbeam_channel::{Receiver, Sender, bounded};
use engine::detect::RuleSet;
use engine::event::Position;
use engine::policy::Policy;
use engine::shard_of;
use engine::worker::{AHEAD, Ahead, Frame, Output, Worker, WorkerCounters};
use packet::{LinkType, Timestamp};

use super::Ready;
use super::drive::{Driven, Sink, Step, Traffic, Workers, of_file};

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
        let reader = scope.spawn(move || read(&inputs, traffic));
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

/// A worker's packets of a round.
#[derive(Default)]
struct Batch {
    /// Their bytes, one behind another, where they had to be copied.
    bytes: Vec<u8>,
    /// What they lie in, otherwise, with those of other workers.
    block: Option<Arc<Block>>,
    /// The places of those in the block, and their shards.
    in_block: Vec<(u32, u8)>,
    copied: Vec<Copied>,
    /// Other rules, from this round on.
    rules: Option<Arc<RuleSet>>,
    /// No packet came for a while: this is the time now.
    idle: Option<Timestamp>,
}

/// A packet whose bytes were copied.
struct Copied {
    bytes: Range<usize>,
    time: Timestamp,
    number: u64,
    link: LinkType,
    shard: usize,
}

impl Batch {
    /// The packets, each with its shard.
    fn frames(&self) -> impl Iterator<Item = (Frame<'_>, usize)> {
        let in_block = self.in_block.iter().filter_map(|(at, shard)| {
            let frame = self.block.as_deref()?.frame(*at as usize)?;
            Some((of_file(frame), usize::from(*shard)))
        });
        let copied = self.copied.iter().filter_map(|copied| {
            let frame = Frame {
                data: self.bytes.get(copied.bytes.clone())?,
                time: copied.time,
                number: copied.number,
                link: copied.link,
            };
            Some((frame, copied.shard))
        });
        in_block.chain(copied)
    }
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

/// The ways to all workers.
struct Feeds {
    workers: Vec<Feed>,
    /// Blocks that no worker looks at any more.
    spare_blocks: Receiver<Block>,
}

/// A worker's ways back to the reader.
struct Back {
    batches: Sender<Batch>,
    blocks: Sender<Block>,
}

type Started<'scope> = (
    Feeds,
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
    let (give_block, spare_blocks) = bounded::<Block>(ROUNDS_AHEAD);
    for number in 0..workers.count {
        let (to_worker, batches) = bounded::<Batch>(ROUNDS_AHEAD);
        let (from_worker, rounds) = bounded::<Round>(ROUNDS_AHEAD);
        let (give_back, spare) = bounded::<Batch>(ROUNDS_AHEAD);
        let back = Back {
            batches: give_back,
            blocks: give_block.clone(),
        };
        let worker = Worker::new(Arc::clone(&ready.config), Arc::clone(&ready.rules));
        handles.push(scope.spawn(move || {
            (workers.settle_in)(number);
            work(worker, capture, (&batches, &back), &from_worker)
        }));
        inputs.push(Feed {
            batches: to_worker,
            spare,
        });
        outputs.push(rounds);
    }
    let feeds = Feeds {
        workers: inputs,
        spare_blocks,
    };
    (feeds, outputs, handles)
}

fn work(
    mut worker: Worker,
    capture: u32,
    (batches, back): (&Receiver<Batch>, &Back),
    rounds: &Sender<Round>,
) -> WorkerCounters {
    for mut batch in batches {
        let mut outputs = Vec::new();
        if let Some(rules) = &batch.rules {
            worker.replace_rules(Arc::clone(rules));
        }
        let mut frames = batch.frames().peekable();
        while frames.peek().is_some() {
            let some = frames.by_ref().take(AHEAD);
            if !worker.looks_ahead() {
                for (frame, shard) in some {
                    worker.frame(frame, shard, capture, &mut outputs);
                }
                continue;
            }
            for Ahead { packet, shard } in &worker.look_ahead(some) {
                worker.decoded(packet, *shard, capture, &mut outputs);
            }
        }
        drop(frames);
        if let Some(now) = batch.idle {
            worker.idle(now, &mut outputs);
        }
        let round = Round {
            outputs,
            rules: batch.rules.take(),
            paused: batch.idle.take().is_some(),
        };
        batch.bytes.clear();
        batch.in_block.clear();
        batch.copied.clear();
        // Where there are spare ones enough, or nobody reads any more, they are not needed.
        if let Some(block) = batch.block.take().and_then(Arc::into_inner) {
            let _ = back.blocks.try_send(block);
        }
        let _ = back.batches.try_send(batch);
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
fn read<T: Traffic>(feeds: &Feeds, traffic: &mut T) -> Result<(), T::Error> {
    let inputs = &feeds.workers;
    let workers = inputs.len();
    loop {
        let spare = |feed: &Feed| feed.spare.try_recv().unwrap_or_default();
        let mut batches: Vec<Batch> = inputs.iter().map(spare).collect();
        if let Some(block) = traffic.block(feeds.spare_blocks.try_recv().unwrap_or_default()) {
            let block = Arc::new(block?);
            if block.is_empty() {
                return Ok(());
            }
            share(&block, &mut batches);
            if !send(inputs, batches) {
                return Ok(());
            }
            continue;
        }
        let mut step = Ok(Step::Frames);
        let mut packets = 0;
        while packets < PACKETS_PER_ROUND && matches!(step, Ok(Step::Frames)) {
            step = traffic.next(&mut |frames| {
                for frame in frames {
                    packets += 1;
                    let shard = shard_of(frame.data, frame.link);
                    if let Some(batch) = batches.get_mut(shard % workers) {
                        let from = batch.bytes.len();
                        batch.bytes.extend_from_slice(frame.data);
                        batch.copied.push(Copied {
                            bytes: from..batch.bytes.len(),
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
        if !send(inputs, batches) {
            return Ok(());
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

/// Gives each worker its packets of a block, of which nothing is copied.
fn share(block: &Arc<Block>, batches: &mut [Batch]) {
    let workers = batches.len();
    for batch in &mut *batches {
        batch.block = Some(Arc::clone(block));
    }
    for at in 0..block.len() {
        let Some(frame) = block.frame(at) else { break };
        let shard = shard_of(frame.data, frame.link);
        if let Some(batch) = batches.get_mut(shard % workers) {
            batch.in_block.push((at as u32, shard as u8));
        }
    }
}

/// Sends each worker its batch; whether all of them still take some.
fn send(inputs: &[Feed], batches: Vec<Batch>) -> bool {
    let mut sent = inputs
        .iter()
        .zip(batches)
        .map(|(input, batch)| input.batches.send(batch));
    sent.all(|sent| sent.is_ok())
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
