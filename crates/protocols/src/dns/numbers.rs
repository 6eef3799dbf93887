//! Conditions on the numbers of a message.

use engine::app_layer::Transaction;
use engine::buffer::tx_as;
use engine::keyword::{Arg, Keyword, Kind, Parsed, RuleDraft};
use engine::keywords::integer::{Snort2Range, read, read_named, read_several};
use engine::rule::{TxCheck, TxNumber, TxNumbers, TxPlace};
use packet::Direction;

use super::{DnsTx, NAME, rrtype};

/// `dns.opcode`: the kind of message.
pub static DNS_OPCODE: Keyword = Keyword {
    name: "dns.opcode",
    aliases: &[],
    summary: "the opcode of the message",
    docs: "A condition on the opcode in the header, from 0 to 15: 0 is a query, 4 a notification, 5 an update. \
           `dns.opcode:4`, `dns.opcode:!0`, `dns.opcode:>2`.",
    example: "alert dns any any -> any any (msg:\"a\"; dns.opcode:!0; sid:1;)",
    deviation: None,
    kind: Kind::Transaction(|_, arg| {
        Ok(Box::new(TxNumber {
            places: BOTH,
            get: |tx, _, index| first(index, tx_as::<DnsTx>(tx)?.message.header.opcode().into()),
            predicate: read(arg, u64::from(u8::MAX), Snort2Range::Inclusive)?,
        }))
    }),
};

/// `dns.rcode`: how the question was answered.
pub static DNS_RCODE: Keyword = Keyword {
    name: "dns.rcode",
    aliases: &[],
    summary: "the response code of the message",
    docs: "A condition on the response code in the header, from 0 to 15, as a number or by its name: 3 is NXDOMAIN, 5 \
           REFUSED. `dns.rcode:3`, `dns.rcode:!noerror`. Questions have the code 0.",
    example: "alert dns any any -> any any (msg:\"a\"; dns.rcode:nxdomain; sid:1;)",
    deviation: None,
    kind: Kind::Transaction(|_, arg| {
        Ok(Box::new(TxNumber {
            places: BOTH,
            get: |tx, _, index| first(index, tx_as::<DnsTx>(tx)?.message.header.rcode().into()),
            predicate: read_named(arg, u64::from(u16::MAX), |name| {
                rrtype::rcode_number(name).map(u64::from)
            })?,
        }))
    }),
};

/// `dns.rrtype`: what is asked for, or answered.
pub static DNS_RRTYPE: Keyword = Keyword {
    name: "dns.rrtype",
    aliases: &[],
    summary: "the type of a question, or of a record in the answer section",
    docs: "A condition on the types of the questions to the server, and on those of the records in the answer section \
           to the client, as numbers or by name: 1 is A, 16 is TXT, 255 is ANY. `dns.rrtype:txt`, `dns.rrtype:!1`. \
           One of them must meet it, unless a comma and more says which: `dns.rrtype:1,all`, `dns.rrtype:1,0` for the \
           first, `dns.rrtype:1,-1` for the last, `dns.rrtype:16,nb>3` for more than three.",
    example: "alert dns any any -> any any (msg:\"a\"; dns.rrtype:255; flow:to_server; sid:1;)",
    deviation: None,
    kind: Kind::Transaction(types),
};

fn types(_: &mut RuleDraft<'_>, arg: &Arg<'_>) -> Parsed<Box<dyn TxCheck>> {
    let (predicate, which) = read_several(arg, u64::from(u16::MAX), |name| rrtype::number(name).map(u64::from))?;
    Ok(Box::new(TxNumbers {
        places: BOTH,
        get: type_at,
        predicate,
        which,
    }))
}

fn type_at(tx: &dyn Transaction, direction: Direction, index: usize) -> Option<u64> {
    let message = &tx_as::<DnsTx>(tx)?.message;
    match direction {
        Direction::ToServer => message.queries.get(index).map(|query| query.rrtype.into()),
        Direction::ToClient => message.answers.get(index).map(|record| record.rrtype.into()),
    }
}

fn first(index: usize, number: u64) -> Option<u64> {
    (index == 0).then_some(number)
}

/// In both directions, as soon as the message is there.
static BOTH: &[TxPlace] = &[TxPlace {
    protocol: NAME,
    at: [Some(1), Some(1)],
}];
