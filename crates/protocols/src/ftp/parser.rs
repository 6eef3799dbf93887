//! The parser of one flow.

use std::any::Any;
use std::collections::VecDeque;
use std::sync::Arc;

use engine::app_layer::{
    Context, Expectation, NewParser, Outcome, Parser, Settings, Switch, TransactionList, Transactions,
};
use packet::Direction;

use super::Event;
use super::command::{AUTH_TLS, Command, Transfer, port_of_bars, port_of_list};
use super::transaction::FtpTx;
use crate::ftp_data::{self, Announced};

/// Makes what makes parsers.
///
/// # Errors
/// What is wrong with a setting.
pub(super) fn setup(settings: &Settings) -> Result<NewParser, String> {
    let max_tx = usize::try_from(settings.number("max-tx", 1024)?).unwrap_or(usize::MAX);
    let max_line = usize::try_from(settings.size("max-line-length", 4096)?).unwrap_or(usize::MAX);
    // LIMIT: the flow's own bound is above this one.
    let max_line = max_line.clamp(16, 1 << 16);
    Ok(Arc::new(move || {
        Box::new(FtpParser {
            transactions: Transactions::default(),
            open: VecDeque::new(),
            lines: Default::default(),
            port: None,
            active: false,
            welcomed: false,
            max_tx,
            max_line,
        })
    }))
}

/// The parser of one flow.
#[derive(Debug)]
pub struct FtpParser {
    transactions: Transactions<FtpTx>,
    /// Those whose last reply is to come, oldest first.
    open: VecDeque<u64>,
    lines: [LineState; 2],
    /// The port of the next data connection, and who opens that.
    port: Option<u16>,
    active: bool,
    /// The server said something.
    welcomed: bool,
    max_tx: usize,
    max_line: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct LineState {
    /// Bytes that have no line end in them.
    scanned: usize,
    /// The rest of a line that was too long is let go.
    skipping: bool,
}

impl Parser for FtpParser {
    fn parse(&mut self, data: &[u8], context: &mut Context<'_>) -> Outcome {
        let mut consumed: usize = 0;
        while let Some(rest) = data.get(consumed..).filter(|rest| !rest.is_empty()) {
            let Some((line, length, whole)) = self.line(rest, context) else {
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
                    if !self.command(line, !whole, context) {
                        return Outcome::Failed;
                    }
                }
                Direction::ToClient => self.reply(line, !whole, context),
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

impl FtpParser {
    /// The next line without its end, how long it is with that, and whether it is whole. A line that is too long comes in
    /// pieces; the flow's last line needs no end.
    fn line<'a>(&mut self, rest: &'a [u8], context: &Context<'_>) -> Option<(&'a [u8], usize, bool)> {
        let state = self.lines.get_mut(context.direction.index())?;
        // PERF: bytes that were looked at before have no line end in them.
        let from = state.scanned.min(rest.len());
        let found = memchr::memchr(b'\n', rest.get(from..)?).map(|at| at.saturating_add(from));
        state.scanned = 0;
        match found {
            Some(at) if at <= self.max_line => {
                let text = rest.get(..at)?;
                Some((text.strip_suffix(b"\r").unwrap_or(text), at.saturating_add(1), true))
            }
            // LIMIT: bytes of a line.
            _ if rest.len() > self.max_line => Some((rest.get(..self.max_line)?, self.max_line, false)),
            _ if context.eof => Some((rest, rest.len(), true)),
            _ => {
                state.scanned = rest.len();
                None
            }
        }
    }

    /// Reads a command; false when the flow has too many transactions.
    fn command(&mut self, line: &[u8], truncated: bool, context: &mut Context<'_>) -> bool {
        // LIMIT: commands that have no reply.
        if self.open.len() >= self.max_tx {
            self.transactions.event(Event::TooManyTransactions as u8);
            return false;
        }
        let command = Command::read(line);
        let id = self.transactions.total();
        self.open.push_back(id);
        let tx = self.transactions.push(FtpTx {
            command: command.name,
            data: command.data.to_vec(),
            command_truncated: truncated,
            ..FtpTx::default()
        });
        match command.name {
            Some("PORT") => tx.dynamic_port = port_of_list(command.data),
            Some("EPRT") => tx.dynamic_port = port_of_bars(command.data),
            _ => {}
        }
        if let Some(port) = tx.dynamic_port {
            tx.active = true;
            (self.port, self.active) = (Some(port), true);
        }
        if truncated {
            self.transactions.event_on(id, Event::RequestCommandTooLong as u8);
        }
        if let Some(transfer) = command.transfer() {
            self.expect_data(&command, transfer, id, context);
        }
        true
    }

    /// A transfer is asked for: its flow is to come.
    fn expect_data(&mut self, command: &Command<'_>, transfer: Transfer, id: u64, context: &mut Context<'_>) {
        let Some(port) = self.port.take() else {
            if transfer != Transfer::Listing {
                self.transactions.event_on(id, Event::FileBeforePort as u8);
            }
            return;
        };
        let (client, server) = (context.client.0, context.server.0);
        let (listener, from) = if self.active {
            (client, server)
        } else {
            (server, client)
        };
        // Who opens the connection is its client: so data goes to its server if the one who sends it connects.
        let upload = transfer == Transfer::Upload;
        let direction = if upload == self.active {
            Direction::ToClient
        } else {
            Direction::ToServer
        };
        let about: Arc<dyn Any + Send + Sync> = Arc::new(Announced {
            command: command.name.unwrap_or_default(),
            filename: (transfer != Transfer::Listing && !command.data.is_empty()).then(|| command.data.to_vec()),
            is_file: transfer != Transfer::Listing,
            direction,
        });
        context.effects.expect.push(Expectation {
            protocol: ftp_data::NAME,
            listener: (listener, port),
            from,
            about,
        });
        self.active = false;
    }

    /// Reads a line of a reply.
    fn reply(&mut self, line: &[u8], truncated: bool, context: &mut Context<'_>) {
        let code = code(line);
        let text = if code.is_some() {
            line.get(4..).unwrap_or_default()
        } else {
            line
        };
        let last = code.is_some_and(|_| line.get(3) != Some(&b'-'));
        // The welcome may come late, behind commands that did not wait for it.
        if !std::mem::replace(&mut self.welcomed, true) && (self.open.is_empty() || code == Some(*b"220")) {
            self.open.push_front(self.transactions.total());
            self.transactions.push(FtpTx {
                unasked: true,
                ..FtpTx::default()
            });
        }
        let id = match self.open.front() {
            Some(id) => *id,
            None => self.transactions.total().saturating_sub(1),
        };
        let Some(tx) = self.transactions.by_id_mut(id) else {
            return;
        };
        // LIMIT: lines of a reply.
        tx.reply_bytes = tx.reply_bytes.saturating_add(text.len().max(32));
        if tx.reply_bytes <= MAX_REPLIES {
            tx.codes.extend(code);
            tx.replies.push(text.to_vec());
        } else {
            tx.reply_truncated = true;
        }
        tx.reply_truncated |= truncated;
        let truncated = tx.reply_truncated;
        let agreed = match (tx.command, code) {
            (Some("PASV"), Some([b'2', b'2', b'7'])) => port_of_list(text),
            (Some("EPSV"), Some([b'2', b'2', b'9'])) => port_of_bars(text),
            (Some(AUTH_TLS), Some([b'2', b'3', b'4'])) => {
                context.effects.switch = Some(Switch {
                    expected: Some("tls"),
                    port: Some(443),
                });
                None
            }
            _ => None,
        };
        if agreed.is_some() {
            tx.dynamic_port = agreed;
            (self.port, self.active) = (agreed, false);
        }
        // RFC: 959 section 4.2: 1yz is a preliminary reply, another comes.
        if last && code.is_some_and(|[first, ..]| first != b'1') {
            tx.done = true;
            if self.open.front() == Some(&id) {
                self.open.pop_front();
            }
        }
        if truncated {
            self.transactions.event_on(id, Event::ResponseCommandTooLong as u8);
        }
    }
}

/// The code of a line, if it has one.
fn code(line: &[u8]) -> Option<[u8; 3]> {
    let code: [u8; 3] = line.get(..3)?.try_into().ok()?;
    let separated = matches!(line.get(3), None | Some(b' ' | b'-'));
    (separated && code.iter().all(u8::is_ascii_digit)).then_some(code)
}

/// LIMIT: bytes of all lines of the replies to a command.
const MAX_REPLIES: usize = 1 << 16;
