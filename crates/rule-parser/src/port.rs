//! Port expressions: `any`, `$HTTP_PORTS`, `80`, `1024:`, `[80,!8080,9000:9100]`.

use crate::diagnostic::excerpt;
use crate::field::{self, File, MAX_DEPTH};
use crate::{Diagnostic, PortExpr, PortNode, codes};

/// Reads a whole field as a port expression.
pub(crate) fn port_expr<'a>(file: File<'a>, input: &'a str) -> Result<PortExpr<'a>, Diagnostic> {
    let (mut rest, mut expr) = expression(file, input, 0)?;
    if let Some(more) = rest.strip_prefix(',') {
        // Suricata: a list without brackets is read as one.
        let (after, list) = field::members(file, None, Some(expr), more, |input| expression(file, input, 1))?;
        rest = after;
        let span = file.read(input, after).span;
        expr = PortExpr {
            negated: false,
            node: PortNode::List(list),
            span,
        };
    }
    if rest.is_empty() {
        return Ok(expr);
    }
    let text = format!("unexpected `{}` after a port", excerpt(rest));
    Err(Diagnostic::error(codes::BAD_PORT, text, file.span(rest))
        .label("expected white space")
        .help("separate the members of a list with commas"))
}

fn expression<'a>(file: File<'a>, input: &'a str, depth: u32) -> Result<(&'a str, PortExpr<'a>), Diagnostic> {
    let (body, negated) = field::negation(file, input)?;
    let (rest, node) = node(file, body, depth)?;
    let span = file.read(input, rest).span;
    Ok((rest, PortExpr { negated, node, span }))
}

fn node<'a>(file: File<'a>, input: &'a str, depth: u32) -> Result<(&'a str, PortNode<'a>), Diagnostic> {
    if let Some(inner) = input.strip_prefix('[') {
        if depth >= MAX_DEPTH {
            return Err(field::too_deep(file, input));
        }
        let member = |input| expression(file, input, depth + 1);
        let (rest, list) = field::members(file, Some(input), None, inner, member)?;
        return Ok((rest, PortNode::List(list)));
    }
    if let Some((rest, name)) = field::variable(file, input)? {
        return Ok((rest, PortNode::Variable(name)));
    }
    let (rest, word) = field::word(input);
    Ok((rest, plain(file, word)?))
}

fn plain<'a>(file: File<'a>, word: &'a str) -> Result<PortNode<'a>, Diagnostic> {
    if word.eq_ignore_ascii_case("any") {
        return Ok(PortNode::Any);
    }
    let Some((first, last)) = word.split_once(':') else {
        return port(file, word).map(PortNode::Port);
    };
    let end = |text| {
        if str::is_empty(text) {
            Ok(None)
        } else {
            port(file, text).map(Some)
        }
    };
    let (low, high) = (end(first)?, end(last)?);
    if let (Some(from), Some(to)) = (low, high)
        && from > to
    {
        return Err(Diagnostic::error(
            codes::REVERSED_RANGE,
            "the range ends before it starts",
            file.span(word),
        )
        .label("matches nothing")
        .help(format!("swap the ends: `{to}:{from}`")));
    }
    Ok(PortNode::Range { first: low, last: high })
}

fn port<'a>(file: File<'a>, word: &'a str) -> Result<u16, Diagnostic> {
    let digits = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(port) = word.parse().ok().filter(|_| digits) {
        return Ok(port);
    }
    if word.is_empty() {
        return Err(Diagnostic::error(codes::BAD_PORT, "a port is missing", file.span(word))
            .label("expected a port")
            .help("write a port, a range, a variable, a list or `any`"));
    }
    if digits {
        return Err(Diagnostic::error(
            codes::BAD_PORT,
            format!("port `{}` is out of range", excerpt(word)),
            file.span(word),
        )
        .label("a port is a number from 0 to 65535"));
    }
    let error = Diagnostic::error(
        codes::BAD_PORT,
        format!("`{}` is not a port", excerpt(word)),
        file.span(word),
    );
    let is_name = word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    Err(match word.split_once('-') {
        Some((first, last)) if !first.is_empty() => error
            .label("ranges of ports are written with a colon")
            .help(format!("write `{}:{}`", excerpt(first), excerpt(last))),
        _ if is_name => error
            .label("names a variable?")
            .help(format!("write `${}`", excerpt(word))),
        _ => error
            .label("expected a number from 0 to 65535")
            .help("write a port, a range, a variable, a list or `any`; service names are not resolved"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Span;

    fn read(text: &str) -> Result<PortExpr<'_>, Diagnostic> {
        port_expr(File(text), text)
    }

    fn code(text: &str) -> (&'static str, u32, u32) {
        let error = read(text).unwrap_err();
        (error.code, error.span.start, error.span.end)
    }

    #[test]
    fn plain_members() {
        let node = |text| read(text).unwrap().node;
        assert_eq!(node("any"), PortNode::Any);
        assert_eq!(node("$HTTP_PORTS"), PortNode::Variable("HTTP_PORTS"));
        assert_eq!(node("0080"), PortNode::Port(80));
        assert_eq!(node("65535"), PortNode::Port(65535));
        assert_eq!(
            node("1:2"),
            PortNode::Range {
                first: Some(1),
                last: Some(2)
            }
        );
        assert_eq!(
            node("1024:"),
            PortNode::Range {
                first: Some(1024),
                last: None
            }
        );
        assert_eq!(
            node(":1024"),
            PortNode::Range {
                first: None,
                last: Some(1024)
            }
        );
        assert_eq!(
            node(":"),
            PortNode::Range {
                first: None,
                last: None
            }
        );
    }

    #[test]
    fn lists_nest_and_negate() {
        let list = read("![80, [443,!$X,:10]]").unwrap();
        assert!(list.negated);
        assert_eq!(list.span, Span::new(0, 20));
        let PortNode::List(members) = list.node else {
            panic!("a list")
        };
        let PortNode::List(inner) = &members[1].node else {
            panic!("a list")
        };
        assert_eq!(
            (inner.len(), inner[1].negated, inner[2].span),
            (3, true, Span::new(15, 18))
        );
        assert!(matches!(read("80:443,8080").unwrap().node, PortNode::List(members) if members.len() == 2));
    }

    #[test]
    fn errors_point_at_the_member() {
        assert_eq!(code("65536"), (codes::BAD_PORT, 0, 5));
        assert_eq!(code("[80,70000]"), (codes::BAD_PORT, 4, 9));
        assert_eq!(code("80:70000"), (codes::BAD_PORT, 3, 8));
        assert_eq!(code("100:1"), (codes::REVERSED_RANGE, 0, 5));
        assert_eq!(code("http"), (codes::BAD_PORT, 0, 4));
        assert_eq!(code("+80"), (codes::BAD_PORT, 0, 3));
        assert_eq!(code("[]"), (codes::EMPTY_LIST, 0, 2));
        assert_eq!(code("[80,,81]"), (codes::EMPTY_LIST, 4, 5));
        assert_eq!(code("[80"), (codes::UNCLOSED_LIST, 0, 1));
        assert_eq!(code("80]"), (codes::BAD_PORT, 2, 3));
        assert_eq!(code("$,80"), (codes::NAMELESS_VARIABLE, 0, 1));
        assert_eq!(code("! !80"), (codes::DOUBLE_NEGATION, 0, 3));
        assert_eq!(code("80,"), (codes::EMPTY_LIST, 3, 3));
    }

    #[test]
    fn a_dash_for_a_colon_is_recognised() {
        assert_eq!(read("80-90").unwrap_err().help.as_deref(), Some("write `80:90`"));
    }

    #[test]
    fn nesting_is_bounded() {
        assert_eq!(code(&"[".repeat(100_000)).0, codes::NESTED_TOO_DEEP);
    }
}
