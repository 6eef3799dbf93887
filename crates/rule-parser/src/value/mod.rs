//! Readers for the values of options: the small languages that many keywords share.
//!
//! All take the value as [`crate::RuleOption::spanned`] gives it, and all of their errors point at the byte.

pub mod content;
pub mod list;
pub mod number;
pub mod pcre;
pub mod predicate;
mod quote;

pub use content::content_bytes;
pub use list::{Argument, HeadAndArguments, head_and_arguments, split_commas, split_words};
pub use number::{Number, integer, size, unsigned};
pub use pcre::{Pcre, pcre};
pub use predicate::{Comparison, Operand, Predicate, RangeStyle, predicate};
pub use quote::{Quoted, quoted, unescape, unquoted};
