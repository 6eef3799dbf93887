//! A flow of one protocol that says anything: what tests with hostile bytes, and fuzzing, have in common.

use std::sync::Arc;

use engine::app_layer::{
    AppFlow, AppLayer, Application, Expectation, Fields, FileSettings, Link, LogContext, Settings, Shared, Transport,
};
use packet::{Direction, Timestamp};

/// What happens next in a flow.
#[derive(Clone, Debug)]
pub enum Turn {
    /// One side says something.
    Say(Direction, Vec<u8>),
    /// So many bytes of a side are lost.
    Lose(Direction, u64),
    /// A side says nothing any more.
    End(Direction),
}

/// A flow that is known to speak a protocol, and rules that look at everything.
pub struct Talk {
    app: &'static Application,
    layer: AppLayer,
    flow: AppFlow,
    files: (FileSettings, Shared),
    transport: Transport,
    waiting: [Vec<u8>; 2],
    /// The most transactions that there were at a time.
    pub most: usize,
}

impl Talk {
    /// A flow of `app`; `expected` where that is known before the first byte, otherwise its bytes must tell.
    pub fn new(app: &'static Application, transport: Transport, expected: bool) -> Self {
        let layer = AppLayer::new(&[app], &Settings::default()).expect("the standard settings hold");
        let mut flow = AppFlow::default();
        if expected {
            let about = Expectation {
                protocol: app.name,
                listener: SERVER,
                from: CLIENT.0,
                about: Arc::new(()),
            };
            flow.expect(&about, &layer);
        }
        let files = (
            FileSettings {
                md5: true,
                magic: true,
                keep: true,
                ..FileSettings::default()
            },
            Shared::default(),
        );
        Self {
            app,
            layer,
            flow,
            files,
            transport,
            waiting: Default::default(),
            most: 0,
        }
    }

    /// Carries out a turn, and looks at what there is then as rules and records do.
    pub fn turn(&mut self, turn: &Turn) {
        match turn {
            Turn::Say(direction, bytes) => {
                self.waiting[direction.index()].extend_from_slice(bytes);
                self.feed(*direction, false);
            }
            Turn::Lose(direction, bytes) => {
                self.waiting[direction.index()].clear();
                let link = link(&self.layer, &self.files, self.transport);
                self.flow.gap(*bytes, *direction, &link);
            }
            Turn::End(direction) => self.feed(*direction, true),
        }
        self.look();
    }

    fn feed(&mut self, direction: Direction, eof: bool) {
        for (way, eof) in [(direction, eof), (direction.reverse(), false)] {
            let mut waiting = std::mem::take(&mut self.waiting[way.index()]);
            // What is not consumed at once is given again, but not without end.
            for round in 0.. {
                assert!(round < MAX_ROUNDS, "{}: no progress", self.app.name);
                let link = link(&self.layer, &self.files, self.transport);
                let fed = self.flow.feed(&waiting, eof, way, &link);
                assert!(
                    fed.consumed <= waiting.len() as u64,
                    "{}: more than there was",
                    self.app.name
                );
                waiting.drain(..fed.consumed as usize);
                if !fed.again {
                    break;
                }
            }
            if self.transport == Transport::Udp {
                waiting.clear();
            }
            self.waiting[way.index()] = waiting;
        }
        drop(self.flow.take_effects());
    }

    /// Everything that is asked of transactions.
    fn look(&mut self) {
        let ended = [Direction::ToServer, Direction::ToClient].map(|way| self.flow.has_ended(way));
        let app = self.app;
        let Some(list) = self.flow.transactions_mut() else {
            return;
        };
        self.most = self.most.max(list.len());
        for index in 0..list.len() {
            let Some((state, tx)) = list.get_mut(index) else { break };
            for way in [Direction::ToServer, Direction::ToClient] {
                let progress = tx.progress(way);
                assert!(progress <= app.complete(way), "{}: progress {progress}", app.name);
                if let Some(files) = tx.files(way) {
                    for file in files.iter() {
                        let _ = (file.window(), file.magic(), file.digests());
                    }
                }
                tx.inspected(way);
            }
            for logger in app.loggers {
                let options = Settings::default();
                let context = LogContext {
                    tx,
                    state,
                    options: &options,
                    alert: None,
                };
                (logger.write)(&context, &mut Fields::default());
            }
            assert!(
                state.events.iter().all(|event| usize::from(event) < app.events.len()),
                "{}: an event without a name",
                app.name
            );
        }
        list.retire(&mut |_, tx| {
            [Direction::ToServer, Direction::ToClient]
                .into_iter()
                .all(|way| ended[way.index()] || tx.progress(way) >= app.complete(way))
        });
    }
}

fn link<'a>(layer: &'a AppLayer, files: &'a (FileSettings, Shared), transport: Transport) -> Link<'a> {
    Link {
        layer,
        transport,
        turns: transport == Transport::Udp,
        client: CLIENT,
        server: SERVER,
        time: Timestamp::new(1, 0),
        files: &files.0,
        shared: &files.1,
    }
}

const CLIENT: (std::net::IpAddr, u16) = (std::net::IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1)), 40_000);
const SERVER: (std::net::IpAddr, u16) = (std::net::IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 2)), 80);

const MAX_ROUNDS: usize = 10_000;
