//! Transactions: a request and its answer, or what a protocol has instead.

use std::any::Any;
use std::collections::VecDeque;
use std::fmt;

use packet::Direction;
use smallvec::SmallVec;

use super::file::Files;

/// A progress above every other: the direction is over, whatever the protocol says.
pub const COMPLETE: u8 = u8::MAX;

/// A request and its answer, or what a protocol has instead.
pub trait Transaction: Any + Send + fmt::Debug {
    /// How far it has come in `direction`: an index into [`Application::progress`](super::Application::progress).
    fn progress(&self, direction: Direction) -> u8;

    /// Whether what is there in `direction` from progress `at` on cannot change any more: a part that is read line by
    /// line is there from its first line on, and settled with its last.
    fn settled(&self, direction: Direction, at: u8) -> bool {
        let _ = (direction, at);
        true
    }

    /// The files that go in `direction`.
    fn files(&self, direction: Direction) -> Option<&Files> {
        let _ = direction;
        None
    }

    /// The files that go in `direction`.
    fn files_mut(&mut self, direction: Direction) -> Option<&mut Files> {
        let _ = direction;
        None
    }

    /// Whether integers in `direction` are little endian, in a protocol whose messages say so: what `dce` of
    /// `byte_test` and its family means.
    fn little_endian(&self, direction: Direction) -> bool {
        let _ = direction;
        false
    }

    /// Where the window that rules see now of a buffer begins, in bytes from the start of what it is a window of; of the
    /// buffer of that index where there are several. Files are known.
    fn window_start(&self, buffer: &str, direction: Direction, index: usize) -> u64 {
        match buffer {
            "file.data" => self.files(direction).map_or(0, |files| files.window_start(index)),
            _ => 0,
        }
    }

    /// Rules have looked at everything there is in `direction`: bodies may let go of it.
    fn inspected(&mut self, direction: Direction) {
        let _ = direction;
    }
}

/// What the engine keeps beside a transaction.
#[derive(Debug, Default)]
pub struct TxState {
    /// Its number within the flow, from 0.
    pub id: u64,
    /// What is wrong with it, by the numbers of [`Application::events`](super::Application::events).
    pub events: EventSet,
    /// Which events were reported.
    pub reported: EventSet,
    /// What rules have seen of it, by [`Direction::index`].
    pub inspection: [Inspection; 2],
    /// Which records were written: a bit for each logger.
    pub logged: u32,
    /// A rule alerted on it.
    pub alerted: bool,
    /// The `sid` of the rule that has all files of a direction stored, by [`Direction::index`].
    pub store_files: [Option<u32>; 2],
}

/// What rules have seen of one direction of a transaction.
#[derive(Debug, Default)]
pub struct Inspection {
    /// Buffers up to this progress were searched; 0 for none, else one more than the progress.
    pub searched: u8,
    /// Events that were looked up.
    pub events: EventSet,
    /// Rules that may still match.
    pub candidates: SmallVec<[Candidate; 4]>,
    /// Rules have seen it complete.
    pub done: bool,
}

/// A rule that may still match a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its index.
    pub rule: u32,
    /// Which of its conditions hold: a bit each.
    pub held: u32,
    /// It matched, or cannot any more.
    pub settled: bool,
}

/// Events of a transaction, by number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EventSet(u128);

impl EventSet {
    /// None.
    pub const EMPTY: Self = Self(0);

    /// Adds the event of that number, below 128.
    pub const fn insert(&mut self, event: u8) {
        self.0 |= 1 << (event & 127);
    }

    /// Whether it is there.
    pub const fn has(self, event: u8) -> bool {
        self.0 & 1 << (event & 127) != 0
    }

    /// Whether there are none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those that are not in `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Their numbers, in order.
    pub fn iter(self) -> impl Iterator<Item = u8> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let at = left.trailing_zeros();
            (at < 128).then(|| {
                left &= left - 1;
                at as u8
            })
        })
    }
}

/// The transactions of a flow, whatever their type.
pub trait TransactionList {
    /// How many there are.
    fn len(&self) -> usize;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The one at `index`, oldest first.
    fn get(&self, index: usize) -> Option<(&TxState, &dyn Transaction)>;

    /// The one at `index`, oldest first.
    fn get_mut(&mut self, index: usize) -> Option<(&mut TxState, &mut dyn Transaction)>;

    /// Forgets those for which `done` says so.
    fn retire(&mut self, done: &mut dyn FnMut(&TxState, &dyn Transaction) -> bool);
}

/// The transactions of a flow, oldest first: what a parser keeps them in.
#[derive(Debug)]
pub struct Transactions<T> {
    list: VecDeque<(TxState, T)>,
    next: u64,
}

impl<T> Default for Transactions<T> {
    fn default() -> Self {
        Self {
            list: VecDeque::new(),
            next: 0,
        }
    }
}

impl<T: Transaction> Transactions<T> {
    /// Adds one at the end, and gives it back. Whoever calls it sees to a limit: see [`len`](TransactionList::len).
    pub fn push(&mut self, transaction: T) -> &mut T {
        let state = TxState {
            id: self.next,
            ..TxState::default()
        };
        self.next += 1;
        if self.list.capacity() == 0 {
            // PERF: most flows have one transaction at a time, and it is large.
            self.list.reserve_exact(1);
        }
        self.list.push_back((state, transaction));
        let last = self.list.len() - 1;
        &mut self.list[last].1
    }

    /// Adds one at the end that has nothing to show in the other direction: rules do not look at it there.
    pub fn push_one_way(&mut self, transaction: T, direction: Direction) -> &mut T {
        self.push(transaction);
        let last = self.list.len() - 1;
        let (state, tx) = &mut self.list[last];
        state.inspection[direction.reverse().index()].done = true;
        tx
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.list.len()
    }

    /// How many there were so far: the id of the next.
    pub fn total(&self) -> u64 {
        self.next
    }

    /// The newest.
    pub fn last_mut(&mut self) -> Option<&mut T> {
        self.list.back_mut().map(|(_, tx)| tx)
    }

    /// The one with that id, if it is still there.
    pub fn by_id_mut(&mut self, id: u64) -> Option<&mut T> {
        let at = self.list.binary_search_by_key(&id, |(state, _)| state.id).ok()?;
        self.list.get_mut(at).map(|(_, tx)| tx)
    }

    /// All of them, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.list.iter().map(|(_, tx)| tx)
    }

    /// All of them, oldest first.
    pub fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut T> {
        self.list.iter_mut().map(|(_, tx)| tx)
    }

    /// The ids of those that are there, oldest first, with the transactions.
    pub fn entries_mut(&mut self) -> impl DoubleEndedIterator<Item = (&mut TxState, &mut T)> {
        self.list.iter_mut().map(|(state, tx)| (state, tx))
    }

    /// Notes an event on the newest transaction; nothing happens when there is none.
    pub fn event(&mut self, event: u8) {
        if let Some((state, _)) = self.list.back_mut() {
            state.events.insert(event);
        }
    }

    /// Notes an event on the transaction with that id.
    pub fn event_on(&mut self, id: u64, event: u8) {
        if let Ok(at) = self.list.binary_search_by_key(&id, |(state, _)| state.id)
            && let Some((state, _)) = self.list.get_mut(at)
        {
            state.events.insert(event);
        }
    }
}

impl<T: Transaction> TransactionList for Transactions<T> {
    fn len(&self) -> usize {
        self.list.len()
    }

    fn get(&self, index: usize) -> Option<(&TxState, &dyn Transaction)> {
        self.list.get(index).map(|(state, tx)| (state, tx as &dyn Transaction))
    }

    fn get_mut(&mut self, index: usize) -> Option<(&mut TxState, &mut dyn Transaction)> {
        self.list
            .get_mut(index)
            .map(|(state, tx)| (state, tx as &mut dyn Transaction))
    }

    fn retire(&mut self, done: &mut dyn FnMut(&TxState, &dyn Transaction) -> bool) {
        self.list.retain(|(state, tx)| !done(state, tx));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Nothing;

    impl Transaction for Nothing {
        fn progress(&self, _direction: Direction) -> u8 {
            0
        }
    }

    #[test]
    fn ids_stay_when_others_go() {
        let mut list = Transactions::default();
        for _ in 0..3 {
            list.push(Nothing);
        }
        list.retire(&mut |state, _| state.id == 1);
        assert_eq!((list.count(), list.total()), (2, 3));
        list.event_on(2, 7);
        assert!(list.get(1).is_some_and(|(s, _)| s.id == 2 && s.events.has(7)));
        assert!(list.by_id_mut(1).is_none());
    }

    #[test]
    fn event_sets_list_their_numbers() {
        let mut set = EventSet::EMPTY;
        for n in [0, 5, 127] {
            set.insert(n);
        }
        assert_eq!(set.iter().collect::<Vec<_>>(), [0, 5, 127]);
    }
}
