//! What the client says: commands, mails.

use engine::app_layer::{Context, TransactionList as _};
use packet::Direction;

use crate::mime::{Message, Status};

use super::Event;
use super::parser::{Kind, Line, Mode, SmtpParser, Step};
use super::transaction::{DATA, SmtpTx};

impl SmtpParser {
    /// Reads the next line, or bytes of a chunk.
    pub(super) fn client(&mut self, rest: &[u8], context: &mut Context<'_>) -> Step {
        if let Mode::Bdat { left, last } = self.mode {
            return Step::Took(self.chunk(rest, left, last, context));
        }
        let Some((line, length)) = self.line(rest, Direction::ToServer) else {
            return Step::Wait;
        };
        if self.mode == Mode::Data {
            self.mail_line(line, context);
        } else if self.take_line(&line, Direction::ToServer, self.current) && !self.command(line.text, context) {
            return Step::Fail;
        }
        Step::Took(length)
    }

    /// Reads a command; false when the flow has too many transactions.
    fn command(&mut self, line: &[u8], context: &mut Context<'_>) -> bool {
        let is = |name: &[u8]| line.get(..name.len()).is_some_and(|l| l.eq_ignore_ascii_case(name));
        let ends = is(b"rset") || is(b"quit");
        if self.current.is_none() {
            // What follows a mail and only ends the session is no transaction.
            if ends && self.transactions.total() > 0 {
                self.expect_reply(Kind::Other, None);
                return true;
            }
            if !self.begin() {
                return false;
            }
        }
        let tx = self.current;
        if line.len() > MAX_COMMAND {
            self.event(tx, Event::MaxCommandLineLenExceeded);
        }
        if ends {
            self.end_of_request();
            self.expect_reply(Kind::End, tx);
        } else if is(b"ehlo") || is(b"helo") {
            self.hello(argument(line, 4), tx);
        } else if is(b"mail from") {
            self.expect_reply(Kind::Other, tx);
            self.sender(argument(line, 9));
        } else if is(b"rcpt to") {
            self.expect_reply(Kind::Other, tx);
            self.recipient(argument(line, 7));
        } else if is(b"starttls") {
            self.expect_reply(Kind::StartTls, tx);
        } else if is(b"data") {
            self.expect_reply(Kind::Data, tx);
            self.data(context);
        } else if is(b"bdat") {
            self.bdat(line.get(4..).unwrap_or_default(), context);
        } else {
            self.expect_reply(Kind::Other, tx);
        }
        true
    }

    /// Begins a transaction.
    fn begin(&mut self) -> bool {
        // LIMIT: live transactions of a flow.
        if self.transactions.len() >= self.settings.max_tx {
            self.event(None, Event::TooManyTransactions);
            return false;
        }
        self.current = Some(self.transactions.total());
        self.transactions.push(SmtpTx {
            helo: self.helo.clone(),
            ..SmtpTx::default()
        });
        true
    }

    fn hello(&mut self, name: &[u8], tx: Option<u64>) {
        let known = !self.helo.is_empty();
        if known {
            self.event(tx, Event::DuplicateFields);
        }
        self.helo = name.to_vec();
        // RFC: 5321 section 4.1.4: EHLO in a session is RSET too.
        if self.current_tx().is_some_and(|tx| tx.is_begun()) {
            self.end_of_request();
            self.expect_reply(Kind::End, tx);
            return;
        }
        self.expect_reply(Kind::Hello, tx);
        if !known && let Some(tx) = self.current_tx() {
            tx.helo = name.to_vec();
        }
    }

    fn sender(&mut self, name: &[u8]) {
        let tx = self.current;
        match self.current_tx() {
            Some(mail) if mail.mail_from.is_none() => mail.mail_from = Some(name.to_vec()),
            _ => self.event(tx, Event::DuplicateFields),
        }
    }

    fn recipient(&mut self, name: &[u8]) {
        let Some(tx) = self.current_tx() else { return };
        // LIMIT: bytes of all recipients of a mail.
        tx.rcpt_bytes = tx.rcpt_bytes.saturating_add(name.len().max(32));
        if tx.rcpt_bytes <= MAX_RECIPIENTS {
            tx.rcpt_to.push(name.to_vec());
        }
    }

    fn data(&mut self, context: &Context<'_>) {
        let settings = std::sync::Arc::clone(&self.settings);
        // A server that takes commands early gets the mail early too.
        let early = self.pipelining;
        let id = self.current;
        let Some(tx) = self.current_tx() else { return };
        let again = std::mem::replace(&mut tx.announced, true);
        let untouched = tx.message.as_ref().is_some_and(|m| m.status == Status::HeaderReady);
        if settings.decode_mime {
            if !untouched {
                tx.end_of_mail(false, context.files);
                tx.message = Some(Box::new(Message::new(std::sync::Arc::clone(&settings.mime))));
            }
        } else if settings.raw_extraction && !again {
            tx.files.open(b"rawmsg", &settings.files(context.files));
        }
        if early {
            tx.reach(Direction::ToServer, DATA);
            self.mode = Mode::Data;
        }
        if again {
            self.event(id, Event::UnparsableContent);
        }
    }

    /// Reads a line of the mail.
    fn mail_line(&mut self, line: Line<'_>, context: &mut Context<'_>) {
        let goes_on = std::mem::replace(&mut self.line_goes_on, line.end.is_empty());
        if !goes_on && line.text == b"." && !line.end.is_empty() {
            self.end_of_mail(context);
            return;
        }
        let wanted = self.settings.files(context.files);
        let Some(tx) = self.current_tx() else { return };
        tx.reach(Direction::ToServer, DATA);
        let SmtpTx { message, files, .. } = tx;
        if let Some(message) = message {
            message.line(line.text, line.end, files, &wanted);
        } else if let Some(file) = files.last_mut() {
            file.append(line.text, context.files);
            file.append(line.end, context.files);
        }
    }

    fn end_of_mail(&mut self, context: &mut Context<'_>) {
        self.mode = Mode::Command;
        self.line_goes_on = false;
        let tx = self.current;
        if let Some(mail) = self.current_tx() {
            mail.end_of_mail(true, context.files);
            if mail.message.is_none()
                && let Some(file) = mail.files.last_mut()
            {
                file.close(engine::app_layer::FileState::Closed);
            }
        }
        self.note_message_events();
        self.end_of_request();
        self.expect_reply(Kind::End, tx);
        if let Some(trigger) = context.effects.trigger_raw.get_mut(Direction::ToServer.index()) {
            *trigger = true;
        }
    }

    /// Reads `BDAT size [LAST]`: RFC 3030 section 2.
    fn bdat(&mut self, arguments: &[u8], context: &mut Context<'_>) {
        let tx = self.current;
        let mut words = arguments
            .split(|b| matches!(b, b' ' | b'\t'))
            .filter(|word| !word.is_empty());
        let (size, last, more) = (words.next().unwrap_or_default(), words.next(), words.next());
        let digits = !size.is_empty() && size.iter().all(u8::is_ascii_digit);
        let separated = arguments.first().is_some_and(|b| matches!(b, b' ' | b'\t'));
        if !digits || !separated || more.is_some() || last.is_some_and(|word| !word.eq_ignore_ascii_case(b"last")) {
            self.expect_reply(Kind::Other, tx);
            self.event(tx, Event::InvalidBdat);
            return;
        }
        let size = std::str::from_utf8(size).ok().and_then(|size| size.parse::<u32>().ok());
        let Some(size) = size else {
            self.expect_reply(Kind::Other, tx);
            self.event(tx, Event::BdatChunkLenExceeded);
            return;
        };
        if let Some(mail) = self.current_tx() {
            mail.reach(Direction::ToServer, DATA);
        }
        self.mode = Mode::Bdat {
            left: u64::from(size),
            last: last.is_some(),
        };
        if size == 0 {
            self.chunk(b"", 0, last.is_some(), context);
        }
    }

    /// Lets bytes of a chunk go by; its last one sets what comes next.
    ///
    /// Suricata: what is in chunks is not read as a message (verify: smtp-bdat-pipelined-next-mail).
    fn chunk(&mut self, rest: &[u8], left: u64, last: bool, context: &mut Context<'_>) -> usize {
        let here = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
        let left = left.saturating_sub(here as u64);
        self.mode = Mode::Bdat { left, last };
        if left == 0 {
            self.mode = Mode::Command;
            let tx = self.current;
            if last {
                self.end_of_request();
                self.expect_reply(Kind::End, tx);
                if let Some(trigger) = context.effects.trigger_raw.get_mut(Direction::ToServer.index()) {
                    *trigger = true;
                }
            } else {
                self.expect_reply(Kind::Other, tx);
            }
        }
        here
    }
}

/// What follows a command of so many bytes: up to the next space.
fn argument(line: &[u8], command: usize) -> &[u8] {
    let rest = line.get(command..).unwrap_or_default();
    let start = rest
        .iter()
        .position(|b| !matches!(b, b' ' | b'\t' | b':'))
        .unwrap_or(rest.len());
    let rest = rest.get(start..).unwrap_or_default();
    let end = rest
        .iter()
        .position(|b| matches!(b, b' ' | b'\t' | b'\r'))
        .unwrap_or(rest.len());
    rest.get(..end).unwrap_or_default()
}

/// Bytes of a command (RFC 5321 section 4.5.3.1.4, without the line's end).
const MAX_COMMAND: usize = 510;

const MAX_RECIPIENTS: usize = 1 << 18;
