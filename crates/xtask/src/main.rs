//! `cargo xtask`: what the project checks and generates by itself.
#![forbid(unsafe_code)]

mod docs;
mod finding;
mod floors;
mod links;
mod new_protocol;
mod text;
mod tree;

use std::process::ExitCode;

use anyhow::Result;

use finding::Finding;
use tree::Tree;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let findings = match args.as_slice() {
        ["floors"] => Tree::of_workspace().and_then(|tree| floors::check(&tree)),
        ["docs"] => docs::write(),
        ["docs", "--check"] => docs::check(),
        ["new-protocol", name] => new_protocol::new_protocol(name),
        ["check-text"] => Tree::of_workspace().map(|tree| text::check(&tree)),
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    report(findings)
}

/// Prints what was found; any finding makes the run fail.
fn report(findings: Result<Vec<Finding>>) -> ExitCode {
    match findings {
        Ok(findings) if findings.is_empty() => ExitCode::SUCCESS,
        Ok(findings) => {
            for finding in &findings {
                eprintln!("{finding}");
            }
            eprintln!("error: {} found", counted(findings.len()));
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn counted(n: usize) -> String {
    if n == 1 {
        "1 problem".to_owned()
    } else {
        format!("{n} problems")
    }
}

const USAGE: &str = "\
cargo xtask floors        which crate and module imports which, where unsafe code and clocks are, sizes and names of files
cargo xtask docs          makes the pages below docs/ that come from the code; with --check says which are stale
cargo xtask new-protocol NAME
                          makes a folder for an application protocol, copied from the one that is made for it
cargo xtask check-text    tracked files name no path of one machine, hold no conflict marker and no snapshot under review;
                          links between pages lead somewhere
";
