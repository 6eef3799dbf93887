//! Keywords of files, whatever protocol carries them: `file.data`, `file.name`, `filemd5`, `filestore`, ...

use engine::keyword::Keyword;

/// The keywords of files.
pub static KEYWORDS: &[&Keyword] = &[];
