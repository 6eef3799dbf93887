//! Lines out of a stream that comes in pieces.

use std::borrow::Cow;

/// The start of a line whose end has not come yet.
#[derive(Debug, Default)]
pub(super) struct Lines {
    held: Vec<u8>,
    /// So many bytes of it were searched for the end.
    searched: usize,
}

/// What [`Lines::take`] gives.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Taken<'a> {
    /// A line, with what ends it.
    Line(Cow<'a, [u8]>),
    /// Its end has not come yet; what came of it is kept.
    More,
    /// LIMIT: it is longer than a line may be.
    TooLong,
}

/// Where a line ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// After so many bytes.
    After(usize),
    /// It has not come; so many bytes need not be searched again.
    Later(usize),
}

impl Lines {
    /// The next line of `data` from `at` on, together with what was kept of it; `at` moves behind it.
    pub fn take<'a>(
        &mut self,
        data: &'a [u8],
        at: &mut usize,
        limit: usize,
        end: fn(&[u8], usize) -> End,
    ) -> Taken<'a> {
        let rest = data.get(*at..).unwrap_or_default();
        if self.held.is_empty() {
            return match end(rest, 0) {
                End::After(length) if length > limit => Taken::TooLong,
                End::After(length) => {
                    *at = at.saturating_add(length);
                    Taken::Line(Cow::Borrowed(rest.get(..length).unwrap_or(rest)))
                }
                End::Later(_) if rest.len() > limit => Taken::TooLong,
                End::Later(searched) => {
                    self.held.extend_from_slice(rest);
                    self.searched = searched;
                    *at = data.len();
                    Taken::More
                }
            };
        }
        let before = self.held.len();
        // One byte more than the limit tells a line that is too long from one that fits.
        let room = limit.saturating_add(1).saturating_sub(before);
        let more = rest.get(..rest.len().min(room)).unwrap_or_default();
        self.held.extend_from_slice(more);
        match end(&self.held, self.searched) {
            End::After(length) if length > limit => Taken::TooLong,
            End::After(length) => {
                *at = at.saturating_add(length.saturating_sub(before));
                self.held.truncate(length);
                Taken::Line(Cow::Owned(self.drain()))
            }
            End::Later(_) if self.held.len() > limit => Taken::TooLong,
            End::Later(searched) => {
                self.searched = searched;
                *at = at.saturating_add(more.len());
                Taken::More
            }
        }
    }

    /// What is kept of a line.
    pub fn held(&self) -> &[u8] {
        &self.held
    }

    /// Takes what is kept of a line whose end will not come.
    pub fn drain(&mut self) -> Vec<u8> {
        self.searched = 0;
        std::mem::take(&mut self.held)
    }
}

/// Lines that end with LF.
pub(super) fn lf(bytes: &[u8], from: usize) -> End {
    let rest = bytes.get(from..).unwrap_or_default();
    match memchr::memchr(b'\n', rest) {
        Some(at) => End::After(from.saturating_add(at).saturating_add(1)),
        None => End::Later(bytes.len()),
    }
}

/// Lines that end with LF, CR LF, or CR alone: status lines.
pub(super) fn lf_or_cr(bytes: &[u8], from: usize) -> End {
    ends_of_responses(bytes, from, false)
}

/// Lines that end with LF, CR LF, or CR alone, but not with CR at their start nor with CR before CR: headers of
/// responses.
pub(super) fn lf_or_inner_cr(bytes: &[u8], from: usize) -> End {
    ends_of_responses(bytes, from, true)
}

fn ends_of_responses(bytes: &[u8], from: usize, header: bool) -> End {
    let mut from = from;
    loop {
        let rest = bytes.get(from..).unwrap_or_default();
        let Some(found) = memchr::memchr2(b'\r', b'\n', rest) else {
            return End::Later(bytes.len());
        };
        let at = from.saturating_add(found);
        let behind = at.saturating_add(1);
        if rest.get(found) == Some(&b'\n') {
            return End::After(behind);
        }
        match bytes.get(behind) {
            None => return End::Later(at),
            Some(b'\n') => return End::After(behind.saturating_add(1)),
            Some(b'\r') if header => {}
            Some(_) if header && bytes.iter().take(at).all(|b| *b == b'\r') => {}
            Some(_) => return End::After(behind),
        }
        from = behind;
    }
}

/// The line without CR and LF at its end.
pub(super) fn chomp(line: &[u8]) -> &[u8] {
    let end = line.iter().rposition(|b| !matches!(b, b'\r' | b'\n'));
    line.get(..end.map_or(0, |at| at.saturating_add(1))).unwrap_or(line)
}

/// Where something else than CR and LF comes, from `at` on.
pub(super) fn skip_line_ends(data: &[u8], at: usize) -> usize {
    let rest = data.get(at..).unwrap_or_default();
    let ends = rest.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
    at.saturating_add(ends)
}

/// White space as C's `isspace` has it.
pub(super) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0x0b | 0x0c)
}

/// The text without spaces and tabs around it.
pub(super) fn trim(text: &[u8]) -> &[u8] {
    let blank = |b: &u8| matches!(b, b' ' | b'\t');
    let start = text.iter().position(|b| !blank(b)).unwrap_or(text.len());
    let end = text
        .iter()
        .rposition(|b| !blank(b))
        .map_or(start, |at| at.saturating_add(1));
    text.get(start..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &[u8], piece: usize, end: fn(&[u8], usize) -> End) -> Vec<Vec<u8>> {
        let (mut lines, mut out) = (Lines::default(), Vec::new());
        for chunk in text.chunks(piece) {
            let mut at = 0;
            while let Taken::Line(line) = lines.take(chunk, &mut at, 100, end) {
                out.push(line.into_owned());
            }
            assert_eq!(at, chunk.len());
        }
        out
    }

    #[test]
    fn any_pieces_give_the_same_lines() {
        let text = b"a: b\r\nc: d\re: f\r\r\n\rg\n\r\nend";
        let ways: [fn(&[u8], usize) -> End; 3] = [lf, lf_or_cr, lf_or_inner_cr];
        for way in ways {
            let whole = split(text, 100, way);
            for piece in 1..8 {
                assert_eq!(split(text, piece, way), whole);
            }
        }
        assert_eq!(
            split(text, 100, lf_or_inner_cr)[..4],
            [
                b"a: b\r\n".to_vec(),
                b"c: d\r".to_vec(),
                b"e: f\r\r\n".to_vec(),
                b"\rg\n".to_vec()
            ]
        );
    }

    #[test]
    fn a_line_has_a_limit() {
        let (mut lines, mut at) = (Lines::default(), 0);
        assert_eq!(lines.take(&[b'a'; 60], &mut at, 100, lf), Taken::More);
        at = 0;
        assert_eq!(lines.take(&[b'a'; 60], &mut at, 100, lf), Taken::TooLong);
        at = 0;
        assert_eq!(Lines::default().take(&[b'a'; 101], &mut at, 100, lf), Taken::TooLong);
    }

    #[test]
    fn trimming() {
        assert_eq!(chomp(b"a \r\r\n"), b"a ");
        assert_eq!(chomp(b"\r\n"), b"");
        assert_eq!(trim(b" \ta b\t"), b"a b");
        assert_eq!(trim(b"  "), b"");
    }
}
