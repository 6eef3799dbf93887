//! Rule text to syntax tree: the rule languages of Suricata, Snort 2.9 and Snort 3.
//!
//! This crate knows how rules are written and not one keyword. It recovers from errors, so that one bad
//! option does not hide the next, and every part of the tree knows its place in the file.
//!
//! ```
//! use rule_parser::{Dialect, Direction, ParseOptions, parse_file};
//!
//! let text = r#"alert tcp any any -> $HOME_NET [80,8080] (msg:"hello"; content:"a|0d 0a|"; sid:1;)"#;
//! let file = parse_file(text, &ParseOptions::default());
//!
//! assert!(file.diagnostics.is_empty());
//! assert_eq!(file.dialect, Dialect::Suricata);
//! let rule = &file.rules[0];
//! assert_eq!(rule.sid(), Some(1));
//! assert_eq!(rule.header.endpoints.as_ref().unwrap().direction.value, Direction::ToRight);
//! assert_eq!(rule.option("content").unwrap().text(), Some(r#""a|0d 0a|""#));
//! ```

#![forbid(unsafe_code)]

pub mod codes;
pub mod source;
pub mod value;

mod address;
mod ast;
mod body;
mod definition;
mod detect;
mod diagnostic;
mod dialect;
mod directive;
mod field;
mod file;
mod findings;
mod header;
mod options;
mod port;
mod print;
mod render;
mod rule;
mod same;
mod scan;
mod span;
mod statements;
mod value_end;

pub use ast::{
    Action, AddressExpr, AddressNode, Definition, DefinitionKind, Direction, Endpoints, Header, PortExpr, PortNode,
    Rule, RuleFile, RuleOption,
};
pub use diagnostic::{Diagnostic, Severity};
pub use dialect::{Dialect, DialectSource, UnknownDialect};
pub use file::{ParseOptions, Piece, cut_pieces, join_pieces, parse_file, parse_piece, parse_rule, parse_source};
pub use print::print;
pub use render::{render, to_json};
pub use source::{Position, SourceText};
pub use span::{Span, Spanned};

/// Reads a set of addresses that stands by itself: the value of a variable, a `suppress` line.
///
/// # Errors
/// The first thing that is wrong with it; spans count from the start of `text`.
pub fn parse_addresses(text: &str) -> Result<AddressExpr<'_>, Diagnostic> {
    address::address_expr(field::File(text), text.trim())
}

/// Reads a set of ports that stands by itself: the value of a variable.
///
/// # Errors
/// The first thing that is wrong with it; spans count from the start of `text`.
pub fn parse_ports(text: &str) -> Result<PortExpr<'_>, Diagnostic> {
    port::port_expr(field::File(text), text.trim())
}
