//! Files that are read and written.

use engine::app_layer::{FileSettings, FileState, Files};
use packet::Direction;

use super::Event;
use super::file::Tracker;
use super::state::{Key, State};
use super::tx::{Body, Handle, Transfer};

/// A piece of a file that comes.
#[derive(Debug)]
pub struct Piece {
    /// The file.
    pub handle: Handle,
    /// From where on, in bytes.
    pub offset: u64,
    /// The share that it is on.
    pub share: Vec<u8>,
    /// Where it goes.
    pub direction: Direction,
    /// Of which protocol: 1 or 2, and the command.
    pub command: (u8, u16),
    /// What its transaction is called.
    pub key: Key,
}

impl State {
    /// A piece of a file comes; says which transaction it belongs to.
    pub fn begin_piece(&mut self, piece: Piece, settings: &FileSettings) -> u64 {
        let (handle, direction) = (piece.handle, piece.direction);
        let known = self.find(|tx| {
            matches!(&tx.body, Body::File(t) if t.handle == handle && t.direction == direction) && tx.done != [true; 2]
        });
        let id = match known {
            Some((id, tx)) => {
                tx.message = piece.key.message;
                id
            }
            None => {
                let name = self.names.get(&handle).map_or(UNKNOWN, Vec::as_slice).to_vec();
                let mut files = Files::default();
                files.open(&name, settings);
                let transfer = Transfer {
                    direction,
                    handle,
                    name,
                    share: piece.share,
                    tracker: Tracker::default(),
                    files,
                };
                let (version, command) = piece.command;
                let id = self.begin(version, command, piece.key, Body::File(Box::new(transfer)));
                if let Some(tx) = self.transactions.by_id_mut(id) {
                    tx.done = [false; 2];
                }
                id
            }
        };
        let limits = self.config.queue(direction);
        let event = self.transfer(id).and_then(|t| t.tracker.begin(piece.offset, &limits));
        self.note(id, event);
        id
    }

    /// Whether so many bytes can only be those of a file: the tree is known to be none of pipes, or no unit of DCERPC
    /// is as long.
    pub fn is_bulk(&self, tree: (u64, u32), length: u32) -> bool {
        self.is_pipe(tree).map_or(length > u32::from(u16::MAX), |pipe| !pipe)
    }

    /// More of the piece of a file.
    pub fn piece(&mut self, id: u64, data: &[u8], settings: &FileSettings) {
        let config = self.config;
        let event = self.transfer(id).and_then(|t| {
            let file = t.files.last_mut()?;
            t.tracker.more(data, file, settings, &config.queue(t.direction))
        });
        self.note(id, event);
    }

    /// So many bytes of the piece of a file were lost.
    pub fn lose_piece(&mut self, id: u64, bytes: u64) {
        if let Some(transfer) = self.transfer(id)
            && let Some(file) = transfer.files.last_mut()
        {
            transfer.tracker.lost(bytes, file);
        }
    }

    /// The piece of a file is whole.
    pub fn end_piece(&mut self, id: u64, settings: &FileSettings) {
        if let Some(transfer) = self.transfer(id)
            && let Some(file) = transfer.files.last_mut()
        {
            transfer.tracker.end(file, settings);
        }
    }

    /// A file is closed, in one direction or in both.
    pub fn close_file(&mut self, handle: Handle, only: Option<Direction>, settings: &FileSettings) {
        for tx in self.transactions.iter_mut() {
            let Some(transfer) = tx.transfer_mut() else { continue };
            if transfer.handle == handle && only.is_none_or(|direction| direction == transfer.direction) {
                finish(transfer, FileState::Closed, settings);
                tx.finish();
            }
        }
    }

    /// Nothing comes any more in a direction: files that are not closed are cut.
    pub fn end_files(&mut self, direction: Direction, settings: &FileSettings) {
        for tx in self.transactions.iter_mut() {
            let Some(transfer) = tx.transfer_mut() else { continue };
            if transfer.direction == direction {
                finish(transfer, FileState::Truncated, settings);
                tx.finish();
            }
        }
    }

    fn transfer(&mut self, id: u64) -> Option<&mut Transfer> {
        self.transactions.by_id_mut(id)?.transfer_mut()
    }

    fn note(&mut self, id: u64, event: Option<Event>) {
        if let Some(event) = event {
            self.transactions.event_on(id, event as u8);
        }
    }
}

/// What a file is called that no command named.
const UNKNOWN: &[u8] = b"<unknown>";

fn finish(transfer: &mut Transfer, state: FileState, settings: &FileSettings) {
    if let Some(file) = transfer.files.last_mut() {
        transfer.tracker.finish(file, settings);
        file.close(state);
    }
}
