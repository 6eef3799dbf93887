//! The distinct literals of a set, and the exact comparison that every matcher ends with.

use hashbrown::HashMap;

use super::{Hits, Pattern, PatternId};

/// Index of a distinct literal: patterns that mean the same share one.
pub(super) type LiteralId = u32;

/// The distinct literals of a pattern set, in order of their first pattern.
#[derive(Debug, Clone)]
pub(super) struct Literals {
    /// The bytes of all literals, end to end; in lower case where the case does not matter.
    bytes: Vec<u8>,
    literals: Vec<Literal>,
    /// The patterns of each literal, end to end.
    ids: Vec<PatternId>,
    patterns: usize,
    max_len: usize,
}

#[derive(Debug, Clone, Copy)]
struct Literal {
    start: u32,
    len: u32,
    ids: u32,
    nocase: bool,
}

impl Literals {
    pub(super) fn new(patterns: &[Pattern]) -> Self {
        let mut known: HashMap<(Box<[u8]>, bool), u32, foldhash::fast::FixedState> = HashMap::default();
        let mut of_literal: Vec<Vec<PatternId>> = Vec::new();
        let mut out = Self {
            bytes: Vec::new(),
            literals: Vec::new(),
            ids: Vec::with_capacity(patterns.len()),
            patterns: patterns.len(),
            max_len: 0,
        };
        for (id, pattern) in (0..).zip(patterns).filter(|(_, p)| !p.bytes.is_empty()) {
            // Case can only matter where there are letters; the exact comparison is the cheaper one.
            let nocase = pattern.nocase && pattern.bytes.iter().any(u8::is_ascii_alphabetic);
            let mut bytes = pattern.bytes.clone();
            if nocase {
                bytes.make_ascii_lowercase();
            }
            let next = of_literal.len() as u32;
            let literal = *known.entry((bytes, nocase)).or_insert(next);
            if literal == next {
                of_literal.push(Vec::new());
                out.push(&pattern.bytes, nocase);
            }
            of_literal[literal as usize].push(id);
        }
        for (literal, ids) in out.literals.iter_mut().zip(&of_literal) {
            literal.ids = out.ids.len() as u32;
            out.ids.extend(ids);
        }
        out
    }

    /// Number of distinct literals.
    pub(super) fn len(&self) -> usize {
        self.literals.len()
    }

    /// Number of patterns they were made from.
    pub(super) fn patterns(&self) -> usize {
        self.patterns
    }

    /// Length of the longest literal.
    pub(super) fn max_len(&self) -> usize {
        self.max_len
    }

    /// Length of the shortest literal, `usize::MAX` where there is none.
    pub(super) fn min_len(&self) -> usize {
        self.literals
            .iter()
            .map(|literal| literal.len as usize)
            .min()
            .unwrap_or(usize::MAX)
    }

    /// The bytes of a literal; in lower case where its case does not matter.
    pub(super) fn bytes(&self, id: LiteralId) -> &[u8] {
        let literal = self.literals[id as usize];
        &self.bytes[literal.start as usize..][..literal.len as usize]
    }

    /// Whether the case of the literal's letters does not matter; it has some.
    pub(super) fn is_nocase(&self, id: LiteralId) -> bool {
        self.literals[id as usize].nocase
    }

    /// Whether the literal stands in `haystack` from `start`.
    #[inline]
    pub(super) fn occurs(&self, id: LiteralId, haystack: &[u8], start: usize) -> bool {
        let bytes = self.bytes(id);
        let Some(end) = start.checked_add(bytes.len()) else {
            return false;
        };
        haystack.get(start..end).is_some_and(|there| {
            if self.literals[id as usize].nocase {
                there.eq_ignore_ascii_case(bytes)
            } else {
                there == bytes
            }
        })
    }

    /// Whether the literal has been reported already.
    #[inline]
    pub(super) fn reported(&self, id: LiteralId, hits: &Hits) -> bool {
        let first = self.literals[id as usize].ids;
        hits.contains(self.ids[first as usize])
    }

    /// Adds all patterns of the literal to the hits.
    #[cold]
    pub(super) fn report(&self, id: LiteralId, hits: &mut Hits) {
        let first = self.literals[id as usize].ids as usize;
        let end = self
            .literals
            .get(id as usize + 1)
            .map_or(self.ids.len(), |next| next.ids as usize);
        for pattern in &self.ids[first..end] {
            hits.insert(*pattern);
        }
    }

    /// Bytes of heap held.
    pub(super) fn memory(&self) -> usize {
        self.bytes.capacity()
            + self.literals.capacity() * size_of::<Literal>()
            + self.ids.capacity() * size_of::<PatternId>()
    }

    fn push(&mut self, bytes: &[u8], nocase: bool) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        if nocase {
            self.bytes[start..].make_ascii_lowercase();
        }
        self.literals.push(Literal {
            start: start as u32,
            len: bytes.len() as u32,
            ids: 0,
            nocase,
        });
        self.max_len = self.max_len.max(bytes.len());
    }
}
