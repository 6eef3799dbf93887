//! Keywords of the application layer as such: `app-layer-protocol`, `app-layer-event`, `frame`.

mod event;
mod frame;
mod protocol;

use engine::keyword::Keyword;

/// The keywords of the application layer.
pub static KEYWORDS: &[&Keyword] = &[&protocol::APP_LAYER_PROTOCOL, &event::APP_LAYER_EVENT, &frame::FRAME];
