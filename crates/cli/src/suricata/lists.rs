//! What Suricata's command line prints and then is done: versions, features, lists.

use std::fmt::Write;

use engine::keyword::{Keyword, Kind};

use super::args::Suricata;
use crate::exit::Exit;
use crate::{Ended, Failure, list};

/// Prints what was asked for, if anything was.
pub fn print(args: &Suricata) -> Option<Ended> {
    let text = if args.version {
        version() + "\n"
    } else if args.build_info {
        build_info()
    } else if args.dump_features {
        features().join("\n") + "\n"
    } else if args.list_runmodes {
        RUNMODES.to_owned()
    } else if args.list_app_layer_protos.is_some() {
        protocols()
    } else if args.list_rule_protos {
        return Some(list::header_protocols());
    } else if let Some(what) = &args.list_keywords {
        match keywords(what) {
            Ok(text) => text,
            Err(error) => return Some(Err(Failure::new(Exit::Usage, error))),
        }
    } else {
        return None;
    };
    Some(list::write(&text))
}

/// The version, as scripts look for it.
pub fn version() -> String {
    format!(
        "This is Suricata version {SPOKEN} (ruleids {})",
        env!("CARGO_PKG_VERSION")
    )
}

/// Names only what is there: scripts and tests ask for it.
fn build_info() -> String {
    let yes = |there| if there { "yes" } else { "no" };
    let has = |feature| features().contains(&feature);
    format!(
        "{}\nFeatures: {}\n\nSuricata Configuration:\n\
         \x20 AF_PACKET support:                       {}\n\
         \x20 libpcap support:                         {}\n\
         \x20 Libmagic support:                        no\n\
         \x20 GeoIP2 support:                          yes\n\
         \x20 JA3 support:                             {}\n\
         \x20 JA4 support:                             {}\n\
         \x20 PCRE jit:                                yes\n\
         \x20 LUA support:                             no\n\
         \x20 Rust support:                            yes\n",
        version(),
        features().join(" "),
        yes(cfg!(all(feature = "live", target_os = "linux"))),
        yes(cfg!(feature = "live")),
        yes(has("HAVE_JA3")),
        yes(has("HAVE_JA4")),
    )
}

/// What `requires` of rules and tests may ask for, under Suricata's names.
fn features() -> Vec<&'static str> {
    let registry = crate::setup::registry();
    let by_keyword = [
        ("ja3.hash", "HAVE_JA3"),
        ("ja4.hash", "HAVE_JA4"),
        ("filemagic", "MAGIC"),
    ];
    let present = by_keyword
        .into_iter()
        .filter(|(keyword, _)| registry.get(keyword).is_some());
    ["PCRE_JIT", "RUST"]
        .into_iter()
        .chain(present.map(|(_, name)| name))
        .collect()
}

fn protocols() -> String {
    let mut names: Vec<&str> = protocols::ALL.iter().map(|protocol| protocol.app.name).collect();
    names.sort_unstable();
    format!(
        "=========Supported App Layer Protocols=========\n{}\n",
        names.join("\n")
    )
}

fn keywords(what: &str) -> anyhow::Result<String> {
    let registry = crate::setup::registry();
    let mut out = String::new();
    match what {
        "" => {
            out.push_str("=====Supported keywords=====\n");
            for keyword in registry.iter() {
                writeln!(out, "- {}", keyword.name)?;
            }
        }
        "csv" => return Ok(list::keywords_csv()),
        "all" => registry.iter().for_each(|keyword| out.push_str(&about(keyword))),
        name => match registry.get(name) {
            Some(keyword) => out.push_str(&about(keyword)),
            None => return Err(list::no_keyword(name)),
        },
    }
    Ok(out)
}

fn about(keyword: &Keyword) -> String {
    let features = match keyword.kind {
        Kind::StickyBuffer(_) => "sticky buffer",
        Kind::BufferModifier(_) => "content modifier",
        Kind::Transform(_) => "transform",
        _ => "none",
    };
    format!(
        "= {} =\nDescription: {}\nFeatures: {features}\n\n",
        keyword.name, keyword.summary
    )
}

/// The version of Suricata whose rules and command line this is.
const SPOKEN: &str = "9.0.0";

const RUNMODES: &str = "\
PCAP_DEV   single, autofp, workers   interfaces, by libpcap (-i)
PCAP_FILE  single, autofp            captures (-r)
The modes differ in nothing that can be seen: the output is the same.
";
