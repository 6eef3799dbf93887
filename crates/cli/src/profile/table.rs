//! A profile as tables.

use std::cmp::Reverse;
use std::fmt::Write;

use engine::detect::{GroupWork, Work};
use output::grouped;

use super::names::{printable, reasons};
use super::{Told, advice};

/// The text.
pub fn text(told: &Told<'_>) -> String {
    let mut out = head(told);
    rules(told, &mut out);
    let mut keywords: Vec<_> = told.profile.by_keyword().into_iter().collect();
    keywords.sort_by_key(|(name, work)| (Reverse(work.cost), *name));
    let rows = keywords
        .iter()
        .map(|(name, work)| with_name(work_cells(work, told.rules_cost), name));
    section(
        (&mut out, limit(told)),
        "Keywords",
        &["cost", "share", "tried", "held", "", "bytes", "keyword"],
        rows,
    );
    let mut inspected: Vec<_> = told.profile.inspected.iter().collect();
    inspected.sort_by_key(|(what, work)| (Reverse(work.tried), **what));
    let rows = inspected
        .iter()
        .map(|(what, work)| with_name(work_cells(work, 0).split_off(2), &told.names.inspected(**what)));
    section(
        (&mut out, limit(told)),
        "Inspected",
        &["times", "all held", "", "bytes", "what"],
        rows,
    );
    search(told, &mut out);
    remedies(told, &mut out);
    out
}

fn head(told: &Told<'_>) -> String {
    let (counters, all) = (&told.profiled.counters, told.rules_cost + told.search_cost);
    format!(
        "{} packets, {} bytes in {}; {} rules, {} of them candidates; {} alerts\n\
         cost {}: {} to look for literals, {} to verify candidates\n",
        grouped(counters.packets),
        grouped(counters.bytes),
        match told.profiled.captures {
            1 => "one capture".to_owned(),
            many => format!("{} captures", grouped(many as u64)),
        },
        grouped(told.profile.rules.len() as u64),
        grouped(told.rules.len() as u64),
        grouped(told.profiled.alerts.iter().sum()),
        grouped(all),
        percent(told.search_cost, all),
        percent(told.rules_cost, all),
    )
}

fn rules(told: &Told<'_>, out: &mut String) {
    let time = told.args.time;
    let mut columns = vec!["cost", "share"];
    if time {
        columns.extend(["time", "longest"]);
    }
    columns.extend([
        "candidate",
        "header fits",
        "inspected",
        "matches",
        "alerts",
        "bytes",
        "dearest",
        "gid:sid:rev",
        "found by",
        "rule",
    ]);
    let rows = told.rules.iter().map(|line| {
        let (work, meta) = (line.work, line.meta);
        let mut cells = vec![grouped(work.cost), percent(work.cost, told.rules_cost)];
        if time {
            cells.extend([microseconds(work.nanoseconds), microseconds(work.max_nanoseconds)]);
        }
        let counts = [
            work.looks,
            work.fits,
            work.inspections,
            work.matches,
            line.alerts,
            work.bytes,
            work.max_cost,
        ];
        cells.extend(counts.map(grouped));
        cells.push(format!("{}:{}:{}", meta.gid, meta.sid, meta.rev));
        cells.push(reasons(work));
        cells.push(format!("{}  {}", line.place, printable(&meta.msg)));
        cells
    });
    section((out, limit(told)), "Rules", &columns, rows);
}

fn search(told: &Told<'_>, out: &mut String) {
    let mut groups: Vec<_> = told.profile.groups.iter().collect();
    groups.sort_by_key(|(group, work)| (Reverse(work.cost()), **group));
    let mut columns = vec!["cost", "share"];
    if told.args.time {
        columns.push("time");
    }
    columns.extend(["literals", "scans", "bytes", "found", "candidates", "where"]);
    let rows = groups.iter().map(|((scope, place), work)| {
        let mut cells = vec![grouped(work.cost()), percent(work.cost(), told.search_cost)];
        if told.args.time {
            cells.push(microseconds(work.nanoseconds));
        }
        let GroupWork {
            literals,
            scans,
            bytes,
            hits,
            candidates,
            ..
        } = **work;
        cells.extend([literals, scans, bytes, hits, candidates].map(grouped));
        cells.push(format!("{}: {}", told.names.scope(*scope), told.names.place(*place)));
        cells
    });
    section((out, limit(told)), "Search for literals", &columns, rows);
}

fn remedies(told: &Told<'_>, out: &mut String) {
    let all = advice::of(told);
    if all.is_empty() {
        return;
    }
    out.push_str("\nWorth a look\n");
    for advice in all {
        let (meta, cost) = (advice.line.meta, advice.line.work.cost);
        let _ = writeln!(
            out,
            "  {}:{} {}: {}, {} of the cost of rules",
            meta.gid,
            meta.sid,
            advice.line.place,
            advice.problem,
            percent(cost, told.rules_cost)
        );
        for remedy in &advice.remedies {
            let _ = writeln!(out, "    - {remedy}");
        }
    }
}

fn work_cells(work: &Work, all: u64) -> Vec<String> {
    vec![
        grouped(work.cost),
        percent(work.cost, all),
        grouped(work.tried),
        grouped(work.held),
        percent(work.held, work.tried),
        grouped(work.bytes),
    ]
}

fn with_name(mut cells: Vec<String>, name: &str) -> Vec<String> {
    cells.push(name.to_owned());
    cells
}

/// Appends a table: numbers to the right, what stands behind them to the left; nothing where there is no row.
fn section(
    (out, limit): (&mut String, usize),
    title: &str,
    columns: &[&str],
    rows: impl ExactSizeIterator<Item = Vec<String>>,
) {
    let hidden = rows.len().saturating_sub(limit);
    let rows: Vec<Vec<String>> = std::iter::once(columns.iter().map(|c| (*c).to_owned()).collect())
        .chain(rows.take(limit))
        .collect();
    if rows.len() == 1 {
        return;
    }
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|c| c.chars().count())
            .max()
    };
    let widths: Vec<usize> = (0..columns.len()).map(|column| width(column).unwrap_or(0)).collect();
    let _ = writeln!(out, "\n{title}");
    for row in &rows {
        let mut line = String::new();
        for ((cell, width), column) in row.iter().zip(&widths).zip(columns) {
            let _ = match *column {
                "gid:sid:rev" | "found by" => write!(line, "  {cell:<width$}"),
                "rule" | "keyword" | "what" | "where" => write!(line, "  {cell}"),
                _ => write!(line, "  {cell:>width$}"),
            };
        }
        let _ = writeln!(out, "{}", line.trim_end());
    }
    if hidden > 0 {
        let _ = writeln!(out, "  ... and {} more; --limit 0 shows all", grouped(hidden as u64));
    }
}

/// How many rows of a table are shown.
fn limit(told: &Told<'_>) -> usize {
    match told.args.limit.unwrap_or(SHOWN) {
        0 => usize::MAX,
        limit => limit,
    }
}

fn percent(part: u64, all: u64) -> String {
    if all == 0 {
        return "-".to_owned();
    }
    let tenths = u128::from(part) * 1000 / u128::from(all);
    format!("{}.{} %", tenths / 10, tenths % 10)
}

fn microseconds(nanoseconds: u64) -> String {
    format!("{} us", grouped(nanoseconds / 1000))
}

/// So many rows are shown unless it is said otherwise.
const SHOWN: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares() {
        assert_eq!(percent(1, 3), "33.3 %");
        assert_eq!(percent(0, 0), "-");
        assert_eq!(percent(u64::MAX, u64::MAX), "100.0 %");
    }

    #[test]
    fn numbers_stand_to_the_right() {
        let mut out = String::new();
        let row = |a: &str, b: &str| vec![a.to_owned(), b.to_owned()];
        section(
            (&mut out, 1),
            "T",
            &["n", "what"],
            [row("100", "a"), row("7", "b")].into_iter(),
        );
        assert_eq!(
            out,
            "\nT\n    n  what\n  100  a\n  ... and 1 more; --limit 0 shows all\n"
        );
    }
}
