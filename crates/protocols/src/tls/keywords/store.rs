//! Certificates to be stored.

use engine::keyword::{Keyword, Kind};

/// `tls.store`: keep the certificates.
pub static STORE: Keyword = Keyword {
    name: "tls.store",
    aliases: &["tls_store"],
    summary: "keep the certificates of connections that match",
    docs: "Has the certificates of a matching connection stored, in Suricata. This program stores none: the rule alerts as \
           without it, and the certificates are in EVE with `custom: [certificate, chain]`.",
    example: "alert tls any any -> any any (msg:\"a\"; tls.sni; content:\"example\"; tls.store; sid:1;)",
    deviation: Some("Certificates are not stored in files."),
    kind: Kind::Flow(|draft, arg| {
        arg.none()?;
        draft.narrow_app([crate::tls::NAME])
    }),
};
