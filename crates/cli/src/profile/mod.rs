//! `ruleids profile`: what each rule, each keyword and the search for literals cost over captures.

mod advice;
mod json;
mod names;
mod table;

use std::cmp::Reverse;

use engine::detect::{Profile, RuleWork};
use engine::rule::RuleMeta;

use crate::args::{ProfileArgs, SortBy};
use crate::run::{Profiled, profile_captures};
use crate::{Ended, list};
use names::Names;

pub fn profile(args: &ProfileArgs) -> Ended {
    let profiled = profile_captures(&args.as_run(), args.time)?;
    let Some(profile) = profiled.counters.profile.as_deref() else {
        // No capture could be opened: there is nothing to tell but why, which was told.
        return Ok(profiled.exit);
    };
    let told = Told::new(args, &profiled, profile);
    let text = if args.json {
        json::text(&told)
    } else {
        table::text(&told)
    };
    list::write(&text)?;
    Ok(profiled.exit)
}

/// Everything that is told of.
struct Told<'p> {
    args: &'p ProfileArgs,
    profiled: &'p Profiled,
    profile: &'p Profile,
    names: Names<'p>,
    /// The rules that were looked at, in the order that was asked for.
    rules: Vec<Line<'p>>,
    /// Units that all rules cost.
    rules_cost: u64,
    /// Units that the search for literals cost.
    search_cost: u64,
}

/// What is told of a rule.
#[derive(Clone, Copy)]
struct Line<'p> {
    /// Its index.
    index: usize,
    work: &'p RuleWork,
    meta: &'p RuleMeta,
    /// Its file and line.
    place: &'p str,
    alerts: u64,
}

impl<'p> Told<'p> {
    fn new(args: &'p ProfileArgs, profiled: &'p Profiled, profile: &'p Profile) -> Self {
        let ready = &profiled.ready;
        let lines = profile.rules.iter().zip(&ready.rules.meta).enumerate();
        let mut rules: Vec<Line<'_>> = lines
            .filter(|(_, (work, _))| work.looks > 0)
            .map(|(index, (work, meta))| Line {
                index,
                work,
                meta,
                place: ready.places.get(index).map_or("", String::as_str),
                alerts: profiled.alerts.get(index).copied().unwrap_or(0),
            })
            .collect();
        rules.sort_by_key(|line| (Reverse(line.by(args.sort)), line.meta.gid, line.meta.sid));
        Self {
            args,
            profiled,
            profile,
            names: Names::new(ready),
            rules_cost: profile.rules.iter().map(|work| work.cost).sum(),
            search_cost: profile.groups.values().map(engine::detect::GroupWork::cost).sum(),
            rules,
        }
    }
}

impl Line<'_> {
    /// What rules are sorted by.
    fn by(&self, sort: SortBy) -> u64 {
        let work = self.work;
        match sort {
            SortBy::Cost => work.cost,
            SortBy::Max => work.max_cost,
            SortBy::Time => work.nanoseconds,
            SortBy::Candidates => work.looks,
            SortBy::Inspections => work.inspections,
            SortBy::Bytes => work.bytes,
            SortBy::Matches => work.matches,
            SortBy::Alerts => self.alerts,
        }
    }
}
