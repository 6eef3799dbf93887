//! `ruleids`: rules and traffic in, alerts out.
#![forbid(unsafe_code)]

mod args;
mod check;
mod exit;
mod list;
mod load;
mod log;
mod profile;
mod run;
mod setup;
mod suricata;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};
use exit::Exit;

// PERF: loading and traffic take a tenth less time than with glibc's.
#[cfg(feature = "jemalloc")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    if let Some(args) = suricata::asked_for(std::env::args_os().collect()) {
        return suricata::main(args);
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // --help and --version are no errors; if they cannot be printed there is nobody to tell.
            let _ = error.print();
            return if error.use_stderr() {
                Exit::Usage.into()
            } else {
                Exit::Success.into()
            };
        }
    };
    let result = match &cli.command {
        None => run::run(&cli.run),
        Some(Command::Check(args)) => check::check(args),
        Some(Command::Profile(args)) => profile::profile(args),
        Some(Command::Keywords(args)) => list::keywords(args),
        // Taken care of before the rest is looked at.
        Some(Command::Suricata { .. }) => Ok(Exit::Usage),
        Some(Command::Protocols) => list::protocols(),
        #[cfg(feature = "live")]
        Some(Command::Interfaces) => list::interfaces(),
    };
    match result {
        Ok(exit) => exit.into(),
        Err(failure) => {
            eprintln!("error: {:#}", failure.error);
            failure.exit.into()
        }
    }
}

/// Why the program ends early.
#[derive(Debug)]
pub struct Failure {
    /// The exit status.
    pub exit: Exit,
    /// What to tell.
    pub error: anyhow::Error,
}

impl Failure {
    /// A failure that ends with `exit`.
    pub fn new(exit: Exit, error: impl Into<anyhow::Error>) -> Self {
        Self {
            exit,
            error: error.into(),
        }
    }
}

/// What a command gives: its exit status, or why it ended early.
pub type Ended = Result<Exit, Failure>;
