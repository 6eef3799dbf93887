//! Bodies of HTTP messages: what the message's framing leaves of them is decoded, cut to the limits, shown to rules in
//! windows, and followed as files.
//!
//! How the parser of HTTP/1 uses it:
//!
//! - One [`Bodies`] a flow, made of the [`BodySettings`] of its server ([`BodySettings::read`]).
//! - One [`Body`] for each direction of a transaction; `HttpTx::body(direction)` gives it to the keywords.
//! - When the headers are over and a body follows (or may follow): [`Body::begin`] with the [`Head`]. It is needed for
//!   every message, also for one without a body: it settles what the rest does.
//! - Then [`Body::append`] with the bytes of the body, de-chunked, in whatever pieces they come; [`Body::gap`] where
//!   bytes of it were lost; and [`Body::end`] once, with the message's end, before the transaction's progress says so.
//! - `Transaction::inspected(direction)` calls [`Body::inspected`]; `Transaction::files` gives [`Body::files`].
//! - What goes wrong is appended to [`Events`]; each [`BodyEvent`] has the name of an event of the protocol.

mod content;
mod decode;
pub mod keywords;
mod multipart;
mod names;
mod ranges;
mod settings;
mod swf;
mod window;

use std::sync::Arc;

use engine::app_layer::{Context, File, FileState, Files};
use packet::Direction;
use smallvec::SmallVec;

use content::Content;
use decode::Decoder;
pub use settings::{BodyLimits, BodySettings, SwfSettings};

/// What the bodies of a flow have in common.
#[derive(Debug)]
pub struct Bodies {
    settings: Arc<BodySettings>,
}

/// The body of a message, in one direction of a transaction.
#[derive(Debug, Default)]
pub struct Body {
    stage: Stage,
    decoder: Decoder,
    content: Content,
    /// Bytes as the message has them, without chunks.
    raw: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Before,
    Within,
    Over,
}

/// What the headers say of a body.
///
/// Values are as in the message, without white space around them; of a header that is repeated, the values joined by
/// `, `.
#[derive(Clone, Copy, Debug, Default)]
pub struct Head<'a> {
    /// Of the request, in either direction: its method.
    pub method: &'a [u8],
    /// Of the request, in either direction: the path of its URI, normalised. It is the file's name where nothing else is.
    pub path: &'a [u8],
    /// Of the request, in either direction: the host, without a port. Ranges of a file are told apart by it and the path.
    pub host: &'a [u8],
    /// Of a response: its status; 0 for a request.
    pub status: u16,
    /// `Content-Encoding`.
    pub content_encoding: Option<&'a [u8]>,
    /// `Content-Type`.
    pub content_type: Option<&'a [u8]>,
    /// `Content-Disposition`.
    pub content_disposition: Option<&'a [u8]>,
    /// `Content-Range`.
    pub content_range: Option<&'a [u8]>,
}

/// What is wrong with a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BodyEvent {
    /// The decoding of a layer failed.
    GzipDecompressionFailed,
    /// A header names an encoding, and more that makes no sense.
    AbnormalCeHeader,
    /// LIMIT: the body has more layers of encoding than are taken off.
    TooManyEncodingLayers,
    /// LIMIT: so little decodes to so much that the rest is left.
    CompressionBomb,
    /// LIMIT: LZMA wants a larger dictionary than it is given.
    LzmaMemlimitReached,
    /// A multipart body is not as its boundary says.
    MultipartGenericError,
    /// A part of a multipart body is a file without a byte.
    MultipartNoFiledata,
    /// A header of a part makes no sense.
    MultipartInvalidHeader,
    /// `Content-Range` makes no sense.
    RangeInvalid,
    /// A file's name is longer than is kept.
    FileNameTooLong,
}

/// What went wrong, in order; of few, each once.
pub type Events = SmallVec<[BodyEvent; 4]>;

impl BodyEvent {
    /// Its name, as `app-layer-event:http.` has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::GzipDecompressionFailed => "gzip_decompression_failed",
            Self::AbnormalCeHeader => "abnormal_ce_header",
            Self::TooManyEncodingLayers => "too_many_encoding_layers",
            Self::CompressionBomb => "compression_bomb",
            Self::LzmaMemlimitReached => "lzma_memlimit_reached",
            Self::MultipartGenericError => "multipart_generic_error",
            Self::MultipartNoFiledata => "multipart_no_filedata",
            Self::MultipartInvalidHeader => "multipart_invalid_header",
            Self::RangeInvalid => "range_invalid",
            Self::FileNameTooLong => "file_name_too_long",
        }
    }
}

impl Bodies {
    /// For a flow whose server is set up like this.
    pub fn new(settings: Arc<BodySettings>) -> Self {
        Self { settings }
    }

    /// How they are set up.
    pub fn settings(&self) -> &BodySettings {
        &self.settings
    }
}

impl Body {
    /// The headers are over: the body that follows, if there is one, goes in `direction`.
    pub fn begin(
        &mut self,
        direction: Direction,
        head: &Head<'_>,
        flow: &mut Bodies,
        context: &mut Context<'_>,
        events: &mut Events,
    ) {
        let _ = context;
        if std::mem::replace(&mut self.stage, Stage::Within) != Stage::Before {
            return;
        }
        let settings = flow.settings();
        let encodings = match (head.content_encoding, direction) {
            (None, _) => decode::Named::new(),
            (Some(value), Direction::ToServer) => decode::request_encoding(value, settings),
            (Some(value), Direction::ToClient) => decode::response_encodings(value, settings, events),
        };
        self.decoder = Decoder::new(&encodings, settings);
        self.content.begin(direction, head, flow, events);
    }

    /// What comes next of the body, as the message has it but without chunks: any piece of it.
    pub fn append(&mut self, data: &[u8], flow: &mut Bodies, context: &mut Context<'_>, events: &mut Events) {
        let _ = flow;
        if self.stage != Stage::Within {
            return;
        }
        self.raw = self.raw.saturating_add(data.len() as u64);
        if self.decoder.is_plain() {
            self.content.take(data, context.files, events);
            return;
        }
        let Self { decoder, content, .. } = self;
        let (mut found, files) = (Events::new(), context.files);
        decoder.append(data, &mut |bytes| content.take(bytes, files, &mut found), events);
        found.into_iter().for_each(|event| note(events, event));
    }

    /// So many bytes of the body were lost.
    pub fn gap(&mut self, bytes: u64, flow: &mut Bodies, context: &mut Context<'_>, events: &mut Events) {
        let _ = flow;
        if self.stage != Stage::Within {
            return;
        }
        self.raw = self.raw.saturating_add(bytes);
        self.content.gap(bytes, context.files, events);
        // What was encoded makes no sense behind a gap.
        self.decoder.stop();
    }

    /// The message is over: its body is whole, or cut off (`truncated`). A second call does nothing.
    pub fn end(&mut self, truncated: bool, context: &mut Context<'_>, events: &mut Events) {
        if std::mem::replace(&mut self.stage, Stage::Over) != Stage::Within {
            return;
        }
        let Self { decoder, content, .. } = self;
        let (mut found, files) = (Events::new(), context.files);
        decoder.end(&mut |bytes| content.take(bytes, files, &mut found), events);
        found.into_iter().for_each(|event| note(events, event));
        // Suricata: the file of a response that breaks off counts as whole, as many servers just close.
        let state = if truncated && context.direction == Direction::ToServer {
            FileState::Truncated
        } else {
            FileState::Closed
        };
        self.content.end(state, context, events);
    }

    /// What rules see of the body now; `None` while that is nothing, or nothing new.
    ///
    /// A body is first shown when so much of it is there as `*-body-minimal-inspect-size` says, or its end; later, what is
    /// new and a part of what was before it (`*-body-inspect-window`).
    pub fn window(&self) -> Option<&[u8]> {
        let window = self.content.window.get()?;
        Some(self.content.swf.decoded().unwrap_or(window))
    }

    /// The windows of the body and, behind it, of files that the body completes: the one of that index.
    pub fn windows(&self, index: usize) -> Option<&[u8]> {
        let whole = self.content.files.iter().skip(1).filter_map(File::window);
        self.window().into_iter().chain(whole).nth(index)
    }

    /// Where [`windows`](Self::windows) begins in its body or file; where there is none, what was shown so far.
    pub fn window_start(&self, index: usize) -> u64 {
        match (index, self.window()) {
            (0, Some(_)) if self.content.swf.decoded().is_some() => 0,
            (0, _) => self.content.window.begins(),
            _ => 0,
        }
    }

    /// Rules have seen what [`window`](Self::window) gave, and the windows of the files.
    pub fn inspected(&mut self) {
        self.content.window.inspected();
        self.content.files.inspected();
    }

    /// The files in it: the body itself, or parts of it.
    pub fn files(&self) -> &Files {
        &self.content.files
    }

    /// The files in it: the body itself, or parts of it.
    pub fn files_mut(&mut self) -> &mut Files {
        &mut self.content.files
    }

    /// Bytes so far as the message has them, without chunks: EVE's `http.length`.
    pub fn raw_length(&self) -> u64 {
        self.raw
    }

    /// Bytes so far once decoded.
    pub fn decoded_length(&self) -> u64 {
        self.content.length
    }

    /// What is kept of it, decoded, from the first byte on if that is still there: for EVE's `http_body`.
    pub fn kept(&self) -> &[u8] {
        self.content.window.kept()
    }
}

/// Notes an event, once.
fn note(events: &mut Events, event: BodyEvent) {
    if !events.contains(&event) {
        events.push(event);
    }
}

/// LIMIT: bytes of a file's name.
const MAX_NAME: usize = 4096;

#[cfg(test)]
mod tests;
