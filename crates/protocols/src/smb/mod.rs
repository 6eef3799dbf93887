//! SMB 1, 2 and 3.

use engine::app_layer::Application;
use engine::protocol::Protocol;

/// The protocol.
pub static PROTOCOL: Protocol = Protocol {
    app: &APPLICATION,
    summary: "SMB 1, 2 and 3",
    keywords: &[],
    pcre_buffers: &[],
    deviation: None,
};

/// What the run time needs.
pub static APPLICATION: Application = Application {
    name: NAME,
    aliases: &["dcerpc"],
    detection: &[],
    first: None,
    setup: None,
    progress: [&["complete"], &["complete"]],
    events: &[],
    loggers: &[],
    raw_by_transaction: false,
};

/// The name of the protocol.
pub const NAME: &str = "smb";

/// A command and its answer.
#[derive(Debug, Default)]
pub struct SmbTx {
    call: Option<Box<crate::dcerpc::call::Call>>,
}

impl SmbTx {
    /// The DCERPC call that it carries.
    pub fn call(&self) -> Option<&crate::dcerpc::call::Call> {
        self.call.as_deref()
    }
}

impl engine::app_layer::Transaction for SmbTx {
    fn progress(&self, _direction: packet::Direction) -> u8 {
        1
    }
}
