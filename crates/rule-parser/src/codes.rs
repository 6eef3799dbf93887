//! The stable codes of syntax diagnostics.
//!
//! A code never changes its meaning and is never used again. `E0001` to `E0099` belong to this crate; the
//! meaning of rules, which other crates check, starts at `E0100`.

macro_rules! codes {
    ($($name:ident = $code:literal, $title:literal;)*) => {
        $(#[doc = $title] pub const $name: &str = $code;)*

        /// Every code of this crate with its title, in order.
        pub const TABLE: &[(&str, &str)] = &[$(($code, $title)),*];
    };
}

codes! {
    NOT_A_RULE = "E0001", "A line is neither rule nor comment.";
    MISSING_PARENTHESIS = "E0002", "The options of a rule are not opened or not closed.";
    TRAILING_TEXT = "E0003", "Text follows the closing parenthesis.";
    MISSING_SEMICOLON = "E0004", "An option does not end in a semicolon.";
    UNTERMINATED_QUOTE = "E0005", "A quote is not closed.";
    BARE_SEMICOLON = "E0006", "A semicolon inside quotes is not escaped.";
    BAD_OPTION_NAME = "E0007", "An option starts with something that is not a keyword.";
    EMPTY_OPTION = "E0008", "A semicolon follows no option.";
    BAD_DIRECTION = "E0009", "The direction is none of `->`, `<>`, `=>`.";
    INCOMPLETE_HEADER = "E0010", "The header lacks a part.";
    BAD_ADDRESS = "E0011", "An address cannot be read.";
    BAD_PREFIX = "E0012", "A network has no valid prefix length or netmask.";
    BAD_PORT = "E0013", "A port is not a number from 0 to 65535.";
    REVERSED_RANGE = "E0014", "A range ends before it starts.";
    EMPTY_LIST = "E0015", "A list has no members, or an empty one.";
    UNCLOSED_LIST = "E0016", "A list is not closed.";
    NAMELESS_VARIABLE = "E0017", "A dollar sign has no name after it.";
    DOUBLE_NEGATION = "E0018", "An expression is negated twice.";
    NESTED_TOO_DEEP = "E0019", "Lists are nested too deep.";
    MISSING_CONTINUATION = "E0020", "A rule goes on in the next line without a backslash.";
    BAD_ACTION = "E0021", "The action of a rule is malformed.";
    BAD_PROTOCOL = "E0022", "The protocol or hook of a rule is malformed.";
    UNTERMINATED_COMMENT = "E0023", "A block comment is not closed.";
    BAD_DIALECT_LINE = "E0024", "A `ruleids:` line cannot be followed.";
    BAD_DEFINITION = "E0025", "A variable definition is incomplete.";
    FILE_TOO_LARGE = "E0026", "A rule file is 4 GiB or larger.";
    TOO_MANY_FINDINGS = "E0027", "There is more to say about a file than anybody reads.";
    TOO_MANY_OPTIONS = "E0028", "A rule has more options than a rule may have.";
    TEXT_AFTER_QUOTE = "E0029", "Text follows the closing quote of a value.";
    NOT_QUOTED = "E0040", "A value must be in quotes.";
    EMPTY_PATTERN = "E0041", "A pattern has no bytes.";
    UNTERMINATED_HEX = "E0042", "A hex block is not closed.";
    ODD_HEX = "E0043", "A hex block ends within a byte.";
    BAD_HEX = "E0044", "A hex block holds something else than hex digits.";
    BAD_ESCAPE = "E0045", "A backslash escapes nothing known.";
    BARE_QUOTE = "E0046", "A quote inside a quoted value is not escaped.";
    EMPTY_ARGUMENT = "E0047", "An argument is empty.";
    BAD_NUMBER = "E0048", "A number cannot be read.";
    NUMBER_RANGE = "E0049", "A number is out of range.";
    BAD_UNIT = "E0050", "A unit of size is unknown.";
    BAD_PCRE = "E0051", "A regular expression is not delimited.";
    MIXED_DIALECTS = "W0001", "A file holds rules of several dialects.";
    NOT_UTF8 = "W0002", "A file holds bytes that are not UTF-8.";
    CONFIG_LINE = "W0003", "A line of a Snort configuration has no effect here.";
    UNCLOSED_RULE = "W0004", "The options of a Suricata rule are not closed.";
    EXTRA_PARENTHESIS = "W0005", "A Suricata rule has a closing parenthesis too many.";
}

#[cfg(test)]
mod tests {
    use super::TABLE;

    #[test]
    fn codes_are_unique_and_in_order() {
        for (letter, first) in [('E', "E0001"), ('W', "W0001")] {
            let codes: Vec<_> = TABLE
                .iter()
                .map(|entry| entry.0)
                .filter(|code| code.starts_with(letter))
                .collect();
            assert_eq!(codes.first(), Some(&first));
            assert!(codes.windows(2).all(|pair| pair[0] < pair[1]));
        }
    }
}
