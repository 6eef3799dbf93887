//! `docs/cli.md`: what the program says of its command line.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::markdown::GENERATED;
use crate::tree::output;

/// The page.
///
/// # Errors
/// When the program cannot be built or run.
pub fn page(root: &Path) -> Result<String> {
    let main = help(root, &[])?;
    let mut out = format!("{GENERATED}# The command line\n\n{}", block(&main));
    for command in commands(&main) {
        let _ = write!(out, "\n## ruleids {command}\n\n{}", block(&help(root, &[command])?));
    }
    Ok(out)
}

fn help(root: &Path, command: &[&str]) -> Result<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    output(
        Command::new(cargo)
            .args(["run", "--quiet", "--package", "ruleids", "--bin", "ruleids", "--"])
            .args(command)
            .arg("--help")
            .env_remove("COLUMNS")
            .current_dir(root),
    )
}

/// The names under `Commands:`.
fn commands(help: &str) -> Vec<&str> {
    let listed = help.lines().skip_while(|l| *l != "Commands:").skip(1);
    listed
        .take_while(|l| !l.is_empty())
        .filter_map(|l| {
            l.strip_prefix("  ")?
                .split_whitespace()
                .next()
                .filter(|_| !l.starts_with("   "))
        })
        .filter(|name| *name != "help")
        .collect()
}

fn block(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    format!("```text\n{}\n```\n", lines.join("\n").trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_found() {
        let help = "Usage: x\n\nCommands:\n  check     Check rules\n            and more\n  keywords  List\n  help      Print\n\nOptions:\n  -x\n";
        assert_eq!(commands(help), ["check", "keywords"]);
    }
}
