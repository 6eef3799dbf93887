//! The files of sets: what is loaded, and what is saved at the end.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv6Addr};
use std::path::PathBuf;

use ::base64::Engine as _;
use ::base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::buffer::base64;
use crate::keyword::{Env, Parsed, Problem};
use crate::rule::{DatasetKind, Member};

/// How a file holds values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format<'a> {
    /// One in each line, with a reputation after a comma or without.
    Lines,
    /// One JSON document with an array of objects, at `array_key` or at its root.
    Json {
        /// The dotted path to the value in each object.
        value_key: &'a str,
        /// The dotted path to the array.
        array_key: Option<&'a str>,
    },
    /// A JSON object in each line.
    JsonLines {
        /// The dotted path to the value in each object.
        value_key: &'a str,
    },
}

type Values = Vec<(Box<[u8]>, Member)>;

/// Reads the values of a `load` file, which lies beside the rules or in the data folder.
pub(super) fn load(env: &Env, file: &str, kind: DatasetKind, format: &Format<'_>) -> Parsed<Values> {
    let places = [env.rule_folder.join(file), env.data_folder.join(file)];
    let mut missing = None;
    for path in places {
        match env.files.read(&path) {
            Ok(bytes) => return parse(&bytes, file, kind, format),
            Err(error) => missing = missing.or(Some((path, error))),
        }
    }
    let (path, error) = missing.unwrap_or_else(|| (PathBuf::from(file), ErrorKind::NotFound.into()));
    Err(Problem::new(format!("cannot read {}: {error}", path.display()))
        .help("relative names start at the folder of the rule file"))
}

/// Reads the values of a `state` file, which need not be there yet.
pub(super) fn load_state(env: &Env, file: &str, kind: DatasetKind) -> Parsed<Values> {
    let path = env.data_folder.join(file);
    match env.files.read(&path) {
        Ok(bytes) => parse(&bytes, file, kind, &Format::Lines),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(Problem::new(format!("cannot read {}: {error}", path.display()))),
    }
}

fn parse(bytes: &[u8], file: &str, kind: DatasetKind, format: &Format<'_>) -> Parsed<Values> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| Problem::new(format!("{file} is no text")).help("values are in base64, hexadecimal or JSON"))?;
    match format {
        Format::Lines => parse_lines(text, file, kind),
        Format::JsonLines { value_key } => {
            let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
            lines
                .map(|(at, line)| json_value(&json(line, file, at + 1)?, value_key, file, at + 1, kind))
                .collect()
        }
        Format::Json { value_key, array_key } => {
            let document = json(text, file, 1)?;
            let array = array_key
                .map_or(Some(&document), |key| at_path(&document, key))
                .and_then(Value::as_array);
            let array = array.ok_or_else(|| {
                Problem::new(format!("{file} has no array of values"))
                    .help("name the key of the array with `array_key`")
            })?;
            array
                .iter()
                .enumerate()
                .map(|(at, object)| json_value(object, value_key, file, at + 1, kind))
                .collect()
        }
    }
}

fn parse_lines(text: &str, file: &str, kind: DatasetKind) -> Parsed<Values> {
    let mut values = Vec::new();
    let mut with_reputation = None;
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let bad = |what: &str| Problem::new(format!("line {} of {file}: {what}", at + 1));
        let (value, reputation) = match line.split_once(',') {
            None => (line, None),
            Some((value, rep)) => {
                let number = rep
                    .trim()
                    .parse::<u16>()
                    .map_err(|_| bad(&format!("`{rep}` is no reputation")).help("use a number from 0 to 65535"))?;
                (value.trim(), Some(number))
            }
        };
        if *with_reputation.get_or_insert(reputation.is_some()) != reputation.is_some() {
            return Err(bad("some values have a reputation and some have none").help("give all of them one, or none"));
        }
        let key =
            read_value(value, kind).ok_or_else(|| bad(&format!("`{value}` is no value of type {}", kind.name())))?;
        values.push((
            key,
            Member {
                reputation: reputation.unwrap_or(0),
            },
        ));
    }
    Ok(values)
}

fn json(text: &str, file: &str, place: usize) -> Parsed<Value> {
    serde_json::from_str(text).map_err(|error| Problem::new(format!("{file}, {place}: {error}")))
}

fn json_value(object: &Value, key: &str, file: &str, place: usize, kind: DatasetKind) -> Parsed<(Box<[u8]>, Member)> {
    let bad = |what: &str| Problem::new(format!("object {place} of {file}: {what}"));
    let text = at_path(object, key).ok_or_else(|| bad(&format!("there is no `{key}`")))?;
    let text = text.as_str().ok_or_else(|| bad(&format!("`{key}` is no string")))?;
    let value = if kind == DatasetKind::String {
        Some(text.as_bytes().into())
    } else {
        read_value(text, kind)
    };
    let value = value.ok_or_else(|| bad(&format!("`{text}` is no value of type {}", kind.name())))?;
    Ok((value, Member::default()))
}

/// What a dotted path leads to.
fn at_path<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(value, |value, key| value.get(key))
}

/// A value as files of lines write it, as a set keeps it.
fn read_value(text: &str, kind: DatasetKind) -> Option<Box<[u8]>> {
    match kind {
        DatasetKind::String => {
            let mut bytes = Vec::new();
            base64::decode(text.as_bytes(), false, &mut bytes);
            (!bytes.is_empty()
                && text
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=')))
            .then(|| bytes.into())
        }
        DatasetKind::Md5 => hex(text, 16),
        DatasetKind::Sha256 => hex(text, 32),
        DatasetKind::Ipv4 => match text.parse().ok()? {
            IpAddr::V4(address) => Some(address.octets().into()),
            IpAddr::V6(_) => None,
        },
        DatasetKind::Ipv6 | DatasetKind::Ip => Some(
            match text.parse().ok()? {
                IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
                IpAddr::V6(address) => address.octets(),
            }
            .into(),
        ),
    }
}

fn hex(text: &str, length: usize) -> Option<Box<[u8]>> {
    if text.len() != 2 * length {
        return None;
    }
    let digits = text
        .chars()
        .map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok()))
        .collect::<Option<Vec<u8>>>()?;
    Some(digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

/// A value of a set as files of lines write it, without the line end.
pub fn write_value(value: &[u8], kind: DatasetKind) -> String {
    match (kind, <[u8; 4]>::try_from(value), <[u8; 16]>::try_from(value)) {
        (DatasetKind::String, ..) => STANDARD.encode(value),
        (DatasetKind::Ipv4, Ok(octets), _) => IpAddr::from(octets).to_string(),
        (DatasetKind::Ip, _, Ok(octets)) if Ipv6Addr::from(octets).to_ipv4_mapped().is_some() => Ipv6Addr::from(octets)
            .to_ipv4_mapped()
            .map(|a| a.to_string())
            .unwrap_or_default(),
        // Suricata: all zeros are written.
        (DatasetKind::Ipv6 | DatasetKind::Ip, _, Ok(octets)) => {
            let groups: Vec<_> = octets
                .chunks_exact(2)
                .map(|pair| format!("{:02x}{:02x}", pair[0], pair[1]))
                .collect();
            groups.join(":")
        }
        _ => value.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_lines_come_back_as_they_were() {
        let cases = [
            (DatasetKind::String, "Y3VybC83LjQzLjA="),
            (DatasetKind::String, "ZXhhbXBsZS5jb20="),
            (DatasetKind::Md5, "1d5920f4b44b27a802bd77c4f0536f5a"),
            (DatasetKind::Ipv4, "1.2.3.4"),
            (DatasetKind::Ipv6, "0004:0005:0000:0000:0000:0000:0000:0006"),
            (DatasetKind::Ip, "1.2.3.4"),
            (DatasetKind::Ip, "0004:0005:0000:0000:0000:0000:0000:0006"),
        ];
        for (kind, text) in cases {
            assert_eq!(write_value(&read_value(text, kind).expect(text), kind), text);
        }
        for (kind, text) in [
            (DatasetKind::Md5, "1d59"),
            (DatasetKind::Ipv4, "::1"),
            (DatasetKind::String, "a b"),
            (DatasetKind::Sha256, "zz"),
            (DatasetKind::Ip, "x"),
        ] {
            assert_eq!(read_value(text, kind), None, "{text}");
        }
    }

    #[test]
    fn reputations_are_for_all_or_none() {
        let lines = |text: &str| {
            parse_lines(text, "f", DatasetKind::String)
                .map(|values| values.iter().map(|(_, m)| m.reputation).collect::<Vec<_>>())
        };
        assert_eq!(lines("YQ==,7\n\nYg==, 8\n"), Ok(vec![7, 8]));
        assert_eq!(lines("YQ==\nYg==\n"), Ok(vec![0, 0]));
        for text in ["YQ==,7\nYg==", "YQ==,65536", "YQ==,111.0", "?"] {
            assert!(lines(text).is_err(), "{text}");
        }
    }

    #[test]
    fn json_documents_and_lines() {
        let read = |text: &str, format| {
            parse(text.as_bytes(), "f", DatasetKind::String, &format)
                .map(|values| values.into_iter().map(|(v, _)| v).collect::<Vec<_>>())
        };
        let lines = Format::JsonLines { value_key: "host.name" };
        assert_eq!(
            read(
                "{\"host\":{\"name\":\"a\"}}\n{\"host\":{\"name\":\"b\"},\"x\":1}\n",
                lines
            ),
            Ok(vec![(*b"a").into(), (*b"b").into()])
        );
        let document = Format::Json {
            value_key: "host",
            array_key: Some("info.threat"),
        };
        assert_eq!(
            read("{\"info\":{\"threat\":[{\"host\":\"a\"}]}}", document),
            Ok(vec![(*b"a").into()])
        );
        let root = Format::Json {
            value_key: "host",
            array_key: None,
        };
        assert_eq!(read("[{\"host\":\"a\"}]", root), Ok(vec![(*b"a").into()]));
        for text in ["{\"host\":\"a\"}", "[{\"host\":1}]", "[{\"host\":null}]", "[{}]", "["] {
            assert!(read(text, root).is_err(), "{text}");
        }
    }
}
