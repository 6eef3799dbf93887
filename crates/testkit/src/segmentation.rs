//! How data is cut into TCP segments, and what befalls them on their way.

use crate::Rng;

/// A plan for the segments of one send: cut, overlap, lose, duplicate, and only then order.
///
/// The default cuts every 1,460 bytes and leaves the order alone. Segments are named by their
/// place in the stream, from 0, whatever the order they go out in.
///
/// ```
/// use testkit::Segmentation;
///
/// let plan = Segmentation::every(2).overlap(1).lose(1).duplicate(2).reversed();
/// let pieces = plan.pieces(b"abcdef");
/// let seen: Vec<_> = pieces.iter().map(|p| (p.offset, p.data.as_slice())).collect();
/// assert_eq!(seen, [(3, &b"def"[..]), (3, b"def"), (0, b"ab")]);
/// ```
#[derive(Clone, Debug)]
pub struct Segmentation {
    cut: Cut,
    overlap: usize,
    lose: Vec<usize>,
    duplicate: Vec<usize>,
    swaps: Vec<(usize, usize)>,
    reversed: bool,
    shuffle: Option<u64>,
    forge: Vec<(usize, u8)>,
}

/// A segment's data and where it begins, in bytes from the start of the send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Bytes from the start of the data that was sent.
    pub offset: usize,
    /// The segment's data.
    pub data: Vec<u8>,
}

#[derive(Clone, Debug)]
enum Cut {
    Every(usize),
    At(Vec<usize>),
    Random { seed: u64, longest: usize },
}

impl Segmentation {
    /// Segments of `size` bytes, the last with what is left.
    ///
    /// # Panics
    /// When `size` is 0.
    pub fn every(size: usize) -> Self {
        assert!(size > 0, "a segment holds a byte at least");
        Self::cut(Cut::Every(size))
    }

    /// Cuts before the bytes at these offsets, which ascend.
    pub fn at(offsets: &[usize]) -> Self {
        Self::cut(Cut::At(offsets.to_vec()))
    }

    /// Segments of 1 to `longest` bytes, fixed by `seed`.
    pub fn random(seed: u64, longest: usize) -> Self {
        Self::cut(Cut::Random { seed, longest })
    }

    fn cut(cut: Cut) -> Self {
        Self {
            cut,
            overlap: 0,
            lose: Vec::new(),
            duplicate: Vec::new(),
            swaps: Vec::new(),
            reversed: false,
            shuffle: None,
            forge: Vec::new(),
        }
    }

    /// Each segment also repeats the last `bytes` bytes before it.
    pub const fn overlap(mut self, bytes: usize) -> Self {
        self.overlap = bytes;
        self
    }

    /// The capture misses this segment; the receiver had it, so its acknowledgment covers it.
    pub fn lose(mut self, segment: usize) -> Self {
        self.lose.push(segment);
        self
    }

    /// This segment goes out twice.
    pub fn duplicate(mut self, segment: usize) -> Self {
        self.duplicate.push(segment);
        self
    }

    /// Before this segment goes one of the same place and length that holds only `byte`: other data for the same range.
    pub fn forge(mut self, segment: usize, byte: u8) -> Self {
        self.forge.push((segment, byte));
        self
    }

    /// The segments that go out as number `a` and number `b` change places.
    pub fn swap(mut self, a: usize, b: usize) -> Self {
        self.swaps.push((a, b));
        self
    }

    /// The last goes first.
    pub const fn reversed(mut self) -> Self {
        self.reversed = true;
        self
    }

    /// Any order, fixed by `seed`.
    pub const fn shuffled(mut self, seed: u64) -> Self {
        self.shuffle = Some(seed);
        self
    }

    /// The segments of `data` in the order in which they go out.
    pub fn pieces(&self, data: &[u8]) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let ends = self.ends(data.len());
        let starts = std::iter::once(0).chain(ends.iter().copied());
        for (i, (start, &end)) in starts.zip(&ends).enumerate() {
            let offset = start.saturating_sub(self.overlap);
            let data = data[offset..end].to_vec();
            for (_, byte) in self.forge.iter().filter(|f| f.0 == i) {
                let data = vec![*byte; data.len()];
                pieces.push(Piece { offset, data });
            }
            if !self.lose.contains(&i) {
                let copies = 1 + self.duplicate.iter().filter(|d| **d == i).count();
                pieces.extend(vec![Piece { offset, data }; copies]);
            }
        }
        self.order(&mut pieces);
        pieces
    }

    fn ends(&self, len: usize) -> Vec<usize> {
        let mut ends: Vec<usize> = match &self.cut {
            Cut::Every(size) => (0..len).step_by(*size).skip(1).collect(),
            Cut::At(offsets) => offsets.iter().copied().filter(|o| *o > 0 && *o < len).collect(),
            Cut::Random { seed, longest } => {
                let mut rng = Rng::new(*seed);
                let mut ends = Vec::new();
                let mut at = 0;
                loop {
                    at += rng.between(1, *longest as u64) as usize;
                    if at >= len {
                        break ends;
                    }
                    ends.push(at);
                }
            }
        };
        if len > 0 {
            ends.push(len);
        }
        ends
    }

    fn order(&self, pieces: &mut [Piece]) {
        for &(a, b) in &self.swaps {
            if a < pieces.len() && b < pieces.len() {
                pieces.swap(a, b);
            }
        }
        if self.reversed {
            pieces.reverse();
        }
        if let Some(seed) = self.shuffle {
            Rng::new(seed).shuffle(pieces);
        }
    }
}

impl Default for Segmentation {
    fn default() -> Self {
        Self::every(1460)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(plan: &Segmentation, data: &[u8]) -> Vec<u8> {
        let mut whole = vec![0; data.len()];
        for piece in plan.pieces(data) {
            whole[piece.offset..piece.offset + piece.data.len()].copy_from_slice(&piece.data);
        }
        whole
    }

    #[test]
    fn every_plan_without_loss_holds_all_the_data() {
        let data: Vec<u8> = (0..=255).collect();
        for plan in [
            Segmentation::default(),
            Segmentation::every(1),
            Segmentation::every(7).overlap(3).reversed(),
            Segmentation::at(&[1, 2, 200, 400]).swap(0, 3),
            Segmentation::random(5, 30).shuffled(9).duplicate(0),
            Segmentation::every(50).forge(1, 0),
        ] {
            assert_eq!(joined(&plan, &data), data, "{plan:?}");
        }
    }

    #[test]
    fn no_data_has_no_segments() {
        assert!(Segmentation::every(3).pieces(b"").is_empty());
        assert!(Segmentation::random(1, 3).pieces(b"").is_empty());
    }

    #[test]
    fn a_lost_segment_is_not_there() {
        let offsets: Vec<usize> = Segmentation::every(2)
            .lose(1)
            .pieces(b"abcdef")
            .iter()
            .map(|p| p.offset)
            .collect();
        assert_eq!(offsets, [0, 4]);
    }
}
