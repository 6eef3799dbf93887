//! Sets that resemble those of rules, and traffic that resembles traffic, from a seeded generator.

use engine::mpm::Pattern;

use super::Case;

pub(super) const NAMES: &[&str] = &[
    "uri 10",
    "uri 100",
    "uri 1000",
    "uri 10000",
    "uri 32000",
    "domain 1000",
    "domain 10000",
    "binary 100",
    "binary 1000",
    "mixed 32000",
];

/// The case of a name: what kind of literals, and how many.
pub(super) fn case(name: &str) -> Option<Case> {
    let (kind, count) = name.split_once(' ')?;
    let count: usize = count.parse().ok()?;
    let mut random = Random(0x5EED + count as u64);
    let pattern = |random: &mut Random| match kind {
        "uri" => random.uri_piece(),
        "domain" => random.domain(),
        "binary" => random.binary(),
        _ => match random.below(4) {
            0 => random.binary(),
            1 => random.domain(),
            _ => random.uri_piece(),
        },
    };
    let patterns = (0..count).map(|_| Pattern {
        bytes: pattern(&mut random).into(),
        nocase: random.below(2) == 0,
    });
    let patterns = patterns.collect();
    let haystacks = (0..400)
        .map(|_| match kind {
            "uri" => random.uri(),
            "domain" => random.domain(),
            "binary" => random.payload(),
            _ => random.packet(),
        })
        .collect();
    Some(Case { patterns, haystacks })
}

/// A generator that gives the same on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % end
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }

    /// A word that could be English, or what malware authors type.
    fn word(&mut self) -> String {
        let syllables = 1 + self.below(4);
        let mut word: String = (0..syllables).map(|_| self.pick(SYLLABLES)).collect();
        if self.below(6) == 0 {
            word.push_str(&self.below(1000).to_string());
        }
        word
    }

    fn uri_piece(&mut self) -> Vec<u8> {
        let word = self.word();
        let piece = match self.below(6) {
            0 => format!("/{word}.{}", self.pick(EXTENSIONS)),
            1 => format!("/{word}/{}.{}", self.word(), self.pick(EXTENSIONS)),
            2 => format!("?{word}={}", self.below(100)),
            3 => format!("&{word}="),
            4 => format!("{word}/{}?{}=", self.word(), self.word()),
            _ => format!("/{word}/"),
        };
        piece.into_bytes()
    }

    fn uri(&mut self) -> Vec<u8> {
        let mut uri = Vec::new();
        for _ in 0..1 + self.below(6) {
            uri.extend(self.uri_piece());
        }
        uri
    }

    fn domain(&mut self) -> Vec<u8> {
        let host = if self.below(3) == 0 {
            "www.".to_owned()
        } else {
            String::new()
        };
        format!("{host}{}{}.{}", self.word(), self.word(), self.pick(TOP_LEVEL)).into_bytes()
    }

    fn binary(&mut self) -> Vec<u8> {
        let len = 4 + self.below(12);
        self.bytes(len)
    }

    /// Bytes as protocols and code have them: many zeros and small numbers.
    fn bytes(&mut self, len: usize) -> Vec<u8> {
        let byte = |random: &mut Self| match random.below(4) {
            0 => 0,
            1 => random.below(16) as u8,
            _ => random.below(256) as u8,
        };
        (0..len).map(|_| byte(self)).collect()
    }

    fn payload(&mut self) -> Vec<u8> {
        let len = 40 + self.below(1360);
        self.bytes(len)
    }

    /// A request, a page, or something binary.
    fn packet(&mut self) -> Vec<u8> {
        match self.below(3) {
            0 => self.payload(),
            1 => {
                let mut request = b"GET ".to_vec();
                request.extend(self.uri());
                request.extend_from_slice(b" HTTP/1.1\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\nHost: ");
                request.extend(self.domain());
                request.extend_from_slice(b"\r\nAccept: */*\r\nConnection: keep-alive\r\n\r\n");
                request
            }
            _ => {
                let mut page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html><body>".to_vec();
                while page.len() < 1300 {
                    page.extend(format!("<p class=\"{}\">{} ", self.word(), self.word()).bytes());
                    page.extend(self.word().bytes());
                }
                page
            }
        }
    }
}

const SYLLABLES: &[&str] = &[
    "ad", "al", "ba", "bot", "ca", "com", "con", "da", "de", "di", "do", "down", "en", "er", "ex", "fi", "for", "ga",
    "get", "gi", "ho", "in", "ing", "ka", "ki", "la", "le", "li", "load", "lo", "ma", "me", "mi", "mo", "na", "ne",
    "net", "no", "on", "or", "pa", "pe", "po", "pro", "ra", "re", "ri", "ro", "sa", "se", "shop", "si", "so", "ta",
    "te", "ter", "ti", "tion", "to", "tra", "un", "up", "va", "ve", "vi", "web", "xi", "xo", "ya", "zu",
];
const EXTENSIONS: &[&str] = &["php", "html", "js", "exe", "asp", "jsp", "cgi", "png", "bin", "zip"];
const TOP_LEVEL: &[&str] = &["com", "net", "org", "ru", "top", "xyz", "info", "co.uk", "biz"];
