//! TLS and SSL.

use engine::app_layer::Application;
use engine::protocol::Protocol;

/// The protocol.
pub static PROTOCOL: Protocol = Protocol {
    app: &APPLICATION,
    summary: "TLS and SSL",
    keywords: &[],
    pcre_buffers: &[],
    deviation: None,
};

/// What the run time needs.
pub static APPLICATION: Application = Application {
    name: NAME,
    aliases: &[],
    detection: &[],
    first: None,
    setup: None,
    progress: [&["complete"], &["complete"]],
    events: &[],
    loggers: &[],
    raw_by_transaction: false,
};

/// The name of the protocol.
pub const NAME: &str = "tls";
