//! The parser of one flow: session messages, and what they hold.

use std::sync::Arc;

use engine::app_layer::{Context, NewParser, Outcome, Parser, Settings, TransactionList};
use packet::Direction;

use super::nbss::{self, Header, Magic};
use super::state::{Config, State};
use super::status::Status;
use super::transfer::Piece;
use super::{Event, smb1, smb2};

/// Makes what makes parsers.
///
/// # Errors
/// What is wrong with a setting.
pub(super) fn setup(settings: &Settings) -> Result<NewParser, String> {
    let config = Config::new(settings)?;
    Ok(Arc::new(move || Box::new(SmbParser::new(config))))
}

/// The parser of one flow.
#[derive(Debug)]
pub struct SmbParser {
    state: State,
    /// By [`Direction::index`].
    sides: [Side; 2],
}

/// One direction.
#[derive(Debug, Default)]
struct Side {
    /// What the next bytes of the message are, which was begun already.
    rest: Rest,
    /// Bytes were lost, and the next message is looked for.
    lost: bool,
}

/// What comes of a message that was begun already.
#[derive(Clone, Copy, Debug, Default)]
struct Rest {
    /// The transaction of the file that bytes go to.
    file: Option<u64>,
    /// How many.
    bytes: u64,
    /// How many follow them that nobody wants.
    skip: u64,
}

/// A message that brings bytes of a file.
#[derive(Debug)]
pub struct Bulk {
    /// Where they stand, from the start of the message.
    pub at: usize,
    /// How many.
    pub length: u32,
    /// What the message says became of the read.
    pub status: Option<Status>,
    /// The number of the message that it answers.
    pub answers: Option<u64>,
    /// Where they go.
    pub piece: Piece,
}

/// Bytes of a message that tell whether it brings bytes of a file: MS-SMB2 section 2.2.21, header and write.
pub const HEAD: usize = 112;

/// LIMIT: bytes of a message that are waited for; what comes after them is passed over. Those of files are not counted.
const MAX_MESSAGE: usize = 1 << 17;

impl Parser for SmbParser {
    fn parse(&mut self, data: &[u8], context: &mut Context<'_>) -> Outcome {
        let mut consumed: usize = 0;
        let outcome = loop {
            let Some(rest) = data.get(consumed..).filter(|rest| !rest.is_empty()) else {
                break Outcome::Consumed(consumed);
            };
            match self.step(rest, context) {
                Step::Took(bytes) => consumed = consumed.saturating_add(bytes),
                Step::Wants(wanted) => break Outcome::NeedMore { consumed, wanted },
            }
            if self.state.failed {
                return Outcome::Failed;
            }
        };
        if context.eof {
            self.state.end_files(context.direction, context.files);
        }
        outcome
    }

    fn gap(&mut self, bytes: u64, context: &mut Context<'_>) -> Outcome {
        let side = side(&mut self.sides, context.direction);
        let mut left = bytes;
        let of_file = left.min(side.rest.bytes);
        side.rest.bytes = side.rest.bytes.saturating_sub(of_file);
        left = left.saturating_sub(of_file);
        let skipped = left.min(side.rest.skip);
        side.rest.skip = side.rest.skip.saturating_sub(skipped);
        left = left.saturating_sub(skipped);
        side.lost |= left > 0;
        let over = side.rest.bytes == 0;
        let file = if over { side.rest.file.take() } else { side.rest.file };
        if let Some(id) = file {
            self.state.lose_piece(id, of_file);
            if over {
                self.state.end_piece(id, context.files);
            }
        }
        Outcome::Consumed(0)
    }

    fn transactions(&self) -> &dyn TransactionList {
        &self.state.transactions
    }

    fn transactions_mut(&mut self) -> &mut dyn TransactionList {
        &mut self.state.transactions
    }
}

/// What became of the next bytes.
enum Step {
    /// So many are done with; at least one.
    Took(usize),
    /// There must be so many.
    Wants(usize),
}

impl SmbParser {
    fn new(config: Config) -> Self {
        Self {
            state: State::new(config),
            sides: Default::default(),
        }
    }

    fn step(&mut self, rest: &[u8], context: &mut Context<'_>) -> Step {
        let side = side(&mut self.sides, context.direction);
        if side.rest.bytes > 0 || side.rest.skip > 0 {
            return Step::Took(self.go_on(rest, context));
        }
        if side.lost {
            return match resume(rest) {
                (0, true) => {
                    side.lost = false;
                    self.message(rest, context)
                }
                (0, false) => Step::Wants(Header::SIZE.saturating_add(4)),
                (skipped, _) => Step::Took(skipped),
            };
        }
        self.message(rest, context)
    }

    /// What comes of a message that was begun already.
    fn go_on(&mut self, data: &[u8], context: &Context<'_>) -> usize {
        let side = side(&mut self.sides, context.direction);
        if side.rest.bytes > 0 {
            let take = usize::try_from(side.rest.bytes).unwrap_or(usize::MAX).min(data.len());
            side.rest.bytes = side.rest.bytes.saturating_sub(take as u64);
            let over = side.rest.bytes == 0;
            let file = if over { side.rest.file.take() } else { side.rest.file };
            if let Some(id) = file {
                self.state
                    .piece(id, data.get(..take).unwrap_or_default(), context.files);
                if over {
                    self.state.end_piece(id, context.files);
                }
            }
            return take;
        }
        let take = usize::try_from(side.rest.skip).unwrap_or(usize::MAX).min(data.len());
        side.rest.skip = side.rest.skip.saturating_sub(take as u64);
        take
    }

    /// The start of a session message.
    fn message(&mut self, data: &[u8], context: &mut Context<'_>) -> Step {
        let side = side(&mut self.sides, context.direction);
        let Some(header) = Header::read(data) else {
            return Step::Wants(Header::SIZE);
        };
        if !header.is_known() {
            self.state.event(Event::MalformedData);
            side.lost = true;
            return Step::Took(1);
        }
        let of_session = header.kind != nbss::MESSAGE;
        let wanted = header.length.min(if of_session { 0 } else { HEAD });
        let Some(start) = data.get(Header::SIZE..Header::SIZE.saturating_add(wanted)) else {
            return Step::Wants(Header::SIZE.saturating_add(wanted));
        };
        if of_session {
            side.rest.skip = header.length as u64;
            return Step::Took(Header::SIZE);
        }
        let (bulk, read): (_, fn(&mut State, &[u8], &mut Context<'_>)) = match Magic::of(start) {
            Some(Magic::Smb1) => (smb1::bulk(&self.state, start, context), smb1::message),
            Some(Magic::Smb2) => (smb2::bulk(&self.state, start, context), smb2::message),
            Some(Magic::Transform | Magic::Compressed) => {
                side.rest.skip = header.length as u64;
                return Step::Took(Header::SIZE);
            }
            None if header.length == 0 => return Step::Took(Header::SIZE),
            None => {
                self.state.event(Event::MalformedData);
                side.lost = true;
                return Step::Took(1);
            }
        };
        if let Some(bulk) = bulk.filter(|bulk| bulk.at <= header.length) {
            return self.bulk(data, header, bulk, context);
        }
        let wanted = header.length.min(MAX_MESSAGE);
        let end = Header::SIZE.saturating_add(wanted);
        let Some(message) = data.get(Header::SIZE..end) else {
            return Step::Wants(end);
        };
        side.rest.skip = header.length.saturating_sub(wanted) as u64;
        read(&mut self.state, message, context);
        Step::Took(end)
    }

    /// A message that brings bytes of a file: these go there as they come.
    fn bulk(&mut self, data: &[u8], header: Header, bulk: Bulk, context: &mut Context<'_>) -> Step {
        let start = Header::SIZE.saturating_add(bulk.at);
        if data.len() < start {
            return Step::Wants(start);
        }
        if let Some(message) = bulk.answers {
            self.state.reads.remove(&message);
        }
        let there = header.length.saturating_sub(bulk.at) as u64;
        let bytes = u64::from(bulk.length).min(there);
        let id = self.state.begin_piece(bulk.piece, context.files);
        if let Some(status) = bulk.status
            && let Some(tx) = self.state.transactions.by_id_mut(id)
        {
            tx.status = Some(status);
        }
        if bytes == 0 {
            self.state.end_piece(id, context.files);
        }
        side(&mut self.sides, context.direction).rest = Rest {
            file: (bytes > 0).then_some(id),
            bytes,
            skip: there.saturating_sub(bytes),
        };
        Step::Took(start)
    }
}

fn side(sides: &mut [Side; 2], direction: Direction) -> &mut Side {
    let [server, client] = sides;
    match direction {
        Direction::ToServer => server,
        Direction::ToClient => client,
    }
}

/// Looks for the next message after a loss: how many bytes come before it, and whether it is there whole enough to be
/// told.
fn resume(data: &[u8]) -> (usize, bool) {
    for at in memchr::memchr_iter(nbss::MESSAGE, data) {
        let rest = data.get(at..).unwrap_or_default();
        let Some(header) = Header::read(rest) else {
            return (at, false);
        };
        let Some(start) = rest.get(Header::SIZE..Header::SIZE.saturating_add(4)) else {
            let begun = rest.get(Header::SIZE..).unwrap_or_default();
            let likely =
                begun.first().is_none_or(|b| *b >= 0xfc) && b"SMB".starts_with(begun.get(1..).unwrap_or_default());
            if likely {
                return (at, false);
            }
            continue;
        };
        if Magic::of(start).is_some() && header.length >= 32 {
            return (at, true);
        }
    }
    (data.len(), false)
}
