//! `file-store`, and what EVE's `files` shows: what is wanted of files.

use engine::app_layer::FileSettings;
use engine::stream::ReassemblyConfig;

use crate::outputs::{FileHashes, FileRecords, FileStoreConfig};
use crate::section::Section;
use crate::value::{flag, size};

/// Reads a `file-store`.
pub(crate) fn file_store(options: &Section<'_>) -> FileStoreConfig {
    let mut config = FileStoreConfig {
        folder: "filestore".into(),
        all: false,
        records: false,
        stream_depth: None,
        shows: shown(options),
    };
    if options.text_of("version").is_some_and(|version| version != "2") {
        options
            .section("version")
            .wrong("write `version: 2`; files are stored under their SHA-256 only");
    }
    options.set("dir", &mut config.folder, |text| Ok(text.into()));
    options.set("force-filestore", &mut config.all, flag);
    options.set("write-fileinfo", &mut config.records, flag);
    config.stream_depth = options.read("stream-depth", size);
    config
}

/// What records of files show: `force-magic`, `force-hash`.
pub(crate) fn shown(options: &Section<'_>) -> FileRecords {
    let mut shows = FileRecords {
        magic: options.flag("force-magic", false),
        hashes: FileHashes::default(),
    };
    for (name, place) in options.section("force-hash").texts() {
        match name.to_ascii_lowercase().as_str() {
            "md5" => shows.hashes.md5 = true,
            "sha1" => shows.hashes.sha1 = true,
            "sha256" => shows.hashes.sha256 = true,
            _ => place.wrong("Invalid configuration: force-hash algorithm; write md5, sha1 or sha256"),
        }
    }
    shows
}

/// What is wanted of files, for these records and this store.
pub(crate) fn settings(records: impl Iterator<Item = FileRecords>, store: Option<&FileStoreConfig>) -> FileSettings {
    let mut settings = FileSettings {
        keep: store.is_some(),
        whole: store.is_some(),
        keep_all: store.is_some_and(|store| store.all),
        // A stored file is called by its SHA-256.
        sha256: store.is_some(),
        ..FileSettings::default()
    };
    for shows in records.chain(store.map(|store| store.shows)) {
        settings.magic |= shows.magic;
        settings.md5 |= shows.hashes.md5;
        settings.sha1 |= shows.hashes.sha1;
        settings.sha256 |= shows.hashes.sha256;
    }
    settings
}

/// Reassembles as much of streams as the store wants, if that is more than otherwise; else says so.
pub(crate) fn deepen(store: &FileStoreConfig, reassembly: &mut ReassemblyConfig) -> Option<String> {
    let depth = store.stream_depth?;
    if depth == 0 || reassembly.depth == 0 || depth > reassembly.depth {
        reassembly.depth = depth;
        return None;
    }
    (depth < reassembly.depth).then(|| {
        format!(
            "file-store.stream-depth value {depth} has no effect since it's less than stream.reassembly.depth value."
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::section::Notes;
    use crate::tree::read_text;

    fn read(yaml: &str) -> (FileStoreConfig, Vec<String>) {
        let tree = read_text(yaml).expect("it is YAML");
        let notes = Notes::default();
        let config = file_store(&Section::root(&tree.root, &notes));
        let told = notes.errors.borrow().iter().map(ToString::to_string).collect();
        (config, told)
    }

    #[test]
    fn a_store_wants_what_it_says() {
        let (config, told) = read(
            "version: 2\ndir: files\nforce-filestore: yes\nwrite-fileinfo: yes\nstream-depth: 2mb\nforce-hash: [md5]\nforce-magic: yes\n",
        );
        assert_eq!(told, Vec::<String>::new());
        assert!(config.all && config.records && config.folder.to_str() == Some("files"));
        let settings = settings(std::iter::empty(), Some(&config));
        assert!(settings.keep && settings.keep_all && settings.sha256 && settings.md5 && settings.magic);
        assert!(!settings.sha1);
        let mut reassembly = ReassemblyConfig::default();
        assert_eq!(deepen(&config, &mut reassembly), None);
        assert_eq!(reassembly.depth, 2 << 20);
    }

    #[test]
    fn a_smaller_depth_changes_nothing() {
        let (config, _) = read("stream-depth: 10000\n");
        let mut reassembly = ReassemblyConfig::default();
        let before = reassembly.depth;
        assert!(deepen(&config, &mut reassembly).is_some_and(|told| told.contains("value 10000 has no effect")));
        assert_eq!(reassembly.depth, before);
        assert!(!read("version: 1\n").1.is_empty());
        assert!(!read("force-hash: [sha9]\n").1.is_empty());
    }
}
