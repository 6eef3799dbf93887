//! What rules can say of the message: its headers, URLs, and the hash of its body.

use engine::buffer::{BufferDef, Provider, Source, TxBytes, tx_as};
use engine::keyword::{Keyword, Kind};

use super::transaction::COMPLETE;
use super::{NAME, SmtpTx};
use crate::mime::Message;

/// Declares a sticky buffer of the message, which is there once the mail is whole.
macro_rules! email {
    ($static:ident, $name:literal, $multi:literal, $summary:literal, $docs:literal, $get:expr) => {
        #[doc = $docs]
        pub static $static: Keyword = Keyword {
            name: $name,
            aliases: &[],
            summary: $summary,
            docs: concat!($docs, " Present once the mail is whole. A sticky buffer."),
            example: concat!(
                "alert smtp any any -> any any (msg:\"a\"; ",
                $name,
                "; content:\"example\"; sid:1;)"
            ),
            deviation: None,
            kind: Kind::StickyBuffer(&BufferDef {
                name: $name,
                source: Source::Transaction(&[Provider {
                    protocol: NAME,
                    at: [Some(COMPLETE), None],
                    streaming: false,
                    get: {
                        const GET: TxBytes = |tx, _, index, _| {
                            let get: fn(&Message, usize) -> Option<&[u8]> = $get;
                            get(tx_as::<SmtpTx>(tx)?.message.as_deref()?, index)
                        };
                        GET
                    },
                }]),
                multi: $multi,
            }),
        };
    };
}

email!(
    EMAIL_FROM,
    "email.from",
    false,
    "the header From",
    "The value of the message's header `From`, unfolded.",
    |message, _| message.header(b"from").next()
);

email!(
    EMAIL_TO,
    "email.to",
    false,
    "the header To",
    "The value of the message's header `To`, unfolded, with all its addresses.",
    |message, _| message.header(b"to").next()
);

email!(
    EMAIL_CC,
    "email.cc",
    false,
    "the header Cc",
    "The value of the message's header `Cc`, unfolded, with all its addresses.",
    |message, _| message.header(b"cc").next()
);

email!(
    EMAIL_SUBJECT,
    "email.subject",
    false,
    "the header Subject",
    "The value of the message's header `Subject`, unfolded and as it is encoded.",
    |message, _| message.header(b"subject").next()
);

email!(
    EMAIL_DATE,
    "email.date",
    false,
    "the header Date",
    "The value of the message's header `Date`.",
    |message, _| message.header(b"date").next()
);

email!(
    EMAIL_MESSAGE_ID,
    "email.message_id",
    false,
    "the header Message-ID",
    "The value of the message's header `Message-ID`, with its angle brackets.",
    |message, _| message.header(b"message-id").next()
);

email!(
    EMAIL_X_MAILER,
    "email.x_mailer",
    false,
    "the header X-Mailer",
    "The value of the message's header `X-Mailer`.",
    |message, _| message.header(b"x-mailer").next()
);

email!(
    EMAIL_URL,
    "email.url",
    true,
    "a URL in the message's text",
    "A URL that was found in the message's text, without its scheme unless `log-url-scheme` is set; each is looked at \
     alone.",
    |message, index| message.urls.get(index).map(Vec::as_slice)
);

email!(
    EMAIL_RECEIVED,
    "email.received",
    true,
    "a header Received",
    "The value of a header `Received` of the message, unfolded; each is looked at alone.",
    |message, index| message.header(b"received").nth(index)
);

email!(
    EMAIL_BODY_MD5,
    "email.body_md5",
    false,
    "the MD5 of the message's body",
    "The MD5 of the message's body in lower-case hexadecimal, where `mime.body-md5` does not turn it off.",
    |message, _| message.body_md5.as_deref().map(str::as_bytes)
);
