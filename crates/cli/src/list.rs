//! `ruleids keywords`, `protocols`, `interfaces`.

use std::io::Write;

use engine::keyword::{Keyword, Kind};

use crate::args::ListArgs;
use crate::exit::Exit;
use crate::{Ended, Failure};

pub fn keywords(args: &ListArgs) -> Ended {
    let registry = crate::setup::registry();
    if let Some(name) = &args.name {
        let keyword = registry
            .get(name)
            .ok_or_else(|| Failure::new(Exit::Usage, no_keyword(name)))?;
        return write(&documentation(keyword));
    }
    if args.csv {
        return write(&keywords_csv());
    }
    let lines = registry
        .iter()
        .map(|keyword| format!("{:<22} {}\n", keyword.name, keyword.summary));
    write(&lines.collect::<String>())
}

/// All there is to say of a keyword.
fn documentation(keyword: &Keyword) -> String {
    let mut text = format!(
        "{}\n\n{}\n\n{}\n\nExample:\n\n    {}\n",
        keyword.name, keyword.summary, keyword.docs, keyword.example
    );
    if let Some(deviation) = keyword.deviation {
        text.push_str(&format!("\nUnlike Suricata: {deviation}\n"));
    }
    text
}

/// The columns of `suricata --list-keywords=csv`.
pub fn keywords_csv() -> String {
    let registry = crate::setup::registry();
    let lines = registry.iter().map(|keyword| {
        let summary = keyword.summary.replace(';', ",");
        format!("{};{summary};Unset;{};\n", keyword.name, features(keyword))
    });
    std::iter::once("name;description;app layer;features;documentation\n".to_owned())
        .chain(lines)
        .collect()
}

/// There is no such keyword; perhaps one that is spelt nearly so was meant.
pub fn no_keyword(name: &str) -> anyhow::Error {
    let near = crate::setup::registry()
        .nearest(name)
        .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    anyhow::anyhow!("there is no keyword `{name}`{near}")
}

/// Prints a text; that nobody reads it to its end is no error.
pub fn write(text: &str) -> Ended {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Failure::new(Exit::Usage, error)),
        _ => Ok(Exit::Success),
    }
}

/// The `features` column of the reference's list.
fn features(keyword: &Keyword) -> &'static str {
    match keyword.kind {
        Kind::StickyBuffer(_) | Kind::ValueBuffer(..) => "No option:sticky buffer",
        Kind::BufferModifier(_) => "No option:content modifier",
        Kind::Transform(_) => "No option:transform",
        _ => "none",
    }
}

/// The protocols that headers of rules may name.
pub fn header_protocols() -> Ended {
    let layers = engine::compile::PROTOCOLS.iter().copied();
    let applications = protocols::ALL
        .iter()
        .flat_map(|p| std::iter::once(p.app.name).chain(p.app.aliases.iter().copied()));
    let mut names: Vec<&str> = layers.chain(applications).collect();
    let mut seen = std::collections::HashSet::new();
    names.retain(|name| seen.insert(*name));
    write(&(names.join("\n") + "\n"))
}

/// The protocols of headers, and the application protocols with what there is of each.
pub fn protocols() -> Ended {
    let mut text = String::from("Of packets:\n");
    text.push_str(&format!(
        "  {}\n\nApplication protocols:\n",
        engine::compile::PROTOCOLS.join(" ")
    ));
    for protocol in protocols::ALL {
        let app = protocol.app;
        let names: Vec<&str> = std::iter::once(app.name).chain(app.aliases.iter().copied()).collect();
        text.push_str(&format!("  {:<14} {}\n", names.join(", "), protocol.summary));
        let state = match (app.setup, app.loggers) {
            (None, _) => "recognised, not parsed".to_owned(),
            (Some(_), loggers) => {
                let records: Vec<&str> = loggers.iter().map(|logger| logger.event_type).collect();
                let records = if records.is_empty() {
                    "none".to_owned()
                } else {
                    records.join(", ")
                };
                format!(
                    "parsed; {} keywords, {} events, EVE records: {records}",
                    protocol.keywords.len(),
                    app.events.len()
                )
            }
        };
        text.push_str(&format!("  {:<14} {state}\n", ""));
        if let Some(deviation) = protocol.deviation {
            text.push_str(&format!("  {:<14} unlike Suricata: {deviation}\n", ""));
        }
    }
    write(&text)
}

#[cfg(feature = "live")]
pub fn interfaces() -> Ended {
    let all = capture::interfaces().map_err(|e| Failure::new(Exit::Usage, e))?;
    let mut out = std::io::stdout().lock();
    for interface in all {
        writeln!(
            out,
            "{:<16} {}",
            interface.name,
            interface.description.unwrap_or_default()
        )
        .map_err(|e| Failure::new(Exit::Usage, e))?;
    }
    Ok(Exit::Success)
}
