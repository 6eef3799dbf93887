//! The fields of a header and what address and port expressions share.

use nom::bytes::complete::{take, take_while, take_while1};
use nom::character::complete::{char, multispace0};
use nom::combinator::{opt, recognize, verify};
use nom::multi::many0_count;
use nom::{IResult, Offset, Parser};

use crate::{Diagnostic, Span, Spanned, codes, scan};

/// Tells spans from the places of slices in the file they come from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct File<'a>(pub(crate) &'a str);

impl<'a> File<'a> {
    /// The span of a part of the file.
    pub(crate) fn span(self, part: &'a str) -> Span {
        let start = self.0.offset(part);
        Span::from_range(start..start + part.len())
    }

    /// A part of the file with its span.
    pub(crate) fn spanned(self, part: &'a str) -> Spanned<&'a str> {
        Spanned::new(part, self.span(part))
    }

    /// What was read of `before` when `after` is left.
    pub(crate) fn read(self, before: &'a str, after: &'a str) -> Spanned<&'a str> {
        self.spanned(&before[..before.offset(after)])
    }
}

/// Skips white space and line continuations.
pub(crate) fn skip_space(input: &str) -> &str {
    let bytes = input.as_bytes();
    let mut at = 0;
    loop {
        at = scan::skip_space(bytes, at);
        match bytes.get(at) {
            Some(b'\\') => match scan::after_continuation(bytes, at) {
                Some(next) => at = next,
                None => return &input[at..],
            },
            _ => return &input[at..],
        }
    }
}

/// Takes the next field of a header: text up to white space, where brackets hold white space together, and an
/// exclamation mark holds what follows it. A bracket that is not closed takes the rest.
///
/// # Errors
/// There is nothing left.
pub(crate) fn field(input: &str) -> IResult<&str, &str> {
    let bytes = input.as_bytes();
    let mut depth = 0_u32;
    let mut negated = false;
    let mut length = 0;
    for (index, &byte) in bytes.iter().enumerate() {
        if byte.is_ascii_whitespace() {
            if depth == 0 && !negated {
                break;
            }
            continue;
        }
        match byte {
            b'[' => depth = depth.saturating_add(1),
            b']' => depth = depth.saturating_sub(1),
            b'\\' if scan::after_continuation(bytes, index).is_some() => break,
            _ => {}
        }
        negated = byte == b'!';
        length = index + 1;
    }
    verify(take(length), |field: &str| !field.is_empty()).parse(input)
}

/// Reads exclamation marks: whether there is one.
///
/// # Errors
/// There are several.
pub(crate) fn negation<'a>(file: File<'a>, input: &'a str) -> Result<(&'a str, bool), Diagnostic> {
    let mut marks = recognize(many0_count((char('!'), multispace0)));
    let Ok((rest, read)): IResult<_, &str> = marks.parse(input) else {
        return Ok((input, false));
    };
    match read.bytes().filter(|&byte| byte == b'!').count() {
        0 => Ok((rest, false)),
        1 => Ok((rest, true)),
        _ => Err(
            Diagnostic::error(codes::DOUBLE_NEGATION, "negated twice", file.span(read.trim_end()))
                .label("one `!` undoes the other")
                .help("write one `!`, or none"),
        ),
    }
}

/// Reads the name after a dollar sign, if there is one.
///
/// # Errors
/// The dollar sign has no name.
pub(crate) fn variable<'a>(file: File<'a>, input: &'a str) -> Result<Option<(&'a str, &'a str)>, Diagnostic> {
    let Some(rest) = input.strip_prefix('$') else {
        return Ok(None);
    };
    let name: IResult<_, &str> =
        take_while1(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-' || c == '.')(rest);
    match name {
        Ok((rest, name)) => Ok(Some((rest, name))),
        Err(_) => Err(
            Diagnostic::error(codes::NAMELESS_VARIABLE, "`$` without a name", file.span(&input[..1]))
                .label("which variable?")
                .help("write the name of a variable after it, as in `$HOME_NET`"),
        ),
    }
}

/// Reads a plain member of an expression: everything up to a comma, bracket or white space.
pub(crate) fn word(input: &str) -> (&str, &str) {
    let read: IResult<_, &str> =
        take_while(|c: char| !c.is_ascii_whitespace() && !matches!(c, ',' | '[' | ']' | '!' | '$'))(input);
    read.unwrap_or((input, ""))
}

/// Reads `[member, ...]` or, outside brackets, what a comma adds to a first member.
///
/// # Errors
/// A member is missing or malformed, or a bracket is not closed.
pub(crate) fn members<'a, T>(
    file: File<'a>,
    open: Option<&'a str>,
    first: Option<T>,
    input: &'a str,
    mut member: impl FnMut(&'a str) -> Result<(&'a str, T), Diagnostic>,
) -> Result<(&'a str, Vec<T>), Diagnostic> {
    let mut list: Vec<T> = first.into_iter().collect();
    let mut rest = input;
    loop {
        rest = skip_space(rest);
        if rest.starts_with([',', ']']) {
            return Err(no_member(file, open, rest));
        }
        if rest.is_empty() {
            return Err(open.map_or_else(|| no_member(file, open, rest), |open| unclosed(file, open, rest)));
        }
        let (after, read) = member(rest)?;
        list.push(read);
        rest = skip_space(after);
        let comma: IResult<_, Option<char>> = opt(char(',')).parse(rest);
        match (comma, open) {
            (Ok((after, Some(_))), _) => rest = after,
            (_, Some(bracket)) => {
                return match rest.strip_prefix(']') {
                    Some(after) => Ok((after, list)),
                    None => Err(unclosed(file, bracket, rest)),
                };
            }
            (_, None) => return Ok((rest, list)),
        }
    }
}

fn no_member<'a>(file: File<'a>, open: Option<&'a str>, rest: &'a str) -> Diagnostic {
    let at = file.span(&rest[..rest.len().min(1)]);
    let error = Diagnostic::error(codes::EMPTY_LIST, "a list member is missing", at).label("nothing before this");
    let Some(open) = open else { return error };
    let bracket = file.span(&open[..1]);
    if bracket.end == at.start && rest.starts_with(']') {
        let list = bracket.to(at);
        return Diagnostic::error(codes::EMPTY_LIST, "empty list", list)
            .label("matches nothing")
            .help("list at least one member, or write `any`");
    }
    error.help("remove the comma, or write a member")
}

fn unclosed<'a>(file: File<'a>, open: &'a str, rest: &'a str) -> Diagnostic {
    let end = file.span(&rest[..0]);
    Diagnostic::error(codes::UNCLOSED_LIST, "the list is not closed", file.span(&open[..1]))
        .label("opened here")
        .secondary(end, "expected `,` or `]`")
        .help("close the list with `]`")
}

/// The error for lists nested beyond [`MAX_DEPTH`].
pub(crate) fn too_deep<'a>(file: File<'a>, input: &'a str) -> Diagnostic {
    let message = format!("lists are nested more than {MAX_DEPTH} deep");
    Diagnostic::error(codes::NESTED_TOO_DEEP, message, file.span(&input[..1]))
        .label("one too many")
        .help("a list within a list means the same as their members in one list")
}

// LIMIT: expressions are read by recursion.
pub(crate) const MAX_DEPTH: u32 = 64;

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(mut input: &str) -> Vec<&str> {
        let mut list = Vec::new();
        loop {
            input = skip_space(input);
            let Ok((rest, read)) = field(input) else {
                return list;
            };
            list.push(read);
            input = rest;
        }
    }

    #[test]
    fn fields_end_at_white_space_outside_brackets() {
        assert_eq!(fields(" tcp [1, 2] -> !  $X "), ["tcp", "[1, 2]", "->", "!  $X"]);
        assert_eq!(fields("tcp \\\n  any\\\n80"), ["tcp", "any", "80"]);
        assert_eq!(fields("a\\b c"), ["a\\b", "c"]);
        assert_eq!(fields("a [b c"), ["a", "[b c"]);
        assert_eq!(fields("  "), [""; 0]);
    }
}
