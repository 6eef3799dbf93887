use testkit::layer::Udp;

use super::super::{Detector, Input, RuleSet};
use super::*;
use crate::compile::sample::rules;
use crate::keywords::sample;
use crate::rule::FlowVars;

/// What the rules cost with datagrams to this port.
fn profile(rules: &RuleSet, payloads: &[&[u8]], port: u16) -> Profile {
    let mut detector = Detector::default();
    detector.profile(Some(Profile::new(rules, None)));
    for payload in payloads {
        let bytes = sample::between("10.0.0.1", "10.0.0.2")
            .layer(Udp::new(4000, port))
            .payload(payload)
            .build();
        let packet = sample::decode(&bytes);
        let input = Input::of_packet(&packet);
        detector.run(rules, &input, &mut FlowVars::default(), &mut Vec::new());
    }
    detector.profiled().cloned().expect("it was switched on")
}

#[test]
fn a_rule_is_followed_from_its_literal_to_its_match() {
    let rules = rules(
        "alert udp any any -> any 53 (msg:\"a\"; content:\"needle\"; dsize:>8; ttl:>1; content:\"x\"; distance:0; pcre:\"/z$/\"; sid:1;)\n",
    );
    let profile = profile(
        &rules,
        &[b"a needle, x and z", b"a needle alone", b"hay", b"needle"],
        53,
    );
    let rule = &profile.rules[0];
    assert_eq!(rule.found, [3, 0, 0, 0, 0, 0, 0], "three payloads hold the literal");
    assert_eq!((rule.looks, rule.fits, rule.inspections, rule.matches), (3, 3, 2, 1));
    let by = profile.by_keyword();
    let tried = |name: &str| (by[name].tried, by[name].held);
    assert_eq!(tried("dsize"), (3, 2), "one payload is too short");
    assert_eq!(tried("ttl"), (2, 2));
    assert_eq!(tried("content"), (4, 3));
    assert_eq!(tried("pcre"), (1, 1));
    assert_eq!(
        by["content"].bytes,
        8 + 3 + 8 + 6,
        "up to where each ends, or to the end of the payload"
    );
    assert_eq!(rule.tried, by.values().map(|work| work.tried).sum::<u64>());
    assert!(rule.cost > rule.max_cost && rule.max_cost > 0);
    assert_eq!(profile.inspected[&Inspected::Packet].tried, 2);
}

#[test]
fn what_does_not_fit_is_no_more_than_looked_at() {
    let rules = rules("alert udp any any -> any 53 (msg:\"a\"; content:\"needle\"; sid:1;)\n");
    let profile = profile(&rules, &[b"a needle"], 54);
    let rule = &profile.rules[0];
    assert_eq!((rule.looks, rule.fits, rule.inspections), (1, 0, 0));
    assert!(profile.by_keyword().is_empty());
    let group: Vec<_> = profile.groups.values().collect();
    assert_eq!(
        (group[0].literals, group[0].scans, group[0].bytes, group[0].hits),
        (1, 1, 8, 1)
    );
}

#[test]
fn each_reason_is_told_apart() {
    let rules = rules(
        "alert udp any any -> any 53 (msg:\"a\"; dsize:4; sid:1;)\nalert udp any any -> any any (msg:\"b\"; ttl:<2; sid:2;)\nalert ip any any -> 10.0.0.2 any (msg:\"c\"; sid:3;)\n",
    );
    let profile = profile(&rules, &[b"four"], 53);
    let found = |sid| {
        let at = rules
            .meta
            .iter()
            .position(|meta| meta.sid == sid)
            .expect("it is loaded");
        let found = &profile.rules[at].found;
        Reason::ALL.into_iter().find(|reason| found[*reason as usize] > 0)
    };
    assert_eq!(found(1), Some(Reason::Port));
    assert_eq!(found(2), Some(Reason::Always));
    assert_eq!(found(3), Some(Reason::Address));
}

#[test]
fn two_halves_are_the_whole() {
    let rules = rules("alert udp any any -> any 53 (msg:\"a\"; content:\"needle\"; pcre:\"/z$/\"; sid:1;)\n");
    let payloads: [&[u8]; 3] = [b"a needle z", b"needle", b"needle, needle"];
    let whole = profile(&rules, &payloads, 53);
    let mut sum = profile(&rules, &payloads[..1], 53);
    sum.add(&profile(&rules, &payloads[1..], 53));
    assert_eq!(sum.rules, whole.rules);
    assert_eq!(sum.by_keyword(), whole.by_keyword());
    assert_eq!((sum.inspected, sum.groups), (whole.inspected, whole.groups));
}
