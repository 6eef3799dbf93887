//! Sticky buffers over the names of a message.

use engine::app_layer::Transaction;
use engine::buffer::{BufferDef, Provider, Source, tx_as};
use engine::keyword::{Keyword, Kind};

use super::{DnsTx, Message, NAME, Name};

/// Declares a sticky buffer over names: docs, name, aliases, the directions in which it is there, and its names by
/// index.
macro_rules! names {
    (
        $(#[doc = $doc:literal])+
        $static:ident = $name:literal $(| $alias:literal)*, $at:expr, $get:expr; $summary:literal; $example:literal
    ) => {
        $(#[doc = $doc])+
        pub static $static: Keyword = Keyword {
            name: $name,
            aliases: &[$($alias),*],
            summary: $summary,
            docs: concat!($($doc, "\n"),+),
            example: $example,
            deviation: None,
            kind: {
                static BUFFER: BufferDef = BufferDef {
                    name: $name,
                    source: Source::Transaction(&[Provider {
                        protocol: NAME,
                        at: $at,
                        streaming: false,
                        get: |tx, _, index, _| name_at(tx, index, $get),
                    }]),
                    multi: true,
                };
                Kind::StickyBuffer(&BUFFER)
            },
        };
    };
}

names! {
    /// A name that is asked for: labels with dots between, in the case of the message, without a dot at the end.
    ///
    /// To the server only. A question with several names has several such buffers, and each is inspected alone. The
    /// root, whose name is empty, has none. A sticky buffer.
    DNS_QUERY = "dns.query" | "dns_query", [Some(1), None], |message, index| Some(message.queries.get(index)?.name);
    "a name that is asked for";
    "alert dns any any -> any any (msg:\"a\"; dns.query; content:\"example.com\"; nocase; sid:1;)"
}

names! {
    /// A name in the question section, of questions and of answers, which repeat what was asked: `dns.query` in both
    /// directions. A sticky buffer, of which there can be several.
    DNS_QUERIES_RRNAME = "dns.queries.rrname" | "dns.query.name", [Some(1), Some(1)],
        |message, index| Some(message.queries.get(index)?.name);
    "a name in the question section";
    "alert dns any any -> any any (msg:\"a\"; dns.queries.rrname; content:\"example\"; sid:1;)"
}

names! {
    /// The name that a record of the answer section is about. A sticky buffer, of which there can be several.
    DNS_ANSWERS_RRNAME = "dns.answers.rrname" | "dns.answer.name", [Some(1), Some(1)],
        |message, index| Some(message.answers.get(index)?.name);
    "the name of a record in the answer section";
    "alert dns any any -> any any (msg:\"a\"; dns.answers.rrname; content:\"example\"; sid:1;)"
}

names! {
    /// The name that a record of the authority section is about. A sticky buffer, of which there can be several.
    DNS_AUTHORITIES_RRNAME = "dns.authorities.rrname", [Some(1), Some(1)],
        |message, index| Some(message.authorities.get(index)?.name);
    "the name of a record in the authority section";
    "alert dns any any -> any any (msg:\"a\"; dns.authorities.rrname; content:\"example\"; sid:1;)"
}

names! {
    /// The name that a record of the additional section is about. A sticky buffer, of which there can be several.
    DNS_ADDITIONALS_RRNAME = "dns.additionals.rrname", [Some(1), Some(1)],
        |message, index| Some(message.additionals.get(index)?.name);
    "the name of a record in the additional section";
    "alert dns any any -> any any (msg:\"a\"; dns.additionals.rrname; content:\"example\"; sid:1;)"
}

names! {
    /// Every name in an answer: those of the question section, those that records are about, and those that records of
    /// the types CNAME, MX, NS, PTR and SOA lead to. To the client only. A sticky buffer, of which there are several.
    DNS_RESPONSE_RRNAME = "dns.response.rrname", [None, Some(1)],
        |message, index| message.response_names.get(index).copied();
    "any name in an answer";
    "alert dns any any -> any any (msg:\"a\"; dns.response.rrname; content:\"example\"; sid:1;)"
}

/// `frame:dns.pdu`: the message.
pub static PDU: BufferDef = BufferDef {
    name: "dns.pdu",
    source: Source::Transaction(&[Provider {
        protocol: NAME,
        at: [Some(1), Some(1)],
        streaming: false,
        get: |tx, _, _, _| Some(&tx_as::<DnsTx>(tx)?.message.bytes),
    }]),
    multi: false,
};

/// The bytes of a name of a message; `None` when it is empty.
fn name_at(tx: &dyn Transaction, index: usize, get: fn(&Message, usize) -> Option<Name>) -> Option<&[u8]> {
    let message = &tx_as::<DnsTx>(tx)?.message;
    let name = get(message, index).filter(|name| !name.is_empty())?;
    Some(message.name(name))
}
