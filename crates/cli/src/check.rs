//! `ruleids check`: what is wrong with rules, and what they wait for.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{IsTerminal, Write};

use engine::compile::{Compiler, codes};
use rayon::prelude::*;
use rule_parser::{Diagnostic, RuleFile, Severity, SourceText};

use crate::args::CheckArgs;
use crate::exit::Exit;
use crate::setup::{Setup, registry};
use crate::{Ended, Failure, load};

/// How the rules fared.
#[derive(Debug, Default)]
struct Tally {
    rules: usize,
    disabled: usize,
    syntax_errors: usize,
    ready: usize,
    waiting: usize,
    wrong: usize,
    /// For each keyword, protocol or construct: the rules that wait for it, and those that wait for nothing else.
    waits: BTreeMap<String, (usize, usize)>,
    /// Enabled rules that cannot be loaded.
    refused: usize,
}

pub fn check(args: &CheckArgs) -> Ended {
    let request = config::Request {
        path: args.config.clone(),
        set: args.set.clone(),
        ..config::Request::default()
    };
    let setup = Setup::new(request, &args.rules, false).map_err(|e| Failure::new(Exit::Rules, e))?;
    let read = load::read(&args.rules).map_err(|e| Failure::new(Exit::Rules, e))?;
    let sources = load::texts(&read);
    let files = load::parse(&sources, args.dialect, !args.enabled_only);
    let registry = registry();
    let compiler = setup.compiler(&registry);
    let mut tally = Tally::default();
    let mut found: Vec<Vec<Diagnostic>> = Vec::new();
    for (file, source) in files.iter().zip(&sources) {
        found.push(tally.file(file, source, &compiler));
    }
    // Rules that are loaded together can be wrong together: two with the same sid.
    let compilation = compiler.compile(&files);
    for (mine, all) in found.iter_mut().zip(&compilation.diagnostics) {
        let together = all.iter().filter(|d| d.code == codes::DUPLICATE_SID).cloned();
        mine.extend(together);
        mine.sort_by_key(|d| d.span.start);
    }
    tally.refused = compilation.files.iter().map(|f| f.refused).sum();
    let mut out = std::io::stdout().lock();
    let printed = if args.json {
        print_json(&mut out, &sources, &found)
    } else {
        print(&mut out, args, &sources, &files, &found, &tally)
    };
    printed.map_err(|e| Failure::new(Exit::Usage, e))?;
    Ok(if tally.refused > 0 && !args.keep_going {
        Exit::Rules
    } else {
        Exit::Success
    })
}

impl Tally {
    /// Checks the rules of a file, each by itself; gives what there is to say of it.
    fn file(&mut self, file: &RuleFile<'_>, source: &SourceText<'_>, compiler: &Compiler<'_>) -> Vec<Diagnostic> {
        let mut all: Vec<Diagnostic> = file.diagnostics.clone();
        self.syntax_errors += file.broken.len();
        self.rules += file.rules.len() + file.broken.len();
        let checked: Vec<_> = file
            .rules
            .par_iter()
            .map(|rule| compiler.check_rule(rule, file.dialect))
            .collect();
        for (rule, result) in file.rules.iter().zip(checked) {
            self.disabled += usize::from(!rule.enabled);
            let Err(problems) = result else {
                self.ready += 1;
                continue;
            };
            let waits: BTreeSet<String> = problems
                .iter()
                .filter(|p| p.code == codes::NOT_SUPPORTED)
                .map(|p| source.text()[p.span.range()].to_owned())
                .collect();
            let only_waits = problems.iter().all(|p| p.code == codes::NOT_SUPPORTED);
            for name in &waits {
                let count = self.waits.entry(name.clone()).or_default();
                count.0 += 1;
                count.1 += usize::from(only_waits && waits.len() == 1);
            }
            if only_waits {
                self.waiting += 1;
            } else {
                self.wrong += 1;
                all.extend(
                    problems
                        .into_iter()
                        .filter(|p| p.code != codes::NOT_SUPPORTED)
                        .map(|p| if rule.enabled { p } else { softened(p) }),
                );
            }
        }
        all
    }
}

/// What is wrong with a commented-out rule is no error: nobody loads it.
fn softened(mut diagnostic: Diagnostic) -> Diagnostic {
    diagnostic.severity = diagnostic.severity.min(Severity::Warning);
    diagnostic
}

fn print_json(out: &mut impl Write, sources: &[SourceText<'_>], found: &[Vec<Diagnostic>]) -> std::io::Result<()> {
    for (source, diagnostics) in sources.iter().zip(found) {
        out.write_all(rule_parser::to_json(source, diagnostics).as_bytes())?;
    }
    Ok(())
}

fn print(
    out: &mut impl Write,
    args: &CheckArgs,
    sources: &[SourceText<'_>],
    files: &[RuleFile<'_>],
    found: &[Vec<Diagnostic>],
    tally: &Tally,
) -> std::io::Result<()> {
    let color = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let mut left = if args.show == 0 { usize::MAX } else { args.show };
    let mut hidden = 0;
    for (source, diagnostics) in sources.iter().zip(found) {
        let shown: Vec<Diagnostic> = diagnostics
            .iter()
            .filter(|d| d.severity > Severity::Note)
            .take(left)
            .cloned()
            .collect();
        left -= shown.len();
        hidden += diagnostics.iter().filter(|d| d.severity > Severity::Note).count() - shown.len();
        if !shown.is_empty() {
            write!(out, "{}", rule_parser::render(source, &shown, color))?;
        }
    }
    if hidden > 0 {
        writeln!(out, "... and {hidden} more; --show 0 shows all")?;
    }
    for file in files.iter().zip(sources) {
        writeln!(
            out,
            "{}: {} rules, dialect {} ({})",
            file.1.path(),
            file.0.rules.len() + file.0.broken.len(),
            file.0.dialect,
            decided(file.0)
        )?;
    }
    writeln!(
        out,
        "\n{:>7} rules parsed, {} of them commented out",
        tally.rules, tally.disabled
    )?;
    writeln!(out, "{:>7} syntax errors", tally.syntax_errors)?;
    writeln!(out, "{:>7} can be loaded", tally.ready)?;
    writeln!(out, "{:>7} wait for what is not supported yet", tally.waiting)?;
    writeln!(out, "{:>7} are wrong", tally.wrong)?;
    if !tally.waits.is_empty() {
        writeln!(out, "\n  rules  (for it alone)  wait for")?;
        let mut waits: Vec<_> = tally.waits.iter().collect();
        waits.sort_by(|a, b| b.1.0.cmp(&a.1.0).then(a.0.cmp(b.0)));
        for (name, (all, alone)) in waits {
            writeln!(out, "{all:>7}  {alone:>14}  {name}")?;
        }
    }
    Ok(())
}

fn decided(file: &RuleFile<'_>) -> String {
    use rule_parser::DialectSource;
    match &file.dialect_source {
        DialectSource::Option => "as --dialect says".to_owned(),
        DialectSource::Line(_) => "as a line of the file says".to_owned(),
        DialectSource::Detected { because, .. } => format!("detected: {because}"),
        DialectSource::Default => "the default: nothing in it tells".to_owned(),
    }
}
