//! The parser of one flow: what comes is the file.

use std::any::Any;
use std::sync::Arc;

use engine::app_layer::{
    Context, FileState, Files, NewParser, Outcome, Parser, Settings, Transaction, TransactionList, Transactions,
};
use packet::Direction;

use super::Announced;

/// Makes what makes parsers.
///
/// # Errors
/// What is wrong with a setting.
pub(super) fn setup(_settings: &Settings) -> Result<NewParser, String> {
    Ok(Arc::new(|| Box::new(FtpDataParser::default())))
}

/// The parser of one flow.
#[derive(Debug, Default)]
pub struct FtpDataParser {
    transactions: Transactions<FtpDataTx>,
    announced: Option<Announced>,
}

/// What a data connection carries.
#[derive(Debug, Default)]
pub struct FtpDataTx {
    /// What the control connection said of it.
    pub announced: Option<Announced>,
    /// The file; none where it is a list of names.
    pub files: Files,
    /// Nothing comes any more.
    pub done: bool,
}

impl Transaction for FtpDataTx {
    fn progress(&self, direction: Direction) -> u8 {
        let carries = self
            .announced
            .as_ref()
            .is_none_or(|announced| announced.direction == direction);
        u8::from(self.done || !carries)
    }

    fn files(&self, direction: Direction) -> Option<&Files> {
        let carries = self
            .announced
            .as_ref()
            .is_some_and(|announced| announced.direction == direction);
        carries.then_some(&self.files)
    }

    fn files_mut(&mut self, direction: Direction) -> Option<&mut Files> {
        let carries = self
            .announced
            .as_ref()
            .is_some_and(|announced| announced.direction == direction);
        carries.then_some(&mut self.files)
    }

    fn inspected(&mut self, direction: Direction) {
        if let Some(files) = self.files_mut(direction) {
            files.inspected();
        }
    }
}

impl Parser for FtpDataParser {
    fn parse(&mut self, data: &[u8], context: &mut Context<'_>) -> Outcome {
        let carries = self
            .announced
            .as_ref()
            .is_none_or(|announced| announced.direction == context.direction);
        if carries {
            let eof = context.eof;
            let Some(tx) = self.transaction(context) else {
                return Outcome::Consumed(data.len());
            };
            if let Some(file) = tx.files.last_mut() {
                file.append(data, context.files);
                if eof {
                    file.close(FileState::Closed);
                }
            }
            tx.done |= eof;
        }
        Outcome::Consumed(data.len())
    }

    fn gap(&mut self, bytes: u64, context: &mut Context<'_>) -> Outcome {
        if let Some(file) = self.transaction(context).and_then(|tx| tx.files.last_mut()) {
            file.gap(bytes);
        }
        Outcome::Consumed(0)
    }

    fn transactions(&self) -> &dyn TransactionList {
        &self.transactions
    }

    fn transactions_mut(&mut self) -> &mut dyn TransactionList {
        &mut self.transactions
    }

    fn expected(&mut self, about: &Arc<dyn Any + Send + Sync>) {
        self.announced = about.downcast_ref::<Announced>().cloned();
    }
}

impl FtpDataParser {
    /// The one transaction, which begins with the first byte.
    fn transaction(&mut self, context: &Context<'_>) -> Option<&mut FtpDataTx> {
        if self.transactions.total() == 0 {
            let mut tx = FtpDataTx {
                announced: self.announced.clone(),
                ..FtpDataTx::default()
            };
            if let Some(announced) = self.announced.as_ref().filter(|announced| announced.is_file) {
                tx.files
                    .open(announced.filename.as_deref().unwrap_or_default(), context.files);
            }
            self.transactions.push(tx);
        }
        self.transactions.last_mut()
    }
}

#[cfg(test)]
mod tests {
    use engine::app_layer::{AppFlow, AppLayer, Expectation, FileSettings, Link, Shared, Transport};
    use engine::buffer::tx_as;
    use packet::Timestamp;

    use super::*;
    use crate::ftp_data::{APPLICATION, NAME};

    #[test]
    fn what_comes_is_the_file() {
        let layer = AppLayer::new(&[&APPLICATION], &Settings::default()).expect("settings that hold");
        let (client, server) = (([10, 0, 0, 1].into(), 40_000), ([10, 0, 0, 2].into(), 5000));
        let (files, shared) = (FileSettings::default(), Shared::default());
        let link = Link {
            layer: &layer,
            transport: Transport::Tcp,
            turns: false,
            client,
            server,
            time: Timestamp::new(1, 0),
            files: &files,
            shared: &shared,
        };
        let mut flow = AppFlow::default();
        let about = Announced {
            command: "RETR",
            filename: Some(b"a".to_vec()),
            is_file: true,
            direction: Direction::ToClient,
        };
        let expectation = Expectation {
            protocol: NAME,
            listener: server,
            from: client.0,
            about: Arc::new(about),
        };
        flow.expect(&expectation, &layer);
        flow.feed(b"one ", false, Direction::ToClient, &link);
        flow.feed(b"stray", false, Direction::ToServer, &link);
        flow.feed(b"two", true, Direction::ToClient, &link);
        let list = flow.transactions().expect("transactions");
        let (_, tx) = list.get(0).expect("one");
        let tx = tx_as::<FtpDataTx>(tx).expect("of FTP's data");
        let file = tx.files.get(0).expect("a file");
        assert_eq!(
            (file.window(), file.state, tx.done),
            (Some(&b"one two"[..]), FileState::Closed, true)
        );
        assert!(tx.files(Direction::ToServer).is_none() && tx.progress(Direction::ToServer) == 1);
    }
}
