//! `content` and what modifies it, as rules.json tells of them.

use rule_parser::value::{content_bytes, quoted};
use rule_parser::{Dialect, Span, Spanned};
use serde_json::{Value, json};

/// A literal, with its modifiers.
#[derive(Clone, Debug, Default)]
pub struct Content {
    pub bytes: Vec<u8>,
    pub negated: bool,
    pub nocase: bool,
    pub starts_with: bool,
    pub ends_with: bool,
    pub offset: Option<String>,
    pub depth: Option<String>,
    pub distance: Option<String>,
    pub within: Option<String>,
    pub fast_pattern: bool,
    /// It is the one that the rule is looked up by.
    pub is_mpm: bool,
    /// What follows is meant from its end.
    pub relative_next: bool,
}

impl Content {
    /// Reads the value of `content`.
    pub fn read(value: &str) -> Self {
        let spanned = Spanned {
            value,
            span: Span::new(0, u32::try_from(value.len()).unwrap_or(u32::MAX)),
        };
        let Ok(quoted) = quoted(spanned) else {
            return Self::default();
        };
        Self {
            bytes: content_bytes(quoted.text, Dialect::Suricata).unwrap_or_default(),
            negated: quoted.negated,
            ..Self::default()
        }
    }

    /// Applies a modifier; says whether it was one.
    pub fn modify(&mut self, name: &str, value: Option<&str>) -> bool {
        let text = || value.map(|text| text.trim().to_owned());
        match name {
            "nocase" => self.nocase = true,
            "startswith" => self.starts_with = true,
            "endswith" => self.ends_with = true,
            "offset" => self.offset = text(),
            "depth" => self.depth = text(),
            "distance" => self.distance = text(),
            "within" => self.within = text(),
            "fast_pattern" | "prefilter" => self.fast_pattern = true,
            _ => return false,
        }
        true
    }

    /// Whether it is meant from the end of the match before it.
    pub fn is_relative(&self) -> bool {
        self.distance.is_some() || self.within.is_some()
    }

    /// Turns what is relative to nothing into places from the start; says whether `within` was.
    pub fn anchor(&mut self) -> bool {
        let within = self.within.take();
        let distance = self.distance.take();
        let number = |text: &Option<String>| text.as_deref().and_then(|t| t.parse::<i64>().ok());
        let start = number(&distance).unwrap_or(0);
        if let Some(distance) = distance.filter(|_| start != 0) {
            self.offset = Some(distance);
        }
        let Some(within) = within else { return false };
        // The depth counts from the offset, which is added when it is told.
        self.depth = Some(within);
        true
    }

    /// As rules.json tells of it.
    pub fn told(&self) -> Value {
        let length = self.bytes.len();
        let offset = self.offset.as_deref().map(number);
        let mut depth = self.depth.as_deref().map(number);
        if let (Some(Value::Number(depth)), Some(Value::Number(offset))) = (&mut depth, &offset)
            && let (Some(from), Some(bytes)) = (offset.as_i64(), depth.as_i64())
        {
            *depth = from.saturating_add(bytes).into();
        }
        if self.starts_with {
            depth = Some(json!(length));
        }
        let alone = self.offset.is_none() && self.depth.is_none() && !self.is_relative() && !self.relative_next;
        let mut told = json!({
            "pattern": pattern(&self.bytes),
            "length": length,
            "nocase": self.nocase,
            "negated": self.negated,
            "starts_with": self.starts_with,
            "ends_with": self.ends_with,
            "is_mpm": self.is_mpm,
            "no_double_inspect": self.is_mpm && self.fast_pattern && alone && !self.negated && !self.starts_with,
            "fast_pattern": self.fast_pattern,
            "relative_next": self.relative_next,
        });
        if let Some(map) = told.as_object_mut() {
            let places = [
                ("offset", offset),
                ("depth", depth),
                ("distance", self.distance.as_deref().map(number)),
                ("within", self.within.as_deref().map(number)),
            ];
            for (key, value) in places {
                if let Some(value) = value {
                    map.insert(key.to_owned(), value);
                }
            }
        }
        told
    }
}

/// A number, or the name of a variable.
fn number(text: &str) -> Value {
    text.parse::<i64>().map_or_else(|_| json!(text), |n| json!(n))
}

/// Bytes as rules write them: what is no letter, digit or harmless sign in hexadecimal.
fn pattern(bytes: &[u8]) -> String {
    let mut out = String::new();
    let mut hex = false;
    for byte in bytes {
        let plain = byte.is_ascii_graphic() && !b"|\";:\\".contains(byte);
        if plain == hex {
            out.push('|');
            hex = !hex;
        } else if hex {
            out.push(' ');
        }
        if plain {
            out.push(char::from(*byte));
        } else {
            out.push_str(&format!("{byte:02X}"));
        }
    }
    if hex {
        out.push('|');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_written_as_rules_do() {
        assert_eq!(pattern(b"in pkt data"), "in|20|pkt|20|data");
        assert_eq!(pattern(&[0x15, 3, 1]), "|15 03 01|");
        assert_eq!(pattern(b"a"), "a");
    }

    #[test]
    fn what_is_relative_to_nothing_has_a_place() {
        let mut content = Content::read("\"one\"");
        content.modify("distance", Some("8"));
        content.modify("within", Some("3"));
        assert!(content.anchor());
        let told = content.told();
        assert_eq!((&told["offset"], &told["depth"]), (&json!(8), &json!(11)));
        assert_eq!(told["length"], 3);
    }
}
