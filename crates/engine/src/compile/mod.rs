//! Rule files to loaded rules.
//!
//! Rules are compiled on all cores; what comes out does not depend on how many there are. A rule that cannot be
//! loaded is refused whole, with its diagnostics, and the others are loaded.

pub mod codes;
mod config_files;
mod header;
mod order;
mod pending;
mod rule;
#[cfg(test)]
pub(crate) mod sample;
mod variables;

pub use config_files::{ConfigFileError, ThresholdEntry, parse_classifications, parse_references, parse_thresholds};
pub use header::PROTOCOLS;
pub use order::ActionOrder;
pub use pending::is_protocol as is_pending_protocol;
pub use variables::{STANDARD_ADDRESSES, STANDARD_PORTS, VariableError, Variables};

use hashbrown::HashMap;

use rayon::prelude::*;
use rule_parser::{Diagnostic, Dialect, ParseOptions, RuleFile, Span};

use crate::app_layer::AppLayer;
use crate::buffer::{BufferId, Source};
use crate::detect::{BufferUse, Headers, Key, PrefilterBuilder, RuleSet};
use crate::keyword::{Env, Keyword, Registry};
use crate::rule::{Op, TxCondition};
use rule::{Compiled, Context, Outcome};

/// What rules are compiled with.
#[derive(Debug)]
pub struct Compiler<'c> {
    /// The keywords there are.
    pub registry: &'c Registry,
    /// What was loaded beside the rules.
    pub env: &'c Env,
    /// The variables of headers.
    pub variables: &'c Variables,
    /// threshold.config.
    pub thresholds: &'c [ThresholdEntry],
    /// The order in which actions are carried out.
    pub actions: ActionOrder,
}

/// What compiling gives.
#[derive(Debug, Default)]
pub struct Compilation {
    /// The rules that were loaded.
    pub rules: RuleSet,
    /// What there is to say, file by file, in the order of the files and their rules.
    pub diagnostics: Vec<Vec<Diagnostic>>,
    /// How the files fared, by the same index.
    pub files: Vec<FileReport>,
}

/// How a file fared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileReport {
    /// Rules that are loaded.
    pub loaded: usize,
    /// Rules that say themselves that they are for another program.
    pub skipped: usize,
    /// Rules that could not be loaded, those with syntax errors included.
    pub refused: usize,
    /// Commented-out rules.
    pub disabled: usize,
}

impl Compilation {
    /// Compiles rules in texts, with the standard variables and nothing else configured: for programs that bring their
    /// rules along, such as tests.
    pub fn of_texts(texts: &[impl AsRef<str>], keywords: &[&[&'static Keyword]], env: &Env) -> Self {
        let compiler = Compiler {
            registry: &Registry::new(keywords),
            env,
            variables: &Variables::standard(),
            thresholds: &[],
            actions: ActionOrder::default(),
        };
        let files = texts
            .iter()
            .map(|text| rule_parser::parse_file(text.as_ref(), &ParseOptions::default()));
        compiler.compile(&files.collect::<Vec<_>>())
    }
}

impl Compiler<'_> {
    /// Compiles the enabled rules of `files`.
    pub fn compile(&self, files: &[RuleFile<'_>]) -> Compilation {
        self.put_together(files.iter().map(|file| {
            let rules = file.rules.par_iter();
            let context = self.context(file.dialect);
            (file, rules.map(|rule| attempt(rule, context)).collect())
        }))
    }

    /// [`Self::compile`], and takes the rules out of the files as it goes.
    // PERF: what was read of ET Open's rules takes half as much memory as what becomes of them.
    pub fn compile_and_free(&self, files: &mut [RuleFile<'_>]) -> Compilation {
        self.put_together(files.iter_mut().map(|file| {
            let rules = std::mem::take(&mut file.rules).into_par_iter();
            let context = self.context(file.dialect);
            let attempts = rules.map(|rule| attempt(&rule, context)).collect();
            (&*file, attempts)
        }))
    }

    fn put_together<'f, 'r: 'f>(&self, files: impl Iterator<Item = (&'f RuleFile<'r>, Vec<Attempt>)>) -> Compilation {
        let mut out = Compilation::default();
        let mut loaded: Loaded = Vec::new();
        // By generator and signature id: the file, the revision, the place in `loaded`.
        let mut seen: HashMap<(u32, u32), (usize, u32, usize)> = HashMap::new();
        for (number, (file, attempts)) in files.enumerate() {
            let mut diagnostics = file.diagnostics.clone();
            let mut report = FileReport {
                refused: file.broken.iter().filter(|r| r.enabled).count(),
                ..FileReport::default()
            };
            for attempt in attempts {
                match attempt.outcome {
                    None => report.disabled += 1,
                    Some(Outcome::Skipped(reason)) => {
                        report.skipped += 1;
                        diagnostics.push(
                            Diagnostic::note(
                                codes::REQUIREMENT,
                                format!("the rule is skipped: {reason}"),
                                attempt.span,
                            )
                            .sid(attempt.sid),
                        );
                    }
                    Some(Outcome::Refused(problems)) => {
                        report.refused += 1;
                        diagnostics.extend(problems);
                    }
                    Some(Outcome::Loaded(mut compiled)) => {
                        diagnostics.append(&mut compiled.warnings);
                        let id = (compiled.meta.gid, compiled.meta.sid);
                        match seen.get(&id) {
                            Some((first_file, first_rev, at)) if *first_rev >= compiled.meta.rev => {
                                report.refused += 1;
                                diagnostics.push(duplicate(
                                    &compiled,
                                    (*first_file == number)
                                        .then(|| loaded.get(*at).map(|first| first.span))
                                        .flatten(),
                                ));
                                continue;
                            }
                            // Suricata: the higher revision wins, whichever file it is in.
                            Some((_, _, at)) => {
                                compiled.meta.origin = (number as u32, compiled.span.start);
                                let at = *at;
                                seen.insert(id, (number, compiled.meta.rev, at));
                                if let Some(slot) = loaded.get_mut(at) {
                                    *slot = compiled;
                                }
                                continue;
                            }
                            None => {}
                        }
                        seen.insert(id, (number, compiled.meta.rev, loaded.len()));
                        compiled.meta.origin = (number as u32, compiled.span.start);
                        report.loaded += 1;
                        loaded.push(compiled);
                    }
                }
            }
            diagnostics.sort_by_key(|d| d.span.start);
            out.diagnostics.push(diagnostics);
            out.files.push(report);
        }
        for compiled in &mut loaded {
            config_files::apply(self.thresholds, compiled);
        }
        out.rules = assemble(loaded, &self.env.app_layer, self.actions);
        out
    }

    fn context(&self, dialect: Dialect) -> Context<'_> {
        Context {
            registry: self.registry,
            env: self.env,
            variables: self.variables,
            dialect,
        }
    }

    /// Compiles one rule as if it stood alone, to say what is wrong with it; for tests and `check` of disabled rules.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn check_rule(&self, rule: &rule_parser::Rule<'_>, dialect: Dialect) -> Result<(), Vec<Diagnostic>> {
        let context = Context {
            registry: self.registry,
            env: self.env,
            variables: self.variables,
            dialect,
        };
        match rule::compile(rule, context) {
            Outcome::Refused(problems) => Err(problems),
            Outcome::Loaded(_) | Outcome::Skipped(_) => Ok(()),
        }
    }
}

/// In boxes, so that sorting moves little, and each is freed as it finds its place.
type Loaded = Vec<Box<Compiled>>;

/// What became of a rule, and where it is.
struct Attempt {
    span: Span,
    sid: Option<u32>,
    /// `None`: it is commented out.
    outcome: Option<Outcome>,
}

fn attempt(rule: &rule_parser::Rule<'_>, context: Context<'_>) -> Attempt {
    Attempt {
        span: rule.span,
        sid: rule.sid(),
        outcome: rule.enabled.then(|| rule::compile(rule, context)),
    }
}

fn duplicate(compiled: &Compiled, first: Option<Span>) -> Diagnostic {
    let (gid, sid) = (compiled.meta.gid, compiled.meta.sid);
    let diagnostic = Diagnostic::error(
        codes::DUPLICATE_SID,
        format!("another rule is {gid}:{sid} already"),
        compiled.span,
    )
    .label("this one is not loaded")
    .help("give it a `sid` of its own, or a higher `rev` if it replaces the other")
    .sid(Some(sid));
    match first {
        Some(span) => diagnostic.secondary(span, "the first one"),
        None => diagnostic,
    }
}

/// Brings the rules in order, gives their buffers numbers, and builds the prefilter.
fn assemble(mut loaded: Loaded, layer: &AppLayer, actions: ActionOrder) -> RuleSet {
    order::sort(&mut loaded, actions);
    let mut set = RuleSet::default();
    set.rules.reserve_exact(loaded.len());
    set.meta.reserve_exact(loaded.len());
    let mut prefilter = PrefilterBuilder::new();
    let mut known: HashMap<(*const crate::buffer::BufferDef, String), BufferId> = HashMap::new();
    for compiled in loaded {
        let Compiled {
            mut rule,
            sections,
            tx_checks,
            keywords,
            mut meta,
            ..
        } = *compiled;
        set.keywords.extend(keywords);
        meta.metadata.shrink();
        meta.references.shrink_to_fit();
        meta.msg.shrink_to_fit();
        let (mut buffers, mut tx) = (Vec::new(), Vec::with_capacity(sections.len()));
        for check in tx_checks {
            let places = check.places().iter();
            let places = places
                .filter_map(|place| Some((layer.by_name(place.protocol)?, place.at)))
                .collect();
            tx.push(TxCondition::Check(check, places));
        }
        for section in sections {
            let keys: Vec<&str> = section.transforms.iter().map(|t| &*t.key).collect();
            let identity = (std::ptr::from_ref(section.buffer), keys.join(";"));
            let id = *known.entry(identity).or_insert_with(|| {
                set.buffers
                    .push(BufferUse::new(section.buffer, section.transforms.clone(), layer));
                BufferId((set.buffers.len() - 1) as u16)
            });
            let ops = section.ops.into_boxed_slice();
            match section.buffer.source {
                Source::Transaction(_) => tx.push(TxCondition::Buffer(id, ops)),
                _ => buffers.push((id, ops)),
            }
        }
        rule.buffers = buffers.into_boxed_slice();
        rule.tx = tx.into_boxed_slice();
        let key = prefilter_key(&rule, &set);
        prefilter.add(set.rules.len() as u32, &rule, &key, &set.buffers);
        set.rules.push(rule);
        set.meta.push(meta);
    }
    set.headers = Headers::new(&set.rules);
    set.prefilter = prefilter.build();
    set
}

/// The literal that the rule is looked up by: the one `fast_pattern` names, else the strongest.
pub fn prefilter_key(rule: &crate::rule::Rule, set: &RuleSet) -> Key {
    let mut best: Option<(u32, Key)> = None;
    let mut offer = |ops: &[Op], key: &dyn Fn(Box<[u8]>, bool, Option<std::ops::Range<usize>>) -> Key| {
        for op in ops {
            let Op::Content(content) = op else { continue };
            let Some(literal) = rule::prefilter_literal(content) else {
                continue;
            };
            let chosen = content.fast_pattern != crate::rule::FastPattern::Unset;
            let strength = if chosen { u32::MAX } else { order::strength(literal) };
            if best.as_ref().is_none_or(|(s, _)| strength > *s) {
                let place = crate::detect::range(content);
                best = Some((strength, key(literal.into(), content.nocase, place)));
            }
        }
    };
    // A buffer of a transaction may be there only once, so where the rule asks for one the literal must be of one too.
    if let Some(payload) = &rule.payload
        && rule.tx.iter().all(TxCondition::is_check)
    {
        offer(&payload.ops, &Key::Payload);
    }
    let of_packet = rule
        .buffers
        .iter()
        .filter(|_| rule.tx.is_empty())
        .map(|(id, ops)| (id, ops));
    let of_tx = rule.tx.iter().filter_map(|condition| match condition {
        TxCondition::Buffer(id, ops) => Some((id, ops)),
        TxCondition::Check(..) => None,
    });
    for (id, ops) in of_packet.chain(of_tx) {
        let searchable = set
            .buffers
            .get(usize::from(id.0))
            .is_some_and(|b| b.transforms.iter().all(|t| t.prefilter));
        // A missing buffer may match, which no literal in it tells.
        if searchable && !matches!(ops.first(), Some(Op::Absent(_))) {
            offer(ops, &|literal, nocase, _| Key::Buffer(*id, literal, nocase));
        }
    }
    best.map_or(Key::None, |(_, key)| key)
}
