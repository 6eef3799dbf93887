//! A profile as one JSON object.

use engine::detect::{Reason, Work};
use serde_json::{Map, Value, json};

use super::{Line, Told, advice, names};

/// The text.
pub fn text(told: &Told<'_>) -> String {
    let counters = &told.profiled.counters;
    let limit = match told.args.limit.unwrap_or(0) {
        0 => usize::MAX,
        limit => limit,
    };
    let rules: Vec<Value> = told.rules.iter().take(limit).map(|line| rule(told, line)).collect();
    let keywords = told.profile.by_keyword();
    let keywords = keywords.iter().map(|(name, work)| named("keyword", name, work));
    let inspected = told.profile.inspected.iter();
    let inspected = inspected.map(|(what, work)| named("what", &told.names.inspected(*what), work));
    let advice: Vec<Value> = advice::of(told)
        .into_iter()
        .map(|advice| {
            json!({
                "gid": advice.line.meta.gid,
                "sid": advice.line.meta.sid,
                "problem": advice.problem,
                "remedies": advice.remedies,
            })
        })
        .collect();
    let value = json!({
        "captures": told.profiled.captures,
        "packets": counters.packets,
        "bytes": counters.bytes,
        "rules_loaded": told.profile.rules.len(),
        "rules_looked_at": told.rules.len(),
        "alerts": told.profiled.alerts.iter().sum::<u64>(),
        "cost": {"rules": told.rules_cost, "search": told.search_cost},
        "rules": rules,
        "keywords": keywords.collect::<Vec<_>>(),
        "inspected": inspected.collect::<Vec<_>>(),
        "search": search(told),
        "advice": advice,
    });
    format!("{value}\n")
}

fn rule(told: &Told<'_>, line: &Line<'_>) -> Value {
    let (work, meta) = (line.work, line.meta);
    let found = Reason::ALL.into_iter().map(|reason| {
        let count = work.found[reason as usize];
        (names::reason(reason).to_owned(), count.into())
    });
    let mut value = json!({
        "gid": meta.gid,
        "sid": meta.sid,
        "rev": meta.rev,
        "msg": meta.msg,
        "place": line.place,
        "cost": work.cost,
        "max_cost": work.max_cost,
        "found_by": found.filter(|(_, count)| *count != 0).collect::<Map<_, Value>>(),
        "candidate": work.looks,
        "header_fits": work.fits,
        "inspected": work.inspections,
        "tried": work.tried,
        "bytes": work.bytes,
        "matches": work.matches,
        "alerts": line.alerts,
    });
    if told.args.time {
        value["nanoseconds"] = work.nanoseconds.into();
        value["max_nanoseconds"] = work.max_nanoseconds.into();
    }
    value
}

fn search(told: &Told<'_>) -> Vec<Value> {
    let groups = told.profile.groups.iter().map(|((scope, place), work)| {
        let mut value = json!({
            "of": told.names.scope(*scope),
            "where": told.names.place(*place),
            "literals": work.literals,
            "scans": work.scans,
            "bytes": work.bytes,
            "found": work.hits,
            "candidates": work.candidates,
            "cost": work.cost(),
        });
        if told.args.time {
            value["nanoseconds"] = work.nanoseconds.into();
        }
        value
    });
    groups.collect()
}

fn named(key: &str, name: &str, work: &Work) -> Value {
    json!({
        key: name,
        "tried": work.tried,
        "held": work.held,
        "bytes": work.bytes,
        "cost": work.cost,
    })
}
