//! Writes traffic for benchmarks: `make-workload OUT.pcap [--size MEGABYTES] [--seed NUMBER]`.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use testkit::{Capture, Workload};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let Some(asked) = Asked::of(&args) else {
        eprintln!("usage: make-workload OUT.pcap [--size MEGABYTES] [--seed NUMBER]");
        return ExitCode::from(2);
    };
    match asked.write() {
        Ok((packets, bytes)) => {
            println!("{packets} packets, {bytes} bytes  {}", asked.path);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {}: {error}", asked.path);
            ExitCode::FAILURE
        }
    }
}

/// What the command line asks for.
struct Asked {
    path: String,
    megabytes: u64,
    seed: u64,
}

impl Asked {
    fn of(args: &[String]) -> Option<Self> {
        let (path, mut options) = args.split_first().filter(|(path, _)| !path.starts_with('-'))?;
        let mut asked = Self {
            path: path.clone(),
            megabytes: 64,
            seed: 1,
        };
        while let [name, value, rest @ ..] = options {
            let place = match name.as_str() {
                "--size" => &mut asked.megabytes,
                "--seed" => &mut asked.seed,
                _ => return None,
            };
            *place = value.parse().ok()?;
            options = rest;
        }
        options.is_empty().then_some(asked)
    }

    /// Writes second by second, so that a file may be larger than memory.
    fn write(&self) -> io::Result<(usize, usize)> {
        let mut out = BufWriter::new(File::create(&self.path)?);
        out.write_all(&Capture::new().to_pcap())?;
        let head = Capture::new().to_pcap().len();
        let (mut packets, mut bytes) = (0, 0);
        for second in Workload::new(self.seed) {
            out.write_all(&second.to_pcap()[head..])?;
            packets += second.frames.len();
            bytes += second.frames.iter().map(|frame| frame.data.len()).sum::<usize>();
            if bytes as u64 >= self.megabytes * 1_000_000 {
                break;
            }
        }
        out.flush()?;
        Ok((packets, bytes))
    }
}
