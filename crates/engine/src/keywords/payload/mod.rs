//! Keywords that look at the current buffer.

pub mod absent;
pub mod asn1;
pub mod base64;
mod ber;
pub mod ber_cursor;
pub mod byte_extract;
pub mod byte_jump;
pub mod byte_math;
pub mod byte_test;
pub mod content;
pub mod depth;
pub mod distance;
pub mod endswith;
pub mod entropy;
pub mod fast_pattern;
pub mod isdataat;
pub mod nocase;
pub mod offset;
mod place;
pub mod raw;
pub mod rawbytes;
mod reading;
pub mod replace;
pub mod size;
pub mod startswith;
pub mod within;
