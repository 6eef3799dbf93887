//! Writes the captures under `fixtures/` and the page that lists them.

use std::{fs, io};

use testkit::fixtures;

fn main() -> io::Result<()> {
    for fixture in fixtures::all() {
        let path = fixtures::folder().join(&fixture.path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let pcap = fixture.capture.to_pcap();
        println!(
            "{:>8} bytes {:>6} packets  fixtures/{}",
            pcap.len(),
            fixture.capture.frames.len(),
            fixture.path
        );
        fs::write(path, pcap)?;
    }
    fs::write(fixtures::folder().join("README.md"), fixtures::readme())
}
