//! Traffic through the engine: on this thread, or on several.

use std::sync::Arc;

use capture::{Batch, Block};
use engine::detect::RuleSet;
use engine::event::Event;
use engine::rule::DatasetState;
use engine::worker::{AHEAD, Frame, WorkerCounters};
use engine::{Engine, Settler};
use packet::Timestamp;

use super::{Ready, pipeline};

/// Where frames come from.
pub trait Traffic: Send {
    /// Why reading stopped before its end.
    type Error: Send;

    /// Hands the next frames to `take`: one or, where more are there already, as many as are looked at together; or says
    /// what there is instead.
    fn next(&mut self, take: &mut Take<'_>) -> Result<Step, Self::Error>;

    /// The next packets, up to `most` of them, where they lie; `None` where [`Traffic::next`] is to be asked, and none at
    /// the end, which that tells.
    fn batch(&mut self, _most: usize) -> Option<Result<Batch<'_>, Self::Error>> {
        None
    }

    /// The next packets with the memory that they lie in, none at the end; `None` where [`Traffic::next`] is to be asked.
    fn block(&mut self, _spare: Block) -> Option<Result<Block, Self::Error>> {
        None
    }
}

/// Takes frames, in order; all of them.
pub type Take<'t> = dyn FnMut(&mut dyn Iterator<Item = Frame<'_>>) + 't;

/// What a step of [`Traffic`] gave.
#[cfg_attr(not(feature = "live"), expect(dead_code, reason = "some are of live traffic only"))]
pub enum Step {
    /// Frames, which were handed out.
    Frames,
    /// Nothing for a while; the time now. Live traffic only.
    Idle(Timestamp),
    /// Other rules are to be used from here on.
    Rules(Arc<RuleSet>),
    /// The end.
    End,
}

/// Takes what comes of traffic.
pub trait Sink {
    /// Takes events, in order, with the rules they are about.
    fn event(&mut self, event: Event, rules: &RuleSet);

    /// The traffic pauses: a good time to write what is held.
    fn pause(&mut self) {}

    /// These rules are used no longer; so many alerts each raised.
    fn retire(&mut self, _rules: &RuleSet, _alerts: &[u64]) {}
}

impl<F: FnMut(Event, &RuleSet)> Sink for F {
    fn event(&mut self, event: Event, rules: &RuleSet) {
        self(event, rules);
    }
}

/// Several workers, or one.
#[derive(Clone, Copy)]
pub struct Workers<'w> {
    /// How many.
    pub count: usize,
    /// What each does first on its thread.
    pub settle_in: &'w (dyn Fn(usize) + Sync),
}

impl Workers<'_> {
    /// So many, on any core.
    pub fn anywhere(count: usize) -> Self {
        Self {
            count,
            settle_in: &|_| {},
        }
    }
}

/// What came of the traffic.
pub struct Driven<E> {
    pub counters: WorkerCounters,
    pub settler: Settler,
    /// The rules that were used last.
    pub rules: Arc<RuleSet>,
    /// What rules changed of the sets.
    pub sets: DatasetState,
    /// What ended it, if not its end.
    pub result: Result<(), E>,
}

impl<E> Driven<E> {
    pub fn new(ready: &Ready) -> Self {
        Self {
            counters: WorkerCounters::default(),
            settler: Settler::new(&ready.config, &ready.rules),
            rules: Arc::clone(&ready.rules),
            sets: DatasetState::default(),
            result: Ok(()),
        }
    }
}

/// A packet of a capture file.
#[inline]
pub fn of_file(frame: capture::Frame<'_>) -> Frame<'_> {
    Frame {
        data: frame.data,
        time: frame.time,
        number: frame.number,
        link: frame.link,
    }
}

/// Takes all of the traffic through the engine, on as many workers as may be.
pub fn drive<T: Traffic>(
    ready: &Ready,
    workers: Workers<'_>,
    capture: u32,
    traffic: &mut T,
    sink: &mut dyn Sink,
) -> Driven<T::Error> {
    if workers.count > 1 && ready.rules.needs_one_worker().is_none() {
        return pipeline::run(ready, workers, capture, traffic, sink);
    }
    (workers.settle_in)(0);
    let mut engine = Engine::new(Arc::clone(&ready.config), Arc::clone(&ready.rules));
    engine.set_capture(capture);
    let mut rules = Arc::clone(&ready.rules);
    let result = loop {
        // PERF: most traffic comes this way, in which nothing stands between a packet and the engine.
        match traffic.batch(AHEAD) {
            Some(Ok(batch)) if !batch.is_empty() => {
                engine.frames(batch.frames().map(of_file), &mut |event| sink.event(event, &rules));
                continue;
            }
            Some(Err(error)) => break Err(error),
            _ => {}
        }
        let step = traffic.next(&mut |frames| {
            engine.frames(frames, &mut |event| sink.event(event, &rules));
        });
        match step {
            Ok(Step::Frames) => {}
            Ok(Step::Idle(now)) => {
                engine.idle(now, &mut |event| sink.event(event, &rules));
                sink.pause();
            }
            Ok(Step::Rules(new)) => {
                sink.retire(&rules, &engine.settler().alerts);
                engine.replace_rules(Arc::clone(&new));
                rules = new;
            }
            Ok(Step::End) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    engine.end_of_capture(&mut |event| sink.event(event, &rules));
    let sets = engine.take_sets();
    let (counters, settler) = engine.into_parts();
    Driven {
        counters,
        settler,
        rules,
        sets,
        result,
    }
}
