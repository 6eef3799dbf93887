//! Multipart bodies of requests: files in them, with their names. RFC 7578, RFC 2046 section 5.1.
//!
//! The body is read line by line, each byte once; of a line that may be a boundary or a header, what is there waits for
//! the rest.

use engine::app_layer::{FileSettings, FileState, Files};
use memchr::memchr;

use super::{BodyEvent, Events, names, note};

/// Reads a multipart body.
#[derive(Debug)]
pub(super) struct Multipart {
    /// `--` and the boundary.
    delimiter: Vec<u8>,
    place: Place,
    /// The line at hand, as far as it is there: of a header, or as long as it may be a boundary.
    line: Vec<u8>,
    /// Where data stand: the line break before the line at hand, which belongs to a boundary if one follows.
    pending: &'static [u8],
    /// The line at hand turned out to be data.
    data: bool,
    /// The headers of the part at hand name a file.
    name: Option<Vec<u8>>,
    /// A file is open.
    open: bool,
    /// LIMIT: lines of headers of the part at hand.
    headers: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// In the data of a part, or before the first boundary.
    Data,
    /// In the headers of a part.
    Headers,
    /// Behind the last boundary.
    Over,
}

impl Multipart {
    /// Of parts between this boundary.
    pub(super) fn new(boundary: &[u8]) -> Self {
        Self {
            delimiter: [b"--", boundary].concat(),
            place: Place::Data,
            line: Vec::new(),
            pending: b"",
            data: false,
            name: None,
            open: false,
            headers: 0,
        }
    }

    /// What comes next of the body.
    pub(super) fn append(&mut self, data: &[u8], files: &mut Files, settings: &FileSettings, events: &mut Events) {
        let mut rest = data;
        while !rest.is_empty() && self.place != Place::Over {
            let (piece, ended) = match memchr(b'\n', rest) {
                Some(at) => (rest.get(..at.saturating_add(1)).unwrap_or(rest), true),
                None => (rest, false),
            };
            rest = rest.get(piece.len()..).unwrap_or_default();
            self.piece(piece, ended, files, settings, events);
        }
    }

    /// Bytes were lost: of a file among others.
    pub(super) fn gap(&mut self, bytes: u64, files: &mut Files) {
        self.line.clear();
        self.pending = b"";
        self.data = self.place != Place::Headers;
        if let Some(file) = files.last_mut().filter(|_| self.open) {
            file.gap(bytes);
        }
    }

    /// Nothing comes any more.
    pub(super) fn end(&mut self, state: FileState, files: &mut Files, settings: &FileSettings, events: &mut Events) {
        let line = std::mem::take(&mut self.line);
        if self.place == Place::Headers {
            self.header_line(line.trim_ascii_end(), files, settings, events);
        } else if line.len() >= self.delimiter.len() {
            self.line = line;
            self.boundary(files);
        } else if !line.is_empty() {
            self.give(&line, files, settings);
        }
        // A line break at the very end is taken for that before a boundary that is missing.
        self.close(state, files);
    }

    /// A line, or a piece of one.
    fn piece(&mut self, piece: &[u8], ended: bool, files: &mut Files, settings: &FileSettings, events: &mut Events) {
        if self.place == Place::Headers {
            let room = MAX_LINE.saturating_sub(self.line.len());
            self.line.extend_from_slice(piece.get(..room).unwrap_or(piece));
            if ended {
                let line = std::mem::take(&mut self.line);
                self.header_line(line.trim_ascii_end(), files, settings, events);
            }
            return;
        }
        if self.data {
            return self.data_piece(piece, ended, files, settings);
        }
        let held = self.line.len();
        let room = self.delimiter.len().saturating_add(END.len()).saturating_sub(held);
        self.line.extend_from_slice(piece.get(..room).unwrap_or(piece));
        if !self.may_be_delimiter() {
            let line = std::mem::take(&mut self.line);
            if held > 0 {
                self.give(line.get(..held).unwrap_or_default(), files, settings);
            }
            return self.data_piece(piece, ended, files, settings);
        }
        if ended {
            self.boundary(files);
        }
    }

    /// A piece of a line of data; its line break waits for what follows.
    fn data_piece(&mut self, piece: &[u8], ended: bool, files: &mut Files, settings: &FileSettings) {
        let line_break: &'static [u8] = match piece {
            [.., b'\r', b'\n'] => b"\r\n",
            [.., b'\n'] => b"\n",
            [.., b'\r'] => b"\r",
            _ => b"",
        };
        let bytes = piece
            .get(..piece.len().saturating_sub(line_break.len()))
            .unwrap_or_default();
        self.data = !ended;
        if bytes.is_empty() && self.pending == b"\r" && line_break == b"\n" {
            self.pending = b"\r\n";
            return;
        }
        self.give(bytes, files, settings);
        self.pending = line_break;
    }

    /// Data, after the line break that waited.
    fn give(&mut self, bytes: &[u8], files: &mut Files, settings: &FileSettings) {
        let pending = std::mem::take(&mut self.pending);
        if let Some(file) = files.last_mut().filter(|_| self.open) {
            for part in [pending, bytes] {
                if !part.is_empty() {
                    file.append(part, settings);
                }
            }
        }
    }

    /// The line at hand is a boundary.
    fn boundary(&mut self, files: &mut Files) {
        let last = self.line.ends_with(END);
        self.line.clear();
        self.close(FileState::Closed, files);
        self.pending = b"";
        self.name = None;
        self.headers = 0;
        self.place = if last { Place::Over } else { Place::Headers };
    }

    /// A line among the headers of a part.
    fn header_line(&mut self, text: &[u8], files: &mut Files, settings: &FileSettings, events: &mut Events) {
        if text.starts_with(&self.delimiter) {
            self.line = text
                .get(..self.delimiter.len().saturating_add(END.len()))
                .unwrap_or(text)
                .to_vec();
            return self.boundary(files);
        }
        if !text.is_empty() {
            return self.header(text, events);
        }
        self.place = Place::Data;
        if let Some(name) = self.name.take() {
            self.open = true;
            files.open(&name, settings);
        }
    }

    fn header(&mut self, text: &[u8], events: &mut Events) {
        // LIMIT: headers of a part.
        self.headers = self.headers.saturating_add(1);
        if self.headers > MAX_HEADERS {
            note(events, BodyEvent::MultipartGenericError);
            self.place = Place::Data;
            return;
        }
        let Some(colon) = memchr(b':', text) else {
            if !text.starts_with(b" ") && !text.starts_with(b"\t") {
                note(events, BodyEvent::MultipartInvalidHeader);
            }
            return;
        };
        let (name, value) = text.split_at_checked(colon).unwrap_or((text, b""));
        let value = value.get(1..).unwrap_or_default().trim_ascii();
        if name.trim_ascii().eq_ignore_ascii_case(b"content-disposition")
            && let Some(filename) = names::filename(value)
        {
            // LIMIT: bytes of a name.
            if filename.len() > super::MAX_NAME {
                note(events, BodyEvent::FileNameTooLong);
            }
            self.name = Some(filename.get(..super::MAX_NAME).unwrap_or(filename).to_vec());
        }
    }

    fn close(&mut self, state: FileState, files: &mut Files) {
        if std::mem::take(&mut self.open)
            && let Some(file) = files.last_mut()
        {
            file.close(state);
        }
    }

    /// Whether the line at hand begins like a boundary.
    fn may_be_delimiter(&self) -> bool {
        let length = self.line.len().min(self.delimiter.len());
        self.line.get(..length) == self.delimiter.get(..length)
    }
}

/// LIMIT: bytes of a header's line, or of a boundary's.
const MAX_LINE: usize = 16 << 10;

/// LIMIT: lines of headers of a part.
const MAX_HEADERS: usize = 256;

/// What follows the last boundary.
const END: &[u8] = b"--";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Found = Vec<(String, Vec<u8>, FileState)>;

    fn read(body: &[u8], pieces: &[usize]) -> (Found, Vec<BodyEvent>) {
        let settings = FileSettings::default();
        let (mut files, mut events) = (Files::default(), Events::new());
        let mut parts = Multipart::new(b"BBB");
        let mut rest = body;
        for piece in pieces.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (now, later) = rest.split_at((*piece).clamp(1, rest.len()));
            parts.append(now, &mut files, &settings, &mut events);
            rest = later;
        }
        parts.end(FileState::Closed, &mut files, &settings, &mut events);
        let found = files
            .iter()
            .map(|f| {
                let name = String::from_utf8_lossy(&f.name).into_owned();
                (name, f.window().unwrap_or_default().to_vec(), f.state)
            })
            .collect();
        (found, events.to_vec())
    }

    fn part(headers: &str, data: &str) -> String {
        format!("--BBB\r\n{headers}\r\n\r\n{data}\r\n")
    }

    fn file(name: &str, data: &str) -> String {
        part(
            &format!("Content-Disposition: form-data; name=\"f\"; filename=\"{name}\"\r\nContent-Type: a/b"),
            data,
        )
    }

    fn names_and_data(body: &str) -> Vec<(String, String)> {
        let (found, _) = read(body.as_bytes(), &[body.len().max(1)]);
        found
            .into_iter()
            .map(|(name, data, _)| (name, String::from_utf8(data).expect("text")))
            .collect()
    }

    fn pair(name: &str, data: &str) -> (String, String) {
        (name.to_owned(), data.to_owned())
    }

    #[test]
    fn files_are_found_among_fields() {
        let field = part("Content-Disposition: form-data; name=\"g\"", "value");
        let body = format!(
            "{}{field}{}--BBB--\r\nepilogue",
            file("a.txt", "one\r\ntwo"),
            file("b.txt", "")
        );
        assert_eq!(names_and_data(&body), [pair("a.txt", "one\r\ntwo"), pair("b.txt", "")]);
        let preamble = format!("something\r\n{}--BBB--\r\n", file("a.txt", "x"));
        assert_eq!(names_and_data(&preamble), [pair("a.txt", "x")]);
        let bare = file("a.txt", "x\ny").replace("\r\n", "\n") + "--BBB--\n";
        assert_eq!(names_and_data(&bare), [pair("a.txt", "x\ny")]);
    }

    #[test]
    fn a_boundary_stands_at_the_beginning_of_a_line() {
        let body = file("a.txt", "x --BBB y\r\n--BB\r\nz") + "--BBB--\r\n";
        assert_eq!(names_and_data(&body), [pair("a.txt", "x --BBB y\r\n--BB\r\nz")]);
    }

    #[test]
    fn a_missing_end_leaves_the_file() {
        assert_eq!(names_and_data(&file("a.txt", "hello")), [pair("a.txt", "hello")]);
        assert_eq!(
            names_and_data("--BBB\r\nContent-Disposition: x; filename=a\r\n\r\nhel\r"),
            [pair("a", "hel")]
        );
        assert!(names_and_data("no boundary at all\r\n\r\n").is_empty());
    }

    #[test]
    fn headers_that_make_no_sense_are_events() {
        let (found, events) = read(part("Content-Disposition form-data", "x").as_bytes(), &[1000]);
        assert!(found.is_empty());
        assert_eq!(events, [BodyEvent::MultipartInvalidHeader]);
        let many = part(&vec!["a: b"; 300].join("\r\n"), "x");
        assert_eq!(read(many.as_bytes(), &[1000]).1, [BodyEvent::MultipartGenericError]);
    }

    #[test]
    fn long_lines_are_not_kept() {
        let body = part(
            &format!("A: {}\r\nContent-Disposition: x; filename=a", "y".repeat(100_000)),
            "x",
        );
        assert_eq!(names_and_data(&body), [pair("a", "x")]);
        let long = file("a", &format!("--BBB{}", "z".repeat(40_000)));
        read(long.as_bytes(), &[7]);
    }

    proptest! {
        #[test]
        fn any_pieces_give_the_same_files(
            words in prop::collection::vec(prop::sample::select(vec![
                "--BBB\r\n", "--BBB--", "\r\n", "\n", "\r", "a", "--BB", "Content-Disposition: form-data; filename=\"q\"\r\n",
                "x: y\r\n", "no colon\r\n", "\r\n\r\n", "--", "data",
            ]), 0..40),
            pieces in prop::collection::vec(1usize..9, 1..6),
        ) {
            let body = words.concat();
            prop_assert_eq!(read(body.as_bytes(), &pieces), read(body.as_bytes(), &[body.len().max(1)]));
        }
    }
}
