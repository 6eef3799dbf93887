//! URLs in text.

/// Calls `found` for each URL in a line of text that begins with one of the schemes, in the order of the schemes.
///
/// The URL ends where white space, a quote or an angle bracket is; `found` is given where it begins, where what follows
/// `://` begins, and where it ends.
pub(super) fn find(line: &[u8], schemes: &[Vec<u8>], mut found: impl FnMut(&[u8], &[u8])) {
    // PERF: most lines have no `://`.
    if memchr::memmem::find(line, b"://").is_none() {
        return;
    }
    for scheme in schemes {
        for at in memchr::memmem::find_iter(line, b"://") {
            let start = at.saturating_sub(scheme.len());
            let named = line
                .get(start..at)
                .is_some_and(|name| name.eq_ignore_ascii_case(scheme));
            let rest = line.get(at.saturating_add(3)..).unwrap_or_default();
            let length = rest.iter().position(|byte| ends(*byte)).unwrap_or(rest.len());
            let (Some(address), true) = (rest.get(..length), named && length > 0) else {
                continue;
            };
            let whole = line
                .get(start..at.saturating_add(3).saturating_add(length))
                .unwrap_or_default();
            found(whole, address);
        }
    }
}

const fn ends(byte: u8) -> bool {
    matches!(byte, 0..=b' ' | b'"' | b'\'' | b'<' | b'>' | 0x7f)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_scheme_then_by_place() {
        let mut urls = Vec::new();
        let schemes = [b"http".to_vec(), b"https".to_vec()];
        let line = b"see https://a.example/x, <HTTP://b.example/?q=1> and http:// and \"http://c.example\"";
        find(line, &schemes, |whole, address| {
            urls.push((whole.to_vec(), address.to_vec()));
        });
        let texts: Vec<_> = urls
            .iter()
            .map(|(w, a)| [w.as_slice(), a.as_slice()].map(String::from_utf8_lossy))
            .collect();
        assert_eq!(
            texts,
            [
                ["HTTP://b.example/?q=1", "b.example/?q=1"],
                ["http://c.example", "c.example"],
                ["https://a.example/x,", "a.example/x,"],
            ]
        );
    }
}
