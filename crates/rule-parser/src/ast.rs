//! The syntax tree of a rule file.

use std::borrow::Cow;
use std::net::IpAddr;

use crate::{Diagnostic, Dialect, DialectSource, Span, Spanned};

/// A parsed file.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleFile<'a> {
    /// The dialect it was read in.
    pub dialect: Dialect,
    /// How that dialect was decided.
    pub dialect_source: DialectSource,
    /// The rules without a syntax error, in the order of the file.
    pub rules: Vec<Rule<'a>>,
    /// What could be recovered of the rules with a syntax error, if that is an option at least: the others can be
    /// checked, but such a rule must never be loaded.
    pub broken: Vec<Rule<'a>>,
    /// Lines of a Snort configuration that define a variable.
    pub definitions: Vec<Definition<'a>>,
    /// Everything there is to say about the file, in the order of the file.
    pub diagnostics: Vec<Diagnostic>,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule<'a> {
    /// False for a rule that is commented out.
    pub enabled: bool,
    /// From the action to the closing parenthesis.
    pub span: Span,
    /// What to do when it matches.
    pub action: Action<'a>,
    /// To which traffic it applies.
    pub header: Header<'a>,
    /// What is between the parentheses.
    pub options: Vec<RuleOption<'a>>,
}

/// What to do when a rule matches: `alert`, or `accept:flow,alert` in a Suricata firewall rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action<'a> {
    /// The action, as written.
    pub name: Spanned<&'a str>,
    /// What it extends to, after a colon: `flow` of `drop:flow`.
    pub scope: Option<Spanned<&'a str>>,
    /// Further actions, after commas, each with its scope: `alert` of `accept:flow,alert`, and `pass:flow` of
    /// `accept:flow,pass:flow`.
    pub also: Vec<Spanned<&'a str>>,
}

/// To which traffic a rule applies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header<'a> {
    /// The protocol; absent in decoder rules such as `alert ( gid:116; ... )`.
    pub protocol: Option<Spanned<&'a str>>,
    /// The rule hook, after the protocol and a colon: `request_started` of `http1:request_started`.
    pub hook: Option<Spanned<&'a str>>,
    /// Networks and ports; absent in Snort 3 service rules such as `alert http ( ... )`.
    pub endpoints: Option<Endpoints<'a>>,
}

/// Networks and ports of both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints<'a> {
    /// The network on the left.
    pub src: AddressExpr<'a>,
    /// The ports on the left; Snort 3 lets one leave them out.
    pub src_ports: Option<PortExpr<'a>>,
    /// Between the two sides.
    pub direction: Spanned<Direction>,
    /// The network on the right.
    pub dst: AddressExpr<'a>,
    /// The ports on the right; Snort 3 lets one leave them out.
    pub dst_ports: Option<PortExpr<'a>>,
}

/// Which way traffic goes that a rule applies to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// `->`: from the left to the right.
    ToRight,
    /// `<>`: either way.
    Both,
    /// `=>`: both directions of a transaction whose request goes from the left to the right.
    Transactional,
}

/// A set of addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressExpr<'a> {
    /// Whether an exclamation mark precedes it.
    pub negated: bool,
    /// The set, before negation.
    pub node: AddressNode<'a>,
    /// With the exclamation mark.
    pub span: Span,
}

/// What a set of addresses is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddressNode<'a> {
    /// `any`
    Any,
    /// `$HOME_NET`, without the dollar sign.
    Variable(&'a str),
    /// `192.0.2.1`
    Host(IpAddr),
    /// `192.0.2.0/24`; host bits are kept as written, a netmask is read as a prefix.
    Network {
        /// As written.
        address: IpAddr,
        /// At most 32 or 128.
        prefix: u8,
    },
    /// `192.0.2.1-192.0.2.9`, both included, of one family and in order.
    Range {
        /// The lowest address.
        first: IpAddr,
        /// The highest address.
        last: IpAddr,
    },
    /// `[...]`, never empty.
    List(Vec<AddressExpr<'a>>),
}

/// A set of ports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortExpr<'a> {
    /// Whether an exclamation mark precedes it.
    pub negated: bool,
    /// The set, before negation.
    pub node: PortNode<'a>,
    /// With the exclamation mark.
    pub span: Span,
}

/// What a set of ports is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PortNode<'a> {
    /// `any`
    Any,
    /// `$HTTP_PORTS`, without the dollar sign.
    Variable(&'a str),
    /// `80`
    Port(u16),
    /// `1024:2048`, `1024:`, `:1024`, both ends included and in order; a missing end is 0 or 65535.
    Range {
        /// The lowest port.
        first: Option<u16>,
        /// The highest port.
        last: Option<u16>,
    },
    /// `[...]`, never empty.
    List(Vec<PortExpr<'a>>),
}

/// One option of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleOption<'a> {
    /// The keyword, as written.
    pub name: Spanned<&'a str>,
    /// The text between the colon and the semicolon, trimmed, quotes and escapes kept; line breaks outside and
    /// continuations inside it are joined. Absent where there is no colon.
    pub value: Option<Spanned<Cow<'a, str>>>,
    /// From the name to before the semicolon.
    pub span: Span,
}

/// A variable that a Snort configuration defines: `ipvar HOME_NET 192.0.2.0/24`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition<'a> {
    /// What the variable may stand for.
    pub kind: DefinitionKind,
    /// Its name, without a dollar sign.
    pub name: Spanned<&'a str>,
    /// What it stands for, trimmed, line continuations joined.
    pub value: Spanned<Cow<'a, str>>,
    /// The whole line.
    pub span: Span,
}

/// What a variable may stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DefinitionKind {
    /// `var`: addresses, or any text.
    Var,
    /// `ipvar`: addresses.
    IpVar,
    /// `portvar`: ports.
    PortVar,
}

impl<'a> Action<'a> {
    /// All actions in order, each with what it extends to.
    pub fn all(&self) -> impl Iterator<Item = (Spanned<&'a str>, Option<Spanned<&'a str>>)> {
        let also = self.also.iter().map(|action| match action.split_once(':') {
            Some((name, scope)) => (name, Some(scope)),
            None => (*action, None),
        });
        std::iter::once((self.name, self.scope)).chain(also)
    }
}

impl<'a> Rule<'a> {
    /// The first option of that name.
    #[must_use]
    pub fn option(&self, name: &str) -> Option<&RuleOption<'a>> {
        self.options.iter().find(|option| option.name.value == name)
    }

    /// All options of that name, in order.
    pub fn options_named<'r>(&'r self, name: &'r str) -> impl Iterator<Item = &'r RuleOption<'a>> {
        self.options.iter().filter(move |option| option.name.value == name)
    }

    /// The signature id, if `sid` is there and a number.
    #[must_use]
    pub fn sid(&self) -> Option<u32> {
        self.number("sid")
    }

    /// The revision, if `rev` is there and a number.
    #[must_use]
    pub fn rev(&self) -> Option<u32> {
        self.number("rev")
    }

    /// The message as written between its quotes, escapes kept.
    #[must_use]
    pub fn msg(&self) -> Option<&str> {
        let value = self.option("msg")?.text()?;
        Some(
            value
                .strip_prefix('"')
                .and_then(|rest| rest.strip_suffix('"'))
                .unwrap_or(value),
        )
    }

    fn number(&self, name: &str) -> Option<u32> {
        self.option(name)?.text()?.parse().ok()
    }
}

impl RuleOption<'_> {
    /// The value as text, without its place.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.value.as_ref().map(|value| value.value.as_ref())
    }

    /// The value as the helpers of [`crate::value`] take it.
    #[must_use]
    pub fn spanned(&self) -> Option<Spanned<&str>> {
        self.value
            .as_ref()
            .map(|value| Spanned::new(value.value.as_ref(), value.span))
    }
}

impl Direction {
    /// All directions.
    pub const ALL: [Self; 3] = [Self::ToRight, Self::Both, Self::Transactional];

    /// The arrow.
    #[must_use]
    pub fn arrow(self) -> &'static str {
        match self {
            Self::ToRight => "->",
            Self::Both => "<>",
            Self::Transactional => "=>",
        }
    }
}

impl DefinitionKind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Var, Self::IpVar, Self::PortVar];

    /// The word that introduces it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Var => "var",
            Self::IpVar => "ipvar",
            Self::PortVar => "portvar",
        }
    }
}
