//! The loaded rules, as the run time shares them between workers.

use packet::{Direction, Packet};

use super::headers::Headers;
use super::prefilter::Prefilter;
use crate::app_layer::{AppLayer, FileSettings, ProtocolId, Transaction};
use crate::buffer::{BufferDef, BufferId, Provider, Source, Transform};
use crate::rule::{Effect, Op, Rule, RuleMeta, StateCheck, TagScope, TxCondition};

/// The loaded rules. Indices into `rules` are the order in which rules are looked at.
#[derive(Debug, Default)]
pub struct RuleSet {
    /// What verification reads.
    pub rules: Vec<Rule>,
    /// Which of them ask the same of protocol, addresses and ports.
    pub headers: Headers,
    /// What alerts say, by the same index.
    pub meta: Vec<RuleMeta>,
    /// For reports, the keywords behind the rules' checks: rule by rule those of `checks`, then those of `tx`.
    pub keywords: Vec<&'static str>,
    /// The buffers that rules inspect, by [`BufferId`].
    pub buffers: Vec<BufferUse>,
    /// Which rules there is a reason to look at.
    pub prefilter: Prefilter,
}

/// A buffer with its transforms, as some rule inspects it.
#[derive(Debug)]
pub struct BufferUse {
    /// The buffer.
    pub def: &'static BufferDef,
    /// What is done to it first.
    pub transforms: Vec<Transform>,
    /// The protocols whose transactions have it, and where.
    pub providers: Vec<(ProtocolId, &'static Provider)>,
}

impl BufferUse {
    /// A buffer as some rule inspects it.
    pub fn new(def: &'static BufferDef, transforms: Vec<Transform>, layer: &AppLayer) -> Self {
        let providers = match def.source {
            Source::Transaction(providers) => providers,
            _ => &[],
        };
        let providers = providers.iter().filter_map(|p| Some((layer.by_name(p.protocol)?, p)));
        Self {
            def,
            transforms,
            providers: providers.collect(),
        }
    }

    /// Where a protocol's transactions have it.
    pub fn provider(&self, protocol: ProtocolId) -> Option<&'static Provider> {
        self.providers.iter().find(|(id, _)| *id == protocol).map(|(_, p)| *p)
    }
}

impl RuleSet {
    /// The bytes of a buffer cut from the packet, through `scratch` when transforms change them.
    pub fn packet_buffer<'b>(
        &self,
        id: BufferId,
        packet: &'b Packet<'_>,
        scratch: &'b mut [Vec<u8>; 2],
    ) -> Option<&'b [u8]> {
        let buffer = self.buffers.get(usize::from(id.0))?;
        let raw = match buffer.def.source {
            Source::Packet(cut) => cut(packet)?,
            Source::Payload => packet.payload,
            Source::Base64 | Source::Transaction(_) => return None,
        };
        Some(transformed(&buffer.transforms, raw, scratch))
    }

    /// The bytes of a buffer of a transaction, the one of that index: through `made` where they must be made, and
    /// through `scratch` where transforms change them.
    pub fn tx_buffer<'b>(
        &self,
        id: BufferId,
        protocol: ProtocolId,
        tx: &'b dyn Transaction,
        place: (Direction, usize),
        made: &'b mut Vec<u8>,
        scratch: &'b mut [Vec<u8>; 2],
    ) -> Option<&'b [u8]> {
        let buffer = self.buffers.get(usize::from(id.0))?;
        let provider = buffer.provider(protocol)?;
        made.clear();
        let raw = (provider.get)(tx, place.0, place.1, made)?;
        Some(transformed(&buffer.transforms, raw, scratch))
    }

    /// What the rules want of files.
    pub fn file_needs(&self) -> FileSettings {
        let mut needs = FileSettings {
            shown: self.buffers.iter().any(|used| used.def.name == "file.data"),
            ..FileSettings::default()
        };
        for rule in &self.rules {
            needs.keep |= rule.effects.iter().any(|e| matches!(e, Effect::StoreFiles(_)));
            for condition in &rule.tx {
                match condition {
                    TxCondition::Check(check, _) => check.file_needs(&mut needs),
                    TxCondition::Buffer(id, _) => {
                        let used = self.buffers.get(usize::from(id.0));
                        needs.magic |= used.is_some_and(|used| used.def.name == "file.magic");
                    }
                }
            }
        }
        needs
    }

    /// The reason why these rules want a single worker, if they do: a match that hangs on state that crosses flows
    /// changes the flow, so that the next packet of the flow must wait for it.
    pub fn needs_one_worker(&self) -> Option<String> {
        let entangled = |rule: &Rule| {
            let crosses = rule.state.iter().any(|s| matches!(s, StateCheck::Shared(..)));
            let marks = rule.effects.iter().any(|e| {
                !matches!(
                    e,
                    Effect::SharedSet(..) | Effect::SharedClear(_) | Effect::SharedToggle(..) | Effect::Tag(_)
                )
            });
            let acts = rule.action != crate::rule::Action::Alert;
            let mut ops = rule
                .payload
                .iter()
                .map(|p| &p.ops)
                .chain(rule.buffers.iter().map(|(_, ops)| ops))
                .flatten();
            let sets = ops.any(|op| matches!(op, Op::Check(check) if check.crosses_flows()));
            let follows = rule
                .effects
                .iter()
                .any(|e| matches!(e, Effect::Tag(tag) if tag.scope != TagScope::Session));
            follows || sets || (crosses && (marks || acts)) || (acts && !rule.thresholds.is_empty())
        };
        let at = self.rules.iter().position(entangled)?;
        let sid = self.meta.get(at).map_or(0, |m| m.sid);
        Some(format!("rule {sid} changes its flow depending on other flows"))
    }
}

fn transformed<'b>(transforms: &[Transform], raw: &'b [u8], scratch: &'b mut [Vec<u8>; 2]) -> &'b [u8] {
    let [a, b] = scratch;
    let Some((first, rest)) = transforms.split_first() else {
        return raw;
    };
    a.clear();
    (first.apply)(raw, a);
    for transform in rest {
        b.clear();
        (transform.apply)(a, b);
        std::mem::swap(a, b);
    }
    a
}
