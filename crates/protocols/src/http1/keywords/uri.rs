//! The URI of a request.

use engine::keyword::{Arg, Keyword, Kind, Parsed, Problem, RuleDraft};
use engine::keywords::integer::{self, Snort2Range};
use engine::rule::{Op, SizeTest};

use super::http_buffer;
use super::modifiers::narrow;
use crate::http1::transaction::progress;

http_buffer! {
    /// The URI of a request as the server would understand it: escapes decoded, dot segments and doubled slashes of the path
    /// taken out, as the server's `personality` says. Scheme and host are not part of it. A sticky buffer.
    URI, URI_BUFFER = "http.uri" | "http.uri.normalized", [Some(progress::HEADERS), None], |tx, _, _, _| {
        let uri = tx.request.normalized_uri();
        (!uri.is_empty()).then_some(uri)
    };
    "the URI, decoded"; "alert http any any -> any any (msg:\"a\"; http.uri; content:\"/index.php?id=\"; sid:1;)"
}

http_buffer! {
    /// The URI of a request as it was sent. A sticky buffer.
    RAW_URI, RAW_URI_BUFFER = "http.uri.raw", [Some(progress::HEADERS), None], |tx, _, _, _| tx.request.uri();
    "the URI, as it was sent"; "alert http any any -> any any (msg:\"a\"; http.uri.raw; content:\"%2e%2e\"; sid:1;)"
}

/// `uricontent`: a literal in the URI.
pub static URICONTENT: Keyword = Keyword {
    name: "uricontent",
    aliases: &[],
    summary: "a literal that must be in the decoded URI, or must not",
    docs: "The old way to write `http.uri; content:\"...\"`: `uricontent:\"/cgi-bin/\"`. Modifiers of `content` may follow it.",
    example: "alert http any any -> any any (msg:\"a\"; uricontent:\"/cgi-bin/\"; nocase; sid:1;)",
    deviation: None,
    kind: Kind::PayloadInto(uricontent),
};

/// `urilen`: the length of the URI.
pub static URILEN: Keyword = Keyword {
    name: "urilen",
    aliases: &[],
    summary: "the length of the URI, in bytes",
    docs: "A condition on the length of the decoded URI in bytes: `urilen:11`, `urilen:<20`, `urilen:10<>20` (11 to 19); with `,raw` on that of the URI as it was sent, \
           `,norm` says what is said without.",
    example: "alert http any any -> any any (msg:\"a\"; urilen:>100,raw; sid:1;)",
    deviation: None,
    kind: Kind::PayloadInto(urilen),
};

fn uricontent(draft: &mut RuleDraft<'_>, arg: &Arg<'_>) -> Parsed<()> {
    let content = engine::keywords::literal(arg)?;
    narrow(draft, &URI_BUFFER)?;
    draft.move_to(&URI_BUFFER, Op::Content(content));
    Ok(())
}

fn urilen(draft: &mut RuleDraft<'_>, arg: &Arg<'_>) -> Parsed<()> {
    let text = arg.required()?;
    let (condition, word) = text.split_once(',').unwrap_or((text, ""));
    let condition = Arg::new(condition.trim(), arg.dialect);
    let predicate = integer::read(&condition, u64::from(u16::MAX), Snort2Range::Inclusive)?;
    let raw = match word.trim().to_ascii_lowercase().as_str() {
        "" => !arg.is_suricata(),
        "raw" => true,
        "norm" => false,
        word => return Err(Problem::new(format!("`{word}` is not understood here")).help("write `raw` or `norm`")),
    };
    let buffer = if raw { &RAW_URI_BUFFER } else { &URI_BUFFER };
    narrow(draft, buffer)?;
    draft.section_of(buffer).ops.push(Op::Size(SizeTest { predicate }));
    Ok(())
}
