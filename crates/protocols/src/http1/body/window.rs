//! What rules see of a body, and when.

use super::settings::BodyLimits;

/// What is kept of a body, and what of it rules are to see.
#[derive(Debug, Default)]
pub(super) struct Window {
    kept: Vec<u8>,
    /// Where `kept` begins in the body.
    start: u64,
    /// Up to where rules have seen it.
    seen: u64,
    limits: Option<BodyLimits>,
    /// Nothing comes any more: the body is over, or its limit is reached.
    over: bool,
}

impl Window {
    /// The limits, before anything else.
    pub(super) fn begin(&mut self, limits: BodyLimits) {
        self.limits = Some(limits);
    }

    /// Whether the limit is reached.
    pub(super) fn is_full(&self) -> bool {
        self.room() == Some(0)
    }

    /// How much more is taken; `None` for any.
    fn room(&self) -> Option<u64> {
        let limit = self.limits.map_or(0, |l| l.limit);
        (limit > 0).then(|| limit.saturating_sub(self.length()))
    }

    /// Adds decoded bytes, as far as the limit lets; returns how many those are.
    pub(super) fn append(&mut self, data: &[u8]) -> usize {
        let length = data.len() as u64;
        let taken = self.room().map_or(length, |room| room.min(length)) as usize;
        self.kept.extend_from_slice(data.get(..taken).unwrap_or_default());
        self.over |= self.is_full();
        taken
    }

    /// Nothing comes any more.
    pub(super) fn end(&mut self) {
        self.over = true;
    }

    /// What rules see now; `None` for nothing new, or too little yet.
    pub(super) fn get(&self) -> Option<&[u8]> {
        let limits = self.limits?;
        let length = self.length();
        if length == self.seen || (!self.over && length < limits.minimal) {
            return None;
        }
        let from = self.first().saturating_sub(self.start);
        self.kept.get(from as usize..)
    }

    /// Where what [`get`](Self::get) gives begins in the body; where it gives nothing, what it has given so far.
    pub(super) fn begins(&self) -> u64 {
        if self.get().is_some() { self.first() } else { self.seen }
    }

    /// Rules have seen what [`get`](Self::get) gave; what no later window shows is let go.
    pub(super) fn inspected(&mut self) {
        if self.get().is_none() {
            return;
        }
        self.seen = self.length();
        // LIMIT: what is kept of a body that rules have seen is one window.
        let Some(limits) = self.limits.filter(|_| !self.over) else {
            return;
        };
        let keep = limits.window.max(limits.minimal.min(self.seen));
        let drop = (self.kept.len() as u64).saturating_sub(keep);
        // PERF: moving what stays is worth it only where it is the smaller part.
        if drop > keep {
            self.kept.drain(..drop as usize);
            self.start = self.start.saturating_add(drop);
        }
    }

    /// What is kept.
    pub(super) fn kept(&self) -> &[u8] {
        &self.kept
    }

    /// Bytes of the body so far.
    fn length(&self) -> u64 {
        self.start.saturating_add(self.kept.len() as u64)
    }

    /// The first byte that rules see now.
    pub(super) fn first(&self) -> u64 {
        let Some(limits) = self.limits else { return 0 };
        // Suricata: the beginning is shown again as long as no more than the minimal size was seen.
        if self.seen <= limits.minimal {
            return 0;
        }
        let new = self.length().saturating_sub(self.seen);
        let before = if new < limits.window {
            limits.window.saturating_sub(new)
        } else {
            limits.window / 4
        };
        self.seen.saturating_sub(before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(limit: u64) -> Window {
        let mut window = Window::default();
        window.begin(BodyLimits {
            limit,
            minimal: 100,
            window: 40,
        });
        window
    }

    #[test]
    fn a_body_is_shown_once_there_is_enough() {
        let mut body = window(0);
        body.append(&[1; 99]);
        assert!(body.get().is_none());
        body.append(&[2; 1]);
        assert_eq!(body.get().map(<[u8]>::len), Some(100));
        body.inspected();
        assert!(body.get().is_none());
        // No more than the minimal size was seen: from the beginning again.
        body.append(&[3; 10]);
        assert_eq!(body.get().map(<[u8]>::len), Some(110));
        body.inspected();
        body.append(&[4; 10]);
        assert_eq!(body.get().map(<[u8]>::len), Some(40));
        body.inspected();
        body.append(&[5; 80]);
        assert_eq!(body.get().map(<[u8]>::len), Some(90));
    }

    #[test]
    fn the_end_and_the_limit_show_what_is_there() {
        let mut body = window(0);
        body.append(&[1; 9]);
        body.end();
        assert_eq!(body.get().map(<[u8]>::len), Some(9));
        let mut body = window(50);
        body.append(&[1; 60]);
        assert_eq!(body.get().map(<[u8]>::len), Some(50));
        body.inspected();
        body.append(&[1; 60]);
        assert!(body.get().is_none() && body.room() == Some(0));
    }

    #[test]
    fn what_was_seen_is_let_go() {
        let mut body = window(0);
        for _ in 0..1000 {
            body.append(&[7; 50]);
            body.inspected();
            assert!(body.kept.len() <= 400, "{}", body.kept.len());
        }
    }
}
