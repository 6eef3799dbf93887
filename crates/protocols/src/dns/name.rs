//! Names: labels and pointers, as text with dots between.

/// A name that was decoded: a part of [`Names::text`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Name {
    start: u32,
    len: u16,
    /// It goes on where it was cut.
    pub truncated: bool,
}

/// What was odd about names, a bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct NameFlaws {
    /// A pointer leads to itself.
    pub infinite_loop: bool,
    /// There are more labels and pointers than a name can have.
    pub too_many_labels: bool,
    /// It was cut.
    pub too_long: bool,
}

/// Decodes the names of one message (RFC 1035 section 4.1.4), and keeps their text.
#[derive(Debug)]
pub(super) struct Names<'m> {
    message: &'m [u8],
    /// The text of the names, one after the other.
    pub text: Vec<u8>,
    /// What was odd so far.
    pub flaws: NameFlaws,
    work: usize,
    recent: [Option<(usize, Name)>; RECENT],
    next: usize,
}

impl Name {
    /// Its bytes: labels with dots between, not escaped; none for the root.
    pub fn bytes(self, text: &[u8]) -> &[u8] {
        let start = self.start as usize;
        text.get(start..start.saturating_add(usize::from(self.len)))
            .unwrap_or_default()
    }

    /// Whether it is the root.
    pub fn is_empty(self) -> bool {
        self.len == 0
    }
}

impl<'m> Names<'m> {
    /// For the names of `message`, whose pointers count from its first byte.
    pub fn new(message: &'m [u8]) -> Self {
        Self {
            message,
            text: Vec::with_capacity(64),
            flaws: NameFlaws::default(),
            work: 0,
            recent: [None; RECENT],
            next: 0,
        }
    }

    /// The name that starts at `at` and whose own labels end before `end`, and where what follows it starts.
    ///
    /// `None` for a label that is neither a text nor a pointer, one that is cut, a pointer out of the message, and a
    /// name with more than [`MAX_STEPS`] labels that no pointer ends.
    pub fn read(&mut self, at: usize, end: usize) -> Option<(Name, usize)> {
        if let Some(target) = self.pointer(at, end)
            && let Some((_, name)) = self.recent.iter().flatten().find(|(known, _)| *known == target)
        {
            // PERF: most names of an answer are a pointer to the question's.
            return Some((*name, at.saturating_add(2)));
        }
        let start = self.text.len();
        let walk = self.walk(at, end, start);
        let (after, truncated) = match walk {
            Some(found) => found,
            None => {
                self.text.truncate(start);
                return None;
            }
        };
        let name = Name {
            start: u32::try_from(start).ok()?,
            len: u16::try_from(self.text.len().saturating_sub(start)).ok()?,
            truncated,
        };
        let known = self.pointer(at, end).unwrap_or(at);
        if let Some(slot) = self.recent.get_mut(self.next) {
            *slot = Some((known, name));
        }
        self.next = self.next.saturating_add(1) % RECENT;
        Some((name, after))
    }

    /// Follows labels and pointers; returns where what follows the name starts, and whether it was cut.
    fn walk(&mut self, at: usize, end: usize, start: usize) -> Option<(usize, bool)> {
        let (mut at, mut end) = (at, end);
        let mut after = None;
        let mut truncated = false;
        let mut steps = 0usize;
        loop {
            // Suricata: a name may end with its record, without the empty label.
            let first = if at == end {
                0
            } else {
                usize::from(*self.message.get(at)?)
            };
            match first {
                0 => return Some((after.unwrap_or(at.saturating_add(usize::from(at != end))), truncated)),
                1..=63 => {
                    let from = at.saturating_add(1);
                    let to = from.saturating_add(first);
                    let label = self.message.get(from..to).filter(|_| to <= end)?;
                    truncated |= self.work >= MAX_WORK;
                    if !truncated {
                        if self.text.len() > start {
                            self.text.push(b'.');
                        }
                        self.text.extend_from_slice(label);
                        self.work = self.work.saturating_add(first);
                        if self.text.len() > start.saturating_add(MAX_NAME) {
                            self.text.truncate(start.saturating_add(MAX_NAME));
                            truncated = true;
                        }
                    }
                    self.flaws.too_long |= truncated;
                    at = to;
                }
                _ => {
                    let target = self.pointer(at, end)?;
                    let jumped = after.is_some();
                    after = after.or(Some(at.saturating_add(2)));
                    if target == at {
                        if !jumped {
                            return None;
                        }
                        self.flaws.infinite_loop = true;
                        return after.map(|after| (after, truncated));
                    }
                    if target > self.message.len() {
                        return None;
                    }
                    if self.work >= MAX_WORK {
                        self.flaws.too_long = true;
                        return after.map(|after| (after, true));
                    }
                    at = target;
                    end = self.message.len();
                }
            }
            steps = steps.saturating_add(1);
            self.work = self.work.saturating_add(1);
            if steps > MAX_STEPS {
                let after = after?;
                self.flaws.too_many_labels = true;
                self.flaws.too_long = true;
                return Some((after, true));
            }
        }
    }

    /// Where the pointer at `at` leads, if there is one.
    fn pointer(&self, at: usize, end: usize) -> Option<usize> {
        let second = at.saturating_add(1);
        let (high, low) = (*self.message.get(at)?, *self.message.get(second)?);
        (high >= 0xc0 && second < end).then(|| usize::from(high & 0x3f) << 8 | usize::from(low))
    }
}

/// LIMIT: bytes of a name's text; RFC 1035 has 253.
pub(super) const MAX_NAME: usize = 1025;

/// LIMIT: labels and pointers of a name.
const MAX_STEPS: usize = 255;

/// LIMIT: bytes and steps that all names of a message may take, which pointers could otherwise multiply; names beyond
/// it are cut.
const MAX_WORK: usize = 1 << 19;

/// Names that are remembered by where they start.
const RECENT: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(message: &[u8], at: usize) -> Option<(String, usize, NameFlaws)> {
        let mut names = Names::new(message);
        let (name, after) = names.read(at, message.len())?;
        let text = String::from_utf8_lossy(name.bytes(&names.text)).into_owned();
        assert_eq!(name.truncated, names.flaws.too_long);
        Some((text, after, names.flaws))
    }

    #[test]
    fn labels_and_pointers() {
        let message = b"\x03www\x07example\x03com\0\x01x\xc0\x04\xc0\x11";
        let clean = NameFlaws::default();
        assert_eq!(read(message, 0), Some(("www.example.com".into(), 17, clean)));
        assert_eq!(read(message, 17), Some(("x.example.com".into(), 21, clean)));
        assert_eq!(read(message, 21), Some(("x.example.com".into(), 23, clean)));
        assert_eq!(read(message, 16), Some((String::new(), 17, clean)));
        // The end of the record ends the name too.
        assert_eq!(
            read(message, message.len()),
            Some((String::new(), message.len(), clean))
        );
    }

    #[test]
    fn what_is_no_name() {
        for wrong in [
            &b"\x05abc"[..],
            b"\x41a\0",
            b"\x80a\0",
            b"\xc0",
            b"\xc0\x40",
            b"\xc0\x00",
            b"\x01a\xc0\x02",
        ] {
            assert_eq!(read(wrong, 0), None, "{wrong:?}");
        }
        assert_eq!(read(&b"\x01a".repeat(256), 0), None);
    }

    #[test]
    fn loops_end() {
        let (text, _, flaws) = read(b"\xc0\x02\x01a\xc0\x04", 0).expect("a name");
        assert_eq!((text.as_str(), flaws.infinite_loop), ("a", true));
        let (text, after, flaws) = read(b"\x01a\xc0\x00", 0).expect("a name");
        assert_eq!((text.len(), after), (255, 4));
        assert!(flaws.too_many_labels && flaws.too_long);
    }

    #[test]
    fn long_names_are_cut() {
        let mut message = b"\x3f".to_vec();
        message.extend_from_slice(&[b'a'; 63]);
        let mut long = message.repeat(17);
        long.push(0);
        let (text, after, flaws) = read(&long, 0).expect("a name");
        assert_eq!((text.len(), after), (MAX_NAME, long.len()));
        assert!(flaws.too_long && !flaws.too_many_labels);
    }

    #[test]
    fn all_names_of_a_message_together_are_bounded() {
        // A long name, then pointers into every part of it.
        let mut message = b"\x01a".repeat(240);
        message.push(0);
        let tail = message.len();
        for n in 0..16_000usize {
            message.extend_from_slice(&(0xc000 | ((n % 240) as u16 * 2)).to_be_bytes());
        }
        let mut names = Names::new(&message);
        let mut at = tail;
        while at < message.len() {
            at = names.read(at, message.len()).expect("a name").1;
        }
        assert!(names.flaws.too_long && names.text.len() <= MAX_WORK + MAX_NAME);
    }
}
