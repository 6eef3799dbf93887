//! Trees made at random print to text that parses to the same tree.

use std::borrow::Cow;
use std::net::IpAddr;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use rule_parser::{
    Action, AddressExpr, AddressNode, Dialect, Direction, Endpoints, Header, ParseOptions, PortExpr, PortNode, Rule,
    RuleOption, Span, Spanned, parse_file, print, render,
};

/// The text of a generated tree lives for the rest of the test.
fn leak(text: String) -> Spanned<&'static str> {
    Spanned::new(text.leak(), Span::default())
}

fn word() -> impl Strategy<Value = Spanned<&'static str>> {
    "[a-z][a-z0-9_]{0,8}".prop_map(leak)
}

fn action() -> impl Strategy<Value = Action<'static>> {
    let actions = vec!["alert", "drop", "pass", "log", "reject", "block", "config", "accept"];
    let also = "[a-z]{1,5}(:[a-z_]{1,5})?".prop_map(leak);
    (
        prop::sample::select(actions),
        option::weighted(0.1, word()),
        vec(also, 0..2),
    )
        .prop_map(|(name, scope, also)| {
            // An action with others is one of a firewall rule, which has a scope.
            let also = if scope.is_some() { also } else { Vec::new() };
            Action {
                name: leak(name.to_owned()),
                scope,
                also,
            }
        })
}

fn variable() -> impl Strategy<Value = &'static str> {
    "[A-Z][A-Z0-9_]{0,8}".prop_map(|name| leak(name).value)
}

fn address() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        any::<[u8; 4]>().prop_map(IpAddr::from),
        any::<[u8; 16]>().prop_map(IpAddr::from)
    ]
}

fn ordered<T: Ord>(a: T, b: T) -> (T, T) {
    if a <= b { (a, b) } else { (b, a) }
}

fn addresses() -> impl Strategy<Value = AddressExpr<'static>> {
    let expr = |node: BoxedStrategy<AddressNode<'static>>| {
        (any::<bool>(), node).prop_map(|(negated, node)| AddressExpr {
            negated,
            node,
            span: Span::default(),
        })
    };
    let plain = prop_oneof![
        Just(AddressNode::Any),
        variable().prop_map(AddressNode::Variable),
        address().prop_map(AddressNode::Host),
        (address(), 0..=128_u8).prop_map(|(address, prefix)| AddressNode::Network {
            address,
            prefix: if address.is_ipv4() { prefix % 33 } else { prefix },
        }),
        any::<([u8; 4], [u8; 4])>().prop_map(|(a, b)| {
            let (first, last) = ordered(IpAddr::from(a), IpAddr::from(b));
            AddressNode::Range { first, last }
        }),
    ];
    expr(plain.boxed()).prop_recursive(4, 20, 4, move |inner| {
        expr(vec(inner, 1..4).prop_map(AddressNode::List).boxed())
    })
}

fn ports() -> impl Strategy<Value = PortExpr<'static>> {
    let expr = |node: BoxedStrategy<PortNode<'static>>| {
        (any::<bool>(), node).prop_map(|(negated, node)| PortExpr {
            negated,
            node,
            span: Span::default(),
        })
    };
    let plain = prop_oneof![
        Just(PortNode::Any),
        variable().prop_map(PortNode::Variable),
        any::<u16>().prop_map(PortNode::Port),
        any::<(Option<u16>, Option<u16>)>().prop_map(|(a, b)| {
            let (first, last) = if let (Some(a), Some(b)) = (a, b) {
                let (first, last) = ordered(a, b);
                (Some(first), Some(last))
            } else {
                (a, b)
            };
            PortNode::Range { first, last }
        }),
    ];
    expr(plain.boxed()).prop_recursive(4, 20, 4, move |inner| {
        expr(vec(inner, 1..4).prop_map(PortNode::List).boxed())
    })
}

/// Ports, which only Snort 3 lets one leave out.
fn some_ports(dialect: Dialect) -> BoxedStrategy<Option<PortExpr<'static>>> {
    if dialect == Dialect::Snort3 {
        option::weighted(0.7, ports()).boxed()
    } else {
        ports().prop_map(Some).boxed()
    }
}

fn endpoints(dialect: Dialect) -> impl Strategy<Value = Endpoints<'static>> {
    let direction = prop::sample::select(Direction::ALL.to_vec());
    (
        addresses(),
        some_ports(dialect),
        direction,
        addresses(),
        some_ports(dialect),
    )
        .prop_map(|(src, src_ports, direction, dst, dst_ports)| {
            let direction = Spanned::new(direction, Span::default());
            Endpoints {
                src,
                src_ports,
                direction,
                dst,
                dst_ports,
            }
        })
}

fn header(dialect: Dialect) -> impl Strategy<Value = Header<'static>> {
    let hook = "<?[a-z_]{1,8}(:[a-z]{1,4})?".prop_map(leak);
    let full = (word(), option::weighted(0.2, hook), endpoints(dialect)).prop_map(|(protocol, hook, ends)| Header {
        protocol: Some(protocol),
        hook,
        endpoints: Some(ends),
    });
    let service = word().prop_map(|protocol| Header {
        protocol: Some(protocol),
        ..Header::default()
    });
    match dialect {
        Dialect::Suricata => full.boxed(),
        Dialect::Snort2 => prop_oneof![4 => full, 1 => Just(Header::default())].boxed(),
        Dialect::Snort3 => prop_oneof![4 => full, 1 => service, 1 => Just(Header::default())].boxed(),
    }
}

/// Values as an author would write them: quoted texts with escapes, and arguments without quotes.
fn value(dialect: Dialect) -> impl Strategy<Value = String> {
    let escaped = prop_oneof![
        8 => "[a-zA-Z0-9 |:,.()!/é\u{10ff80}#*-]{1,6}",
        1 => prop::sample::select(vec![r"\;", r#"\""#, r"\\", r"\:", r"\x41"]).prop_map(str::to_owned),
        1 => Just(if dialect == Dialect::Snort3 { ";" } else { "" }.to_owned()),
    ];
    let quoted = (any::<bool>(), vec(escaped, 0..8))
        .prop_map(|(negated, parts)| format!("{}\"{}\"", if negated { "!" } else { "" }, parts.concat()));
    let plain = "[a-zA-Z0-9<>=&^$|.!](([a-zA-Z0-9 ,<>=&^()|:./*-]|\\\\;){0,20}[a-zA-Z0-9)])?";
    let modified = (quoted.clone(), plain).prop_map(|(quoted, plain)| format!("{quoted},{plain}"));
    prop_oneof![quoted, plain.prop_map(|text| text), modified]
}

fn rule_option(dialect: Dialect) -> impl Strategy<Value = RuleOption<'static>> {
    let name = "[a-z_][a-zA-Z0-9_.-]{0,12}".prop_map(leak);
    (name, option::of(value(dialect))).prop_map(|(name, value)| RuleOption {
        name,
        value: value.map(|value| Spanned::new(Cow::Owned(value), Span::default())),
        span: Span::default(),
    })
}

fn rule(dialect: Dialect) -> impl Strategy<Value = Rule<'static>> {
    (
        any::<bool>(),
        action(),
        header(dialect),
        vec(rule_option(dialect), 0..20),
    )
        .prop_map(|(enabled, action, header, options)| Rule {
            enabled,
            span: Span::default(),
            action,
            header,
            options,
        })
}

fn dialect_and_rules() -> impl Strategy<Value = (Dialect, Vec<Rule<'static>>)> {
    prop::sample::select(Dialect::ALL.to_vec()).prop_flat_map(|dialect| (Just(dialect), vec(rule(dialect), 1..4)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_printed_tree_parses_to_itself((dialect, rules) in dialect_and_rules()) {
        let text: String = rules.iter().map(|rule| print(rule, dialect) + "\n").collect();
        let file = parse_file(&text, &ParseOptions { dialect: Some(dialect), include_disabled: true });
        let source = rule_parser::SourceText::from_text("printed", &text);
        prop_assert!(file.diagnostics.is_empty(), "{}\n{}", text, render(&source, &file.diagnostics, false));
        prop_assert_eq!(file.rules.len(), rules.len(), "{}", text);
        for (read, made) in file.rules.iter().zip(&rules) {
            prop_assert!(read.same_as(made), "{}\n{:?}\n{:?}", text, read, made);
        }
    }
}
