//! Finding one literal in a buffer.

use memchr::{memchr_iter, memchr2_iter, memmem};

/// The first place at or after `from` where `pattern` stands and ends by `to`, in bytes from the start of `haystack`.
///
/// With `nocase` the pattern is in lower case already, and ASCII case is ignored.
pub fn find(haystack: &[u8], pattern: &[u8], nocase: bool, from: usize, to: usize) -> Option<usize> {
    let window = haystack.get(from..to.min(haystack.len()))?;
    if pattern.len() > window.len() {
        return None;
    }
    let at = if nocase {
        find_folded(window, pattern)?
    } else {
        find_exact(window, pattern)?
    };
    Some(from + at)
}

/// Whether `pattern` stands at byte `at`.
pub fn stands_at(haystack: &[u8], pattern: &[u8], nocase: bool, at: usize) -> bool {
    let Some(window) = at.checked_add(pattern.len()).and_then(|end| haystack.get(at..end)) else {
        return false;
    };
    if nocase {
        window.eq_ignore_ascii_case(pattern)
    } else {
        window == pattern
    }
}

fn find_exact(window: &[u8], pattern: &[u8]) -> Option<usize> {
    // PERF: a searcher takes longer to make than most windows take to be searched for the pattern's rarest byte.
    let (rare, byte) = pattern.iter().copied().enumerate().min_by_key(|(_, b)| frequency(*b))?;
    let last = window.len() - pattern.len();
    let search = window.get(rare..=last + rare)?;
    let mut tries = memchr_iter(byte, search);
    for at in tries.by_ref().take(MANY_TRIES) {
        if stands_at(window, pattern, false, at) {
            return Some(at);
        }
    }
    // LIMIT: where the rarest byte is everywhere, a search that is linear in any case goes on.
    let from = tries.next()?;
    memmem::find(window.get(from..)?, pattern).map(|at| from + at)
}

fn find_folded(window: &[u8], pattern: &[u8]) -> Option<usize> {
    // PERF: the rarest byte of the pattern in ordinary traffic is looked for; the rest is compared where it stands.
    let (rare, byte) = pattern.iter().copied().enumerate().min_by_key(|(_, b)| frequency(*b))?;
    let last = window.len() - pattern.len();
    let search = window.get(rare..=last + rare)?;
    let fits = |at: &usize| {
        window
            .get(*at..*at + pattern.len())
            .is_some_and(|w| w.eq_ignore_ascii_case(pattern))
    };
    if byte.is_ascii_alphabetic() {
        memchr2_iter(byte, byte.to_ascii_uppercase(), search).find(fits)
    } else {
        memchr_iter(byte, search).find(fits)
    }
}

/// A guess at how common a byte is in traffic; letters of either case together.
const fn frequency(byte: u8) -> u8 {
    match byte {
        0 | b' ' | b'e' | b't' | b'a' | b'o' => 250,
        b'i' | b'n' | b's' | b'r' | b'0' | b'/' | b'.' => 220,
        b'h' | b'l' | b'd' | b'c' | b'u' | b'm' | b'p' | b'1' | b'-' | b'=' | b'\r' | b'\n' => 190,
        b'f' | b'g' | b'w' | b'y' | b'b' | b'2' | b'"' | b':' => 150,
        b'0'..=b'9' | 0xff => 120,
        b'v' | b'k' | b'x' | b'<' | b'>' | b'_' | b'&' | b'%' => 90,
        b'a'..=b'z' => 50,
        0x20..=0x7e => 40,
        _ => 20,
    }
}

/// After so many places where only the rarest byte is right, another search goes on.
const MANY_TRIES: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bounds_are_kept() {
        assert_eq!(find(b"abcabc", b"abc", false, 1, 6), Some(3));
        assert_eq!(find(b"abcabc", b"abc", false, 1, 5), None);
        assert_eq!(find(b"abc", b"abc", false, 0, 100), Some(0));
        assert_eq!(find(b"abc", b"abc", false, 4, 100), None);
        let many = [&b"x.".repeat(2 * MANY_TRIES)[..], b"x,."].concat();
        assert_eq!(find(&many, b"x,", false, 0, 1000), Some(4 * MANY_TRIES));
        assert_eq!(find(&many, b",.", false, 0, 1000), Some(4 * MANY_TRIES + 1));
        assert_eq!(find(&many, b".,", false, 0, 1000), None);
        assert!(stands_at(b"xABC", b"abc", true, 1) && !stands_at(b"xABC", b"abc", false, 1));
    }

    proptest! {
        #[test]
        fn finds_what_a_plain_search_finds(
            haystack in prop::collection::vec(prop::sample::select(b"aAbB.x".to_vec()), 0..60),
            pattern in prop::collection::vec(prop::sample::select(b"ab.".to_vec()), 1..4),
            nocase: bool, from in 0usize..20, to in 0usize..70,
        ) {
            let plain = (from..haystack.len()).find(|at| {
                at + pattern.len() <= to.min(haystack.len()) && stands_at(&haystack, &pattern, nocase, *at)
            });
            prop_assert_eq!(find(&haystack, &pattern, nocase, from, to), plain);
        }
    }
}
