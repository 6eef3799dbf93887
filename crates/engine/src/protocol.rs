//! A protocol, whole: what the run time needs of it, and what rules can say about it.

use crate::app_layer::Application;
use crate::buffer::BufferDef;
use crate::keyword::Keyword;

/// A protocol, whole: one `static` for each folder of the `protocols` crate.
#[derive(Debug)]
pub struct Protocol {
    /// What the run time needs.
    pub app: &'static Application,
    /// What it is, in a line.
    pub summary: &'static str,
    /// Its keywords.
    pub keywords: &'static [&'static Keyword],
    /// The buffers that flags of `pcre` name.
    pub pcre_buffers: &'static [(char, &'static BufferDef)],
    /// Where it falls short of Suricata's, if it does.
    pub deviation: Option<&'static str>,
}
