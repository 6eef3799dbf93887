//! Address expressions: `any`, `$HOME_NET`, `192.0.2.0/24`, `[2001:db8::/32,!2001:db8::1]`.

use std::net::{IpAddr, Ipv4Addr};

use crate::diagnostic::excerpt;
use crate::field::{self, File, MAX_DEPTH};
use crate::{AddressExpr, AddressNode, Diagnostic, codes};

/// Reads a whole field as an address expression.
pub(crate) fn address_expr<'a>(file: File<'a>, input: &'a str) -> Result<AddressExpr<'a>, Diagnostic> {
    let (mut rest, mut expr) = expression(file, input, 0)?;
    if let Some(more) = rest.strip_prefix(',') {
        // Suricata: a list without brackets is read as one.
        let (after, list) = field::members(file, None, Some(expr), more, |input| expression(file, input, 1))?;
        rest = after;
        let span = file.read(input, after).span;
        expr = AddressExpr {
            negated: false,
            node: AddressNode::List(list),
            span,
        };
    }
    if rest.is_empty() {
        return Ok(expr);
    }
    let text = format!("unexpected `{}` after an address", excerpt(rest));
    Err(Diagnostic::error(codes::BAD_ADDRESS, text, file.span(rest))
        .label("expected white space")
        .help("separate the members of a list with commas"))
}

fn expression<'a>(file: File<'a>, input: &'a str, depth: u32) -> Result<(&'a str, AddressExpr<'a>), Diagnostic> {
    let (body, negated) = field::negation(file, input)?;
    let (rest, node) = node(file, body, depth)?;
    let span = file.read(input, rest).span;
    Ok((rest, AddressExpr { negated, node, span }))
}

fn node<'a>(file: File<'a>, input: &'a str, depth: u32) -> Result<(&'a str, AddressNode<'a>), Diagnostic> {
    if let Some(inner) = input.strip_prefix('[') {
        if depth >= MAX_DEPTH {
            return Err(field::too_deep(file, input));
        }
        let member = |input| expression(file, input, depth + 1);
        let (rest, list) = field::members(file, Some(input), None, inner, member)?;
        return Ok((rest, AddressNode::List(list)));
    }
    if let Some((rest, name)) = field::variable(file, input)? {
        return Ok((rest, AddressNode::Variable(name)));
    }
    let (rest, word) = field::word(input);
    Ok((rest, plain(file, word)?))
}

fn plain<'a>(file: File<'a>, word: &'a str) -> Result<AddressNode<'a>, Diagnostic> {
    if word.eq_ignore_ascii_case("any") {
        Ok(AddressNode::Any)
    } else if let Some((address, length)) = word.split_once('/') {
        network(file, word, address, length)
    } else if let Some((first, last)) = word.split_once('-') {
        range(file, word, first, last)
    } else {
        host(file, word).map(AddressNode::Host)
    }
}

fn network<'a>(
    file: File<'a>,
    word: &'a str,
    address: &'a str,
    length: &'a str,
) -> Result<AddressNode<'a>, Diagnostic> {
    let address = host(file, address)?;
    let max: u8 = if address.is_ipv4() { 32 } else { 128 };
    let digits = !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit());
    let prefix = if digits {
        length.parse().ok().filter(|&prefix| prefix <= max)
    } else {
        netmask_prefix(length).filter(|_| address.is_ipv4())
    };
    if let Some(prefix) = prefix {
        return Ok(AddressNode::Network { address, prefix });
    }
    let error = Diagnostic::error(
        codes::BAD_PREFIX,
        format!("`{}` is not a network", excerpt(word)),
        file.span(length).to(file.span(word)),
    );
    Err(if length.contains('.') {
        error
            .label("a netmask has its ones in front of its zeros")
            .help("write a prefix length, as in `/24`")
    } else {
        error
            .label(format!("the prefix length goes from 0 to {max}"))
            .help(format!("write a length of at most {max} bits after the slash"))
    })
}

/// The length of a netmask such as 255.255.0.0, if its ones stand together in front.
fn netmask_prefix(text: &str) -> Option<u8> {
    let mask = u32::from(text.parse::<Ipv4Addr>().ok()?);
    let ones = mask.leading_ones();
    (mask.count_ones() == ones).then(|| u8::try_from(ones).ok()).flatten()
}

fn range<'a>(file: File<'a>, word: &'a str, first: &'a str, last: &'a str) -> Result<AddressNode<'a>, Diagnostic> {
    let (from, to) = (host(file, first)?, host(file, last)?);
    if from.is_ipv4() != to.is_ipv4() {
        return Err(
            Diagnostic::error(codes::BAD_ADDRESS, "a range mixes IPv4 and IPv6", file.span(word))
                .label("its ends are of two families")
                .help("write two ranges"),
        );
    }
    if from > to {
        return Err(Diagnostic::error(
            codes::REVERSED_RANGE,
            "the range ends before it starts",
            file.span(word),
        )
        .label("matches nothing")
        .help(format!("swap the ends: `{last}-{first}`")));
    }
    Ok(AddressNode::Range { first: from, last: to })
}

fn host<'a>(file: File<'a>, word: &'a str) -> Result<IpAddr, Diagnostic> {
    word.parse().map_err(|_| bad_address(file, word))
}

fn bad_address<'a>(file: File<'a>, word: &'a str) -> Diagnostic {
    if word.is_empty() {
        return Diagnostic::error(codes::BAD_ADDRESS, "an address is missing", file.span(word))
            .label("expected an address")
            .help("write an address, a network, a variable, a list or `any`");
    }
    let error = Diagnostic::error(
        codes::BAD_ADDRESS,
        format!("`{}` is not an address", excerpt(word)),
        file.span(word),
    );
    let is_name = word
        .bytes()
        .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    if is_name && word.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return error
            .label("names a variable?")
            .help(format!("write `${}`", excerpt(word)));
    }
    let dotted = word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if dotted && word.split('.').any(|part| part.len() > 1 && part.starts_with('0')) {
        return error
            .label("a part has leading zeros")
            .help("write the parts of an address without leading zeros");
    }
    if dotted {
        return error
            .label("expected four numbers from 0 to 255")
            .help("shorter forms need a prefix: `10.0.0.0/8`");
    }
    error
        .label("expected an address")
        .help("write an address, a network, a variable, a list or `any`; names are not resolved")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Span;

    fn read(text: &str) -> Result<AddressExpr<'_>, Diagnostic> {
        address_expr(File(text), text)
    }

    fn code(text: &str) -> (&'static str, u32, u32) {
        let error = read(text).unwrap_err();
        (error.code, error.span.start, error.span.end)
    }

    #[test]
    fn plain_members() {
        let v4 = |a, b, c, d| IpAddr::from([a, b, c, d]);
        let node = |text| read(text).unwrap().node;
        assert_eq!(node("any"), AddressNode::Any);
        assert_eq!(node("ANY"), AddressNode::Any);
        assert_eq!(node("$HOME_NET"), AddressNode::Variable("HOME_NET"));
        assert_eq!(node("192.0.2.1"), AddressNode::Host(v4(192, 0, 2, 1)));
        assert_eq!(
            node("10.1.2.3/8"),
            AddressNode::Network {
                address: v4(10, 1, 2, 3),
                prefix: 8
            }
        );
        assert_eq!(
            node("10.0.0.0/255.128.0.0"),
            AddressNode::Network {
                address: v4(10, 0, 0, 0),
                prefix: 9
            }
        );
        assert_eq!(
            node("::/0"),
            AddressNode::Network {
                address: "::".parse().unwrap(),
                prefix: 0
            }
        );
        let range = AddressNode::Range {
            first: v4(192, 0, 2, 1),
            last: v4(192, 0, 2, 9),
        };
        assert_eq!(node("192.0.2.1-192.0.2.9"), range);
    }

    #[test]
    fn lists_nest_and_negate() {
        let list = read("! [ 192.0.2.1 , [ 2001:db8::/32,!$X ] ]").unwrap();
        assert!(list.negated);
        assert_eq!(list.span, Span::new(0, 39));
        let AddressNode::List(members) = list.node else {
            panic!("a list")
        };
        assert_eq!(members[0].span, Span::new(4, 13));
        let AddressNode::List(inner) = &members[1].node else {
            panic!("a list")
        };
        assert!(inner[1].negated);
        assert_eq!(inner[1].span, Span::new(32, 35));
    }

    #[test]
    fn a_list_may_lack_its_brackets() {
        let AddressNode::List(members) = read("192.0.2.1,!192.0.2.2").unwrap().node else {
            panic!("a list")
        };
        assert_eq!((members.len(), members[1].negated), (2, true));
    }

    #[test]
    fn errors_point_at_the_member() {
        assert_eq!(code("192.0.2"), (codes::BAD_ADDRESS, 0, 7));
        assert_eq!(code("192.0.2.256"), (codes::BAD_ADDRESS, 0, 11));
        assert_eq!(code("[192.0.2.1,example.com]"), (codes::BAD_ADDRESS, 11, 22));
        assert_eq!(code("192.0.2.1/33"), (codes::BAD_PREFIX, 0, 12));
        assert_eq!(code("192.0.2.1/"), (codes::BAD_PREFIX, 0, 10));
        assert_eq!(code("192.0.2.1/255.0.255.0"), (codes::BAD_PREFIX, 0, 21));
        assert_eq!(code("::1/129"), (codes::BAD_PREFIX, 0, 7));
        assert_eq!(code("192.0.2.9-192.0.2.1"), (codes::REVERSED_RANGE, 0, 19));
        assert_eq!(code("192.0.2.9-::1"), (codes::BAD_ADDRESS, 0, 13));
        assert_eq!(code("[]"), (codes::EMPTY_LIST, 0, 2));
        assert_eq!(code("[any,]"), (codes::EMPTY_LIST, 5, 6));
        assert_eq!(code("[,any]"), (codes::EMPTY_LIST, 1, 2));
        assert_eq!(code("[any"), (codes::UNCLOSED_LIST, 0, 1));
        assert_eq!(code("[any any]"), (codes::UNCLOSED_LIST, 0, 1));
        assert_eq!(code("$"), (codes::NAMELESS_VARIABLE, 0, 1));
        assert_eq!(code("!!any"), (codes::DOUBLE_NEGATION, 0, 2));
        assert_eq!(code("any]"), (codes::BAD_ADDRESS, 3, 4));
        assert_eq!(code("!"), (codes::BAD_ADDRESS, 1, 1));
    }

    #[test]
    fn names_without_a_dollar_sign_are_recognised() {
        assert_eq!(read("HOME_NET").unwrap_err().help.as_deref(), Some("write `$HOME_NET`"));
    }

    #[test]
    fn nesting_is_bounded() {
        let nested = |depth: usize| format!("{}any{}", "[".repeat(depth), "]".repeat(depth));
        assert!(read(&nested(64)).is_ok());
        assert_eq!(code(&nested(65)), (codes::NESTED_TOO_DEEP, 64, 65));
        assert_eq!(code(&"[".repeat(100_000)).0, codes::NESTED_TOO_DEEP);
    }
}
