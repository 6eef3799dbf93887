//! Its EVE record.

use std::borrow::Cow;

use engine::app_layer::{Fields, LogContext};
use engine::buffer::tx_as;
use serde::Serialize;

use super::{NAME, Pop3Tx};
use crate::text::text;

#[derive(Serialize)]
struct Record<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<Request<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response: Option<Response<'a>>,
}

#[derive(Serialize)]
struct Request<'a> {
    command: Cow<'a, str>,
    args: Vec<Cow<'a, str>>,
}

#[derive(Serialize)]
struct Response<'a> {
    success: bool,
    status: &'static str,
    header: Cow<'a, str>,
    data: Vec<Cow<'a, str>>,
}

/// Writes the record.
pub(super) fn write(context: &LogContext<'_>, fields: &mut Fields) {
    let Some(tx) = tx_as::<Pop3Tx>(context.tx) else { return };
    fields.add(
        NAME,
        &Record {
            request: tx.command.as_deref().map(|command| Request {
                command: text(command),
                args: tx.arguments.iter().map(|word| text(word)).collect(),
            }),
            response: tx.response.as_ref().map(|response| Response {
                success: response.success,
                status: if response.success { "OK" } else { "ERR" },
                header: text(&response.header),
                data: response.data.iter().map(|line| text(line)).collect(),
            }),
        },
    );
}
