//! What rules can say of a connection.

use engine::buffer::tx_as;
use engine::keyword::{Arg, Keyword, Kind, Parsed, Problem};
use engine::rule::{TxCheck, TxContext, TxPlace};
use packet::Direction;

use super::progress::BANNER_DONE;
use super::{NAME, SshTx};
use crate::tls::keywords::lower_hash;

/// All of them.
pub(super) static ALL: &[&Keyword] = &[
    &PROTO,
    &SOFTWARE,
    &PROTOVERSION,
    &SOFTWAREVERSION,
    &HASSH,
    &HASSH_STRING,
    &HASSH_SERVER,
    &HASSH_SERVER_STRING,
];

/// Declares a sticky buffer of connections: docs, keyword and buffer, name, aliases, the progress it is there from, whether
/// it may come later than that, the bytes, a summary, an example.
macro_rules! ssh_buffer {
    (
        $(#[doc = $doc:literal])+
        $static:ident, $buffer:ident = $name:literal $(| $alias:literal)*, at $at:expr, later $later:expr,
        kind $kind:expr, $get:expr; $summary:literal; $example:literal
    ) => {
        $(#[doc = $doc])+
        pub static $static: Keyword = Keyword {
            name: $name,
            aliases: &[$($alias),*],
            summary: $summary,
            docs: concat!($($doc, "\n"),+),
            example: $example,
            deviation: None,
            kind: $kind,
        };

        static $buffer: engine::buffer::BufferDef = engine::buffer::BufferDef {
            name: $name,
            source: engine::buffer::Source::Transaction(&[engine::buffer::Provider {
                protocol: NAME,
                at: $at,
                streaming: $later,
                get: |tx, direction, _, _| {
                    let get: for<'a> fn(&'a SshTx, Direction) -> Option<&'a [u8]> = $get;
                    get(tx_as::<SshTx>(tx)?, direction)
                },
            }]),
            multi: false,
        };
    };
}

ssh_buffer! {
    /// The version of the protocol in the banner of the client or the server: `2.0`. A sticky buffer.
    PROTO, PROTO_BUFFER = "ssh.proto" | "ssh_proto", at [Some(BANNER_DONE); 2], later false,
    kind Kind::StickyBuffer(&PROTO_BUFFER),
    |tx, direction| Some(&tx.side(direction).banner.as_ref()?.protocol);
    "the version of the protocol in the banner";
    "alert ssh any any -> any any (msg:\"a\"; ssh.proto; content:\"1.\"; startswith; sid:1;)"
}

ssh_buffer! {
    /// The program and its version in the banner of the client or the server: `OpenSSH_7.4`. A sticky buffer.
    SOFTWARE, SOFTWARE_BUFFER = "ssh.software" | "ssh_software", at [Some(BANNER_DONE); 2], later false,
    kind Kind::StickyBuffer(&SOFTWARE_BUFFER),
    |tx, direction| Some(tx.side(direction).banner.as_ref()?.software.as_slice()).filter(|software| !software.is_empty());
    "the program in the banner";
    "alert ssh any any -> any any (msg:\"a\"; ssh.software; content:\"OpenSSH\"; sid:1;)"
}

ssh_buffer! {
    /// HASSH of the client: the MD5 of `ssh.hassh.string`, in lower-case hexadecimal; contents are put into lower case. A
    /// sticky buffer.
    HASSH, HASSH_BUFFER = "ssh.hassh", at [Some(BANNER_DONE), None], later true,
    kind Kind::ValueBuffer(&HASSH_BUFFER, lower_hash),
    |tx, _| Some(tx.client.hassh.as_ref()?.hash.as_bytes());
    "HASSH of the client: its MD5";
    "alert ssh any any -> any any (msg:\"a\"; ssh.hassh; content:\"2dd6531c7e89d3c925db9214711be76a\"; sid:1;)"
}

ssh_buffer! {
    /// What the client offers: key exchange, encryption, authentication and compression, with semicolons between them. A
    /// sticky buffer.
    HASSH_STRING, HASSH_STRING_BUFFER = "ssh.hassh.string", at [Some(BANNER_DONE), None], later true,
    kind Kind::StickyBuffer(&HASSH_STRING_BUFFER),
    |tx, _| Some(&tx.client.hassh.as_ref()?.line);
    "HASSH of the client: the line";
    "alert ssh any any -> any any (msg:\"a\"; ssh.hassh.string; content:\"none,zlib\"; sid:1;)"
}

ssh_buffer! {
    /// HASSH of the server: the MD5 of `ssh.hassh.server.string`, in lower-case hexadecimal; contents are put into lower
    /// case. A sticky buffer.
    HASSH_SERVER, HASSH_SERVER_BUFFER = "ssh.hassh.server", at [None, Some(BANNER_DONE)], later true,
    kind Kind::ValueBuffer(&HASSH_SERVER_BUFFER, lower_hash),
    |tx, _| Some(tx.server.hassh.as_ref()?.hash.as_bytes());
    "HASSH of the server: its MD5";
    "alert ssh any any -> any any (msg:\"a\"; ssh.hassh.server; content:\"6832f1ce43d4397c2c0a3e2f8c94334e\"; sid:1;)"
}

ssh_buffer! {
    /// What the server offers, in the form of `ssh.hassh.string`. A sticky buffer.
    HASSH_SERVER_STRING, HASSH_SERVER_STRING_BUFFER = "ssh.hassh.server.string", at [None, Some(BANNER_DONE)], later true,
    kind Kind::StickyBuffer(&HASSH_SERVER_STRING_BUFFER),
    |tx, _| Some(&tx.server.hassh.as_ref()?.line);
    "HASSH of the server: the line";
    "alert ssh any any -> any any (msg:\"a\"; ssh.hassh.server.string; content:\"none,zlib@openssh.com\"; sid:1;)"
}

/// `ssh.protoversion`: the version of the protocol.
pub static PROTOVERSION: Keyword = Keyword {
    name: "ssh.protoversion",
    aliases: &[],
    summary: "the version of the protocol",
    docs: "The version of the protocol in the banner is this, or with `2_compat` one that speaks version 2: `2.0` or `1.99`. \
           `ssh.proto` is the buffer of it.",
    example: "alert ssh any any -> any any (msg:\"a\"; ssh.protoversion:2_compat; sid:1;)",
    deviation: None,
    kind: Kind::Transaction(|_, arg| {
        let text = unquoted(arg)?;
        if text == "2_compat" {
            return Ok(Box::new(Said {
                any: vec!["2.0".into(), "2".into(), "1.99".into()],
                software: false,
            }));
        }
        if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
            return Err(Problem::new(format!("`{text}` is no version")).help("write `2.0`, `1.99` or `2_compat`"));
        }
        Ok(Box::new(Said {
            any: vec![text.to_owned()],
            software: false,
        }))
    }),
};

/// `ssh.softwareversion`: the program.
pub static SOFTWAREVERSION: Keyword = Keyword {
    name: "ssh.softwareversion",
    aliases: &[],
    summary: "the program in the banner",
    docs: "The program and its version in the banner are this: `ssh.softwareversion:\"OpenSSH_7.4\"`. `ssh.software` is the \
           buffer of it.",
    example: "alert ssh any any -> any any (msg:\"a\"; ssh.softwareversion:\"OpenSSH_7.4\"; sid:1;)",
    deviation: None,
    kind: Kind::Transaction(|_, arg| {
        let text = unquoted(arg)?;
        Ok(Box::new(Said {
            any: vec![text.to_owned()],
            software: true,
        }))
    }),
};

/// A condition on a part of the banner.
#[derive(Debug)]
struct Said {
    any: Vec<String>,
    software: bool,
}

impl TxCheck for Said {
    fn places(&self) -> &[TxPlace] {
        &[TxPlace {
            protocol: NAME,
            at: [Some(BANNER_DONE); 2],
        }]
    }

    fn matches(&self, context: &TxContext<'_>) -> bool {
        let tx = tx_as::<SshTx>(context.tx);
        let banner = tx.and_then(|tx| tx.side(context.direction).banner.as_ref());
        banner.is_some_and(|banner| {
            let said = if self.software {
                &banner.software
            } else {
                &banner.protocol
            };
            self.any.iter().any(|text| text.as_bytes() == said.as_slice())
        })
    }
}

fn unquoted<'a>(arg: &Arg<'a>) -> Parsed<&'a str> {
    Ok(arg.unquoted()?.trim())
}
