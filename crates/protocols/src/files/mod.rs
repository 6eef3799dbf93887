//! Keywords for the files that transactions of any protocol carry.
//!
//! A protocol that carries files is one line in [`FILES`], and one in each list of providers below (`data`, `name`,
//! `magic`).

mod data;
mod hash;
mod magic;
mod name;
mod size;
mod store;

use engine::app_layer::Files;
use engine::keyword::Keyword;
use engine::rule::{TxContext, TxPlace};

use crate::{ftp_data, http1, smb, smtp};

pub use data::FILE_DATA;
pub use magic::FILE_MAGIC;
pub use name::FILE_NAME;

/// The keywords of files.
pub static KEYWORDS: &[&Keyword] = &[
    &data::FILE_DATA_KEYWORD,
    &name::FILE_NAME_KEYWORD,
    &name::FILENAME,
    &name::FILEEXT,
    &magic::FILE_MAGIC_KEYWORD,
    &magic::FILEMAGIC,
    &hash::FILEMD5,
    &hash::FILESHA1,
    &hash::FILESHA256,
    &size::FILESIZE,
    &store::FILESTORE,
];

/// Where files are: each protocol that carries them, in the directions in which it does.
static FILES: &[TxPlace] = &[
    place(http1::NAME, [Some(0), Some(0)]),
    place(smtp::NAME, [Some(0), None]),
    place(ftp_data::NAME, [Some(0), Some(0)]),
    place(smb::NAME, [Some(0), Some(0)]),
];

const fn place(protocol: &'static str, at: [Option<u8>; 2]) -> TxPlace {
    TxPlace { protocol, at }
}

/// A buffer of files, of every protocol that carries them: there is one for each file, and it may come or grow later.
macro_rules! providers {
    ($get:expr) => {
        &[
            $crate::files::provider($crate::http1::NAME, [Some(0), Some(0)], $get),
            $crate::files::provider($crate::smtp::NAME, [Some(0), None], $get),
            $crate::files::provider($crate::ftp_data::NAME, [Some(0), Some(0)], $get),
            $crate::files::provider($crate::smb::NAME, [Some(0), Some(0)], $get),
        ]
    };
}
use providers;

const fn provider(
    protocol: &'static str,
    at: [Option<u8>; 2],
    get: engine::buffer::TxBytes,
) -> engine::buffer::Provider {
    engine::buffer::Provider {
        protocol,
        at,
        streaming: true,
        get,
    }
}

/// The files of the transaction that is looked at.
fn files_of<'a>(context: &'a TxContext<'_>) -> Option<&'a Files> {
    context.tx.files(context.direction)
}

#[cfg(test)]
mod tests {
    use engine::app_layer::{AppLayer, Settings};
    use engine::keyword::{Arg, Env, Files, Kind, RuleDraft};
    use engine::rule::ProtocolSet;
    use rule_parser::Dialect;

    use super::*;

    /// What reading a keyword's value in a rule says.
    pub(super) fn read(keyword: &Keyword, value: &str) -> Result<(), String> {
        let mut env = Env::default();
        let layer = AppLayer::new(&crate::applications(), &Settings::default()).expect("settings that hold");
        env.app_layer = layer.into();
        env.files = Files::new(|_| Ok(b"# hashes\n900150983cd24fb0d6963f7d28e17f72  abc\n".to_vec()));
        let mut draft = RuleDraft::new(&env, Dialect::Suricata, ProtocolSet::IP);
        let arg = Arg::new(value, Dialect::Suricata);
        let result = match keyword.kind {
            Kind::PayloadInto(read) | Kind::Meta(read) => read(&mut draft, &arg),
            Kind::Transaction(read) => read(&mut draft, &arg).map(|_| ()),
            _ => Ok(()),
        };
        result.map_err(|problem| problem.message)
    }

    #[test]
    fn values_are_checked() {
        for (keyword, value) in [
            (&name::FILENAME, "\"secret\""),
            (&name::FILENAME, "!\"tar.gz\""),
            (&name::FILEEXT, "\"pdf\""),
            (&name::FILEEXT, "pdf"),
            (&magic::FILEMAGIC, "\"PNG image data, 1 x 1|00|\""),
            (&hash::FILEMD5, "list.md5"),
            (&hash::FILEMD5, "!list.md5"),
            (&size::FILESIZE, ">10"),
            (&size::FILESIZE, "100KB<>2MB"),
            (&store::FILESTORE, "both,file"),
            (&store::FILESTORE, "response,flow"),
        ] {
            assert_eq!(read(keyword, value), Ok(()), "{}:{value}", keyword.name);
        }
        for (keyword, value) in [
            (&name::FILENAME, ""),
            (&hash::FILESHA1, "list.sha1"),
            (&size::FILESIZE, "much"),
            (&store::FILESTORE, "sideways"),
            (&store::FILESTORE, "both,everything"),
        ] {
            assert!(read(keyword, value).is_err(), "{}:{value}", keyword.name);
        }
    }
}
