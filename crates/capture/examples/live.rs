//! Counts the packets of an interface for some seconds: `live IFACE [auto|af-packet|pcap] [SECONDS]`.

use std::error::Error;
use std::time::{Duration, Instant};

use capture::{CaptureMethod, Live, LiveOptions};

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let interface = args.next().ok_or("name an interface")?;
    let method = match args.next().as_deref() {
        None | Some("auto") => CaptureMethod::Auto,
        Some("af-packet") => CaptureMethod::AfPacket,
        Some("pcap") => CaptureMethod::Pcap,
        Some(other) => return Err(format!("no method `{other}`").into()),
    };
    let seconds = args.next().map_or(Ok(5), |text| text.parse())?;
    let options = LiveOptions {
        method,
        ..LiveOptions::default()
    };
    let mut live = Live::open(&[interface], &options)?;
    println!("{:?}", live.opened());
    let (end, mut bytes) = (Instant::now() + Duration::from_secs(seconds), 0);
    while Instant::now() < end {
        // The clock is a call too: not for every packet.
        for _ in 0..1000 {
            match live.next()? {
                Some(frame) => bytes += frame.data.len(),
                None => break,
            }
        }
    }
    println!("{} packets read, {bytes} bytes; {:?}", live.packets(), live.stats()?);
    Ok(())
}
