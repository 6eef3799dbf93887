//! A compiled rule: what the run time needs of it, and nothing of its text.

mod address;
mod check;
mod dataset;
mod header;
mod meta;
mod op;
mod port;
mod predicate;
mod state;
mod store;
mod tx;
mod tx_numbers;
mod vars;

pub use address::AddressSet;
pub use check::{AppFacts, FlowFacts, Hint, PacketCheck, PacketContext};
pub use dataset::{Dataset, DatasetKind, DatasetState, Member};
pub use header::{FlowCondition, FragmentCondition, Header, ProtocolSet, StreamCondition};
pub use meta::{Action, Metadata, Reference, Reject, RuleMeta, Target};
pub use op::{
    Base, Base64, BufferCheck, BufferView, ByteExtract, ByteJump, ByteMath, ByteTest, Compare, Content, Encoding,
    FastPattern, IsDataAt, JumpFrom, MAX_VARS, Math, Num, Op, Pcre, Read, Regex, SizeTest, VarId,
};
pub use port::PortSet;
pub use predicate::IntPredicate;
pub use state::{
    Effect, FlowintValue, IntAssign, IntCompare, NameId, SharedBit, SharedTrack, StateCheck, Suppress, SuppressTrack,
    Tag, TagMetric, TagScope, Threshold, ThresholdKind, Track, Unique,
};

pub use store::{StoreDirection, StoreFiles, StoreScope};
pub use tx::{TxCheck, TxContext, TxNumber, TxPlace};
pub use tx_numbers::{Among, TxNumbers, Which};
pub use vars::FlowVars;

use crate::app_layer::{AppSet, ProtocolId};
use crate::buffer::BufferId;

/// A rule as the run time sees it.
#[derive(Debug)]
pub struct Rule {
    /// Protocol, addresses, ports.
    pub header: Header,
    /// What `flow` asks.
    pub flow: FlowCondition,
    /// Conditions on the packet, cheap ones first.
    pub checks: Box<[Box<dyn PacketCheck>]>,
    /// Conditions on remembered state.
    pub state: Box<[StateCheck]>,
    /// What is asked of the payload, of the packet or of the stream.
    pub payload: Option<Payload>,
    /// What is asked of buffers cut from the packet.
    pub buffers: Box<[(BufferId, Box<[Op]>)]>,
    /// The protocols that the flow must speak one of; any, or none, when `None`.
    pub app: Option<AppSet>,
    /// What is asked of one transaction.
    pub tx: Box<[TxCondition]>,
    /// What a match does beside alerting.
    pub effects: Box<[Effect]>,
    /// How often it may alert, from the rule itself or threshold.config; all must let it pass.
    pub thresholds: Box<[Threshold]>,
    /// When it must not alert.
    pub suppress: Box<[Suppress]>,
    /// What it does with the packet.
    pub action: Action,
    /// `noalert`: it matches, and says nothing.
    pub silent: bool,
    /// How far its action goes.
    pub scope: ActionScope,
    /// Only protocol, addresses and ports matter: looked at once per flow and direction.
    pub ip_only: bool,
    /// It only asks what the flow speaks: looked at until that is known in the packet's direction.
    pub at_recognition: bool,
    /// It asks for something that only a packet off the wire has, so that a packet made up at the end of a flow is none
    /// for it.
    pub needs_packet: bool,
}

/// How far the action of a rule goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ActionScope {
    /// To the packet.
    Packet,
    /// To the packet and the rest of its flow.
    #[default]
    Flow,
    /// To the rest of the flow where the match was in the stream, else to the packet.
    FlowIfStream,
}

impl ActionScope {
    /// Whether the rest of the flow shares the packet's fate; `stream` says that the match was in the stream.
    pub const fn covers_flow(self, stream: bool) -> bool {
        match self {
            Self::Packet => false,
            Self::Flow => true,
            Self::FlowIfStream => stream,
        }
    }
}

/// What a rule asks of a transaction. All conditions must hold for the same.
#[derive(Debug)]
pub enum TxCondition {
    /// Of a buffer.
    Buffer(BufferId, Box<[Op]>),
    /// Of something else.
    Check(Box<dyn TxCheck>, Box<[(ProtocolId, [Option<u8>; 2])]>),
}

impl TxCondition {
    /// Whether it asks of something else than a buffer.
    pub const fn is_check(&self) -> bool {
        matches!(self, Self::Check(..))
    }
}

/// What a rule asks of the payload.
#[derive(Debug)]
pub struct Payload {
    /// The operations, in order.
    pub ops: Box<[Op]>,
    /// Whose payload.
    pub of: PayloadOf,
}

/// Whose payload a rule inspects. Datagrams have the packet's only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayloadOf {
    /// The packet's (`tcp-pkt`, `dsize`, `flow:no_stream`).
    Packet,
    /// The reassembled stream's (`tcp-stream`, `flow:only_stream`); the packet's where it is not part of a stream.
    Stream,
    /// Both: the stream's first, then the packet's.
    Both,
}
