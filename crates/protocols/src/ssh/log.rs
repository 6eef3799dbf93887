//! The EVE record.

use std::borrow::Cow;

use engine::app_layer::{Fields, LogContext};
use engine::buffer::tx_as;
use serde::Serialize;

use super::NAME;
use super::parser::{Side, SshTx};

#[derive(Serialize)]
struct Record<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<Said<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<Said<'a>>,
}

#[derive(Serialize)]
struct Said<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    proto_version: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    software_version: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hassh: Option<Hassh<'a>>,
}

#[derive(Serialize)]
struct Hassh<'a> {
    hash: &'a str,
    string: Cow<'a, str>,
}

/// Writes the record, of a connection in which a banner was read.
pub(super) fn write(context: &LogContext<'_>, fields: &mut Fields) {
    let Some(tx) = tx_as::<SshTx>(context.tx) else { return };
    let record = Record {
        client: said(&tx.client),
        server: said(&tx.server),
    };
    if record.client.is_some() || record.server.is_some() {
        fields.add(NAME, &record);
    }
}

fn said(side: &Side) -> Option<Said<'_>> {
    let text = |bytes| Some(String::from_utf8_lossy(bytes)).filter(|text| !text.is_empty());
    let banner = side.banner.as_ref()?;
    Some(Said {
        proto_version: text(&banner.protocol),
        software_version: text(&banner.software),
        hassh: side.hassh.as_ref().map(|hassh| Hassh {
            hash: &hassh.hash,
            string: String::from_utf8_lossy(&hassh.line),
        }),
    })
}
