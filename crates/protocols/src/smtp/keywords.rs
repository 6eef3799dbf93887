//! What rules can say of the envelope.

use engine::buffer::{BufferDef, Provider, Source, tx_as};
use engine::keyword::{Keyword, Kind};

use super::transaction::STARTED;
use super::{NAME, SmtpTx};

/// Declares a sticky buffer of the client's commands.
macro_rules! envelope {
    ($static:ident, $name:literal, $multi:literal, $summary:literal, $docs:literal, $example:literal, $get:expr) => {
        #[doc = $docs]
        pub static $static: Keyword = Keyword {
            name: $name,
            aliases: &[],
            summary: $summary,
            docs: $docs,
            example: $example,
            deviation: None,
            kind: Kind::StickyBuffer(&BufferDef {
                name: $name,
                source: Source::Transaction(&[Provider {
                    protocol: NAME,
                    at: [Some(STARTED), None],
                    // Commands come one by one, and each is looked at when it is there.
                    streaming: true,
                    get: $get,
                }]),
                multi: $multi,
            }),
        };
    };
}

envelope!(
    SMTP_HELO,
    "smtp.helo",
    false,
    "what the client calls itself",
    "The name that the client gave with HELO or EHLO, also in later mails of the same session. A sticky buffer.",
    "alert smtp any any -> any any (msg:\"a\"; smtp.helo; content:\"localhost\"; sid:1;)",
    |tx, _, _, _| tx_as::<SmtpTx>(tx)
        .map(|tx| tx.helo.as_slice())
        .filter(|helo| !helo.is_empty())
);

envelope!(
    SMTP_MAIL_FROM,
    "smtp.mail_from",
    false,
    "the sender, as MAIL FROM has it",
    "What follows `MAIL FROM:`, with its angle brackets, up to the next space. A sticky buffer.",
    "alert smtp any any -> any any (msg:\"a\"; smtp.mail_from; content:\"@example.com>\"; endswith; sid:1;)",
    |tx, _, _, _| tx_as::<SmtpTx>(tx)?.mail_from.as_deref()
);

envelope!(
    SMTP_RCPT_TO,
    "smtp.rcpt_to",
    true,
    "a recipient, as RCPT TO has it",
    "What follows `RCPT TO:`, with its angle brackets, up to the next space; each recipient is looked at alone. A sticky \
     buffer.",
    "alert smtp any any -> any any (msg:\"a\"; smtp.rcpt_to; content:\"@example.com>\"; endswith; sid:1;)",
    |tx, _, index, _| tx_as::<SmtpTx>(tx)?.rcpt_to.get(index).map(Vec::as_slice)
);
