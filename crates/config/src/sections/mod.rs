//! The sections of suricata.yaml, each read into what it configures.

pub(crate) mod af_packet;
pub(crate) mod decoder;
pub(crate) mod defrag;
pub(crate) mod eve;
pub(crate) mod exception;
pub(crate) mod file_store;
pub(crate) mod files;
pub(crate) mod flow;
pub(crate) mod logging;
pub(crate) mod outputs;
pub(crate) mod stream;
pub(crate) mod threading;
pub(crate) mod vars;
