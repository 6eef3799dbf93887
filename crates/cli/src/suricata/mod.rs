//! `ruleids suricata ...`, or the program by the name `suricata`: Suricata's own command line.
//!
//! What is not here is an error, not passed over: a script that counts on it should know.

mod analysis;
mod args;
mod lists;
mod phrases;
mod rules;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, anyhow};
use clap::Parser;

use crate::exit::Exit;
use crate::log::Log;
use crate::{Ended, Failure, run};
pub use analysis::write as write_analysis;
use args::Suricata;
pub use lists::version;
pub use rules::tell as tell_rules;

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
    match run(parsed) {
        Ok(Exit::Success | Exit::Alerts) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(failure) => {
            Log::console().error("suricata", &format!("{:#}", failure.error));
            ExitCode::FAILURE
        }
    }
}

fn run(mut args: Suricata) -> Ended {
    let usage = |error| Failure::new(Exit::Usage, error);
    if let Some(printed) = lists::print(&args) {
        return printed;
    }
    if let Some(reason) = args.refused() {
        return Err(usage(anyhow!("{reason}")));
    }
    if args.config.is_none() && Path::new(STANDARD_CONFIG).is_file() {
        args.config = Some(STANDARD_CONFIG.into());
    }
    if args.dump_config {
        return dump_config(&args);
    }
    let nothing_to_read = args.capture.is_none() && args.interfaces().is_empty();
    if nothing_to_read && !args.test && !args.engine_analysis {
        return Err(usage(anyhow!(
            "Please specify a runmode or capture option. Use --list-runmodes to see available runmodes."
        )));
    }
    if let Some(path) = &args.pidfile {
        fs::write(path, format!("{}\n", std::process::id()))
            .with_context(|| format!("cannot write {}", path.display()))
            .map_err(usage)?;
    }
    let filter = filter(&args).map_err(usage)?;
    if filter.is_some() && cfg!(not(feature = "live")) {
        return Err(usage(anyhow!(
            "this program was built without libpcap, which BPF filters take: build it with the feature `live`"
        )));
    }
    run::run(&args.into_run(filter))
}

fn dump_config(args: &Suricata) -> Ended {
    let request = config::Request {
        path: args.config.clone(),
        include: args.include.clone(),
        set: args.set.clone(),
        inline: args.simulate_ips,
        ..config::Request::default()
    };
    let tree = request.tree().map_err(|e| Failure::new(Exit::Rules, e))?;
    tree.dump().iter().for_each(|line| println!("{line}"));
    Ok(Exit::Success)
}

/// The BPF filter, of the command line or of a file.
fn filter(args: &Suricata) -> anyhow::Result<Option<String>> {
    let text = match &args.filter_file {
        Some(path) => fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?,
        None => args.filter.join(" "),
    };
    let text = text.trim().to_owned();
    Ok((!text.is_empty()).then_some(text))
}

/// Where Suricata has its configuration.
const STANDARD_CONFIG: &str = "/etc/suricata/suricata.yaml";
