//! Rules that are loaded again while traffic goes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use anyhow::Result;
use crossbeam_channel::{Receiver, TryRecvError, bounded};
use engine::detect::RuleSet;

use super::affinity::Affinity;

/// Loads the rules of the command line again.
pub type Load<'l> = &'l (dyn Fn() -> Result<Arc<RuleSet>> + Sync);

/// Loads rules when a signal asks for it, on a thread of its own, so that no packet waits.
pub struct Reload<'l, 's> {
    asked: Arc<AtomicBool>,
    load: Load<'l>,
    loading: Option<Receiver<Result<Arc<RuleSet>>>>,
    scope: &'s thread::Scope<'s, 'l>,
    affinity: &'l Affinity,
    /// How many workers run.
    workers: usize,
}

impl<'l, 's> Reload<'l, 's>
where
    'l: 's,
{
    /// Nothing is loaded yet.
    pub fn new(
        asked: Arc<AtomicBool>,
        load: Load<'l>,
        scope: &'s thread::Scope<'s, 'l>,
        (affinity, workers): (&'l Affinity, usize),
    ) -> Self {
        Self {
            asked,
            load,
            loading: None,
            scope,
            affinity,
            workers,
        }
    }

    /// Starts loading if that was asked for, and gives the rules once they are loaded.
    pub fn poll(&mut self) -> Option<Arc<RuleSet>> {
        if self.loading.is_none() && self.asked.swap(false, Ordering::Relaxed) {
            let (done, loaded) = bounded(1);
            let (load, affinity) = (self.load, self.affinity);
            self.scope.spawn(move || {
                // Who starts it may be a worker, whose core is for packets.
                affinity.run_anywhere();
                // Nobody takes the rules when the program ends first.
                let _ = done.send(load());
            });
            self.loading = Some(loaded);
        }
        let loaded = match self.loading.as_ref()?.try_recv() {
            Err(TryRecvError::Empty) => return None,
            Err(TryRecvError::Disconnected) => None,
            Ok(loaded) => Some(loaded),
        };
        self.loading = None;
        match loaded?.and_then(|rules| self.suit(rules)) {
            Ok(rules) => {
                eprintln!("reloaded: {} rules", rules.rules.len());
                Some(rules)
            }
            Err(error) => {
                eprintln!("error: the rules were not reloaded, the old ones stay: {error:#}");
                None
            }
        }
    }

    /// Rules that want one worker cannot be used by several.
    fn suit(&self, rules: Arc<RuleSet>) -> Result<Arc<RuleSet>> {
        match rules.needs_one_worker() {
            Some(reason) if self.workers > 1 => {
                anyhow::bail!("{reason}, which takes a single worker: start again, with these rules or --threads 1")
            }
            _ => Ok(rules),
        }
    }
}
