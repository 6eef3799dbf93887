//! The prefilter of rules that ask for something of a transaction, by protocol and direction.

use hashbrown::HashMap;
use packet::Direction;

use super::pattern_group::{PatternGroup, PatternGroupBuilder};
use super::prefilter::Key;
use super::rule_set::BufferUse;
use crate::app_layer::ProtocolId;
use crate::buffer::BufferId;
use crate::rule::{Rule, TxCondition};

/// Which rules there is a reason to look at, for a transaction, by protocol and direction.
#[derive(Debug, Default)]
pub struct TxPrefilter {
    groups: HashMap<(ProtocolId, u8), TxGroup>,
}

/// The rules for transactions of one protocol in one direction.
#[derive(Debug, Default)]
pub struct TxGroup {
    /// By a literal of a buffer.
    pub buffers: Vec<TxPatterns>,
    /// By an event.
    pub events: HashMap<u8, Vec<u32>>,
    /// By a literal of the payload.
    pub payload: Option<PatternGroup>,
    /// None of these: looked at each time.
    pub always: Vec<u32>,
}

/// The literals of a buffer.
#[derive(Debug)]
pub struct TxPatterns {
    /// Which buffer.
    pub buffer: BufferId,
    /// From which progress on.
    pub at: u8,
    /// It may grow.
    pub streaming: bool,
    /// There may be several.
    pub multi: bool,
    /// The literals.
    pub patterns: PatternGroup,
}

/// Collects the rules of a [`TxPrefilter`].
#[derive(Debug, Default)]
pub struct TxPrefilterBuilder {
    groups: HashMap<(ProtocolId, u8), GroupBuilder>,
}

#[derive(Debug, Default)]
struct GroupBuilder {
    buffers: HashMap<BufferId, (u8, bool, bool, PatternGroupBuilder)>,
    payload: PatternGroupBuilder,
    rest: TxGroup,
}

impl TxPrefilterBuilder {
    /// Adds a rule for each protocol and direction in which all of its conditions can be told.
    pub fn add(&mut self, index: u32, rule: &Rule, key: &Key, buffers: &[BufferUse]) {
        for id in rule.app.iter().flat_map(|set| set.iter()) {
            for direction in [Direction::ToServer, Direction::ToClient] {
                if rule.flow.direction.is_some_and(|d| d != direction)
                    || !rule.tx.iter().all(|c| place(c, id, direction, buffers).is_some())
                {
                    continue;
                }
                let group = self.groups.entry((id, direction.index() as u8)).or_default();
                group.add(index, rule, key, (id, direction), buffers);
            }
        }
    }

    /// Builds the matchers.
    pub fn build(self) -> TxPrefilter {
        use rayon::prelude::*;
        let groups: Vec<_> = self.groups.into_iter().collect();
        let groups: Vec<_> = groups
            .into_par_iter()
            .map(|(key, group)| (key, group.build()))
            .collect();
        TxPrefilter {
            groups: groups.into_iter().collect(),
        }
    }
}

impl GroupBuilder {
    fn add(&mut self, index: u32, rule: &Rule, key: &Key, way: (ProtocolId, Direction), buffers: &[BufferUse]) {
        let event = rule.tx.iter().find_map(|condition| match condition {
            TxCondition::Check(check, _) => check.event(),
            TxCondition::Buffer(..) => None,
        });
        match (key, event) {
            (Key::Buffer(id, literal, nocase), _) => {
                let Some(used) = buffers.get(usize::from(id.0)) else {
                    return;
                };
                let provider = used
                    .provider(way.0)
                    .and_then(|p| Some((p.at[way.1.index()]?, p.streaming)));
                let Some((at, streaming)) = provider else { return };
                let entry = self.buffers.entry(*id);
                let entry = entry.or_insert_with(|| (at, streaming, used.def.multi, PatternGroupBuilder::default()));
                entry.3.add(literal, *nocase, index);
            }
            (_, Some(event)) => self.rest.events.entry(event).or_default().push(index),
            (Key::Payload(literal, nocase, _), None) => self.payload.add(literal, *nocase, index),
            (Key::None, None) => self.rest.always.push(index),
        }
    }

    fn build(self) -> TxGroup {
        let mut buffers: Vec<_> = self
            .buffers
            .into_iter()
            .filter_map(|(buffer, (at, streaming, multi, group))| {
                Some(TxPatterns {
                    buffer,
                    at,
                    streaming,
                    multi,
                    patterns: group.build()?,
                })
            })
            .collect();
        buffers.sort_unstable_by_key(|b| b.buffer);
        TxGroup {
            buffers,
            payload: self.payload.build(),
            ..self.rest
        }
    }
}

impl TxPrefilter {
    /// The rules for transactions of a protocol in a direction.
    pub fn group(&self, protocol: ProtocolId, direction: Direction) -> Option<&TxGroup> {
        self.groups.get(&(protocol, direction.index() as u8))
    }

    /// Whether there are no such rules at all.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }
}

/// From which progress on a condition can be told, for a protocol in a direction.
pub(super) fn place(
    condition: &TxCondition,
    id: ProtocolId,
    direction: Direction,
    buffers: &[BufferUse],
) -> Option<u8> {
    match condition {
        TxCondition::Buffer(buffer, _) => buffers.get(usize::from(buffer.0))?.provider(id)?.at[direction.index()],
        TxCondition::Check(_, places) => places.iter().find(|(of, _)| *of == id)?.1[direction.index()],
    }
}
