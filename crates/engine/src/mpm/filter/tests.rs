//! The filter against a search that cannot be wrong, on sets and haystacks made to be difficult.

use proptest::prelude::*;

use super::super::Corasick;
use super::*;

/// What every path must report: those of the patterns that stand anywhere in the haystack.
fn naive(patterns: &[Pattern], haystack: &[u8]) -> Vec<u32> {
    let occurs = |pattern: &Pattern| {
        let here = |there: &[u8]| match pattern.nocase {
            true => there.eq_ignore_ascii_case(&pattern.bytes),
            false => *there == *pattern.bytes,
        };
        !pattern.bytes.is_empty() && haystack.windows(pattern.bytes.len()).any(here)
    };
    (0..)
        .zip(patterns)
        .filter(|(_, pattern)| occurs(pattern))
        .map(|(id, _)| id)
        .collect()
}

/// The filter as it may be on this machine or another: by scalar code, by gathering, by nibbles, and by tables of bytes.
fn variants(patterns: &[Pattern]) -> [(&'static str, Filter); 4] {
    [
        ("scalar", Filter::with_simd(patterns, Simd::Scalar).unwrap()),
        (
            "gathering",
            Filter::with_choice(patterns, Simd::Avx2, Prefer::Grid).unwrap(),
        ),
        (
            "nibbles",
            Filter::with_choice(patterns, Simd::Avx2, Prefer::Few).unwrap(),
        ),
        (
            "shuffle",
            Filter::with_choice(patterns, Simd::Avx512, Prefer::Few).unwrap(),
        ),
    ]
}

/// Scans by every path, and checks that they agree with the naive search.
fn check(patterns: &[Pattern], haystacks: &[Vec<u8>]) -> Result<(), TestCaseError> {
    let variants = variants(patterns);
    let corasick = Corasick::new(patterns);
    let (mut scratch, mut hits) = (Scratch::new(), Hits::new());
    for haystack in haystacks {
        let expected = naive(patterns, haystack);
        for (name, filter) in &variants {
            hits.clear();
            filter.scan(haystack, &mut scratch, &mut hits);
            prop_assert_eq!(hits.as_slice(), &expected, "{}", name);
            hits.clear();
            prop_assert!(scan_within(filter, haystack, &mut hits, usize::MAX).is_ok());
            hits.sort();
            prop_assert_eq!(hits.as_slice(), &expected, "{} without a budget", name);
        }
        hits.clear();
        corasick.scan(haystack, &mut scratch, &mut hits);
        prop_assert_eq!(hits.as_slice(), &expected, "corasick");
        let filter = &variants[0].1;
        hits.clear();
        prop_assert!(
            filter
                .fallback
                .scan(haystack, &filter.literals, &mut scratch, &mut hits)
        );
        hits.sort();
        prop_assert_eq!(hits.as_slice(), &expected, "fallback");
    }
    Ok(())
}

fn scan_within(filter: &Filter, haystack: &[u8], hits: &mut Hits, budget: usize) -> Result<(), Overloaded> {
    filter.scan_within(&mut Search {
        haystack,
        literals: &filter.literals,
        hits,
        places: &mut Scratch::new().places,
        budget,
    })
}

/// Bytes of an alphabet: small ones make for overlaps and runs, and some hold bytes that fold alike.
fn bytes(len: impl Into<proptest::collection::SizeRange>) -> impl Strategy<Value = Vec<u8>> {
    let len = len.into();
    prop::sample::select(ALPHABETS)
        .prop_flat_map(move |alphabet| prop::collection::vec(prop::sample::select(alphabet), len.clone()))
}

const ALPHABETS: &[&[u8]] = &[
    b"a",
    b"aA",
    b"ab",
    b"abAB",
    b"\0 ",
    b"@`aA",
    b"\0\x01",
    b"abcdefgh.",
    b"\x90\xb0",
];

fn pattern(len: impl Into<proptest::collection::SizeRange>) -> impl Strategy<Value = Pattern> {
    (bytes(len), any::<bool>()).prop_map(|(bytes, nocase)| Pattern {
        bytes: bytes.into(),
        nocase,
    })
}

/// Sets of short and long patterns, some of them twice.
fn patterns() -> impl Strategy<Value = Vec<Pattern>> {
    let pattern = prop_oneof![6 => pattern(0..12), 3 => pattern(8..40), 1 => pattern(200..300)];
    (prop::collection::vec(pattern, 0..30), 0..4_usize).prop_map(|(mut patterns, twice)| {
        patterns.extend_from_within(..twice.min(patterns.len()));
        patterns
    })
}

/// A haystack that contains patterns, whole, in other cases, cut short, and with a byte changed.
fn haystack(patterns: &[Pattern], seed: &[(u16, u8)], noise: &[u8]) -> Vec<u8> {
    let mut haystack = noise[..noise.len() / 2].to_vec();
    for &(choice, change) in seed {
        let Some(pattern) = patterns.get(usize::from(choice) % patterns.len().max(1)) else {
            continue;
        };
        let mut bytes = pattern.bytes.to_vec();
        let at = usize::from(change / 8) % bytes.len().max(1);
        match change % 8 {
            0 => bytes.truncate(at),
            1 => bytes = bytes.split_off(at),
            2 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 0x20),
            3 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 0x01),
            4 => bytes.make_ascii_uppercase(),
            5 => bytes.make_ascii_lowercase(),
            _ => {}
        }
        haystack.extend(bytes);
    }
    haystack.extend_from_slice(&noise[noise.len() / 2..]);
    haystack
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn all_paths_agree_with_the_naive_search(
        patterns in patterns(),
        noise in bytes(0..200),
        seed in prop::collection::vec(any::<(u16, u8)>(), 0..12),
    ) {
        let made = haystack(&patterns, &seed, &noise);
        let tail = made[made.len() / 3..].to_vec();
        check(&patterns, &[noise, made, tail, Vec::new()])?;
    }
}

#[test]
fn a_pattern_is_found_wherever_it_stands() {
    let (mut scratch, mut hits) = (Scratch::new(), Hits::new());
    for len in 1..24 {
        let bytes = &b"\x01zebra|\xfeQuagga,Okapi;Gnu"[..len];
        // With another of each class, so that all of them are at work.
        let patterns = [bytes, b"Z", b"XXXX", b"xyz", b"yyyyz", b"!!!??!!", b"no such thing"];
        for (name, filter) in variants(&patterns.map(Pattern::exact)) {
            for haystack_len in (len..170).chain([255, 256, 257, 300]) {
                for at in 0..=haystack_len - len {
                    let mut haystack = vec![b'.'; haystack_len];
                    haystack[at..at + len].copy_from_slice(bytes);
                    hits.clear();
                    filter.scan(&haystack, &mut scratch, &mut hits);
                    assert_eq!(hits.as_slice(), [0], "{len} bytes at {at} of {haystack_len}, {name}");
                }
            }
        }
    }
}

#[test]
fn a_budget_that_runs_out_changes_nothing() {
    let mut patterns: Vec<_> = (0..400)
        .map(|n| Pattern::exact(format!("Zq7#xY0!{n:03}").into_bytes()))
        .collect();
    patterns.extend([Pattern::exact(*b"<=>"), Pattern::nocase(*b"MidRange")]);
    let near_misses = b"Zq7#xY0!.".repeat(300);
    let mut scratch = Scratch::new();
    // What is found before the budget is spent, what is found behind, and what is where that happens, or not far off.
    for (name, filter) in variants(&patterns) {
        for at in (0..near_misses.len()).step_by(5) {
            let (before, after) = near_misses.split_at(at);
            let [first, middle, last] = [3, 77, 123].map(|id: usize| &*patterns[id].bytes);
            let haystack = [first, b"|", before, b"|<=>midrange|", middle, b"|", after, b"|", last].concat();
            let mut hits = Hits::new();
            assert!(scan_within(&filter, &haystack, &mut hits, BUDGET).is_err());
            hits.clear();
            filter.scan(&haystack, &mut scratch, &mut hits);
            assert_eq!(hits.as_slice(), [3, 77, 123, 400, 401], "{name}");
        }
    }
}

/// Few enough for a class of their own, and so much alike that they exhaust the budget there, before the others are
/// looked for.
#[test]
fn a_budget_that_runs_out_for_few_patterns_changes_nothing() {
    let few: Vec<_> = (0..40_u32)
        .map(|n| Pattern::exact(format!("Zq7#{n:02}").into_bytes()))
        .collect();
    let long = (0..100_u32)
        .map(|n| Pattern::exact(format!("{n} long ones, that are rare {n}").into_bytes()))
        .collect();
    let haystack = [&b"7 long ones, that are rare 7"[..], &b"Zq7#".repeat(500), b"17Zq7#39"].concat();
    for (patterns, expected) in [(few.clone(), vec![17, 39]), ([few, long].concat(), vec![17, 39, 47])] {
        for (name, filter) in variants(&patterns) {
            let mut hits = Hits::new();
            assert!(scan_within(&filter, &haystack, &mut hits, BUDGET).is_err());
            hits.clear();
            filter.scan(&haystack, &mut Scratch::new(), &mut hits);
            assert_eq!(hits.as_slice(), expected, "{name}");
        }
    }
}

#[test]
fn hits_of_earlier_scans_stay() {
    let filter = Filter::new(&[Pattern::exact(*b"first"), Pattern::exact(*b"second pattern")]).unwrap();
    let (mut scratch, mut hits) = (Scratch::new(), Hits::new());
    filter.scan(b"a second pattern", &mut scratch, &mut hits);
    filter.scan(b"the first", &mut scratch, &mut hits);
    assert_eq!(hits.as_slice(), [0, 1]);
}

#[test]
fn an_empty_set_finds_nothing() {
    let filter = Filter::new(&[]).unwrap();
    let mut hits = Hits::new();
    filter.scan(b"anything", &mut Scratch::new(), &mut hits);
    assert!(hits.is_empty() && filter.is_empty() && filter.max_len() == 0);
}

#[test]
fn what_is_too_long_is_refused() {
    assert!(Filter::new(&[Pattern::exact(vec![b'a'; MAX_LEN + 1])]).is_none());
    assert!(Filter::new(&[Pattern::exact(vec![b'a'; MAX_LEN])]).is_some());
}
