//! What detection costs from a packet to its verdict: literals found, candidates collected and verified.
//!
//! `cargo bench -p engine --bench verify --profile quick`

use divan::Bencher;
use divan::counter::ItemsCount;
use engine::compile::Compilation;
use engine::detect::{Detector, Input, Match, RuleSet};
use engine::keyword::Env;
use engine::keywords;
use engine::rule::FlowVars;
use packet::{DecodeConfig, LinkType, Packet, Timestamp};
use testkit::layer::Udp;
use testkit::{PacketBuilder, Rng};

fn main() {
    divan::main();
}

/// No literal of a thousand rules is there: nothing to verify.
#[divan::bench]
fn no_candidate(bencher: Bencher<'_, '_>) {
    let rules = (0..1000).map(|n| format!("content:\"never-{n}-there\";"));
    verify(bencher, &rule_file(rules), 0);
}

/// A thousand candidates, each for a host that the packet does not go to.
#[divan::bench]
fn headers_that_do_not_fit(bencher: Bencher<'_, '_>) {
    let rules: Vec<String> = (0..1000)
        .map(|n| rule(&format!("10.9.{}.{} any", n / 250, n % 250), n, "content:\"GET /\";"))
        .collect();
    verify(bencher, &rules.concat(), 0);
}

/// Contents that follow each other; the last is missing.
#[divan::bench]
fn contents(bencher: Bencher<'_, '_>) {
    let rules = (0..100).map(|n| {
        format!("content:\"GET /\"; content:\"HTTP/1.1\"; distance:0; content:\"Host|3a|\"; within:20; content:\"absent {n}\"; fast_pattern:0,6; distance:0;")
    });
    verify(bencher, &rule_file(rules), 0);
}

/// Contents of which each occurrence of the first is tried with each of the second.
#[divan::bench]
fn contents_that_are_tried_again(bencher: Bencher<'_, '_>) {
    let rules = (0..20).map(|n| {
        format!("content:\"a\"; content:\"e\"; distance:1; within:30; content:\"|00 {n:02}|\"; distance:0; within:10; content:\"absent\"; fast_pattern;")
    });
    verify(bencher, &rule_file(rules), 0);
}

#[divan::bench]
fn expressions(bencher: Bencher<'_, '_>) {
    let rules = (0..100).map(|n| format!("content:\"GET /\"; pcre:\"/id=[0-9]{{2,9}}&q=[a-z]+{n}zz$/mi\";"));
    verify(bencher, &rule_file(rules), 0);
}

#[divan::bench]
fn numbers(bencher: Bencher<'_, '_>) {
    let rules = (0..100).map(|n| {
        format!("content:\"GET /\"; byte_extract:1,4,length; byte_test:2,>,{n},length,relative; isdataat:100; byte_jump:1,0,relative; byte_test:1,>,200,0,relative; content:\"absent\"; distance:0; fast_pattern;")
    });
    verify(bencher, &rule_file(rules), 0);
}

/// A hundred rules that match each packet.
#[divan::bench]
fn matches(bencher: Bencher<'_, '_>) {
    let rules = (0..100).map(|_| "content:\"GET /\"; depth:5; content:\"Host\"; distance:0;".to_owned());
    verify(bencher, &rule_file(rules), 100);
}

/// Inspects packets with the rules, each of which is matched so often.
fn verify(bencher: Bencher<'_, '_>, text: &str, wanted: usize) {
    let rules = compiled(text);
    let frames = frames();
    let decode = DecodeConfig::default();
    let packets: Vec<Packet<'_>> = frames
        .iter()
        .map(|data| Packet::decode(data, LinkType::Ethernet, Timestamp::default(), 1, &decode))
        .collect();
    let (mut detector, mut matches) = (Detector::default(), Vec::new());
    let mut inspect = || {
        let mut found = 0;
        for packet in &packets {
            found += matches_of(&mut detector, &rules, packet, &mut matches);
        }
        found
    };
    assert_eq!(inspect(), wanted * frames.len());
    bencher.counter(ItemsCount::new(frames.len())).bench_local(inspect);
}

fn matches_of(detector: &mut Detector, rules: &RuleSet, packet: &Packet<'_>, matches: &mut Vec<Match>) -> usize {
    let input = Input::of_packet(packet);
    matches.clear();
    detector.run(rules, &input, &mut FlowVars::default(), matches);
    matches.len()
}

/// Requests in datagrams: what is inspected of a packet is the same, and nothing else is.
fn frames() -> Vec<Vec<u8>> {
    let mut rng = Rng::new(9);
    let frame = |number: u64| {
        let payload = format!(
            "GET /page/{number}.html?id={}&q=text HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\nAccept: text/html,application/xhtml+xml\r\nCookie: session={:016x}{:016x}; absent=1\r\n\r\nabsent",
            rng.below(1 << 20),
            rng.next_u64(),
            rng.next_u64()
        );
        PacketBuilder::between("10.0.0.1", "192.0.2.1")
            .layer(Udp::new(40_000, 8000))
            .payload(payload.as_bytes())
            .build()
    };
    (0..64).map(frame).collect()
}

/// Rules for all datagrams, with these options.
fn rule_file(options: impl IntoIterator<Item = String>) -> String {
    let numbered = (0..).zip(options);
    numbered.map(|(n, options)| rule("any any", n, &options)).collect()
}

/// The rule of a number, for datagrams to this address and port.
fn rule(to: &str, number: u32, options: &str) -> String {
    format!("alert udp any any -> {to} (msg:\"x\"; {options} sid:{};)\n", number + 1)
}

fn compiled(text: &str) -> RuleSet {
    let compiled = Compilation::of_texts(&[text], &[keywords::ALL], &Env::default());
    assert_eq!(compiled.diagnostics, [vec![]]);
    compiled.rules
}
