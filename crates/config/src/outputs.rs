//! What outputs are configured with.

use std::collections::BTreeMap;
use std::path::PathBuf;

use engine::app_layer::Settings;
use engine::config::ReportConfig;
use engine::eve::EveOptions;

/// An `eve-log` that is enabled.
#[derive(Clone, Debug, PartialEq)]
pub struct EveLogConfig {
    /// The file, or the socket; a relative path is meant from the log folder.
    pub filename: PathBuf,
    /// What the records are written to.
    pub filetype: FileType,
    /// What is in the file already stays.
    pub append: bool,
    /// Which records are written.
    pub records: EveRecords,
    /// What they show.
    pub options: EveOptions,
    /// Records have a `community_id`, made with this seed.
    pub community_id: Option<u16>,
}

/// What records are written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileType {
    /// A file.
    Regular,
    /// syslog.
    Syslog,
    /// A Unix socket that takes datagrams.
    UnixDatagram,
    /// A Unix socket that takes a stream.
    UnixStream,
    /// Redis.
    Redis,
}

/// Which EVE records are written; none unless the configuration names them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EveRecords {
    /// `alert`.
    pub alert: bool,
    /// `packet`: packets that a rule's `tag` asked for.
    pub tagged_packets: bool,
    /// `flow`.
    pub flow: bool,
    /// `anomaly`.
    pub anomaly: Option<AnomalyRecords>,
    /// `drop`.
    pub drop: Option<DropRecords>,
    /// `stats`.
    pub stats: Option<StatsRecords>,
    /// `fileinfo`, called `files` in the configuration.
    pub files: Option<FileRecords>,
    /// Those that application protocols write: their options by `event_type`.
    pub protocols: BTreeMap<String, Settings>,
}

/// Which anomalies are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnomalyRecords {
    /// Of packets.
    pub decode: bool,
    /// Of TCP.
    pub stream: bool,
    /// Of application protocols.
    pub applayer: bool,
}

/// How drops are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DropRecords {
    /// Every packet of a dropped flow, rather than the first one.
    pub all_of_flow: bool,
}

/// What records of files show, however little rules ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FileRecords {
    /// Their kind.
    pub magic: bool,
    /// Their hashes.
    pub hashes: FileHashes,
}

/// Which hashes of files are computed, however little rules ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FileHashes {
    /// MD5.
    pub md5: bool,
    /// SHA-1.
    pub sha1: bool,
    /// SHA-256.
    pub sha256: bool,
}

/// A `file-store` that is enabled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileStoreConfig {
    /// The folder; a relative path is meant from the log folder.
    pub folder: PathBuf,
    /// Every file is stored, whatever rules say.
    pub all: bool,
    /// Beside each file its record is written.
    pub records: bool,
    /// So many bytes of streams that carry files are reassembled, where that is more than otherwise; 0 for all.
    pub stream_depth: Option<u32>,
    /// What records of files show.
    pub shows: FileRecords,
}

/// How counters are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatsRecords {
    /// Of all threads together.
    pub totals: bool,
    /// Of each thread.
    pub threads: bool,
    /// With the differences from the last record.
    pub deltas: bool,
    /// Those that are 0, too.
    pub zeros: bool,
}

/// A `fast` log that is enabled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FastLogConfig {
    /// The file; a relative path is meant from the log folder.
    pub filename: PathBuf,
    /// What is in the file already stays.
    pub append: bool,
    /// IPv6 addresses are written short.
    pub ipv6_compress: bool,
}

impl FileType {
    /// Every type by its name in the configuration.
    pub(crate) const NAMES: &'static [(&'static str, Self)] = &[
        ("regular", Self::Regular),
        ("file", Self::Regular),
        ("syslog", Self::Syslog),
        ("unix_dgram", Self::UnixDatagram),
        ("unix_stream", Self::UnixStream),
        ("redis", Self::Redis),
    ];
}

impl EveLogConfig {
    /// Adds what the engine must report for the records to be written.
    pub fn add_to(&self, report: &mut ReportConfig) {
        let (records, alert) = (&self.records, &self.options.alert);
        let anomaly = records.anomaly.unwrap_or(AnomalyRecords {
            decode: false,
            stream: false,
            applayer: false,
        });
        report.flows |= records.flow;
        report.decode_anomalies |= anomaly.decode;
        report.app_anomalies |= anomaly.applayer;
        report.stream_anomalies |= anomaly.stream;
        report.app_anomalies |= anomaly.applayer;
        report.drops |= records.drop.is_some();
        report.tagged |= records.tagged_packets;
        report.files |= records.files.is_some();
        report.payloads |= records.alert && (alert.payload || alert.payload_printable || alert.payload_length);
        report.packets |= records.alert && alert.packet || records.tagged_packets;
        report.community_id = report.community_id.or(self.community_id);
    }
}
