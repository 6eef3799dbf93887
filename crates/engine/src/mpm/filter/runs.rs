//! Patterns that are one byte repeated: padding, NOP sleds, `AAAA`.
//!
//! Traffic is full of such runs. Grams of them would pass level 1 all the time, and a long one would be compared
//! at every place of a run that is too short for it.

use memchr::memmem;

use super::super::Hits;
use super::super::literals::{LiteralId, Literals};
use super::level1::{FOLD, load};
use super::shuffle::{CLASSES, class_of};
use super::simd::{self, Simd};

/// The patterns that are runs.
#[derive(Debug)]
pub(super) struct Runs {
    runs: Box<[Run]>,
    /// Where in `runs` those of a folded byte start; one more for the end of the last.
    starts: Box<[u32; 257]>,
    /// Which bytes are repeated by some: all bits of a byte's class, see [`class_of`].
    known: Box<Known>,
    /// Length of the shortest.
    min_len: usize,
}

/// All bits or none, by the class of a byte.
#[derive(Debug)]
#[repr(align(64))]
pub(super) struct Known(pub(super) [u8; CLASSES]);

#[derive(Debug)]
struct Run {
    len: usize,
    literal: LiteralId,
    kind: Kind,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    /// One letter, whatever its case.
    AnyCase,
    /// The same byte every time.
    Of(u8),
    /// Both cases of a letter as the pattern has them, or bytes that differ as the cases of letters do.
    Mixed,
}

/// Whether a pattern of two bytes or more is one byte repeated, if case and the like are set aside.
pub(super) fn is_run(bytes: &[u8]) -> bool {
    bytes.len() > 1 && bytes.windows(2).all(|pair| pair[0] | 0x20 == pair[1] | 0x20)
}

impl Runs {
    pub(super) fn new(literals: &Literals, class: &[LiteralId]) -> Self {
        let mut runs: Vec<(u8, Run)> = class
            .iter()
            .map(|&literal| {
                let bytes = literals.bytes(literal);
                let kind = if literals.is_nocase(literal) {
                    Kind::AnyCase
                } else if bytes.windows(2).all(|pair| pair[0] == pair[1]) {
                    Kind::Of(bytes[0])
                } else {
                    Kind::Mixed
                };
                let run = Run {
                    len: bytes.len(),
                    literal,
                    kind,
                };
                (bytes[0] | 0x20, run)
            })
            .collect();
        runs.sort_by_key(|(byte, run)| (*byte, run.len));
        let mut starts = Box::new([0; 257]);
        for (byte, _) in &runs {
            starts[usize::from(*byte) + 1] += 1;
        }
        for byte in 0..256 {
            starts[byte + 1] += starts[byte];
        }
        let mut known = Box::new(Known([0; CLASSES]));
        for (byte, _) in &runs {
            known.0[usize::from(class_of(*byte))] = 0xFF;
        }
        Self {
            known,
            min_len: runs.iter().map(|(_, run)| run.len).min().unwrap_or(2),
            runs: runs.into_iter().map(|(_, run)| run).collect(),
            starts,
        }
    }

    /// Adds the patterns that occur to the hits.
    pub(super) fn scan(&self, haystack: &[u8], simd: Simd, literals: &Literals, hits: &mut Hits) {
        let least = self.min_len.min(MAX_LEAST) - 1;
        let mut base = 0;
        while let Some((found, repeats)) = self.find(haystack, base, least, simd) {
            let mut next = found + 64;
            let mut enough = in_a_row(repeats, least);
            while enough != 0 {
                let first = enough.trailing_zeros();
                let ones = (!(repeats >> first)).trailing_zeros().min(64 - first);
                let start = found + first as usize;
                let mut end = start + ones as usize + 1;
                if first + ones == 64 {
                    while alike(haystack, end - 1) {
                        end += 1;
                    }
                    next = end;
                    enough = 0;
                } else {
                    enough &= u64::MAX << (first + ones);
                }
                if end - start >= self.min_len && self.knows(haystack[start]) {
                    self.report(&haystack[start..end], literals, hits);
                }
            }
            base = next;
        }
    }

    /// The first 64 bytes from `base` on, of those that follow each other by 64, of which so many in a row are [`alike`]:
    /// where they begin, and which of them are. What is alike to their end may go on behind it, and counts. Bytes that no
    /// pattern repeats may be left out.
    fn find(&self, haystack: &[u8], mut base: usize, least: usize, simd: Simd) -> Option<(usize, u64)> {
        if simd == Simd::Avx512 {
            return simd::find_repeats(&self.known, haystack, base, least);
        }
        while base + 1 < haystack.len() {
            let repeats = repeats(&haystack[base..], simd);
            if in_a_row(repeats, least) != 0 {
                return Some((base, repeats));
            }
            base += 64;
        }
        None
    }

    /// Whether some pattern repeats this byte.
    #[inline]
    fn knows(&self, byte: u8) -> bool {
        let byte = usize::from(byte | 0x20);
        self.starts[byte] != self.starts[byte + 1]
    }

    /// Bytes of heap held.
    pub(super) fn memory(&self) -> usize {
        size_of_val(&*self.runs) + size_of_val(&*self.starts) + size_of_val(&*self.known)
    }

    /// Reports the patterns that are part of a run.
    #[inline(never)]
    fn report(&self, run: &[u8], literals: &Literals, hits: &mut Hits) {
        let byte = usize::from(run[0] | 0x20);
        let known = &self.runs[self.starts[byte] as usize..self.starts[byte + 1] as usize];
        let mut longest = None;
        // No two literals of one kind have the same length, so there are no more of them than the run has bytes;
        // a mixed one is looked for once.
        for pattern in known.iter().take_while(|pattern| pattern.len <= run.len()) {
            if literals.reported(pattern.literal, hits) {
                continue;
            }
            let fits = match pattern.kind {
                Kind::AnyCase => true,
                Kind::Of(byte) => longest.get_or_insert_with(|| Longest::of(run)).len(byte) >= pattern.len,
                Kind::Mixed => memmem::find(run, literals.bytes(pattern.literal)).is_some(),
            };
            if fits {
                literals.report(pattern.literal, hits);
            }
        }
    }
}

/// Whether a byte is like the one after it, case and the like set aside.
fn alike(haystack: &[u8], at: usize) -> bool {
    matches!(haystack.get(at..at + 2), Some(&[a, b]) if a | 0x20 == b | 0x20)
}

/// Where so many bits in a row begin; those behind the last count as set.
#[inline(always)]
pub(super) fn in_a_row(bits: u64, least: usize) -> u64 {
    let also = |by: u32| bits >> by | !(u64::MAX >> by);
    match least {
        0 | 1 => bits,
        2 => bits & also(1),
        3 => bits & also(1) & also(2),
        4 => bits & also(1) & also(2) & also(3),
        _ => bits & also(1) & also(2) & also(3) & also(4),
    }
}

/// Which of the first 64 bytes are [`alike`], but by AVX-512.
fn repeats(haystack: &[u8], simd: Simd) -> u64 {
    if simd == Simd::Avx2 && haystack.len() > 64 {
        return simd::repeats(haystack);
    }
    let places = (haystack.len() - 1).min(64);
    let mut repeats = 0;
    for at in (0..places).step_by(8) {
        let differ = (load(haystack, at) | FOLD) ^ (load(haystack, at + 1) | FOLD);
        // The high bit of each byte: whether that byte is zero.
        let alike = !(((differ & !HIGH) + !HIGH) | differ) & HIGH;
        repeats |= ((alike >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) << at;
    }
    repeats & (u64::MAX >> (64 - places))
}

/// PERF: up to so many bytes are looked at to tell whether a run may be long enough; most of what repeats is too short.
const MAX_LEAST: usize = 6;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// The longest true runs in a run that mixes a byte with its other case, or with what passes for it.
struct Longest {
    /// Of the byte without and with the bit that stands for the case.
    lens: [usize; 2],
}

impl Longest {
    fn of(run: &[u8]) -> Self {
        let mut lens = [0; 2];
        let mut rest = run;
        while let [first, ..] = rest {
            let len = rest.iter().take_while(|byte| *byte == first).count();
            let longest = &mut lens[usize::from(first >> 5 & 1)];
            *longest = len.max(*longest);
            rest = &rest[len..];
        }
        Self { lens }
    }

    fn len(&self, byte: u8) -> usize {
        self.lens[usize::from(byte >> 5 & 1)]
    }
}
