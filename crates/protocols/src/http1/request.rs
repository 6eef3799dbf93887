//! The client's side: requests.

use packet::Direction;

use super::chunk::Chunk;
use super::event::{Event, Found};
use super::first_line::{RequestLine, Version, cut, is_method, may_be_method};
use super::headers::{content_length, is_blank_end, note};
use super::lines::{Lines, Taken, chomp, is_space, lf, skip_line_ends};
use super::normalize::host_name;
use super::parser::{Step, Work};
use super::transaction::{HttpTx, progress};
use super::uri::{Authority, Uri};

/// The client's side of a flow.
#[derive(Debug, Default)]
pub(super) struct RequestSide {
    state: State,
    lines: Lines,
    /// The field that is read: its lines may be folded.
    field: Vec<u8>,
    /// The request that is read.
    tx: Option<u64>,
}

/// What comes next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// A request line.
    #[default]
    Line,
    /// Headers, or nothing: the request line had no protocol.
    Short,
    /// A header.
    Headers,
    /// A trailer.
    Trailer,
    /// So many bytes of a body.
    Body(u64),
    /// The length of a chunk.
    ChunkLength,
    /// So many bytes of a chunk.
    Chunk(u64),
    /// The line end behind a chunk.
    ChunkEnd,
    /// The answer to a `CONNECT`.
    Connect,
    /// The next request, or what does not belong here.
    Over,
    /// Nothing that can be read.
    Off,
}

const WAY: Direction = Direction::ToServer;

impl RequestSide {
    /// Reads data; returns how much of it is done with.
    pub fn feed(&mut self, data: &[u8], work: &mut Work<'_, '_>) -> (usize, Step) {
        let mut at = 0;
        loop {
            let step = match self.state {
                State::Line => self.line(data, &mut at, work),
                State::Short => self.short(data, &mut at, work),
                State::Headers | State::Trailer => self.header(data, &mut at, work),
                State::Body(left) => self.body(left, data, &mut at, work),
                State::ChunkLength => self.chunk_length(data, &mut at, work),
                State::Chunk(left) => self.chunk(left, data, &mut at, work),
                State::ChunkEnd => self.chunk_end(data, &mut at),
                State::Connect => return (skip_line_ends(data, at), Step::Wait),
                State::Over => self.over(data, &mut at, work),
                State::Off => return (data.len(), Step::Wait),
            };
            if step != Step::Go {
                return (at, step);
            }
        }
    }

    /// Nothing comes any more.
    pub fn end(&mut self, work: &mut Work<'_, '_>) {
        if self.state == State::Line && self.tx.is_some() {
            let line = self.lines.drain();
            self.read_line(&line, work);
        }
        let cut = matches!(self.state, State::Body(_) | State::Chunk(_));
        if let Some(id) = self.tx.take() {
            let _ = self.flush(id, work);
            if let Some(tx) = work.transactions.by_id_mut(id) {
                tx.request.headers.finish();
            }
            work.begin(id, WAY);
            work.finish(id, WAY, cut);
        }
        self.state = State::Off;
    }

    /// Bytes were lost.
    pub fn gap(&mut self, bytes: u64, work: &mut Work<'_, '_>) {
        let (left, of): (u64, fn(u64) -> State) = match self.state {
            State::Body(left) => (left, State::Body),
            State::Chunk(left) => (left, State::Chunk),
            _ => (0, State::Body),
        };
        match self.tx {
            Some(id) if left >= bytes || matches!(self.state, State::Body(_)) => {
                work.lose(id, WAY, bytes.min(left));
                let left = left.saturating_sub(bytes);
                self.state = of(left);
                if self.state == State::Body(0) {
                    // Suricata: what was lost behind the body is taken to be a line end.
                    work.finish(id, WAY, true);
                    self.tx = None;
                    self.state = State::Line;
                }
            }
            tx => {
                // What follows cannot be told apart.
                if let Some(id) = tx {
                    work.lose(id, WAY, left);
                    work.finish(id, WAY, true);
                }
                self.tx = None;
                self.state = State::Off;
            }
        }
    }

    /// The response to a request begins.
    pub fn answered(&mut self, id: u64, work: &mut Work<'_, '_>) {
        if self.tx != Some(id) {
            return;
        }
        match self.state {
            State::Line if !self.lines.held().is_empty() => {
                work.note(id, &[Event::RequestLineIncomplete]);
                let line = self.lines.drain();
                self.read_line(&line, work);
                self.finish_short(work);
            }
            State::Short => self.finish_short(work),
            _ => {}
        }
    }

    /// The answer to the request has a status: does what follows depend on it?
    pub fn status(&mut self, id: u64, code: u16, work: &mut Work<'_, '_>) {
        if self.tx != Some(id) {
            return;
        }
        match self.state {
            State::Connect => {
                work.finish(id, WAY, false);
                self.tx = None;
                self.state = State::Line;
            }
            // RFC 9110 section 10.1.1: a client that asked first does not send the body then.
            State::Body(left) if code >= 400 => {
                let waits = work.transactions.by_id_mut(id).is_some_and(|tx| {
                    let headers = &tx.request.headers;
                    let expects = |value: &[u8]| value.eq_ignore_ascii_case(b"100-continue");
                    headers.get("expect").is_some_and(expects)
                        && headers.get("content-length").and_then(content_length) == Some(left)
                });
                if waits {
                    work.finish(id, WAY, false);
                    self.tx = None;
                    self.state = State::Line;
                }
            }
            _ => {}
        }
    }

    /// Nobody reads it any more.
    pub fn stop(&mut self) {
        self.state = State::Off;
    }

    fn line(&mut self, data: &[u8], at: &mut usize, work: &mut Work<'_, '_>) -> Step {
        if self.tx.is_none() {
            // Empty lines before a request do not count.
            let rest = data.get(*at..).unwrap_or_default();
            let Some(skip) = rest.iter().position(|b| !matches!(b, b'\r' | b'\n')) else {
                *at = data.len();
                return Step::Wait;
            };
            *at = at.saturating_add(skip);
            let Some(id) = work.open() else { return Step::Fail };
            if let Some(tx) = work.transactions.by_id_mut(id) {
                tx.request.progress = progress::LINE;
            }
            self.tx = Some(id);
        }
        match self.lines.take(data, at, work.flow.server.line, lf) {
            Taken::Line(line) => self.read_line(&line, work),
            Taken::More => return Step::Wait,
            Taken::TooLong => return self.too_long(work),
        }
        Step::Go
    }

    fn read_line(&mut self, line: &[u8], work: &mut Work<'_, '_>) {
        let Some(id) = self.tx else { return };
        let line = chomp(line);
        let mut found = Found::new();
        let read = RequestLine::read(line, &mut found);
        let text = |part| cut(line, part);
        let Some(tx) = work.transactions.by_id_mut(id) else {
            return;
        };
        let request = &mut tx.request;
        let uri = match read.uri.map(text) {
            Some(uri) if text(read.method) == b"CONNECT" => Uri::of_connect(uri),
            Some(uri) => Uri::read(uri),
            None => Uri::default(),
        };
        let double;
        (request.normalized, request.path, double) = work.flow.server.decoding.uri(&uri);
        if double {
            found.push(Event::DoubleEncodedUri);
        }
        let host = uri.authority.host.map(host_name);
        let authority = Authority {
            host: host.as_deref(),
            ..uri.authority
        };
        authority.check(Event::RequestUriHostInvalid, &mut found);
        if host.is_some() {
            request.host = host;
            request.host_in_uri = true;
            request.uri_port = uri.authority.number;
        }
        (request.method, request.uri, request.protocol) = (read.method, read.uri, read.protocol);
        request.version = read.version;
        request.progress = progress::HEADERS;
        request.line = line.to_vec();
        work.note(id, &found);
        self.state = if read.protocol.is_none() {
            State::Short
        } else {
            State::Headers
        };
    }

    /// A request line without a protocol: HTTP/0.9, or headers follow all the same.
    fn short(&mut self, data: &[u8], at: &mut usize, work: &mut Work<'_, '_>) -> Step {
        let rest = data.get(*at..).unwrap_or_default();
        if rest.iter().all(|b| is_space(*b)) {
            *at = data.len();
            return Step::Wait;
        }
        if let Some(id) = self.tx {
            work.note(id, &[Event::RequestLineMissingProtocol]);
            if let Some(tx) = work.transactions.by_id_mut(id) {
                tx.request.version = Version::Unknown;
            }
        }
        self.state = State::Headers;
        Step::Go
    }

    fn finish_short(&mut self, work: &mut Work<'_, '_>) {
        if let Some(id) = self.tx.take() {
            work.begin(id, WAY);
            work.finish(id, WAY, false);
        }
        // RFC 1945 section 4.1: nothing follows such a request.
        self.state = State::Off;
    }

    fn header(&mut self, data: &[u8], at: &mut usize, work: &mut Work<'_, '_>) -> Step {
        let line = match self.lines.take(data, at, work.flow.server.line, lf) {
            Taken::Line(line) => line,
            Taken::More => return self.known_field(work),
            Taken::TooLong => return self.too_long(work),
        };
        let Some(id) = self.tx else { return Step::Fail };
        if self.state == State::Headers
            && let Some(tx) = work.transactions.by_id_mut(id)
            && !tx.request.headers.sent(&line)
        {
            work.note(id, &[Event::RequestTooManyHeaders]);
            return Step::Fail;
        }
        let text = chomp(&line);
        if text.is_empty() || is_blank_end(&line, data.get(*at..).unwrap_or_default()) {
            if self.flush(id, work) == Step::Fail {
                return Step::Fail;
            }
            return self.headers_over(id, work);
        }
        if matches!(text.first(), Some(b' ' | b'\t')) {
            if self.field.is_empty() {
                work.note(id, &[Event::InvalidRequestFieldFolding]);
                let start = text
                    .iter()
                    .position(|b| !matches!(b, b' ' | b'\t'))
                    .unwrap_or(text.len());
                self.field.extend_from_slice(text.get(start..).unwrap_or_default());
                return Step::Go;
            }
            // LIMIT: a field with all its lines; `Headers::sent` bounds it but for trailers.
            if self.field.len().saturating_add(text.len()) > MAX_FOLDED {
                return self.too_long(work);
            }
            self.field.extend_from_slice(text);
            return Step::Go;
        }
        let step = self.flush(id, work);
        self.field.extend_from_slice(text);
        step
    }

    /// The next line is not there yet, but maybe its first byte, which tells that the field before it is whole.
    fn known_field(&mut self, work: &mut Work<'_, '_>) -> Step {
        let folds = matches!(self.lines.held().first().copied(), None | Some(b' ' | b'\t'));
        let tx = self.tx.filter(|_| !folds);
        if tx.is_some_and(|id| self.flush(id, work) == Step::Fail) {
            return Step::Fail;
        }
        Step::Wait
    }

    /// The field that was read is whole.
    fn flush(&mut self, id: u64, work: &mut Work<'_, '_>) -> Step {
        work.field(id, Direction::ToServer, &mut self.field)
    }

    fn headers_over(&mut self, id: u64, work: &mut Work<'_, '_>) -> Step {
        let trailer = self.state == State::Trailer;
        let mut found = Found::new();
        let Some(tx) = work.transactions.by_id_mut(id) else {
            return Step::Fail;
        };
        tx.request.headers.finish();
        if trailer {
            self.state = State::Over;
            return Step::Go;
        }
        check_host(tx, &mut found);
        check_authorization(tx, &mut found);
        let connect = tx.request.method() == b"CONNECT";
        let framing = framing(tx, &mut found);
        tx.request.progress = progress::BODY;
        work.note(id, &found);
        let Some(state) = framing else { return Step::Fail };
        work.begin(id, WAY);
        self.state = if connect && state == State::Over {
            State::Connect
        } else {
            state
        };
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

    /// Takes what is there of the body; returns how much, and how much is missing.
    fn take_body(&mut self, left: u64, data: &[u8], at: &mut usize, work: &mut Work<'_, '_>) -> (usize, u64) {
        let rest = data.get(*at..).unwrap_or_default();
        let used = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
        if let (Some(id), Some(piece)) = (self.tx, rest.get(..used).filter(|piece| !piece.is_empty())) {
            work.append(id, WAY, piece);
        }
        *at = at.saturating_add(used);
        (used, left.saturating_sub(used as u64))
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
            Chunk::Empty => return Step::Go,
            Chunk::Invalid => {
                work.note(id, &[Event::InvalidRequestChunkLen]);
                return Step::Fail;
            }
        };
        self.state = if length == 0 {
            State::Trailer
        } else {
            State::Chunk(length)
        };
        if length == 0
            && let Some(tx) = work.transactions.by_id_mut(id)
        {
            tx.request.progress = progress::TRAILER;
        }
        Step::Go
    }

    fn chunk_end(&mut self, data: &[u8], at: &mut usize) -> Step {
        let rest = data.get(*at..).unwrap_or_default();
        match memchr::memchr(b'\n', rest) {
            Some(end) => {
                *at = at.saturating_add(end).saturating_add(1);
                self.state = State::ChunkLength;
                Step::Go
            }
            None => {
                *at = data.len();
                Step::Wait
            }
        }
    }

    /// What follows a request: another one, or (in the same data) bytes that do not belong there.
    fn over(&mut self, data: &[u8], at: &mut usize, work: &mut Work<'_, '_>) -> Step {
        let Some(id) = self.tx else {
            self.state = State::Line;
            return Step::Go;
        };
        let rest = data.get(*at..).unwrap_or_default();
        let length = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end.saturating_add(1));
        let line = rest.get(..length).unwrap_or_default();
        let start = line.iter().position(|b| !is_space(*b)).unwrap_or(line.len());
        let word = line.get(start..).unwrap_or_default();
        let end = word.iter().position(|b| is_space(*b)).unwrap_or(word.len());
        let word = word.get(..end).unwrap_or_default();
        let cut = word.len() == line.len() && may_be_method(word);
        if line.is_empty() || is_method(word) || cut {
            work.finish(id, WAY, false);
            self.tx = None;
            self.state = State::Line;
            return Step::Go;
        }
        // Suricata: bytes that follow at once belong to the body of the request before them.
        if !word.is_empty() {
            work.note(id, &[Event::RequestBodyUnexpected]);
        }
        work.append(id, WAY, line);
        *at = at.saturating_add(length);
        Step::Go
    }

    fn too_long(&mut self, work: &mut Work<'_, '_>) -> Step {
        if let Some(id) = self.tx {
            work.note(id, &[Event::RequestFieldTooLong]);
        }
        Step::Fail
    }
}

/// What follows the headers; `None` when that cannot be told.
fn framing(tx: &HttpTx, found: &mut Found) -> Option<State> {
    let headers = &tx.request.headers;
    if let Some(value) = headers.get("transfer-encoding") {
        let mut words = value.split(|b| matches!(b, b',' | b' ' | b'\t'));
        if words.any(|word| word.eq_ignore_ascii_case(b"chunked")) {
            return Some(State::ChunkLength);
        }
        note(found, Event::InvalidTransferEncodingValueInRequest);
        return None;
    }
    match headers.get("content-length") {
        None => Some(State::Over),
        Some(value) => match content_length(value) {
            Some(0) => Some(State::Over),
            Some(length) => Some(State::Body(length)),
            None => {
                note(found, Event::InvalidContentLengthFieldInRequest);
                None
            }
        },
    }
}

/// Finds the host that the request names.
fn check_host(tx: &mut HttpTx, found: &mut Found) {
    let request = &mut tx.request;
    let (host, port) = match request.headers.get("host") {
        None => {
            if request.version == Version::V11 {
                note(found, Event::MissingHostHeader);
            }
            (None, None)
        }
        Some(value) => {
            let authority = Authority::read(value);
            authority.check(Event::RequestHeaderHostInvalid, found);
            (authority.host.map(<[u8]>::to_ascii_lowercase), authority.number)
        }
    };
    if !request.host_in_uri {
        (request.host, request.port) = (host, port);
        return;
    }
    request.port = request.uri_port;
    let same = |host: &Vec<u8>| request.host.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(host));
    let ports_differ = matches!((port, request.uri_port), (Some(a), Some(b)) if a != b);
    if host.as_ref().is_some_and(|host| !same(host)) || ports_differ {
        note(found, Event::HostHeaderAmbiguous);
    }
}

fn check_authorization(tx: &HttpTx, found: &mut Found) {
    let Some(value) = tx.request.headers.get("authorization") else {
        return;
    };
    let begins = |word: &&[u8]| {
        value
            .get(..word.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(word))
    };
    if !AUTHORIZATIONS.iter().any(begins) {
        note(found, Event::RequestAuthUnrecognized);
    }
}

/// The kinds of `Authorization` that are known.
const AUTHORIZATIONS: &[&[u8]] = &[b"basic", b"digest", b"bearer"];

/// Bytes of a field with all its lines, at most.
const MAX_FOLDED: usize = 1 << 18;
