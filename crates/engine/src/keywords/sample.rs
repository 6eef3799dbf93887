//! Packets and rules for the tests of keywords.

use std::net::IpAddr;

use packet::{DecodeConfig, Direction, LinkType, Packet, Timestamp};
use rule_parser::Dialect;
use testkit::PacketBuilder;

use crate::keyword::{Arg, Env, Keyword, Kind, Parsed, RuleDraft};
use crate::rule::{
    BufferCheck, BufferView, DatasetState, FlowFacts, MAX_VARS, Op, PacketCheck, PacketContext, ProtocolSet,
};
use crate::stream::StreamEventSet;

/// A frame between two hosts.
pub fn between(src: &str, dst: &str) -> PacketBuilder {
    PacketBuilder::between(
        src.parse::<IpAddr>().expect("an address"),
        dst.parse::<IpAddr>().expect("an address"),
    )
}

/// The packet of an Ethernet frame.
pub fn decode(frame: &[u8]) -> Packet<'_> {
    Packet::decode(frame, LinkType::Ethernet, Timestamp(0), 1, &DecodeConfig::default())
}

/// Whether the frame meets the condition, outside of a flow.
pub fn meets(check: &dyn PacketCheck, frame: &[u8]) -> bool {
    let packet = decode(frame);
    check.matches(&PacketContext::of_packet(&packet))
}

/// Whether the frame meets the condition as a packet to the server of a flow.
pub fn meets_in(check: &dyn PacketCheck, frame: &[u8], flow: FlowFacts) -> bool {
    let packet = decode(frame);
    let direction = Some(Direction::ToServer);
    check.matches(&PacketContext {
        packet: &packet,
        direction,
        flow: Some(flow),
        stream_events: StreamEventSet::EMPTY,
    })
}

/// Reads a value of a packet keyword.
pub fn check(keyword: &Keyword, text: &str, dialect: Dialect) -> Parsed<Box<dyn PacketCheck>> {
    check_with(&Env::default(), keyword, text, dialect)
}

/// Reads a value of a packet keyword that needs loaded files.
pub fn check_with(env: &Env, keyword: &Keyword, text: &str, dialect: Dialect) -> Parsed<Box<dyn PacketCheck>> {
    let arg = arg(text, dialect);
    match keyword.kind {
        Kind::Packet(read) => read(&arg),
        Kind::PacketWith(read) => read(env, &arg),
        _ => panic!("{} is no packet keyword", keyword.name),
    }
}

/// Reads options of a rule, one after the other, as compile does.
pub fn apply(draft: &mut RuleDraft<'_>, options: &[(&Keyword, &str)]) -> Parsed<()> {
    for (keyword, text) in options {
        let arg = arg(text, draft.dialect);
        match keyword.kind {
            Kind::Meta(read) | Kind::Flow(read) | Kind::Modifier(read) | Kind::PayloadInto(read) => read(draft, &arg)?,
            Kind::Packet(read) => {
                let check = read(&arg)?;
                draft.checks.push(check);
            }
            Kind::PacketWith(read) => {
                let check = read(draft.env, &arg)?;
                draft.checks.push(check);
            }
            Kind::Payload(read) => {
                let op = read(draft, &arg)?;
                draft.section().ops.push(op);
            }
            Kind::StickyBuffer(buffer) | Kind::ValueBuffer(buffer, _) => draft.select(buffer),
            Kind::BufferModifier(buffer) => {
                let content = draft.take_last_content()?;
                draft.section_of(buffer).ops.push(crate::rule::Op::Content(content));
            }
            Kind::Transaction(read) => {
                let check = read(draft, &arg)?;
                draft.tx_checks.push(check);
            }
            Kind::Transform(read) => draft.transform(read(&arg)?)?,
            Kind::PostMatch(read) => {
                let effects = read(draft, &arg)?;
                draft.effects.extend(effects);
            }
        }
    }
    Ok(())
}

/// An environment in which `set` has put something.
pub fn env_with(set: impl FnOnce(&mut Env)) -> Env {
    let mut env = Env::default();
    set(&mut env);
    env
}

/// A Suricata rule for any IP packet of which nothing is known yet.
pub fn draft(env: &Env) -> RuleDraft<'_> {
    RuleDraft::new(env, Dialect::Suricata, ProtocolSet::IP)
}

/// The operation that one option gives, in a rule of its own.
pub fn op(keyword: &Keyword, text: &str, dialect: Dialect) -> Parsed<Op> {
    let env = Env::default();
    let mut draft = RuleDraft::new(&env, dialect, ProtocolSet::IP);
    apply(&mut draft, &[(keyword, text)])?;
    Ok(draft.section().ops.pop().expect("an operation"))
}

/// Whether the bytes satisfy a buffer check, with the cursor at `cursor`.
pub fn satisfies(check: &dyn BufferCheck, data: &[u8], cursor: usize) -> bool {
    let sets = std::cell::RefCell::new(DatasetState::default());
    check.matches(&BufferView {
        data,
        cursor,
        vars: &[0; MAX_VARS],
        sets: &sets,
    })
}

fn arg(text: &str, dialect: Dialect) -> Arg<'_> {
    Arg {
        text: (!text.is_empty()).then_some(text),
        dialect,
    }
}
