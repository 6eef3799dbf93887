//! How interfaces are opened: as the command line says, or else the configuration.

use std::time::Duration;

use capture::{CaptureError, Live, LiveOptions};
use config::ThreadCount;

use crate::args::{CaptureMethod, RunArgs, Threads};
use crate::setup::Setup;

/// How many workers the command line asks for, or else the interface that asks for the most.
pub fn workers(args: &RunArgs, setup: &Setup) -> usize {
    let configured = || {
        let all = args
            .interface
            .iter()
            .map(|name| match setup.config.interface(name).threads {
                Some(ThreadCount::Auto) => Threads::auto().0,
                Some(ThreadCount::Of(number)) => number,
                None => 1,
            });
        all.max().unwrap_or(1)
    };
    args.threads.map_or_else(configured, |threads| threads.0)
}

/// The interfaces, opened.
pub struct Opened {
    /// One for each worker, or one for all.
    pub readers: Vec<Live>,
    /// Why it is one, where there are several workers.
    pub alone: Option<String>,
    /// How long the kernel may hold a frame back.
    pub patience: Duration,
}

/// Opens the interfaces once for each worker, so that none waits for another; by what cannot be shared, once for all.
///
/// # Errors
/// When an interface cannot be opened.
pub fn open(args: &RunArgs, setup: &Setup, workers: usize) -> Result<Opened, CaptureError> {
    let options: Vec<LiveOptions> = args.interface.iter().map(|name| of(args, setup, name)).collect();
    let interfaces = || args.interface.iter().map(String::as_str).zip(&options);
    let holds = |options: &LiveOptions| options.block_timeout.max(options.timeout);
    let patience = options.iter().map(holds).max().unwrap_or_default() + MARGIN;
    let several = workers > 1 && args.capture_method != CaptureMethod::Pcap;
    let refused = match several.then(|| Live::open_shared(interfaces(), workers)) {
        Some(Ok(readers)) => {
            return Ok(Opened {
                readers,
                alone: None,
                patience,
            });
        }
        Some(Err(error)) if args.capture_method == CaptureMethod::AfPacket => return Err(error),
        Some(Err(error)) => Some(error.to_string()),
        None if workers > 1 => Some("libpcap was asked for".to_owned()),
        None => None,
    };
    Ok(Opened {
        readers: vec![Live::open_each(interfaces())?],
        alone: refused,
        patience,
    })
}

fn of(args: &RunArgs, setup: &Setup, interface: &str) -> LiveOptions {
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
        buffer_size: configured
            .ring_size
            .map_or(standard.buffer_size, |packets| packets.saturating_mul(BYTES_OF_PACKET)),
        block_size: configured.block_size.unwrap_or(standard.block_size),
        block_timeout: configured.block_timeout.map_or(standard.block_timeout, milliseconds),
        #[cfg(target_os = "linux")]
        fanout: Some(fanout(configured.cluster)),
        ..standard
    }
}

/// How several readers share an interface.
#[cfg(target_os = "linux")]
fn fanout(configured: Option<config::Cluster>) -> capture::Fanout {
    use capture::FanoutMode;
    use config::Cluster;
    capture::Fanout {
        mode: match configured {
            Some(Cluster::Cpu) => FanoutMode::Cpu,
            Some(Cluster::Queue) => FanoutMode::Queue,
            // All between two hosts, and so all of a flow: alerts are those of a single worker.
            Some(Cluster::Flow) | None => FanoutMode::Pair,
        },
        ..capture::Fanout::default()
    }
}

/// Room for a packet of Ethernet with what the kernel says of it.
const BYTES_OF_PACKET: u32 = 2048;

/// What the kernel takes beyond its timeouts.
const MARGIN: Duration = Duration::from_millis(50);
