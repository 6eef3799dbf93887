//! What Suricata and Snort know and this program does not yet: a rule that uses it is refused with that reason, and
//! counted, rather than called wrong. The registry is asked first, so a name may stay here after it is supported.

/// Whether Suricata or Snort has a keyword of that name.
pub(super) fn is_keyword(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let family = name
        .split_once('.')
        .or_else(|| name.split_once('_'))
        .map(|(family, _)| family);
    KEYWORDS.contains(&name.as_str()) || family.is_some_and(|family| FAMILIES.contains(&family))
}

/// Whether Suricata or Snort has a protocol of that name.
pub fn is_protocol(name: &str) -> bool {
    PROTOCOLS.contains(&name.to_ascii_lowercase().as_str())
}

/// The first part of keywords that belong to an application protocol: `http.uri`, `tls_sni`.
const FAMILIES: &[&str] = &[
    "arp",
    "bacnet",
    "cip",
    "dce",
    "dcerpc",
    "dhcp",
    "dnp3",
    "dns",
    "email",
    "enip",
    "file",
    "ftp",
    "ftpdata",
    "gtp",
    "http",
    "http2",
    "iec104",
    "ike",
    "ja3",
    "ja3s",
    "ja4",
    "js",
    "krb5",
    "ldap",
    "llmnr",
    "mdns",
    "mms",
    "modbus",
    "mqtt",
    "nfs",
    "ntp",
    "opcua",
    "pgsql",
    "pop3",
    "quic",
    "rdp",
    "rfb",
    "s7commplus",
    "sdp",
    "sip",
    "smb",
    "smtp",
    "snmp",
    "ssh",
    "ssl",
    "template",
    "tls",
    "vba",
    "websocket",
];

/// Keywords outside those families.
const KEYWORDS: &[&str] = &[
    "absent",
    "appids",
    "app-layer-event",
    "app-layer-protocol",
    "app-layer-state",
    "ber_data",
    "ber_skip",
    "config",
    "cvs",
    "entropy",
    "fileext",
    "filemagic",
    "filemd5",
    "filename",
    "filesha1",
    "filesha256",
    "filesize",
    "filestore",
    "flowvar",
    "frame",
    "ftpbounce",
    "lua",
    "luaxform",
    "modbus",
    "nfq_set_mark",
    "pktvar",
    "regex",
    "sd_pattern",
    "tls_store",
    "uricontent",
    "urilen",
];

const PROTOCOLS: &[&str] = &[
    "bittorrent-dht",
    "dcerpc",
    "dhcp",
    "dnp3",
    "dns",
    "doh2",
    "enip",
    "file",
    "ftp",
    "ftp-data",
    "http",
    "http1",
    "http2",
    "ike",
    "ikev2",
    "imap",
    "krb5",
    "ldap",
    "llmnr",
    "mdns",
    "modbus",
    "mqtt",
    "nfs",
    "ntp",
    "pgsql",
    "pop3",
    "quic",
    "rdp",
    "rfb",
    "sip",
    "smb",
    "smtp",
    "snmp",
    "ssh",
    "telnet",
    "template",
    "tftp",
    "tls",
    "user",
    "websocket",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_and_single_names() {
        assert!(is_keyword("http.uri") && is_keyword("tls_sni") && is_keyword("lua"));
        assert!(!is_keyword("contnet") && !is_keyword("htp.uri"));
        assert!(is_protocol("HTTP") && !is_protocol("htp"));
    }
}
