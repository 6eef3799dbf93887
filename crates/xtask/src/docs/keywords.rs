//! `docs/keywords.md`: each keyword with its documentation.

use std::fmt::Write;

use engine::keyword::{Keyword, Kind};

use super::known;
use super::markdown::{GENERATED, anchor, names};

/// The page.
pub fn page(all: &[&Keyword]) -> String {
    let mut out = format!("{GENERATED}{HEAD}");
    let families = families(all);
    for (title, members) in &families {
        let links: Vec<String> = members
            .iter()
            .map(|k| format!("[{}](#{})", k.name, anchor(k.name)))
            .collect();
        let _ = writeln!(out, "- {title}: {}", links.join(", "));
    }
    for (title, members) in &families {
        let _ = write!(out, "\n## {title}\n");
        for keyword in members {
            entry(&mut out, keyword);
        }
    }
    out
}

fn entry(out: &mut String, keyword: &Keyword) {
    let _ = write!(
        out,
        "\n### {}\n\n{}. {}",
        keyword.name,
        keyword.summary.trim_end_matches('.'),
        kind(keyword.kind)
    );
    if !keyword.aliases.is_empty() {
        let _ = write!(out, " Also written {}.", names(keyword.aliases.iter().copied()));
    }
    let _ = write!(
        out,
        "\n\n{}\n\n```suricata\n{}\n```\n",
        keyword.docs.trim(),
        keyword.example
    );
    if let Some(deviation) = keyword.deviation {
        let _ = writeln!(out, "\nUnlike Suricata: {deviation}");
    }
}

/// The keywords by family, in the families' order; those of no family come last.
fn families<'k>(all: &[&'k Keyword]) -> Vec<(&'static str, Vec<&'k Keyword>)> {
    let mut list: Vec<(&'static str, Vec<&Keyword>)> = Vec::new();
    let mut left: Vec<&Keyword> = all.to_vec();
    for family in known::suricata() {
        let (members, others) = left.into_iter().partition(|k| is_named(k, &family.names));
        left = others;
        list.push((family.title, members));
    }
    list.push(("Others", left));
    for (_, members) in &mut list {
        members.sort_by_key(|k| k.name);
    }
    list.retain(|(_, members)| !members.is_empty());
    list
}

/// Whether one of a keyword's names is among `names`.
pub fn is_named(keyword: &Keyword, names: &[&str]) -> bool {
    names.contains(&keyword.name) || keyword.aliases.iter().any(|a| names.contains(a))
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Meta(..) => "Says something of the rule.",
        Kind::Packet(..) | Kind::PacketWith(..) => "A condition on the packet.",
        Kind::Flow(..) => "A condition on the flow or on remembered state.",
        Kind::Payload(..) => "Looks at the current buffer.",
        Kind::Modifier(..) => "Changes the option before it.",
        Kind::BufferModifier(..) => "Puts the content before it into a buffer.",
        Kind::Transaction(..) => "A condition on a transaction.",
        Kind::StickyBuffer(..) | Kind::ValueBuffer(..) => "A sticky buffer: what follows looks at it.",
        Kind::Transform(..) => "A transform: changes the current buffer before what follows looks at it.",
        Kind::PostMatch(..) => "What a match does.",
        #[allow(unreachable_patterns)]
        _ => "",
    }
}

const HEAD: &str = "\
# Keywords

What each keyword does, by what it belongs to. `ruleids keywords NAME` shows the same text. What there is not yet is
listed in [compatibility.md](compatibility.md).

";
