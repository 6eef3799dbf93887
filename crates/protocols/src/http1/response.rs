//! The server's side: responses.

use engine::app_layer::Switch;
use packet::Direction;

use super::chunk::Chunk;
use super::event::{Event, Found};
use super::first_line::{StatusLine, Version, is_status_line};
use super::headers::{Headers, content_length, is_blank_end, note};
use super::lines::{Lines, Taken, chomp, is_space, lf, lf_or_cr, lf_or_inner_cr, skip_line_ends};
use super::parser::{Step, Work};
use super::request::RequestSide;
use super::transaction::{HttpTx, progress};

/// The server's side of a flow.
#[derive(Debug, Default)]
pub(super) struct ResponseSide {
    state: State,
    lines: Lines,
    /// The field that is read: its lines may be folded.
    field: Vec<u8>,
    /// The response that is read.
    tx: Option<u64>,
    /// The request that is answered next.
    next: u64,
    /// The last header line ended with LF alone.
    after_lf: bool,
    /// Lines end with LF CR.
    lf_cr: bool,
}

/// What comes next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// A status line.
    #[default]
    Line,
    /// A header.
    Headers,
    /// A trailer.
    Trailer,
    /// So many bytes of a body.
    Body(u64),
    /// A body, to the end of the stream.
    Rest,
    /// The length of a chunk.
    ChunkLength,
    /// So many bytes of a chunk.
    Chunk(u64),
    /// The line end behind a chunk.
    ChunkEnd,
    /// The next response, or what does not belong here.
    Over,
    /// Nothing that can be read.
    Off,
}

const WAY: Direction = Direction::ToClient;

impl ResponseSide {
    /// Reads data; returns how much of it is done with.
    pub fn feed(&mut self, data: &[u8], requests: &mut RequestSide, work: &mut Work<'_, '_>) -> (usize, Step) {
        let mut at = 0;
        loop {
            let step = match self.state {
                State::Line => self.line(data, &mut at, requests, work),
                State::Headers | State::Trailer => self.header(data, &mut at, requests, work),
                State::Body(left) => self.body(left, data, &mut at, work),
                State::Rest => self.rest(data, &mut at, work),
                State::ChunkLength => self.chunk_length(data, &mut at, work),
                State::Chunk(left) => self.chunk(left, data, &mut at, work),
                State::ChunkEnd => self.chunk_end(data, &mut at, work),
                State::Over => self.over(data, &mut at, work),
                State::Off => return (data.len(), Step::Wait),
            };
            if work.context.effects.switch.is_some() {
                return (skip_line_ends(data, at), step);
            }
            if step != Step::Go {
                return (at, step);
            }
        }
    }

    /// Nothing comes any more.
    pub fn end(&mut self, work: &mut Work<'_, '_>) {
        let Some(id) = self.tx else {
            self.state = State::Off;
            return;
        };
        let held = self.lines.drain();
        let _ = self.flush(id, work);
        if let Some(tx) = work.transactions.by_id_mut(id) {
            tx.response.headers.finish();
        }
        if !held.is_empty() {
            // Suricata: what breaks off in a line counts as a body.
            work.begin(id, WAY);
            self.body_bytes(id, &held, work);
        }
        let cut = matches!(self.state, State::Body(left) if left > 0);
        work.begin(id, WAY);
        self.finish(id, cut, work);
        self.state = State::Off;
    }

    /// Bytes were lost.
    pub fn gap(&mut self, bytes: u64, work: &mut Work<'_, '_>) {
        let left = match self.state {
            State::Body(left) | State::Chunk(left) => left,
            State::Rest => u64::MAX,
            _ => 0,
        };
        match self.tx {
            Some(id) if left >= bytes || matches!(self.state, State::Body(_)) => {
                work.lose(id, WAY, bytes.min(left));
                self.count(id, bytes.min(left), work);
                let left = left.saturating_sub(bytes);
                self.state = match self.state {
                    // Suricata: what was lost behind the body is taken to be a line end.
                    State::Body(_) if left == 0 => {
                        self.finish(id, true, work);
                        State::Line
                    }
                    State::Body(_) => State::Body(left),
                    State::Chunk(_) => State::Chunk(left),
                    other => other,
                };
            }
            tx => {
                // What follows cannot be told apart.
                if let Some(id) = tx {
                    work.lose(id, WAY, left);
                    self.finish(id, true, work);
                }
                self.state = State::Off;
            }
        }
    }

    /// Which request is answered.
    fn open(&mut self, requests: &mut RequestSide, work: &mut Work<'_, '_>) -> Option<u64> {
        if let Some(id) = self.tx {
            return Some(id);
        }
        if self.next >= work.transactions.total() {
            let id = work.open()?;
            if let Some(tx) = work.transactions.by_id_mut(id) {
                tx.request.missing = true;
                tx.request.progress = progress::COMPLETE;
            }
            work.note(id, &[Event::UnableToMatchResponseToRequest]);
            self.next = id;
        }
        let id = self.next;
        self.tx = Some(id);
        requests.answered(id, work);
        if let Some(tx) = work.transactions.by_id_mut(id) {
            tx.response.progress = progress::LINE;
        }
        Some(id)
    }

    fn line(&mut self, data: &[u8], at: &mut usize, requests: &mut RequestSide, work: &mut Work<'_, '_>) -> Step {
        if self.lines.held().is_empty() {
            // Empty lines before a response do not count.
            let rest = data.get(*at..).unwrap_or_default();
            let Some(skip) = rest.iter().position(|b| !matches!(b, b'\r' | b'\n')) else {
                *at = data.len();
                return Step::Wait;
            };
            *at = at.saturating_add(skip);
        }
        let Some(id) = self.open(requests, work) else {
            return Step::Fail;
        };
        let short = work
            .transactions
            .by_id_mut(id)
            .is_some_and(|tx| tx.request.version == Version::V09);
        let rest = data.get(*at..).unwrap_or_default();
        if short && self.lines.held().is_empty() && !may_be_status(rest) {
            // HTTP/0.9: nothing but a body.
            self.headers_skipped(id, State::Rest, work);
            return Step::Go;
        }
        let line = match self.lines.take(data, at, work.flow.server.line, lf_or_cr) {
            Taken::Line(line) => line,
            Taken::More => return Step::Wait,
            Taken::TooLong => return self.too_long(work),
        };
        if line.iter().all(|b| is_space(*b)) {
            return Step::Go;
        }
        if !is_status_line(&line) {
            let more = data.get(*at..).unwrap_or_default();
            // Suricata: a line that is none, right before one that may be, is left out.
            if line.len() <= 2 || more.first() == Some(&b'H') {
                return Step::Go;
            }
            let state = if more.is_empty() { State::Over } else { State::Line };
            self.headers_skipped(id, state, work);
            self.body_bytes(id, &line, work);
            return Step::Go;
        }
        let text = chomp(&line);
        let mut found = Found::new();
        let read = StatusLine::read(text, &mut found);
        if let Some(tx) = work.transactions.by_id_mut(id) {
            let response = &mut tx.response;
            (response.protocol, response.status, response.message) = (read.protocol, read.status, read.message);
            (response.version, response.code) = (read.version, read.code);
            response.line = text.to_vec();
            response.progress = progress::HEADERS;
        }
        work.note(id, &found);
        (self.after_lf, self.lf_cr) = (false, false);
        self.state = State::Headers;
        Step::Go
    }

    /// There are no headers, but a body.
    fn headers_skipped(&mut self, id: u64, state: State, work: &mut Work<'_, '_>) {
        work.begin(id, WAY);
        if let Some(tx) = work.transactions.by_id_mut(id) {
            tx.response.progress = progress::BODY;
        }
        self.state = state;
    }

    fn header(&mut self, data: &[u8], at: &mut usize, requests: &mut RequestSide, work: &mut Work<'_, '_>) -> Step {
        let line = match self.lines.take(data, at, work.flow.server.line, lf_or_inner_cr) {
            Taken::Line(line) => line,
            Taken::More => return Step::Wait,
            Taken::TooLong => return self.too_long(work),
        };
        let Some(id) = self.tx else { return Step::Fail };
        if self.state == State::Headers
            && let Some(tx) = work.transactions.by_id_mut(id)
            && !tx.response.headers.sent(&line)
        {
            work.note(id, &[Event::ResponseTooManyHeaders]);
            return Step::Fail;
        }
        let mut text = chomp(&line);
        // LF CR is a line end too: its CR begins the next line.
        if self.after_lf
            && let Some(rest) = text.strip_prefix(b"\r")
        {
            text = rest;
            self.lf_cr = true;
        }
        self.after_lf = line.ends_with(b"\n") && !line.ends_with(b"\r\n");
        if text.is_empty() || is_blank_end(&line, data.get(*at..).unwrap_or_default()) {
            if self.flush(id, work) == Step::Fail {
                return Step::Fail;
            }
            return self.headers_over(id, requests, work);
        }
        if text.first().is_some_and(|b| is_folding(*b)) {
            let start = text.iter().position(|b| !is_folding(*b)).unwrap_or(text.len());
            let inner = text.get(start..).unwrap_or_default();
            let v11 = work
                .transactions
                .by_id_mut(id)
                .is_some_and(|tx| tx.response.version == Version::V11);
            let apart = v11 && inner.contains(&b':') && self.field.contains(&b':');
            if !self.field.is_empty() && !apart {
                // LIMIT: a field with all its lines; `Headers::sent` bounds it but for trailers.
                if self.field.len().saturating_add(text.len()) > MAX_FOLDED {
                    return self.too_long(work);
                }
                self.field.extend_from_slice(text);
                return Step::Go;
            }
            // Suricata: a line that is a field by itself is one, whatever it begins with.
            if apart || !matches!(text.first(), Some(b' ' | b'\t')) {
                work.note(id, &[Event::InvalidResponseFieldFolding]);
            }
            text = inner;
        }
        let step = self.flush(id, work);
        self.field.extend_from_slice(text);
        step
    }

    /// The field that was read is whole.
    fn flush(&mut self, id: u64, work: &mut Work<'_, '_>) -> Step {
        work.field(id, Direction::ToClient, &mut self.field)
    }

    fn headers_over(&mut self, id: u64, requests: &mut RequestSide, work: &mut Work<'_, '_>) -> Step {
        let trailer = self.state == State::Trailer;
        let Some(tx) = work.transactions.by_id_mut(id) else {
            return Step::Fail;
        };
        tx.response.headers.finish();
        if trailer {
            self.state = State::Over;
            return Step::Go;
        }
        let code = tx.response.code;
        if code == 100 {
            let again = std::mem::replace(&mut tx.response.continued, true);
            tx.response.headers = Headers::default();
            tx.response.progress = progress::LINE;
            if again {
                work.note(id, &[Event::ContinueAlreadySeen]);
            }
            self.state = State::Line;
            return Step::Go;
        }
        let connect = tx.request.method() == b"CONNECT" && (200..300).contains(&code);
        let mut found = Found::new();
        let framed = |name| tx.response.headers.get(name).is_some();
        let upgraded = code == 101 && !framed("content-length") && !framed("transfer-encoding");
        let framing = if connect || upgraded {
            Some(State::Off)
        } else {
            framing(tx, &mut found)
        };
        tx.response.progress = progress::BODY;
        let switch = switch(tx, connect);
        work.note(id, &found);
        let Some(state) = framing else { return Step::Fail };
        work.begin(id, WAY);
        requests.status(id, code, work);
        self.state = state;
        if state == State::Off {
            self.finish(id, false, work);
            requests.stop();
            work.context.effects.switch = switch;
        }
        Step::Go
    }

    fn body(&mut self, left: u64, data: &[u8], at: &mut usize, work: &mut Work<'_, '_>) -> Step {
        let (used, left) = self.take_body(left, data, at, work);
        self.state = if left == 0 { State::Over } else { State::Body(left) };
        if used == 0 && left > 0 { Step::Wait } else { Step::Go }
    }

    fn chunk(&mut self, left: u64, data: &[u8], at: &mut usize, work: &mut Work<'_, '_>) -> Step {
        let (used, left) = self.take_body(left, data, at, work);
        self.state = if left == 0 { State::ChunkEnd } else { State::Chunk(left) };
        if used == 0 && left > 0 { Step::Wait } else { Step::Go }
    }

    fn rest(&mut self, data: &[u8], at: &mut usize, work: &mut Work<'_, '_>) -> Step {
        self.take_body(u64::MAX, data, at, work);
        Step::Wait
    }

    /// Takes what is there of the body; returns how much, and how much is missing.
    fn take_body(&mut self, left: u64, data: &[u8], at: &mut usize, work: &mut Work<'_, '_>) -> (usize, u64) {
        let mut rest = data.get(*at..).unwrap_or_default();
        if self.lf_cr && !rest.is_empty() {
            // The CR of the LF CR that ended the headers.
            self.lf_cr = false;
            if let Some(after) = rest.strip_prefix(b"\r") {
                rest = after;
                *at = at.saturating_add(1);
            }
        }
        let used = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
        if let (Some(id), Some(piece)) = (self.tx, rest.get(..used).filter(|piece| !piece.is_empty())) {
            self.body_bytes(id, piece, work);
        }
        *at = at.saturating_add(used);
        (used, left.saturating_sub(used as u64))
    }

    fn body_bytes(&mut self, id: u64, bytes: &[u8], work: &mut Work<'_, '_>) {
        self.count(id, bytes.len() as u64, work);
        work.append(id, WAY, bytes);
    }

    fn count(&mut self, id: u64, bytes: u64, work: &mut Work<'_, '_>) {
        if let Some(tx) = work.transactions.by_id_mut(id) {
            tx.response.length = tx.response.length.saturating_add(bytes);
        }
    }

    fn chunk_length(&mut self, data: &[u8], at: &mut usize, work: &mut Work<'_, '_>) -> Step {
        let line = match self.lines.take(data, at, work.flow.server.line, lf) {
            Taken::Line(line) => line,
            Taken::More if Chunk::may_be(self.lines.held()) => return Step::Wait,
            Taken::More => self.lines.drain().into(),
            Taken::TooLong => return self.too_long(work),
        };
        let Some(id) = self.tx else { return Step::Fail };
        let length = match Chunk::read(&line) {
            Chunk::Length(length) => length,
            Chunk::Extended(length) => {
                work.note(id, &[Event::RequestChunkExtension]);
                length
            }
            Chunk::Empty => {
                self.count(id, line.len() as u64, work);
                return Step::Go;
            }
            Chunk::Invalid => {
                // Suricata: what follows is a body without chunks, this line first.
                work.note(id, &[Event::InvalidResponseChunkLen]);
                self.body_bytes(id, &line, work);
                self.state = State::Rest;
                return Step::Go;
            }
        };
        self.count(id, line.len() as u64, work);
        self.state = if length == 0 {
            State::Trailer
        } else {
            State::Chunk(length)
        };
        if length == 0
            && let Some(tx) = work.transactions.by_id_mut(id)
        {
            tx.response.progress = progress::TRAILER;
        }
        Step::Go
    }

    fn chunk_end(&mut self, data: &[u8], at: &mut usize, work: &mut Work<'_, '_>) -> Step {
        let rest = data.get(*at..).unwrap_or_default();
        let found = memchr::memchr(b'\n', rest);
        let used = found.map_or(rest.len(), |end| end.saturating_add(1));
        if let Some(id) = self.tx {
            self.count(id, used as u64, work);
        }
        *at = at.saturating_add(used);
        if found.is_none() {
            return Step::Wait;
        }
        self.state = State::ChunkLength;
        Step::Go
    }

    /// What follows a response: another one, or (in the same data) bytes that do not belong there.
    fn over(&mut self, data: &[u8], at: &mut usize, work: &mut Work<'_, '_>) -> Step {
        let Some(id) = self.tx else {
            self.state = State::Line;
            return Step::Go;
        };
        let rest = data.get(*at..).unwrap_or_default();
        let length = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end.saturating_add(1));
        let line = rest.get(..length).unwrap_or_default();
        if line.is_empty() || may_be_status(line) {
            self.finish(id, false, work);
            self.state = State::Line;
            return Step::Go;
        }
        // Suricata: bytes that follow at once belong to the body of the response before them.
        self.body_bytes(id, line, work);
        *at = at.saturating_add(length);
        Step::Go
    }

    /// The response is over.
    fn finish(&mut self, id: u64, cut: bool, work: &mut Work<'_, '_>) {
        work.finish(id, WAY, cut);
        self.tx = None;
        self.next = id.saturating_add(1);
    }

    fn too_long(&mut self, work: &mut Work<'_, '_>) -> Step {
        if let Some(id) = self.tx {
            work.note(id, &[Event::ResponseFieldTooLong]);
        }
        Step::Fail
    }
}

/// What follows the headers; `None` when that cannot be told.
fn framing(tx: &HttpTx, found: &mut Found) -> Option<State> {
    let response = &tx.response;
    let bodiless = matches!(response.code, 102..=199 | 204 | 304);
    if tx.request.method() == b"HEAD" {
        return Some(State::Over);
    }
    if let Some(value) = response.headers.get("transfer-encoding") {
        if mentions_chunked(value) {
            if !value.eq_ignore_ascii_case(b"chunked") {
                note(found, Event::ResponseAbnormalTransferEncoding);
            }
            if response.version != Version::V11 {
                note(found, Event::ResponseChunkedOldProto);
            }
            return Some(State::ChunkLength);
        }
        note(found, Event::InvalidTransferEncodingValueInResponse);
    }
    if let Some(value) = response.headers.get("content-length") {
        return match content_length(value) {
            Some(0) => Some(State::Over),
            Some(length) => Some(State::Body(length)),
            None => {
                note(found, Event::InvalidContentLengthFieldInResponse);
                None
            }
        };
    }
    if bodiless {
        return Some(State::Over);
    }
    let kind = response.headers.get("content-type").unwrap_or_default();
    if memchr::memmem::find(&kind.to_ascii_lowercase(), b"multipart/byteranges").is_some() {
        note(found, Event::ResponseMultipartByteranges);
        return None;
    }
    Some(State::Rest)
}

/// White space that continues a field.
const fn is_folding(byte: u8) -> bool {
    byte == 0 || is_space(byte)
}

/// Whether `chunked` is part of the value, with or without NUL bytes in it.
fn mentions_chunked(value: &[u8]) -> bool {
    let text: Vec<u8> = value.iter().filter(|b| **b != 0).map(u8::to_ascii_lowercase).collect();
    memchr::memmem::find(&text, b"chunked").is_some()
}

/// The protocol that follows a response, if it is another.
fn switch(tx: &HttpTx, connect: bool) -> Option<Switch> {
    if connect {
        return Some(Switch {
            expected: None,
            port: tx.request.uri_port,
        });
    }
    let upgrade = tx.response.headers.get("upgrade").filter(|_| tx.response.code == 101)?;
    let known = [("h2c", "http2"), ("websocket", "websocket")];
    let (_, protocol) = known
        .iter()
        .find(|(word, _)| upgrade.eq_ignore_ascii_case(word.as_bytes()))?;
    Some(Switch {
        expected: Some(protocol),
        port: None,
    })
}

/// Whether what begins like this can be a status line, as far as it is there.
fn may_be_status(start: &[u8]) -> bool {
    let skip = start
        .iter()
        .position(|b| !is_space(*b) && *b != 0)
        .unwrap_or(start.len());
    let word = start.get(skip..).unwrap_or_default();
    let word = word.get(..word.len().min(4)).unwrap_or_default();
    let same = |name: &[u8]| name.eq_ignore_ascii_case(word);
    !word.is_empty() && b"HTTP".get(..word.len()).is_some_and(same)
}

/// Bytes of a field with all its lines, at most.
const MAX_FOLDED: usize = 1 << 18;
