//! What is known of a flow: its transactions, and what later commands refer to.

use std::sync::Arc;

use engine::app_layer::{Settings, Transactions};
use packet::Direction;

use super::Event;
use super::bounded::Bounded;
use super::file;
use super::tx::{Body, Handle, SmbTx};
use crate::dcerpc::call::Association;

/// What is known of a flow.
#[derive(Debug)]
pub struct State {
    /// Commands and files that are not over.
    pub transactions: Transactions<SmbTx>,
    /// What the configuration says.
    pub config: Config,
    /// The dialect that was agreed on; `unknown` before.
    pub dialect: Arc<str>,
    /// The dialects of SMB 1 that the client offered last.
    pub dialects: Vec<String>,
    /// The server has chosen one of them.
    pub negotiated: bool,
    /// The most that the server lets be read and written at once, in bytes; 0 when it did not say.
    pub sizes: (u32, u32),
    /// Shares, by session and tree.
    pub trees: Bounded<(u64, u32), Tree>,
    /// Names of files.
    pub names: Bounded<Handle, Vec<u8>>,
    /// Reads that are not answered, by the number of their message.
    pub reads: Bounded<u64, Read>,
    /// Interfaces that were agreed on in pipes.
    pub pipes: Bounded<Handle, Association>,
    /// Parts of units in pipes: what the client and the server sent last.
    pub fragments: Bounded<(Handle, bool), Vec<u8>>,
    /// It cannot go on.
    pub failed: bool,
}

/// A share that is used.
#[derive(Clone, Debug)]
pub struct Tree {
    /// Its name.
    pub name: Vec<u8>,
    /// It is for pipes.
    pub pipe: bool,
}

/// A read that is not answered.
#[derive(Clone, Copy, Debug)]
pub struct Read {
    /// Of which file.
    pub handle: Handle,
    /// From where on, in bytes.
    pub offset: u64,
    /// In which tree of which session.
    pub tree: (u64, u32),
}

/// What the configuration says.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    max_tx: usize,
    /// The most that may be read and written at once, in bytes; 0 for no limit.
    pub sizes: (u64, u64),
    read_queue: (u64, u64),
    write_queue: (u64, u64),
    /// Bytes of a stub that are kept.
    pub stub: usize,
    caches: [usize; 5],
}

impl Config {
    /// Reads `app-layer.protocols.smb`.
    ///
    /// # Errors
    /// What is wrong with a setting.
    pub fn new(settings: &Settings) -> Result<Self, String> {
        let cache = |name: &str| settings.number(name, 1024).map(|n| n as usize);
        Ok(Self {
            max_tx: settings.number("max-tx", 1024)? as usize,
            sizes: (
                settings.size("max-read-size", 16 << 20)?,
                settings.size("max-write-size", 16 << 20)?,
            ),
            read_queue: (
                settings.size("max-read-queue-size", 64 << 20)?,
                settings.number("max-read-queue-cnt", 64)?,
            ),
            write_queue: (
                settings.size("max-write-queue-size", 64 << 20)?,
                settings.number("max-write-queue-cnt", 64)?,
            ),
            stub: settings.size("dcerpc.max-stub-size", 1 << 20)? as usize,
            caches: [
                cache("max-tree-cache-size")?,
                cache("max-guid-cache-size")?,
                cache("max-read-offset-cache-size")?,
                cache("max-session-cache-size")?,
                // LIMIT: each part of a unit has less than 64 KiB.
                settings.number("max-dcerpc-frag-cache-size", 128)? as usize,
            ],
        })
    }

    /// How much of a file that goes in `direction` may wait for what comes before it.
    pub const fn queue(&self, direction: Direction) -> file::Limits {
        match direction {
            Direction::ToServer => file::Limits {
                bytes: self.write_queue.0,
                pieces: self.write_queue.1,
                events: (Event::WriteQueueSizeExceeded, Event::WriteQueueCntExceeded),
            },
            Direction::ToClient => file::Limits {
                bytes: self.read_queue.0,
                pieces: self.read_queue.1,
                events: (Event::ReadQueueSizeExceeded, Event::ReadQueueCntExceeded),
            },
        }
    }
}

impl State {
    /// A flow of which nothing is known.
    pub fn new(config: Config) -> Self {
        let [trees, names, reads, pipes, fragments] = config.caches;
        Self {
            transactions: Transactions::default(),
            config,
            dialect: Arc::from("unknown"),
            dialects: Vec::new(),
            negotiated: false,
            sizes: (0, 0),
            trees: Bounded::new(trees),
            names: Bounded::new(names),
            reads: Bounded::new(reads),
            pipes: Bounded::new(pipes),
            fragments: Bounded::new(fragments),
            failed: false,
        }
    }

    /// Begins a transaction whose command has arrived, and says which number it has.
    pub fn begin(&mut self, version: u8, command: u16, key: Key, body: Body) -> u64 {
        let id = self.transactions.total();
        self.transactions.push(SmbTx {
            version,
            command,
            dialect: Arc::clone(&self.dialect),
            status: None,
            session: key.session,
            tree: key.tree,
            message: key.message,
            done: [true, false],
            body,
        });
        // LIMIT: `max-tx` transactions of a flow that are not over; a flow with more is not followed.
        if self.transactions.count() > self.config.max_tx {
            self.transactions.event(Event::TooManyTransactions as u8);
            self.failed = true;
        }
        id
    }

    /// The newest transaction of which that is so.
    pub fn find(&mut self, fits: impl Fn(&SmbTx) -> bool) -> Option<(u64, &mut SmbTx)> {
        let found = self.transactions.entries_mut().rev().find(|(_, tx)| fits(tx));
        found.map(|(state, tx)| (state.id, tx))
    }

    /// The transaction that is answered: of a command, by the number of its message.
    pub fn asked(&mut self, version: u8, command: u16, message: u64) -> Option<(u64, &mut SmbTx)> {
        self.find(|tx| {
            tx.version == version
                && tx.message == message
                && tx.command == command
                && !tx.done.get(1).copied().unwrap_or(true)
                && !matches!(tx.body, Body::File(_))
        })
    }

    /// Notes an event on the newest transaction.
    pub fn event(&mut self, event: Event) {
        self.transactions.event(event as u8);
    }

    /// Whether a tree is for pipes; `None` when it is not known.
    pub fn is_pipe(&self, tree: (u64, u32)) -> Option<bool> {
        self.trees.get(&tree).map(|tree| tree.pipe)
    }

    /// The name of the file that a command opened last, whether it was answered or not.
    pub fn last_created(&self) -> Vec<u8> {
        let mut names = self.transactions.iter().rev().filter_map(|tx| match &tx.body {
            Body::Create(create) => Some(create.name.clone()),
            _ => None,
        });
        names.next().unwrap_or_default()
    }

    /// The name of a file; empty when it is not known.
    pub fn name(&self, handle: Handle) -> Vec<u8> {
        self.names.get(&handle).cloned().unwrap_or_default()
    }
}

/// What an answer repeats of its command.
#[derive(Clone, Copy, Debug, Default)]
pub struct Key {
    /// The session.
    pub session: u64,
    /// The tree.
    pub tree: u32,
    /// The number of the message.
    pub message: u64,
}
