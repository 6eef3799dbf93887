//! The parser of one flow: lines, and what both sides remember.

use std::collections::VecDeque;
use std::sync::Arc;

use engine::app_layer::{Context, NewParser, Outcome, Parser, Settings, TransactionList, Transactions};
use packet::Direction;

use super::Event;
use super::settings::SmtpSettings;
use super::transaction::{COMPLETE, SmtpTx};

/// Makes what makes parsers.
///
/// # Errors
/// What is wrong with a setting.
pub(super) fn setup(settings: &Settings) -> Result<NewParser, String> {
    let settings = Arc::new(SmtpSettings::read(settings)?);
    Ok(Arc::new(move || Box::new(SmtpParser::new(Arc::clone(&settings)))))
}

/// The parser of one flow.
#[derive(Debug)]
pub struct SmtpParser {
    pub(super) settings: Arc<SmtpSettings>,
    pub(super) transactions: Transactions<SmtpTx>,
    /// The transaction that the client's commands belong to.
    pub(super) current: Option<u64>,
    pub(super) helo: Vec<u8>,
    pub(super) mode: Mode,
    /// Commands whose replies are to come.
    pub(super) pending: VecDeque<Pending>,
    /// The server's first reply came.
    pub(super) welcomed: bool,
    /// The server said that it takes commands before it replied to those before.
    pub(super) pipelining: bool,
    lines: [LineState; 2],
    /// A line of the mail came in part.
    pub(super) line_goes_on: bool,
}

/// What the client's next bytes are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Mode {
    /// Commands.
    #[default]
    Command,
    /// A mail, up to a line with a dot.
    Data,
    /// A chunk of a mail.
    Bdat {
        /// Bytes of it that are to come.
        left: u64,
        /// It is the last of its mail.
        last: bool,
    },
}

/// A command whose reply is to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pending {
    pub(super) kind: Kind,
    pub(super) tx: Option<u64>,
}

/// What a reply may be to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Hello,
    StartTls,
    Data,
    /// What ends a transaction: the mail's last byte, RSET, QUIT, a second EHLO.
    End,
    Other,
}

/// What became of the bytes at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// So many were read.
    Took(usize),
    /// There must be more of them.
    Wait,
    /// The flow cannot be followed.
    Fail,
}

/// A line, or a piece of one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    pub(super) text: &'a [u8],
    /// Empty where the line goes on.
    pub(super) end: &'a [u8],
}

#[derive(Clone, Copy, Debug, Default)]
struct LineState {
    /// Bytes that have no line end in them.
    scanned: usize,
    /// The rest of a line that was too long is let go.
    skipping: bool,
}

impl Parser for SmtpParser {
    fn parse(&mut self, data: &[u8], context: &mut Context<'_>) -> Outcome {
        let mut consumed: usize = 0;
        let mut wanted = 0;
        while let Some(rest) = data.get(consumed..).filter(|rest| !rest.is_empty()) {
            let step = match context.direction {
                Direction::ToServer => self.client(rest, context),
                Direction::ToClient => self.server(rest, context),
            };
            match step {
                Step::Took(n) => consumed = consumed.saturating_add(n),
                Step::Wait => {
                    wanted = rest.len().saturating_add(1);
                    break;
                }
                Step::Fail => return Outcome::Failed,
            }
            if context.effects.switch.is_some() {
                break;
            }
        }
        if context.direction == Direction::ToServer {
            if context.eof {
                self.client_gone(context);
            }
            self.note_message_events();
        }
        if wanted > 0 {
            Outcome::NeedMore { consumed, wanted }
        } else {
            Outcome::Consumed(consumed)
        }
    }

    fn gap(&mut self, bytes: u64, context: &mut Context<'_>) -> Outcome {
        if let Some(state) = self.lines.get_mut(context.direction.index()) {
            *state = LineState::default();
        }
        match (context.direction, self.mode) {
            (Direction::ToServer, Mode::Bdat { left, last }) if left > bytes => {
                let left = left.saturating_sub(bytes);
                self.mode = Mode::Bdat { left, last };
            }
            (Direction::ToServer, Mode::Data) => {
                // The mail goes on behind the gap; what was lost is lost to its files.
                self.line_goes_on = true;
                if let Some(file) = self.current_tx().and_then(|tx| tx.files.last_mut()) {
                    file.gap(bytes);
                }
            }
            _ => return Outcome::Failed,
        }
        Outcome::Consumed(0)
    }

    fn transactions(&self) -> &dyn TransactionList {
        &self.transactions
    }

    fn transactions_mut(&mut self) -> &mut dyn TransactionList {
        &mut self.transactions
    }
}

impl SmtpParser {
    fn new(settings: Arc<SmtpSettings>) -> Self {
        Self {
            settings,
            transactions: Transactions::default(),
            current: None,
            helo: Vec::new(),
            mode: Mode::Command,
            pending: VecDeque::new(),
            welcomed: false,
            pipelining: false,
            lines: Default::default(),
            line_goes_on: false,
        }
    }

    /// The next line at the start of `rest`, and how long it is with its end; a piece of it where it is too long; `None`
    /// where its end is not there yet.
    pub(super) fn line<'a>(&mut self, rest: &'a [u8], direction: Direction) -> Option<(Line<'a>, usize)> {
        let state = self.lines.get_mut(direction.index())?;
        // PERF: bytes that were looked at before have no line end in them.
        let from = state.scanned.min(rest.len());
        let found = memchr::memchr(b'\n', rest.get(from..)?).map(|at| at.saturating_add(from));
        match found {
            Some(at) if at < MAX_LINE => {
                state.scanned = 0;
                let text = rest.get(..at)?;
                let short = text.strip_suffix(b"\r").unwrap_or(text);
                let total = at.saturating_add(1);
                let end = rest.get(short.len()..total)?;
                Some((Line { text: short, end }, total))
            }
            // LIMIT: bytes of a line.
            _ if rest.len() >= MAX_LINE => {
                state.scanned = 0;
                let text = rest.get(..MAX_LINE)?;
                let text = text.strip_suffix(b"\r").unwrap_or(text);
                Some((Line { text, end: b"" }, text.len()))
            }
            _ => {
                state.scanned = rest.len();
                None
            }
        }
    }

    /// Whether a line of commands or replies is to be read: the rest of one that was too long is not.
    pub(super) fn take_line(&mut self, line: &Line<'_>, direction: Direction, tx: Option<u64>) -> bool {
        let whole = !line.end.is_empty();
        let Some(state) = self.lines.get_mut(direction.index()) else {
            return false;
        };
        let skipped = std::mem::replace(&mut state.skipping, !whole);
        if !whole && !skipped {
            self.event(tx, Event::TruncatedLine);
        }
        !skipped
    }

    /// The transaction that commands belong to.
    pub(super) fn current_tx(&mut self) -> Option<&mut SmtpTx> {
        self.transactions.by_id_mut(self.current?)
    }

    /// Notes an event on a transaction, or on the newest.
    pub(super) fn event(&mut self, tx: Option<u64>, event: Event) {
        match tx {
            Some(id) => self.transactions.event_on(id, event as u8),
            None => self.transactions.event(event as u8),
        }
    }

    /// Remembers a command whose reply is to come.
    pub(super) fn expect_reply(&mut self, kind: Kind, tx: Option<u64>) {
        let last = self.pending.back().map(|pending| pending.kind);
        if matches!(last, Some(Kind::Data | Kind::StartTls)) {
            self.event(tx, Event::InvalidPipelinedSequence);
        }
        // LIMIT: commands without a reply.
        if self.pending.len() >= MAX_PENDING {
            self.event(tx, Event::InvalidPipelinedSequence);
            self.pending.pop_front();
        }
        self.pending.push_back(Pending { kind, tx });
    }

    /// The client has said all of the current transaction.
    pub(super) fn end_of_request(&mut self) -> Option<u64> {
        let id = self.current.take()?;
        if let Some(tx) = self.transactions.by_id_mut(id) {
            tx.reach(Direction::ToServer, COMPLETE);
        }
        Some(id)
    }

    /// The client goes away: a mail that has no end gets none.
    fn client_gone(&mut self, context: &Context<'_>) {
        if self.mode == Mode::Data
            && let Some(tx) = self.current_tx()
        {
            tx.end_of_mail(false, context.files);
        }
    }

    /// Notes what is wrong with the message so far.
    pub(super) fn note_message_events(&mut self) {
        let Some(id) = self.current else { return };
        let events: smallvec::SmallVec<[Event; 4]> = match self.transactions.by_id_mut(id) {
            Some(tx) => tx.message_events().collect(),
            None => return,
        };
        for event in events {
            self.event(Some(id), event);
        }
    }
}

/// LIMIT: bytes of a line; what is longer comes in pieces, or is let go.
const MAX_LINE: usize = 4096;

/// LIMIT: commands without a reply.
const MAX_PENDING: usize = 256;
