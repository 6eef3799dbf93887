//! One rule of the syntax tree to one compiled rule, or to what is wrong with it.

use rule_parser::{Diagnostic, Dialect, RuleOption, Severity, Span};

use super::codes;
use super::header::{self, ProtocolName};
use super::pending;
use super::variables::Variables;
use crate::buffer::{BufferDef, Source};
use crate::keyword::{Arg, Env, Keyword, Kind, Problem, Registry, RuleDraft, Section};
use crate::rule::{Action, ActionScope, Content, Header, Num, Op, Payload, PayloadOf, Reject, Rule, RuleMeta, TxCheck};

/// A rule by itself, before it finds its place among the others.
#[derive(Debug)]
pub(super) struct Compiled {
    /// What the run time needs.
    pub rule: Rule,
    /// What it asks of buffers cut from the packet: the buffer's definition, transforms, operations.
    pub sections: Vec<Section>,
    /// What it asks of a transaction beside buffers.
    pub tx_checks: Vec<Box<dyn TxCheck>>,
    /// The keywords behind the rule's checks, then those behind `tx_checks`.
    pub keywords: Vec<&'static str>,
    /// What alerts say of it.
    pub meta: RuleMeta,
    /// Where its text is.
    pub span: Span,
    /// What is accepted and worth a word.
    pub warnings: Vec<Diagnostic>,
}

/// Everything that compiling a rule looks at beside the rule.
#[derive(Clone, Copy)]
pub(super) struct Context<'c> {
    pub registry: &'c Registry,
    pub env: &'c Env,
    pub variables: &'c Variables,
    pub dialect: rule_parser::Dialect,
}

/// What became of a rule.
pub(super) enum Outcome {
    /// It can be loaded.
    Loaded(Box<Compiled>),
    /// It says itself that it is for another program (`requires`).
    Skipped(String),
    /// It cannot be loaded.
    Refused(Vec<Diagnostic>),
}

/// Compiles one rule.
pub(super) fn compile(rule: &rule_parser::Rule<'_>, context: Context<'_>) -> Outcome {
    let mut problems = Vec::new();
    let action = action(rule, &mut problems);
    let protocol = protocol(rule, context.dialect, context.env, &mut problems);
    let packets = protocol
        .as_ref()
        .map_or(crate::rule::ProtocolSet::IP, |p| p.packets.clone());
    let header = match header::header(&rule.header, packets.clone(), context.variables) {
        Ok(header) => Some(header),
        Err(found) => {
            problems.extend(found);
            None
        }
    };
    let mut draft = RuleDraft::new(context.env, context.dialect, packets);
    if let Some(protocol) = &protocol {
        draft.payload.packet |= protocol.packet_payload;
        draft.payload.stream |= protocol.stream_payload;
        draft.app = protocol.app;
    }
    let mut warnings = Vec::new();
    let mut waits = false;
    for option in &rule.options {
        if let Err(problem) = apply(&mut draft, option, context.registry) {
            let follows = waits && problem.code == codes::BAD_VALUE && builds_on_others(option, context.registry);
            waits |= problem.code == codes::NOT_SUPPORTED;
            if !follows {
                problems.push(*problem);
            }
        }
        for warning in draft.warnings.drain(..) {
            warnings.push(Diagnostic {
                severity: Severity::Warning,
                ..located(option, warning).sid(rule.sid())
            });
        }
    }
    if let Some(reason) = draft.skip.take() {
        return Outcome::Skipped(reason);
    }
    if draft.meta.sid == 0 && problems.is_empty() {
        problems.push(
            Diagnostic::error(
                codes::NO_SID,
                "the rule has no `sid`",
                Span::new(rule.span.end.saturating_sub(1), rule.span.end),
            )
            .label("nothing to call it by")
            .help("add `sid:1000001;`, a number that no other rule has"),
        );
    }
    let (Some(action), Some(header), true) = (action, header, problems.is_empty()) else {
        let sid = rule.sid();
        return Outcome::Refused(problems.into_iter().map(|p| p.sid(sid)).collect());
    };
    match finish(draft, header, action, rule.span) {
        Ok(compiled) => Outcome::Loaded(Box::new(Compiled { warnings, ..compiled })),
        Err(problem) => Outcome::Refused(vec![problem.sid(rule.sid())]),
    }
}

fn action(rule: &rule_parser::Rule<'_>, problems: &mut Vec<Diagnostic>) -> Option<Action> {
    let name = rule.action.name;
    if let Some(scope) = rule.action.scope.or(rule.action.also.first().copied()) {
        problems.push(
            Diagnostic::error(
                codes::NOT_SUPPORTED,
                "actions with a scope belong to firewall rules, which are not supported yet",
                scope.span,
            )
            .label("not supported"),
        );
        return None;
    }
    match name.value.to_ascii_lowercase().as_str() {
        "alert" | "log" => Some(Action::Alert),
        "pass" => Some(Action::Pass),
        "drop" | "sdrop" | "block" => Some(Action::Drop),
        "reject" | "rejectsrc" => Some(Action::Reject(Reject::Source)),
        "rejectdst" => Some(Action::Reject(Reject::Destination)),
        "rejectboth" => Some(Action::Reject(Reject::Both)),
        "config" | "react" | "rewrite" | "accept" | "activate" | "dynamic" => {
            problems.push(
                Diagnostic::error(
                    codes::NOT_SUPPORTED,
                    format!("the action `{}` is not supported yet", name.value),
                    name.span,
                )
                .label("not supported"),
            );
            None
        }
        _ => {
            problems.push(
                Diagnostic::error(
                    codes::UNKNOWN_ACTION,
                    format!("there is no action `{}`", name.value),
                    name.span,
                )
                .label("no such action")
                .help("use alert, pass, drop, reject, rejectsrc, rejectdst or rejectboth"),
            );
            None
        }
    }
}

fn protocol(
    rule: &rule_parser::Rule<'_>,
    dialect: Dialect,
    env: &Env,
    problems: &mut Vec<Diagnostic>,
) -> Option<ProtocolName> {
    let Some(name) = rule.header.protocol else {
        return header::protocol("pkthdr", &env.app_layer);
    };
    // Snort 3's name of the service, from before there was TLS.
    let known = match name.value {
        "ssl" if dialect == Dialect::Snort3 => "tls",
        other => other,
    };
    let found = header::protocol(known, &env.app_layer);
    if let (Some(hook), Some(_)) = (rule.header.hook, &found) {
        problems.push(
            Diagnostic::error(codes::NOT_SUPPORTED, "rule hooks are not supported yet", hook.span)
                .label("not supported"),
        );
    }
    if found.is_none() {
        problems.push(if pending::is_protocol(name.value) {
            Diagnostic::error(
                codes::NOT_SUPPORTED,
                format!("the protocol `{}` is not supported yet", name.value),
                name.span,
            )
            .label("waits for its parser")
        } else {
            Diagnostic::error(
                codes::UNKNOWN_PROTOCOL,
                format!("there is no protocol `{}`", name.value),
                name.span,
            )
            .label("no such protocol")
            .help("`ruleids protocols` lists those there are")
        });
    }
    found
}

/// Reads one option into the draft.
fn apply(draft: &mut RuleDraft<'_>, option: &RuleOption<'_>, registry: &Registry) -> Result<(), Box<Diagnostic>> {
    let name = option.name.value;
    let keyword = match registry.get(name) {
        Some(keyword) => keyword,
        None => match registry.get(&name.to_ascii_lowercase()) {
            // Suricata: names are matched without regard to case.
            Some(keyword) => keyword,
            None => return Err(Box::new(unknown_keyword(option, registry))),
        },
    };
    let arg = Arg {
        text: option.text(),
        dialect: draft.dialect,
    };
    act(draft, keyword, &arg).map_err(|problem| Box::new(located(option, problem)))?;
    let counts = [draft.checks.len(), draft.tx_checks.len()];
    for (keywords, count) in draft.keywords.iter_mut().zip(counts) {
        keywords.resize(count, keyword.name);
    }
    Ok(())
}

fn act(draft: &mut RuleDraft<'_>, keyword: &'static Keyword, arg: &Arg<'_>) -> Result<(), Problem> {
    match keyword.kind {
        Kind::Meta(read) | Kind::Flow(read) | Kind::Modifier(read) | Kind::PayloadInto(read) => read(draft, arg),
        Kind::Packet(read) => {
            draft.checks.push(read(arg)?);
            Ok(())
        }
        Kind::PacketWith(read) => {
            draft.checks.push(read(draft.env, arg)?);
            Ok(())
        }
        Kind::Payload(read) => {
            let op = read(draft, arg)?;
            draft.push(op);
            Ok(())
        }
        Kind::StickyBuffer(buffer) => {
            arg.none()?;
            select(draft, buffer)
        }
        Kind::ValueBuffer(buffer, form) => {
            arg.none()?;
            draft.forms.push((buffer, form));
            select(draft, buffer)
        }
        Kind::BufferModifier(buffer) if draft.dialect == Dialect::Snort3 => select(draft, buffer),
        Kind::BufferModifier(buffer) => {
            arg.none()?;
            narrow(draft, buffer)?;
            let content = draft.take_last_content()?;
            draft.move_to(buffer, Op::Content(content));
            Ok(())
        }
        Kind::Transaction(read) => {
            let check = read(draft, arg)?;
            draft.narrow_app(check.places().iter().map(|place| place.protocol))?;
            draft.tx_checks.push(check);
            Ok(())
        }
        Kind::Transform(read) => draft.transform(read(arg)?),
        Kind::PostMatch(read) => {
            let effects = read(draft, arg)?;
            draft.effects.extend(effects);
            Ok(())
        }
    }
}

/// Makes a buffer the current one; one of a protocol narrows the rule to it.
fn select(draft: &mut RuleDraft<'_>, buffer: &'static BufferDef) -> Result<(), Problem> {
    narrow(draft, buffer)?;
    draft.select(buffer);
    Ok(())
}

fn narrow(draft: &mut RuleDraft<'_>, buffer: &'static BufferDef) -> Result<(), Problem> {
    match buffer.source {
        Source::Transaction(providers) => draft.narrow_app(providers.iter().map(|p| p.protocol)),
        _ => Ok(()),
    }
}

/// Whether what is wrong with the option may be that an option before it is not supported.
fn builds_on_others(option: &RuleOption<'_>, registry: &Registry) -> bool {
    registry
        .get(option.name.value)
        .is_some_and(|k| matches!(k.kind, Kind::Payload(_) | Kind::Modifier(_) | Kind::Transform(_)))
}

fn unknown_keyword(option: &RuleOption<'_>, registry: &Registry) -> Diagnostic {
    let name = option.name.value;
    if pending::is_keyword(name) {
        return Diagnostic::error(
            codes::NOT_SUPPORTED,
            format!("the keyword `{name}` is not supported yet"),
            option.name.span,
        )
        .label("the rule is refused rather than half understood");
    }
    let diagnostic = Diagnostic::error(
        codes::UNKNOWN_KEYWORD,
        format!("there is no keyword `{name}`"),
        option.name.span,
    )
    .label("no such keyword");
    match registry.nearest(name) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic.help("`ruleids keywords` lists those there are"),
    }
}

fn located(option: &RuleOption<'_>, problem: Problem) -> Diagnostic {
    let whole = option.value.as_ref().map_or(option.name.span, |v| v.span);
    let exact = option
        .value
        .as_ref()
        .is_some_and(|v| v.span.len() as usize == v.value.len());
    let span = match &problem.at {
        Some(at) if exact => Span::new(whole.start + at.start as u32, whole.start + at.end as u32),
        _ => whole,
    };
    let code = if problem.unsupported {
        codes::NOT_SUPPORTED
    } else {
        codes::BAD_VALUE
    };
    let diagnostic =
        Diagnostic::error(code, format!("`{}`: {}", option.name.value, problem.message), span).label("here");
    match problem.help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// Suricata: a rule for one direction that asks for what only goes the other way is refused.
fn one_way(direction: packet::Direction, buffers: &[Section], checks: &[Box<dyn TxCheck>]) -> Result<(), String> {
    let way = match direction {
        packet::Direction::ToServer => "to_server",
        packet::Direction::ToClient => "to_client",
    };
    for section in buffers {
        if let Source::Transaction(providers) = section.buffer.source
            && providers.iter().all(|p| p.at[direction.index()].is_none())
        {
            return Err(format!("`{}` is never there with `flow:{way}`", section.buffer.name));
        }
    }
    let never = |places: &[crate::rule::TxPlace]| places.iter().all(|p| p.at[direction.index()].is_none());
    if checks
        .iter()
        .any(|check| !check.places().is_empty() && never(check.places()))
    {
        return Err(format!(
            "what the rule asks of a transaction is never there with `flow:{way}`"
        ));
    }
    Ok(())
}

/// Checks the rule as a whole and puts it together.
fn finish(draft: RuleDraft<'_>, header: Header, action: Action, span: Span) -> Result<Compiled, Diagnostic> {
    let bad = |message: String| Diagnostic::error(codes::BAD_RULE, message, span);
    let RuleDraft {
        meta,
        flow,
        checks,
        tx_checks,
        keywords: [keywords, tx_keywords],
        app,
        state,
        effects,
        threshold,
        sections,
        silent,
        tells,
        payload,
        forms,
        dialect,
        ..
    } = draft;
    let mut body = None;
    let mut buffers = Vec::new();
    for mut section in with_decoded_data(sections) {
        let form = forms.iter().find(|(buffer, _)| std::ptr::eq(*buffer, section.buffer));
        if let Some((buffer, form)) = form.filter(|_| section.transforms.is_empty()) {
            form(&mut section).map_err(|p| bad(format!("`{}`: {}", buffer.name, p.message)))?;
        }
        check_contents(&section).map_err(bad)?;
        match section.buffer.source {
            Source::Payload if section.transforms.is_empty() && section.ops.is_empty() => {}
            Source::Payload if section.transforms.is_empty() => body = Some(section.ops),
            _ if section.ops.is_empty() => {
                return Err(bad(format!("nothing is asked of the buffer `{}`", section.buffer.name))
                    .help("put a `content` or another payload keyword behind the sticky buffer"));
            }
            _ => buffers.push(section),
        }
    }
    if let Some(direction) = flow.direction.filter(|_| dialect == Dialect::Suricata) {
        one_way(direction, &buffers, &tx_checks).map_err(|what| {
            bad(format!(
                "rule {} mixes keywords with conflicting directions: {what}",
                meta.sid
            ))
        })?;
    }
    // PERF: cheap checks first; the sort is stable, so equal costs keep the order of the rule.
    let mut named: Vec<_> = checks.into_iter().zip(keywords).collect();
    named.sort_by_key(|(check, _)| check.cost());
    let (checks, mut keywords): (Vec<_>, Vec<_>) = named.into_iter().unzip();
    keywords.extend(tx_keywords);
    let wants_packet = payload.packet || checks.iter().any(|check| check.requires_packet());
    let payload_of = payload;
    let payload = body.map(|ops| {
        let anchored = checks.iter().any(|check| check.wants_both_payloads())
            || ops
                .iter()
                .any(|op| matches!(op, Op::Content(c) if c.offset.is_some() || c.depth.is_some()));
        let of = match () {
            () if !(header.protocols.is_tcp() || app.is_some() && header.protocols.has(6)) => PayloadOf::Packet,
            () if payload.stream && !wants_packet => PayloadOf::Stream,
            () if wants_packet => PayloadOf::Packet,
            () if anchored => PayloadOf::Both,
            () => PayloadOf::Stream,
        };
        Payload {
            ops: ops.into_boxed_slice(),
            of,
        }
    });
    let at_recognition = payload.is_none()
        && app.is_none()
        && buffers.is_empty()
        && tx_checks.is_empty()
        && !checks.is_empty()
        && checks.iter().all(|check| check.at_recognition())
        && flow == crate::rule::FlowCondition::default()
        && state.is_empty();
    // Suricata: a rule that asks for nothing but protocol, addresses and ports is tried once per flow and direction, unless
    // an address set of it excludes some.
    let excludes = |set: &Option<std::sync::Arc<crate::rule::AddressSet>>| set.as_ref().is_some_and(|s| s.excludes);
    let only_addresses = payload.is_none()
        && app.is_none()
        && buffers.is_empty()
        && checks.iter().all(|check| check.ip_only_compatible())
        && flow == crate::rule::FlowCondition::default()
        && !payload_of.packet;
    let ip_only = only_addresses && !excludes(&header.src) && !excludes(&header.dst);
    let scope = match &payload {
        _ if !tx_checks.is_empty() || of_transaction(&buffers) => ActionScope::Flow,
        // What excludes some addresses goes as far as what names them.
        None if only_addresses || at_recognition => ActionScope::Flow,
        None if app.is_some() && checks.is_empty() && state.is_empty() && flow.asks_direction_alone() => {
            ActionScope::Flow
        }
        Some(payload) if !wants_packet && buffers.is_empty() && payload.of != PayloadOf::Packet => {
            ActionScope::FlowIfStream
        }
        _ => ActionScope::Packet,
    };
    let rule = Rule {
        scope,
        header,
        flow,
        checks: checks.into_boxed_slice(),
        state: state.into_boxed_slice(),
        payload,
        buffers: Box::default(),
        app,
        tx: Box::default(),
        effects: effects.into_boxed_slice(),
        thresholds: threshold.into_iter().collect(),
        suppress: Box::default(),
        action,
        silent: silent || action == Action::Pass && !tells,
        ip_only,
        at_recognition,
        needs_packet: wants_packet
            || buffers
                .iter()
                .any(|section| !matches!(section.buffer.source, Source::Transaction(_))),
    };
    Ok(Compiled {
        rule,
        sections: buffers,
        tx_checks,
        keywords,
        meta,
        span,
        warnings: Vec::new(),
    })
}

/// Whether something is asked of buffers of transactions.
fn of_transaction(buffers: &[Section]) -> bool {
    buffers
        .iter()
        .any(|section| matches!(section.buffer.source, Source::Transaction(_)))
}

/// Puts what is asked of decoded base64 into the operation that decodes it.
fn with_decoded_data(sections: Vec<Section>) -> Vec<Section> {
    let mut out: Vec<Section> = Vec::with_capacity(sections.len());
    for section in sections {
        if !matches!(section.buffer.source, Source::Base64) {
            out.push(section);
            continue;
        }
        let decoders = out.iter_mut().rev().flat_map(|s| s.ops.iter_mut().rev());
        let last = decoders.into_iter().find_map(|op| match op {
            Op::Base64(base64) => Some(base64),
            _ => None,
        });
        match last {
            Some(base64) => base64.data.extend(section.ops),
            None => out.push(section),
        }
    }
    out
}

/// Contents that can never match are mistakes: the rule would be silent for ever.
fn check_contents(section: &Section) -> Result<(), String> {
    for op in &section.ops {
        let Op::Content(content) = op else { continue };
        let length = content.pattern.len() as i64;
        for (name, bound) in [("depth", content.depth), ("within", content.within)] {
            if let Some(Num::Const(bound)) = bound
                && bound < length
            {
                return Err(format!(
                    "`{name}:{bound}` is shorter than its content of {length} bytes, which can never match"
                ));
            }
        }
    }
    Ok(())
}

/// The literal of a content that the prefilter looks for, if it can be one.
pub(super) fn prefilter_literal(content: &Content) -> Option<&[u8]> {
    if content.negated {
        return None;
    }
    Some(match content.fast_pattern {
        crate::rule::FastPattern::Part(offset, length) => {
            content.pattern.get(usize::from(offset)..)?.get(..usize::from(length))?
        }
        _ => &content.pattern,
    })
}
