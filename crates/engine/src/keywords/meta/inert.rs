//! Options that are read and change nothing, and options that are refused.

use crate::keyword::{Keyword, Kind, Problem};

macro_rules! inert_keyword {
    ($(#[doc = $doc:literal])+ $static:ident = $name:literal $(| $alias:literal)*; $summary:literal; $value:literal) => {
        $(#[doc = $doc])+
        pub static $static: Keyword = Keyword {
            name: $name,
            aliases: &[$($alias),*],
            summary: $summary,
            docs: concat!($($doc, "\n"),+),
            example: concat!("alert tcp any any -> any any (msg:\"a\"; content:\"x\"; ", $name, $value, "; sid:1;)"),
            deviation: Some("Has no effect."),
            kind: Kind::Meta(|_, _| Ok(())),
        };
    };
}

macro_rules! refused_keyword {
    ($(#[doc = $doc:literal])+ $static:ident = $name:literal $(| $alias:literal)*; $summary:literal; $help:literal) => {
        $(#[doc = $doc])+
        pub static $static: Keyword = Keyword {
            name: $name,
            aliases: &[$($alias),*],
            summary: $summary,
            docs: concat!($($doc, "\n"),+),
            example: "",
            deviation: Some("Refused: a rule with it is not loaded."),
            kind: Kind::Meta(|_, _| Err(Problem::new(concat!("`", $name, "` is not supported")).help($help))),
        };
    };
}

inert_keyword! {
    /// A remark of Snort 3: a text in the rule that says nothing to the program.
    REM = "rem"; "a remark"; ":\"a remark\""
}

inert_keyword! {
    /// The shared object rule that a Snort rule belongs to. Only Snort's compiled rules make use of it.
    SOID = "soid"; "shared object id of Snort"; ":3|12345"
}

inert_keyword! {
    /// A file of its own for the packets that match, in Snort 2.
    LOGTO = "logto"; "a log file of its own, in Snort 2"; ":\"file\""
}

inert_keyword! {
    /// The text of the session written out, in Snort 2.
    SESSION = "session"; "write the session out, in Snort 2"; ":printable"
}

inert_keyword! {
    /// An answer that ends the connection, in Snort 2. The action `reject` does that here.
    RESP = "resp"; "active response, in Snort 2"; ":rst_all"
}

inert_keyword! {
    /// An answer with a web page that ends the connection, in Snort. The action `reject` does that here.
    REACT = "react"; "active response with a page, in Snort"; ":block"
}

inert_keyword! {
    /// The mark that a match puts on the packet for netfilter, when packets come from a queue of it.
    NFQ_SET_MARK = "nfq_set_mark"; "netfilter mark of a matched packet"; ":0x10/0xff"
}

refused_keyword! {
    /// Settings of logging for single flows and transactions.
    CONFIG = "config"; "settings for single flows"; "leave transactions out with `pass` rules, or filter them by sid in the output"
}

refused_keyword! {
    /// A Lua script that decides whether the rule matches.
    LUA = "lua" | "luajit"; "a Lua script decides"; "say it with content, pcre and the byte keywords"
}

refused_keyword! {
    /// A Lua script that changes the buffer before other options look at it.
    LUAXFORM = "luaxform"; "a Lua script changes the buffer"; "use the other transforms, such as pcrexform or xor"
}

refused_keyword! {
    /// The value that a capture group of a `pcre` left on the flow.
    FLOWVAR = "flowvar"; "a captured value of the flow"; "compare with flowint, or remember a match with flowbits"
}

refused_keyword! {
    /// The value that a capture group of a `pcre` left on the packet.
    PKTVAR = "pktvar"; "a captured value of the packet"; "put both conditions into one pcre with a back-reference"
}

refused_keyword! {
    /// Two rules of which the first switches the second on, in Snort 2.
    ACTIVATES = "activates" | "activated_by" | "count"; "a rule switches another on, in Snort 2"; "use flowbits, or tag to log what follows"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyword::Env;
    use crate::keywords::sample::{apply, draft};

    #[test]
    fn inert_options_change_nothing_and_refused_ones_say_what_to_do() {
        let env = Env::default();
        let mut draft = draft(&env);
        apply(&mut draft, &[(&REM, "\"text\""), (&SOID, "3|1"), (&RESP, "rst_all")]).expect("no effect");
        assert!(draft.effects.is_empty() && draft.checks.is_empty());
        for keyword in [&CONFIG, &LUA, &LUAXFORM, &FLOWVAR, &PKTVAR, &ACTIVATES] {
            assert!(
                apply(&mut draft, &[(keyword, "x")])
                    .expect_err(keyword.name)
                    .help
                    .is_some()
            );
        }
    }
}
