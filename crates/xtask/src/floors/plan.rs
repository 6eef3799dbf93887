//! The architecture as data. `ARCHITECTURE.md` says why it is so.

/// A crate, and the crates of the workspace that it may import.
pub struct Floor {
    /// Its name.
    pub name: &'static str,
    /// What it may depend on.
    pub may: &'static [&'static str],
}

/// The crates, lowest floor first.
pub const FLOORS: &[Floor] = &[
    Floor {
        name: "packet",
        may: &[],
    },
    Floor {
        name: "rule-parser",
        may: &[],
    },
    Floor {
        name: "capture",
        may: &["packet"],
    },
    Floor {
        name: "engine",
        may: &["packet", "rule-parser"],
    },
    Floor {
        name: "config",
        may: &["packet", "rule-parser", "engine"],
    },
    Floor {
        name: "output",
        may: &["packet", "rule-parser", "engine"],
    },
    Floor {
        name: "protocols",
        may: &["packet", "engine"],
    },
    Floor {
        name: "ruleids",
        may: &[
            "packet",
            "rule-parser",
            "engine",
            "capture",
            "config",
            "output",
            "protocols",
        ],
    },
    Floor {
        name: "testkit",
        may: &["packet"],
    },
    Floor {
        name: "xtask",
        may: &["packet", "rule-parser", "engine", "config", "protocols"],
    },
];

/// Crates that only tests may depend on.
pub const DEV_ONLY: &[&str] = &["testkit", "xtask"];

/// A module of `engine`, and the modules of `engine` that it may import.
pub struct Module {
    /// Its name.
    pub name: &'static str,
    /// What it may import.
    pub may: &'static [&'static str],
}

/// The modules of `engine`, lowest first.
///
/// `engine`, `worker` and the crate's root see everything, and are not listed.
pub const MODULES: &[Module] = &[
    Module {
        name: "exception",
        may: &[],
    },
    Module {
        name: "event",
        may: &[],
    },
    Module { name: "mpm", may: &[] },
    Module {
        name: "flow",
        may: &["event"],
    },
    // It keeps its trackers in the tables that `flow` is made of.
    Module {
        name: "defrag",
        may: &["event", "flow"],
    },
    Module {
        name: "stream",
        may: &["event", "flow", "defrag"],
    },
    Module {
        name: "app_layer",
        may: &["event", "flow", "stream"],
    },
    Module {
        name: "buffer",
        may: &["event", "flow", "stream", "app_layer"],
    },
    Module {
        name: "rule",
        may: &["event", "mpm", "flow", "defrag", "stream", "app_layer", "buffer"],
    },
    Module {
        name: "eve",
        may: &["event", "rule"],
    },
    Module {
        name: "keyword",
        may: &[
            "event",
            "mpm",
            "flow",
            "defrag",
            "stream",
            "app_layer",
            "buffer",
            "rule",
        ],
    },
    Module {
        name: "keywords",
        may: &[
            "event",
            "mpm",
            "flow",
            "defrag",
            "stream",
            "app_layer",
            "buffer",
            "rule",
            "keyword",
        ],
    },
    Module {
        name: "protocol",
        may: &[
            "event",
            "mpm",
            "flow",
            "defrag",
            "stream",
            "app_layer",
            "buffer",
            "rule",
            "keyword",
        ],
    },
    Module {
        name: "detect",
        may: &["event", "mpm", "flow", "app_layer", "buffer", "rule"],
    },
    Module {
        name: "policy",
        may: &["event", "flow", "rule"],
    },
    Module {
        name: "config",
        may: &["exception", "flow", "defrag", "stream", "app_layer"],
    },
    Module {
        name: "compile",
        may: &[
            "event",
            "mpm",
            "app_layer",
            "buffer",
            "rule",
            "keyword",
            "keywords",
            "protocol",
            "detect",
        ],
    },
];

/// Modules of `engine` that import what they like: one drives all stages, the other is the face.
pub const FREE_MODULES: &[&str] = &["worker", "engine"];

/// The modules of `engine` that may know the rules' text: at run time no keyword has a name.
pub const READS_RULE_TEXT: &[&str] = &["keyword", "keywords", "protocol", "compile"];

/// Where `unsafe` may stand, and why.
pub const UNSAFE: &[(&str, &str)] = &[
    ("crates/engine/src/flow/prefetch.rs", "a hint to the processor"),
    ("crates/engine/src/mpm/filter/simd/mod.rs", "calls of vector code"),
    ("crates/engine/src/mpm/filter/simd/avx2.rs", "AVX2 intrinsics"),
    ("crates/engine/src/mpm/filter/simd/avx512.rs", "AVX-512 intrinsics"),
    (
        "crates/engine/benches/mpm/hyperscan.rs",
        "a benchmark calls Hyperscan; no part of the program",
    ),
    (
        "crates/capture/src/filter.rs",
        "a compiled BPF program is handed to another thread",
    ),
    ("crates/capture/src/live.rs", "poll(2)"),
    ("crates/capture/src/af_packet/ring.rs", "the kernel's ring, mapped"),
    ("crates/capture/src/af_packet/socket.rs", "options of packet sockets"),
];

/// Crates whose files must not look at a clock: what they do depends on packet time alone.
pub const NO_CLOCK: &[&str] = &["packet", "rule-parser", "engine", "protocols"];

/// Files with more than [`MAX_LINES`] lines before their tests, and why they stay in one piece.
pub const LONG_FILES: &[(&str, &str)] = &[];

/// Lines of a file before its tests.
pub const MAX_LINES: usize = 600;

/// Names that say nothing of what is in a file.
pub const EMPTY_NAMES: &[&str] = &["util", "utils", "common", "helper", "helpers", "misc", "manager"];
