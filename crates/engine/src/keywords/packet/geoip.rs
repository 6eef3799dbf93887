//! `geoip`: the country of the addresses.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use rule_parser::value;

use super::iprep::Side;
use crate::keyword::{Arg, Env, Keyword, Kind, Parsed, Problem};
use crate::rule::{PacketCheck, PacketContext};

/// `geoip`: the country of the addresses.
pub static GEOIP: Keyword = Keyword {
    name: "geoip",
    aliases: &[],
    summary: "country of an address",
    docs: "`geoip:[<side>,]<country>,...`: whether the `src` or `dst` address, `any` of the two (which is meant without a side) or `both` \
           belong to one of the countries, given by their two letters of ISO 3166. `!` before a country: to any other. An address that \
           the database does not know belongs to none and matches nothing, negated or not.\n\n\
           Needs `geoip-database` in the configuration, a database in the format GeoIP2 with countries.",
    example: "alert tcp any any -> any any (msg:\"from abroad\"; flags:S; geoip:src,!DE,!FR; sid:1;)",
    deviation: None,
    kind: Kind::PacketWith(parse),
};

struct CountryCheck {
    database: Arc<maxminddb::Reader<Vec<u8>>>,
    countries: Countries,
    side: Side,
}

#[derive(Debug, PartialEq, Eq)]
struct Countries {
    wanted: Vec<[u8; 2]>,
    unwanted: Vec<[u8; 2]>,
}

fn parse(env: &Env, arg: &Arg<'_>) -> Parsed<Box<dyn PacketCheck>> {
    let (side, countries) = read(arg)?;
    let database = env.geoip.as_ref().ok_or_else(|| {
        Problem::new("no GeoIP database is loaded")
            .help("set geoip-database in the configuration to a GeoIP2 or GeoLite2 country database")
    })?;
    Ok(Box::new(CountryCheck {
        database: Arc::clone(database),
        countries,
        side,
    }))
}

fn read(arg: &Arg<'_>) -> Parsed<(Side, Countries)> {
    let parts: Vec<_> = value::split_commas(arg.spanned()?).collect();
    let (side, names) = match parts.split_first() {
        Some((first, rest)) => Side::from_name(first.value).map_or((Side::Any, parts.as_slice()), |side| (side, rest)),
        None => (Side::Any, parts.as_slice()),
    };
    let mut countries = Countries {
        wanted: Vec::new(),
        unwanted: Vec::new(),
    };
    for name in names {
        let (list, code) = match name.value.strip_prefix('!') {
            Some(code) => (&mut countries.unwanted, code),
            None => (&mut countries.wanted, name.value),
        };
        match code.to_ascii_uppercase().as_bytes() {
            [a, b] if a.is_ascii_uppercase() && b.is_ascii_uppercase() => list.push([*a, *b]),
            _ => {
                let problem = Problem::new(format!("`{code}` is no country"));
                return Err(problem
                    .help("use two letters of ISO 3166, such as DE")
                    .at(name.span.range()));
            }
        }
    }
    if names.is_empty() {
        return Err(Problem::new("no country is given").help("write it as `geoip:src,DE,FR;`"));
    }
    Ok((side, countries))
}

impl Countries {
    fn match_code(&self, code: [u8; 2]) -> bool {
        (self.wanted.is_empty() || self.wanted.contains(&code)) && !self.unwanted.contains(&code)
    }
}

impl fmt::Debug for CountryCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "geoip:{:?},{:?}", self.side, self.countries)
    }
}

impl PacketCheck for CountryCheck {
    fn matches(&self, context: &PacketContext<'_>) -> bool {
        self.side.satisfies(context, |address| {
            country(&self.database, address).is_some_and(|code| self.countries.match_code(code))
        })
    }

    fn ip_only_compatible(&self) -> bool {
        true
    }

    fn cost(&self) -> u8 {
        1
    }
}

/// The country of an address, in upper case.
fn country(database: &maxminddb::Reader<Vec<u8>>, address: IpAddr) -> Option<[u8; 2]> {
    let path = [
        maxminddb::PathElement::Key("country"),
        maxminddb::PathElement::Key("iso_code"),
    ];
    let code: &str = database.lookup(address).ok()?.decode_path(&path).ok()??;
    code.as_bytes().try_into().ok()
}

#[cfg(test)]
mod tests {
    use rule_parser::Dialect;
    use testkit::layer::Udp;

    use super::*;
    use crate::keywords::sample::{between, check_with, env_with, meets};

    /// A database that knows one country, of all addresses whose first bit is 1.
    fn database(code: &str) -> Vec<u8> {
        let mut file = vec![];
        // One node of two 24-bit records: nothing on the left; on the right the data behind the 16 bytes of zeros.
        file.extend([0, 0, 1]);
        file.extend([0, 0, 1 + 16]);
        file.extend([0; 16]);
        let text = |s: &str| [&[0x40 | s.len() as u8], s.as_bytes()].concat();
        file.extend([&[0xe1][..], &text("country"), &[0xe1], &text("iso_code"), &text(code)].concat());
        file.extend(b"\xab\xcd\xefMaxMind.com");
        let number = |n: u16| [&[0xa2][..], &n.to_be_bytes()].concat();
        let fields = [
            ("node_count", [&[0xc1][..], &[1]].concat()),
            ("record_size", number(24)),
            ("ip_version", number(4)),
            ("database_type", text("Test-Country")),
            ("binary_format_major_version", number(2)),
            ("binary_format_minor_version", number(0)),
            ("build_epoch", vec![0x00, 0x02]),
            ("languages", vec![0x00, 0x04]),
            ("description", vec![0xe0]),
        ];
        file.push(0xe0 | fields.len() as u8);
        for (name, value) in fields {
            file.extend(text(name));
            file.extend(value);
        }
        file
    }

    fn env() -> Env {
        let reader = maxminddb::Reader::from_source(database("FR")).expect("a database");
        env_with(|env| env.geoip = Some(Arc::new(reader)))
    }

    #[test]
    fn countries_and_sides() {
        let env = env();
        let frame = between("192.0.2.1", "10.0.0.2").layer(Udp::new(1, 2)).build();
        let cases = [
            ("src,FR", true),
            ("src,de,fr", true),
            ("src,!DE", true),
            ("src,!FR", false),
            ("dst,FR", false),
            ("dst,!FR", false),
            ("any,FR", true),
            ("both,FR", false),
            ("FR", true),
        ];
        for (text, expected) in cases {
            assert_eq!(
                meets(&*check_with(&env, &GEOIP, text, Dialect::Suricata).expect(text), &frame),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn countries_have_two_letters() {
        for text in ["src", "src,FRA", "src,,FR", "somewhere,FR", "4x", ""] {
            assert!(check_with(&env(), &GEOIP, text, Dialect::Suricata).is_err(), "{text}");
        }
        assert!(check_with(&Env::default(), &GEOIP, "src,FR", Dialect::Suricata).is_err());
    }
}
