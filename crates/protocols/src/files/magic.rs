//! What kind of file it is: `file.magic`, `filemagic`.

use engine::app_layer::File;
use engine::buffer::{BufferDef, Source};
use engine::keyword::{Arg, Keyword, Kind, Parsed, RuleDraft};
use engine::rule::Op;

use super::{FILES, name, providers};

/// `file.magic`.
pub static FILE_MAGIC_KEYWORD: Keyword = Keyword {
    name: "file.magic",
    aliases: &[],
    summary: "what kind of file it is",
    docs: "What kind of file it is, by its first bytes, in words: `PDF document, version 1.4`. A sticky buffer; there can be \
           several in a transaction.",
    example: "alert http any any -> any any (msg:\"program\"; file.magic; content:\"executable\"; sid:1;)",
    deviation: Some(DEVIATION),
    kind: Kind::StickyBuffer(&FILE_MAGIC),
};

/// `filemagic`.
pub static FILEMAGIC: Keyword = Keyword {
    name: "filemagic",
    aliases: &[],
    summary: "text that is in the kind of a file",
    docs: "Text that must be in the words for the kind of a file (see `file.magic`), without regard to case: \
           `filemagic:\"executable for MS Windows\"`; with `!` before the quotes, that must not.",
    example: "alert http any any -> any any (msg:\"document\"; filemagic:\"PDF document\"; sid:1;)",
    deviation: Some(DEVIATION),
    kind: Kind::PayloadInto(filemagic),
};

const DEVIATION: &str =
    "The words are like libmagic's for common kinds of files, with fewer details, and not libmagic's.";

/// What kinds of files there are: one buffer for each.
pub static FILE_MAGIC: BufferDef = BufferDef {
    name: "file.magic",
    source: Source::Transaction(providers!(|tx, direction, index, _| {
        let kinds = tx.files(direction)?.iter().filter_map(File::magic);
        kinds.map(str::as_bytes).nth(index)
    })),
    multi: true,
};

fn filemagic(draft: &mut RuleDraft<'_>, arg: &Arg<'_>) -> Parsed<()> {
    let content = name::text(arg)?;
    draft.narrow_app(FILES.iter().map(|place| place.protocol))?;
    draft.section_of(&FILE_MAGIC).ops.push(Op::Content(content));
    Ok(())
}
