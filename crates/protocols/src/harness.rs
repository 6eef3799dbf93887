//! Conversations for the tests of parsers: bytes in, transactions out, without packets.

use engine::app_layer::{
    AppFlow, AppLayer, Application, FileSettings, Link, Settings, Shared, TransactionList, Transport,
};
use packet::{Direction, Timestamp};

/// One flow of a protocol, fed by hand.
pub struct Conversation {
    layer: AppLayer,
    /// The flow.
    pub flow: AppFlow,
    transport: Transport,
    port: u16,
    files: (FileSettings, Shared),
    waiting: [Vec<u8>; 2],
}

impl Conversation {
    /// A TCP flow to port 7000 in which only this protocol is known.
    pub fn new(app: &'static Application) -> Self {
        Self::with(&[app], Settings::default())
    }

    /// A TCP flow in which these protocols are known, configured like this.
    pub fn with(apps: &[&'static Application], settings: Settings) -> Self {
        Self {
            layer: AppLayer::new(apps, &settings).expect("settings that hold"),
            flow: AppFlow::default(),
            transport: Transport::Tcp,
            port: 7000,
            files: (
                FileSettings {
                    md5: true,
                    sha1: true,
                    sha256: true,
                    magic: true,
                    keep: true,
                    ..FileSettings::default()
                },
                Shared::default(),
            ),
            waiting: Default::default(),
        }
    }

    /// The same, on another port of the server.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// The same, with datagrams.
    #[must_use]
    pub fn udp(mut self) -> Self {
        self.transport = Transport::Udp;
        self
    }

    /// The client says this, in pieces of so many bytes.
    pub fn client(&mut self, data: &[u8], piece: usize) -> &mut Self {
        self.say(Direction::ToServer, data, piece, false)
    }

    /// The server says this, in pieces of so many bytes.
    pub fn server(&mut self, data: &[u8], piece: usize) -> &mut Self {
        self.say(Direction::ToClient, data, piece, false)
    }

    /// Nothing comes any more, from either side.
    pub fn end(&mut self) -> &mut Self {
        self.say(Direction::ToServer, b"", 1, true)
            .say(Direction::ToClient, b"", 1, true)
    }

    /// So many bytes in a direction are lost.
    pub fn lose(&mut self, direction: Direction, bytes: u64) -> &mut Self {
        self.waiting[direction.index()].clear();
        let (layer, files) = (&self.layer, &self.files);
        self.flow
            .gap(bytes, direction, &link(layer, files, self.transport, self.port));
        self
    }

    /// The transactions that there are.
    pub fn transactions(&self) -> &dyn TransactionList {
        self.flow.transactions().expect("the protocol was recognised")
    }

    fn say(&mut self, direction: Direction, data: &[u8], piece: usize, eof: bool) -> &mut Self {
        let mut pieces: Vec<&[u8]> = data.chunks(piece.max(1)).collect();
        if eof {
            pieces.push(b"");
        }
        for bytes in pieces {
            self.waiting[direction.index()].extend_from_slice(bytes);
            let mut way = direction;
            for _ in 0..4 {
                if !self.feed(way, eof && way == direction) {
                    break;
                }
                way = way.reverse();
            }
        }
        self
    }

    /// Feeds what waits in a direction; whether the other one is to be fed again.
    fn feed(&mut self, way: Direction, eof: bool) -> bool {
        let waiting = &mut self.waiting[way.index()];
        let mut other = false;
        loop {
            let link = link(&self.layer, &self.files, self.transport, self.port);
            let fed = self.flow.feed(waiting, eof, way, &link);
            waiting.drain(..fed.consumed as usize);
            if self.transport == Transport::Udp {
                waiting.clear();
            }
            other |= fed.other;
            if !fed.again {
                return other;
            }
        }
    }
}

fn link<'a>(layer: &'a AppLayer, files: &'a (FileSettings, Shared), transport: Transport, port: u16) -> Link<'a> {
    Link {
        layer,
        transport,
        turns: transport == Transport::Udp,
        client: ([10, 0, 0, 1].into(), 40_000),
        server: ([10, 0, 0, 2].into(), port),
        time: Timestamp::new(1, 0),
        files: &files.0,
        shared: &files.1,
    }
}
