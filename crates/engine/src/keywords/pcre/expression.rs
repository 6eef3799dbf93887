//! A regular expression, compiled when it is first needed.

use std::fmt;
use std::sync::OnceLock;

use super::flags::Options;
use super::literals;
use super::meaning::{self, DOLLAR, Same};
use crate::keyword::{Parsed, Problem};
use crate::rule::Regex;

/// A regular expression: checked when it is made, compiled when it is first needed.
///
/// Expressions that the linear engine understands as PCRE does run in time linear in the buffer. The others run on
/// PCRE2 with Suricata's match limits.
pub struct Expression {
    text: String,
    options: Options,
    linear: bool,
    engine: OnceLock<Engine>,
    literals: OnceLock<Vec<Box<[u8]>>>,
}

enum Engine {
    Linear {
        regex: regex::bytes::Regex,
        /// How many `$` became groups.
        dollars: usize,
    },
    Backtracking(pcre2::bytes::Regex),
    /// The expression was fine and is too large to compile: it matches nothing.
    Never,
}

impl Expression {
    /// An expression of which the syntax is checked; `text` as the rule has it between its delimiters.
    ///
    /// # Errors
    /// The syntax error, at its place in the text.
    pub fn new(text: &str, options: Options) -> Parsed<Self> {
        let ascii = meaning::ascii(text);
        let linear = meaning::same(&ascii, options).is_some();
        if !linear {
            backtracking(&ascii, options, false)?;
        }
        Ok(Self {
            text: text.to_owned(),
            options,
            linear,
            engine: OnceLock::new(),
            literals: OnceLock::new(),
        })
    }

    /// Whether it runs in linear time.
    pub const fn is_linear(&self) -> bool {
        self.linear
    }

    /// Compiles it, if that was not done; whether it can match anything.
    pub fn compile(&self) -> bool {
        !matches!(self.engine(), Engine::Never)
    }

    fn same(&self) -> Option<Same> {
        meaning::same(&meaning::ascii(&self.text), self.options)
    }

    fn engine(&self) -> &Engine {
        self.engine.get_or_init(|| {
            let linear = if self.linear { self.same() } else { None };
            if let Some(same) = linear
                && let Some(regex) = linear_engine(&same.pattern, self.options)
            {
                return Engine::Linear {
                    regex,
                    dollars: same.dollars,
                };
            }
            backtracking(&meaning::ascii(&self.text), self.options, true).map_or(Engine::Never, Engine::Backtracking)
        })
    }
}

impl Regex for Expression {
    fn find_at(&self, haystack: &[u8], start: usize) -> Option<(usize, usize)> {
        if start > haystack.len() {
            return None;
        }
        match self.engine() {
            Engine::Linear { regex, dollars } => {
                let found = regex.find_at(haystack, start)?;
                let end = if *dollars > 0 && found.end() == haystack.len() && haystack.last() == Some(&b'\n') {
                    end_before_line_end(regex, *dollars, haystack, start)?
                } else {
                    found.end()
                };
                Some((found.start(), end))
            }
            // An error is a limit that was hit.
            Engine::Backtracking(regex) => regex
                .find_at(haystack, start)
                .ok()
                .flatten()
                .map(|found| (found.start(), found.end())),
            Engine::Never => None,
        }
    }

    fn text(&self) -> &str {
        &self.text
    }

    fn literals(&self) -> &[Box<[u8]>] {
        self.literals.get_or_init(|| match self.same() {
            Some(same) => literals::required(&meaning::ascii(&self.text), &same.ast, self.options),
            None => Vec::new(),
        })
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}/", self.text)
    }
}

/// The end of a match that `$` may have ended before the line end at the end of the buffer.
fn end_before_line_end(regex: &regex::bytes::Regex, dollars: usize, haystack: &[u8], start: usize) -> Option<usize> {
    let captures = regex.captures_at(haystack, start)?;
    let took = (0..dollars).any(|at| {
        captures
            .name(&format!("{DOLLAR}{at}"))
            .is_some_and(|group| !group.is_empty())
    });
    Some(if took { haystack.len() - 1 } else { haystack.len() })
}

fn linear_engine(pattern: &str, options: Options) -> Option<regex::bytes::Regex> {
    regex::bytes::RegexBuilder::new(pattern)
        .unicode(false)
        .case_insensitive(options.caseless)
        .multi_line(options.multi_line)
        .dot_matches_new_line(options.dot_all)
        .swap_greed(options.ungreedy)
        // LIMIT: the caches of one expression, in bytes for each thread.
        .dfa_size_limit(1 << 19)
        .size_limit(4 << 20)
        .build()
        .ok()
}

/// Compiles for PCRE2; the syntax error is at its place in `pattern`.
pub(super) fn backtracking(pattern: &str, options: Options, jit: bool) -> Parsed<pcre2::bytes::Regex> {
    let mut prefix = LIMITS.to_owned();
    if options.ungreedy {
        prefix.push_str("(?U)");
    }
    let mut body = pattern.to_owned();
    if options.dollar_end_only && !options.multi_line {
        body = dollars_to_ends(&body);
    }
    if options.anchored {
        // A line end, in case the extended form ends in a remark.
        let line_end = if options.extended { "\n" } else { "" };
        prefix.push_str("\\G(?:");
        body.push_str(line_end);
        body.push(')');
    }
    let built = pcre2::bytes::RegexBuilder::new()
        .caseless(options.caseless)
        .multi_line(options.multi_line)
        .dotall(options.dot_all)
        .extended(options.extended)
        .jit_if_available(jit)
        .build(&format!("{prefix}{body}"));
    built.map_err(|error| {
        let at = error
            .offset()
            .and_then(|at| at.checked_sub(prefix.len()))
            .map_or(pattern.len(), |at| at.min(pattern.len()));
        let reason = error.to_string();
        let reason = reason.rsplit(": ").next().unwrap_or_default().to_owned();
        Problem::new(format!("the regular expression is wrong: {reason}")).at(at.saturating_sub(1)..at)
    })
}

/// Writes `\z` for every `$` that is an assertion.
fn dollars_to_ends(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let (mut escaped, mut class) = (false, false);
    for c in pattern.chars() {
        match c {
            '$' if !escaped && !class => out.push_str("\\z"),
            _ => out.push(c),
        }
        match c {
            _ if escaped => {}
            '[' => class = true,
            ']' => class = false,
            _ => {}
        }
        escaped = c == '\\' && !escaped;
    }
    out
}

// Suricata: the limits without which a hostile buffer makes an expression run for minutes.
const LIMITS: &str = "(*LIMIT_MATCH=3500)(*LIMIT_DEPTH=1500)";
