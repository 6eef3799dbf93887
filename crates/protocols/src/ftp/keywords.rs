//! What rules can say of it.

use engine::buffer::{BufferDef, Provider, Source, tx_as};
use engine::keyword::{Keyword, Kind, Problem};
use engine::keywords::integer::{Snort2Range, read};
use engine::rule::{TxCheck, TxContext, TxNumber, TxPlace};

use super::transaction::{COMPLETE, STARTED};
use super::{FtpTx, NAME};

/// Declares a sticky buffer.
macro_rules! buffer {
    ($static:ident, $name:literal, $at:expr, $multi:literal, $summary:literal, $docs:literal, $content:literal, $get:expr) => {
        #[doc = $docs]
        pub static $static: Keyword = Keyword {
            name: $name,
            aliases: &[],
            summary: $summary,
            docs: concat!($docs, " A sticky buffer."),
            example: concat!(
                "alert ftp any any -> any any (msg:\"a\"; ",
                $name,
                "; content:\"",
                $content,
                "\"; sid:1;)"
            ),
            deviation: None,
            kind: Kind::StickyBuffer(&BufferDef {
                name: $name,
                source: Source::Transaction(&[Provider {
                    protocol: NAME,
                    at: $at,
                    streaming: false,
                    get: $get,
                }]),
                multi: $multi,
            }),
        };
    };
}

buffer!(
    FTP_COMMAND,
    "ftp.command",
    [Some(STARTED), None],
    false,
    "the client's command",
    "The name of the client's command in upper case, if it is one of those that are known.",
    "RETR",
    |tx, _, _, _| tx_as::<FtpTx>(tx)?.command.map(str::as_bytes)
);

buffer!(
    FTP_COMMAND_DATA,
    "ftp.command_data",
    [Some(STARTED), None],
    false,
    "what follows the client's command",
    "What follows the name of the client's command and a space, without white space at its end.",
    "anonymous",
    |tx, _, _, _| tx_as::<FtpTx>(tx)
        .map(|tx| tx.data.as_slice())
        .filter(|data| !data.is_empty())
);

buffer!(
    FTP_REPLY,
    "ftp.reply",
    [None, Some(COMPLETE)],
    true,
    "a line of the server's reply",
    "A line of the server's replies to a command, without its code; each line is looked at alone.",
    "Login successful.",
    |tx, _, index, _| tx_as::<FtpTx>(tx)?.replies.get(index).map(Vec::as_slice)
);

buffer!(
    FTP_COMPLETION_CODE,
    "ftp.completion_code",
    [None, Some(COMPLETE)],
    true,
    "the code of the server's reply",
    "The three digits of a line of the server's replies; each is looked at alone.",
    "230",
    |tx, _, index, _| tx_as::<FtpTx>(tx)?.codes.get(index).map(<[u8; 3]>::as_slice)
);

/// `ftp.dynamic_port`: the port of the data connection.
pub static FTP_DYNAMIC_PORT: Keyword = Keyword {
    name: "ftp.dynamic_port",
    aliases: &[],
    summary: "the port of the data connection",
    docs: "A condition on the port that `PORT`, `EPRT`, or the reply to `PASV` or `EPSV` names: `ftp.dynamic_port:59914`, \
           `ftp.dynamic_port:>1024`, `ftp.dynamic_port:59925-59927`.",
    example: "alert ftp any any -> any any (msg:\"a\"; ftp.dynamic_port:>1024; sid:1;)",
    deviation: None,
    kind: Kind::Transaction(|_, arg| {
        Ok(Box::new(TxNumber {
            places: EITHER,
            get: |tx, _, index| {
                let port = tx_as::<FtpTx>(tx)?.dynamic_port?;
                (index == 0).then_some(port.into())
            },
            predicate: read(arg, u64::from(u16::MAX), Snort2Range::Inclusive)?,
        }))
    }),
};

/// `ftp.mode`: who opens the data connection.
pub static FTP_MODE: Keyword = Keyword {
    name: "ftp.mode",
    aliases: &[],
    summary: "who opens the data connection",
    docs: "Whether the port of a data connection was agreed on with the server to open it, `ftp.mode:active`, or the \
           client, `ftp.mode:passive`.",
    example: "alert ftp any any -> any any (msg:\"a\"; ftp.mode:passive; sid:1;)",
    deviation: None,
    kind: Kind::Transaction(|_, arg| {
        let word = arg.required()?;
        let active = match word.trim().to_ascii_lowercase().as_str() {
            "active" => true,
            "passive" => false,
            other => return Err(Problem::new(format!("`{other}` is neither `active` nor `passive`"))),
        };
        Ok(Box::new(Mode { active }))
    }),
};

/// `ftp.reply_received`: whether the server replied.
pub static FTP_REPLY_RECEIVED: Keyword = Keyword {
    name: "ftp.reply_received",
    aliases: &[],
    summary: "whether the server replied",
    docs: "Whether the server replied to the command: `yes`, `true` or `on`; or not: `no`, `false` or `off`.",
    example: "alert ftp any any -> any any (msg:\"a\"; ftp.reply_received:yes; sid:1;)",
    deviation: None,
    kind: Kind::Transaction(|_, arg| {
        let word = arg.required()?;
        let received = match word.trim().to_ascii_lowercase().as_str() {
            "yes" | "true" | "on" | "1" => true,
            "no" | "false" | "off" | "0" => false,
            other => return Err(Problem::new(format!("`{other}` is neither `yes` nor `no`"))),
        };
        Ok(Box::new(ReplyReceived { received }))
    }),
};

const EITHER: &[TxPlace] = &[TxPlace {
    protocol: NAME,
    at: [Some(COMPLETE), Some(COMPLETE)],
}];

#[derive(Debug)]
struct Mode {
    active: bool,
}

impl TxCheck for Mode {
    fn places(&self) -> &[TxPlace] {
        EITHER
    }

    fn matches(&self, context: &TxContext<'_>) -> bool {
        tx_as::<FtpTx>(context.tx).is_some_and(|tx| tx.dynamic_port.is_some() && tx.active == self.active)
    }
}

#[derive(Debug)]
struct ReplyReceived {
    received: bool,
}

impl TxCheck for ReplyReceived {
    fn places(&self) -> &[TxPlace] {
        const {
            &[TxPlace {
                protocol: NAME,
                at: [None, Some(COMPLETE)],
            }]
        }
    }

    fn matches(&self, context: &TxContext<'_>) -> bool {
        tx_as::<FtpTx>(context.tx).is_some_and(|tx| !tx.unasked && tx.replies.is_empty() != self.received)
    }
}
