//! A progress bar on stderr, for captures that take long.

use std::io::{IsTerminal, stderr};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// How far a capture is read: a bar, once that takes more than a moment and somebody looks.
pub struct Progress {
    since: Instant,
    quiet: bool,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Nothing is shown yet; nothing ever is when `quiet`, or when stderr is no terminal.
    pub fn new(quiet: bool) -> Self {
        Self {
            since: Instant::now(),
            quiet: quiet || !stderr().is_terminal(),
            bar: None,
        }
    }

    /// So many bytes are read, of so many if that is known.
    pub fn at(&mut self, done: u64, total: Option<u64>) {
        if self.quiet || self.since.elapsed() < PATIENCE {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| match total {
            Some(total) => {
                ProgressBar::new(total).with_style(style("{bar:30} {bytes}/{total_bytes} {bytes_per_sec}, {eta} left"))
            }
            None => ProgressBar::no_length().with_style(style("{bytes} {bytes_per_sec}")),
        });
        bar.set_position(done);
    }

    /// It is read; the bar goes.
    pub fn done(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// How long there is no bar.
const PATIENCE: Duration = Duration::from_secs(1);
