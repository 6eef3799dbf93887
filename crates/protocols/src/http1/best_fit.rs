//! Characters as Windows-1252 shows them.

/// The byte of Windows-1252 that a character becomes when it must be one: the nearest, or `?`.
pub(super) fn best_fit(code: u32) -> u8 {
    match code {
        0..=0xff => code as u8,
        // Full-width forms.
        0xff01..=0xff5e => code.wrapping_sub(0xff01).wrapping_add(0x21) as u8,
        0x0100..=0x017f => LATIN_A.get(code.wrapping_sub(0x100) as usize).copied().unwrap_or(b'?'),
        0x2000..=0x2006 | 0x3000 => b' ',
        0x2010 | 0x2011 => b'-',
        0x2032 | 0x02b9 | 0x02c8 => b'\'',
        0x2035 | 0x02cb => b'`',
        0x2044 | 0x2215 => b'/',
        0x2216 => b'\\',
        0x2212 => b'-',
        0x2217 => b'*',
        0x2223 | 0x01c0 => b'|',
        0x2236 => b':',
        0x223c => b'~',
        0x2329 | 0x3008 => b'<',
        0x232a | 0x3009 => b'>',
        0x2070 => 0xb0,
        0x2074..=0x2079 => code.wrapping_sub(0x2070).wrapping_add(0x30) as u8,
        0x2080..=0x2089 => code.wrapping_sub(0x2080).wrapping_add(0x30) as u8,
        0x20ac => 0x80,
        0x201a => 0x82,
        0x0192 => 0x83,
        0x201e => 0x84,
        0x2026 => 0x85,
        0x2020 => 0x86,
        0x2021 => 0x87,
        0x02c6 => 0x88,
        0x2030 => 0x89,
        0x2039 => 0x8b,
        0x2018 => 0x91,
        0x2019 => 0x92,
        0x201c => 0x93,
        0x201d => 0x94,
        0x2022 => 0x95,
        0x2013 => 0x96,
        0x2014 => 0x97,
        0x02dc => 0x98,
        0x2122 => 0x99,
        0x203a => 0x9b,
        _ => b'?',
    }
}

/// Latin Extended-A, from U+0100: the letter without its mark.
const LATIN_A: &[u8; 128] = b"AaAaAaCcCcCcCcDd\xd0dEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIi??JjKk?LlLlLl??LlNnNnNn???OoOoOo\x8c\x9cRrRrRrSsSsSs\x8a\x9aTtTtTtUuUuUuUuUuUuWwYy\x9fZzZz\x8e\x9e?";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_keep_their_shape() {
        assert_eq!(best_fit(0x41), b'A');
        assert_eq!(best_fit(0xff0f), b'/');
        assert_eq!(best_fit(0x0101), b'a');
        assert_eq!(best_fit(0x0161), 0x9a);
        assert_eq!(best_fit(0x017e), 0x9e);
        assert_eq!(best_fit(0x4e2d), b'?');
    }
}
