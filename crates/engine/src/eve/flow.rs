//! Flow records.

use serde::Serialize;

use super::head::Head;
use super::time::Rfc3339;
use super::{EveOptions, Origin};
use crate::event::{AppNames, FlowRecord, TcpRecord};

/// A flow record.
#[derive(Serialize)]
pub(super) struct FlowLine<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    #[serde(flatten)]
    app: AppBody,
    flow: FlowBody<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tcp: Option<TcpBody<'a>>,
}

#[derive(Serialize)]
struct FlowBody<'a> {
    pkts_toserver: u64,
    pkts_toclient: u64,
    bytes_toserver: u64,
    bytes_toclient: u64,
    start: Rfc3339,
    end: Rfc3339,
    /// Whole seconds from the first packet to the last.
    age: i64,
    state: &'a str,
    reason: &'a str,
    alerted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    exception_policy: Vec<ExceptionBody>,
}

/// What could not be followed, and what was done then.
#[derive(Serialize)]
struct ExceptionBody {
    target: &'static str,
    policy: &'static str,
}

#[derive(Serialize)]
struct TcpBody<'a> {
    tcp_flags: String,
    tcp_flags_ts: String,
    tcp_flags_tc: String,
    #[serde(skip_serializing_if = "is_false")]
    syn: bool,
    #[serde(skip_serializing_if = "is_false")]
    fin: bool,
    #[serde(skip_serializing_if = "is_false")]
    rst: bool,
    #[serde(skip_serializing_if = "is_false")]
    psh: bool,
    #[serde(skip_serializing_if = "is_false")]
    ack: bool,
    #[serde(skip_serializing_if = "is_false")]
    urg: bool,
    #[serde(skip_serializing_if = "is_false")]
    ecn: bool,
    #[serde(skip_serializing_if = "is_false")]
    cwr: bool,
    state: &'a str,
    #[serde(skip_serializing_if = "is_false")]
    ts_gap: bool,
    #[serde(skip_serializing_if = "is_false")]
    tc_gap: bool,
}

/// The application protocols of a flow.
#[derive(Serialize)]
pub(super) struct AppBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    app_proto: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    app_proto_ts: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    app_proto_tc: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    app_proto_orig: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    app_proto_expected: Option<&'static str>,
}

impl AppBody {
    /// As records name them.
    pub fn of(names: &AppNames) -> Self {
        Self {
            app_proto: names.protocol,
            app_proto_ts: names.to_server,
            app_proto_tc: names.to_client,
            app_proto_orig: names.original,
            app_proto_expected: names.expected,
        }
    }
}

/// The record of a flow's end.
pub(super) fn record<'a>(flow: &'a FlowRecord, origin: &Origin<'a>, options: &'a EveOptions) -> FlowLine<'a> {
    let summary = &flow.summary;
    FlowLine {
        head: Head::of_flow("flow", flow, origin, options),
        app: AppBody::of(&summary.app),
        flow: FlowBody {
            pkts_toserver: summary.packets[0],
            pkts_toclient: summary.packets[1],
            bytes_toserver: summary.bytes[0],
            bytes_toclient: summary.bytes[1],
            start: Rfc3339(summary.start),
            end: Rfc3339(flow.end),
            age: flow.end.secs().saturating_sub(summary.start.secs()),
            state: flow.state,
            reason: flow.reason,
            alerted: flow.alerted,
            action: flow.action,
            exception_policy: flow
                .exceptions
                .iter()
                .filter(|_| options.flow_exceptions)
                .map(|(target, policy)| ExceptionBody { target, policy })
                .collect(),
        },
        tcp: flow.tcp.as_ref().map(tcp_body),
    }
}

fn tcp_body(tcp: &TcpRecord) -> TcpBody<'_> {
    let all = tcp.flags[0] | tcp.flags[1];
    TcpBody {
        tcp_flags: format!("{all:02x}"),
        tcp_flags_ts: format!("{:02x}", tcp.flags[0]),
        tcp_flags_tc: format!("{:02x}", tcp.flags[1]),
        fin: all & 0x01 != 0,
        syn: all & 0x02 != 0,
        rst: all & 0x04 != 0,
        psh: all & 0x08 != 0,
        ack: all & 0x10 != 0,
        urg: all & 0x20 != 0,
        ecn: all & 0x40 != 0,
        cwr: all & 0x80 != 0,
        state: tcp.state,
        ts_gap: tcp.gaps[0],
        tc_gap: tcp.gaps[1],
    }
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde's skip_serializing_if passes a reference"
)]
pub(super) const fn is_false(flag: &bool) -> bool {
    !*flag
}
