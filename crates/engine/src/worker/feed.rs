//! Streams and datagrams to the parsers of their flows.

use packet::{Direction, Packet, Timestamp};

use super::shard::Session;
use crate::app_layer::{AppFlow, AppLayer, Fed, FileSettings, Link, Shared, Transport as Carrier};
use crate::flow::Flow;
use crate::stream::{AppData, TcpSession};

/// Gives the parser a datagram.
pub(super) fn feed_datagram(
    flow: &mut Flow<Session>,
    packet: &Packet<'_>,
    direction: Direction,
    layer: &AppLayer,
    (files, shared): (&FileSettings, &Shared),
) -> Fed {
    let link = Link {
        layer,
        transport: Carrier::Udp,
        turns: true,
        client: flow.client(),
        server: flow.server(),
        time: packet.time,
        files,
        shared,
    };
    let app = flow.session.app.get_or_insert_default();
    app.feed(packet.payload, false, direction, &link)
}

/// Gives the parser what has become visible of both streams, one direction first.
///
/// True when what was taken for the client is the server, so that flow, session and application layer are to be turned.
pub(super) fn feed_streams(
    flow: &mut Flow<Session>,
    first: Direction,
    layer: &AppLayer,
    time: Timestamp,
    (files, shared): (&FileSettings, &Shared),
) -> bool {
    let (client, server) = (flow.client(), flow.server());
    let Session {
        tcp: Some(tcp),
        app: Some(app),
        ..
    } = &mut flow.session
    else {
        return false;
    };
    let link = Link {
        layer,
        transport: Carrier::Tcp,
        turns: tcp.midstream(),
        client,
        server,
        time,
        files,
        shared,
    };
    let mut direction = first;
    // What one side says may tell what the other speaks, so each is looked at again; more turns than this tell nothing.
    for turn in 0..4 {
        let (other, off) = feed_stream(tcp, app, direction, &link);
        if off {
            for direction in [Direction::ToServer, Direction::ToClient] {
                tcp.stream_mut(direction).stop_app();
            }
            return false;
        }
        if app.is_turned() {
            return true;
        }
        if turn > 0 && !other {
            return false;
        }
        direction = direction.reverse();
    }
    false
}

/// Gives the parser what has become visible of a stream. Whether the other one is to be fed again, and whether nobody
/// reads them any more.
pub(super) fn feed_stream(
    tcp: &mut TcpSession,
    app: &mut AppFlow,
    direction: Direction,
    link: &Link<'_>,
) -> (bool, bool) {
    let mut other = false;
    loop {
        let stream = tcp.stream(direction);
        let over = stream.has_ended() || stream.depth_reached();
        let cut = stream.app_data_is_cut();
        let mut left = 0;
        let (fed, last) = match stream.app_data() {
            AppData::Bytes(data) => {
                let end = stream.app_progress() + data.len() as u64;
                let last = over && (end >= stream.visible() || stream.has_none_from(end));
                let fed = if last && stream.depth_reached() {
                    feed_to_depth(app, data, direction, link)
                } else {
                    app.feed(data, last, direction, link)
                };
                if cut && !fed.again && !fed.other {
                    left = (data.len() as u64).saturating_sub(fed.consumed);
                }
                (fed, false)
            }
            AppData::Gap(bytes) => (app.gap(bytes, direction, link), false),
            AppData::None if over => {
                if stream.depth_reached() {
                    app.truncate_files(direction);
                }
                (app.feed(&[], true, direction, link), true)
            }
            AppData::None => return (other, false),
        };
        tcp.stream_mut(direction).consume_app(fed.consumed);
        other |= fed.other;
        let mut fed = fed;
        if left > 0 && !fed.off {
            // What the parser would have read with more behind it was cut off by the gap, and is lost with it.
            fed = app.gap(left, direction, link);
            tcp.stream_mut(direction).consume_app(fed.consumed);
        }
        if fed.off {
            return (other, true);
        }
        if last || (fed.consumed == 0 && !fed.again) {
            return (other, false);
        }
    }
}

/// Gives the parser the last bytes before the reassembly depth. Files that go on there are truncated, whatever the parser
/// makes of the end.
fn feed_to_depth(app: &mut AppFlow, data: &[u8], direction: Direction, link: &Link<'_>) -> Fed {
    let first = app.feed(data, false, direction, link);
    if first.off || first.again {
        return first;
    }
    app.truncate_files(direction);
    let rest = usize::try_from(first.consumed).ok().and_then(|at| data.get(at..));
    let second = app.feed(rest.unwrap_or_default(), true, direction, link);
    Fed {
        consumed: first.consumed + second.consumed,
        other: first.other | second.other,
        ..second
    }
}
