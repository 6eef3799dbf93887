//! Rules that cost more than they give, and what would help them.

use engine::compile::prefilter_key;
use engine::detect::{Key, Reason, RuleSet};
use engine::rule::{Content, Op, Rule, TxCondition};

use output::grouped;

use super::names::literal;
use super::{Line, Told};

/// What is wrong with a rule, and what to do.
pub struct Advice<'p> {
    pub line: Line<'p>,
    /// What it costs and gives.
    pub problem: String,
    /// What would help, the best first.
    pub remedies: Vec<String>,
}

/// The rules that are inspected often and match hardly ever, the dearest first.
pub fn of<'p>(told: &Told<'p>) -> Vec<Advice<'p>> {
    let mut lines: Vec<Line<'p>> = told
        .rules
        .iter()
        .filter(|line| {
            let (work, share) = (line.work, told.rules_cost / DEAR);
            work.inspections >= OFTEN && work.matches <= work.inspections / RARE && work.cost > share
        })
        .copied()
        .collect();
    lines.sort_by_key(|line| (std::cmp::Reverse(line.work.cost), line.meta.gid, line.meta.sid));
    lines.truncate(MOST);
    let rules = &told.profiled.ready.rules;
    lines.into_iter().filter_map(|line| advice(rules, line)).collect()
}

fn advice<'p>(rules: &RuleSet, line: Line<'p>) -> Option<Advice<'p>> {
    let rule = rules.rules.get(line.index)?;
    let work = line.work;
    let key = prefilter_key(rule, rules);
    let mut remedies = Vec::new();
    let by = |reason: Reason| work.found[reason as usize];
    match &key {
        Key::Payload(bytes, ..) | Key::Buffer(_, bytes, _) if by(Reason::Literal) > 0 => {
            remedies.push(about_literal(rule, bytes));
        }
        _ if by(Reason::Always) > 0 => remedies.push(
            "it has no literal, so it is looked at each time: give it a `content` that must be there, or a port".to_owned(),
        ),
        _ if by(Reason::Fields) > 0 => remedies.push(
            "it has no literal, so it is looked at with every packet of such flags or size: give it a `content` that must be there, or a port"
                .to_owned(),
        ),
        _ if by(Reason::Port) > 0 => remedies.push(
            "it has no literal, so it is looked at with every packet of its ports: give it a `content` that must be there"
                .to_owned(),
        ),
        _ => return None,
    }
    let header = &rule.header;
    if work.fits * 2 > work.looks {
        if header.src_ports.is_none() && header.dst_ports.is_none() && rule.app.is_none() {
            remedies.push("its header fits nearly everything: name a port or an application protocol".to_owned());
        }
        if header.protocols.is_tcp() && rule.flow.established.is_none() && !rule.flow.stateless {
            remedies.push("`flow:established,to_server` or `to_client` leaves out half of the packets".to_owned());
        }
    }
    let result = match work.matches {
        0 => "no match".to_owned(),
        1 => "one match".to_owned(),
        n => format!("{} matches", grouped(n)),
    };
    Some(Advice {
        problem: format!(
            "{} times a candidate, {} times inspected, {result}",
            grouped(work.looks),
            grouped(work.inspections)
        ),
        line,
        remedies,
    })
}

/// What would be a better literal to look the rule up by.
fn about_literal(rule: &Rule, bytes: &[u8]) -> String {
    let (shown, length) = (literal(bytes), bytes.len());
    let better = contents(rule)
        .filter(|content| !content.negated && content.pattern.len() > length.max(SHORT))
        .max_by_key(|content| content.pattern.len());
    let problem = format!("its fast pattern `{shown}` ({length} bytes) is common");
    match better {
        Some(content) => format!("{problem}: put `fast_pattern` behind `{}`", literal(&content.pattern)),
        None => format!(
            "{problem}: add a longer, rarer `content` and put `fast_pattern` behind it, or say where it stands with `offset` and `depth`"
        ),
    }
}

/// All contents of a rule that it could be looked up by.
fn contents(rule: &Rule) -> impl Iterator<Item = &Content> {
    let payload = rule.payload.iter().filter(|_| rule.tx.is_empty()).map(|p| &p.ops);
    let buffers = rule.buffers.iter().filter(|_| rule.tx.is_empty()).map(|(_, ops)| ops);
    let transactions = rule.tx.iter().filter_map(|condition| match condition {
        TxCondition::Buffer(_, ops) => Some(ops),
        TxCondition::Check(..) => None,
    });
    let ops = payload.chain(buffers).chain(transactions).flatten();
    ops.filter_map(|op| match op {
        Op::Content(content) => Some(content),
        _ => None,
    })
}

/// A rule that is inspected less often is nothing to worry about, and one that looks at headers alone is cheap.
const OFTEN: u64 = 20;
/// It matches hardly ever when it does once in so many inspections, or less.
const RARE: u64 = 100;
/// It is dear when it costs a 50th of what all cost.
const DEAR: u64 = 50;
/// So many are named.
const MOST: usize = 10;
/// Literals of at most so many bytes are short.
const SHORT: usize = 3;
