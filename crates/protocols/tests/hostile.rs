//! Hostile conversations: whatever two sides say, no protocol's parser panics, stands still, or keeps more and more.
//!
//! The conversations are made from small honest ones, with a seed: bytes changed, left out, repeated, cut anywhere, said
//! by the other side. What fuzzing finds becomes a conversation here.

#[path = "support/honest.rs"]
mod honest;
#[path = "support/talk.rs"]
mod talk;

use engine::app_layer::{Application, Transport};
use honest::honest;
use packet::Direction::{self, ToClient, ToServer};
use talk::{Talk, Turn};

/// Numbers that are the same every time.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    fn chance(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }
}

/// A conversation that is no longer honest.
fn mutate(honest: &[(Direction, Vec<u8>)], numbers: &mut Numbers) -> Vec<Turn> {
    let mut turns = Vec::new();
    for _ in 0..1 + numbers.below(3) {
        for (way, bytes) in honest {
            let mut way = *way;
            let mut bytes = bytes.clone();
            if numbers.chance(12) {
                way = way.reverse();
            }
            for _ in 0..numbers.below(6) {
                change(&mut bytes, numbers);
            }
            cut(way, &bytes, numbers, &mut turns);
            if numbers.chance(15) {
                turns.push(Turn::Lose(way, numbers.next() >> numbers.below(64)));
            }
            if numbers.chance(25) {
                turns.push(Turn::End(way));
            }
        }
    }
    turns.extend([Turn::End(ToServer), Turn::End(ToClient)]);
    turns
}

fn change(bytes: &mut Vec<u8>, numbers: &mut Numbers) {
    let at = numbers.below(bytes.len());
    let end = (at + 1 + numbers.below(40)).min(bytes.len());
    match numbers.below(7) {
        0 => bytes
            .iter_mut()
            .skip(at)
            .take(1)
            .for_each(|b| *b ^= 1 << numbers.below(8)),
        1 => bytes
            .iter_mut()
            .skip(at)
            .take(1)
            .for_each(|b| *b = [0, 255, 127, 128, b'\n', b' '][numbers.below(6)]),
        2 => drop(bytes.drain(at..end)),
        3 => {
            let part = bytes[at..end].to_vec();
            for _ in 0..1 + numbers.below(50) {
                bytes.splice(at..at, part.iter().copied());
            }
        }
        4 => bytes.truncate(at),
        5 => {
            let random: Vec<u8> = (0..numbers.below(200)).map(|_| numbers.next() as u8).collect();
            bytes.splice(at..at, random);
        }
        _ => bytes.splice(at..at, vec![b'A'; numbers.below(20_000)]).for_each(drop),
    }
}

/// Pieces of any size.
fn cut(way: Direction, bytes: &[u8], numbers: &mut Numbers, turns: &mut Vec<Turn>) {
    let most = [1usize, 7, 100, 1400, usize::MAX][numbers.below(5)];
    let most = if bytes.len() > 2000 { most.max(100) } else { most };
    let mut rest = bytes;
    while !rest.is_empty() {
        let size = (1 + numbers.below(most.min(rest.len()))).min(rest.len());
        turns.push(Turn::Say(way, rest[..size].to_vec()));
        rest = &rest[size..];
    }
}

fn apps() -> impl Iterator<Item = &'static Application> {
    protocols::applications().into_iter().filter(|app| app.setup.is_some())
}

fn run(app: &'static Application, seeds: std::ops::Range<u64>) {
    let honest = honest(app.name);
    for seed in seeds {
        let mut numbers = Numbers(seed);
        let turns = mutate(&honest, &mut numbers);
        let transport = match app.transports() {
            [true, true] if numbers.chance(2) => Transport::Udp,
            [true, _] => Transport::Tcp,
            _ => Transport::Udp,
        };
        let mut talk = Talk::new(app, transport, numbers.chance(2));
        for turn in &turns {
            talk.turn(turn);
        }
        // LIMIT: what is open at a time; see the limits of the protocols.
        assert!(
            talk.most <= 4096,
            "{}: {} transactions, seed {seed}",
            app.name,
            talk.most
        );
    }
}

#[test]
fn changed_conversations_end() {
    for app in apps() {
        run(app, 0..40);
    }
}

#[test]
fn random_bytes_end() {
    for app in apps() {
        for seed in 0..30 {
            let mut numbers = Numbers(seed);
            let mut talk = Talk::new(app, Transport::Tcp, true);
            for _ in 0..20 {
                let bytes = (0..numbers.below(300)).map(|_| numbers.next() as u8).collect();
                let way = if numbers.chance(2) { ToServer } else { ToClient };
                talk.turn(&Turn::Say(way, bytes));
            }
            talk.turn(&Turn::End(ToServer));
            talk.turn(&Turn::End(ToClient));
        }
    }
}

#[test]
fn the_same_question_without_an_answer_is_not_kept_for_ever() {
    for app in apps() {
        let honest = honest(app.name);
        let transport = if app.transports()[0] {
            Transport::Tcp
        } else {
            Transport::Udp
        };
        let mut talk = Talk::new(app, transport, true);
        let asked = honest.iter().filter(|(way, _)| *way == ToServer);
        let asked: Vec<u8> = asked.flat_map(|(_, bytes)| bytes.iter().copied()).collect();
        for _ in 0..60 {
            talk.turn(&Turn::Say(ToServer, asked.repeat(100)));
        }
        assert!(talk.most <= 4096, "{}: {} transactions", app.name, talk.most);
    }
}
