//! Writes a corpus to begin with: `corpus/<target>/seed-<n>`, below the folder it runs in.

use std::path::Path;
use std::{fs, io};

use ruleids_fuzz::{honest::honest, segment, written};

fn main() -> io::Result<()> {
    for app in protocols::applications() {
        let target = if app.name == "http" {
            "http1".to_owned()
        } else {
            app.name.replace('-', "_")
        };
        let turns = honest(app.name);
        let seeds = (1..=turns.len())
            .map(|count| written(&turns[..count]))
            .collect::<Vec<_>>();
        write(&target, &seeds)?;
    }
    let examples = [engine::keywords::ALL, &protocols::keywords()].concat();
    let rules: Vec<Vec<u8>> = examples
        .iter()
        .map(|keyword| [b"\0", keyword.example.as_bytes()].concat())
        .collect();
    write("rule_text", &rules)?;
    let request = segment(0x18, 1, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    write("decode", &[[&[2], request.as_slice()].concat()])?;
    let frame = |data: &[u8]| [&[2], (data.len() as u16).to_be_bytes().as_slice(), data].concat();
    let frames = [
        segment(2, 0, b""),
        segment(0x92, 0, b""),
        segment(0x10, 1, b""),
        request,
    ];
    write("pipeline", &[frames.iter().flat_map(|data| frame(data)).collect()])?;
    let stream = [&[2, 0, 0, 0, 0x92, 0, 0, 0, 0x10, 0, 1, 0, 0x18, 0, 1, 5][..], b"GET /"].concat();
    write("stream", &[stream])
}

fn write(target: &str, seeds: &[Vec<u8>]) -> io::Result<()> {
    let folder = Path::new("corpus").join(target);
    fs::create_dir_all(&folder)?;
    for (number, seed) in seeds.iter().enumerate() {
        fs::write(folder.join(format!("seed-{number}")), seed)?;
    }
    Ok(())
}
