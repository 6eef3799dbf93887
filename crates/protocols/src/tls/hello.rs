//! The hellos of client and server (RFC 8446 section 4.1, RFC 5246 section 7.4.1).

use super::Event;
use super::reader::{Reader, numbers};
use super::version::Version;

/// A hello: what the client offers, or what the server chose.
#[derive(Clone, Debug, Default)]
pub struct Hello {
    /// The version in its old place, where TLS 1.3 has 1.2.
    pub version: Version,
    /// 32 random bytes.
    pub random: [u8; 32],
    /// The session's id; empty when there is none.
    pub session_id: Vec<u8>,
    /// The cipher suites; of a server, one.
    pub ciphers: Vec<u16>,
    /// The extensions' numbers, in order.
    pub extensions: Vec<u16>,
    /// `supported_groups`.
    pub groups: Vec<u16>,
    /// `ec_point_formats`.
    pub formats: Vec<u8>,
    /// `signature_algorithms`.
    pub signatures: Vec<u16>,
    /// `supported_versions`: the client's, or the one the server chose.
    pub versions: Vec<Version>,
    /// The protocols of ALPN; of a server, one.
    pub alpns: Vec<Vec<u8>>,
    /// The server's name, as the client has it.
    pub sni: Option<Vec<u8>>,
    /// There is a `server_name` extension, whatever is in it.
    pub has_sni: bool,
    /// There is a `session_ticket` extension, with a ticket or without.
    pub ticket: bool,
    /// The client sends data before the handshake is over.
    pub early_data: bool,
}

impl Hello {
    /// Reads a `ClientHello`; what is wrong with it goes to `event`. `None` where it ends too early or its lengths
    /// contradict each other: what came before is lost with it.
    pub(super) fn client(body: &[u8], event: &mut dyn FnMut(Event)) -> Option<Self> {
        let mut reader = Reader(body);
        let mut hello = Self::start(&mut reader)?;
        hello.ciphers = numbers(reader.vec16()?);
        reader.vec8()?;
        hello.extensions(reader, true, event)?;
        Some(hello)
    }

    /// Reads a `ServerHello`.
    pub(super) fn server(body: &[u8], event: &mut dyn FnMut(Event)) -> Option<Self> {
        let mut reader = Reader(body);
        let version = Version(u16::from_be_bytes(body.first_chunk().copied()?));
        let mut hello = if version.is_draft() && version.0 & 0xff < 22 {
            // Drafts 18 to 21 of TLS 1.3 have no session id and no compression here, and their own version.
            reader.u16()?;
            let mut hello = Self {
                version,
                random: reader.take(32)?.try_into().ok()?,
                ..Self::default()
            };
            hello.ciphers = vec![reader.u16()?];
            hello
        } else {
            let mut hello = Self::start(&mut reader)?;
            hello.ciphers = vec![reader.u16()?];
            reader.u8()?;
            hello
        };
        hello.extensions(reader, false, event)?;
        Some(hello)
    }

    /// The version that the whole hello stands for.
    ///
    /// Of a client it is the first that there is of those it offers; a server names the one it chose.
    pub fn real_version(&self) -> Version {
        let offered = self.versions.iter().find(|version| version.is_of_records());
        offered.copied().unwrap_or(self.version)
    }

    fn start(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            version: Version(reader.u16()?),
            random: reader.take(32)?.try_into().ok()?,
            session_id: reader.vec8()?.to_vec(),
            ..Self::default()
        })
    }

    /// Reads the extensions, of which SSL 3 and old clients have none.
    fn extensions(&mut self, mut reader: Reader<'_>, client: bool, event: &mut dyn FnMut(Event)) -> Option<()> {
        if reader.is_empty() {
            return Some(());
        }
        let mut list = Reader(reader.vec16()?);
        while !list.is_empty() {
            let number = list.u16()?;
            let data = list.vec16()?;
            self.extensions.push(number);
            self.extension(number, data, client, event);
        }
        Some(())
    }

    fn extension(&mut self, number: u16, data: &[u8], client: bool, event: &mut dyn FnMut(Event)) {
        let mut reader = Reader(data);
        match number {
            SERVER_NAME if client => self.server_name(reader, event),
            GROUPS => self.groups = reader.vec16().map(numbers).unwrap_or_default(),
            FORMATS => self.formats = reader.vec8().unwrap_or_default().to_vec(),
            SIGNATURES => self.signatures = reader.vec16().map(numbers).unwrap_or_default(),
            ALPN => {
                let mut list = Reader(reader.vec16().unwrap_or_default());
                self.alpns.clear();
                while let Some(name) = list.vec8() {
                    self.alpns.push(name.to_vec());
                }
            }
            TICKET => self.ticket = true,
            EARLY_DATA => self.early_data = client,
            VERSIONS => {
                let list = if client { reader.vec8() } else { reader.take(2) };
                self.versions = numbers(list.unwrap_or_default()).into_iter().map(Version).collect();
            }
            _ => {}
        }
    }

    /// RFC 6066 section 3: a list of names, of which the only type there is, a host's, can be there once.
    fn server_name(&mut self, mut reader: Reader<'_>, event: &mut dyn FnMut(Event)) {
        if std::mem::replace(&mut self.has_sni, true) {
            event(Event::MultipleSniExtensions);
            return;
        }
        // Suricata: the length of the list does not matter.
        if reader.u16().is_none() {
            return;
        }
        let Some(kind) = reader.u8() else { return };
        if kind != 0 {
            event(Event::InvalidSniType);
            return;
        }
        match reader.vec16() {
            Some(name) if !name.is_empty() => self.sni = Some(name.to_vec()),
            _ => event(Event::InvalidSniLength),
        }
    }
}

const SERVER_NAME: u16 = 0;
const GROUPS: u16 = 10;
const FORMATS: u16 = 11;
const SIGNATURES: u16 = 13;
const ALPN: u16 = 16;
const TICKET: u16 = 35;
const EARLY_DATA: u16 = 42;
const VERSIONS: u16 = 43;
