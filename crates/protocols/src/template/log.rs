//! Its EVE record.

use engine::app_layer::{Fields, LogContext};
use engine::buffer::tx_as;
use serde::Serialize;

use super::{NAME, TemplateTx};

#[derive(Serialize)]
struct Record<'a> {
    question: std::borrow::Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<std::borrow::Cow<'a, str>>,
}

/// Writes the record.
pub(super) fn write(context: &LogContext<'_>, fields: &mut Fields) {
    let Some(tx) = tx_as::<TemplateTx>(context.tx) else {
        return;
    };
    fields.add(
        NAME,
        &Record {
            question: String::from_utf8_lossy(&tx.question),
            answer: tx.answer.as_deref().map(String::from_utf8_lossy),
        },
    );
}
