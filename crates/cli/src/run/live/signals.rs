//! What signals ask for while traffic is live.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::Result;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR2};

/// What signals asked for.
#[derive(Clone, Debug)]
pub struct Signals {
    /// SIGINT, SIGTERM: finish.
    pub stop: Arc<AtomicBool>,
    /// SIGUSR2: load the rules again.
    pub reload: Arc<AtomicBool>,
    /// SIGHUP: open the logs again.
    pub reopen: Arc<AtomicBool>,
}

impl Signals {
    /// Listens from now on. A second SIGINT or SIGTERM ends the program at once.
    pub fn listen() -> Result<Self> {
        let flag = || Arc::new(AtomicBool::new(false));
        let signals = Self {
            stop: flag(),
            reload: flag(),
            reopen: flag(),
        };
        for signal in [SIGINT, SIGTERM] {
            // The order matters: at the second signal the flag is set already, and the first of these acts on it.
            signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(&signals.stop))?;
            signal_hook::flag::register(signal, Arc::clone(&signals.stop))?;
        }
        signal_hook::flag::register(SIGUSR2, Arc::clone(&signals.reload))?;
        signal_hook::flag::register(SIGHUP, Arc::clone(&signals.reopen))?;
        Ok(signals)
    }
}
