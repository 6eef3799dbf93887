//! A rule while its options are read.

use rule_parser::Dialect;

use super::{Env, Parsed, Problem};
use crate::app_layer::AppSet;
use crate::buffer::{BufferDef, PAYLOAD, Transform};
use crate::rule::{
    Content, Effect, FlowCondition, MAX_VARS, Num, Op, PacketCheck, ProtocolSet, RuleMeta, StateCheck, Threshold,
    TxCheck, VarId,
};

/// A rule while its options are read, from left to right.
#[derive(Debug)]
pub struct RuleDraft<'e> {
    /// What was loaded beside the rules, and the names that rules share.
    pub env: &'e Env,
    /// The dialect of the rule's file.
    pub dialect: Dialect,
    /// The protocols of the header; keywords may refuse some.
    pub protocols: ProtocolSet,
    /// What the rule says of itself.
    pub meta: RuleMeta,
    /// Whether a `classtype` was given.
    pub classified: bool,
    /// Whether `priority` was given, which `classtype` then does not change.
    pub priority_given: bool,
    /// What `flow` asks.
    pub flow: FlowCondition,
    /// Conditions on the packet, in the order of the rule.
    pub checks: Vec<Box<dyn PacketCheck>>,
    /// Conditions on a transaction, in the order of the rule.
    pub tx_checks: Vec<Box<dyn TxCheck>>,
    /// The keywords behind `checks`, and behind `tx_checks`.
    pub keywords: [Vec<&'static str>; 2],
    /// The protocols that the flow must speak one of, as header and keywords have narrowed them.
    pub app: Option<AppSet>,
    /// Conditions on remembered state.
    pub state: Vec<StateCheck>,
    /// What a match does.
    pub effects: Vec<Effect>,
    /// `threshold` or `detection_filter`.
    pub threshold: Option<Threshold>,
    /// What is asked of each buffer, in order of first appearance.
    pub sections: Vec<Section>,
    /// `noalert`.
    pub silent: bool,
    /// `alert`, which rules with the action `pass` need to make one.
    pub tells: bool,
    /// Why this program should not load the rule, if the rule says so (`requires`).
    pub skip: Option<String>,
    /// Whose payload the rule wants to see, if a keyword or the header decides it.
    pub payload: PayloadPreference,
    /// The services that Snort looks for the rule's protocol in (`service`, Snort 2's `metadata:service`).
    pub services: Vec<String>,
    /// What is accepted and worth a word; compile puts the option's place to it.
    pub warnings: Vec<Problem>,
    /// Buffers whose values have one form, and what puts contents into it.
    pub forms: Vec<(&'static BufferDef, fn(&mut Section) -> Parsed<()>)>,
    seen: Vec<&'static str>,
    current: usize,
    /// Where the last content went, if that is not the current section, and how much that has had since.
    moved: Option<(usize, usize)>,
    vars: Vec<String>,
}

/// Whose payload a rule wants to see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PayloadPreference {
    /// A keyword looks at packets (`dsize`, `flags` with contents, `tcp-pkt`): the packet's payload must be inspected.
    pub packet: bool,
    /// Only the stream's (`tcp-stream`, `flow:only_stream`).
    pub stream: bool,
}

/// What a rule asks of one buffer.
#[derive(Debug)]
pub struct Section {
    /// Which.
    pub buffer: &'static BufferDef,
    /// What is done to it first.
    pub transforms: Vec<Transform>,
    /// What is asked, in order.
    pub ops: Vec<Op>,
}

impl<'e> RuleDraft<'e> {
    /// A rule of which nothing is known yet.
    pub fn new(env: &'e Env, dialect: Dialect, protocols: ProtocolSet) -> Self {
        Self {
            env,
            dialect,
            protocols,
            meta: RuleMeta {
                gid: 1,
                priority: 3,
                ..RuleMeta::default()
            },
            classified: false,
            priority_given: false,
            flow: FlowCondition::default(),
            checks: Vec::new(),
            tx_checks: Vec::new(),
            keywords: [Vec::new(), Vec::new()],
            app: None,
            state: Vec::new(),
            effects: Vec::new(),
            threshold: None,
            sections: vec![Section {
                buffer: &PAYLOAD,
                transforms: Vec::new(),
                ops: Vec::new(),
            }],
            silent: false,
            tells: false,
            skip: None,
            payload: PayloadPreference::default(),
            services: Vec::new(),
            warnings: Vec::new(),
            forms: Vec::new(),
            seen: Vec::new(),
            current: 0,
            moved: None,
            vars: Vec::new(),
        }
    }

    /// Makes `buffer` the current one. A buffer that there can be only one of goes on where the rule left it.
    pub fn select(&mut self, buffer: &'static BufferDef) {
        self.moved = None;
        let known = self
            .sections
            .iter()
            .position(|s| std::ptr::eq(s.buffer, buffer) && s.transforms.is_empty());
        self.current = match known {
            Some(at) if !buffer.multi || self.sections[at].ops.is_empty() => at,
            _ => {
                self.sections.push(Section {
                    buffer,
                    transforms: Vec::new(),
                    ops: Vec::new(),
                });
                self.sections.len() - 1
            }
        };
    }

    /// What is asked of `buffer`, untransformed, without making it the current one; for modifiers such as `http_uri`
    /// and `pcre`'s buffer flags.
    pub fn section_of(&mut self, buffer: &'static BufferDef) -> &mut Section {
        let known = self
            .sections
            .iter()
            .rposition(|s| std::ptr::eq(s.buffer, buffer) && s.transforms.is_empty());
        let at = known.unwrap_or_else(|| {
            self.sections.push(Section {
                buffer,
                transforms: Vec::new(),
                ops: Vec::new(),
            });
            self.sections.len() - 1
        });
        &mut self.sections[at]
    }

    /// Puts an operation on `buffer`, untransformed, without making it the current one; modifiers behind it
    /// (`content:"a"; http_uri; nocase;`) change it all the same.
    pub fn move_to(&mut self, buffer: &'static BufferDef, op: Op) {
        self.section_of(buffer).ops.push(op);
        let at = self
            .sections
            .iter()
            .rposition(|s| std::ptr::eq(s.buffer, buffer) && s.transforms.is_empty());
        let count = self.section().ops.len();
        self.moved = at.map(|at| (at, count));
    }

    /// Puts an operation on the current buffer; one that is relative to a content that was moved goes where that went.
    pub fn push(&mut self, op: Op) {
        let count = self.section().ops.len();
        let to = self.moved.filter(|(_, then)| *then == count && op.is_relative());
        let at = to.map_or(self.current, |(at, _)| at).min(self.sections.len() - 1);
        self.sections[at].ops.push(op);
    }

    /// Narrows the protocols that the flow must speak one of, to those of the names in `protocols` that there are.
    ///
    /// # Errors
    /// None is left: the rule asks for two protocols at once.
    pub fn narrow_app(&mut self, protocols: impl IntoIterator<Item = &'static str>) -> Parsed<()> {
        let mut set = AppSet::EMPTY;
        for name in protocols {
            if let Some(id) = self.env.app_layer.by_name(name) {
                set = set.with(id);
            }
        }
        let left = self.app.map_or(set, |before| before.and(set));
        if left.is_empty() {
            return Err(Problem::new("the rule's protocol has no such keyword")
                .help("every keyword of a rule must belong to the protocol of its header and to that of the others"));
        }
        self.app = Some(left);
        Ok(())
    }

    /// Notes that an option was given that can be given once.
    ///
    /// # Errors
    /// When it was given before.
    pub fn once(&mut self, name: &'static str) -> Parsed<()> {
        if self.seen.contains(&name) {
            return Err(Problem::new(format!("`{name}` is given twice")).help("keep one of the two"));
        }
        self.seen.push(name);
        Ok(())
    }

    /// Whether an earlier option declared a variable of that name.
    pub fn var(&self, name: &str) -> Option<VarId> {
        self.vars.iter().position(|v| v == name).map(|at| VarId(at as u8))
    }

    /// Changes the current buffer before what follows looks at it.
    ///
    /// # Errors
    /// When no buffer was named, or it was looked at already.
    pub fn transform(&mut self, transform: Transform) -> Parsed<()> {
        let section = self.section();
        if std::ptr::eq(section.buffer, &PAYLOAD)
            && section.ops.is_empty()
            && self.current == 0
            && self.sections.len() == 1
        {
            return Err(Problem::new("a transform needs a buffer")
                .help("put a sticky buffer before it, such as `http.uri; to_md5; content:...`"));
        }
        if self.section().ops.is_empty() {
            self.section().transforms.push(transform);
        } else {
            // The same buffer, looked at as it is before this and changed after it.
            let buffer = self.section().buffer;
            self.sections.push(Section {
                buffer,
                transforms: vec![transform],
                ops: Vec::new(),
            });
            self.current = self.sections.len() - 1;
        }
        Ok(())
    }

    /// What is asked of the current buffer so far.
    pub fn section(&mut self) -> &mut Section {
        let at = self.current.min(self.sections.len() - 1);
        &mut self.sections[at]
    }

    /// The content that a modifier changes: the last of the current buffer.
    ///
    /// # Errors
    /// When there is none before the modifier.
    pub fn last_content(&mut self) -> Parsed<&mut Content> {
        let count = self.section().ops.len();
        let moved = self.moved.filter(|(_, then)| *then == count).map(|(at, _)| at);
        let at = moved.unwrap_or(self.current).min(self.sections.len() - 1);
        let found = self.sections[at].ops.iter_mut().rev().find_map(|op| match op {
            Op::Content(content) => Some(content),
            _ => None,
        });
        found.ok_or_else(|| {
            Problem::new("there is no content before this").help("a modifier stands behind the `content` it changes")
        })
    }

    /// Takes the last content of the current buffer away, for a modifier that moves it to another.
    ///
    /// # Errors
    /// When there is none before the modifier.
    pub fn take_last_content(&mut self) -> Parsed<Content> {
        let ops = &mut self.section().ops;
        let at = ops.iter().rposition(|op| matches!(op, Op::Content(_)));
        match at.map(|at| ops.remove(at)) {
            Some(Op::Content(content)) => Ok(content),
            _ => Err(Problem::new("there is no content before this")
                .help("a modifier stands behind the `content` it changes")),
        }
    }

    /// Declares a variable, or finds it again.
    ///
    /// # Errors
    /// When the rule has too many.
    pub fn declare(&mut self, name: &str) -> Parsed<VarId> {
        if let Some(at) = self.vars.iter().position(|v| v == name) {
            return Ok(VarId(at as u8));
        }
        if self.vars.len() == MAX_VARS {
            return Err(Problem::new(format!("a rule can have at most {MAX_VARS} variables")));
        }
        self.vars.push(name.to_owned());
        Ok(VarId((self.vars.len() - 1) as u8))
    }

    /// A number or the name of a variable that an earlier option declared.
    ///
    /// # Errors
    /// When it is neither, or the number is not between `min` and `max`.
    pub fn num(&self, text: &str, min: i64, max: i64) -> Parsed<Num> {
        let text = text.trim();
        if let Some(at) = self.vars.iter().position(|v| v == text) {
            return Ok(Num::Var(VarId(at as u8)));
        }
        let digits = text.strip_prefix('+').unwrap_or(text);
        let (negative, magnitude) = match digits.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, digits),
        };
        let value = match magnitude.strip_prefix("0x").or_else(|| magnitude.strip_prefix("0X")) {
            Some(hex) => i64::from_str_radix(hex, 16).ok(),
            None => magnitude.parse::<i64>().ok(),
        };
        match value.map(|v| if negative { -v } else { v }) {
            Some(v) if (min..=max).contains(&v) => Ok(Num::Const(v)),
            Some(v) => Err(Problem::new(format!("{v} is not between {min} and {max}"))),
            None => Err(
                Problem::new(format!("`{text}` is neither a number nor a variable of this rule"))
                    .help("declare a variable with `byte_extract` or `byte_math` before it is used"),
            ),
        }
    }
}
