//! `docs/compatibility.md`: what of Suricata and Snort is there, what differs, and what is not there yet.

use std::fmt::Write;

use engine::buffer::{BufferDef, Source};
use engine::keyword::{Keyword, Kind};

use super::keywords::is_named;
use super::known::{self, Family};
use super::markdown::{GENERATED, names, table};

/// The page.
pub fn page(all: &[&Keyword]) -> String {
    let fills = [
        ("@keywords@", keywords(all)),
        ("@deviations@", deviations(all)),
        ("@protocols@", names(engine::compile::PROTOCOLS.iter().copied())),
        ("@applications@", applications()),
        ("@app-events@", app_events()),
        ("@records@", names(record_types())),
        ("@decoder-events@", decoder_events()),
        ("@stream-events@", stream_events()),
    ];
    let mut text = format!("{GENERATED}{}", include_str!("compatibility.template"));
    for (mark, fill) in fills {
        text = text.replace(mark, fill.trim_end());
    }
    text
}

fn keywords(all: &[&Keyword]) -> String {
    let mut out = String::new();
    for (whose, families) in [("Suricata's", known::suricata()), ("Snort's own", known::snort())] {
        let total: usize = families.iter().map(|f| f.names.len()).sum();
        let there: usize = families.iter().map(|f| split(f, all).0.len()).sum();
        let _ = writeln!(out, "{whose}: {there} of {total} are there.\n");
        let rows = families.iter().map(|family| {
            let (there, not) = split(family, all);
            [family.title.to_owned(), names(there), names(not)]
        });
        let _ = writeln!(out, "{}", table(["", "supported", "not yet"], rows));
    }
    out
}

/// A family's names that are there, and those that are not.
fn split<'f>(family: &'f Family, all: &[&Keyword]) -> (Vec<&'f str>, Vec<&'f str>) {
    family
        .names
        .iter()
        .copied()
        .partition(|name| all.iter().any(|k| is_named(k, &[name])))
}

fn deviations(all: &[&Keyword]) -> String {
    let mut list: Vec<&&Keyword> = all.iter().filter(|k| k.deviation.is_some()).collect();
    if list.is_empty() {
        return "None.\n".to_owned();
    }
    list.sort_by_key(|k| k.name);
    table(
        ["keyword", "what differs"],
        list.iter()
            .map(|k| [format!("`{}`", k.name), k.deviation.unwrap_or_default().to_owned()]),
    )
}

fn applications() -> String {
    let rows = protocols::ALL.iter().map(|protocol| {
        let app = protocol.app;
        let all_names = std::iter::once(app.name).chain(app.aliases.iter().copied());
        let records = app.loggers.iter().map(|logger| logger.event_type);
        let state = match (app.setup, protocol.deviation) {
            (None, _) => "recognised, not parsed".to_owned(),
            (Some(_), None) => protocol.summary.to_owned(),
            (Some(_), Some(deviation)) => format!("{}. {deviation}", protocol.summary.trim_end_matches('.')),
        };
        [names(all_names), state, names(buffers(app.name)), names(records)]
    });
    table(["protocol", "", "buffers", "EVE records"], rows)
}

/// The buffers that a protocol fills.
fn buffers(protocol: &str) -> Vec<&'static str> {
    let fills = |buffer: &BufferDef| match buffer.source {
        Source::Transaction(providers) => providers.iter().any(|p| p.protocol == protocol),
        _ => false,
    };
    let all = protocols::keywords();
    let filled = all.iter().filter_map(|keyword| match keyword.kind {
        Kind::StickyBuffer(buffer) if fills(buffer) => Some(keyword.name),
        _ => None,
    });
    filled.collect()
}

fn app_events() -> String {
    let with_events = protocols::ALL.iter().filter(|protocol| !protocol.app.events.is_empty());
    let rows = with_events.map(|protocol| {
        let app = protocol.app;
        [names([app.name]), names(app.events.iter().copied())]
    });
    table(["protocol", "events"], rows)
}

fn record_types() -> Vec<&'static str> {
    let all = protocols::ALL.iter().flat_map(|protocol| protocol.app.loggers);
    let mut types: Vec<&str> = all.map(|logger| logger.event_type).collect();
    types.sort_unstable();
    types.dedup();
    types
}

fn decoder_events() -> String {
    let mut families: Vec<(&str, Vec<&str>)> = Vec::new();
    for event in packet::DecoderEvent::ALL {
        let family = event.name().split('.').next().unwrap_or_default();
        match families.last_mut() {
            Some((last, names)) if *last == family => names.push(event.name()),
            _ => families.push((family, vec![event.name()])),
        }
    }
    table(
        ["header", "events"],
        families
            .into_iter()
            .map(|(family, list)| [family.to_owned(), names(list)]),
    )
}

fn stream_events() -> String {
    let mut list: Vec<&str> = engine::stream::StreamEvent::ALL.iter().map(|e| e.name()).collect();
    list.sort_unstable();
    names(list)
}
