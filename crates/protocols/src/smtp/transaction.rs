//! A mail and what was said about it.

use engine::app_layer::{FileSettings, Files, Transaction};
use packet::Direction;

use crate::mime::{Anomaly, Message};

use super::Event;

/// Commands, or replies to them.
pub(super) const STARTED: u8 = 0;
/// The mail itself.
pub(super) const DATA: u8 = 1;
/// All is said.
pub(super) const COMPLETE: u8 = 2;

/// A mail and what was said about it.
#[derive(Debug, Default)]
pub struct SmtpTx {
    /// What the client calls itself: in this transaction, or in one before.
    pub helo: Vec<u8>,
    /// The sender, as it was given.
    pub mail_from: Option<Vec<u8>>,
    /// The recipients, as they were given.
    pub rcpt_to: Vec<Vec<u8>>,
    /// The mail, if one was announced and is read.
    pub message: Option<Box<Message>>,
    /// The files in it.
    pub files: Files,
    /// DATA was said.
    pub(super) announced: bool,
    /// Bytes of `rcpt_to`.
    pub(super) rcpt_bytes: usize,
    /// By [`Direction::index`].
    pub(super) progress: [u8; 2],
}

impl Transaction for SmtpTx {
    fn progress(&self, direction: Direction) -> u8 {
        self.progress.get(direction.index()).copied().unwrap_or(COMPLETE)
    }

    fn files(&self, direction: Direction) -> Option<&Files> {
        (direction == Direction::ToServer).then_some(&self.files)
    }

    fn files_mut(&mut self, direction: Direction) -> Option<&mut Files> {
        (direction == Direction::ToServer).then_some(&mut self.files)
    }

    fn inspected(&mut self, direction: Direction) {
        if let Some(files) = self.files_mut(direction) {
            files.inspected();
        }
    }
}

impl SmtpTx {
    /// Whether anything was said of a mail yet.
    pub(super) fn is_begun(&self) -> bool {
        self.mail_from.is_some() || !self.rcpt_to.is_empty() || self.announced
    }

    /// It is at least so far in `direction`.
    pub(super) fn reach(&mut self, direction: Direction, progress: u8) {
        if let Some(at) = self.progress.get_mut(direction.index()) {
            *at = progress.max(*at);
        }
    }

    /// The end of the mail; `whole` unless the client went away before.
    pub(super) fn end_of_mail(&mut self, whole: bool, wanted: &FileSettings) {
        let Self { message, files, .. } = self;
        if let Some(message) = message {
            if whole {
                message.finish(files, wanted);
            } else {
                message.abandon(files, wanted);
            }
        }
    }

    /// The events of the message so far.
    pub(super) fn message_events(&self) -> impl Iterator<Item = Event> {
        let anomalies = self
            .message
            .as_ref()
            .map(|message| message.anomalies)
            .unwrap_or_default();
        MIME_EVENTS
            .iter()
            .filter(move |(anomaly, _)| anomalies.has(*anomaly))
            .map(|(_, event)| *event)
    }
}

const MIME_EVENTS: [(Anomaly, Event); 9] = [
    (Anomaly::Malformed, Event::MimeMalformedMsg),
    (Anomaly::InvalidBase64, Event::MimeInvalidBase64),
    (Anomaly::InvalidQuotedPrintable, Event::MimeInvalidQp),
    (Anomaly::LongLine, Event::MimeLongLine),
    (Anomaly::LongEncodedLine, Event::MimeLongEncLine),
    (Anomaly::LongHeaderName, Event::MimeLongHeaderName),
    (Anomaly::LongHeaderValue, Event::MimeLongHeaderValue),
    (Anomaly::LongBoundary, Event::MimeLongBoundary),
    (Anomaly::LongFilename, Event::MimeLongFilename),
];
