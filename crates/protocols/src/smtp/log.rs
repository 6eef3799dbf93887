//! Its EVE record, and the part of the message.

use std::borrow::Cow;

use engine::app_layer::{Fields, LogContext, Settings};
use engine::buffer::tx_as;
use md5::{Digest, Md5};
use serde::Serialize;
use serde_json::Value;

use super::{NAME, SmtpTx};
use crate::mime::{Message, addresses, hexadecimal};
use crate::text::text;

#[derive(Serialize)]
struct Envelope<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    helo: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mail_from: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rcpt_to: Vec<Cow<'a, str>>,
}

/// An object whose keys stay in order.
struct InOrder(Vec<(&'static str, Value)>);

impl Serialize for InOrder {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

/// Writes the record.
pub(super) fn write(context: &LogContext<'_>, fields: &mut Fields) {
    let Some(tx) = tx_as::<SmtpTx>(context.tx) else { return };
    fields.add(
        NAME,
        &Envelope {
            helo: text(&tx.helo),
            mail_from: tx.mail_from.as_deref().map(text),
            rcpt_to: tx.rcpt_to.iter().map(|name| text(name)).collect(),
        },
    );
    if let Some(message) = &tx.message {
        fields.add("email", &InOrder(email(message, context.options)));
    }
}

/// The object of the message, key by key.
fn email(message: &Message, options: &Settings) -> Vec<(&'static str, Value)> {
    let mut out: Vec<(&'static str, Value)> = vec![("status", message.status.name().into())];
    if let Some(from) = message.header(b"from").next() {
        out.push(("from", text(from).into()));
    }
    let list = |values: Vec<Cow<'_, str>>| (!values.is_empty()).then(|| Value::from(values));
    let addressed = |name| list(message.header(name).flat_map(addresses).map(text).collect());
    let attachments = message.attachments.iter().map(|name| text(name));
    // The last URL comes first, as in Suricata's records.
    let urls = message.urls.iter().rev().map(|url| text(url));
    let lists = [
        ("to", addressed(b"to")),
        ("cc", addressed(b"cc")),
        ("attachment", list(attachments.collect())),
        ("url", list(urls.collect())),
    ];
    for (key, list) in lists {
        out.extend(list.map(|list| (key, list)));
    }
    let extended = options.flag("extended", false).unwrap_or(false);
    let custom = options.list("custom");
    for field in FIELDS {
        let name = field.name.as_bytes();
        let named = custom.iter().any(|c| c.eq_ignore_ascii_case(field.name));
        let wanted = named || extended && field.extended;
        if !wanted || out.iter().any(|(key, _)| *key == field.key) {
            continue;
        }
        let value: Value = match field.shape {
            Shape::One => match message.header(name).next() {
                Some(value) => text(value).into(),
                None => continue,
            },
            Shape::Each => message.header(name).map(text).collect(),
            Shape::Addresses => message.header(name).flat_map(addresses).map(text).collect(),
        };
        if value.as_array().is_none_or(|values| !values.is_empty()) {
            out.push((field.key, value));
        }
    }
    for hashed in options.list("md5") {
        if hashed.eq_ignore_ascii_case("subject")
            && let Some(subject) = message.header(b"subject").next()
        {
            out.push(("subject_md5", hexadecimal(&Md5::digest(subject)).into()));
        }
        if hashed.eq_ignore_ascii_case("body")
            && let Some(md5) = &message.body_md5
        {
            out.push(("body_md5", md5.as_str().into()));
        }
    }
    out
}

/// A header that the configuration may ask for.
struct Field {
    name: &'static str,
    key: &'static str,
    /// `extended` asks for it.
    extended: bool,
    shape: Shape,
}

enum Shape {
    /// The first header.
    One,
    /// Every header.
    Each,
    /// The addresses of all.
    Addresses,
}

const fn field(name: &'static str, key: &'static str, extended: bool, shape: Shape) -> Field {
    Field {
        name,
        key,
        extended,
        shape,
    }
}

const FIELDS: &[Field] = &[
    field("reply-to", "reply_to", false, Shape::One),
    field("bcc", "bcc", true, Shape::Addresses),
    field("message-id", "message_id", true, Shape::One),
    field("subject", "subject", true, Shape::One),
    field("x-mailer", "x_mailer", true, Shape::One),
    field("user-agent", "user_agent", true, Shape::One),
    field("received", "received", false, Shape::Each),
    field("x-originating-ip", "x_originating_ip", false, Shape::One),
    field("in-reply-to", "in_reply_to", false, Shape::One),
    field("references", "references", false, Shape::One),
    field("importance", "importance", false, Shape::One),
    field("priority", "priority", false, Shape::One),
    field("sensitivity", "sensitivity", false, Shape::One),
    field("organization", "organization", false, Shape::One),
    field("content-md5", "content_md5", false, Shape::One),
    field("date", "date", false, Shape::One),
];
