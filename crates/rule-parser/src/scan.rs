//! Lines, continuations and the look of a rule's first line: what is known before anything is parsed.

use std::borrow::Cow;

use memchr::{memchr, memchr3};

/// The actions of the three dialects: the words by which a rule is recognised where anything else may stand.
pub(crate) const ACTIONS: &[&str] = &[
    "alert",
    "drop",
    "pass",
    "log",
    "reject",
    "rejectsrc",
    "rejectdst",
    "rejectboth",
    "sdrop",
    "block",
    "react",
    "rewrite",
    "accept",
    "config",
    "activate",
    "dynamic",
];

/// The end of the line that `at` is in, before its line feed.
pub(crate) fn line_end(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + memchr(b'\n', rest).unwrap_or(rest.len())
}

/// The start of the line after the one that ends at `line_end`; the end of the file if there is none.
pub(crate) fn next_line(bytes: &[u8], line_end: usize) -> usize {
    (line_end + 1).min(bytes.len())
}

/// The end of the line that `at` is in and of all lines that a backslash at the end joins to it.
pub(crate) fn logical_end(bytes: &[u8], at: usize) -> usize {
    let mut start = at;
    loop {
        let end = line_end(bytes, start);
        if end >= bytes.len() || !is_continued(&bytes[start..end]) {
            return end;
        }
        start = end + 1;
    }
}

/// Whether a line ends in a backslash, white space aside.
pub(crate) fn is_continued(line: &[u8]) -> bool {
    line.trim_ascii_end().last() == Some(&b'\\')
}

/// Where the text goes on if the backslash at `at` is the last thing of its line.
pub(crate) fn after_continuation(bytes: &[u8], at: usize) -> Option<usize> {
    let mut next = at + 1;
    while matches!(bytes.get(next), Some(b' ' | b'\t' | b'\r')) {
        next += 1;
    }
    (bytes.get(next) == Some(&b'\n')).then_some(next + 1)
}

/// The first byte from `at` on that is no white space.
pub(crate) fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
        at += 1;
    }
    at
}

/// Whether a byte may stand in the name of an option.
pub(crate) fn is_name_byte(byte: u8) -> bool {
    NAME_BYTES[byte as usize]
}

/// Whether a name followed by a colon or semicolon stands at `at`: the look of an option.
pub(crate) fn looks_like_option(bytes: &[u8], at: usize) -> bool {
    let rest = bytes.get(at..).unwrap_or_default();
    let name = rest.iter().take_while(|&&byte| is_name_byte(byte)).count();
    let mut after = rest[name..].iter().skip_while(|&&byte| byte == b' ' || byte == b'\t');
    rest.first().is_some_and(u8::is_ascii_alphabetic) && matches!(after.next(), Some(b':' | b';'))
}

/// Whether a line starts with an action and goes on as a header does; `react;` and `reject: ...` do not.
pub(crate) fn starts_with_action(line: &[u8]) -> bool {
    let length = line.iter().take_while(|byte| byte.is_ascii_lowercase()).count();
    // PERF: most lines that come here start with `alert`, the first of the list.
    if !ACTIONS.iter().any(|action| action.as_bytes() == &line[..length]) {
        return false;
    }
    let scope = &line[length..];
    let scoped = match scope.first() {
        Some(b':' | b',') => scope
            .iter()
            .take_while(|byte| !byte.is_ascii_whitespace() && **byte != b'(')
            .count(),
        _ => 0,
    };
    if matches!(scope[..scoped].last(), Some(b':' | b',' | b';')) {
        return false;
    }
    let rest = &scope[scoped..];
    let after = rest.trim_ascii_start();
    let separated = after.len() < rest.len() || after.first() == Some(&b'(');
    separated && matches!(after.first(), Some(b'(' | b'\\' | b'A'..=b'Z' | b'a'..=b'z'))
}

/// Whether a new rule starts in this line, commented out or not, whatever its action is called.
pub(crate) fn looks_like_rule_start(line: &[u8]) -> bool {
    let line = uncommented(line);
    if starts_with_action(line) {
        return true;
    }
    let word = line
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
        .count();
    let rest = &line[word..];
    let after = rest.trim_ascii_start();
    if word == 0 || after.len() == rest.len() || !after.first().is_some_and(u8::is_ascii_alphabetic) {
        return false;
    }
    let header = &line[..memchr3(b'(', b';', b'"', line).unwrap_or(line.len())];
    header.len() < line.len()
        && header
            .windows(4)
            .any(|four| matches!(four, b" -> " | b" <> " | b" => "))
}

/// A line without white space and number signs before its text.
pub(crate) fn uncommented(line: &[u8]) -> &[u8] {
    let start = line
        .iter()
        .take_while(|byte| byte.is_ascii_whitespace() || **byte == b'#')
        .count();
    &line[start..]
}

/// Text on one line: continuations are removed, other line breaks and the space around them become one space.
pub(crate) fn join_lines(text: &str) -> Cow<'_, str> {
    if memchr(b'\n', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut joined = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((line, next)) = rest.split_once('\n') {
        let line = line.trim_end();
        if let Some(continued) = line.strip_suffix('\\') {
            joined.push_str(continued);
            rest = next;
        } else {
            joined.push_str(line);
            joined.truncate(joined.trim_end().len());
            joined.push(' ');
            rest = next.trim_start();
        }
    }
    joined.push_str(rest);
    Cow::Owned(joined)
}

const NAME_BYTES: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "the loop ends at 255")]
        let c = byte as u8;
        table[byte] = c.is_ascii_alphanumeric() || matches!(c, b'_' | b'.' | b'-');
        byte += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backslash_continues_a_line_whatever_white_space_follows() {
        let text = b"a \\\nb \\ \r\nc\nd\\";
        assert_eq!(logical_end(text, 0), 11);
        assert_eq!(logical_end(text, 12), 14);
        assert_eq!(after_continuation(text, 2), Some(4));
        assert_eq!(after_continuation(text, 6), Some(10));
        assert_eq!(after_continuation(text, 13), None);
    }

    #[test]
    fn joining_keeps_what_a_continuation_left() {
        assert_eq!(join_lines("ab\\\n  cd"), "ab  cd");
        assert_eq!(join_lines("ab \\ \r\ncd"), "ab cd");
        assert_eq!(join_lines("ab ,\r\n \n\t cd"), "ab , cd");
        assert!(matches!(join_lines("ab"), Cow::Borrowed("ab")));
    }

    #[test]
    fn rules_are_recognised_by_their_first_line() {
        for line in [
            "alert tcp any any -> any any (",
            "  #  drop http any any -> any any (",
            "alert (msg:\"x\";)",
            "alert(msg:\"x\";)",
            "alert http (",
            "alert http \\",
            "accept:hook,alert http1:request_started any any -> any any (sid:1;)",
            "suspicious tcp any any -> any any (msg:\"x\";)",
        ] {
            assert!(looks_like_rule_start(line.as_bytes()), "{line}");
        }
        for line in [
            "",
            "# alerts are raised by the rules below",
            "react; sid:1;)",
            "reject: both;",
            "content:\"a -> b\"; (",
            "threshold:type limit, track by_src;",
            "nocase; pcre:\"/a -> b(/\";",
            ")",
            "as seen in a -> b",
        ] {
            assert!(!looks_like_rule_start(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn options_are_recognised_by_name_and_sign() {
        for (text, expected) in [
            ("nocase;", true),
            ("http.uri ;", true),
            ("depth:5", true),
            ("depth 5;", false),
            (":x", false),
            ("", false),
        ] {
            assert_eq!(looks_like_option(text.as_bytes(), 0), expected, "{text}");
        }
    }
}
