//! A ring for each worker: it reads its own packets and inspects them, and nobody stands between.
//!
//! What workers find goes to this thread, which alone has thresholds, counts alerts and writes logs. So a slow disk
//! does not hold up packets: up to [`BATCHES_AHEAD`] batches wait for it. When that is full the workers wait, packets
//! gather in the kernel's rings, and what finds its ring full is dropped and counted.
//!
//! The output has each worker's order. Between workers there is none: they are at different packets at the same time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, ScopedJoinHandle};
use std::time::Duration;

use capture::{CaptureError, LiveStats};
use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded};
use engine::Settler;
use engine::config::{Config, SHARDS};
use engine::detect::RuleSet;
use engine::policy::Policy;
use engine::shard_of;
use engine::worker::{Output, Worker, WorkerCounters};

use super::super::Ready;
use super::super::drive::Sink;
use super::affinity::Affinity;
use super::intake::{Intake, Taken};
use super::reload::Reload;

/// What came of the traffic.
pub struct Ended {
    pub counters: WorkerCounters,
    pub settler: Settler,
    /// The rules that were used last.
    pub rules: Arc<RuleSet>,
    /// What each worker's ring counted, in their order.
    pub rings: Vec<RingTraffic>,
    /// What ended it, if it was not asked for.
    pub result: Result<(), CaptureError>,
}

/// What a worker took from its rings.
pub struct RingTraffic {
    /// Packets it inspected.
    pub packets: u64,
    /// What the kernel counted, or why that is not known.
    pub kernel: Result<Vec<LiveStats>, CaptureError>,
}

/// Inspects what each of the intakes gives, on a thread for each, until they end. When one ends all do.
pub fn run(
    ready: &Ready,
    intakes: Vec<Intake>,
    affinity: &Affinity,
    reload: &mut Reload<'_, '_>,
    sink: &mut dyn Sink,
) -> Ended {
    let workers = intakes.len();
    let control = Control {
        generation: AtomicUsize::new(0),
        rules: Mutex::new(Arc::clone(&ready.rules)),
    };
    let (to_writer, found) = bounded(BATCHES_AHEAD);
    let mut writer = Writer {
        config: &ready.config,
        current: Settling::new(&ready.config, &ready.rules),
        former: None,
        behind: 0,
        sink,
    };
    let done: Vec<Done> = thread::scope(|scope| {
        let mut handles = Vec::new();
        for (number, intake) in intakes.into_iter().enumerate() {
            let (control, to_writer) = (&control, to_writer.clone());
            let rings = Rings {
                worker: Worker::new(Arc::clone(&ready.config), Arc::clone(&ready.rules)),
                intake,
                shards: (SHARDS / workers).max(1),
                batch: Vec::new(),
                rules: Arc::clone(&ready.rules),
                to_writer,
            };
            handles.push(scope.spawn(move || {
                affinity.settle_in(number);
                rings.run(control)
            }));
        }
        drop(to_writer);
        while let Some(message) = next(&found, writer.sink) {
            if let Some(message) = message {
                writer.take(message);
            }
            if writer.behind == 0
                && let Some(rules) = reload.poll()
            {
                writer.replace(&rules, workers);
                control.publish(rules);
            }
        }
        handles.into_iter().map(joined).collect()
    });
    let mut counters = WorkerCounters::default();
    let mut result = Ok(());
    let mut rings = Vec::new();
    for one in done {
        counters.add(&one.counters);
        rings.push(one.traffic);
        result = result.and(one.result);
    }
    let Settling { rules, settler, .. } = writer.finish();
    Ended {
        counters,
        settler,
        rules,
        rings,
        result,
    }
}

/// What all workers look at.
struct Control {
    /// How often the rules were replaced.
    generation: AtomicUsize,
    rules: Mutex<Arc<RuleSet>>,
}

impl Control {
    fn publish(&self, rules: Arc<RuleSet>) {
        *self.rules.lock().unwrap_or_else(PoisonError::into_inner) = rules;
        self.generation.fetch_add(1, Ordering::Release);
    }

    fn rules(&self) -> Arc<RuleSet> {
        Arc::clone(&self.rules.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Says that all is over when it goes, be it in a panic: nobody goes on with a part of the traffic alone.
struct EndsAll(Arc<AtomicBool>);

impl Drop for EndsAll {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What workers send.
enum Message {
    /// What a worker found by these rules, in order.
    Found(Vec<Output>, Arc<RuleSet>),
    /// A worker uses the new rules from here on.
    Replaced,
}

/// A worker with its rings.
struct Rings {
    worker: Worker,
    intake: Intake,
    /// How many shards it has.
    // With as many as there are for all workers divided by these, memory caps hold for the program as a whole.
    shards: usize,
    batch: Vec<Output>,
    rules: Arc<RuleSet>,
    to_writer: Sender<Message>,
}

/// What a worker came to.
struct Done {
    counters: WorkerCounters,
    traffic: RingTraffic,
    result: Result<(), CaptureError>,
}

impl Rings {
    fn run(mut self, control: &Control) -> Done {
        let ends_all = EndsAll(Arc::clone(self.intake.over()));
        let (mut generation, mut unsent) = (0, 0);
        let result = loop {
            let newest = control.generation.load(Ordering::Acquire);
            if newest != generation {
                generation = newest;
                self.replace_rules(control.rules());
            }
            let (worker, batch, shards) = (&mut self.worker, &mut self.batch, self.shards);
            let taken = self.intake.next(&mut |frame| {
                worker.frame(frame, shard_of(frame.data, frame.link) % shards, 0, batch);
            });
            match taken {
                Ok(Taken::Frame) => unsent += 1,
                Ok(Taken::Idle(now)) => {
                    worker.idle(now, batch);
                    unsent = PACKETS_PER_BATCH;
                }
                Ok(Taken::End) => break Ok(()),
                Err(error) => break Err(error),
            }
            if unsent >= PACKETS_PER_BATCH || self.batch.len() >= OUTPUTS_PER_BATCH {
                self.send();
                unsent = 0;
            }
        };
        // The others need not wait until this one's flows are told of.
        drop(ends_all);
        self.worker.end_of_capture(0, &mut self.batch);
        self.send();
        Done {
            counters: self.worker.counters(),
            traffic: RingTraffic {
                packets: self.worker.counters.packets,
                kernel: self.intake.live.stats(),
            },
            result,
        }
    }

    fn replace_rules(&mut self, rules: Arc<RuleSet>) {
        self.send();
        self.worker.replace_rules(Arc::clone(&rules));
        self.rules = rules;
        let _ = self.to_writer.send(Message::Replaced);
    }

    /// Sends what was found, and waits while the writer has enough.
    fn send(&mut self) {
        if !self.batch.is_empty() {
            let found = std::mem::take(&mut self.batch);
            // The writer goes last, but for a panic, which is told of elsewhere.
            let _ = self.to_writer.send(Message::Found(found, Arc::clone(&self.rules)));
        }
    }
}

/// Settles what all workers find.
struct Writer<'w> {
    config: &'w Config,
    current: Settling,
    /// For what is found by the rules before, while some workers use them.
    former: Option<Settling>,
    /// How many workers those are.
    behind: usize,
    sink: &'w mut dyn Sink,
}

/// Rules with what crosses flows.
struct Settling {
    rules: Arc<RuleSet>,
    policy: Policy,
    settler: Settler,
}

impl Settling {
    fn new(config: &Config, rules: &Arc<RuleSet>) -> Self {
        Self {
            rules: Arc::clone(rules),
            policy: Policy::default(),
            settler: Settler::new(config, rules),
        }
    }
}

impl Writer<'_> {
    fn take(&mut self, message: Message) {
        let (outputs, by) = match message {
            Message::Found(outputs, by) => (outputs, by),
            Message::Replaced => {
                self.behind = self.behind.saturating_sub(1);
                if self.behind == 0 {
                    self.retire();
                }
                return;
            }
        };
        let former = self.former.as_mut().filter(|former| Arc::ptr_eq(&former.rules, &by));
        let Settling { rules, policy, settler } = former.unwrap_or(&mut self.current);
        for output in outputs {
            match output {
                Output::Event(event) => self.sink.event(*event, rules),
                Output::Matches(matches) => {
                    settler.settle(rules, policy, &matches, &mut |event| self.sink.event(event, rules));
                }
            }
        }
    }

    fn replace(&mut self, rules: &Arc<RuleSet>, workers: usize) {
        let new = Settling::new(self.config, rules);
        self.former = Some(std::mem::replace(&mut self.current, new));
        self.behind = workers;
    }

    fn retire(&mut self) {
        if let Some(Settling { rules, settler, .. }) = self.former.take() {
            self.sink.retire(&rules, &settler.alerts);
            self.current.settler.add_totals(&settler);
        }
    }

    fn finish(mut self) -> Settling {
        self.retire();
        self.current
    }
}

/// The next message, nothing if none came for a while, `None` when all workers ended.
fn next(found: &Receiver<Message>, sink: &mut dyn Sink) -> Option<Option<Message>> {
    match found.try_recv() {
        Ok(message) => return Some(Some(message)),
        Err(TryRecvError::Disconnected) => return None,
        Err(TryRecvError::Empty) => sink.pause(),
    }
    match found.recv_timeout(LOOK_AROUND) {
        Ok(message) => Some(Some(message)),
        Err(error) if error.is_timeout() => Some(None),
        Err(_) => None,
    }
}

fn joined<T>(handle: ScopedJoinHandle<'_, T>) -> T {
    handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Packets after which what was found is sent, though more may come.
const PACKETS_PER_BATCH: usize = 256;

/// What is found until it is sent, but for what the last packet adds.
const OUTPUTS_PER_BATCH: usize = 128;

/// LIMIT: so many batches wait for the writer.
const BATCHES_AHEAD: usize = 256;

/// How long the writer waits before it looks for signals.
const LOOK_AROUND: Duration = Duration::from_millis(100);
