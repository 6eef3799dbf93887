//! Keywords of the application layer as such: `app-layer-protocol`, `app-layer-event`.

use engine::keyword::Keyword;

/// The keywords of the application layer.
pub static KEYWORDS: &[&Keyword] = &[];
