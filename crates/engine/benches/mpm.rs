//! The literal matchers against each other: on synthetic sets of 10 to 32,000 literals, and on those of real rules
//! where `shared/` is beside the workspace (or where `RULEIDS_SHARED` says).
//!
//! `cargo bench -p engine --bench mpm --profile quick -- dns` runs the cases that have `dns` in their name.

#[path = "mpm/hyperscan.rs"]
mod hyperscan;
#[path = "mpm/real.rs"]
mod real;
#[path = "mpm/synthetic.rs"]
mod synthetic;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{LazyLock, Mutex};

use aho_corasick::AhoCorasickKind;
use daachorse::DoubleArrayAhoCorasick;
use divan::Bencher;
use divan::counter::BytesCount;
use engine::mpm::{Corasick, Filter, Hits, Mpm, Pattern, Scratch, Simd};
use hyperscan::Hyperscan;

/// What is looked for, and where.
struct Case {
    patterns: Vec<Pattern>,
    haystacks: Vec<Vec<u8>>,
}

fn main() {
    if real::shared().is_none() {
        println!("no shared/ folder: the cases of real rules are left out");
    }
    if !Hyperscan::is_installed() {
        println!("no libhs.so.5: Hyperscan is left out");
    }
    divan::main();
}

#[divan::bench(args = names(), max_time = 1)]
fn filter_avx512(bencher: Bencher, name: &str) {
    scan(bencher, name, |patterns| {
        Box::new(Filter::with_simd(patterns, Simd::Avx512).unwrap())
    });
}

#[divan::bench(args = names(), max_time = 1)]
fn filter_avx2(bencher: Bencher, name: &str) {
    scan(bencher, name, |patterns| {
        Box::new(Filter::with_simd(patterns, Simd::Avx2).unwrap())
    });
}

#[divan::bench(args = names(), max_time = 1)]
fn filter_scalar(bencher: Bencher, name: &str) {
    scan(bencher, name, |patterns| {
        Box::new(Filter::with_simd(patterns, Simd::Scalar).unwrap())
    });
}

#[divan::bench(args = names(), max_time = 1)]
fn corasick_nfa(bencher: Bencher, name: &str) {
    let kind = Some(AhoCorasickKind::ContiguousNFA);
    scan(bencher, name, |patterns| Box::new(Corasick::with_kind(patterns, kind)));
}

/// The automaton that is as fast as it gets, and as large.
#[divan::bench(args = names(), max_time = 1)]
fn corasick_dfa(bencher: Bencher, name: &str) {
    if case(name).patterns.len() > 10_000 {
        return;
    }
    let kind = Some(AhoCorasickKind::DFA);
    scan(bencher, name, |patterns| Box::new(Corasick::with_kind(patterns, kind)));
}

/// The bare automaton, that neither checks the case nor reports a pattern once only.
#[divan::bench(args = names(), max_time = 1)]
fn daachorse(bencher: Bencher, name: &str) {
    let case = case(name);
    let folded: BTreeSet<Vec<u8>> = case
        .patterns
        .iter()
        .map(|pattern| pattern.bytes.to_ascii_lowercase())
        .collect();
    let automaton = DoubleArrayAhoCorasick::<u32>::new(folded).unwrap();
    let mut folded = Vec::new();
    bencher.counter(BytesCount::new(case.bytes())).bench_local(|| {
        let mut sum = 0;
        for haystack in &case.haystacks {
            folded.clear();
            folded.extend(haystack.iter().map(u8::to_ascii_lowercase));
            sum += automaton
                .find_overlapping_iter(&folded)
                .map(|found| u64::from(found.value()))
                .sum::<u64>();
        }
        sum
    });
}

/// What Suricata uses, where it is installed; it must find what we find.
#[divan::bench(args = names(), max_time = 1)]
fn hyperscan(bencher: Bencher, name: &str) {
    let case = case(name);
    let Some(matcher) = Hyperscan::new(&case.patterns) else {
        return;
    };
    let (own, mut scratch, mut hits) = (engine::mpm::build(&case.patterns), Scratch::new(), Hits::new());
    for haystack in &case.haystacks {
        own.scan(haystack, &mut scratch, &mut hits);
        assert_eq!(matcher.scan(haystack), hits.len() as u64, "both find the same");
        hits.clear();
    }
    bencher.counter(BytesCount::new(case.bytes())).bench_local(|| {
        case.haystacks
            .iter()
            .map(|haystack| matcher.scan(haystack))
            .sum::<u64>()
    });
}

#[divan::bench(args = names(), max_time = 1)]
fn build_filter(bencher: Bencher, name: &str) {
    let case = case(name);
    bencher.bench_local(|| Filter::new(&case.patterns));
}

#[divan::bench(args = names(), max_time = 1)]
fn build_hyperscan(bencher: Bencher, name: &str) {
    if Hyperscan::is_installed() {
        let case = case(name);
        bencher.bench_local(|| Hyperscan::new(&case.patterns));
    }
}

fn scan(bencher: Bencher, name: &str, build: impl Fn(&[Pattern]) -> Box<dyn Mpm>) {
    let case = case(name);
    let matcher = build(&case.patterns);
    let (mut scratch, mut hits) = (Scratch::new(), Hits::new());
    bencher.counter(BytesCount::new(case.bytes())).bench_local(|| {
        let mut found = 0;
        for haystack in &case.haystacks {
            matcher.scan(haystack, &mut scratch, &mut hits);
            found += hits.len();
            hits.clear();
        }
        found
    });
}

/// The names of all cases.
fn names() -> Vec<&'static str> {
    synthetic::NAMES.iter().chain(real::names()).copied().collect()
}

/// A case, made when it is first asked for.
fn case(name: &str) -> &'static Case {
    static CASES: LazyLock<Mutex<BTreeMap<String, &'static Case>>> = LazyLock::new(Mutex::default);
    let mut cases = CASES.lock().unwrap();
    cases.entry(name.to_owned()).or_insert_with(|| {
        Box::leak(Box::new(
            synthetic::case(name)
                .or_else(|| real::case(name))
                .expect("a case of that name"),
        ))
    })
}

impl Case {
    fn bytes(&self) -> usize {
        self.haystacks.iter().map(Vec::len).sum()
    }
}
