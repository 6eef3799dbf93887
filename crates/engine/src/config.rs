//! What the engine is configured with.

use std::collections::BTreeMap;
use std::sync::Arc;

use packet::DecodeConfig;

use crate::app_layer::{AppLayer, FileSettings, Settings};
use crate::defrag::DefragConfig;
use crate::exception::ExceptionPolicies;
use crate::flow::FlowConfig;
use crate::stream::StreamConfig;

/// How many shards the traffic is split into, whatever the number of workers: what a packet meets depends on its
/// shard alone, so that the output does not depend on the number of workers.
pub const SHARDS: usize = 64;

/// What the engine is configured with. Memory limits are for all shards together.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Decoding.
    pub decode: DecodeConfig,
    /// Defragmentation.
    pub defrag: DefragConfig,
    /// The flow table.
    pub flow: FlowConfig,
    /// TCP.
    pub stream: StreamConfig,
    /// Flows in different VLANs are different flows, whatever their addresses.
    pub vlan_tracking: bool,
    /// What is reported.
    pub report: ReportConfig,
    /// Packets that rules drop are dropped: the engine stands between two networks, or is asked to act so.
    pub inline: bool,
    /// At most so many alerts a packet; the graver ones go first.
    pub packet_alert_max: usize,
    /// What becomes of packets that cannot be followed.
    pub exceptions: ExceptionPolicies,
    /// Application protocols.
    pub app: AppConfig,
    /// What rules cost is counted.
    pub profile: Option<ProfileConfig>,
}

/// How it is counted what rules cost.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProfileConfig {
    /// A clock in nanoseconds, to measure what is counted too: the engine has none of its own.
    pub clock: Option<fn() -> u64>,
}

/// Application protocols, and which of their records are written.
#[derive(Clone, Debug, Default)]
pub struct AppConfig {
    /// The protocols; the same that rules were compiled with.
    pub layer: Arc<AppLayer>,
    /// The types of records that are written, each with its options.
    pub records: BTreeMap<String, Settings>,
    /// What the configuration wants of files; rules may want more.
    pub files: FileSettings,
    /// Alerts show the transaction they are about, and what else is known of the application protocol.
    pub in_alerts: bool,
}

/// What is reported beside alerts, and what of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReportConfig {
    /// The end of each flow.
    pub flows: bool,
    /// Malformed packets.
    pub decode_anomalies: bool,
    /// Malformed streams.
    pub stream_anomalies: bool,
    /// Malformed transactions.
    pub app_anomalies: bool,
    /// Files.
    pub files: bool,
    /// Dropped packets.
    pub drops: bool,
    /// Packets that a `tag` asked for.
    pub tagged: bool,
    /// Payloads of alerts are kept.
    pub payloads: bool,
    /// Packets of alerts are kept.
    pub packets: bool,
    /// Community IDs with this seed.
    pub community_id: Option<u16>,
}

impl Config {
    /// The configuration of a program that was given none.
    pub fn standard() -> Self {
        Self {
            vlan_tracking: true,
            packet_alert_max: 15,
            ..Self::default()
        }
    }
}
