//! Counts the packets of captures and says how fast they were read: `count PCAP|DIR|-...`.

use std::error::Error;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    let all = capture::expand(&paths)?;
    for input in &all.inputs {
        let start = Instant::now();
        let mut file = input.open()?;
        let mut bytes = 0;
        let end = loop {
            match file.next() {
                Ok(Some(frame)) => bytes += frame.data.len(),
                Ok(None) => break None,
                Err(e) => break Some(e),
            }
        };
        let seconds = start.elapsed().as_secs_f64();
        let read = file.progress().0 as f64 / 1e9;
        println!(
            "{input}: {} packets, {bytes} bytes, {:.2} GB/s of file",
            file.packets(),
            read / seconds
        );
        if let Some(e) = end {
            println!("  {e}");
        }
    }
    println!("{} files skipped", all.skipped.len());
    Ok(())
}
