//! `outputs`: which of them are written, and how.

use crate::section::Section;
use crate::sections::{eve, file_store};
use crate::value::flag;
use crate::{EveLogConfig, FastLogConfig, FileStoreConfig};

/// What is written.
#[derive(Debug, Default)]
pub(crate) struct Outputs {
    pub eve: Vec<EveLogConfig>,
    pub fast: Vec<FastLogConfig>,
    pub file_store: Option<FileStoreConfig>,
}

/// Reads `outputs` and, for the records, `sensor-name`; both are at top level; `protocols` as of
/// [`eve::eve_log`].
pub(crate) fn outputs(root: &Section<'_>, protocols: &[&str]) -> Outputs {
    let mut outputs = Outputs::default();
    let sensor = root.text_of("sensor-name");
    for item in root.section("outputs").items() {
        match item.name {
            "eve-log" if enabled(item.options()) => outputs.eve.push(eve::eve_log(item.options(), sensor, protocols)),
            "file-store" if enabled(item.options()) => match outputs.file_store {
                None => outputs.file_store = Some(file_store::file_store(item.options())),
                Some(_) => item
                    .options()
                    .wrong("there can be one file-store only; remove the other"),
            },
            "fast" if enabled(item.options()) => outputs.fast.push(fast_log(item.options())),
            _ => {}
        }
    }
    outputs
}

/// An output is written unless it says otherwise.
pub(crate) fn enabled(options: &Section<'_>) -> bool {
    options.flag("enabled", true)
}

fn fast_log(options: &Section<'_>) -> FastLogConfig {
    let mut config = FastLogConfig {
        filename: "fast.log".into(),
        append: true,
        ipv6_compress: false,
    };
    options.set("filename", &mut config.filename, |text| Ok(text.into()));
    options.set("append", &mut config.append, flag);
    options.set("ipv6-compress", &mut config.ipv6_compress, flag);
    if options
        .text_of("filetype")
        .is_some_and(|filetype| filetype != "regular")
    {
        options
            .section("filetype")
            .wrong("write `regular`; fast.log goes to files only");
    }
    config
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::section::Notes;
    use crate::tree::read_text;

    #[test]
    fn outputs_that_are_off_are_left_out() {
        let tree = read_text(
            "outputs:\n  - fast: {enabled: no}\n  - fast: {filename: a.log, append: no, ipv6-compress: yes}\n  - fast:\n  - eve-log: {enabled: no}\n  - eve-log: {}\n",
        )
        .expect("it is YAML");
        let notes = Notes::default();
        let outputs = outputs(&Section::root(&tree.root, &notes), &[]);
        assert_eq!(
            outputs.fast,
            [
                FastLogConfig {
                    filename: "a.log".into(),
                    append: false,
                    ipv6_compress: true,
                },
                FastLogConfig {
                    filename: "fast.log".into(),
                    append: true,
                    ipv6_compress: false,
                }
            ]
        );
        assert_eq!(outputs.eve.len(), 1);
    }
}
