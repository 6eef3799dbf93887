//! Whether the linear engine means by an expression what PCRE means by it.

use regex_syntax::ast::parse::ParserBuilder;
use regex_syntax::ast::{
    Assertion, AssertionKind, Ast, ClassSet, ClassSetItem, Flag, Flags as AstFlags, FlagsItemKind, GroupKind,
    HexLiteralKind, Literal, LiteralKind, Repetition, RepetitionKind, RepetitionRange, SpecialLiteralKind,
};
use regex_syntax::hir::translate::TranslatorBuilder;
use rule_parser::source;

use super::flags::Options;

/// An expression that the linear engine understands as PCRE does.
#[derive(Debug)]
pub(super) struct Same {
    /// The expression in the linear engine's language.
    pub pattern: String,
    /// As read, for the literals; without what became of `$`.
    pub ast: Ast,
    /// How many `$` there are that match before a line end at the end of the buffer.
    pub dollars: usize,
}

/// Rewrites an expression for the linear engine; `None` where that would mean something else.
///
/// The expression is in ASCII, as [`ascii`] makes it.
pub(super) fn same(pattern: &str, options: Options) -> Option<Same> {
    // In the extended form the two skip white space in different places, and the linear engine's anchors
    // know only the start of the buffer.
    if options.extended || options.anchored {
        return None;
    }
    let ast = ParserBuilder::new().nest_limit(100).build().parse(pattern).ok()?;
    let mut walk = Walk {
        multi_line: options.multi_line,
        dollars: Vec::new(),
        line_starts: false,
        weight: 1,
    };
    walk.top(&ast)?;
    // PCRE: `^` does not match behind the line end at the very end of the buffer, where nothing can follow.
    if walk.line_starts && may_be_empty(pattern, &ast) {
        return None;
    }
    let mut rewritten = String::with_capacity(pattern.len() + 16 * walk.dollars.len());
    let mut from = 0;
    for (count, at) in walk.dollars.iter().enumerate() {
        rewritten.push_str(pattern.get(from..*at)?);
        if options.dollar_end_only {
            rewritten.push_str("\\z");
        } else {
            rewritten.push_str(&format!("(?P<{DOLLAR}{count}>\\n?)\\z"));
        }
        from = at + 1;
    }
    rewritten.push_str(pattern.get(from..)?);
    let dollars = if options.dollar_end_only { 0 } else { walk.dollars.len() };
    Some(Same {
        pattern: rewritten,
        ast,
        dollars,
    })
}

/// The expression in ASCII: bytes beyond are written in hexadecimal, one by one, as PCRE takes them.
pub(super) fn ascii(text: &str) -> String {
    let bytes = source::to_bytes(text);
    let mut out = String::with_capacity(bytes.len());
    let mut escaped = false;
    for (at, &byte) in bytes.iter().enumerate() {
        if byte.is_ascii() {
            out.push(char::from(byte));
            let digit_follows = bytes
                .get(at + 1)
                .is_some_and(|next| next.is_ascii_hexdigit() || *next == b'{');
            if escaped && byte == b'x' && !digit_follows {
                // PCRE before 10.43: without digits it is the byte 0.
                out.push_str("00");
            }
            escaped = byte == b'\\' && !escaped;
        } else {
            // A backslash before such a byte means the byte.
            if escaped {
                out.pop();
            }
            out.push_str(&format!("\\x{byte:02x}"));
            escaped = false;
        }
    }
    out
}

/// The start of the names of the groups that stand for `$`.
pub(super) const DOLLAR: &str = "ruleids_end_";

/// LIMIT: how many times the largest part may be repeated before the automaton would grow too large.
const MAX_WEIGHT: u64 = 2000;

struct Walk {
    multi_line: bool,
    /// Where the `$` are that must be rewritten.
    dollars: Vec<usize>,
    /// `^` matches at every line.
    line_starts: bool,
    weight: u64,
}

/// What may still come in the expression before and behind a part.
#[derive(Clone, Copy)]
struct Place {
    /// Nothing comes before.
    first: bool,
    /// Nothing comes behind.
    last: bool,
}

impl Walk {
    fn top(&mut self, ast: &Ast) -> Option<()> {
        let whole = Place {
            first: true,
            last: true,
        };
        // Flags for the whole expression: `(?i)abc`.
        if let Ast::Concat(concat) = ast
            && let [Ast::Flags(set), rest @ ..] = concat.asts.as_slice()
        {
            self.flags(&set.flags, true)?;
            return self.sequence(rest, whole);
        }
        self.walk(ast, whole)
    }

    fn walk(&mut self, ast: &Ast, place: Place) -> Option<()> {
        match ast {
            Ast::Empty(_) | Ast::Dot(_) | Ast::ClassPerl(_) => Some(()),
            Ast::Literal(literal) => plain(literal),
            Ast::Assertion(assertion) => self.assertion(assertion, place),
            Ast::ClassBracketed(class) => class_set(&class.kind),
            Ast::Repetition(repetition) => self.repetition(repetition),
            Ast::Group(group) => {
                match &group.kind {
                    GroupKind::CaptureIndex(_) | GroupKind::CaptureName { .. } => {}
                    GroupKind::NonCapturing(flags) => self.flags(flags, false)?,
                }
                self.walk(&group.ast, place)
            }
            Ast::Alternation(alternation) => alternation.asts.iter().try_for_each(|ast| self.walk(ast, place)),
            Ast::Concat(concat) => self.sequence(&concat.asts, place),
            // Flags in the middle, and Unicode classes.
            Ast::Flags(_) | Ast::ClassUnicode(_) => None,
        }
    }

    fn sequence(&mut self, asts: &[Ast], place: Place) -> Option<()> {
        let end = asts.len().saturating_sub(1);
        asts.iter().enumerate().try_for_each(|(at, ast)| {
            self.walk(
                ast,
                Place {
                    first: place.first && at == 0,
                    last: place.last && at == end,
                },
            )
        })
    }

    fn assertion(&mut self, assertion: &Assertion, place: Place) -> Option<()> {
        match assertion.kind {
            AssertionKind::StartText
            | AssertionKind::EndText
            | AssertionKind::WordBoundary
            | AssertionKind::NotWordBoundary => Some(()),
            AssertionKind::StartLine => {
                self.line_starts |= self.multi_line;
                (!self.multi_line || place.first).then_some(())
            }
            AssertionKind::EndLine if self.multi_line => Some(()),
            AssertionKind::EndLine => {
                self.dollars.push(assertion.span.start.offset);
                place.last.then_some(())
            }
            // `\<` and `\b{start}` are no assertions in PCRE.
            _ => None,
        }
    }

    fn repetition(&mut self, repetition: &Repetition) -> Option<()> {
        // `a++` is possessive in PCRE, and a repeated assertion is not the same everywhere.
        if matches!(*repetition.ast, Ast::Repetition(_) | Ast::Assertion(_) | Ast::Empty(_)) {
            return None;
        }
        let times = match repetition.op.kind {
            RepetitionKind::ZeroOrOne | RepetitionKind::ZeroOrMore | RepetitionKind::OneOrMore => 1,
            RepetitionKind::Range(
                RepetitionRange::Exactly(n) | RepetitionRange::AtLeast(n) | RepetitionRange::Bounded(_, n),
            ) => u64::from(n).max(1),
        };
        let outer = self.weight;
        self.weight = outer.saturating_mul(times);
        if self.weight > MAX_WEIGHT {
            return None;
        }
        self.walk(
            &repetition.ast,
            Place {
                first: false,
                last: false,
            },
        )?;
        self.weight = outer;
        Some(())
    }

    /// Flags of a group, or of the whole expression.
    fn flags(&mut self, flags: &AstFlags, whole: bool) -> Option<()> {
        let mut negated = false;
        for item in &flags.items {
            match item.kind {
                FlagsItemKind::Negation => negated = true,
                FlagsItemKind::Flag(Flag::CaseInsensitive | Flag::DotMatchesNewLine | Flag::SwapGreed) => {}
                FlagsItemKind::Flag(Flag::MultiLine) if whole => self.multi_line = !negated,
                // `R` is recursion in PCRE, `u` is nothing.
                FlagsItemKind::Flag(_) => return None,
            }
        }
        Some(())
    }
}

/// Whether a match can have no bytes.
fn may_be_empty(pattern: &str, ast: &Ast) -> bool {
    let hir = TranslatorBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .translate(pattern, ast);
    hir.map_or(true, |hir| {
        hir.properties().minimum_len().is_none_or(|least| least == 0)
    })
}

/// Whether a literal is the same byte in both.
fn plain(literal: &Literal) -> Option<()> {
    let same = match literal.kind {
        LiteralKind::Verbatim
        | LiteralKind::Meta
        | LiteralKind::Superfluous
        | LiteralKind::HexFixed(HexLiteralKind::X) => true,
        LiteralKind::HexBrace(HexLiteralKind::X) => literal.c.is_ascii(),
        LiteralKind::Special(SpecialLiteralKind::VerticalTab) => false,
        LiteralKind::Special(_) => true,
        LiteralKind::Octal | LiteralKind::HexFixed(_) | LiteralKind::HexBrace(_) => false,
    };
    same.then_some(())
}

fn class_set(set: &ClassSet) -> Option<()> {
    match set {
        ClassSet::Item(item) => class_item(item),
        // `&&`, `--` and `~~` are characters in PCRE.
        ClassSet::BinaryOp(_) => None,
    }
}

fn class_item(item: &ClassSetItem) -> Option<()> {
    match item {
        ClassSetItem::Empty(_) | ClassSetItem::Ascii(_) | ClassSetItem::Perl(_) => Some(()),
        ClassSetItem::Literal(literal) => plain(literal),
        ClassSetItem::Range(range) => plain(&range.start).and_then(|()| plain(&range.end)),
        ClassSetItem::Union(union) => union.items.iter().try_for_each(class_item),
        // A bracket within brackets is a character in PCRE.
        ClassSetItem::Unicode(_) | ClassSetItem::Bracketed(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(pattern: &str) -> Option<String> {
        same(&ascii(pattern), Options::default()).map(|same| same.pattern)
    }

    #[test]
    fn what_both_mean_alike_is_kept() {
        for pattern in [
            r"^\d+\x2f[a-z\]\-]{2,5}?(?:a|b)\s*\;\:\/",
            r"(?i)abc",
            r"[[:alpha:]]",
            r"a\b\.\_",
            "(?P<n>a)",
            "(?s:.)",
        ] {
            assert_eq!(rewritten(pattern).as_deref(), Some(pattern));
        }
        assert_eq!(rewritten("abc$").as_deref(), Some(r"abc(?P<ruleids_end_0>\n?)\z"));
        assert_eq!(
            rewritten("(?:a$|b$)").as_deref(),
            Some(r"(?:a(?P<ruleids_end_0>\n?)\z|b(?P<ruleids_end_1>\n?)\z)")
        );
    }

    #[test]
    fn what_would_mean_something_else_is_not() {
        let different = [
            r"a++",
            r"a{2}{3}",
            r"\<b",
            r"\b{start}",
            r"\v",
            r"[\v]",
            r"[a&&b]",
            r"[a[b]]",
            r"[a--b]",
            r"a(?i)b",
            r"(?R)",
            r"(?m:^a)",
            r"(?x)a b",
            r"$a",
            r"(?:a$)?",
            r"\pL",
            r"\x{e9}",
            r"(?=a)",
            r"(a)\1",
            r"\Z",
            r"\h",
            r"a{3000}",
            r"(?:a{100}){100}",
            r"\u0041",
        ];
        for pattern in different {
            assert_eq!(rewritten(pattern), None, "{pattern}");
        }
        assert!(
            same(
                "a b",
                Options {
                    extended: true,
                    ..Options::default()
                }
            )
            .is_none()
        );
        let lines = Options {
            multi_line: true,
            ..Options::default()
        };
        assert!(same("^a$", lines).is_some() && same("a\n^", lines).is_none() && same("^a*$", lines).is_none());
    }

    #[test]
    fn bytes_beyond_ascii_are_taken_one_by_one() {
        assert_eq!(ascii("aé+"), r"a\xc3\xa9+");
        assert_eq!(ascii("\\é"), r"\xc3\xa9");
        assert_eq!(ascii("\\\\é"), r"\\\xc3\xa9");
        assert_eq!(ascii(r"\x|\x4|\x{4}|\\x"), r"\x00|\x4|\x{4}|\\x");
    }
}
