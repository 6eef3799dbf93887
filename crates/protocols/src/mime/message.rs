//! A message, fed line by line.

use std::sync::Arc;

use engine::app_layer::{FileSettings, FileState, Files};
use md5::{Digest, Md5};

use super::encoding::Encoding;
use super::part::Part;
use super::{Anomalies, Anomaly, MimeSettings, url};

/// A message, as far as it came.
#[derive(Debug)]
pub struct Message {
    /// Its own headers in order, not those of its parts: names in lower case, values unfolded.
    pub headers: Vec<(Vec<u8>, Vec<u8>)>,
    /// The names of the files in it.
    pub attachments: Vec<Vec<u8>>,
    /// The URLs in its text, in lower case, as they were found.
    pub urls: Vec<Vec<u8>>,
    /// How far it came.
    pub status: Status,
    /// What is wrong with it.
    pub anomalies: Anomalies,
    /// The MD5 of its body in hexadecimal, once it is whole and if it is wanted.
    pub body_md5: Option<String>,
    settings: Arc<MimeSettings>,
    state: State,
    part: Part,
    /// The boundaries of the multiparts that are open, the innermost last.
    boundaries: Vec<Vec<u8>>,
    /// The header that may go on in the next line.
    header: Option<(Vec<u8>, Vec<u8>)>,
    /// Messages in messages so far.
    messages: usize,
    /// A file is open.
    in_file: bool,
    /// Bytes of the current line that were in earlier pieces.
    line_length: usize,
    /// The end of the last line, which belongs to the boundary if one follows (RFC 2046 section 5.1.1).
    held: &'static [u8],
    md5: Option<Md5>,
    decoded: Vec<u8>,
    text: Vec<u8>,
    header_bytes: usize,
    url_bytes: usize,
}

/// How far a message came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// Nothing came.
    #[default]
    HeaderReady,
    /// In its headers.
    HeaderStarted,
    /// In its body, or in that of a part.
    BodyStarted,
    /// Behind the last boundary.
    BodyEndBound,
    /// It is whole.
    Done,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// The message's own headers.
    Headers,
    /// Those of a part, or of a message within.
    PartHeaders,
    /// A body.
    Body,
    /// Before the first boundary, or behind the last.
    Between,
}

impl Status {
    /// The name that EVE has for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::HeaderReady => "HEADER_READY",
            Self::HeaderStarted => "HEADER_STARTED",
            Self::BodyStarted => "BODY_STARTED",
            Self::BodyEndBound => "BODY_END_BOUND",
            Self::Done => "PARSE_DONE",
        }
    }
}

impl Message {
    /// A message that is to come.
    pub fn new(settings: Arc<MimeSettings>) -> Self {
        Self {
            headers: Vec::new(),
            attachments: Vec::new(),
            urls: Vec::new(),
            status: Status::default(),
            anomalies: Anomalies::default(),
            body_md5: None,
            md5: settings.body_md5.then(Md5::new),
            settings,
            state: State::Headers,
            part: Part::new(),
            boundaries: Vec::new(),
            header: None,
            messages: 0,
            in_file: false,
            line_length: 0,
            held: b"",
            decoded: Vec::new(),
            text: Vec::new(),
            header_bytes: 0,
            url_bytes: 0,
        }
    }

    /// The values of the message's headers of that name, which is in lower case.
    pub fn header<'a>(&'a self, name: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        self.headers
            .iter()
            .filter(move |(n, _)| n == name)
            .map(|(_, value)| value.as_slice())
    }

    /// Takes a line without its end, as SMTP has it, with dots doubled, and its end: `\r\n`, `\n`, or nothing where the
    /// line is so long that it comes in pieces. Files of the message go to `files`.
    pub fn line(&mut self, line: &[u8], end: &[u8], files: &mut Files, wanted: &FileSettings) {
        let goes_on = self.line_length > 0;
        self.line_length = self.line_length.saturating_add(line.len());
        if self.line_length > MAX_LINE {
            self.anomalies.insert(Anomaly::LongLine);
        }
        if !goes_on && self.is_headless(line) {
            self.body_begins(files, wanted);
        }
        // Suricata: the hash is that of the bytes as they were sent (verify: smtp-md5).
        if let Some(md5) = self.md5.as_mut().filter(|_| self.state != State::Headers) {
            md5.update(line);
            md5.update(end);
        }
        // RFC: 5321 section 4.5.2: a dot at the start of a line has another before it.
        let line = match line {
            [b'.', b'.', ..] if !goes_on => line.get(1..).unwrap_or_default(),
            line => line,
        };
        match self.state {
            State::Headers | State::PartHeaders => {
                if goes_on {
                    self.more_of_header(line);
                } else if !self.delimiter(line, files, wanted) {
                    self.header_line(line, files, wanted);
                }
            }
            State::Body => {
                if goes_on || !self.delimiter(line, files, wanted) {
                    self.body_line(line, end, files, wanted);
                }
            }
            State::Between => {
                if !goes_on {
                    self.delimiter(line, files, wanted);
                }
            }
        }
        if !end.is_empty() {
            self.line_length = 0;
        }
    }

    /// Nothing comes any more: the message is whole.
    pub fn finish(&mut self, files: &mut Files, wanted: &FileSettings) {
        self.end_of_header();
        self.end_of_part(files, wanted, FileState::Closed);
        self.body_md5 = self.md5.take().map(|md5| hexadecimal(&md5.finalize()));
        self.status = Status::Done;
    }

    /// Nothing comes any more, and the message is not whole.
    pub fn abandon(&mut self, files: &mut Files, wanted: &FileSettings) {
        self.end_of_header();
        self.end_of_part(files, wanted, FileState::Truncated);
    }

    fn header_line(&mut self, line: &[u8], files: &mut Files, wanted: &FileSettings) {
        self.status = self.status.max(Status::HeaderStarted);
        if line.is_empty() {
            self.end_of_header();
            self.body_begins(files, wanted);
        } else if matches!(line.first(), Some(b' ' | b'\t')) {
            self.more_of_header(line.trim_ascii_start());
        } else if let Some(colon) = memchr::memchr(b':', line) {
            self.end_of_header();
            let (name, value) = line.split_at_checked(colon).unwrap_or_default();
            let mut name = name.trim_ascii().to_ascii_lowercase();
            if name.len() > MAX_HEADER_NAME {
                self.anomalies.insert(Anomaly::LongHeaderName);
                name.truncate(MAX_HEADER_NAME);
            }
            self.header = Some((name, Vec::new()));
            self.more_of_header(value.get(1..).unwrap_or_default().trim_ascii_start());
        } else {
            self.anomalies.insert(Anomaly::Malformed);
        }
    }

    fn more_of_header(&mut self, text: &[u8]) {
        let Some((_, value)) = &mut self.header else { return };
        // LIMIT: so many bytes of a value, and an event.
        let room = self.settings.header_value_depth.saturating_sub(value.len());
        if text.len() > room {
            self.anomalies.insert(Anomaly::LongHeaderValue);
        }
        value.extend_from_slice(text.get(..text.len().min(room)).unwrap_or_default());
    }

    fn end_of_header(&mut self) {
        let Some((name, value)) = self.header.take() else {
            return;
        };
        self.part.header(&name, &value, &mut self.anomalies);
        if self.state != State::Headers {
            return;
        }
        // LIMIT: bytes of all headers.
        self.header_bytes = self
            .header_bytes
            .saturating_add(name.len().saturating_add(value.len()).max(64));
        if self.header_bytes > MAX_HEADERS {
            self.anomalies.insert(Anomaly::Malformed);
            return;
        }
        self.headers.push((name, value));
    }

    /// The headers of the message or of a part are over.
    fn body_begins(&mut self, files: &mut Files, wanted: &FileSettings) {
        self.status = self.status.max(Status::BodyStarted);
        // LIMIT: multiparts in multiparts, messages in messages.
        let deep = self.boundaries.len() >= MAX_DEPTH || self.messages >= MAX_MESSAGES;
        if deep && (self.part.boundary.is_some() || self.part.is_message) {
            self.anomalies.insert(Anomaly::Malformed);
        } else if let Some(boundary) = self.part.boundary.take() {
            self.boundaries.push(boundary);
            self.state = State::Between;
            return;
        } else if self.part.is_message {
            self.messages = self.messages.saturating_add(1);
            self.part = Part::new();
            self.state = State::PartHeaders;
            return;
        }
        self.state = State::Body;
        // LIMIT: files of a message.
        if let Some(name) = self.part.filename.take().filter(|_| self.attachments.len() < MAX_FILES) {
            files.open(&name, wanted);
            self.in_file = true;
            self.part.is_text = false;
            self.attachments.push(name);
        }
    }

    /// Whether headers are to come, none came, and the line is none: a message or part without any.
    fn is_headless(&self, line: &[u8]) -> bool {
        matches!(self.state, State::Headers | State::PartHeaders)
            && self.header.is_none()
            && !line.is_empty()
            && memchr::memchr(b':', line).is_none()
            && self.boundary(line).is_none()
    }

    /// Which boundary a line is, from the outermost, and whether it is the last of its multipart.
    fn boundary(&self, line: &[u8]) -> Option<(usize, bool)> {
        let text = line.strip_prefix(b"--").filter(|_| !self.boundaries.is_empty())?;
        let exact = |boundary: &[u8]| {
            let rest = text.strip_prefix(boundary);
            rest.is_some_and(|rest| rest.strip_prefix(b"--").unwrap_or(rest).trim_ascii().is_empty())
        };
        let boundaries = || self.boundaries.iter().enumerate().rev();
        // Suricata: a boundary with something behind it is one still.
        let (level, boundary) = boundaries()
            .find(|(_, b)| exact(b))
            .or_else(|| boundaries().find(|(_, b)| text.starts_with(b)))?;
        Some((level, text.get(boundary.len()..)?.starts_with(b"--")))
    }

    /// Whether the line is a boundary; if so, a part ends there, and another may begin.
    fn delimiter(&mut self, line: &[u8], files: &mut Files, wanted: &FileSettings) -> bool {
        let Some((level, is_last)) = self.boundary(line) else {
            return false;
        };
        self.end_of_header();
        self.end_of_part(files, wanted, FileState::Closed);
        self.boundaries
            .truncate(if is_last { level } else { level.saturating_add(1) });
        self.part = Part::new();
        self.state = if is_last { State::Between } else { State::PartHeaders };
        if is_last && self.boundaries.is_empty() {
            self.status = Status::BodyEndBound;
        }
        true
    }

    fn body_line(&mut self, line: &[u8], end: &[u8], files: &mut Files, wanted: &FileSettings) {
        let mut out = std::mem::take(&mut self.decoded);
        out.extend_from_slice(std::mem::take(&mut self.held));
        let line_end: &'static [u8] = match end {
            b"" => b"",
            b"\n" => b"\n",
            _ => b"\r\n",
        };
        match self.encoding() {
            Encoding::Identity => {
                out.extend_from_slice(line);
                self.held = line_end;
            }
            Encoding::Base64 => {
                if self.line_length > MAX_ENCODED_LINE {
                    self.anomalies.insert(Anomaly::LongEncodedLine);
                }
                if !self.part.base64.decode(line, &mut out) {
                    self.anomalies.insert(Anomaly::InvalidBase64);
                }
            }
            Encoding::QuotedPrintable => {
                if self.line_length > MAX_ENCODED_LINE {
                    self.anomalies.insert(Anomaly::LongEncodedLine);
                }
                if !self.part.quoted.decode(line, &mut out) {
                    self.anomalies.insert(Anomaly::InvalidQuotedPrintable);
                }
                if !end.is_empty() && self.part.quoted.line_end(&mut out) {
                    self.held = line_end;
                }
            }
        }
        self.give(&out, files, wanted);
        out.clear();
        self.decoded = out;
    }

    /// How the body is to be read.
    fn encoding(&self) -> Encoding {
        match self.part.encoding {
            Encoding::Base64 if !self.settings.decode_base64 => Encoding::Identity,
            Encoding::QuotedPrintable if !self.settings.decode_quoted_printable => Encoding::Identity,
            encoding => encoding,
        }
    }

    /// Hands on bytes of a body.
    fn give(&mut self, bytes: &[u8], files: &mut Files, wanted: &FileSettings) {
        if self.in_file
            && !bytes.is_empty()
            && let Some(file) = files.last_mut()
        {
            file.append(bytes, wanted);
        }
        if !self.settings.extract_urls || !self.part.is_text {
            return;
        }
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            // LIMIT: a line of text is looked at in pieces of so many bytes.
            let room = MAX_TEXT.saturating_sub(self.text.len());
            let (now, later) = piece.split_at_checked(room).unwrap_or((piece, &[]));
            self.text.extend_from_slice(now);
            if !later.is_empty() {
                self.look_for_urls();
                let start = later.len().saturating_sub(MAX_TEXT);
                self.text.extend_from_slice(later.get(start..).unwrap_or_default());
            }
            if piece.ends_with(b"\n") {
                self.look_for_urls();
            }
        }
    }

    fn look_for_urls(&mut self) {
        let Self {
            text,
            urls,
            url_bytes,
            settings,
            ..
        } = self;
        url::find(text, &settings.url_schemes, |whole, address| {
            let url = if settings.url_with_scheme { whole } else { address };
            // LIMIT: bytes of all URLs of a message.
            *url_bytes = url_bytes.saturating_add(url.len().max(32));
            if *url_bytes <= MAX_URLS {
                urls.push(url.to_ascii_lowercase());
            }
        });
        text.clear();
    }

    fn end_of_part(&mut self, files: &mut Files, wanted: &FileSettings, state: FileState) {
        if self.state == State::Body {
            self.held = b"";
            let mut out = std::mem::take(&mut self.decoded);
            let whole = match self.encoding() {
                Encoding::Base64 => self.part.base64.flush(&mut out),
                Encoding::QuotedPrintable => {
                    self.part.quoted.line_end(&mut out);
                    true
                }
                Encoding::Identity => true,
            };
            if !whole {
                self.anomalies.insert(Anomaly::InvalidBase64);
            }
            self.give(&out, files, wanted);
            out.clear();
            self.decoded = out;
            self.look_for_urls();
        }
        if std::mem::take(&mut self.in_file)
            && let Some(file) = files.last_mut()
        {
            file.close(state);
        }
    }
}

impl Status {
    /// The one that is farther.
    fn max(self, other: Self) -> Self {
        if other as u8 > self as u8 { other } else { self }
    }
}

/// The bytes in hexadecimal.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut out, byte| {
        // Writing to a `String` does not fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// Bytes of a line (RFC 5322 section 2.1.1).
const MAX_LINE: usize = 998;
/// Bytes of an encoded line (RFC 2045 sections 6.7 and 6.8).
const MAX_ENCODED_LINE: usize = 76;
/// LIMIT: bytes of the name of a header.
const MAX_HEADER_NAME: usize = 75;
const MAX_HEADERS: usize = 1 << 16;
const MAX_DEPTH: usize = 16;
const MAX_MESSAGES: usize = 16;
const MAX_FILES: usize = 256;
const MAX_TEXT: usize = 4096;
const MAX_URLS: usize = 1 << 16;

#[cfg(test)]
mod tests;
