use proptest::prelude::*;

use super::AnchoredBuilder;

/// A literal, whether its case does not matter, and its place.
type Asked = (Vec<u8>, bool, usize);

/// The numbers of the literals that stand where they must, by tables.
fn standing(asked: &[Asked], data: &[u8]) -> Vec<u32> {
    let mut builder = AnchoredBuilder::default();
    for (number, (literal, nocase, at)) in (0..).zip(asked) {
        assert!(builder.add(literal, *nocase, &(*at..at + literal.len()), number));
    }
    let mut found = Vec::new();
    builder.build().standing(data, |number| found.push(number));
    found.sort_unstable();
    found
}

/// The same, one after the other.
fn plainly(asked: &[Asked], data: &[u8]) -> Vec<u32> {
    let stands = |(literal, nocase, at): &Asked| {
        data.get(*at..at + literal.len())
            .is_some_and(|there| there == literal || *nocase && there.eq_ignore_ascii_case(literal))
    };
    (0..)
        .zip(asked)
        .filter(|(_, asked)| stands(asked))
        .map(|(number, _)| number)
        .collect()
}

fn bytes(len: std::ops::Range<usize>) -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        Just(0),
        Just(b'a'),
        Just(b'A'),
        Just(b'\r'),
        Just(b'-'),
        Just(b'@'),
        Just(b'`')
    ];
    proptest::collection::vec(byte, len)
}

proptest! {
    #[test]
    fn what_stands_is_found_and_nothing_else(
        asked in proptest::collection::vec((bytes(1..12), any::<bool>(), 0usize..4), 1..60),
        data in bytes(0..16),
    ) {
        prop_assert_eq!(standing(&asked, &data), plainly(&asked, &data));
    }

    #[test]
    fn long_literals_are_compared_to_their_end(literal in bytes(9..20), nocase: bool, at in 0usize..3, other in bytes(1..2), place in 0usize..20) {
        let mut data = [vec![b'x'; at], literal.clone()].concat();
        let asked = [(literal, nocase, at)];
        prop_assert_eq!(standing(&asked, &data), [0]);
        if let Some(byte) = data.get_mut(at + place) {
            *byte = other[0];
        }
        prop_assert_eq!(standing(&asked, &data), plainly(&asked, &data));
    }
}

#[test]
fn zeros_behind_the_end_are_no_bytes() {
    assert!(standing(&[(vec![1, 0, 0, 0], false, 0)], &[1]).is_empty());
    assert_eq!(standing(&[(vec![1, 0, 0, 0], false, 0)], &[1, 0, 0, 0]), [0]);
}

#[test]
fn what_has_more_than_one_place_is_refused() {
    let mut builder = AnchoredBuilder::default();
    assert!(!builder.add(b"ab", false, &(0..3), 1));
    assert!(!builder.add(b"", false, &(0..0), 1));
    assert!(builder.build().is_empty());
}
