//! What becomes of packets that cannot be followed: exception policies.

use packet::{Direction, Packet};

use super::inspect::Subjected;
use super::shard::Shard;
use super::{Output, Verdict, Worker};
use crate::exception::{Exception, ExceptionPolicy};
use crate::flow::{FlowFlags, FlowState};
use crate::rule::Reject;
use crate::stream::{SegmentOutcome, StreamEvent};

/// What an exception means for the packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Excepted {
    /// It goes its way.
    No,
    /// It is not inspected.
    NotInspected,
    /// It is dropped.
    Dropped(Verdict),
}

impl Worker {
    /// Carries out the policy for what TCP could not follow, if there is anything.
    pub(super) fn except_tcp(
        &mut self,
        shard: &mut Shard,
        subjected: &Subjected<'_>,
        out: &mut Vec<Output>,
    ) -> Excepted {
        match exception_of(&subjected.outcome) {
            Some(exception) => self.except(shard, subjected, exception, out),
            None => Excepted::No,
        }
    }

    /// Carries out the policy for an exception.
    pub(super) fn except(
        &mut self,
        shard: &mut Shard,
        subjected: &Subjected<'_>,
        exception: Exception,
        out: &mut Vec<Output>,
    ) -> Excepted {
        let policy = self.config.exceptions.of(exception);
        if let Some(flow) = subjected.flow.and_then(|f| shard.flows.get_mut(f)) {
            flow.session.exceptions.insert(exception);
            match policy {
                ExceptionPolicy::DropFlow | ExceptionPolicy::Reject if self.config.inline => {
                    flow.flags.insert(FlowFlags::DROP);
                    flow.flags.insert(FlowFlags::DROPPED_FOR_EXCEPTION);
                }
                ExceptionPolicy::PassFlow => flow.flags.insert(FlowFlags::PASS),
                ExceptionPolicy::Bypass => flow.flags.insert(FlowFlags::NO_PACKET_INSPECTION),
                _ => {}
            }
        }
        if policy == ExceptionPolicy::Ignore {
            return Excepted::No;
        }
        let counter = (exception.counter(), policy.name());
        *self.counters.exceptions.entry(counter).or_default() += 1;
        match (policy, subjected.flow) {
            (ExceptionPolicy::Bypass, Some(flow)) => {
                shard.flows.set_state(flow, FlowState::Bypassed);
                Excepted::NotInspected
            }
            _ if policy.drops() && self.config.inline => {
                let verdict = match policy {
                    ExceptionPolicy::Reject => Verdict::Reject(Reject::Both),
                    _ => Verdict::Drop,
                };
                let direction = subjected.direction.unwrap_or(Direction::ToServer);
                let flow = subjected.flow.and_then(|f| shard.flows.get(f)).map(|f| (f, direction));
                self.report_drop(subjected.packet, flow, exception.reason(), (None, verdict), out);
                Excepted::Dropped(verdict)
            }
            _ if policy.drops() => Excepted::No,
            _ => Excepted::NotInspected,
        }
    }

    /// Drops a packet that breaks TCP, where that is asked for.
    pub(super) fn drop_invalid(
        &mut self,
        shard: &Shard,
        subjected: &Subjected<'_>,
        verdict: Verdict,
        out: &mut Vec<Output>,
    ) -> Verdict {
        let invalid = subjected.outcome.rejected && self.config.inline && self.config.stream.drop_invalid;
        if !invalid || verdict != Verdict::Accept {
            return verdict;
        }
        let packet: &Packet<'_> = subjected.packet;
        let direction = subjected.direction.unwrap_or(Direction::ToServer);
        let flow = subjected.flow.and_then(|f| shard.flows.get(f)).map(|f| (f, direction));
        self.report_drop(packet, flow, "stream error", (None, Verdict::Drop), out);
        Verdict::Drop
    }
}

fn exception_of(outcome: &SegmentOutcome) -> Option<Exception> {
    if outcome.no_room {
        Some(Exception::SessionMemcap)
    } else if outcome.events.contains(StreamEvent::ReassemblyInsertMemcap) {
        Some(Exception::ReassemblyMemcap)
    } else {
        outcome.midstream.then_some(Exception::Midstream)
    }
}
