//! The events of a YAML file, with their places.

use std::sync::Arc;

use serde_saphyr::granit_parser::{Event, Marker, Parser, StrInput};

use crate::error::ConfigError;
use crate::tree::Place;

/// The events of a YAML file, without comments.
pub(super) struct Events<'y> {
    parser: Parser<'y, StrInput<'y>>,
    /// The next event, if it was looked at already.
    ahead: Option<(Event<'y>, Place)>,
    name: Arc<str>,
}

impl<'y> Events<'y> {
    pub fn new(name: &str, yaml: &'y str) -> Self {
        Self {
            parser: Parser::new_from_str(yaml),
            ahead: None,
            name: Arc::from(name),
        }
    }

    /// The next event and where it starts; `None` at the end.
    pub fn next(&mut self) -> Result<Option<(Event<'y>, Place)>, ConfigError> {
        if let Some(event) = self.ahead.take() {
            return Ok(Some(event));
        }
        match self.parser.next_event() {
            None => Ok(None),
            Some(Ok((event, span))) => Ok(Some((event, self.place(&span.start)))),
            Some(Err(error)) => Err(ConfigError::Syntax {
                place: self.place(error.marker()),
                reason: error.info(),
            }),
        }
    }

    /// The next event of something that began at `start` and is not over.
    pub fn must_next(&mut self, start: &Place) -> Result<(Event<'y>, Place), ConfigError> {
        self.next()?.ok_or_else(|| ConfigError::Syntax {
            place: start.clone(),
            reason: "it has no end".to_owned(),
        })
    }

    /// Takes the end of a list, if that is what comes next.
    pub fn at_list_end(&mut self) -> Result<bool, ConfigError> {
        match self.next()? {
            Some((Event::SequenceEnd, _)) | None => Ok(true),
            other => {
                self.ahead = other;
                Ok(false)
            }
        }
    }

    fn place(&self, at: &Marker) -> Place {
        Place {
            source: Some(Arc::clone(&self.name)),
            line: at.line(),
            column: at.col() + 1,
        }
    }
}
