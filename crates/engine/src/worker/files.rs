//! Files of transactions: what is stored of them, and their records.

use std::sync::Arc;

use packet::Direction;

use super::Output;
use super::application::Settling;
use crate::app_layer::{File, FileState, Store, Transaction, TxState};
use crate::event::{Body, Event, FileChunk, FileInfo, FileKey, FileRecord, PacketRecord};

/// What there is to tell of one file.
enum News {
    Chunk(FileChunk),
    Over(Box<FileInfo>, FileKey),
}

impl Settling<'_, '_> {
    /// Hands out what is stored of a transaction's files, and writes the records of those that are over.
    pub(super) fn files(&mut self, state: &TxState, tx: &mut dyn Transaction, ended: [bool; 2]) {
        for direction in [Direction::ToServer, Direction::ToClient] {
            let news = self.news(state, tx, direction, ended[direction.index()]);
            for news in news {
                match news {
                    News::Chunk(chunk) => self.push(Body::FileChunk(Box::new(chunk))),
                    News::Over(info, _) if !info.stored && !self.worker.config.report.files => {}
                    News::Over(info, key) => {
                        let fields = self.worker.logs.alert_fields(self.protocol, state, tx, direction);
                        let packet = self.sender_first(direction);
                        self.push(Body::File(Box::new(FileRecord {
                            packet,
                            key,
                            info: *info,
                            fields,
                        })));
                    }
                }
            }
        }
    }

    fn news(&mut self, state: &TxState, tx: &mut dyn Transaction, direction: Direction, ended: bool) -> Vec<News> {
        let mut news = Vec::new();
        let at = direction.index();
        let seen = !self.wanted[at] || state.inspection[at].done;
        let sid = state.store_files[at].or(self.flow.session.vars.stored(direction));
        let finished = [Direction::ToServer, Direction::ToClient]
            .into_iter()
            .all(|d| tx.progress(d) >= self.application.complete(d));
        let against = self.goes() == Some(direction.reverse());
        let waits = against && !finished && !ended && !self.last;
        let Some(files) = tx.files_mut(direction) else {
            return news;
        };
        for (number, file) in files.iter_mut().enumerate() {
            if ended || self.last {
                file.close(FileState::Truncated);
            }
            if let Some(sid) = sid {
                file.want_stored(sid);
            }
            let key = FileKey {
                flow: self.flow.id(),
                tx: state.id,
                to_server: direction == Direction::ToServer,
                number: number as u32,
            };
            if file.store() == Store::Wanted {
                if file.id == 0 {
                    self.stored += 1;
                    file.id = self.stored;
                }
                if let Some(chunk) = file.take_chunk() {
                    news.push(News::Chunk(FileChunk {
                        key,
                        offset: chunk.offset,
                        data: chunk.data.into(),
                    }));
                }
            }
            // Suricata: the record of a file waits for a packet that goes its way, as long as the transaction lasts (verify:
            // mime-dec-parse-long-filename01).
            if file.is_over() && !file.reported {
                if (seen || file.was_seen()) && !waits {
                    file.reported = true;
                    news.push(News::Over(Box::new(info(file, state.id)), key));
                } else {
                    self.waiting = true;
                }
            }
        }
        news
    }

    /// Which way the packet goes, if that can be told.
    fn goes(&self) -> Option<Direction> {
        let packet = self.packet.0;
        let (src, _) = super::addresses(packet)?;
        let (client, server) = (self.flow.client(), self.flow.server());
        let from = (src, packet.src_port());
        match () {
            () if client == server => None,
            () if from == client => Some(Direction::ToServer),
            () if from == server => Some(Direction::ToClient),
            () => None,
        }
    }

    fn push(&mut self, body: Body) {
        let position = self.worker.next_position();
        self.out.push(Output::Event(Box::new(Event { position, body })));
    }

    /// The packet, with the addresses of who sends in `direction` first.
    fn sender_first(&mut self, direction: Direction) -> Arc<PacketRecord> {
        let mut record = PacketRecord::clone(&self.packet_record());
        if let Some(flow) = &mut record.flow {
            flow.app.protocol = Some(self.application.name);
            flow.to_server = direction == Direction::ToServer;
        }
        if direction == Direction::ToClient {
            record.addresses = record.addresses.map(|(a, b)| (b, a));
            record.ports = record.ports.map(|(a, b)| (b, a));
        }
        Arc::new(record)
    }
}

/// What records tell of a transaction's files in a direction.
pub(super) fn infos(state: &TxState, tx: &dyn Transaction, direction: Direction) -> Vec<FileInfo> {
    let files = tx.files(direction);
    files
        .into_iter()
        .flat_map(|files| files.iter())
        .map(|file| info(file, state.id))
        .collect()
}

/// What records tell of a file.
fn info(file: &File, tx_id: u64) -> FileInfo {
    let wanted = file.store() == Store::Wanted;
    let digests = file.digests();
    FileInfo {
        name: String::from_utf8_lossy(&file.name).into_owned(),
        magic: file.magic().map(str::to_owned),
        gaps: file.gaps,
        state: file.state.name(),
        md5: digests.md5,
        sha1: digests.sha1,
        sha256: digests.sha256,
        // It is stored when its record is written.
        stored: wanted && file.reported,
        storing: wanted && !file.reported,
        file_id: (file.id != 0).then_some(file.id),
        size: file.size,
        range: file.range.map(|(start, end, _)| (start, end)),
        tx_id,
        sids: file.sids().to_vec(),
    }
}
