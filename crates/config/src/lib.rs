//! suricata.yaml: reads a configuration as it is and gives the parts of the program what they are configured with.
//!
//! [`Request::load`] reads a file with its includes and overrides; [`Loaded`] is what it means. A [`Tree`] is the
//! configuration as it was written, whatever its keys mean.
#![forbid(unsafe_code)]

mod error;
mod load;
mod outputs;
mod section;
mod sections;
mod tree;
mod unused;
mod value;

pub use error::{ConfigError, ConfigErrors};
pub use load::{Checksums, DeleteWhenDone, Loaded, ReputationFiles, Request};
pub use outputs::{
    AnomalyRecords, DropRecords, EveLogConfig, EveRecords, FastLogConfig, FileHashes, FileRecords, FileStoreConfig,
    FileType, StatsRecords,
};
pub use sections::af_packet::{Cluster, InterfaceConfig, ThreadCount};
pub use sections::logging::{LogConfig, LogLevel, LogOutput, LogTarget};
pub use sections::threading::{Cores, WorkerCores};
pub use tree::{Place, Tree};
