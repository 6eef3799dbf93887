//! The application layer of the worker: what parsers ask for, transactions to records.

use std::collections::VecDeque;
use std::sync::Arc;

use packet::{Direction, Packet, Timestamp, Transport};

use super::feed::{feed_datagram, feed_stream, feed_streams};
use super::inspect::Subjected;
use super::record::{Reporting, packet_record};
use super::shard::{Session, Shard};
use super::{Output, UDP, Worker};
use crate::app_layer::{
    AppFlow, Application, COMPLETE, Effects, Expectation, Fields, Link, LogContext, Logger, ProtocolId, Settings,
    Shared, Transaction, TransactionList, Transport as Carrier, TxState,
};
use crate::config::{AppConfig, ReportConfig};
use crate::detect::Match;
use crate::eve::FileBody;
use crate::event::{Anomaly, AppRecord, Body, Event, PacketRecord, TransactionRecord};
use crate::flow::{Flow, FlowFlags, FlowRef};

/// Flows that parsers know will come.
#[derive(Debug, Default)]
pub(super) struct Expectations(VecDeque<(Timestamp, Expectation)>);

/// Which records of each protocol are written, by its number.
#[derive(Debug, Default)]
pub(super) struct AppLogs(Vec<Vec<LoggerUse>>);

#[derive(Debug)]
struct LoggerUse {
    logger: &'static Logger,
    options: Settings,
    wanted: bool,
}

impl AppLogs {
    /// Those that the configuration names.
    pub fn new(config: &AppConfig) -> Self {
        let of = |app: &'static Application| {
            app.loggers
                .iter()
                .map(|logger| {
                    let options = config.records.get(logger.event_type);
                    LoggerUse {
                        logger,
                        options: options.cloned().unwrap_or_default(),
                        wanted: options.is_some(),
                    }
                })
                .collect()
        };
        Self(config.layer.iter().map(|(_, app)| of(app)).collect())
    }

    /// What alerts, and records of files, show of a transaction.
    pub fn alert_fields(
        &self,
        protocol: ProtocolId,
        state: &TxState,
        tx: &dyn Transaction,
        direction: Direction,
    ) -> Fields {
        let mut fields = Fields::default();
        for user in self.of(protocol).iter().filter(|user| user.logger.in_alerts) {
            let context = LogContext {
                tx,
                state,
                options: &user.options,
                alert: Some(direction),
            };
            (user.logger.write)(&context, &mut fields);
        }
        fields
    }

    fn of(&self, protocol: ProtocolId) -> &[LoggerUse] {
        self.0.get(usize::from(protocol.0)).map_or(&[], Vec::as_slice)
    }
}

impl Expectations {
    fn add(&mut self, expectation: Expectation, now: Timestamp) {
        // LIMIT: so many flows are waited for in a shard; the oldest is given up.
        if self.0.len() >= MAX_EXPECTED {
            self.0.pop_front();
        }
        self.0.push_back((now, expectation));
    }

    /// What a new flow was expected as, if it was.
    fn take(
        &mut self,
        client: std::net::IpAddr,
        server: (std::net::IpAddr, u16),
        now: Timestamp,
    ) -> Option<Expectation> {
        while let Some((since, _)) = self.0.front()
            && now.since(*since) > EXPECTED_FOR
        {
            self.0.pop_front();
        }
        let fits = |e: &Expectation| e.listener == server && e.from == client;
        let at = self.0.iter().position(|(_, e)| fits(e))?;
        self.0.remove(at).map(|(_, e)| e)
    }
}

impl Worker {
    /// Gives the parser of the packet's flow what the packet brought. What rules are not to see from the next packet on
    /// is returned, for [`hide`](Self::hide).
    pub(super) fn follow_application(&self, shard: &mut Shard, subjected: &mut Subjected<'_>) -> FlowFlags {
        let packet = subjected.packet;
        let Some((flow, found)) = subjected.flow.and_then(|f| Some((shard.flows.get_mut(f)?, f))) else {
            return FlowFlags::default();
        };
        if flow.flags.contains(FlowFlags::DROP) || flow.flags.contains(FlowFlags::NO_PACKET_INSPECTION) {
            return FlowFlags::default();
        }
        let layer = &*self.config.app.layer;
        let direction = subjected.direction.unwrap_or(Direction::ToServer);
        match packet.transport {
            Transport::Tcp(_) => {
                let outcome = &subjected.outcome;
                let ended = flow.session.tcp.as_ref().is_some_and(|tcp| {
                    tcp.stream(Direction::ToServer).has_ended() || tcp.stream(Direction::ToClient).has_ended()
                });
                if outcome.data_ready != [false; 2] || (outcome.new_state && ended) {
                    let (client, server) = (flow.client().0, flow.server());
                    let app = flow.session.app.get_or_insert_default();
                    // FTP's server may connect before the command that asks for the data was seen to arrive.
                    if app.is_fresh()
                        && let Some(expectation) = shard.expected.take(client, server, packet.time)
                    {
                        app.expect(&expectation, layer);
                    }
                    // What the other side sent becomes visible first: this packet acknowledged it.
                    if feed_streams(
                        flow,
                        direction.reverse(),
                        layer,
                        packet.time,
                        (&self.files, &shard.shared),
                    ) {
                        let direction = direction.reverse();
                        subjected.direction = Some(direction);
                        subjected.outcome.data_ready.reverse();
                        shard.flows.swap(found);
                        if let Some(flow) = shard.flows.get_mut(found) {
                            if let (Some(app), Some(tcp)) = (&mut flow.session.app, &mut flow.session.tcp) {
                                app.swap();
                                tcp.swap();
                            }
                            feed_streams(
                                flow,
                                direction.reverse(),
                                layer,
                                packet.time,
                                (&self.files, &shard.shared),
                            );
                        }
                    }
                }
            }
            Transport::Udp(_) if !packet.payload.is_empty() && !packet.invalid => {
                if feed_datagram(flow, packet, direction, layer, (&self.files, &shard.shared)).reversed {
                    let direction = direction.reverse();
                    subjected.direction = Some(direction);
                    shard.flows.swap(found);
                    if let Some(flow) = shard.flows.get_mut(found) {
                        if let Some(app) = flow.session.app.as_mut() {
                            app.swap();
                        }
                        feed_datagram(flow, packet, direction, layer, (&self.files, &shard.shared));
                    }
                }
            }
            _ => return FlowFlags::default(),
        }
        Self::carry_out(shard, found, packet.time)
    }

    /// Rules do not see payloads, or packets, from the next packet on.
    pub(super) fn hide(flow: &mut Flow<Session>, flags: FlowFlags) {
        if flags.contains(FlowFlags::NO_PAYLOAD_INSPECTION)
            && let Some(tcp) = flow.session.tcp.as_deref_mut()
        {
            for direction in [Direction::ToServer, Direction::ToClient] {
                tcp.stream_mut(direction).stop_raw();
            }
        }
        flow.flags.insert(flags);
    }

    /// The flow is over: parsers are told that nothing comes any more in a direction, that to the server first.
    pub(super) fn end_application(&self, flow: &mut Flow<Session>, direction: Direction, shared: &Shared) {
        let link = Link {
            layer: &self.config.app.layer,
            transport: Carrier::Tcp,
            turns: false,
            client: flow.client(),
            server: flow.server(),
            time: flow.last(),
            files: &self.files,
            shared,
        };
        let Session {
            tcp: Some(tcp),
            app: Some(app),
            ..
        } = &mut flow.session
        else {
            return;
        };
        let (other, off) = feed_stream(tcp, app, direction, &link);
        // What the server said may have told what the client speaks.
        let off =
            off || direction == Direction::ToClient && other && feed_stream(tcp, app, direction.reverse(), &link).1;
        if off {
            for direction in [Direction::ToServer, Direction::ToClient] {
                tcp.stream_mut(direction).stop_app();
            }
        }
    }

    /// Does what a parser asked for.
    fn carry_out(shard: &mut Shard, found: FlowRef, now: Timestamp) -> FlowFlags {
        let mut hidden = FlowFlags::default();
        let Some(flow) = shard.flows.get_mut(found) else {
            return hidden;
        };
        let Some(app) = flow.session.app.as_mut() else {
            return hidden;
        };
        let Effects {
            trigger_raw,
            no_payload,
            bypass,
            expect,
            ..
        } = app.take_effects();
        if let Some(tcp) = flow.session.tcp.as_deref_mut() {
            for direction in [Direction::ToServer, Direction::ToClient] {
                let stream = tcp.stream_mut(direction);
                if trigger_raw[direction.index()] {
                    stream.trigger_raw();
                }
            }
        }
        if no_payload {
            hidden.insert(FlowFlags::NO_PAYLOAD_INSPECTION);
        }
        if bypass {
            hidden.insert(FlowFlags::NO_PACKET_INSPECTION);
        }
        for expectation in expect {
            shard.expected.add(expectation, now);
        }
        hidden
    }

    /// Writes what there is to write of transactions, and forgets those that are done with.
    pub(super) fn settle_transactions(
        &mut self,
        flow: &mut Flow<Session>,
        packet: (&Packet<'_>, bool),
        out: &mut Vec<Output>,
    ) {
        // PERF: most packets of most flows leave no transaction open, or change nothing of those that are.
        let matched = !self.matches.is_empty();
        let due = |app: &AppFlow| {
            (app.is_touched() || matched || packet.1) && app.transactions().is_some_and(|list| !list.is_empty())
        };
        if !flow.session.app.as_ref().is_some_and(due) {
            return;
        }
        let Some(mut app) = flow.session.app.take() else { return };
        if let Some((protocol, application)) = app.protocol().zip(app.application(&self.config.app.layer)) {
            let mut settling = Settling {
                worker: self,
                flow,
                packet,
                record: None,
                protocol,
                application,
                out,
                wanted: [false; 2],
                last: false,
                stored: app.stored_files(),
                waiting: false,
            };
            settling.run(&mut app);
            app.set_stored_files(settling.stored);
            let waiting = settling.waiting;
            app.settled(waiting);
        }
        flow.session.app = Some(app);
    }

    /// What alerts show of the transaction that matched.
    pub(super) fn app_record(
        &self,
        flow: &Flow<Session>,
        found: &Match,
        direction: Direction,
    ) -> Option<Arc<AppRecord>> {
        if !self.config.app.in_alerts {
            return None;
        }
        let app = flow.session.app.as_ref()?;
        let (protocol, list) = (app.protocol()?, app.transactions()?);
        let at = match found.tx {
            Some(id) => (0..list.len()).find(|at| list.get(*at).is_some_and(|(state, _)| state.id == id))?,
            None if found.stream => list.len().checked_sub(1)?,
            None => return None,
        };
        let (state, tx) = list.get(at)?;
        let mut fields = self.logs.alert_fields(protocol, state, tx, direction);
        let files = super::files::infos(state, tx, direction);
        if !files.is_empty() {
            fields.add("files", &files.iter().map(FileBody::of).collect::<Vec<_>>());
        }
        Some(Arc::new(AppRecord {
            tx_id: state.id,
            guessed: found.tx.is_none(),
            fields,
        }))
    }
}

/// The transactions of a flow, as they are settled with a packet.
pub(super) struct Settling<'a, 'p> {
    pub worker: &'a mut Worker,
    pub flow: &'a Flow<Session>,
    pub(super) packet: (&'a Packet<'p>, bool),
    record: Option<Arc<PacketRecord>>,
    pub protocol: ProtocolId,
    pub application: &'static Application,
    pub out: &'a mut Vec<Output>,
    /// Rules are to see its transactions, by [`Direction::index`].
    pub wanted: [bool; 2],
    /// Nothing comes after this.
    pub last: bool,
    /// So many files of the flow were stored.
    pub stored: u64,
    /// The record of a file waits for another packet.
    pub waiting: bool,
}

impl Settling<'_, '_> {
    fn run(&mut self, app: &mut AppFlow) {
        let ended = [app.has_ended(Direction::ToServer), app.has_ended(Direction::ToClient)];
        let uninspected = [FlowFlags::PASS, FlowFlags::DROP, FlowFlags::NO_PACKET_INSPECTION]
            .iter()
            .any(|flag| self.flow.flags.contains(*flag));
        let groups = &self.worker.rules.prefilter.transactions;
        let wanted = [Direction::ToServer, Direction::ToClient]
            .map(|d| !uninspected && groups.group(self.protocol, d).is_some());
        let complete = [
            self.application.complete(Direction::ToServer),
            self.application.complete(Direction::ToClient),
        ];
        let over_now = self.packet.1 && ended == [true; 2];
        (self.wanted, self.last) = (wanted, over_now);
        let Some(list) = app.transactions_mut() else { return };
        let before = list.len();
        self.write(list, ended);
        let progress = |tx: &dyn Transaction, d: Direction| if ended[d.index()] { COMPLETE } else { tx.progress(d) };
        list.retire(&mut |state, tx| {
            let finished = [Direction::ToServer, Direction::ToClient]
                .into_iter()
                .all(|d| progress(tx, d) >= complete[d.index()]);
            let seen = (0..2).all(|at| !wanted[at] || state.inspection[at].done);
            finished && seen && !over_now
        });
        let retired = before.saturating_sub(list.len()) as u64;
        if retired > 0 {
            let key = (self.protocol.0, self.flow.proto() == UDP);
            self.worker.counters.apps.entry(key).or_default().1 += retired;
        }
    }

    /// Writes the records that transactions are ready for, and the events that are new.
    fn write(&mut self, list: &mut dyn TransactionList, ended: [bool; 2]) {
        for index in 0..list.len() {
            let Some((state, tx)) = list.get_mut(index) else { break };
            self.report_events(state);
            let at = [Direction::ToServer, Direction::ToClient]
                .map(|d| if ended[d.index()] { COMPLETE } else { tx.progress(d) });
            let logs = std::mem::take(&mut self.worker.logs);
            for (number, user) in logs.of(self.protocol).iter().enumerate() {
                let bit = 1u32 << number.min(31);
                let ready = at[0] >= user.logger.at[0] && at[1] >= user.logger.at[1];
                if !user.wanted || state.logged & bit != 0 || !ready {
                    continue;
                }
                state.logged |= bit;
                let mut fields = Fields::default();
                let context = LogContext {
                    tx,
                    state,
                    options: &user.options,
                    alert: None,
                };
                (user.logger.write)(&context, &mut fields);
                if !fields.is_empty() {
                    for fields in fields.records() {
                        self.tell(user.logger.event_type, state.id, fields);
                    }
                }
            }
            self.worker.logs = logs;
            self.files(state, tx, ended);
        }
    }

    fn tell(&mut self, event_type: &'static str, tx_id: u64, fields: Fields) {
        let mut packet = self.packet_record();
        if fields.direction() == Some(Direction::ToClient) {
            let record = Arc::make_mut(&mut packet);
            record.addresses = record.addresses.map(|(client, server)| (server, client));
            record.ports = record.ports.map(|(client, server)| (server, client));
        }
        let position = self.worker.next_position();
        let record = TransactionRecord {
            event_type,
            packet,
            tx_id,
            fields,
        };
        self.out.push(Output::Event(Box::new(Event {
            position,
            body: Body::Transaction(Box::new(record)),
        })));
    }

    fn report_events(&mut self, state: &mut TxState) {
        let new = state.events.without(state.reported);
        state.reported = state.events;
        if !self.worker.config.report.app_anomalies {
            return;
        }
        for event in new
            .iter()
            .filter_map(|event| self.application.events.get(usize::from(event)))
        {
            let mut packet = self.own_packet_record();
            if let Some(flow) = Arc::get_mut(&mut packet).and_then(|packet| packet.flow.as_mut()) {
                flow.app.protocol = Some(self.application.name);
            }
            let position = self.worker.next_position();
            let anomaly = Anomaly {
                packet,
                kind: "applayer",
                event,
                app: Some(("proto_parser", Some(state.id))),
            };
            self.out.push(Output::Event(Box::new(Event {
                position,
                body: Body::Anomaly(Box::new(anomaly)),
            })));
        }
    }

    /// The packet, with its own addresses.
    fn own_packet_record(&self) -> Arc<PacketRecord> {
        let (packet, pseudo) = self.packet;
        let reporting = Reporting {
            config: ReportConfig {
                packets: false,
                ..self.worker.config.report
            },
            layer: &self.worker.config.app.layer,
            exceptions: self.worker.config.exceptions,
        };
        let flow = Some((self.flow, Direction::ToServer));
        packet_record(packet, pseudo, flow, self.worker.outer, &reporting)
    }

    /// The packet, with the flow's addresses: made once, when the first record wants it.
    pub fn packet_record(&mut self) -> Arc<PacketRecord> {
        if let Some(record) = &self.record {
            return Arc::clone(record);
        }
        let mut record = self.own_packet_record();
        if let Some(record) = Arc::get_mut(&mut record) {
            let (client, server) = (self.flow.client(), self.flow.server());
            record.addresses = Some((client.0, server.0));
            record.ports = record.ports.map(|_| (client.1, server.1));
            // The flow has lent out what tells its protocol.
            if let Some(seen) = &mut record.flow {
                seen.app.protocol.get_or_insert(self.application.name);
            }
        }
        self.record = Some(Arc::clone(&record));
        record
    }
}

/// Flows that are waited for, in a shard.
const MAX_EXPECTED: usize = 256;

/// How long a flow is waited for, in nanoseconds.
const EXPECTED_FOR: i64 = 30_000_000_000;
