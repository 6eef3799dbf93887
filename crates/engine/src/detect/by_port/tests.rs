use std::fmt::Write;

use packet::Direction;
use proptest::prelude::*;
use testkit::layer::Udp;

use super::super::{Detector, Input, RuleSet};
use crate::compile::sample::rules;
use crate::keywords::sample;
use crate::rule::FlowVars;

/// The sids of the rules that a datagram matches in a direction.
fn sids(rules: &RuleSet, payload: &[u8], ports: (u16, u16), direction: Direction) -> Vec<u32> {
    let bytes = sample::between("10.0.0.1", "10.0.0.2")
        .layer(Udp::new(ports.0, ports.1))
        .payload(payload)
        .build();
    let packet = sample::decode(&bytes);
    let mut input = Input::of_packet(&packet);
    input.context.direction = Some(direction);
    let mut matches = Vec::new();
    Detector::default().run(rules, &input, &mut FlowVars::default(), &mut matches);
    let mut sids: Vec<u32> = matches.iter().map(|m| rules.meta[m.rule as usize].sid).collect();
    sids.sort_unstable();
    sids
}

/// The ports of one end, as rules write them, and which they are.
const ENDS: [(&str, fn(u16) -> bool); 9] = [
    ("any", |_| true),
    ("80", |port| port == 80),
    ("[80,443]", |port| port == 80 || port == 443),
    ("53", |port| port == 53),
    ("7777", |port| port == 7777),
    ("!80", |port| port != 80),
    ("1024:", |port| port >= 1024),
    ("[1:1023,!443]", |port| (1..1024).contains(&port) && port != 443),
    ("40000:40010", |port| (40000..=40010).contains(&port)),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn every_rule_for_the_ports_is_found(
        asked in proptest::collection::vec((0usize..9, 0usize..9, any::<bool>()), 60..90),
        src in prop_oneof![Just(80u16), Just(443), Just(53), Just(7777), Just(40000), Just(50000), Just(100)],
        dst in prop_oneof![Just(80u16), Just(443), Just(53), Just(7777), Just(40000), Just(50000), Just(100)],
        answers: bool,
    ) {
        let (mut text, mut payload, mut expected) = (String::new(), String::new(), Vec::new());
        for (sid, &(from, to, both)) in (1u32..).zip(&asked) {
            // A rule for both ways between the same is one for one way.
            let both = both && from != to;
            let ((from, is_from), (to, is_to)) = (ENDS[from], ENDS[to]);
            let arrow = if both { "<>" } else { "->" };
            let _ = writeln!(text, "alert udp any {from} {arrow} any {to} (content:\"(literal{sid})\"; sid:{sid};)");
            let _ = write!(payload, "(literal{sid})");
            // A rule for both ways matches once for each that fits.
            expected.extend((is_from(src) && is_to(dst)).then_some(sid));
            expected.extend((both && is_from(dst) && is_to(src)).then_some(sid));
        }
        let direction = if answers { Direction::ToClient } else { Direction::ToServer };
        prop_assert_eq!(sids(&rules(&text), payload.as_bytes(), (src, dst), direction), expected);
    }
}

#[test]
fn few_literals_are_not_taken_apart() {
    let mut builder = super::ByPortBuilder::new(Direction::ToServer);
    let set = rules("alert udp any any -> any 53 (content:\"abc\"; sid:1;)\n");
    builder.add(b"abc", false, 0, &set.rules[0]);
    let group = builder.build().expect("a literal");
    assert!(group.fewer.is_none());
    assert_eq!(group.all.len(), 1);
}
