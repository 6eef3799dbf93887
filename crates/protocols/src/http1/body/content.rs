//! A body once it is decoded: what rules see of it, and the files it is or has.

use engine::app_layer::{Context, FileSettings, FileState, Files, Store};
use packet::Direction;

use super::multipart::Multipart;
use super::names::{self, Range};
use super::ranges::{Part, Ranges};
use super::swf::Swf;
use super::window::Window;
use super::{Bodies, BodyEvent, Events, Head, MAX_NAME, note};

/// A body once it is decoded.
#[derive(Debug, Default)]
pub(super) struct Content {
    pub(super) window: Window,
    pub(super) files: Files,
    pub(super) swf: Swf,
    carries: Carries,
    /// Bytes, beyond the limit too.
    pub(super) length: u64,
}

/// What a body carries.
#[derive(Debug, Default)]
enum Carries {
    /// No file.
    #[default]
    Nothing,
    /// It will be a file of that name, once there is a byte of it.
    Named(Vec<u8>, Option<Span>),
    /// It is a file, and it is open; perhaps a part of one.
    File(Option<Box<Part>>),
    /// Files among others.
    Parts(Box<Multipart>),
}

/// Where a part belongs.
#[derive(Debug)]
struct Span {
    host: Vec<u8>,
    start: u64,
    end: u64,
    total: u64,
}

impl Content {
    /// The headers are over.
    pub(super) fn begin(&mut self, direction: Direction, head: &Head<'_>, flow: &Bodies, events: &mut Events) {
        self.window.begin(flow.settings().limits(direction));
        self.carries = match direction {
            Direction::ToClient => {
                self.swf = Swf::new(flow.settings().swf);
                Carries::Named(name(head, true), span(head, events))
            }
            Direction::ToServer if head.method == b"PUT" => Carries::Named(name(head, false), None),
            Direction::ToServer if head.method == b"POST" => match head.content_type.and_then(names::boundary) {
                Some(boundary) => Carries::Parts(Box::new(Multipart::new(boundary))),
                None => Carries::Named(name(head, false), None),
            },
            Direction::ToServer => Carries::Nothing,
        };
    }

    /// Takes decoded bytes; says whether it wants more.
    pub(super) fn take(&mut self, data: &[u8], settings: &FileSettings, events: &mut Events) -> bool {
        // Suricata: a file that is stored is followed beyond the limit, as far as the stream is.
        let stored = settings.whole && self.files.last_mut().is_some_and(|file| file.store() == Store::Wanted);
        let wants_more = |window: &Window| stored || !window.is_full();
        if data.is_empty() {
            return wants_more(&self.window);
        }
        self.length = self.length.saturating_add(data.len() as u64);
        if !wants_more(&self.window) {
            // LIMIT: `*-body-limit`: the file is not followed to its end.
            self.close(FileState::Truncated, settings, events);
            return false;
        }
        let taken = self.window.append(data);
        let shown = data.get(..taken).unwrap_or(data);
        self.swf.append(shown);
        let data = if stored { data } else { shown };
        self.open(settings, events);
        match &mut self.carries {
            Carries::File(part) => {
                if let Some(file) = self.files.last_mut() {
                    file.append(data, settings);
                }
                if let Some(part) = part {
                    part.append(data);
                }
            }
            Carries::Parts(parts) => parts.append(data, &mut self.files, settings, events),
            Carries::Nothing | Carries::Named(..) => {}
        }
        wants_more(&self.window)
    }

    /// Bytes were lost.
    pub(super) fn gap(&mut self, bytes: u64, settings: &FileSettings, events: &mut Events) {
        self.open(settings, events);
        match &mut self.carries {
            Carries::File(part) => {
                // What lacks bytes is no part to put together.
                *part = None;
                if let Some(file) = self.files.last_mut() {
                    file.gap(bytes);
                }
            }
            Carries::Parts(parts) => parts.gap(bytes, &mut self.files),
            Carries::Nothing | Carries::Named(..) => {}
        }
    }

    /// Nothing comes any more.
    pub(super) fn end(&mut self, state: FileState, context: &Context<'_>, events: &mut Events) {
        let (settings, time) = (context.files, context.time);
        self.window.end();
        let part = self.close(state, settings, events);
        let Some(whole) = part.and_then(|part| context.shared.with(|ranges: &mut Ranges| ranges.add(*part, time)))
        else {
            return;
        };
        let name = self.files.last_mut().map(|file| file.name.clone()).unwrap_or_default();
        let file = self.files.open(&name, settings);
        file.append(&whole, settings);
        file.close(FileState::Closed);
    }

    /// The body turns out to be a file, if it is to be one.
    fn open(&mut self, settings: &FileSettings, events: &mut Events) {
        let Carries::Named(name, span) = &mut self.carries else {
            return;
        };
        if name.len() > MAX_NAME {
            note(events, BodyEvent::FileNameTooLong);
            name.truncate(MAX_NAME);
        }
        let file = self.files.open(name, settings);
        let part = span.take().map(|span| {
            file.range = Some((span.start, span.end, span.total));
            Box::new(Part::new(&span.host, name, span.start, span.total))
        });
        self.carries = Carries::File(part);
    }

    fn close(&mut self, state: FileState, settings: &FileSettings, events: &mut Events) -> Option<Box<Part>> {
        match std::mem::take(&mut self.carries) {
            Carries::Nothing | Carries::Named(..) => None,
            Carries::File(part) => {
                if let Some(file) = self.files.last_mut() {
                    file.close(state);
                }
                part.filter(|_| state == FileState::Closed)
            }
            Carries::Parts(mut parts) => {
                parts.end(state, &mut self.files, settings, events);
                None
            }
        }
    }
}

/// LIMIT: bytes of a name, and one that tells of more.
fn name(head: &Head<'_>, response: bool) -> Vec<u8> {
    let name = names::of_body(head, response);
    name.get(..=MAX_NAME).unwrap_or(name).to_vec()
}

fn span(head: &Head<'_>, events: &mut Events) -> Option<Span> {
    match names::range(head.content_range?) {
        Range::Part(start, end, total) => Some(Span {
            host: head.host.to_vec(),
            start,
            end,
            total,
        }),
        Range::Nothing => None,
        Range::Invalid => {
            note(events, BodyEvent::RangeInvalid);
            None
        }
    }
}
