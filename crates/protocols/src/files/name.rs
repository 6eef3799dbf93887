//! What files are called: `file.name`, `filename`, `fileext`.

use engine::buffer::{BufferDef, Source};
use engine::keyword::{Arg, Keyword, Kind, Parsed, Problem, RuleDraft};
use engine::keywords::literal;
use engine::rule::{Content, Op};

use super::{FILES, providers};

/// `file.name`.
pub static FILE_NAME_KEYWORD: Keyword = Keyword {
    name: "file.name",
    aliases: &[],
    summary: "the name of a file",
    docs: "The name of a file as the protocol has it: the last part of a URI or the name a form gives it in HTTP, the name of an \
           attachment, the name in FTP or SMB. A sticky buffer; there can be several in a transaction.",
    example: "alert smtp any any -> any any (msg:\"script\"; file.name; content:\".js\"; nocase; endswith; sid:1;)",
    deviation: None,
    kind: Kind::StickyBuffer(&FILE_NAME),
};

/// `filename`.
pub static FILENAME: Keyword = Keyword {
    name: "filename",
    aliases: &[],
    summary: "text that is in the name of a file",
    docs: "Text that must be in the name of a file, without regard to case: `filename:\"secret\"`; with `!` before the quotes, \
           that must not. The older way of saying `file.name; content:\"secret\"; nocase;`.",
    example: "alert http any any -> any any (msg:\"secret\"; filename:\"secret\"; sid:1;)",
    deviation: None,
    kind: Kind::PayloadInto(filename),
};

/// `fileext`.
pub static FILEEXT: Keyword = Keyword {
    name: "fileext",
    aliases: &[],
    summary: "the extension of a file's name",
    docs: "What the name of a file must end with behind a dot, without regard to case: `fileext:\"jpg\"`; with `!` before the \
           quotes, what it must not end with.",
    example: "alert http any any -> any any (msg:\"picture\"; fileext:\"jpg\"; sid:1;)",
    deviation: None,
    kind: Kind::PayloadInto(fileext),
};

/// What files are called: one buffer for each.
pub static FILE_NAME: BufferDef = BufferDef {
    name: "file.name",
    source: Source::Transaction(providers!(|tx, direction, index, _| {
        Some(tx.files(direction)?.get(index)?.name.as_slice())
    })),
    multi: true,
};

fn filename(draft: &mut RuleDraft<'_>, arg: &Arg<'_>) -> Parsed<()> {
    let content = text(arg)?;
    put(draft, content)
}

fn fileext(draft: &mut RuleDraft<'_>, arg: &Arg<'_>) -> Parsed<()> {
    let mut content = text(arg)?;
    let mut with_dot = b".".to_vec();
    with_dot.extend_from_slice(&content.pattern);
    content.pattern = with_dot.into();
    content.ends_with = true;
    put(draft, content)
}

/// Text without regard to case, in quotes or without.
pub(super) fn text(arg: &Arg<'_>) -> Parsed<Content> {
    let given = arg.required()?.trim();
    let bare = given.trim_start_matches(['!', ' ']);
    let mut content = if bare.starts_with('"') {
        literal(arg)?
    } else {
        Content {
            pattern: bare.as_bytes().into(),
            negated: given.starts_with('!'),
            ..Content::default()
        }
    };
    if content.pattern.is_empty() {
        return Err(Problem::new("the text is empty"));
    }
    content.nocase = true;
    content.pattern = content.pattern.to_ascii_lowercase().into();
    Ok(content)
}

fn put(draft: &mut RuleDraft<'_>, content: Content) -> Parsed<()> {
    draft.narrow_app(FILES.iter().map(|place| place.protocol))?;
    draft.section_of(&FILE_NAME).ops.push(Op::Content(content));
    Ok(())
}
