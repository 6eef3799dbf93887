//! Its EVE record.

use engine::app_layer::{Fields, LogContext};
use engine::buffer::tx_as;
use packet::Direction;
use serde::Serialize;

use super::call::Call;
use super::pdu::Kind;
use super::{DcerpcTx, NAME, procedures};

#[derive(Serialize)]
struct Record {
    request: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    interfaces: Vec<InterfaceRecord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    req: Option<Asked>,
    response: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    res: Option<Answered>,
    #[serde(skip_serializing_if = "Option::is_none")]
    activityuuid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seqnum: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    call_id: Option<u32>,
    rpc_version: String,
}

#[derive(Serialize)]
struct Asked {
    opnum: u16,
    frag_cnt: u16,
    stub_data_size: u64,
}

#[derive(Serialize)]
struct Answered {
    frag_cnt: u16,
    stub_data_size: u64,
}

/// An interface, as EVE shows it.
#[derive(Debug, Serialize)]
pub struct InterfaceRecord {
    uuid: String,
    version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    ack_result: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ack_reason: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    procedure: Option<&'static str>,
}

/// Writes the record.
pub(super) fn write(context: &LogContext<'_>, fields: &mut Fields) {
    let Some(tx) = tx_as::<DcerpcTx>(context.tx) else {
        return;
    };
    let call = &tx.call;
    let (asked, answered) = (call.side(Direction::ToServer), call.side(Direction::ToClient));
    let interfaces = match call.asked {
        Some(Kind::ALTER_CONTEXT) => Vec::new(),
        _ => interfaces(call, false),
    };
    fields.add(
        NAME,
        &Record {
            request: call.asked.and_then(Kind::name).unwrap_or("REQUEST_LOST"),
            interfaces,
            req: (call.asked == Some(Kind::REQUEST)).then_some(Asked {
                opnum: call.opnum,
                frag_cnt: asked.fragments,
                stub_data_size: asked.size,
            }),
            response: call.answered.and_then(Kind::name).unwrap_or("UNREPLIED"),
            res: (call.answered == Some(Kind::RESPONSE)).then_some(Answered {
                frag_cnt: answered.fragments,
                stub_data_size: answered.size,
            }),
            activityuuid: call.datagram.map(|activity| activity.uuid.to_string()),
            seqnum: call.datagram.map(|activity| activity.sequence),
            call_id: call.datagram.is_none().then_some(call.id),
            rpc_version: format!("{}.{}", call.version.0, call.version.1),
        },
    );
}

/// The interfaces of a call, as EVE shows them: of a bind with what the server said of them, and why where asked for.
pub fn interfaces(call: &Call, reasons: bool) -> Vec<InterfaceRecord> {
    let request = call.asked == Some(Kind::REQUEST);
    let shown = |interface: &&super::pdu::Interface| request || interface.result.is_some();
    let list = call.interfaces.iter().filter(shown);
    list.map(|interface| {
        let known = procedures::service(interface.uuid);
        InterfaceRecord {
            uuid: interface.uuid.to_string(),
            version: format!("{}.{}", interface.version.0, interface.version.1),
            // Suricata: calls in pipes show what the server said with the bind only.
            ack_result: interface
                .result
                .filter(|_| !(reasons && request))
                .map(|(result, _)| result),
            // Suricata: in pipes the two bytes of the result are shown as a result and a reason.
            ack_reason: interface
                .result
                .filter(|_| reasons && !request)
                .map(|(result, _)| result >> 8),
            service: known.map(|service| service.name),
            procedure: known
                .filter(|_| request)
                .and_then(|service| service.procedure(call.opnum)),
        }
    })
    .collect()
}
