//! Its EVE record.

use std::borrow::Cow;

use engine::app_layer::{Fields, LogContext};
use engine::buffer::tx_as;
use serde::Serialize;

use super::{FtpTx, NAME};
use crate::text::text;

#[derive(Serialize)]
struct Record<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    command_data: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    command_truncated: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    completion_code: Vec<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reply: Vec<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dynamic_port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<&'static str>,
    reply_received: &'static str,
    reply_truncated: bool,
}

/// Writes the record.
pub(super) fn write(context: &LogContext<'_>, fields: &mut Fields) {
    let Some(tx) = tx_as::<FtpTx>(context.tx) else { return };
    let has_data = !tx.data.is_empty();
    let mode = if tx.active { "active" } else { "passive" };
    fields.add(
        NAME,
        &Record {
            command: tx.command,
            command_data: has_data.then(|| text(&tx.data)),
            command_truncated: has_data.then_some(tx.command_truncated),
            completion_code: tx.codes.iter().map(|code| text(code)).collect(),
            reply: tx
                .replies
                .iter()
                .filter(|line| !line.is_empty())
                .map(|line| text(line))
                .collect(),
            dynamic_port: tx.dynamic_port,
            mode: tx.dynamic_port.map(|_| mode),
            reply_received: if tx.replies.is_empty() { "no" } else { "yes" },
            reply_truncated: tx.reply_truncated,
        },
    );
}
