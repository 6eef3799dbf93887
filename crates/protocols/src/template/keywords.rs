//! What rules can say of it.

use engine::buffer::{BufferDef, Provider, Source, tx_as};
use engine::keyword::{Keyword, Kind};
use engine::keywords::integer::{Snort2Range, read};
use engine::rule::{TxNumber, TxPlace};
use packet::Direction;

use super::{NAME, TemplateTx};

/// `template.buffer`: the question, or the answer.
pub static TEMPLATE_BUFFER: Keyword = Keyword {
    name: "template.buffer",
    aliases: &["template_buffer"],
    summary: "the message, without its length",
    docs: "The bytes of the question to the server, or of the answer to the client. A sticky buffer.",
    example: "alert template any any -> any any (msg:\"a\"; template.buffer; content:\"hello\"; sid:1;)",
    deviation: None,
    kind: Kind::StickyBuffer(&BUFFER),
};

static BUFFER: BufferDef = BufferDef {
    name: "template.buffer",
    source: Source::Transaction(&[Provider {
        protocol: NAME,
        at: [Some(1), Some(1)],
        streaming: false,
        get: |tx, direction, _, _| {
            let tx = tx_as::<TemplateTx>(tx)?;
            match direction {
                Direction::ToServer => Some(&tx.question),
                Direction::ToClient => tx.answer.as_deref(),
            }
        },
    }]),
    multi: false,
};

/// `template.length`: how long the question is.
pub static TEMPLATE_LENGTH: Keyword = Keyword {
    name: "template.length",
    aliases: &[],
    summary: "the length of the question, in bytes",
    docs: "A condition on the length of the question in bytes: `template.length:>100`, `template.length:10-20`.",
    example: "alert template any any -> any any (msg:\"a\"; template.length:>3; sid:1;)",
    deviation: None,
    kind: Kind::Transaction(|_, arg| {
        Ok(Box::new(TxNumber {
            places: &[TxPlace {
                protocol: NAME,
                at: [Some(1), None],
            }],
            get: |tx, _, index| {
                let tx = tx_as::<TemplateTx>(tx)?;
                (index == 0).then_some(tx.question.len() as u64)
            },
            predicate: read(arg, u64::from(u32::MAX), Snort2Range::Inclusive)?,
        }))
    }),
};
