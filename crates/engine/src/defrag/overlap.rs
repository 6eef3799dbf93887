//! Putting fragments that overlap into one run of bytes.

use super::policy::OverlapPolicy;
use super::tracker::Piece;

/// Decides for every byte of a datagram which fragment it comes from.
///
/// The work is proportional to the bytes of the fragments, whatever their order and overlaps.
// Suricata: two overlapping fragments, and Novak's sequence, come out as in Suricata 7.0.10. Where
// three overlap in one place it compares some pairs only, so that with `first` a later fragment can
// win; here every pair counts, as on the systems that the policies stand for.
#[derive(Debug, Default)]
pub(super) struct Overlaps {
    /// For each byte the number of the fragment that it comes from, or [`NOBODY`].
    owners: Vec<u16>,
    /// What is left of each fragment, for the policies that cut them.
    extents: Vec<(usize, usize)>,
}

impl Overlaps {
    /// Decides on `pieces`, which are in the order in which they came.
    pub(super) fn resolve(&mut self, pieces: &[Piece], policy: OverlapPolicy) {
        let span = pieces.iter().map(|piece| piece.end as usize).max();
        self.owners.clear();
        self.owners.resize(span.unwrap_or(0), NOBODY);
        self.extents.clear();
        for (number, piece) in (0..NOBODY).zip(pieces) {
            let extent = (piece.start as usize, piece.end as usize);
            match policy {
                OverlapPolicy::Bsd => self.cut(number, extent, |older, newer| older <= newer),
                OverlapPolicy::Linux => self.cut(number, extent, |older, newer| older < newer),
                OverlapPolicy::First => self.contest(number, extent, |_, _| false),
                OverlapPolicy::Last => self.contest(number, extent, |_, _| true),
                OverlapPolicy::BsdRight => {
                    self.contest(number, extent, |older, newer| newer.0 >= older.0);
                }
                OverlapPolicy::Windows => {
                    self.contest(number, extent, |older, newer| newer.0 < older.0 && newer.1 > older.1)
                }
                OverlapPolicy::Solaris => {
                    self.contest(number, extent, |older, newer| newer.0 < older.0 && newer.1 >= older.1)
                }
            }
        }
    }

    /// The runs of bytes before `end` that come from one fragment each: its number, and where they are.
    pub(super) fn runs(&self, end: usize) -> impl Iterator<Item = (u16, usize, usize)> + '_ {
        let mut at = 0;
        std::iter::from_fn(move || {
            let owner = *self.owners.get(at..end)?.first()?;
            let start = at;
            at = self.run_end(at, end);
            Some((owner, start, at))
        })
    }

    /// Frees what a huge datagram made of it.
    pub(super) fn shrink(&mut self) {
        self.owners.clear();
        self.owners.shrink_to(KEPT);
        self.extents.clear();
        self.extents.shrink_to(KEPT);
    }

    /// A fragment takes the bytes that it wins from each older fragment.
    fn contest(
        &mut self,
        number: u16,
        (start, end): (usize, usize),
        wins: impl Fn((usize, usize), (usize, usize)) -> bool,
    ) {
        self.extents.push((start, end));
        let mut at = start;
        while at < end {
            let stop = self.run_end(at, end);
            let older = self
                .owners
                .get(at)
                .and_then(|owner| self.extents.get(usize::from(*owner)));
            if older.is_none_or(|older| wins(*older, (start, end))) {
                self.own(number, at, stop);
            }
            at = stop;
        }
    }

    /// As BSD and Linux keep their queues: an older fragment in front cuts the new one, and the
    /// new one cuts those behind it.
    fn cut(&mut self, number: u16, (mut start, end): (usize, usize), older_stays: impl Fn(usize, usize) -> bool) {
        if let Some(front) = self.extent_at(start)
            && older_stays(front.0, start)
        {
            start = front.1.min(end);
        }
        if let Some(back) = end.checked_sub(1).and_then(|last| self.owner_at(last))
            && start < end
            && let Some(extent) = self.extents.get_mut(usize::from(back))
        {
            extent.0 = extent.0.max(end);
        }
        self.extents.push((start, end));
        self.own(number, start, end);
    }

    fn own(&mut self, number: u16, start: usize, end: usize) {
        if let Some(owners) = self.owners.get_mut(start..end) {
            owners.fill(number);
        }
    }

    fn owner_at(&self, at: usize) -> Option<u16> {
        self.owners.get(at).copied().filter(|owner| *owner != NOBODY)
    }

    fn extent_at(&self, at: usize) -> Option<(usize, usize)> {
        self.extents.get(usize::from(self.owner_at(at)?)).copied()
    }

    /// Where the run of equal owners that begins at `at` ends, `end` at the latest.
    fn run_end(&self, at: usize, end: usize) -> usize {
        let rest = self.owners.get(at..end).unwrap_or_default();
        let run = match rest.first() {
            Some(owner) => rest.iter().take_while(|next| *next == owner).count(),
            None => 0,
        };
        // Always ahead, so that callers get to their end.
        at + run.max(1)
    }
}

/// No fragment; also the most fragments of one datagram.
const NOBODY: u16 = u16::MAX;

const KEPT: usize = 4096;

#[cfg(test)]
mod tests;
