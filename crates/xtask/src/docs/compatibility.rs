//! `docs/compatibility.md`: what of Suricata and Snort is there, what differs, and what is not there yet.

use std::fmt::Write;

use engine::keyword::Keyword;

use super::keywords::is_named;
use super::known::{self, Family};
use super::markdown::{GENERATED, names, table};

/// The page.
pub fn page(all: &[&Keyword]) -> String {
    let fills = [
        ("@keywords@", keywords(all)),
        ("@deviations@", deviations(all)),
        ("@protocols@", names(engine::compile::PROTOCOLS.iter().copied())),
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
