//! The reputation of addresses: the categories file and the lists that `iprep` asks.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

/// The reputation of addresses in categories, from 0 to 127.
///
/// A network counts for an address that no longer prefix and no line of its own says anything of, in that category.
#[derive(Clone, Debug, Default)]
pub struct Reputation {
    /// Category by short name, in lower case.
    categories: HashMap<String, u8>,
    hosts: HashMap<IpAddr, Scores>,
    /// By prefix length, the longest first.
    networks: BTreeMap<std::cmp::Reverse<u8>, HashMap<IpAddr, Scores>>,
}

/// Pairs of category and score; a host has few.
type Scores = Vec<(u8, u8)>;

impl Reputation {
    /// Reads a categories file: lines of `number,short name,description`, the number below 60.
    ///
    /// # Errors
    /// The number of the first line that is none, with what is wrong with it.
    pub fn read_categories(&mut self, text: &str) -> Result<(), String> {
        for (number, line) in lines(text) {
            let mut fields = line.splitn(3, ',').map(str::trim);
            let (Some(id), Some(name)) = (fields.next(), fields.next()) else {
                return Err(format!("line {number}: expected number,name,description"));
            };
            let id = id
                .parse::<u8>()
                .ok()
                .filter(|id| *id < MAX_CATEGORIES)
                .ok_or_else(|| format!("line {number}: `{id}` is no category number"))?;
            self.categories.insert(name.to_ascii_lowercase(), id);
        }
        Ok(())
    }

    /// Reads a reputation list: lines of `address or network,category number,score`. Later lines win.
    ///
    /// Lines that are none are left out and returned, each with its number: one of them does not spoil a list of thousands.
    pub fn read_list(&mut self, text: &str) -> Vec<(usize, String)> {
        let mut bad = Vec::new();
        for (number, line) in lines(text) {
            if self.read_line(line).is_none() {
                bad.push((number, line.to_owned()));
            }
        }
        bad
    }

    /// The number of a category, by its short name.
    pub fn category(&self, name: &str) -> Option<u8> {
        self.categories.get(&name.to_ascii_lowercase()).copied()
    }

    /// The score of an address in a category; `None` when nothing is said of it.
    pub fn score(&self, address: IpAddr, category: u8) -> Option<u8> {
        let in_category = |scores: &Scores| scores.iter().find(|(c, _)| *c == category).map(|(_, score)| *score);
        if let Some(score) = self.hosts.get(&address).and_then(in_category) {
            return Some(score);
        }
        self.networks
            .iter()
            .find_map(|(prefix, networks)| networks.get(&masked(address, prefix.0)?).and_then(in_category))
    }

    fn read_line(&mut self, line: &str) -> Option<()> {
        let mut fields = line.split(',').map(str::trim);
        let (place, category, score) = (
            fields.next()?,
            fields.next()?.parse::<u8>().ok()?,
            fields.next()?.parse::<u8>().ok()?,
        );
        if category >= MAX_CATEGORIES || score > MAX_SCORE {
            return None;
        }
        let scores = match place.split_once('/') {
            None => self.hosts.entry(place.parse().ok()?).or_default(),
            Some((address, prefix)) => {
                let (address, prefix) = (address.parse::<IpAddr>().ok()?, prefix.parse::<u8>().ok()?);
                self.networks
                    .entry(std::cmp::Reverse(prefix))
                    .or_default()
                    .entry(masked(address, prefix)?)
                    .or_default()
            }
        };
        scores.retain(|(c, _)| *c != category);
        scores.push((category, score));
        Some(())
    }
}

/// The address with only its first `prefix` bits; `None` when it has fewer.
fn masked(address: IpAddr, prefix: u8) -> Option<IpAddr> {
    match address {
        IpAddr::V4(a) if prefix <= 32 => Some(IpAddr::V4(
            (u32::from(a) & !u32::MAX.checked_shr(prefix.into()).unwrap_or(0)).into(),
        )),
        IpAddr::V6(a) if prefix <= 128 => Some(IpAddr::V6(
            (u128::from(a) & !u128::MAX.checked_shr(prefix.into()).unwrap_or(0)).into(),
        )),
        _ => None,
    }
}

/// Lines with their numbers, without comments and blank ones; ended by LF, CR or both.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text
        .split(['\n', '\r'])
        .enumerate()
        .map(|(at, line)| (at + 1, line.trim()));
    lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

/// Suricata's SREP_MAX_CATS.
const MAX_CATEGORIES: u8 = 60;

const MAX_SCORE: u8 = 127;

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn hosts_go_before_networks_and_long_prefixes_before_short() {
        let mut reputation = Reputation::default();
        reputation
            .read_categories("1,BadHosts,Known bad hosts\n# a comment\n2,Google,Known google host\n")
            .expect("categories");
        assert!(
            reputation
                .read_list("10.0.0.0/8,1,10\r10.1.0.0/16,1,20\r\n10.1.1.1,1,30\n2001:db8::/32,2,0\n")
                .is_empty()
        );
        let bad = reputation.category("badhosts").expect("a category");
        assert_eq!(reputation.score(ip("10.1.1.1"), bad), Some(30));
        assert_eq!(reputation.score(ip("10.1.1.2"), bad), Some(20));
        assert_eq!(reputation.score(ip("10.2.1.2"), bad), Some(10));
        assert_eq!(reputation.score(ip("11.2.1.2"), bad), None);
        assert_eq!(reputation.score(ip("2001:db8::1"), 2), Some(0));
        assert_eq!(reputation.score(ip("10.1.1.1"), 2), None);
    }

    #[test]
    fn bad_lines_are_told_and_left_out() {
        let mut reputation = Reputation::default();
        let bad = reputation.read_list("1.2.3.4,1,128\n1.2.3.4\n1.2.3.4/33,1,1\n1.2.3.5,60,1\n1.2.3.6,1,127\n");
        assert_eq!(bad.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 2, 3, 4]);
        assert_eq!(reputation.score(ip("1.2.3.6"), 1), Some(127));
        assert!(reputation.read_categories("x,y,z").is_err());
    }
}
