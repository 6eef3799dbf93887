//! Captures: one load of the rules, many captures, each with a state of its own.
use std::io::Write;

use capture::Input;
use engine::eve::{EveOptions, Origin};
use engine::worker::Frame;

use super::Ready;
use crate::args::RunArgs;
use crate::exit::Exit;
use crate::{Ended, Failure};

pub fn run(args: &RunArgs, ready: &Ready) -> Ended {
    let inputs = capture::expand(&args.pcap).map_err(|e| Failure::new(Exit::Capture, e))?;
    let mut exit = Exit::Success;
    let options = EveOptions {
        pcap_filename: true,
        ..EveOptions::default()
    };
    let mut file: Box<dyn Write> = match &args.log_dir {
        Some(dir) => Box::new(std::io::BufWriter::new(
            std::fs::File::create(dir.join("eve.json")).map_err(|e| Failure::new(Exit::Usage, e))?,
        )),
        None => Box::new(std::io::stdout().lock()),
    };
    for (number, input) in inputs.inputs.iter().enumerate() {
        let name = match input {
            Input::File(path) => path.display().to_string(),
            Input::Stdin => "-".to_owned(),
        };
        let origin = Origin {
            rules: &ready.rules.meta,
            capture: Some(&name),
            interface: None,
        };
        let mut buffer = Vec::new();
        let mut sink = |event: engine::event::Event| {
            let _ = options.write(&event, &origin, &mut buffer);
        };
        let result = match input.open() {
            Err(e) => Err(e),
            Ok(mut capture) => {
                let next = |hand: &mut dyn FnMut(Frame<'_>)| -> Result<bool, capture::CaptureError> {
                    match capture.next()? {
                        Some(f) => {
                            hand(Frame {
                                data: f.data,
                                time: f.time,
                                number: f.number,
                                link: f.link,
                            });
                            Ok(true)
                        }
                        None => Ok(false),
                    }
                };
                if args.threads.0 > 1 {
                    super::pipeline::run(
                        &ready.config,
                        &ready.rules,
                        args.threads.0,
                        number as u32,
                        next,
                        &mut sink,
                    )
                    .1
                } else {
                    let mut engine = engine::Engine::new(
                        std::sync::Arc::clone(&ready.config),
                        std::sync::Arc::clone(&ready.rules),
                    );
                    engine.set_capture(number as u32);
                    let mut next = next;
                    let r = loop {
                        match next(&mut |frame| {
                            engine.frame(frame, &mut sink);
                        }) {
                            Ok(true) => {}
                            Ok(false) => break Ok(()),
                            Err(e) => break Err(e),
                        }
                    };
                    engine.end_of_capture(&mut sink);
                    r
                }
            }
        };
        file.write_all(&buffer).map_err(|e| Failure::new(Exit::Usage, e))?;
        if let Err(e) = result {
            eprintln!("error: {e}");
            exit = exit.and(Exit::Capture);
        }
    }
    file.flush().map_err(|e| Failure::new(Exit::Usage, e))?;
    Ok(exit)
}
