//! `ruleids keywords`, `protocols`, `interfaces`.

use std::io::Write;

use engine::keyword::{Keyword, Kind};

use crate::args::ListArgs;
use crate::exit::Exit;
use crate::{Ended, Failure};

pub fn keywords(args: &ListArgs) -> Ended {
    let mut out = std::io::stdout().lock();
    let registry = crate::setup::registry();
    let print = |out: &mut dyn Write| -> std::io::Result<bool> {
        if let Some(name) = &args.name {
            let Some(keyword) = registry.get(name) else {
                return Ok(false);
            };
            writeln!(
                out,
                "{}\n\n{}\n\n{}\n\nExample:\n\n    {}",
                keyword.name, keyword.summary, keyword.docs, keyword.example
            )?;
            if let Some(deviation) = keyword.deviation {
                writeln!(out, "\nUnlike Suricata: {deviation}")?;
            }
            return Ok(true);
        }
        if args.csv {
            writeln!(out, "name;description;app layer;features;documentation")?;
        }
        for keyword in registry.iter() {
            if args.csv {
                writeln!(
                    out,
                    "{};{};Unset;{};",
                    keyword.name,
                    keyword.summary.replace(';', ","),
                    features(keyword)
                )?;
            } else {
                writeln!(out, "{:<22} {}", keyword.name, keyword.summary)?;
            }
        }
        Ok(true)
    };
    match print(&mut out) {
        Ok(true) => Ok(Exit::Success),
        Ok(false) => {
            let name = args.name.as_deref().unwrap_or_default();
            let near = registry
                .nearest(name)
                .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            Err(Failure::new(
                Exit::Usage,
                anyhow::anyhow!("there is no keyword `{name}`{near}"),
            ))
        }
        Err(error) => Err(Failure::new(Exit::Usage, error)),
    }
}

/// The `features` column of the reference's list.
fn features(keyword: &Keyword) -> &'static str {
    match keyword.kind {
        Kind::StickyBuffer(_) => "No option:sticky buffer",
        Kind::Transform(_) => "transform",
        _ => "none",
    }
}

pub fn protocols() -> Ended {
    let mut out = std::io::stdout().lock();
    for name in engine::compile::PROTOCOLS {
        writeln!(out, "{name}").map_err(|e| Failure::new(Exit::Usage, e))?;
    }
    Ok(Exit::Success)
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
