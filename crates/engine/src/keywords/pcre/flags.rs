//! The flags behind a regular expression.

use rule_parser::{Dialect, Spanned};

use crate::keyword::{Parsed, Problem};

/// The flags behind a regular expression.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flags {
    /// What they say of the expression itself.
    pub options: Options,
    /// `R`.
    pub relative: bool,
    /// The letter of a buffer.
    pub buffer: Option<char>,
}

/// How an expression is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// `i`
    pub caseless: bool,
    /// `m`
    pub multi_line: bool,
    /// `s`
    pub dot_all: bool,
    /// `x`
    pub extended: bool,
    /// `A`
    pub anchored: bool,
    /// `E`
    pub dollar_end_only: bool,
    /// `G`
    pub ungreedy: bool,
}

impl Flags {
    /// Reads the letters.
    pub fn read(text: Spanned<&str>, dialect: Dialect) -> Parsed<Self> {
        let mut flags = Self::default();
        for (at, letter) in text.value.char_indices() {
            let here = text.slice(at..at + letter.len_utf8()).span.range();
            match letter {
                'i' => flags.options.caseless = true,
                'm' => flags.options.multi_line = true,
                's' => flags.options.dot_all = true,
                'x' => flags.options.extended = true,
                'A' => flags.options.anchored = true,
                'E' => flags.options.dollar_end_only = true,
                'G' => flags.options.ungreedy = true,
                'R' => flags.relative = true,
                'B' | 'O' => {}
                letter if is_buffer(letter, dialect) => match flags.buffer.replace(letter) {
                    Some(old) if old != letter => {
                        return Err(Problem::new(format!("`{old}` and `{letter}` name two buffers"))
                            .help("an expression looks at one buffer")
                            .at(here));
                    }
                    _ => {}
                },
                letter => {
                    let problem = Problem::new(format!("`{letter}` is no flag of a regular expression"));
                    return Err(problem
                        .help("use i, m, s, x, A, E, G, R, or the letter of an HTTP buffer")
                        .at(here));
                }
            }
        }
        Ok(flags)
    }

    /// What tells expressions of the same text apart.
    pub fn key(&self) -> String {
        let o = &self.options;
        let set = [
            (o.caseless, 'i'),
            (o.multi_line, 'm'),
            (o.dot_all, 's'),
            (o.extended, 'x'),
            (o.anchored, 'A'),
            (o.dollar_end_only, 'E'),
            (o.ungreedy, 'G'),
        ];
        set.iter().filter(|(on, _)| *on).map(|(_, letter)| *letter).collect()
    }
}

/// Whether a letter names a buffer in the dialect.
const fn is_buffer(letter: char, dialect: Dialect) -> bool {
    match dialect {
        Dialect::Suricata => matches!(
            letter,
            'U' | 'I' | 'H' | 'D' | 'P' | 'Q' | 'C' | 'M' | 'S' | 'Y' | 'V' | 'W' | 'Z'
        ),
        Dialect::Snort2 => matches!(letter, 'U' | 'I' | 'P' | 'H' | 'D' | 'M' | 'C' | 'K' | 'S' | 'Y'),
        Dialect::Snort3 => false,
    }
}

#[cfg(test)]
mod tests {
    use rule_parser::Span;

    use super::*;

    fn read(text: &str, dialect: Dialect) -> Parsed<Flags> {
        Flags::read(Spanned::new(text, Span::new(0, text.len() as u32)), dialect)
    }

    #[test]
    fn letters_of_each_dialect() {
        let flags = read("iRsO", Dialect::Suricata).expect("flags");
        assert!(flags.options.caseless && flags.options.dot_all && flags.relative && !flags.options.multi_line);
        assert_eq!(flags.key(), "is");
        assert_eq!(read("Ui", Dialect::Suricata).map(|f| f.buffer), Ok(Some('U')));
        assert_eq!(read("K", Dialect::Snort2).map(|f| f.buffer), Ok(Some('K')));
        for (text, dialect) in [
            ("K", Dialect::Suricata),
            ("U", Dialect::Snort3),
            ("q", Dialect::Suricata),
            ("UH", Dialect::Suricata),
            (" R", Dialect::Suricata),
        ] {
            assert!(read(text, dialect).is_err(), "{text}");
        }
    }
}
