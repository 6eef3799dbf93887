//! `ftpbounce`: an FTP client that names another host for the data.

use std::net::{IpAddr, Ipv4Addr};

use packet::Transport;

use crate::keyword::{Keyword, Kind};
use crate::rule::{PacketCheck, PacketContext};

/// `ftpbounce`: an FTP client that names another host for the data.
pub static FTPBOUNCE: Keyword = Keyword {
    name: "ftpbounce",
    aliases: &[],
    summary: "FTP PORT command with another host's address",
    docs: "The packet has an FTP command `PORT h1,h2,h3,h4,p1,p2` whose address is not the packet's source: the client makes the server \
           connect to a third host. Takes no value.",
    example: "alert tcp any any -> any 21 (msg:\"bounce\"; flow:to_server; content:\"PORT\"; nocase; ftpbounce; sid:1;)",
    deviation: Some(
        "Looks at the packet, not at the FTP transaction: a command that is split over packets is not seen.",
    ),
    kind: Kind::Packet(|arg| {
        arg.none()?;
        Ok(Box::new(FtpBounce))
    }),
};

#[derive(Debug)]
struct FtpBounce;

impl PacketCheck for FtpBounce {
    fn matches(&self, context: &PacketContext<'_>) -> bool {
        if !matches!(context.packet.transport, Transport::Tcp(_)) {
            return false;
        }
        let lines = context.packet.payload.split(|b| *b == b'\n');
        let mut named = lines.filter_map(port_address);
        named.any(|address| context.packet.src() != Some(IpAddr::V4(address)))
    }

    fn cost(&self) -> u8 {
        2
    }
}

/// The address of a `PORT` command.
fn port_address(line: &[u8]) -> Option<Ipv4Addr> {
    let (command, rest) = line.split_at_checked(4)?;
    if !command.eq_ignore_ascii_case(b"PORT") {
        return None;
    }
    let mut octets = rest
        .trim_ascii()
        .split(|b| *b == b',')
        .map(|field| std::str::from_utf8(field).ok()?.trim().parse::<u8>().ok());
    let mut next = || octets.next().flatten();
    Some(Ipv4Addr::new(next()?, next()?, next()?, next()?))
}

#[cfg(test)]
mod tests {
    use rule_parser::Dialect;
    use testkit::layer::Tcp;

    use super::*;
    use crate::keywords::sample::{between, check, meets};

    #[test]
    fn another_address_than_the_source() {
        let check = check(&FTPBOUNCE, "", Dialect::Suricata).expect("no value");
        let frame = |command: &[u8]| {
            between("10.0.0.1", "10.0.0.2")
                .layer(Tcp::new(1, 21))
                .payload(command)
                .build()
        };
        assert!(meets(&*check, &frame(b"port 192,0,2,7,4,1\r\n")));
        assert!(meets(&*check, &frame(b"NOOP\r\nPORT 192,0,2,7,4,1\r\n")));
        assert!(!meets(&*check, &frame(b"PORT 10,0,0,1,4,1\r\n")));
        assert!(!meets(&*check, &frame(b"PORT 192,0,2\r\n")) && !meets(&*check, &frame(b"PORT 300,0,0,1,4,1\r\n")));
    }
}
