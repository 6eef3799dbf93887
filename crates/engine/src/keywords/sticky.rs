//! The keywords that are a buffer and nothing else.

/// Declares a buffer that is cut from the packet, and its keyword: docs, keyword and buffer, name, aliases, the bytes,
/// and an example.
macro_rules! sticky_buffer {
    (
        $(#[doc = $doc:literal])+
        $static:ident, $buffer:ident = $name:literal $(| $alias:literal)*, $bytes:expr; $summary:literal; $example:literal
    ) => {
        $(#[doc = $doc])+
        pub static $static: $crate::keyword::Keyword = $crate::keyword::Keyword {
            name: $name,
            aliases: &[$($alias),*],
            summary: $summary,
            docs: concat!($($doc, "\n"),+),
            example: $example,
            deviation: None,
            kind: $crate::keyword::Kind::StickyBuffer(&$buffer),
        };

        static $buffer: $crate::buffer::BufferDef =
            $crate::buffer::BufferDef { name: $name, source: $crate::buffer::Source::Packet($bytes), multi: false };
    };
}

pub(crate) use sticky_buffer;
