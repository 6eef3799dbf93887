//! Alerts for somebody who watches.

use std::io::{IsTerminal, Write, stdout};

use anstyle::{AnsiColor, Style};
use engine::eve::Origin;
use engine::event::{Body, Event};

use crate::error::OutputError;
use crate::line::{AlertLine, AlertLineOptions, Text};
use crate::sink::Sink;
use crate::writer::RecordWriter;

/// Writes alerts as lines, coloured by priority where colours are wanted.
pub struct Console {
    writer: RecordWriter,
    colour: bool,
    options: AlertLineOptions,
    name_captures: bool,
}

impl Console {
    /// Writes to standard output: on a terminal at once and, unless `NO_COLOR` or the like says otherwise, in colour.
    pub fn stdout() -> Self {
        let colour = anstream::AutoStream::choice(&stdout()) != anstream::ColorChoice::Never;
        Self::new(RecordWriter::stdout().immediate(stdout().is_terminal()), colour)
    }

    /// Writes to `writer`.
    pub fn new(writer: RecordWriter, colour: bool) -> Self {
        Self {
            writer,
            colour,
            options: AlertLineOptions {
                ipv6_compress: true,
                inline: false,
            },
            name_captures: false,
        }
    }

    /// The engine drops what rules ask it to drop.
    #[must_use]
    pub fn inline(mut self, inline: bool) -> Self {
        self.options.inline = inline;
        self
    }

    /// Each line ends with the name of its capture: for when there are several.
    #[must_use]
    pub fn name_captures(mut self, name_captures: bool) -> Self {
        self.name_captures = name_captures;
        self
    }
}

impl Sink for Console {
    fn event(&mut self, event: &Event, origin: &Origin<'_>) -> Result<(), OutputError> {
        let Body::Alert(alert) = &event.body else { return Ok(()) };
        let mut line = AlertLine::new(alert, origin, self.options);
        if self.colour {
            line.style = style(line.priority());
        }
        let capture = origin.capture.filter(|_| self.name_captures);
        self.writer.record(|out| match capture {
            Some(name) => writeln!(out, "{line} [{}]", Text(name)),
            None => writeln!(out, "{line}"),
        })
    }

    fn flush(&mut self) -> Result<(), OutputError> {
        self.writer.flush()
    }

    fn finish(&mut self) -> Result<(), OutputError> {
        self.writer.finish()
    }
}

/// How alerts of a priority look; 1 is the gravest.
fn style(priority: u8) -> Style {
    match priority {
        1 => AnsiColor::Red.on_default().bold(),
        2 => AnsiColor::Yellow.on_default(),
        3 => AnsiColor::Cyan.on_default(),
        _ => Style::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn written(colour: bool, name_captures: bool) -> String {
        let memory = sample::Memory::default();
        let writer = RecordWriter::stream("memory", Box::new(memory.clone()));
        let mut console = Console::new(writer, colour).name_captures(name_captures);
        let rules = sample::rules();
        for event in sample::events() {
            console
                .event(&event, &sample::origin(&rules))
                .expect("memory can be written to");
        }
        console.finish().expect("memory can be written to");
        memory.text()
    }

    #[test]
    fn priorities_have_colours() {
        insta::assert_snapshot!(
            written(true, false)
                .lines()
                .take(4)
                .collect::<Vec<_>>()
                .join("\n")
                .replace('\u{1b}', "ESC")
        );
    }

    #[test]
    fn captures_are_named_where_asked() {
        assert!(!written(false, false).contains('\u{1b}'));
        assert!(written(false, true).lines().all(|line| line.ends_with(" [a.pcap]")));
    }
}
