//! Sets that rules change, written at the end: `dataset:set,...,save FILE`.

use std::fs;
use std::net::Ipv4Addr;

use engine::eve::base64;
use engine::keyword::Env;
use engine::rule::{Dataset, DatasetKind, DatasetState};

use crate::log::Log;

/// Writes the sets that are to be kept; `state` is what rules changed of them.
pub fn save(env: &Env, state: &DatasetState, log: &Log) {
    for set in env.datasets() {
        let Some(file) = &set.save else { continue };
        let path = env.data_folder.join(file);
        if let Err(error) = fs::write(&path, text(&set, state)) {
            let message = format!("the set `{}` cannot be saved to {}: {error}", set.name, path.display());
            log.error("datasets", &message);
        }
    }
}

fn text(set: &Dataset, state: &DatasetState) -> String {
    let lines = set.values(state).into_iter().map(|value| line(set.kind, value) + "\n");
    lines.collect()
}

/// A value as files of sets have it: text in base64, hashes in hexadecimal, addresses as such.
fn line(kind: DatasetKind, value: &[u8]) -> String {
    match (kind, value) {
        (DatasetKind::String, value) => base64(value),
        (DatasetKind::Ipv4 | DatasetKind::Ip, [a, b, c, d]) => Ipv4Addr::new(*a, *b, *c, *d).to_string(),
        (DatasetKind::Ip, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d]) => {
            Ipv4Addr::new(*a, *b, *c, *d).to_string()
        }
        (DatasetKind::Ipv6 | DatasetKind::Ip, value) => {
            let groups: Vec<String> = value.chunks(2).map(hex).collect();
            groups.join(":")
        }
        (_, value) => hex(value),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_they_are_loaded() {
        assert_eq!(line(DatasetKind::String, b"example.com"), "ZXhhbXBsZS5jb20=");
        assert_eq!(line(DatasetKind::Ipv4, &[192, 0, 2, 1]), "192.0.2.1");
        let mut six = [0; 16];
        (six[1], six[15]) = (4, 6);
        assert_eq!(line(DatasetKind::Ipv6, &six), "0004:0000:0000:0000:0000:0000:0000:0006");
        assert_eq!(line(DatasetKind::Md5, &[0xab, 0x01]), "ab01");
    }
}
