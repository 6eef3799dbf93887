//! The blocks of a pcapng section: their byte order and lengths.

use std::ops::Range;

use crate::error::{Damage, Item};
use crate::window::{Short, Window};

/// How the blocks of a section are to be read.
#[derive(Clone, Copy, Default)]
pub(crate) struct Blocks {
    pub(crate) big_endian: bool,
}

impl Blocks {
    /// Takes a whole block, its lengths checked; `item` is what it is called where it is cut off.
    pub(crate) fn take(self, window: &mut Window, item: Item, least: u32, most: u32) -> Result<Range<usize>, Damage> {
        let length = self.length(window.bytes(), least)?;
        if length > most {
            return Err(Damage::Corrupt(format!(
                "a block of {length} bytes, more than the {most} it can have"
            )));
        }
        window
            .need(length as usize)
            .map_err(|e| e.damage(item, u64::from(length), 0))?;
        let trailer = self.word(window.bytes(), length as usize - 4);
        same_length(length, trailer)?;
        Ok(window.take(length as usize))
    }

    /// Passes over a block that holds no packet, however long it is.
    pub(crate) fn skip(self, window: &mut Window, kind: u32) -> Result<(), Damage> {
        let length = self.length(window.bytes(), 12)?;
        let body = u64::from(length) - 4;
        let cut = |e: Short, gone: u64| match e.damage(Item::Block(kind), u64::from(length), 0) {
            Damage::Truncated { item, says, left } => Damage::Truncated {
                item,
                says,
                left: left + gone,
            },
            other => other,
        };
        let start = window.offset();
        if let Err(e) = window.skip(body) {
            let gone = window.offset() - start;
            return Err(cut(e, gone));
        }
        window.need(4).map_err(|e| cut(e, body))?;
        same_length(length, self.word(window.bytes(), 0))?;
        window.take(4);
        Ok(())
    }

    /// The length of the block at the start of `bytes`.
    fn length(self, bytes: &[u8], least: u32) -> Result<u32, Damage> {
        let length = self.word(bytes, 4);
        if length < least || !length.is_multiple_of(4) {
            let kind = self.word(bytes, 0);
            return Err(Damage::Corrupt(format!(
                "a block of type {kind:#x} says {length} bytes, not a multiple of 4 from {least} up"
            )));
        }
        Ok(length)
    }

    #[inline]
    pub(crate) fn word(self, bytes: &[u8], at: usize) -> u32 {
        let word = bytes
            .get(at..)
            .and_then(|b| b.first_chunk())
            .copied()
            .unwrap_or_default();
        if self.big_endian {
            u32::from_be_bytes(word)
        } else {
            u32::from_le_bytes(word)
        }
    }

    #[inline]
    pub(crate) fn half(self, bytes: &[u8], at: usize) -> u16 {
        let half = bytes
            .get(at..)
            .and_then(|b| b.first_chunk())
            .copied()
            .unwrap_or_default();
        if self.big_endian {
            u16::from_be_bytes(half)
        } else {
            u16::from_le_bytes(half)
        }
    }

    pub(crate) fn long(self, bytes: [u8; 8]) -> i64 {
        if self.big_endian {
            i64::from_be_bytes(bytes)
        } else {
            i64::from_le_bytes(bytes)
        }
    }
}

/// Checks that a block ends with the length it starts with.
fn same_length(header: u32, trailer: u32) -> Result<(), Damage> {
    if header == trailer {
        return Ok(());
    }
    Err(Damage::Corrupt(format!(
        "a block says {header} bytes at its start and {trailer} at its end"
    )))
}
