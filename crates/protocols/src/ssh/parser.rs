//! The parser of one flow.

use std::sync::Arc;

use engine::app_layer::{Context, Outcome, Parser, Settings, Transaction, TransactionList, Transactions};
use packet::Direction;

use super::banner::Banner;
use super::kex::Hassh;
use super::{Event, progress};
use crate::tls::Encrypted;

/// Makes what makes parsers.
///
/// # Errors
/// What is wrong with a setting.
pub(super) fn setup(settings: &Settings) -> Result<Arc<dyn Fn() -> Box<dyn Parser> + Send + Sync>, String> {
    let encrypted = Encrypted::read(settings.text("encryption-handling"))?;
    let hassh = settings.text("hassh") == Some("auto") || settings.flag("hassh", true)?;
    Ok(Arc::new(move || {
        let mut transactions = Transactions::default();
        transactions.push(SshTx::default());
        Box::new(SshParser {
            transactions,
            ways: Default::default(),
            encrypted,
            hassh,
        })
    }))
}

/// A connection.
#[derive(Debug, Default)]
pub struct SshTx {
    /// What the client said.
    pub client: Side,
    /// What the server said.
    pub server: Side,
}

/// What one side said.
#[derive(Debug, Default)]
pub struct Side {
    /// How far it has come: an index into the names of progress.
    pub progress: u8,
    /// Its banner.
    pub banner: Option<Banner>,
    /// What it offers.
    pub hassh: Option<Box<Hassh>>,
}

/// The parser of one flow.
#[derive(Debug)]
pub struct SshParser {
    transactions: Transactions<SshTx>,
    /// By [`Direction::index`].
    ways: [Way; 2],
    encrypted: Encrypted,
    hassh: bool,
}

/// What comes next in a direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Way {
    /// The banner; so many bytes of it were searched for its end.
    #[default]
    Banner,
    /// The rest of a banner that is too long.
    RestOfBanner,
    /// A packet.
    Packet,
    /// So many bytes of a packet that does not matter.
    Skip(usize),
    /// Nothing that can be read.
    Encrypted,
}

/// What became of bytes.
enum Step {
    /// So many are done with; the side goes on so.
    Took(usize, Way),
    /// There must be so many.
    Wanted(usize),
    /// It cannot go on.
    Wrong(Event),
}

impl Transaction for SshTx {
    fn progress(&self, direction: Direction) -> u8 {
        self.side(direction).progress
    }
}

impl SshTx {
    /// Who speaks in that direction.
    pub fn side(&self, direction: Direction) -> &Side {
        match direction {
            Direction::ToServer => &self.client,
            Direction::ToClient => &self.server,
        }
    }

    fn side_mut(&mut self, direction: Direction) -> &mut Side {
        match direction {
            Direction::ToServer => &mut self.client,
            Direction::ToClient => &mut self.server,
        }
    }
}

impl Parser for SshParser {
    fn parse(&mut self, data: &[u8], context: &mut Context<'_>) -> Outcome {
        let at = context.direction.index();
        let mut consumed: usize = 0;
        while let Some(rest) = data.get(consumed..).filter(|rest| !rest.is_empty()) {
            let way = self.ways.get(at).copied().unwrap_or(Way::Encrypted);
            match self.step(way, rest, context.direction) {
                Step::Took(count, next) => {
                    consumed = consumed.saturating_add(count);
                    // Suricata: rules see the raw stream after the banner and after each packet.
                    if matches!(next, Way::Packet | Way::Encrypted) && (next != way || way == Way::Packet) {
                        context.trigger_raw();
                    }
                    if let Some(way) = self.ways.get_mut(at) {
                        *way = next;
                    }
                }
                Step::Wanted(wanted) => return Outcome::NeedMore { consumed, wanted },
                Step::Wrong(event) => {
                    self.transactions.event(event as u8);
                    return Outcome::Failed;
                }
            }
        }
        if self.ways == [Way::Encrypted; 2] {
            match self.encrypted {
                Encrypted::TrackOnly => context.effects.no_payload = true,
                Encrypted::Bypass => {
                    context.effects.no_payload = true;
                    context.effects.bypass = true;
                }
                Encrypted::Full => {}
            }
        }
        Outcome::Consumed(consumed)
    }

    fn gap(&mut self, bytes: u64, context: &mut Context<'_>) -> Outcome {
        let _ = bytes;
        // What is encrypted is not read anyway.
        if self.ways.get(context.direction.index()) == Some(&Way::Encrypted) {
            return Outcome::Consumed(0);
        }
        Outcome::Failed
    }

    fn transactions(&self) -> &dyn TransactionList {
        &self.transactions
    }

    fn transactions_mut(&mut self) -> &mut dyn TransactionList {
        &mut self.transactions
    }
}

impl SshParser {
    fn step(&mut self, way: Way, data: &[u8], direction: Direction) -> Step {
        match way {
            Way::Banner => self.banner(data, direction),
            Way::RestOfBanner => match memchr::memchr(b'\n', data) {
                Some(end) => {
                    self.reach(direction, progress::BANNER_DONE);
                    Step::Took(end.saturating_add(1), Way::Packet)
                }
                None => Step::Took(data.len(), Way::RestOfBanner),
            },
            Way::Packet => self.packet(data, direction),
            Way::Skip(left) => match left.checked_sub(data.len()) {
                None | Some(0) => Step::Took(left, Way::Packet),
                Some(left) => Step::Took(data.len(), Way::Skip(left)),
            },
            Way::Encrypted => Step::Took(data.len(), Way::Encrypted),
        }
    }

    fn banner(&mut self, data: &[u8], direction: Direction) -> Step {
        let window = data.get(..data.len().min(MAX_BANNER)).unwrap_or(data);
        let end = memchr::memchr(b'\n', window);
        if end.is_none() && data.len() < MAX_BANNER {
            // What is no banner need not end.
            let head = window.get(..window.len().min(4)).unwrap_or_default();
            if !b"SSH-".starts_with(head) {
                return Step::Wrong(Event::InvalidBanner);
            }
            return Step::Wanted(data.len().saturating_add(1));
        }
        let line = window.get(..end.unwrap_or(window.len())).unwrap_or(window);
        let Some(banner) = Banner::read(line) else {
            return Step::Wrong(Event::InvalidBanner);
        };
        if let Some(tx) = self.transactions.last_mut() {
            tx.side_mut(direction).banner = Some(banner);
        }
        match end {
            Some(end) => {
                self.reach(direction, progress::BANNER_DONE);
                Step::Took(end.saturating_add(1), Way::Packet)
            }
            // LIMIT: of a longer banner the start is kept.
            None => {
                self.transactions.event(Event::LongBanner as u8);
                self.reach(direction, progress::BANNER_WAIT_EOL);
                Step::Took(window.len(), Way::RestOfBanner)
            }
        }
    }

    /// RFC 4253 section 6: the length of what follows it, that of the padding, then the number of the message.
    fn packet(&mut self, data: &[u8], direction: Direction) -> Step {
        let Some(&[a, b, c, d, padding, number]) = data.first_chunk::<HEADER>() else {
            return Step::Wanted(HEADER);
        };
        let length = usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap_or(usize::MAX);
        let Some(left) = length.checked_sub(2) else {
            return Step::Wrong(Event::InvalidRecord);
        };
        let skip = Step::Took(HEADER, if left == 0 { Way::Packet } else { Way::Skip(left) });
        match number {
            NEW_KEYS => {
                self.reach(direction, progress::FINISHED);
                Step::Took(HEADER, Way::Encrypted)
            }
            KEX_INIT if self.hassh => {
                // LIMIT: a longer offer is passed over.
                if length > MAX_KEX {
                    self.transactions.event(Event::LongKexRecord as u8);
                    return skip;
                }
                let end = HEADER.saturating_add(left);
                let Some(message) = data.get(HEADER..end) else {
                    return Step::Wanted(end);
                };
                let message = message
                    .get(..left.saturating_sub(usize::from(padding)))
                    .unwrap_or_default();
                if let Some(tx) = self.transactions.last_mut() {
                    let side = tx.side_mut(direction);
                    if side.hassh.is_none() {
                        side.hassh = Hassh::read(message, direction).map(Box::new);
                    }
                }
                Step::Took(end, Way::Packet)
            }
            _ => skip,
        }
    }

    fn reach(&mut self, direction: Direction, progress: u8) {
        if let Some(tx) = self.transactions.last_mut() {
            let side = tx.side_mut(direction);
            side.progress = side.progress.max(progress);
        }
    }
}

const KEX_INIT: u8 = 20;
const NEW_KEYS: u8 = 21;

/// Bytes of a packet up to and with the number of its message.
const HEADER: usize = 6;

/// LIMIT: bytes of a banner, with the end of its line (RFC 4253 section 4.2 has 255).
const MAX_BANNER: usize = 256;

/// LIMIT: bytes of a key exchange.
const MAX_KEX: usize = 65_535;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::Conversation;
    use crate::ssh::APPLICATION;
    use engine::app_layer::TxState;
    use engine::buffer::tx_as;
    use proptest::prelude::*;

    const CLIENT: &[u8] = b"SSH-2.0-OpenSSH_7.4\r\n";
    const SERVER: &[u8] = b"SSH-1.99-dropbear_2019 and a comment\r\n";

    fn packet(body: &[u8]) -> Vec<u8> {
        let length = (body.len() as u32 + 5).to_be_bytes();
        [&length[..], &[4], body, &[0; 4]].concat()
    }

    fn kex() -> Vec<u8> {
        let mut body = vec![KEX_INIT];
        body.extend([7; 16]);
        for list in [
            "kex", "key", "enc", "enc-back", "mac", "mac-back", "none", "zlib", "", "",
        ] {
            body.extend((list.len() as u32).to_be_bytes());
            body.extend(list.as_bytes());
        }
        body.extend([0; 5]);
        packet(&body)
    }

    fn state(talk: &Conversation) -> (&TxState, &SshTx) {
        let (state, tx) = talk.transactions().get(0).expect("a transaction");
        (state, tx_as::<SshTx>(tx).expect("of this protocol"))
    }

    #[test]
    fn a_connection_in_any_pieces() {
        for piece in [1, 2, 7, 1000] {
            let mut talk = Conversation::new(&APPLICATION);
            let keys = packet(&[NEW_KEYS]);
            talk.server(&[SERVER, &kex()].concat(), piece).client(
                &[CLIENT, &kex(), &packet(&[30, 1, 2]), &keys, b"encrypted"].concat(),
                piece,
            );
            assert!(!talk.flow.take_effects().no_payload);
            talk.server(&[&keys[..], b"encrypted"].concat(), piece);
            assert!(talk.flow.take_effects().no_payload);
            let (state, tx) = state(&talk);
            assert!(state.events.is_empty());
            assert_eq!((tx.client.progress, tx.server.progress), (3, 3));
            let banner = tx.server.banner.as_ref().expect("a banner");
            assert_eq!(
                (&banner.protocol[..], &banner.software[..]),
                (&b"1.99"[..], &b"dropbear_2019"[..])
            );
            let line = |side: &Side| side.hassh.as_ref().map(|hassh| hassh.line.clone());
            assert_eq!(line(&tx.client).as_deref(), Some(&b"kex;enc;mac;none"[..]));
            assert_eq!(line(&tx.server).as_deref(), Some(&b"kex;enc-back;mac-back;zlib"[..]));
        }
    }

    #[test]
    fn what_is_wrong_is_an_event() {
        let says = |data: &[u8]| {
            let mut talk = Conversation::new(&APPLICATION);
            talk.server(SERVER, 99).client(data, 13);
            let (state, _) = state(&talk);
            (state.events.iter().collect::<Vec<_>>(), talk.flow.is_off())
        };
        assert_eq!(says(b"SSH-2.0\r\n"), (vec![Event::InvalidBanner as u8], true));
        assert_eq!(says(b"hello\r\n"), (vec![Event::InvalidBanner as u8], true));
        let long = [b"SSH-2.0-".to_vec(), vec![b'a'; 400], b"\r\n".to_vec(), kex()].concat();
        assert_eq!(says(&long), (vec![Event::LongBanner as u8], false));
        assert_eq!(
            says(&[CLIENT, &[0, 0, 0, 1, 4, 20]].concat()),
            (vec![Event::InvalidRecord as u8], true)
        );
        let long = [CLIENT, &[0x7f, 0, 0, 0, 4, KEX_INIT, 1, 2]].concat();
        assert_eq!(says(&long), (vec![Event::LongKexRecord as u8], false));
    }

    proptest! {
        #[test]
        fn any_bytes_do_no_harm(bytes in proptest::collection::vec(any::<u8>(), 0..300), piece in 1usize..40) {
            let mut talk = Conversation::new(&APPLICATION);
            talk.server(SERVER, 99).client(CLIENT, 99).client(&bytes, piece).server(&packet(&bytes), piece).end();
        }
    }
}
