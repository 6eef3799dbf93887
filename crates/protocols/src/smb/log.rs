//! Its EVE record.

use std::borrow::Cow;

use engine::app_layer::{Fields, LogContext};
use engine::buffer::tx_as;
use packet::Direction;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value, json};

use super::auth::Authenticate;
use super::tx::{Body, Handle, SetInfo};
use super::{NAME, SmbTx, names, text};
use crate::dcerpc;
use crate::dcerpc::call::Call;
use crate::dcerpc::pdu::Kind;

/// Keys and values, in order.
#[derive(Default)]
struct Record(Vec<(&'static str, Value)>);

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

/// Writes the record.
pub(super) fn write(context: &LogContext<'_>, fields: &mut Fields) {
    let Some(tx) = tx_as::<SmbTx>(context.tx) else { return };
    if context.alert.is_none() && !wanted(tx, context) {
        return;
    }
    let mut record = Record::default();
    let mut set = |key, value| record.0.push((key, value));
    set("id", json!(context.state.id.saturating_add(1)));
    set("dialect", json!(&*tx.dialect));
    let command = if tx.version == 1 {
        names::smb1_command(tx.command)
    } else {
        names::smb2_command(tx.command)
    };
    set("command", json!(command));
    if let Some(status) = tx.status {
        set("status", json!(status.name()));
        set("status_code", json!(status.code()));
    }
    set("session_id", json!(tx.session));
    set("tree_id", json!(tx.tree));
    body(&tx.body, &mut set);
    fields.add(NAME, &record);
}

/// Whether a record is written, by the kinds that the configuration lists (`types`).
fn wanted(tx: &SmbTx, context: &LogContext<'_>) -> bool {
    let kinds = context.options.list("types");
    if kinds.is_empty() {
        return true;
    }
    let kind = match &tx.body {
        Body::Other => "generic",
        Body::Negotiate(_) => "negotiate",
        Body::SessionSetup(_) => "session_setup",
        Body::TreeConnect(_) => "tree_connect",
        Body::Create(_) => "create",
        Body::File(_) => "file",
        Body::Rpc(_) => "dcerpc",
        Body::Ioctl(_) => "ioctl",
        Body::Rename(_) => "rename",
        Body::Disposition(_) => "set_file_path_info",
    };
    kinds.contains(&kind)
}

fn body(body: &Body, set: &mut impl FnMut(&'static str, Value)) {
    match body {
        Body::Other => {}
        Body::Negotiate(negotiate) => {
            set("client_dialects", json!(negotiate.dialects));
            if let Some(client) = negotiate.client {
                set("client_guid", json!(text::guid(client)));
            }
            set(
                "server_guid",
                json!(negotiate.server.map(text::guid).unwrap_or_default()),
            );
            if let Some((read, write)) = negotiate.sizes {
                set("max_read_size", json!(read));
                set("max_write_size", json!(write));
            }
        }
        Body::SessionSetup(setup) => {
            if let Some(ntlmssp) = &setup.ntlmssp {
                set("ntlmssp", identity(ntlmssp));
            }
            if let Some(ticket) = &setup.ticket {
                set("kerberos", json!({ "realm": ticket.realm, "snames": ticket.names }));
            }
            for (key, side) in [("request", &setup.client), ("response", &setup.server)] {
                if let Some((system, program)) = side {
                    set(key, json!({ "native_os": shown(system), "native_lm": shown(program) }));
                }
            }
        }
        Body::TreeConnect(connect) => {
            set(
                if connect.pipe { "named_pipe" } else { "share" },
                json!(shown(&connect.share)),
            );
            match &connect.service {
                Some((asked, answered)) => {
                    set(
                        "service",
                        if answered.is_empty() {
                            json!({ "request": shown(asked) })
                        } else {
                            json!({ "request": shown(asked), "response": shown(answered) })
                        },
                    );
                }
                None => set("share_type", json!(names::share_type(connect.kind))),
            }
        }
        Body::Create(create) => {
            let key = if create.directory { "directory" } else { "filename" };
            set(key, json!(shown(&create.name)));
            set("disposition", json!(names::disposition(create.disposition)));
            set("access", json!(access(create.delete_on_close)));
            let [created, accessed, modified, changed] = create.times;
            set("created", json!(created));
            set("accessed", json!(accessed));
            set("modified", json!(modified));
            set("changed", json!(changed));
            set("size", json!(create.size));
            set("fuid", json!(create.handle.map(fuid).unwrap_or_default()));
        }
        Body::File(transfer) => {
            set("filename", json!(shown(&transfer.name)));
            set("share", json!(shown(&transfer.share)));
            set("fuid", json!(fuid(transfer.handle)));
        }
        Body::Rpc(call) => set("dcerpc", rpc(call)),
        Body::Ioctl(function) => set("function", json!(names::function(*function))),
        Body::Rename(rename) => {
            if let Some(how) = rename.how {
                set("set_info", set_info(how, "SMB2_FILE_RENAME_INFO"));
            }
            set(
                "rename",
                json!({ "from": shown(&rename.from), "to": shown(&rename.to) }),
            );
            if let Some(handle) = rename.handle {
                set("fuid", json!(fuid(handle)));
            }
        }
        Body::Disposition(disposition) => {
            if let Some(SetInfo {
                subcommand: Some(subcommand),
                ..
            }) = disposition.how
            {
                set(
                    "subcmd",
                    json!(if subcommand == 8 {
                        "SET_FILE_INFO"
                    } else {
                        "SET_PATH_INFO"
                    }),
                );
                set("level_of_interest", json!("SET_DISPOSITION_INFO"));
            }
            set("filename", json!(shown(&disposition.name)));
            set("access", json!(access(disposition.delete)));
            if let Some(handle) = disposition.handle {
                set("fuid", json!(fuid(handle)));
            }
        }
    }
}

fn access(delete: bool) -> &'static str {
    if delete { "delete on close" } else { "normal" }
}

fn shown(text: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(text)
}

fn fuid(handle: Handle) -> String {
    match handle {
        // As it stands in the message.
        Handle::Short(number) => format!("{:04x}", number),
        Handle::Long(raw) => text::guid(raw),
    }
}

fn identity(ntlmssp: &Authenticate) -> Value {
    let mut record = json!({
        "domain": shown(&ntlmssp.domain),
        "user": shown(&ntlmssp.user),
        "host": shown(&ntlmssp.host),
    });
    if let Some(object) = record.as_object_mut() {
        if let Some(version) = &ntlmssp.version {
            object.insert("version".to_owned(), json!(version));
        }
        if ntlmssp.unusual_order {
            object.insert("warning".to_owned(), json!(true));
        }
    }
    record
}

fn set_info(how: SetInfo, level: &str) -> Value {
    match how.subcommand {
        None => json!({ "class": "FILE_INFO", "info_level": level }),
        Some(_) => json!({ "class": "FILE_INFO", "info_level": level.trim_start_matches("SMB2_") }),
    }
}

fn rpc(call: &Call) -> Value {
    let named = |kind: Option<Kind>| match kind {
        Some(kind) => kind.name().map_or_else(|| kind.0.to_string(), str::to_owned),
        None => "UNREPLIED".to_owned(),
    };
    let mut record = serde_json::Map::new();
    let mut set = |key: &str, value: Value| {
        record.insert(key.to_owned(), value);
    };
    set("request", json!(named(call.asked)));
    set("response", json!(named(call.answered)));
    let size = |direction| {
        let side = call.side(direction);
        json!({ "frag_cnt": side.fragments, "stub_data_size": side.size })
    };
    if call.asked == Some(Kind::REQUEST) {
        set("opnum", json!(call.opnum));
        set("req", size(Direction::ToServer));
    }
    let interfaces = dcerpc::interfaces(call, true);
    if !interfaces.is_empty() {
        set("interfaces", json!(interfaces));
    }
    if call.answered == Some(Kind::RESPONSE) {
        set("res", size(Direction::ToClient));
    }
    set("call_id", json!(call.id));
    Value::Object(record)
}
