//! Live traffic: until a signal, or `--count`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, anyhow};
use capture::{CaptureError, Live, LiveOptions, Opened};
use crossbeam_channel::{Receiver, TryRecvError, bounded};
use engine::detect::RuleSet;
use engine::worker::Frame;
use packet::Timestamp;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR2};

use super::Ready;
use super::drive::{Step, Traffic, drive};
use super::report::Report;
use super::sets;
use crate::args::{CaptureMethod, RunArgs};
use crate::exit::Exit;
use crate::log::Log;
use crate::setup::Setup;
use crate::{Ended, Failure};

/// Guards interfaces until a signal, or `--count`.
pub fn run(
    args: &RunArgs,
    (setup, log): (&Setup, &Log),
    ready: &Ready,
    load: &(dyn Fn() -> Result<Arc<RuleSet>> + Sync),
    say_ready: &dyn Fn(),
) -> Ended {
    let usage = |error: anyhow::Error| Failure::new(Exit::Usage, error);
    let signals = Signals::listen().map_err(usage)?;
    let mut report = Report::new(args, setup, ready, Some(args.interface.join(","))).map_err(usage)?;
    thread::scope(|scope| {
        let mut traffic = LiveTraffic::open((args, setup), signals.clone(), load, scope)
            .map_err(|e| Failure::new(Exit::Capture, e))?;
        // Interfaces and logs are open: what is left needs no privileges.
        let user = args.user.as_deref().or(setup.config.run_as.0.as_deref());
        if let Some(user) = user {
            become_user(user).map_err(usage)?;
        }
        say_ready();
        if !args.quiet {
            if args.verbose > 0 {
                traffic.live.opened().iter().for_each(say_method);
            }
            eprintln!("listening on {}; Ctrl-C ends it", args.interface.join(", "));
        }
        report.begin("");
        let reopen = signals.reopen;
        let driven = drive(ready, args.threads.0, 0, &mut traffic, &mut |event, rules| {
            if reopen.swap(false, Ordering::Relaxed) {
                report.reopen();
            }
            report.event(&event, rules);
        });
        report.end(&driven.rules, &driven.counters, &driven.settler);
        sets::save(&setup.env, &driven.sets, log);
        match traffic.live.stats() {
            Ok(stats) => report.interfaces(&stats),
            Err(error) => eprintln!("warning: the kernel's counters cannot be read: {error}"),
        }
        let ended = match driven.result {
            Ok(()) => Exit::Success,
            Err(error) => {
                eprintln!("error: {error}");
                Exit::Capture
            }
        };
        let alerts = report.finish().map_err(usage)?;
        Ok(ended.and(alerts))
    })
}

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

/// Frames of interfaces, and what happens beside them.
pub struct LiveTraffic<'l, 's> {
    pub live: Live,
    signals: Signals,
    left: Option<u64>,
    quiet_since: Option<Instant>,
    /// Loads the rules anew; called on a thread of its own, so that no packet waits.
    load: &'l (dyn Fn() -> Result<Arc<RuleSet>> + Sync),
    loading: Option<Receiver<Result<Arc<RuleSet>>>>,
    scope: &'s thread::Scope<'s, 'l>,
}

impl<'l, 's> LiveTraffic<'l, 's>
where
    'l: 's,
{
    /// Opens the interfaces.
    pub fn open(
        (args, setup): (&RunArgs, &Setup),
        signals: Signals,
        load: &'l (dyn Fn() -> Result<Arc<RuleSet>> + Sync),
        scope: &'s thread::Scope<'s, 'l>,
    ) -> Result<Self, CaptureError> {
        let options: Vec<LiveOptions> = args.interface.iter().map(|name| options(args, setup, name)).collect();
        let live = Live::open_each(args.interface.iter().map(String::as_str).zip(&options))?;
        Ok(Self {
            live,
            signals,
            left: args.count,
            quiet_since: None,
            load,
            loading: None,
            scope,
        })
    }

    /// Starts loading rules if that was asked for, and takes them over once they are loaded.
    fn reloaded(&mut self) -> Option<Arc<RuleSet>> {
        if self.loading.is_none() && self.signals.reload.swap(false, Ordering::Relaxed) {
            let (done, loaded) = bounded(1);
            let load = self.load;
            self.scope.spawn(move || {
                // Nobody takes the rules when the program ends first.
                let _ = done.send(load());
            });
            self.loading = Some(loaded);
        }
        match self.loading.as_ref()?.try_recv() {
            Ok(Ok(rules)) => {
                self.loading = None;
                eprintln!("reloaded: {} rules", rules.rules.len());
                Some(rules)
            }
            Ok(Err(error)) => {
                self.loading = None;
                eprintln!("error: the rules were not reloaded, the old ones stay: {error:#}");
                None
            }
            Err(TryRecvError::Disconnected) => {
                self.loading = None;
                None
            }
            Err(TryRecvError::Empty) => None,
        }
    }
}

impl Traffic for LiveTraffic<'_, '_> {
    type Error = CaptureError;

    fn next(&mut self, take: &mut dyn FnMut(Frame<'_>)) -> Result<Step, CaptureError> {
        if self.signals.stop.load(Ordering::Relaxed) || self.left == Some(0) {
            return Ok(Step::End);
        }
        if let Some(rules) = self.reloaded() {
            return Ok(Step::Rules(rules));
        }
        match self.live.next()? {
            Some(frame) => {
                take(Frame {
                    data: frame.data,
                    time: frame.time,
                    number: frame.number,
                    link: frame.link,
                });
                self.left = self.left.map(|left| left.saturating_sub(1));
                self.quiet_since = None;
                Ok(Step::Frame)
            }
            None => {
                let since = *self.quiet_since.get_or_insert_with(Instant::now);
                // Packets may still be on their way when the clock says that a flow is over: so not at once.
                if since.elapsed() < QUIET {
                    return Ok(Step::Idle(Timestamp(i64::MIN)));
                }
                Ok(Step::Idle(now()))
            }
        }
    }
}

/// How an interface is read: as the command line says, or else the configuration.
fn options(args: &RunArgs, setup: &Setup, interface: &str) -> LiveOptions {
    let configured = setup.config.interface(interface);
    let standard = LiveOptions::default();
    let milliseconds = |ms: u32| Duration::from_millis(ms.into());
    LiveOptions {
        method: match args.capture_method {
            CaptureMethod::Auto => capture::CaptureMethod::Auto,
            CaptureMethod::AfPacket => capture::CaptureMethod::AfPacket,
            CaptureMethod::Pcap => capture::CaptureMethod::Pcap,
        },
        filter: args.filter.clone().or(configured.filter),
        snaplen: args.snaplen,
        promiscuous: !args.no_promiscuous && configured.promiscuous.unwrap_or(standard.promiscuous),
        block_size: configured.block_size.unwrap_or(standard.block_size),
        block_timeout: configured.block_timeout.map_or(standard.block_timeout, milliseconds),
        ..standard
    }
}

fn say_method(opened: &Opened) {
    let method = match opened.method {
        capture::CaptureMethod::AfPacket => "AF_PACKET",
        _ => "libpcap",
    };
    match &opened.fallback {
        Some(reason) => eprintln!("{} is read by {method}, not by AF_PACKET: {reason}", opened.interface),
        None => eprintln!("{} is read by {method}", opened.interface),
    }
}

/// Becomes another user, with its groups: for when the interfaces are open.
pub fn become_user(name: &str) -> Result<()> {
    let user = nix::unistd::User::from_name(name)
        .with_context(|| format!("cannot look up the user `{name}`"))?
        .ok_or_else(|| anyhow!("there is no user `{name}`"))?;
    let c_name = std::ffi::CString::new(name)?;
    let what = || format!("cannot become the user `{name}`; start as root, or leave out --user");
    nix::unistd::initgroups(&c_name, user.gid).with_context(what)?;
    nix::unistd::setgid(user.gid).with_context(what)?;
    nix::unistd::setuid(user.uid).with_context(what)?;
    // What was given up must not come back.
    if user.uid.as_raw() != 0 && nix::unistd::setuid(nix::unistd::Uid::from_raw(0)).is_ok() {
        return Err(anyhow!(
            "the privileges of root could be taken back after becoming `{name}`"
        ));
    }
    Ok(())
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(since.as_nanos().try_into().unwrap_or(i64::MAX))
}

/// How long no packet comes before flows are ended by the clock.
const QUIET: Duration = Duration::from_secs(2);
