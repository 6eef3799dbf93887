//! The parser of one flow.

use std::collections::VecDeque;
use std::sync::Arc;

use engine::app_layer::{
    Context, NewParser, Outcome, Parser, Settings, Switch, Transaction, TransactionList, Transactions,
};
use packet::Direction;

use super::Event;

/// Makes what makes parsers.
///
/// # Errors
/// What is wrong with a setting.
pub(super) fn setup(settings: &Settings) -> Result<NewParser, String> {
    let max_tx = usize::try_from(settings.number("max-tx", 256)?).unwrap_or(usize::MAX);
    Ok(Arc::new(move || {
        Box::new(Pop3Parser {
            transactions: Transactions::default(),
            open: VecDeque::new(),
            lines: Default::default(),
            secret: false,
            in_data: false,
            max_tx,
        })
    }))
}

/// The parser of one flow.
#[derive(Debug)]
pub struct Pop3Parser {
    transactions: Transactions<Pop3Tx>,
    /// Those whose response is to come, oldest first.
    open: VecDeque<u64>,
    lines: [LineState; 2],
    /// The client's next line answers a challenge.
    secret: bool,
    /// The response goes on up to a line with a dot.
    in_data: bool,
    max_tx: usize,
}

/// A command and its response; or the server's greeting, which no command asked for.
#[derive(Debug, Default)]
pub struct Pop3Tx {
    /// The command in upper case, if there is one.
    pub command: Option<Vec<u8>>,
    /// Its arguments.
    pub arguments: Vec<Vec<u8>>,
    /// The response, if it is there.
    pub response: Option<Response>,
    done: bool,
}

/// A response.
#[derive(Debug, Default)]
pub struct Response {
    /// It begins with `+`.
    pub success: bool,
    /// What follows `+OK` or `-ERR`.
    pub header: Vec<u8>,
    /// The lines behind the first, save those of mails.
    pub data: Vec<Vec<u8>>,
    bytes: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct LineState {
    /// Bytes that have no line end in them.
    scanned: usize,
    /// The rest of a line that was too long is let go.
    skipping: bool,
}

impl Transaction for Pop3Tx {
    fn progress(&self, direction: Direction) -> u8 {
        match direction {
            Direction::ToServer => 1,
            Direction::ToClient => u8::from(self.done),
        }
    }
}

impl Parser for Pop3Parser {
    fn parse(&mut self, data: &[u8], context: &mut Context<'_>) -> Outcome {
        let mut consumed: usize = 0;
        while let Some(rest) = data.get(consumed..).filter(|rest| !rest.is_empty()) {
            let Some((line, length, whole)) = self.line(rest, context.direction) else {
                return Outcome::NeedMore {
                    consumed,
                    wanted: rest.len().saturating_add(1),
                };
            };
            consumed = consumed.saturating_add(length);
            let Some(state) = self.lines.get_mut(context.direction.index()) else {
                break;
            };
            if std::mem::replace(&mut state.skipping, !whole) {
                continue;
            }
            match context.direction {
                Direction::ToServer => {
                    if !self.command(line, whole) {
                        return Outcome::Failed;
                    }
                }
                Direction::ToClient => self.response(line, whole, context),
            }
            if context.effects.switch.is_some() {
                break;
            }
        }
        Outcome::Consumed(consumed)
    }

    fn transactions(&self) -> &dyn TransactionList {
        &self.transactions
    }

    fn transactions_mut(&mut self) -> &mut dyn TransactionList {
        &mut self.transactions
    }
}

impl Pop3Parser {
    /// The next line without its end, how long it is with that, and whether it is whole.
    fn line<'a>(&mut self, rest: &'a [u8], direction: Direction) -> Option<(&'a [u8], usize, bool)> {
        let state = self.lines.get_mut(direction.index())?;
        // PERF: bytes that were looked at before have no line end in them.
        let from = state.scanned.min(rest.len());
        let found = memchr::memchr(b'\n', rest.get(from..)?).map(|at| at.saturating_add(from));
        state.scanned = 0;
        match found {
            Some(at) if at <= MAX_LINE => {
                let text = rest.get(..at)?;
                Some((text.strip_suffix(b"\r").unwrap_or(text), at.saturating_add(1), true))
            }
            // LIMIT: bytes of a line.
            _ if rest.len() > MAX_LINE => Some((rest.get(..MAX_LINE)?, MAX_LINE, false)),
            _ => {
                state.scanned = rest.len();
                None
            }
        }
    }

    /// Reads a command; false when the flow has too many transactions.
    fn command(&mut self, line: &[u8], whole: bool) -> bool {
        // LIMIT: commands that have no response.
        if self.open.len() >= self.max_tx {
            self.transactions.event(Event::TooManyTransactions as u8);
            return false;
        }
        let id = self.transactions.total();
        self.open.push_back(id);
        if std::mem::take(&mut self.secret) {
            self.transactions.push(Pop3Tx {
                command: Some(b"<SASL DATA>".to_vec()),
                ..Pop3Tx::default()
            });
            return true;
        }
        let mut words = line.split(|b| *b == b' ').filter(|word| !word.is_empty());
        let command = words.next().unwrap_or_default().to_ascii_uppercase();
        let limits = COMMANDS.iter().find(|(name, ..)| *name == command);
        // LIMIT: arguments of a command.
        let arguments: Vec<_> = words.take(MAX_ARGUMENTS).map(<[u8]>::to_vec).collect();
        let event = match limits {
            _ if !whole => Some(Event::RequestTooLong),
            None => Some(Event::UnknownCommand),
            Some((_, least, most)) if !(*least..=*most).contains(&arguments.len()) => {
                Some(Event::IncorrectArgumentCount)
            }
            Some(_) => None,
        };
        self.transactions.push(Pop3Tx {
            command: Some(command),
            arguments,
            ..Pop3Tx::default()
        });
        if let Some(event) = event {
            self.transactions.event_on(id, event as u8);
        }
        true
    }

    /// Reads a line of a response.
    fn response(&mut self, line: &[u8], whole: bool, context: &mut Context<'_>) {
        let id = match self.open.front() {
            Some(id) => *id,
            // A greeting, or what no command asked for.
            None => {
                if self.transactions.total() > 0 {
                    return;
                }
                self.open.push_back(0);
                self.transactions.push(Pop3Tx::default());
                0
            }
        };
        let in_data = self.in_data;
        let Some(tx) = self.transactions.by_id_mut(id) else {
            return;
        };
        let truncated = if in_data {
            if line == b"." {
                self.in_data = false;
                self.over(id);
                return;
            }
            !tx.more(line)
        } else {
            let (success, header) = status(line);
            tx.response = Some(Response {
                success,
                header: header.to_vec(),
                ..Response::default()
            });
            if success && tx.has_data() {
                self.in_data = true;
            } else {
                self.secret = line.starts_with(b"+ ") || line == b"+";
                if success && tx.command.as_deref() == Some(b"STLS") {
                    context.effects.switch = Some(Switch {
                        expected: Some("tls"),
                        port: Some(443),
                    });
                }
                self.over(id);
            }
            !whole
        };
        if truncated {
            self.transactions.event_on(id, Event::ResponseTooLong as u8);
        }
    }

    fn over(&mut self, id: u64) {
        self.open.pop_front();
        if let Some(tx) = self.transactions.by_id_mut(id) {
            tx.done = true;
        }
    }
}

impl Pop3Tx {
    /// Whether a response to the command that is no error goes on up to a line with a dot.
    fn has_data(&self) -> bool {
        match self.command.as_deref() {
            Some(b"CAPA" | b"RETR" | b"TOP") => true,
            Some(b"LIST" | b"UIDL" | b"AUTH") => self.arguments.is_empty(),
            _ => false,
        }
    }

    /// Adds a line to the response; false where it is not kept because there are too many.
    fn more(&mut self, line: &[u8]) -> bool {
        let is_mail = matches!(self.command.as_deref(), Some(b"RETR" | b"TOP"));
        let Some(response) = self.response.as_mut().filter(|_| !is_mail) else {
            return true;
        };
        // LIMIT: bytes of a response.
        response.bytes = response.bytes.saturating_add(line.len().max(32));
        if response.bytes > MAX_RESPONSE {
            return false;
        }
        response.data.push(line.strip_prefix(b".").unwrap_or(line).to_vec());
        true
    }
}

/// Whether a line begins well, and what follows `+OK`, `-ERR` or `+`.
fn status(line: &[u8]) -> (bool, &[u8]) {
    for (start, success) in [(&b"+OK"[..], true), (b"-ERR", false), (b"+", true), (b"-", false)] {
        if let Some(rest) = line.strip_prefix(start) {
            return (success, rest.trim_ascii());
        }
    }
    (false, line)
}

/// Whether a line begins with a command that this is the start of.
pub(super) fn is_command(start: &[u8; 4]) -> bool {
    COMMANDS.iter().any(|(name, ..)| {
        let name = name.get(..4).unwrap_or(name);
        let (word, rest) = start.split_at_checked(name.len()).unwrap_or((start, &[]));
        word.eq_ignore_ascii_case(name) && rest.iter().all(u8::is_ascii_whitespace)
    })
}

/// The commands, and how many arguments they take.
const COMMANDS: &[(&[u8], usize, usize)] = &[
    (b"APOP", 2, 2),
    (b"AUTH", 0, 2),
    (b"CAPA", 0, 0),
    (b"DELE", 1, 1),
    (b"LIST", 0, 1),
    (b"NOOP", 0, 0),
    (b"PASS", 1, MAX_ARGUMENTS),
    (b"QUIT", 0, 0),
    (b"RETR", 1, 1),
    (b"RSET", 0, 0),
    (b"STAT", 0, 0),
    (b"STLS", 0, 0),
    (b"TOP", 2, 2),
    (b"UIDL", 0, 1),
    (b"USER", 1, 1),
    (b"UTF8", 0, 1),
    (b"LANG", 0, 1),
];

/// LIMIT: bytes of a line.
const MAX_LINE: usize = 4096;
const MAX_ARGUMENTS: usize = 16;
const MAX_RESPONSE: usize = 1 << 18;
