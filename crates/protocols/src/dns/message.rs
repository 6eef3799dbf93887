//! One message: header, questions, and three sections of resource records (RFC 1035 section 4.1).

use packet::Direction;

use super::name::{Name, NameFlaws, Names};
use super::rdata::{self, Data};

/// A message, whose names and data are kept as places in [`bytes`](Self::bytes) and [`text`](Self::text).
#[derive(Debug)]
pub struct Message {
    /// The header.
    pub header: Header,
    /// The questions.
    pub queries: Vec<Query>,
    /// Resource records of the answer section.
    pub answers: Vec<Record>,
    /// Resource records of the authority section.
    pub authorities: Vec<Record>,
    /// Resource records of the additional section.
    pub additionals: Vec<Record>,
    /// Every name of an answer that is not empty: of the questions, of the records, and where records lead to.
    pub response_names: Vec<Name>,
    /// The message as it came.
    pub bytes: Vec<u8>,
    /// The text of its names.
    pub text: Vec<u8>,
    pub(super) flaws: Flaws,
}

/// What was odd about a message that could be read all the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flaws {
    pub names: NameFlaws,
    pub authorities: bool,
    pub additionals: bool,
}

/// The header of a message (RFC 1035 section 4.1.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// What ties an answer to its question.
    pub id: u16,
    /// All flags, opcode and response code among them.
    pub flags: u16,
    /// How many questions, answers, authorities and additional records it says there are.
    pub counts: [u16; 4],
}

/// A question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Query {
    /// What is asked for.
    pub name: Name,
    /// The type of record that is asked for.
    pub rrtype: u16,
    /// Its class.
    pub class: u16,
}

/// A resource record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// What it is about.
    pub name: Name,
    /// Its type.
    pub rrtype: u16,
    /// Its class.
    pub class: u16,
    /// How long it may be kept, in seconds.
    pub ttl: u32,
    /// What it says.
    pub data: Data,
}

impl Header {
    /// Bytes of a header.
    pub const LEN: usize = 12;

    /// Reads the header at the start of a message; `None` when it is cut.
    pub fn read(message: &[u8]) -> Option<Self> {
        let mut words = [0u16; 6];
        for (word, bytes) in words.iter_mut().zip(message.get(..Self::LEN)?.chunks_exact(2)) {
            *word = u16::from_be_bytes(bytes.try_into().ok()?);
        }
        let [id, flags, counts @ ..] = words;
        Some(Self { id, flags, counts })
    }

    /// Whether it is an answer.
    pub fn is_response(self) -> bool {
        self.flags & 0x8000 != 0
    }

    /// The kind of question.
    pub fn opcode(self) -> u8 {
        (self.flags >> 11) as u8 & 0xf
    }

    /// The response code.
    pub fn rcode(self) -> u16 {
        self.flags & 0xf
    }

    /// The bit that must be zero.
    pub fn z(self) -> bool {
        self.flags & 0x40 != 0
    }
}

impl Message {
    /// Reads a message that goes in a direction; `None` when it is malformed.
    ///
    /// Bytes behind it do not matter. An authority or additional section that is malformed is left where it stops to
    /// make sense; so is, in a question, an answer section.
    pub(super) fn read(bytes: &[u8], direction: Direction) -> Option<Self> {
        let header = Header::read(bytes)?;
        let response = direction == Direction::ToClient;
        let mut reader = Reader {
            bytes,
            at: Header::LEN,
            names: Names::new(bytes),
        };
        let [questions, answer_count, authority_count, additional_count] = header.counts;
        let mut queries = Vec::with_capacity(usize::from(questions).min(4));
        for _ in 0..questions {
            queries.push(reader.query()?);
        }
        let mut flaws = Flaws::default();
        let (answers, answers_whole) = reader.section(answer_count);
        if !answers_whole && response {
            return None;
        }
        let (mut authorities, mut additionals) = (Vec::new(), Vec::new());
        if answers_whole {
            let whole;
            (authorities, whole) = reader.section(authority_count);
            flaws.authorities = !whole;
            if whole {
                let whole;
                (additionals, whole) = reader.section(additional_count);
                flaws.additionals = !whole;
            }
        }
        if !response {
            // Suricata: what a question has beside its questions is no concern of these events.
            (flaws.authorities, flaws.additionals) = (false, false);
        }
        flaws.names = reader.names.flaws;
        let response_names = if response {
            all_names(&queries, [&answers, &authorities, &additionals])
        } else {
            Vec::new()
        };
        Some(Self {
            response_names,
            header,
            queries,
            answers,
            authorities,
            additionals,
            bytes: bytes.to_vec(),
            text: reader.names.text,
            flaws,
        })
    }

    /// The bytes of a name.
    pub fn name(&self, name: Name) -> &[u8] {
        name.bytes(&self.text)
    }
}

fn all_names(queries: &[Query], sections: [&[Record]; 3]) -> Vec<Name> {
    let mut list: Vec<Name> = queries.iter().map(|query| query.name).collect();
    for record in sections.into_iter().flatten() {
        list.push(record.name);
        match &record.data {
            Data::Name(name) => list.push(*name),
            Data::Soa(soa) => list.push(soa.mname),
            _ => {}
        }
    }
    list.retain(|name| !name.is_empty());
    list
}

struct Reader<'m> {
    bytes: &'m [u8],
    at: usize,
    names: Names<'m>,
}

impl Reader<'_> {
    fn query(&mut self) -> Option<Query> {
        let (name, at) = self.names.read(self.at, self.bytes.len())?;
        self.at = at;
        Some(Query {
            name,
            rrtype: self.number()?,
            class: self.number()?,
        })
    }

    /// So many records, or those before the first that is malformed; whether there are all.
    fn section(&mut self, count: u16) -> (Vec<Record>, bool) {
        let mut list = Vec::with_capacity(usize::from(count).min(4));
        for _ in 0..count {
            match self.record() {
                Some(record) => list.push(record),
                None => return (list, false),
            }
        }
        (list, true)
    }

    fn record(&mut self) -> Option<Record> {
        let (name, at) = self.names.read(self.at, self.bytes.len())?;
        self.at = at;
        let rrtype = self.number()?;
        let class = self.number()?;
        let ttl = u32::from(self.number()?) << 16 | u32::from(self.number()?);
        let length = usize::from(self.number()?);
        let start = self.at;
        let end = start.saturating_add(length);
        if end > self.bytes.len() {
            return None;
        }
        self.at = end;
        Some(Record {
            name,
            rrtype,
            class,
            ttl,
            data: rdata::read(self.bytes, &mut self.names, rrtype, start, end)?,
        })
    }

    fn number(&mut self) -> Option<u16> {
        let end = self.at.saturating_add(2);
        let bytes = self.bytes.get(self.at..end)?;
        self.at = end;
        Some(u16::from_be_bytes(bytes.try_into().ok()?))
    }
}
