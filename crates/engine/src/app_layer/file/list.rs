//! The files of one direction of a transaction.

use super::settings::FileSettings;
use super::tracked::File;

/// The files that go in one direction of a transaction, oldest first.
#[derive(Debug, Default)]
pub struct Files {
    list: Vec<File>,
    /// LIMIT: where those go that are too many: followed while they are the newest, seen by nobody.
    spare: Option<Box<File>>,
}

impl Files {
    /// Begins a file; the one before it goes on until it is closed.
    pub fn open(&mut self, name: &[u8], settings: &FileSettings) -> &mut File {
        let file = File::new(name, settings);
        if self.list.len() >= MAX_FILES {
            return self.spare.insert(Box::default());
        }
        self.list.push(file);
        let last = self.list.len() - 1;
        &mut self.list[last]
    }

    /// The newest.
    pub fn last_mut(&mut self) -> Option<&mut File> {
        match &mut self.spare {
            Some(spare) => Some(spare),
            None => self.list.last_mut(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &File> {
        self.list.iter()
    }

    /// All of them.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut File> {
        self.list.iter_mut()
    }

    /// The one at `index`.
    pub fn get(&self, index: usize) -> Option<&File> {
        self.list.get(index)
    }

    /// The window of the one at `index` among those of which rules have not seen everything.
    pub fn window(&self, index: usize) -> Option<&[u8]> {
        self.list.iter().filter_map(File::window).nth(index)
    }

    /// Where that window begins in its file, in bytes.
    pub fn window_start(&self, index: usize) -> u64 {
        let mut shown = self.list.iter().filter(|file| file.window().is_some());
        shown.nth(index).map_or(0, File::window_start)
    }

    /// Rules have seen everything there is.
    pub fn inspected(&mut self) {
        self.list.iter_mut().for_each(File::inspected);
    }
}

/// LIMIT: files of a transaction in a direction.
const MAX_FILES: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_files_are_not_kept() {
        let mut files = Files::default();
        for _ in 0..MAX_FILES + 5 {
            files.open(b"a", &FileSettings::default());
            let last = files.last_mut().expect("one was opened");
            last.append(b"abc", &FileSettings::default());
        }
        assert_eq!(files.len(), MAX_FILES);
        assert!(files.iter().all(|file| file.size == 3));
    }

    #[test]
    fn windows_are_of_files_with_something_new() {
        let settings = FileSettings {
            inspect_min: 0,
            ..FileSettings::default()
        };
        let mut files = Files::default();
        files.open(b"a", &settings).append(b"first", &settings);
        files.inspected();
        files.open(b"b", &settings).append(b"second", &settings);
        assert_eq!(files.window(0), Some(&b"second"[..]));
        assert_eq!(files.window(1), None);
    }
}
