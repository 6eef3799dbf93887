//! Commands: their names, and the addresses that some carry. RFC 959, RFC 2428 (EPRT, EPSV).

/// What a line of the client says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Command<'a> {
    /// Its name in upper case; `None` for one that is not known.
    pub(super) name: Option<&'static str>,
    /// What follows the name and a space, without white space at its end.
    pub(super) data: &'a [u8],
}

/// Which way the data of a transfer goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transfer {
    /// A file to the server.
    Upload,
    /// A file to the client.
    Download,
    /// A list of names to the client.
    Listing,
}

impl<'a> Command<'a> {
    /// Reads a line without its end.
    pub(super) fn read(line: &'a [u8]) -> Self {
        let word = line.split(|b| matches!(b, b' ' | b'\t')).next().unwrap_or_default();
        let tls = b"auth tls";
        if line
            .get(..tls.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(tls))
        {
            return Self {
                name: Some(AUTH_TLS),
                data: argument(line, tls.len()),
            };
        }
        // Suricata: `XPWD` is `PWD`: a name is found anywhere in the word. PERF: names are short, and so is what is looked at.
        let word = word.get(..word.len().min(MAX_WORD)).unwrap_or_default();
        let name = NAMES.iter().copied().find(|name| {
            let name = name.as_bytes();
            word.windows(name.len()).any(|window| window.eq_ignore_ascii_case(name))
        });
        Self {
            name,
            data: name.map(|name| argument(line, name.len())).unwrap_or_default(),
        }
    }

    /// Which way data goes that the command asks for.
    pub(super) fn transfer(&self) -> Option<Transfer> {
        match self.name? {
            "STOR" | "STOU" | "APPE" => Some(Transfer::Upload),
            "RETR" => Some(Transfer::Download),
            "LIST" | "NLST" | "MLSD" => Some(Transfer::Listing),
            _ => None,
        }
    }
}

/// What follows a command of so many bytes and a space.
fn argument(line: &[u8], command: usize) -> &[u8] {
    line.get(command.saturating_add(1)..)
        .unwrap_or_default()
        .trim_ascii_end()
}

/// The port of `h1,h2,h3,h4,p1,p2`, wherever that stands in the text.
pub(super) fn port_of_list(text: &[u8]) -> Option<u16> {
    let start = text.iter().position(u8::is_ascii_digit)?;
    let numbers = text.get(start..)?;
    let end = numbers
        .iter()
        .position(|b| !b.is_ascii_digit() && *b != b',' && *b != b' ')
        .unwrap_or(numbers.len());
    let mut parts = numbers
        .get(..end)?
        .split(|b| *b == b',')
        .map(|part| number(part.trim_ascii()));
    for _ in 0..4 {
        parts.next()?.filter(|n| *n <= 255)?;
    }
    let (high, low) = (parts.next()??, parts.next()??);
    let bytes = [u8::try_from(high).ok()?, u8::try_from(low).ok()?];
    Some(u16::from_be_bytes(bytes)).filter(|port| *port != 0)
}

/// The port of `|proto|address|port|`, wherever that stands in the text; any byte may stand for the bar.
pub(super) fn port_of_bars(text: &[u8]) -> Option<u16> {
    let text = match memchr::memchr(b'(', text) {
        Some(at) => text.get(at.saturating_add(1)..)?,
        None => text.trim_ascii_start(),
    };
    let bar = *text.first().filter(|b| b.is_ascii_graphic() && !b.is_ascii_digit())?;
    let port = text.split(|b| *b == bar).nth(3)?;
    number(port)
        .and_then(|port| u16::try_from(port).ok())
        .filter(|port| *port != 0)
}

fn number(digits: &[u8]) -> Option<u32> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// `AUTH TLS`, RFC 4217.
pub(super) const AUTH_TLS: &str = "AUTH TLS";

/// Bytes of a line in which a command is looked for.
const MAX_WORD: usize = 16;

/// The commands that have a name in records and rules.
const NAMES: &[&str] = &[
    "ABOR", "ACCT", "ALLO", "APPE", "CDUP", "CHMOD", "CWD", "DELE", "EPRT", "EPSV", "HELP", "IDLE", "LIST", "MAIL",
    "MDTM", "MKD", "MLFL", "MLSD", "MODE", "MRCP", "MRSQ", "MSAM", "MSND", "MSOM", "NLST", "NOOP", "PASS", "PASV",
    "PORT", "PWD", "QUIT", "REIN", "REST", "RETR", "RMD", "RNFR", "RNTO", "SITE", "SIZE", "SMNT", "STAT", "STOR",
    "STOU", "STRU", "SYST", "TYPE", "UMASK", "USER",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_data() {
        let read = |line: &'static str| {
            let command = Command::read(line.as_bytes());
            (command.name, String::from_utf8_lossy(command.data).into_owned())
        };
        assert_eq!(read("user a b  "), (Some("USER"), "a b".into()));
        assert_eq!(read("XPWD"), (Some("PWD"), String::new()));
        assert_eq!(read("auth tls"), (Some("AUTH TLS"), String::new()));
        assert_eq!(read("FEAT x"), (None, String::new()));
        assert_eq!(read(""), (None, String::new()));
    }

    #[test]
    fn ports() {
        assert_eq!(port_of_list(b"10,0,0,1,4,5"), Some(1029));
        assert_eq!(port_of_list(b"Entering Passive Mode (10,0,0,2,200,10)."), Some(51210));
        assert_eq!(port_of_bars(b"Entering Extended Passive Mode (|||58612|)"), Some(58612));
        assert_eq!(port_of_bars(b"|2|2601::1|34325|"), Some(34325));
        for wrong in [&b""[..], b"1,2,3", b"1,2,3,4,300,1", b"1,2,3,4,0,0", b"999,2,3,4,5,6"] {
            assert_eq!((port_of_list(wrong), port_of_bars(wrong)), (None, None));
        }
        assert_eq!(port_of_bars(b"|1|10.0.0.1|99999|"), None);
    }
}
