//! Frames of interfaces, until a signal or `--count`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use capture::{CaptureError, Live};
use engine::worker::Frame;
use packet::Timestamp;

/// What a worker, or all of them, takes from the interfaces.
pub struct Intake {
    pub live: Live,
    until: Until,
    /// Which of the readers this is, and how many there are: frames are numbered so that none has another's number.
    place: (u64, u64),
    quiet_since: Option<Instant>,
    ending: Option<Ending>,
}

/// Until when frames are taken, by all readers together.
#[derive(Clone)]
pub struct Until {
    /// A signal asks to stop: frames that were there before are still taken.
    pub stop: Arc<AtomicBool>,
    /// Another reader ended, which is the same.
    pub over: Arc<AtomicBool>,
    /// Frames that may still be taken, if that is limited.
    pub left: Option<Arc<AtomicU64>>,
    /// How long the kernel may hold a frame back.
    pub patience: Duration,
}

/// What a look at the interfaces gave.
pub enum Taken {
    /// A frame, which was handed out.
    Frame,
    /// Nothing for now; the time from which flows are over, if it is known.
    Idle(Timestamp),
    /// Nothing more will come.
    End,
}

/// The way to the end.
struct Ending {
    began: Instant,
    /// Frames that came later are not taken.
    at: Timestamp,
    /// The interfaces that gave such a frame, of which more will not be older.
    passed: Vec<u32>,
}

impl Intake {
    /// Takes frames as reader `place.0` of `place.1`.
    pub fn new(live: Live, until: Until, place: (usize, usize)) -> Self {
        Self {
            live,
            until,
            place: (place.0 as u64, place.1 as u64),
            quiet_since: None,
            ending: None,
        }
    }

    /// Hands the next frame to `take`, or says what there is instead of one.
    ///
    /// # Errors
    /// When an interface fails.
    pub fn next(&mut self, take: &mut dyn FnMut(Frame<'_>)) -> Result<Taken, CaptureError> {
        if self.until.is_spent() {
            return Ok(Taken::End);
        }
        if self.ending.is_none() && self.until.is_stopped() {
            self.ending = Some(Ending {
                began: Instant::now(),
                at: now(),
                passed: Vec::new(),
            });
        }
        let interfaces = self.live.interfaces();
        let Some(frame) = self.live.next()? else {
            let over = |ending: &Ending| ending.began.elapsed() >= self.until.patience;
            if self.ending.as_ref().is_some_and(over) {
                return Ok(Taken::End);
            }
            return Ok(Taken::Idle(self.pause()));
        };
        if let Some(ending) = &mut self.ending
            && frame.time > ending.at
        {
            if !ending.passed.contains(&frame.interface) {
                ending.passed.push(frame.interface);
            }
            return Ok(match ending.passed.len() >= interfaces {
                true => Taken::End,
                false => Taken::Frame,
            });
        }
        if !self.until.take_one() {
            return Ok(Taken::End);
        }
        let (place, readers) = self.place;
        take(Frame {
            data: frame.data,
            time: frame.time,
            number: (frame.number - 1) * readers + place + 1,
            link: frame.link,
        });
        self.quiet_since = None;
        Ok(Taken::Frame)
    }

    /// To be set when a reader ends, for the others.
    pub fn over(&self) -> &Arc<AtomicBool> {
        &self.until.over
    }

    /// From when flows may be over.
    fn pause(&mut self) -> Timestamp {
        let since = *self.quiet_since.get_or_insert_with(Instant::now);
        // Packets may still be on their way when the clock says that a flow is over: so not at once.
        match since.elapsed() < QUIET {
            true => Timestamp(i64::MIN),
            false => now(),
        }
    }
}

impl Until {
    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.over.load(Ordering::Relaxed)
    }

    /// Whether all frames that may be taken were.
    fn is_spent(&self) -> bool {
        self.left.as_ref().is_some_and(|left| left.load(Ordering::Relaxed) == 0)
    }

    /// Whether one more frame may be taken, which then is.
    fn take_one(&self) -> bool {
        self.left.as_ref().is_none_or(|left| {
            let less = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1));
            less.is_ok()
        })
    }
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(since.as_nanos().try_into().unwrap_or(i64::MAX))
}

/// How long no packet comes before flows are ended by the clock.
const QUIET: Duration = Duration::from_secs(2);
