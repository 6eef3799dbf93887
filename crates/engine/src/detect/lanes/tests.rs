use std::fmt::Write;

use proptest::prelude::*;
use testkit::layer::Udp;

use super::super::{Detector, Input, RuleSet};
use crate::compile::sample::rules;
use crate::keywords::sample;
use crate::rule::{FlowVars, Op};

/// The sids of the rules that a datagram matches.
fn sids(rules: &RuleSet, payload: &[u8], port: u16) -> Vec<u32> {
    let bytes = sample::between("10.0.0.1", "10.0.0.2")
        .layer(Udp::new(4000, port))
        .payload(payload)
        .build();
    let packet = sample::decode(&bytes);
    let input = Input::of_packet(&packet);
    let mut matches = Vec::new();
    Detector::default().run(rules, &input, &mut FlowVars::default(), &mut matches);
    let mut sids: Vec<u32> = matches.iter().map(|m| rules.meta[m.rule as usize].sid).collect();
    sids.sort_unstable();
    sids
}

/// What a rule of the property asks.
#[derive(Clone, Debug)]
struct Asked {
    contents: Vec<(Vec<u8>, bool, Option<u8>, Option<u8>)>,
    size: Option<(u16, u16)>,
    port: Option<u16>,
}

impl Asked {
    fn text(&self, sid: usize) -> String {
        let mut text = format!(
            "alert udp any any -> any {} (",
            self.port.map_or("any".into(), |p| p.to_string())
        );
        for (bytes, nocase, offset, depth) in &self.contents {
            let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            let _ = write!(text, "content:\"|{}|\"; ", hex.join(" "));
            text.push_str(if *nocase { "nocase; " } else { "" });
            if let Some(offset) = offset {
                let _ = write!(text, "offset:{offset}; ");
            }
            if let Some(depth) = depth {
                let _ = write!(text, "depth:{}; ", usize::from(*depth).max(bytes.len()));
            }
        }
        if let Some((from, to)) = self.size {
            let _ = write!(text, "dsize:{from}<>{to}; ");
        }
        let _ = writeln!(text, "sid:{sid};)");
        text
    }

    /// The plain way.
    fn matches(&self, payload: &[u8], port: u16) -> bool {
        let holds = |(bytes, nocase, offset, depth): &(Vec<u8>, bool, Option<u8>, Option<u8>)| {
            let from = usize::from(offset.unwrap_or(0)).min(payload.len());
            let to = depth.map_or(payload.len(), |depth| from + usize::from(depth).max(bytes.len()));
            let part = &payload[from..to.min(payload.len())];
            part.windows(bytes.len()).any(|window| {
                if *nocase {
                    window.eq_ignore_ascii_case(bytes)
                } else {
                    window == bytes
                }
            })
        };
        let len = payload.len() as u16;
        self.port.is_none_or(|p| p == port)
            && self.size.is_none_or(|(from, to)| from < len && len < to)
            && self.contents.iter().all(holds)
    }
}

fn asked() -> impl Strategy<Value = Asked> {
    let bytes = proptest::collection::vec(prop_oneof![Just(b'a'), Just(b'A'), Just(b'b'), Just(0)], 1..5);
    let content = (
        bytes,
        any::<bool>(),
        proptest::option::of(0u8..80),
        proptest::option::of(1u8..80),
    );
    (
        proptest::collection::vec(content, 1..3),
        proptest::option::weighted(0.2, (0u16..60, 62u16..700)),
        proptest::option::weighted(0.3, prop_oneof![Just(53), Just(7777)]),
    )
        .prop_map(|(contents, size, port)| Asked { contents, size, port })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_lane_misses_a_match(
        rules_asked in proptest::collection::vec(asked(), 1..30),
        payload in proptest::collection::vec(prop_oneof![Just(b'a'), Just(b'A'), Just(b'b'), Just(0), Just(b'x')], 1..140),
        port in prop_oneof![Just(53u16), Just(7777), Just(9)],
    ) {
        let text: String = (1..).zip(&rules_asked).map(|(sid, asked)| asked.text(sid)).collect();
        let expected: Vec<u32> = (1..).zip(&rules_asked).filter(|(_, asked)| asked.matches(&payload, port)).map(|(sid, _)| sid).collect();
        prop_assert_eq!(sids(&rules(&text), &payload, port), expected, "{}", text);
    }
}

#[test]
fn where_a_content_must_stand() {
    let set = rules(
        "alert udp any any -> any any (content:\"abc\"; offset:4; depth:10; sid:1;)\n\
         alert udp any any -> any any (content:\"abc\"; startswith; sid:2;)\n\
         alert udp any any -> any any (content:\"abc\"; offset:4; sid:3;)\n",
    );
    let range = |sid: u32| {
        let at = set.meta.iter().position(|meta| meta.sid == sid).expect("the rule");
        match set.rules[at].payload.as_ref().expect("a payload").ops.first() {
            Some(Op::Content(content)) => super::range(content),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((range(1), range(2), range(3)), (Some(4..14), Some(0..3), None));
}
