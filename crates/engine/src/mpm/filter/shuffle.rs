//! Level 1 for some hundred patterns: which places have four bytes that could begin a window, told by a table of all
//! bytes for each of the four.

use super::super::literals::{LiteralId, Literals};
use super::rarity;

/// The first four bytes of windows, in groups: eight for each plane.
///
/// A place passes for a group if each of its four bytes is that of some window of the group.
#[derive(Debug, Clone)]
pub(super) struct Shuffle {
    planes: Box<[Plane]>,
    /// How many places of ordinary traffic pass.
    rate: f32,
}

/// Eight groups: for each of the four bytes and each [`class_of`] a byte, a bit for every group.
#[derive(Debug, Clone)]
#[repr(align(64))]
pub(super) struct Plane {
    pub(super) tables: [[u8; CLASSES]; BYTES],
}

/// The four bytes of a place, each as its class; `None` where it may be any.
type Start = [Option<u8>; BYTES];

/// Where in a pattern a window may be: its start, and its bytes.
type Windows = Vec<(usize, Start)>;

impl Shuffle {
    /// Groups the patterns by windows that are like each other, in as many planes as it takes, and says where the
    /// window of each begins: for patterns of two and three bytes, the pair by which they are found.
    pub(super) fn new(literals: &Literals, class: &[LiteralId]) -> (Self, Vec<usize>) {
        let windows: Vec<Windows> = class.iter().map(|literal| windows(literals.bytes(*literal))).collect();
        let mut planes = if class.len() > MANY_FOR_FEW { MAX_PLANES } else { 1 };
        loop {
            let (shuffle, starts) = Self::with_planes(&windows, planes);
            if planes == MAX_PLANES || shuffle.candidate_cost() < PLANE_COST * planes as f32 {
                return (shuffle, starts);
            }
            planes *= 2;
        }
    }

    fn with_planes(windows: &[Windows], planes: usize) -> (Self, Vec<usize>) {
        let mut grouping = Grouping::new(GROUPS * planes);
        let mut order: Vec<usize> = (0..windows.len()).collect();
        // Those that pass most often come first, so that each may have a group of its own.
        order.sort_by(|a, b| alone(&windows[*b]).total_cmp(&alone(&windows[*a])));
        let mut chosen = vec![(0, 0); windows.len()];
        for &at in &order {
            chosen[at] = grouping.best(&windows[at]);
            let (group, window) = chosen[at];
            grouping.add(group, &windows[at][window].1);
        }
        // What came first did not know what would come.
        for &at in &order {
            let (group, window) = chosen[at];
            grouping.remove(group, &windows[at][window].1);
            chosen[at] = grouping.best(&windows[at]);
            let (group, window) = chosen[at];
            grouping.add(group, &windows[at][window].1);
        }
        let mut shuffle = Self {
            planes: vec![Plane::default(); planes].into(),
            rate: grouping.rates.iter().sum(),
        };
        let mut starts = Vec::with_capacity(windows.len());
        for (windows, (group, window)) in windows.iter().zip(chosen) {
            let (start, bytes) = &windows[window];
            shuffle.planes[group / GROUPS].add(bytes, group % GROUPS);
            starts.push(*start);
        }
        (shuffle, starts)
    }

    /// What 64 bytes of ordinary traffic cost, in nanoseconds.
    pub(super) fn cost(&self) -> f32 {
        VECTOR_COST + PLANE_COST * self.planes.len() as f32 + self.candidate_cost()
    }

    fn candidate_cost(&self) -> f32 {
        self.rate * 64.0 * CANDIDATE_COST
    }

    /// The groups, by eight: 1, 2 or 4 times.
    #[inline]
    pub(super) fn planes(&self) -> &[Plane] {
        &self.planes
    }

    /// Bytes of heap held.
    pub(super) fn memory(&self) -> usize {
        size_of_val(&*self.planes)
    }
}

impl Plane {
    fn add(&mut self, start: &Start, group: usize) {
        for (table, byte) in self.tables.iter_mut().zip(start) {
            match byte {
                Some(class) => table[usize::from(*class)] |= 1 << group,
                None => table.iter_mut().for_each(|groups| *groups |= 1 << group),
            }
        }
    }
}

impl Default for Plane {
    fn default() -> Self {
        Self {
            tables: [[0; CLASSES]; BYTES],
        }
    }
}

/// Groups in the making.
///
/// PERF: what is known of all groups lies side by side, so that a window is weighed against all of them at once.
struct Grouping {
    /// How many groups there are.
    len: usize,
    /// For each of the four bytes and each class, how many windows of each group have it.
    counts: Vec<[u16; MAX_GROUPS]>,
    /// What that class would add to `sums`: nothing where the group has it already.
    more: Vec<[f32; MAX_GROUPS]>,
    /// How probable it is that a byte is one of the group's. No digit is lost: all are multiples of the same small unit.
    sums: [[f32; MAX_GROUPS]; BYTES],
    /// How many places pass for a group.
    rates: [f32; MAX_GROUPS],
}

impl Grouping {
    fn new(len: usize) -> Self {
        let class = |at: usize| [PROBABILITIES[at % CLASSES]; MAX_GROUPS];
        Self {
            len,
            counts: vec![[0; MAX_GROUPS]; CLASSES * BYTES],
            more: (0..CLASSES * BYTES).map(class).collect(),
            sums: [[0.0; MAX_GROUPS]; BYTES],
            rates: [0.0; MAX_GROUPS],
        }
    }

    /// The group and the window by which a pattern adds least.
    fn best(&self, windows: &Windows) -> (usize, usize) {
        let mut best = (f32::INFINITY, (0, 0));
        for (window, (_, start)) in windows.iter().enumerate() {
            let mut rates = [1.0_f32; MAX_GROUPS];
            for (at, class) in start.iter().enumerate() {
                let more = class.map_or(&ANY, |class| &self.more[CLASSES * at + usize::from(class)]);
                for ((rate, sum), more) in rates.iter_mut().zip(&self.sums[at]).zip(more) {
                    *rate *= (sum + more).min(1.0);
                }
            }
            let added = rates.iter().zip(&self.rates).take(self.len);
            for (group, added) in added.map(|(with, without)| with - without).enumerate() {
                if added < best.0 {
                    best = (added, (group, window));
                }
            }
        }
        best.1
    }

    fn add(&mut self, group: usize, start: &Start) {
        for (at, class) in start.iter().enumerate() {
            let Some(class) = class else {
                self.sums[at][group] += 1.0;
                continue;
            };
            let place = CLASSES * at + usize::from(*class);
            self.counts[place][group] += 1;
            self.sums[at][group] += self.more[place][group];
            self.more[place][group] = 0.0;
        }
        self.rate(group);
    }

    fn remove(&mut self, group: usize, start: &Start) {
        for (at, class) in start.iter().enumerate() {
            let Some(class) = class else {
                self.sums[at][group] -= 1.0;
                continue;
            };
            let place = CLASSES * at + usize::from(*class);
            self.counts[place][group] -= 1;
            if self.counts[place][group] == 0 {
                self.more[place][group] = PROBABILITIES[usize::from(*class)];
                self.sums[at][group] -= self.more[place][group];
            }
        }
        self.rate(group);
    }

    fn rate(&mut self, group: usize) {
        // A group that has nothing has sums of zero.
        self.rates[group] = self.sums.iter().map(|sums| sums[group].min(1.0)).product();
    }
}

/// How many places pass for a pattern whose best window is alone in its group.
fn alone(windows: &Windows) -> f32 {
    windows.first().map_or(0.0, |(_, start)| probability(start))
}

fn probability(start: &Start) -> f32 {
    let bytes = start.iter().flatten();
    bytes.map(|class| PROBABILITIES[usize::from(*class)]).product()
}

/// The rarest windows of a pattern, the rarest first; one at least.
fn windows(bytes: &[u8]) -> Windows {
    if bytes.len() < BYTES {
        let start = rarity::choose_pair(bytes);
        let byte = |at: usize| bytes.get(start + at).copied().map(class_of);
        return vec![(start, std::array::from_fn(byte))];
    }
    let all = bytes
        .windows(BYTES)
        .enumerate()
        .filter(|(_, window)| rarity::differs(window));
    let mut rarest: Vec<(f32, (usize, Start))> = Vec::with_capacity(MAX_WINDOWS + 1);
    for (start, window) in all {
        let classes: Start = std::array::from_fn(|at| window.get(at).copied().map(class_of));
        let rate = probability(&classes);
        let at = rarest.partition_point(|(other, _)| *other <= rate);
        if at < MAX_WINDOWS {
            rarest.insert(at, (rate, (start, classes)));
            rarest.truncate(MAX_WINDOWS);
        }
    }
    rarest.into_iter().map(|(_, window)| window).collect()
}

/// A byte without the bit that tells the cases of a letter apart.
pub(super) const fn class_of(byte: u8) -> u8 {
    byte & 0x1F | byte >> 1 & 0x60
}

/// How probable the bytes of a class are: half of the traffic is ordinary, half compressed or encrypted.
static PROBABILITIES: std::sync::LazyLock<[f32; CLASSES]> = std::sync::LazyLock::new(|| {
    std::array::from_fn(|class| {
        let byte = (class as u8 & 0x1F | (class as u8 & 0x60) << 1) | 0x20;
        let ordinary = rarity::probability_of_byte(byte) as f32 / (1_u64 << 32) as f32;
        let probability = (ordinary + 1.0 / CLASSES as f32) / 2.0;
        (probability * UNIT).ceil() / UNIT
    })
});

/// Bytes of a place that are looked at.
pub(super) const BYTES: usize = 4;
/// Bytes that are told apart.
pub(super) const CLASSES: usize = 128;
/// Groups of a plane.
const GROUPS: usize = 8;
/// PERF: four planes of tables are as many as there are registers for.
const MAX_PLANES: usize = 4;
/// Groups of all planes.
const MAX_GROUPS: usize = GROUPS * MAX_PLANES;
/// What a byte adds that may be any.
const ANY: [f32; MAX_GROUPS] = [1.0; MAX_GROUPS];
/// How many windows of a pattern are tried.
const MAX_WINDOWS: usize = 6;
/// With more patterns than that, few planes need not be tried.
const MANY_FOR_FEW: usize = 256;
/// One over the unit of probabilities: sums of them, and of as many ones as there are short patterns, fit the 24 bits
/// of an `f32`.
const UNIT: f32 = (1 << 12) as f32;
/// PERF: what 64 bytes cost whatever the planes, what they cost for each, and a place that passes for nothing, in
/// nanoseconds.
const VECTOR_COST: f32 = 2.5;
const PLANE_COST: f32 = 1.5;
const CANDIDATE_COST: f32 = 15.0;
