//! `ruleids suricata ...`, or the program by the name `suricata`: Suricata's own command line.
//!
//! What is not here is an error, not passed over: a script that counts on it should know.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use crate::args::{Checksums, Manner, RunArgs, Threads};
use crate::exit::Exit;
use crate::{Failure, run};

/// Suricata's command line, as far as it is spoken here.
#[derive(Debug, Parser)]
#[command(
    name = "suricata",
    disable_version_flag = true,
    about = "Suricata's own command line"
)]
struct Suricata {
    /// The configuration
    #[arg(short = 'c', value_name = "FILE")]
    config: Option<PathBuf>,
    /// Rules, instead of the configuration's; may be repeated
    #[arg(short = 'S', value_name = "FILE")]
    only: Vec<PathBuf>,
    /// Rules, beside the configuration's; may be repeated
    #[arg(short = 's', value_name = "FILE")]
    also: Vec<PathBuf>,
    /// A capture, or a folder of captures
    #[arg(short = 'r', value_name = "PATH")]
    capture: Option<PathBuf>,
    /// An interface
    #[cfg(feature = "live")]
    #[arg(short = 'i', value_name = "IFACE")]
    interface: Vec<String>,
    /// Where logs go
    #[arg(short = 'l', value_name = "DIR")]
    log_dir: Option<PathBuf>,
    /// Whether checksums are looked at
    #[arg(short = 'k', value_name = "all|none")]
    checksums: Option<Checksums>,
    /// Test the configuration and the rules
    #[arg(short = 'T')]
    test: bool,
    /// Print the version
    #[arg(short = 'V')]
    version: bool,
    /// Print what the program was built with
    #[arg(long)]
    build_info: bool,
    /// Print the configuration
    #[arg(long)]
    dump_config: bool,
    /// Say more
    #[arg(short = 'v', action = clap::ArgAction::Count)]
    verbose: u8,
    /// Set a key of the configuration
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// `single` or `autofp`; the output is the same
    #[arg(long, value_name = "MODE")]
    runmode: Option<String>,
    /// Act as if the program stood between two networks
    #[arg(long)]
    simulate_ips: bool,
    /// Rules in error end the program
    #[arg(long)]
    init_errors_fatal: bool,
    /// Load no rules
    #[arg(long)]
    disable_detection: bool,
    /// Nothing is random here
    #[arg(long)]
    no_random: bool,
    /// Where files that rules write and read again are
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Become this user
    #[arg(long, value_name = "USER")]
    user: Option<String>,
}

/// Whether the program was called by Suricata's name, or asked to be it; then, its arguments.
pub fn asked_for(mut args: Vec<OsString>) -> Option<Vec<OsString>> {
    let name = args.first().map(PathBuf::from)?;
    if name.file_name().is_some_and(|n| n == "suricata") {
        return Some(args);
    }
    (args.get(1)? == "suricata").then(|| {
        args.remove(0);
        args
    })
}

/// Runs with Suricata's command line. Ends with 0 or 1, as Suricata does.
pub fn main(args: Vec<OsString>) -> ExitCode {
    let parsed = match Suricata::try_parse_from(args) {
        Ok(parsed) => parsed,
        Err(error) => {
            // If it cannot be printed there is nobody to tell.
            let _ = error.print();
            return if error.use_stderr() {
                ExitCode::FAILURE
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    match parsed.run() {
        Ok(Exit::Success | Exit::Alerts) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("error: {:#}", failure.error);
            ExitCode::FAILURE
        }
    }
}

impl Suricata {
    fn run(self) -> Result<Exit, Failure> {
        let ours = env!("CARGO_PKG_VERSION");
        if self.version {
            println!("This is Suricata version {SPOKEN} (ruleids {ours})");
            return Ok(Exit::Success);
        }
        if self.build_info {
            println!("This is Suricata version {SPOKEN} (ruleids {ours})");
            println!("Features: PCRE_JIT RUST");
            println!("\nSuricata Configuration:\n  Rust support:                            yes");
            return Ok(Exit::Success);
        }
        if self.dump_config {
            let loaded = config::Request {
                path: self.config,
                set: self.set,
                inline: self.simulate_ips,
                ..config::Request::default()
            }
            .load();
            let loaded = loaded.map_err(|e| Failure::new(Exit::Rules, e))?;
            loaded.tree.dump().iter().for_each(|line| println!("{line}"));
            return Ok(Exit::Success);
        }
        run::run(&self.translated())
    }

    fn translated(self) -> RunArgs {
        let exclusive = !self.only.is_empty();
        RunArgs {
            rules: if exclusive { self.only } else { self.also },
            pcap: self.capture.into_iter().collect(),
            #[cfg(feature = "live")]
            interface: self.interface,
            config: self.config,
            set: self.set,
            log_dir: self.log_dir,
            checksums: self.checksums,
            dialect: Some(rule_parser::Dialect::Suricata),
            threads: Threads(1),
            #[cfg(feature = "live")]
            filter: None,
            snaplen: 262_144,
            no_promiscuous: false,
            count: None,
            user: self.user,
            test: self.test,
            keep_going: !self.init_errors_fatal,
            fail_on: None,
            json: false,
            verbose: self.verbose,
            quiet: false,
            manner: Manner {
                suricata: true,
                inline: self.simulate_ips,
                exclusive,
                no_rules: self.disable_detection,
                data_dir: self.data_dir,
            },
        }
    }
}

/// The version of Suricata whose rules and command line this is.
const SPOKEN: &str = "9.0.0";
