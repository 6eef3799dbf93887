//! The parser of one flow.

use std::sync::Arc;

use engine::app_layer::{Context, Outcome, Parser, Settings, Transaction, TransactionList, Transactions};
use packet::Direction;

use super::Event;

/// Makes what makes parsers.
///
/// # Errors
/// What is wrong with a setting.
pub(super) fn setup(settings: &Settings) -> Result<Arc<dyn Fn() -> Box<dyn Parser> + Send + Sync>, String> {
    let max_tx = settings.number("max-tx", 256)? as usize;
    Ok(Arc::new(move || {
        Box::new(TemplateParser {
            transactions: Transactions::default(),
            max_tx,
        })
    }))
}

/// The parser of one flow.
#[derive(Debug)]
pub struct TemplateParser {
    transactions: Transactions<TemplateTx>,
    max_tx: usize,
}

/// A question and its answer.
#[derive(Debug, Default)]
pub struct TemplateTx {
    /// What the client asked.
    pub question: Vec<u8>,
    /// What the server answered.
    pub answer: Option<Vec<u8>>,
}

/// The length at the start of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    /// Bytes of the length and its colon, bytes of the message.
    Known(usize, usize),
    /// There is more to come.
    Cut,
    /// It is none.
    Wrong,
}

impl Transaction for TemplateTx {
    fn progress(&self, direction: Direction) -> u8 {
        match direction {
            Direction::ToServer => 1,
            Direction::ToClient => u8::from(self.answer.is_some()),
        }
    }
}

impl Parser for TemplateParser {
    fn parse(&mut self, data: &[u8], context: &mut Context<'_>) -> Outcome {
        let mut consumed: usize = 0;
        while let Some(rest) = data.get(consumed..).filter(|rest| !rest.is_empty()) {
            let (head, body) = match length(rest) {
                Length::Known(head, body) => (head, body),
                Length::Cut => return Outcome::Consumed(consumed),
                Length::Wrong => return Outcome::Failed,
            };
            let end = head.saturating_add(body);
            let Some(message) = rest.get(head..end) else {
                return Outcome::NeedMore { consumed, wanted: end };
            };
            self.message(message, context.direction);
            consumed = consumed.saturating_add(end);
        }
        Outcome::Consumed(consumed)
    }

    fn transactions(&self) -> &dyn TransactionList {
        &self.transactions
    }

    fn transactions_mut(&mut self) -> &mut dyn TransactionList {
        &mut self.transactions
    }
}

impl TemplateParser {
    fn message(&mut self, message: &[u8], direction: Direction) {
        match direction {
            Direction::ToServer => {
                // LIMIT: questions that nobody answers.
                if self.transactions.count() >= self.max_tx {
                    self.transactions.event(Event::TooManyTransactions as u8);
                    return;
                }
                self.transactions.push(TemplateTx {
                    question: message.to_vec(),
                    answer: None,
                });
            }
            Direction::ToClient => {
                let open = self.transactions.iter_mut().find(|tx| tx.answer.is_none());
                match open {
                    Some(tx) => tx.answer = Some(message.to_vec()),
                    None => {
                        self.transactions.push(TemplateTx {
                            question: Vec::new(),
                            answer: Some(message.to_vec()),
                        });
                        self.transactions.event(Event::AnswerWithoutQuestion as u8);
                    }
                }
            }
        }
    }
}

/// Reads the length at the start of a message: at most seven digits.
pub(super) fn length(data: &[u8]) -> Length {
    let digits = data.iter().take(MAX_DIGITS).take_while(|b| b.is_ascii_digit()).count();
    match data.get(digits) {
        None if digits < MAX_DIGITS => Length::Cut,
        Some(b':') if digits > 0 => {
            let number = data.iter().take(digits).fold(0usize, |n, digit| {
                n.saturating_mul(10)
                    .saturating_add(usize::from(digit.wrapping_sub(b'0')))
            });
            Length::Known(digits.saturating_add(1), number.min(MAX_MESSAGE))
        }
        _ => Length::Wrong,
    }
}

const MAX_DIGITS: usize = 7;

/// LIMIT: bytes of a message that are waited for.
const MAX_MESSAGE: usize = 1 << 16;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::Conversation;

    #[test]
    fn a_question_and_its_answer_in_any_pieces() {
        for piece in [1, 2, 3, 100] {
            let mut talk = Conversation::new(&super::super::APPLICATION);
            talk.client(b"5:hello2:hi", piece).server(b"3:you", piece);
            let list = talk.transactions();
            assert_eq!(list.len(), 2, "pieces of {piece}");
            let first = list
                .get(0)
                .and_then(|(_, tx)| engine::buffer::tx_as::<TemplateTx>(tx))
                .expect("a transaction");
            assert_eq!(
                (first.question.as_slice(), first.answer.as_deref()),
                (&b"hello"[..], Some(&b"you"[..]))
            );
        }
    }

    #[test]
    fn an_answer_alone_is_an_event() {
        let mut talk = Conversation::new(&super::super::APPLICATION);
        talk.client(b"1:a", 9).server(b"1:b1:c", 9);
        let (state, _) = talk.transactions().get(1).expect("a second transaction");
        assert!(state.events.has(Event::AnswerWithoutQuestion as u8));
    }
}
