//! `filestore`: files are stored when the rule matches.

use engine::keyword::{Arg, Keyword, Kind, Parsed, Problem, RuleDraft};
use engine::rule::{Effect, StoreDirection, StoreFiles, StoreScope, TxCheck, TxContext, TxPlace};
use packet::Direction;

use super::{FILES, files_of};

/// `filestore`.
pub static FILESTORE: Keyword = Keyword {
    name: "filestore",
    aliases: &[],
    summary: "stores files of the transaction that matched",
    docs: "Files are stored when the rule matches, where the configuration has a `file-store`: `filestore;` the file that goes in the \
           direction of the match, `filestore:<direction>,<scope>;` others. The direction is `request` (or `to_server`), \
           `response` (or `to_client`) or `both`; the scope is `file` (or `default`), `tx` for all files of the transaction, or `flow` (or \
           `ssn`) for all of the flow, those to come among them. The rule matches only where a file goes in the direction of the match.",
    example: "alert http any any -> any any (msg:\"stored\"; file.name; content:\".exe\"; filestore; sid:1;)",
    deviation: None,
    kind: Kind::Meta(read),
};

/// There is a file in the direction of the match, whatever direction is to be stored.
#[derive(Debug)]
struct AnyFile;

impl TxCheck for AnyFile {
    fn places(&self) -> &[TxPlace] {
        FILES
    }

    fn matches(&self, context: &TxContext<'_>) -> bool {
        files_of(context).is_some_and(|files| !files.is_empty())
    }

    fn retried(&self) -> bool {
        true
    }
}

fn read(draft: &mut RuleDraft<'_>, arg: &Arg<'_>) -> Parsed<()> {
    draft.once("filestore")?;
    let what = match arg.text {
        None | Some("") => StoreFiles::default(),
        Some(_) => options(arg.unquoted()?)?,
    };
    draft.narrow_app(FILES.iter().map(|place| place.protocol))?;
    draft.tx_checks.push(Box::new(AnyFile));
    draft.effects.push(Effect::StoreFiles(what));
    Ok(())
}

fn options(text: &str) -> Parsed<StoreFiles> {
    let (direction, scope) = text.split_once(',').unwrap_or((text, "file"));
    let direction = match direction.trim() {
        "request" | "to_server" => StoreDirection::Only(Direction::ToServer),
        "response" | "to_client" => StoreDirection::Only(Direction::ToClient),
        "both" => StoreDirection::Both,
        other => {
            return Err(Problem::new(format!("`{other}` is no direction")).help("use `request`, `response` or `both`"));
        }
    };
    let scope = match scope.trim() {
        "file" | "default" => StoreScope::File,
        "tx" => StoreScope::Transaction,
        "flow" | "ssn" => StoreScope::Flow,
        other => return Err(Problem::new(format!("`{other}` is no scope")).help("use `file`, `tx` or `flow`")),
    };
    Ok(StoreFiles { direction, scope })
}
