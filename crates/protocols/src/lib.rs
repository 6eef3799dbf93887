//! Application protocols: for each a folder with its parser, its transactions, the buffers and keywords that rules have
//! for it, its events and its EVE record.
//!
//! A protocol is one `static PROTOCOL` in its folder, and one line in [`ALL`]. `template` is made to be copied:
//! `cargo xtask new-protocol NAME` does it.
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    warn(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)
)]

pub mod app;
pub mod dcerpc;
mod digits;
pub mod dns;
pub mod files;
pub mod ftp;
pub mod ftp_data;
#[cfg(test)]
pub(crate) mod harness;
pub mod http1;
pub mod imap;
pub mod mime;
pub mod pop3;
pub mod smb;
pub mod smtp;
pub mod ssh;
pub mod telnet;
pub mod template;
mod text;
pub mod tls;

use engine::app_layer::Application;
use engine::buffer::BufferDef;
use engine::keyword::Keyword;
use engine::protocol::Protocol;

/// Every protocol of the program, and keywords that belong to several. The order is that in which they are recognised.
pub static ALL: &[&Protocol] = &[
    &http1::PROTOCOL,
    &tls::PROTOCOL,
    &dns::PROTOCOL,
    &smtp::PROTOCOL,
    &ssh::PROTOCOL,
    &smb::PROTOCOL,
    &ftp::PROTOCOL,
    &ftp_data::PROTOCOL,
    &dcerpc::PROTOCOL,
    &pop3::PROTOCOL,
    &imap::PROTOCOL,
    &telnet::PROTOCOL,
];

/// Keywords that belong to several protocols.
pub static SHARED_KEYWORDS: &[&[&Keyword]] = &[app::KEYWORDS, files::KEYWORDS];

/// What the run time needs of them.
pub fn applications() -> Vec<&'static Application> {
    ALL.iter().map(|protocol| protocol.app).collect()
}

/// The buffers that `pcre` names by a letter.
pub fn pcre_buffers() -> Vec<(char, &'static BufferDef)> {
    let all = ALL.iter().flat_map(|protocol| protocol.pcre_buffers.iter().copied());
    all.collect()
}

/// All their keywords.
pub fn keywords() -> Vec<&'static Keyword> {
    let own = ALL.iter().flat_map(|protocol| protocol.keywords.iter().copied());
    own.chain(SHARED_KEYWORDS.iter().flat_map(|list| list.iter().copied()))
        .collect()
}
