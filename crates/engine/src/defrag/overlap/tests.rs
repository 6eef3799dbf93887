use super::*;
use OverlapPolicy::{Bsd, BsdRight, First, Last, Linux, Solaris, Windows};
use proptest::prelude::*;

/// The owner of each unit of eight bytes, as letters in the order in which the fragments came.
fn resolve(fragments: &[(u32, u32)], policy: OverlapPolicy) -> String {
    let pieces: Vec<Piece> = fragments
        .iter()
        .map(|(start, end)| Piece::of_extent(*start, *end))
        .collect();
    let mut overlaps = Overlaps::default();
    overlaps.resolve(&pieces, policy);
    let end = overlaps.owners.len();
    overlaps
        .runs(end)
        .flat_map(|(owner, start, stop)| {
            let letter = match owner {
                NOBODY => '.',
                owner => char::from(b'A' + owner as u8),
            };
            std::iter::repeat_n(letter, stop - start)
        })
        .collect()
}

/// Two fragments, and the outcome of each policy.
type Relation = ((u32, u32), (u32, u32), [&'static str; 7]);

#[test]
fn two_fragments_in_every_relation() {
    // Older, newer, and the outcome by bsd, bsd-right, linux, first, last, windows, solaris.
    let table: &[Relation] = &[
        // Equal.
        ((0, 3), (0, 3), ["AAA", "BBB", "BBB", "AAA", "BBB", "AAA", "AAA"]),
        // The newer one overlaps on the right.
        (
            (0, 3),
            (2, 5),
            ["AAABB", "AABBB", "AAABB", "AAABB", "AABBB", "AAABB", "AAABB"],
        ),
        // The newer one overlaps on the left.
        (
            (2, 5),
            (0, 3),
            ["BBBAA", "BBAAA", "BBBAA", "BBAAA", "BBBAA", "BBAAA", "BBAAA"],
        ),
        // The newer one is inside.
        ((0, 4), (1, 3), ["AAAA", "ABBA", "AAAA", "AAAA", "ABBA", "AAAA", "AAAA"]),
        // The newer one is around.
        ((1, 3), (0, 4), ["BBBB", "BAAB", "BBBB", "BAAB", "BBBB", "BBBB", "BBBB"]),
        // Both begin together, the newer one is shorter.
        ((0, 4), (0, 2), ["AAAA", "BBAA", "BBAA", "AAAA", "BBAA", "AAAA", "AAAA"]),
        // Both begin together, the newer one is longer.
        ((0, 2), (0, 4), ["AABB", "BBBB", "BBBB", "AABB", "BBBB", "AABB", "AABB"]),
        // Both end together, the newer one is shorter.
        ((0, 4), (2, 4), ["AAAA", "AABB", "AAAA", "AAAA", "AABB", "AAAA", "AAAA"]),
        // Both end together, the newer one is longer.
        ((2, 4), (0, 4), ["BBBB", "BBAA", "BBBB", "BBAA", "BBBB", "BBAA", "BBBB"]),
        // They only touch.
        ((0, 2), (2, 4), ["AABB"; 7]),
        ((2, 4), (0, 2), ["BBAA"; 7]),
    ];
    let policies = [Bsd, BsdRight, Linux, First, Last, Windows, Solaris];
    for (older, newer, outcomes) in table {
        for (policy, outcome) in policies.into_iter().zip(outcomes) {
            let resolved = resolve(&[*older, *newer], policy);
            assert_eq!(&resolved, outcome, "{older:?} {newer:?} {policy:?}");
        }
    }
}

#[test]
fn the_sequence_of_novak() {
    // Units of eight bytes.
    let sequence: Vec<(u32, u32)> = [
        (0, 3),
        (4, 2),
        (6, 3),
        (10, 1),
        (13, 2),
        (15, 3),
        (18, 2),
        (21, 2),
        (24, 2),
        (1, 4),
        (6, 3),
        (9, 3),
        (12, 3),
        (16, 1),
        (19, 1),
        (20, 1),
        (22, 2),
        (26, 1),
    ]
    .iter()
    .map(|(start, len)| (*start, start + len))
    .collect();
    let outcomes = [
        (Bsd, "AAAJJBCCCLLLMMMFFFGGPHHQIIR"),
        (BsdRight, "AJJJBBKKKLDLMEEFNFGOPHQQIIR"),
        (Linux, "AAAJJBKKKLLLMMMFFFGGPHHQIIR"),
        (First, "AAAJBBCCCLDLMEEFFFGGPHHQIIR"),
        (Last, "AJJJJBKKKLLLMMMFNFGOPHQQIIR"),
        (Windows, "AAAJBBCCCLLLMEEFFFGGPHHQIIR"),
        (Solaris, "AAAJBBCCCLLLMMMFFFGGPHHQIIR"),
    ];
    for (policy, outcome) in outcomes {
        assert_eq!(resolve(&sequence, policy), outcome, "{policy:?}");
    }
}

#[test]
fn every_pair_of_fragments_counts() {
    // Suricata has C in the sixth unit, though A came first.
    assert_eq!(resolve(&[(4, 6), (1, 5), (4, 7)], First), ".BBBAAC");
}

#[test]
fn bsd_compares_with_what_is_left_of_a_fragment() {
    // B loses its first half to A; C then begins before what is left of B.
    let fragments = [(0, 2), (1, 4), (2, 3)];
    assert_eq!(resolve(&fragments, Bsd), "AABB");
    assert_eq!(resolve(&fragments, Linux), "AACB");
}

proptest! {
    #[test]
    fn every_byte_comes_from_a_fragment_that_has_it(
        fragments in prop::collection::vec((0u32..40, 1u32..20), 1..30), choice in 0usize..7
    ) {
        let extents: Vec<(u32, u32)> = fragments.iter().map(|(start, len)| (*start, start + len)).collect();
        let pieces: Vec<Piece> = extents.iter().map(|(start, end)| Piece::of_extent(*start, *end)).collect();
        let mut overlaps = Overlaps::default();
        overlaps.resolve(&pieces, OverlapPolicy::ALL[choice]);
        for (at, owner) in (0..).zip(&overlaps.owners) {
            let covered = extents.iter().any(|(start, end)| (*start..*end).contains(&at));
            match extents.get(usize::from(*owner)) {
                Some((start, end)) => prop_assert!((*start..*end).contains(&at)),
                None => prop_assert!(!covered, "byte {at} is lost"),
            }
        }
    }

    #[test]
    fn first_and_last_are_what_they_say(fragments in prop::collection::vec((0u32..40, 1u32..20), 1..30)) {
        let extents: Vec<(u32, u32)> = fragments.iter().map(|(start, len)| (*start, start + len)).collect();
        let has = |at: u32| move |extent: &&(usize, (u32, u32))| (extent.1.0..extent.1.1).contains(&at);
        let numbered: Vec<(usize, (u32, u32))> = extents.iter().copied().enumerate().collect();
        let pieces: Vec<Piece> = extents.iter().map(|(start, end)| Piece::of_extent(*start, *end)).collect();
        let mut overlaps = Overlaps::default();
        for at in 0..60 {
            overlaps.resolve(&pieces, First);
            let expected = numbered.iter().find(has(at)).map(|found| found.0 as u16);
            prop_assert_eq!(overlaps.owner_at(at as usize), expected);
            overlaps.resolve(&pieces, Last);
            let expected = numbered.iter().rev().find(has(at)).map(|found| found.0 as u16);
            prop_assert_eq!(overlaps.owner_at(at as usize), expected);
        }
    }
}
