//! Literals that every match of an expression holds, for the prefilter.

use regex_syntax::ast::Ast;
use regex_syntax::hir::translate::TranslatorBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

use super::flags::Options;

/// Literals in lower case of which every match holds at least one; empty where none are known.
pub(super) fn required(pattern: &str, ast: &Ast, options: Options) -> Vec<Box<[u8]>> {
    let translator = TranslatorBuilder::new()
        .unicode(false)
        .utf8(false)
        .case_insensitive(options.caseless)
        .dot_matches_new_line(options.dot_all)
        .build();
    let hir = { translator }.translate(pattern, ast);
    let mut best = hir.ok().and_then(|hir| of(&hir)).unwrap_or_default();
    best.sort_unstable();
    best.dedup();
    best.into_iter().map(Vec::into_boxed_slice).collect()
}

/// Alternatives of which one must be there; `None` where nothing is known.
type Alternatives = Vec<Vec<u8>>;

/// LIMIT: more alternatives than this are not worth looking for.
const MAX_ALTERNATIVES: usize = 16;

fn of(hir: &Hir) -> Option<Alternatives> {
    match hir.kind() {
        HirKind::Literal(literal) => Some(vec![literal.0.to_ascii_lowercase()]),
        HirKind::Class(class) => folded_byte(class).map(|byte| vec![vec![byte]]),
        HirKind::Capture(capture) => of(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => of(&repetition.sub),
        HirKind::Concat(parts) => of_sequence(parts),
        HirKind::Alternation(branches) => {
            let mut all = Vec::new();
            for branch in branches {
                all.extend(of(branch)?);
            }
            (all.len() <= MAX_ALTERNATIVES).then_some(all)
        }
        HirKind::Empty | HirKind::Look(_) | HirKind::Repetition(_) => None,
    }
}

/// The best part of a sequence, neighbouring bytes taken together.
fn of_sequence(parts: &[Hir]) -> Option<Alternatives> {
    let mut best: Option<Alternatives> = None;
    let mut run = Vec::new();
    for part in parts {
        match run_of(part) {
            Some(bytes) => run.extend(bytes),
            None => {
                better(&mut best, std::mem::take(&mut run));
                if let Some(found) = of(part)
                    && worth(&found) > best.as_ref().map_or(0, worth)
                {
                    best = Some(found);
                }
            }
        }
    }
    better(&mut best, run);
    best
}

fn better(best: &mut Option<Alternatives>, run: Vec<u8>) {
    if run.len() > best.as_ref().map_or(0, worth) {
        *best = Some(vec![run]);
    }
}

/// The bytes of a part that is one literal.
fn run_of(part: &Hir) -> Option<Vec<u8>> {
    match part.kind() {
        HirKind::Literal(literal) => Some(literal.0.to_ascii_lowercase()),
        HirKind::Class(class) => folded_byte(class).map(|byte| vec![byte]),
        HirKind::Look(_) => Some(Vec::new()),
        HirKind::Capture(capture) => run_of(&capture.sub),
        HirKind::Concat(parts) => parts
            .iter()
            .map(run_of)
            .collect::<Option<Vec<_>>>()
            .map(|runs| runs.concat()),
        _ => None,
    }
}

/// How well a set of alternatives picks matches out: the length of its shortest.
fn worth(alternatives: &Alternatives) -> usize {
    alternatives.iter().map(Vec::len).min().unwrap_or(0)
}

/// The letter that a class of its two cases stands for.
fn folded_byte(class: &Class) -> Option<u8> {
    let Class::Bytes(class) = class else { return None };
    let mut bytes = class.iter().flat_map(|range| range.start()..=range.end());
    let first = bytes.next()?;
    match (bytes.next(), bytes.next()) {
        (None, _) => Some(first.to_ascii_lowercase()),
        (Some(second), None) if first.eq_ignore_ascii_case(&second) => Some(second.to_ascii_lowercase()),
        _ => None,
    }
}
