//! The header of a rule: action, protocol, hook, networks, ports, direction.

use nom::bytes::complete::{tag, take_while1};
use nom::character::complete::char;
use nom::combinator::{all_consuming, opt, recognize};
use nom::multi::many0;
use nom::sequence::preceded;
use nom::{IResult, Parser};

use crate::address::address_expr;
use crate::diagnostic::excerpt;
use crate::field::{self, File};
use crate::findings::Findings;
use crate::port::port_expr;
use crate::{Action, AddressExpr, Diagnostic, Dialect, Direction, Endpoints, Header, PortExpr, Spanned, codes};

/// Reads what stands before the parenthesis of a rule. What is malformed is left out and reported.
pub(crate) fn header<'a>(
    file: File<'a>,
    text: &'a str,
    dialect: Dialect,
    findings: &mut Findings,
) -> (Action<'a>, Header<'a>) {
    let fields = Fields::of(file, text);
    let mut report = |finding| findings.push(finding);
    let action = read_action(file, fields.action).unwrap_or_else(|error| {
        report(error);
        Action {
            name: fields.action,
            scope: None,
            also: Vec::new(),
        }
    });
    let mut header = Header::default();
    if let Some(field) = fields.protocol {
        match read_protocol(file, field.value) {
            Some((protocol, hook)) => (header.protocol, header.hook) = (Some(protocol), hook),
            None => report(bad_protocol(field)),
        }
    }
    match read_endpoints(file, &fields, dialect, &mut report) {
        Ok(endpoints) => header.endpoints = endpoints,
        Err(error) => report(error),
    }
    (action, header)
}

/// The fields of a header, separated by white space.
struct Fields<'a> {
    action: Spanned<&'a str>,
    protocol: Option<Spanned<&'a str>>,
    /// At most five are wanted; what follows the sixth is not looked at.
    endpoints: Vec<Spanned<&'a str>>,
    /// The empty place after the last field.
    end: Spanned<&'a str>,
}

impl<'a> Fields<'a> {
    fn of(file: File<'a>, text: &'a str) -> Self {
        let mut rest = field::skip_space(text);
        let mut next = || {
            let (after, read) = field::field(rest).ok()?;
            rest = field::skip_space(after);
            Some(file.spanned(read))
        };
        let action = next();
        let protocol = next();
        let endpoints: Vec<_> = std::iter::from_fn(next).take(6).collect();
        let last = endpoints.last().copied().or(protocol).or(action);
        let end = match last {
            Some(field) => field.slice(field.value.len()..field.value.len()),
            None => file.spanned(&text[..0]),
        };
        Self {
            action: action.unwrap_or(end),
            protocol,
            endpoints,
            end,
        }
    }
}

fn read_action<'a>(file: File<'a>, field: Spanned<&'a str>) -> Result<Action<'a>, Diagnostic> {
    let mut grammar = all_consuming((
        word,
        opt(preceded(char(':'), word)),
        many0(preceded(char(','), recognize(scoped))),
    ));
    let read: IResult<_, (&str, Option<&str>, Vec<&str>)> = grammar.parse(field.value);
    match read {
        Ok((_, (name, scope, also))) => Ok(Action {
            name: file.spanned(name),
            scope: scope.map(|scope| file.spanned(scope)),
            also: also.into_iter().map(|action| file.spanned(action)).collect(),
        }),
        Err(_) => Err(Diagnostic::error(
            codes::BAD_ACTION,
            format!("`{}` is not an action", excerpt(field.value)),
            field.span,
        )
        .label("expected a word such as `alert`")
        .help("a rule starts with its action, as in `alert tcp any any -> any any (...)`")),
    }
}

type ProtocolAndHook<'a> = (Spanned<&'a str>, Option<Spanned<&'a str>>);

fn read_protocol<'a>(file: File<'a>, field: &'a str) -> Option<ProtocolAndHook<'a>> {
    let mut grammar = all_consuming((word, opt(preceded(char(':'), hook))));
    let read: IResult<_, (&str, Option<&str>)> = grammar.parse(field);
    let (_, (protocol, hook)) = read.ok()?;
    Some((file.spanned(protocol), hook.map(|hook| file.spanned(hook))))
}

fn bad_protocol(field: Spanned<&str>) -> Diagnostic {
    Diagnostic::error(
        codes::BAD_PROTOCOL,
        format!("`{}` is not a protocol", excerpt(field.value)),
        field.span,
    )
    .label("expected a word such as `tcp` or `http`")
    .help("the protocol follows the action, as in `alert tcp any any -> any any (...)`")
}

/// An action and what it extends to.
fn scoped(input: &str) -> IResult<&str, (&str, Option<&str>)> {
    (word, opt(preceded(char(':'), word))).parse(input)
}

/// A name: of an action, a scope, a protocol.
fn word(input: &str) -> IResult<&str, &str> {
    take_while1(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))(input)
}

/// A hook may be compared (`<response_body`) and qualified (`stream:request_closed`).
fn hook(input: &str) -> IResult<&str, &str> {
    take_while1(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ':' | '<' | '>' | '='))(input)
}

fn read_endpoints<'a>(
    file: File<'a>,
    fields: &Fields<'a>,
    dialect: Dialect,
    report: &mut impl FnMut(Diagnostic),
) -> Result<Option<Endpoints<'a>>, Diagnostic> {
    let list = &fields.endpoints;
    if list.is_empty() {
        // Decoder rules of Snort 2 have no header but their action, service rules of Snort 3 a protocol alone.
        let allowed = match dialect {
            Dialect::Suricata => false,
            Dialect::Snort2 => fields.protocol.is_none(),
            Dialect::Snort3 => true,
        };
        return if allowed {
            Ok(None)
        } else {
            Err(no_endpoints(fields, dialect))
        };
    }
    let at = list
        .iter()
        .position(|field| is_arrow(field.value))
        .ok_or_else(|| no_direction(fields))?;
    let direction = read_direction(list[at], fields)?;
    let left = side(&list[..at], list[at].slice(0..0), dialect)?;
    let right = side(&list[at + 1..], fields.end, dialect)?;
    let mut address = |field: Spanned<&'a str>| address_expr(file, field.value).map_err(&mut *report).ok();
    let (src, dst) = (address(left.0), address(right.0));
    let mut ports = |field: Option<Spanned<&'a str>>| match field {
        Some(field) => port_expr(file, field.value).map_err(&mut *report).ok().map(Some),
        None => Some(None),
    };
    let (src_ports, dst_ports) = (ports(left.1), ports(right.1));
    Ok(endpoints(src, src_ports, direction, dst, dst_ports))
}

fn endpoints<'a>(
    src: Option<AddressExpr<'a>>,
    src_ports: Option<Option<PortExpr<'a>>>,
    direction: Spanned<Direction>,
    dst: Option<AddressExpr<'a>>,
    dst_ports: Option<Option<PortExpr<'a>>>,
) -> Option<Endpoints<'a>> {
    Some(Endpoints {
        src: src?,
        src_ports: src_ports?,
        direction,
        dst: dst?,
        dst_ports: dst_ports?,
    })
}

/// Whether a field is made of nothing but the signs of arrows.
fn is_arrow(field: &str) -> bool {
    field
        .bytes()
        .all(|byte| matches!(byte, b'<' | b'>' | b'-' | b'=' | b'~'))
        || matches!(field, "→" | "←" | "↔" | "⇒")
}

fn read_direction<'a>(field: Spanned<&'a str>, fields: &Fields<'a>) -> Result<Spanned<Direction>, Diagnostic> {
    let arrow = |direction: Direction| {
        let read: IResult<&str, &str> = all_consuming(tag(direction.arrow())).parse(field.value);
        read.is_ok()
    };
    if let Some(direction) = Direction::ALL.into_iter().find(|&direction| arrow(direction)) {
        return Ok(Spanned::new(direction, field.span));
    }
    let error = Diagnostic::error(
        codes::BAD_DIRECTION,
        format!("unknown direction `{}`", excerpt(field.value)),
        field.span,
    );
    let error = error.label("expected `->` or `<>`");
    Err(match (field.value, fields.endpoints.as_slice()) {
        ("<-" | "<=" | "←", [a, b, _, c, d]) => {
            let swapped = format!("{} {} -> {} {}", c.value, d.value, a.value, b.value);
            error.help(if swapped.len() <= 60 {
                format!("swap the sides: `{swapped}`")
            } else {
                "swap the sides and write `->`".to_owned()
            })
        }
        ("<->" | "<=>" | "↔", _) => error.help("both directions are written `<>`"),
        ("==>" | "⇒", _) => error.help("both directions of a transaction are written `=>`"),
        _ => error.help("write `->` for one direction, `<>` for both"),
    })
}

type Side<'a> = (Spanned<&'a str>, Option<Spanned<&'a str>>);

/// Network and ports of one side; `end` is the place after it.
fn side<'a>(fields: &[Spanned<&'a str>], end: Spanned<&'a str>, dialect: Dialect) -> Result<Side<'a>, Diagnostic> {
    match *fields {
        [network, ports] => Ok((network, Some(ports))),
        [network] if dialect == Dialect::Snort3 => Ok((network, None)),
        [] | [_] => {
            let (missing, remedy) = if fields.is_empty() {
                ("network and ports are missing", "write both, as in `any any`")
            } else {
                (
                    "a network or ports are missing",
                    "a side has two parts, as in `$HOME_NET any`",
                )
            };
            let place = fields.first().map_or(end.span, |field| field.span);
            Err(Diagnostic::error(codes::INCOMPLETE_HEADER, missing, place)
                .label(if fields.is_empty() {
                    "nothing before this"
                } else {
                    "stands alone"
                })
                .help(remedy))
        }
        [first, .., last] => Err(Diagnostic::error(
            codes::INCOMPLETE_HEADER,
            "too many parts on one side of the direction",
            first.span.to(last.span),
        )
        .label("expected a network and ports")
        .help("put lists in brackets, as in `[80,443]`")),
    }
}

fn no_endpoints(fields: &Fields<'_>, dialect: Dialect) -> Diagnostic {
    let error = Diagnostic::error(
        codes::INCOMPLETE_HEADER,
        format!("the header of a {dialect} rule needs networks and ports"),
        fields.end.span,
    )
    .label("expected networks and ports here");
    let name = if fields.protocol.is_some() {
        "any any -> any any"
    } else {
        "tcp any any -> any any"
    };
    error.help(format!(
        "write `{name}`, or mark the file as Snort 3: `# ruleids: dialect=snort3`"
    ))
}

fn no_direction(fields: &Fields<'_>) -> Diagnostic {
    let brackets = |field: &str, sign| field.bytes().filter(|&byte| byte == sign).count();
    let unclosed = fields
        .endpoints
        .iter()
        .find(|field| brackets(field.value, b'[') > brackets(field.value, b']'));
    if let Some((field, at)) = unclosed.and_then(|field| Some((field, field.value.find('[')?))) {
        // The open list has swallowed the rest of the header.
        let place = field.slice(at..at + 1).span;
        return Diagnostic::error(codes::UNCLOSED_LIST, "the list is not closed", place)
            .label("opened here")
            .help("close the list with `]`");
    }
    // Two fields make a side: the direction is missed after them.
    let place = fields.endpoints.get(1).map_or(fields.end, |field| {
        let end = field.value.len();
        field.slice(end..end)
    });
    Diagnostic::error(codes::BAD_DIRECTION, "the header has no direction", place.span)
        .label("expected ` -> ` here")
        .help("a header reads `alert tcp any any -> any any`, with white space around the arrow")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AddressNode, PortNode};

    fn read(text: &str, dialect: Dialect) -> (Action<'_>, Header<'_>, Vec<(&'static str, u32, u32)>) {
        let mut findings = Findings::new(10);
        let (action, read) = header(File(text), text, dialect, &mut findings);
        let codes = findings
            .into_list()
            .iter()
            .map(|f| (f.code, f.span.start, f.span.end))
            .collect();
        (action, read, codes)
    }

    fn codes_of(text: &str) -> Vec<(&'static str, u32, u32)> {
        read(text, Dialect::Suricata).2
    }

    #[test]
    fn a_full_header() {
        let (action, header, codes) = read("alert tcp $HOME_NET any -> [::1] 80:90 ", Dialect::Suricata);
        assert_eq!(codes, []);
        assert_eq!((action.name.value, action.scope, action.also.len()), ("alert", None, 0));
        assert_eq!(header.protocol.unwrap().value, "tcp");
        let ends = header.endpoints.unwrap();
        assert_eq!(ends.src.node, AddressNode::Variable("HOME_NET"));
        assert_eq!(ends.src_ports.unwrap().node, PortNode::Any);
        assert_eq!(ends.direction.value, Direction::ToRight);
        assert_eq!(ends.dst_ports.unwrap().span, crate::Span::new(33, 38));
    }

    #[test]
    fn firewall_actions_and_hooks() {
        let (action, header, codes) = read(
            "accept:flow,pass:flow,alert http1:<response_body any any => any any",
            Dialect::Suricata,
        );
        assert_eq!(codes, []);
        assert_eq!(action.scope.unwrap().value, "flow");
        let all: Vec<_> = action
            .all()
            .map(|(name, scope)| (name.value, scope.map(|scope| scope.value)))
            .collect();
        assert_eq!(all, [("accept", Some("flow")), ("pass", Some("flow")), ("alert", None)]);
        assert_eq!(header.protocol.unwrap().value, "http1");
        assert_eq!(header.hook.unwrap().value, "<response_body");
        assert_eq!(header.endpoints.unwrap().direction.value, Direction::Transactional);
        let (_, header, _) = read(
            "accept:tx doh2:global:response_started any any -> any any",
            Dialect::Suricata,
        );
        assert_eq!(header.hook.unwrap().value, "global:response_started");
    }

    #[test]
    fn snort_headers_leave_parts_out() {
        for (text, dialect) in [
            ("alert ", Dialect::Snort2),
            ("alert", Dialect::Snort3),
            ("alert http ", Dialect::Snort3),
        ] {
            let (_, header, codes) = read(text, dialect);
            assert_eq!((codes, header.endpoints), (vec![], None), "{text}");
        }
        let (_, header, codes) = read("alert tcp any -> $HOME_NET", Dialect::Snort3);
        assert_eq!(codes, []);
        assert_eq!(header.endpoints.unwrap().src_ports, None);
        assert_eq!(
            read("alert http", Dialect::Snort2).2,
            [(codes::INCOMPLETE_HEADER, 10, 10)]
        );
    }

    #[test]
    fn every_malformed_field_is_reported() {
        assert_eq!(
            codes_of("al/ert !tcp 1.2.3 70000 -> [] 9:1"),
            [
                (codes::BAD_ACTION, 0, 6),
                (codes::BAD_PROTOCOL, 7, 11),
                (codes::BAD_ADDRESS, 12, 17),
                (codes::EMPTY_LIST, 27, 29),
                (codes::BAD_PORT, 18, 23),
                (codes::REVERSED_RANGE, 30, 33),
            ]
        );
    }

    #[test]
    fn parts_must_be_there() {
        assert_eq!(codes_of("alert tcp"), [(codes::INCOMPLETE_HEADER, 9, 9)]);
        assert_eq!(codes_of("alert tcp any any any any"), [(codes::BAD_DIRECTION, 17, 17)]);
        assert_eq!(
            codes_of("alert tcp any any <- any any"),
            [(codes::BAD_DIRECTION, 18, 20)]
        );
        assert_eq!(
            codes_of("alert tcp any -> any any"),
            [(codes::INCOMPLETE_HEADER, 10, 13)]
        );
        assert_eq!(codes_of("alert tcp any any ->"), [(codes::INCOMPLETE_HEADER, 20, 20)]);
        assert_eq!(
            codes_of("alert tcp any 80, 443 -> any any"),
            [(codes::INCOMPLETE_HEADER, 10, 21)]
        );
        assert_eq!(
            codes_of("alert tcp any [80,443 -> any any"),
            [(codes::UNCLOSED_LIST, 14, 15)]
        );
    }

    #[test]
    fn a_wrong_arrow_has_a_remedy() {
        let mut findings = Findings::new(10);
        let text = "alert tcp $A 1 <- $B 2";
        header(File(text), text, Dialect::Suricata, &mut findings);
        let list = findings.into_list();
        assert_eq!(list[0].help.as_deref(), Some("swap the sides: `$B 2 -> $A 1`"));
    }
}
