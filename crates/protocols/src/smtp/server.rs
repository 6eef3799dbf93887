//! What the server says: replies.

use engine::app_layer::{Context, Switch};
use packet::Direction;

use super::Event;
use super::parser::{Kind, Mode, Pending, SmtpParser, Step};
use super::transaction::{COMPLETE, DATA};

impl SmtpParser {
    /// Reads the next line of a reply.
    pub(super) fn server(&mut self, rest: &[u8], context: &mut Context<'_>) -> Step {
        let Some((line, length)) = self.line(rest, Direction::ToClient) else {
            return Step::Wait;
        };
        let tx = self.pending.front().and_then(|pending| pending.tx);
        if self.take_line(&line, Direction::ToClient, tx) {
            if line.text.len() > MAX_REPLY {
                self.event(tx, Event::MaxReplyLineLenExceeded);
            }
            self.reply(line.text, tx, context);
        }
        Step::Took(length)
    }

    fn reply(&mut self, line: &[u8], tx: Option<u64>, context: &mut Context<'_>) {
        let Some((code, last)) = code(line) else {
            self.event(tx, Event::InvalidReply);
            return;
        };
        if !self.welcomed {
            if code == 220 {
                self.welcomed = last;
                return;
            }
            self.welcomed = true;
            self.event(tx, Event::NoServerWelcomeMessage);
        }
        let Some(&Pending { mut kind, .. }) = self.pending.front() else {
            // RFC: 5321 section 3.8: a server that goes down says 421 unasked.
            if code != 421 {
                self.event(tx, Event::UnableToMatchReplyWithRequest);
            }
            return;
        };
        if kind == Kind::Hello && has(line, b"pipelining") {
            self.pipelining = true;
        }
        let mut tx = tx;
        if code == 354 && kind != Kind::Data {
            // It is the reply to DATA only, whatever was lost before.
            while let Some(before) = self.pending.front().filter(|pending| pending.kind != Kind::Data) {
                tx = before.tx;
                self.pending.pop_front();
            }
            let Some(pending) = self.pending.front() else {
                self.event(tx, Event::UnableToMatchReplyWithRequest);
                return;
            };
            (kind, tx) = (pending.kind, pending.tx);
        }
        if last {
            self.pending.pop_front();
            self.replied(kind, code, tx, context);
        }
    }

    /// The reply to a command is there.
    fn replied(&mut self, kind: Kind, code: u16, tx: Option<u64>, context: &mut Context<'_>) {
        match kind {
            Kind::StartTls if code == 220 => {
                let end = self.end_of_request().or(tx);
                self.answered(end, COMPLETE);
                self.pending.clear();
                context.effects.switch = Some(Switch {
                    expected: Some("tls"),
                    port: Some(443),
                });
            }
            Kind::StartTls => self.event(tx, Event::TlsRejected),
            Kind::Data if code == 354 => {
                self.answered(tx, DATA);
                if self.current == tx
                    && let Some(mail) = self.current_tx()
                {
                    mail.reach(Direction::ToServer, DATA);
                    self.mode = Mode::Data;
                }
            }
            Kind::Data => {
                self.event(tx, Event::DataCommandRejected);
                if self.current == tx && self.mode == Mode::Data {
                    self.mode = Mode::Command;
                }
            }
            Kind::End => self.answered(tx, COMPLETE),
            Kind::Hello | Kind::Other => {}
        }
    }

    fn answered(&mut self, tx: Option<u64>, progress: u8) {
        if let Some(mail) = tx.and_then(|id| self.transactions.by_id_mut(id)) {
            mail.reach(Direction::ToClient, progress);
        }
    }
}

/// The code of a line of a reply, and whether it is the last line.
fn code(line: &[u8]) -> Option<(u16, bool)> {
    let [a @ b'1'..=b'5', b @ b'0'..=b'9', c @ b'0'..=b'9', rest @ ..] = line else {
        return None;
    };
    let number = [a, b, c].iter().fold(0u16, |n, digit| {
        n.saturating_mul(10).saturating_add(u16::from(digit.wrapping_sub(b'0')))
    });
    Some((number, rest.first() != Some(&b'-')))
}

/// Whether a word is in a line, in any case.
fn has(line: &[u8], word: &[u8]) -> bool {
    line.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word))
}

/// Bytes of a line of a reply (RFC 5321 section 4.5.3.1.5, without the line's end).
const MAX_REPLY: usize = 510;
