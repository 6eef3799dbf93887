//! Whole captures through the engine, on one thread: from frames to alerts.
//!
//! `cargo bench -p protocols --bench capture --profile quick`

mod support;

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use support::{Loaded, bytes_of};
use testkit::{Capture, Workload, fixtures};

fn main() {
    divan::main();
}

/// Traffic of a workload with one rule that never matches: what all comes down to that is no detection.
#[divan::bench(max_time = 3)]
fn workload_with_one_rule(bencher: Bencher<'_, '_>) {
    let rule = "alert ip any any -> any any (msg:\"x\"; content:\"|de ad be ef 00 11 22 33|\"; sid:1;)";
    measure(
        bencher,
        &Loaded::new(&[rule.to_owned()]),
        &[Workload::new(1).of_size(SIZE)],
    );
}

#[divan::bench(max_time = 3)]
fn workload_with_bundled_rules(bencher: Bencher<'_, '_>) {
    measure(bencher, &Loaded::bundled(), &[Workload::new(1).of_size(SIZE)]);
}

/// A capture per attack and per near miss, each with a state of its own: what an audit of many small captures is made of.
#[divan::bench(max_time = 3)]
fn many_small_captures(bencher: Bencher<'_, '_>) {
    let small = fixtures::all()
        .into_iter()
        .filter(|fixture| fixture.path.starts_with("attacks/"));
    let captures: Vec<Capture> = small.map(|fixture| fixture.capture).collect();
    measure(bencher, &Loaded::bundled(), &captures);
}

fn measure(bencher: Bencher<'_, '_>, loaded: &Loaded, captures: &[Capture]) {
    let run = || captures.iter().map(|capture| loaded.run(capture)).sum::<usize>();
    bencher
        .counter(BytesCount::new(captures.iter().map(bytes_of).sum::<usize>()))
        .counter(ItemsCount::new(captures.iter().map(|c| c.frames.len()).sum::<usize>()))
        .bench_local(run);
}

/// Bytes of a workload.
const SIZE: u64 = 16_000_000;
