//! What `app-layer.protocols.http` says: the default configuration, and those of servers.

use std::net::IpAddr;
use std::sync::Arc;

use engine::app_layer::Settings;

use super::body::BodySettings;
use super::normalize::{Decoding, Personality};

/// The configurations of all servers.
#[derive(Debug)]
pub(super) struct Config {
    default: Arc<Server>,
    /// By address; the longest prefix counts.
    servers: Vec<(Network, Arc<Server>)>,
}

/// How flows to a server are read.
#[derive(Debug)]
pub(super) struct Server {
    pub decoding: Decoding,
    pub bodies: Arc<BodySettings>,
    /// LIMIT: bytes of a line.
    pub line: usize,
    /// LIMIT: fields of the headers of a message.
    pub headers: usize,
    /// LIMIT: transactions of a flow that wait for their end.
    pub transactions: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Config {
    /// Reads what is below `app-layer.protocols.http`.
    ///
    /// # Errors
    /// What is wrong with a setting.
    pub fn read(settings: &Settings) -> Result<Self, String> {
        let base = Server {
            decoding: Personality::default().decoding(),
            bodies: Arc::new(BodySettings::default()),
            line: 18_000,
            headers: 1024,
            transactions: 512,
        };
        let libhtp = settings.below("libhtp");
        let default = Server::read(&libhtp.below("default-config"), &base)?;
        let mut servers = Vec::new();
        for name in names(&libhtp.below("server-config")) {
            let own = libhtp.below("server-config").below(&name);
            let server = Arc::new(Server::read(&own, &default)?);
            for text in own.list("address") {
                for part in text.trim_matches(['[', ']']).split(',') {
                    let network = Network::read(part.trim().trim_matches('"'));
                    let network = network.ok_or_else(|| own.wrong("address", "write addresses or networks"))?;
                    servers.push((network, Arc::clone(&server)));
                }
            }
        }
        servers.sort_by_key(|(network, _)| std::cmp::Reverse(network.prefix));
        Ok(Self {
            default: Arc::new(default),
            servers,
        })
    }

    /// The configuration of the server at an address.
    pub fn server(&self, address: IpAddr) -> &Arc<Server> {
        let own = self.servers.iter().find(|(network, _)| network.has(address));
        own.map_or(&self.default, |(_, server)| server)
    }
}

impl Server {
    fn read(settings: &Settings, base: &Self) -> Result<Self, String> {
        let mut decoding = match settings.text("personality").filter(|name| !name.is_empty()) {
            None => base.decoding,
            Some(name) => Personality::named(name)
                .ok_or_else(|| {
                    settings.wrong(
                        "personality",
                        "write Minimal, Generic, IDS, IIS_4_0 to IIS_7_5, Apache or Apache_2",
                    )
                })?
                .decoding(),
        };
        let flags = [
            ("path-convert-backslash-separators", &mut decoding.backslash),
            ("path-separators-decode", &mut decoding.separators),
            ("path-separators-compress", &mut decoding.compress),
            ("path-u-encoding-decode", &mut decoding.wide),
            ("path-convert-utf8", &mut decoding.utf8),
            ("query-plusspace-decode", &mut decoding.plus),
            ("double-decode-path", &mut decoding.double_path),
            ("double-decode-query", &mut decoding.double_query),
            ("uri-include-all", &mut decoding.include_all),
        ];
        for (name, flag) in flags {
            *flag = settings.flag(name, *flag)?;
        }
        let bodies = BodySettings::read(settings, &base.bodies)?;
        let line = settings.size("meta-field-limit", base.line as u64)?;
        Ok(Self {
            decoding,
            bodies: Arc::new(bodies),
            line: settings.size("field-limit", line)?.clamp(1, MAX_LINE) as usize,
            headers: settings
                .number("headers-limit", base.headers as u64)?
                .clamp(1, MAX_HEADERS) as usize,
            transactions: settings
                .number("max-tx", base.transactions as u64)?
                .clamp(1, MAX_TRANSACTIONS) as usize,
        })
    }
}

impl Network {
    fn read(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/').map_or((text, None), |(a, p)| (a, Some(p)));
        let address: IpAddr = address.parse().ok()?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Some(longest), |text| text.parse().ok())?;
        (prefix <= longest).then_some(Self { address, prefix })
    }

    fn has(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let mask = u32::MAX
                    .checked_shl(32u32.saturating_sub(self.prefix.into()))
                    .unwrap_or(0);
                (u32::from(own) ^ u32::from(other)) & mask == 0
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let mask = u128::MAX
                    .checked_shl(128u32.saturating_sub(self.prefix.into()))
                    .unwrap_or(0);
                (u128::from(own) ^ u128::from(other)) & mask == 0
            }
            _ => false,
        }
    }
}

/// The names below a part of the configuration: of a map, or of maps in a list (`0.apache`).
fn names(settings: &Settings) -> Vec<String> {
    let mut names = Vec::new();
    for path in settings.paths() {
        let mut words = path.split('.');
        let Some(first) = words.next() else { continue };
        let name = match words.next() {
            Some(second) if first.bytes().all(|b| b.is_ascii_digit()) => format!("{first}.{second}"),
            Some(_) => first.to_owned(),
            None => continue,
        };
        if names.last() != Some(&name) {
            names.push(name);
        }
    }
    names
}

const MAX_LINE: u64 = 1 << 20;
const MAX_HEADERS: u64 = 1 << 16;
const MAX_TRANSACTIONS: u64 = 1 << 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_prefix_counts() {
        let mut settings = Settings::default();
        settings.set("libhtp.default-config.personality", "Minimal");
        settings.set("libhtp.default-config.max-tx", "7");
        settings.set("libhtp.server-config.0.apache.address.0", "10.0.0.0/8");
        settings.set("libhtp.server-config.0.apache.address.1", "::1");
        settings.set("libhtp.server-config.0.apache.personality", "Apache_2");
        settings.set("libhtp.server-config.1.iis.address", "[10.1.0.0/16, 192.168.1.1]");
        settings.set("libhtp.server-config.1.iis.double-decode-path", "yes");
        let config = Config::read(&settings).expect("settings that hold");
        let of = |address: &str| config.server(address.parse().expect("an address"));
        assert_eq!(of("1.2.3.4").decoding, Personality::Minimal.decoding());
        assert_eq!(of("10.2.3.4").decoding, Personality::Apache.decoding());
        assert_eq!(of("::1").decoding, Personality::Apache.decoding());
        assert!(of("10.1.3.4").decoding.double_path && of("192.168.1.1").decoding.double_path);
        assert_eq!(of("10.1.3.4").transactions, 7);
    }

    #[test]
    fn what_is_wrong_is_told() {
        for (path, value) in [
            ("libhtp.default-config.personality", "nginx"),
            ("libhtp.default-config.double-decode-path", "perhaps"),
            ("libhtp.server-config.a.address", "10.0.0.0/40"),
        ] {
            let mut settings = Settings::default();
            settings.set(path, value);
            assert!(Config::read(&settings).is_err(), "{path}");
        }
    }
}
