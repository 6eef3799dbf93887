//! The command line.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use rule_parser::Dialect;

/// A Suricata- and Snort-compatible rule engine: rules and traffic in, alerts out.
#[derive(Debug, Parser)]
#[command(name = "ruleids", version, about, max_term_width = 100, args_conflicts_with_subcommands = true, after_help = EXAMPLES)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub run: RunArgs,
}

/// What there is to do beside reading traffic.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check rules: what is wrong with them, and what waits for a keyword that is not supported yet
    Check(CheckArgs),
    /// Tell what each rule and each keyword costs over captures, and which rules could be cheaper
    Profile(ProfileArgs),
    /// List the keywords
    Keywords(ListArgs),
    /// Speak Suricata's own command line; so does a link to this program named `suricata`
    #[command(disable_help_flag = true)]
    Suricata {
        /// Suricata's options
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        options: Vec<std::ffi::OsString>,
    },
    /// List the protocols that a rule's header may name, and what there is of each application protocol
    Protocols,
    /// List the network interfaces
    #[cfg(feature = "live")]
    Interfaces,
}

/// Reading traffic.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Rule files, and folders of them (every *.rules below); may be repeated
    #[arg(short = 'r', long = "rules", value_name = "PATH", num_args = 1..)]
    pub rules: Vec<PathBuf>,
    /// Captures: pcap or pcapng, also .gz and .zst; folders of them; - for standard input. Each has a state of its own
    #[arg(short = 'p', long = "pcap", value_name = "PATH", num_args = 1.., conflicts_with = "interface")]
    pub pcap: Vec<PathBuf>,
    /// Capture from this interface; may be repeated
    #[cfg(feature = "live")]
    #[arg(short = 'i', long, value_name = "IFACE")]
    pub interface: Vec<String>,
    /// A suricata.yaml
    #[arg(short = 'c', long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Set a key of the configuration: vars.address-groups.HOME_NET=[10.0.0.0/8]; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Where eve.json and fast.log go [default: the configuration's default-log-dir with -c, else no files]
    #[arg(short = 'l', long = "log-dir", value_name = "DIR")]
    pub log_dir: Option<PathBuf>,
    /// Checksums: `all` are checked, or `none` (for traffic captured on a host that leaves them to its card)
    #[arg(short = 'k', value_name = "all|none")]
    pub checksums: Option<Checksums>,
    /// Read rules in this dialect, whatever they look like
    #[arg(long, value_name = "DIALECT")]
    pub dialect: Option<Dialect>,
    /// Worker threads, or `auto` for one per core that this process may use [default: 1, or live what the
    /// configuration's af-packet says]
    #[arg(long, value_name = "N")]
    pub threads: Option<Threads>,
    /// Live: cores for the workers, such as `0,2-3`, or `auto` for all; each worker runs on one of them, in turn
    /// [default: what the configuration's threading says, or else any core]
    #[cfg(feature = "live")]
    #[arg(long, value_name = "CORES", conflicts_with = "pcap")]
    pub cpu_affinity: Option<CpuAffinity>,
    /// By what live packets are taken
    #[cfg(feature = "live")]
    #[arg(long, value_name = "METHOD", default_value = "auto")]
    pub capture_method: CaptureMethod,
    /// Only packets that pass this BPF filter
    #[cfg(feature = "live")]
    #[arg(short = 'f', long, value_name = "FILTER")]
    pub filter: Option<String>,
    /// Bytes kept of each live packet
    #[arg(long, value_name = "BYTES", default_value_t = 262_144, value_parser = clap::value_parser!(u32).range(64..=262_144))]
    pub snaplen: u32,
    /// Do not ask the interface for packets that are for others
    #[arg(long)]
    pub no_promiscuous: bool,
    /// Stop after so many packets
    #[arg(long, value_name = "N")]
    pub count: Option<u64>,
    /// Become this user once the interfaces are open
    #[arg(long, value_name = "USER")]
    pub user: Option<String>,
    /// Load the rules, say what is wrong, and stop
    #[arg(short = 'T', long = "test")]
    pub test: bool,
    /// Exit with 0 although rules were refused
    #[arg(long)]
    pub keep_going: bool,
    /// Exit with 5 when an alert has this priority or a graver one (1 is the gravest)
    #[arg(long, value_name = "PRIORITY", num_args = 0..=1, default_missing_value = "255")]
    pub fail_on: Option<u8>,
    /// Write EVE records to standard output instead of alert lines
    #[arg(long)]
    pub json: bool,
    /// Say more; a line that starts with `ready` comes before the first packet
    #[arg(short = 'v', long, action = ArgAction::Count)]
    pub verbose: u8,
    /// Say nothing but alerts and errors
    #[arg(short = 'q', long)]
    pub quiet: bool,
    #[arg(skip)]
    pub manner: Manner,
}

/// What Suricata's command line asks for and this program's own does not.
#[derive(Clone, Debug, Default)]
pub struct Manner {
    /// The command line was Suricata's.
    pub suricata: bool,
    /// Packets that rules drop are dropped, as if the program stood between two networks.
    pub inline: bool,
    /// The rules named are instead of the configuration's, not beside them.
    pub exclusive: bool,
    /// No rules are loaded.
    pub no_rules: bool,
    /// Where files that rules write and read again are.
    pub data_dir: Option<PathBuf>,
    /// Configurations that are read after the other.
    pub include: Vec<PathBuf>,
    /// What the rules look like is written, and that is all.
    pub analysis: bool,
    /// The file and the line of each rule are kept.
    pub places: bool,
    /// Captures that were read to their end are removed.
    pub delete: bool,
}

/// Checking rules.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Rule files, and folders of them (every *.rules below)
    #[arg(required = true, value_name = "PATH")]
    pub rules: Vec<PathBuf>,
    /// A suricata.yaml, for its variables and classifications
    #[arg(short = 'c', long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Set a key of the configuration
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Read rules in this dialect, whatever they look like
    #[arg(long, value_name = "DIALECT")]
    pub dialect: Option<Dialect>,
    /// Leave out rules that are commented out
    #[arg(long)]
    pub enabled_only: bool,
    /// One JSON object per finding
    #[arg(long)]
    pub json: bool,
    /// Show at most so many findings drawn in full; 0 for all
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub show: usize,
    /// Exit with 0 although rules were refused
    #[arg(long)]
    pub keep_going: bool,
}

/// Counting what rules cost.
#[derive(Debug, Args)]
pub struct ProfileArgs {
    /// Rule files, and folders of them (every *.rules below); may be repeated
    #[arg(short = 'r', long = "rules", value_name = "PATH", num_args = 1..)]
    pub rules: Vec<PathBuf>,
    /// Captures: pcap or pcapng, also .gz and .zst; folders of them; - for standard input
    #[arg(short = 'p', long = "pcap", required = true, value_name = "PATH", num_args = 1..)]
    pub pcap: Vec<PathBuf>,
    /// A suricata.yaml
    #[arg(short = 'c', long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Set a key of the configuration
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Checksums: `all` are checked, or `none`
    #[arg(short = 'k', value_name = "all|none")]
    pub checksums: Option<Checksums>,
    /// Read rules in this dialect, whatever they look like
    #[arg(long, value_name = "DIALECT")]
    pub dialect: Option<Dialect>,
    /// Worker threads, or `auto` for one per core; what is counted is the same
    #[arg(long, value_name = "N", default_value = "1")]
    pub threads: Threads,
    /// Stop after so many packets of each capture
    #[arg(long, value_name = "N")]
    pub count: Option<u64>,
    /// What comes first
    #[arg(long, value_name = "BY", default_value = "cost")]
    pub sort: SortBy,
    /// Show so many rows of each table, and so many rules with --json; 0 for all [default: 20, with --json all]
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Measure time as well: unlike what is counted, it is never the same twice
    #[arg(long)]
    pub time: bool,
    /// One JSON object instead of tables
    #[arg(long)]
    pub json: bool,
    /// Exit with 0 although rules were refused
    #[arg(long)]
    pub keep_going: bool,
    /// Say nothing of rules that were refused
    #[arg(short = 'q', long)]
    pub quiet: bool,
}

impl ProfileArgs {
    /// The same as a run.
    pub fn as_run(&self) -> RunArgs {
        RunArgs {
            rules: self.rules.clone(),
            pcap: self.pcap.clone(),
            config: self.config.clone(),
            set: self.set.clone(),
            checksums: self.checksums,
            dialect: self.dialect,
            threads: Some(self.threads),
            count: self.count,
            keep_going: self.keep_going,
            quiet: self.quiet,
            manner: Manner {
                places: true,
                ..Manner::default()
            },
            ..Cli::parse_from(["ruleids"]).run
        }
    }
}

/// `--sort`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SortBy {
    /// Units, which are counted: about the nanoseconds of one machine.
    Cost,
    /// Units of the dearest look.
    Max,
    /// Time, with --time.
    Time,
    /// How often it was a candidate.
    Candidates,
    /// How often any of its buffers was inspected.
    Inspections,
    /// Bytes that were looked at.
    Bytes,
    /// Matches, before thresholds.
    Matches,
    /// Alerts.
    Alerts,
}

/// Listing.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Only this one, with its documentation
    pub name: Option<String>,
    /// The columns of `suricata --list-keywords=csv`
    #[arg(long)]
    pub csv: bool,
}

/// `-k`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Checksums {
    /// Packets with wrong checksums are not reassembled.
    All,
    /// Checksums are not looked at.
    None,
}

/// `--capture-method`.
#[cfg(feature = "live")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum CaptureMethod {
    /// af-packet where it can be, else pcap.
    #[default]
    Auto,
    /// The kernel's own ring, read in place: Linux only.
    AfPacket,
    /// libpcap: any interface that it knows.
    Pcap,
}

impl RunArgs {
    /// The number of workers for captures.
    pub fn workers(&self) -> usize {
        self.threads.map_or(1, |threads| threads.0)
    }
}

/// `--threads`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threads(pub usize);

impl Threads {
    /// One for each core that this process may use: its affinity and the quota of its control group count.
    pub fn auto() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self(cores.min(MAX_THREADS))
    }
}

impl std::str::FromStr for Threads {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "auto" {
            return Ok(Self::auto());
        }
        match text.parse() {
            Ok(n) if (1..=MAX_THREADS).contains(&n) => Ok(Self(n)),
            _ => Err(format!("expected a number from 1 to {MAX_THREADS}, or `auto`")),
        }
    }
}

/// `--cpu-affinity`.
#[cfg(feature = "live")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CpuAffinity(pub config::Cores);

#[cfg(feature = "live")]
impl std::str::FromStr for CpuAffinity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "auto" {
            return Ok(Self(config::Cores::All));
        }
        text.parse()
            .map(Self)
            .map_err(|reason| format!("{reason}, or `auto` for all"))
    }
}

/// A worker has at least one of the engine's shards.
const MAX_THREADS: usize = 64;

const EXAMPLES: &str = "\
Examples:
  ruleids -r rules/ -p capture.pcap            alerts of a capture
  ruleids -r rules/ -i eth0 -l /var/log/ruleids   guard a network
  ruleids check my.rules                       what is wrong with these rules
  ruleids profile -r my.rules -p capture.pcap  what they cost

Exit status: 0 all well; 2 usage; 3 rules or configuration in error; 4 a capture is missing,
truncated or no capture; 5 an alert at or above --fail-on.";
