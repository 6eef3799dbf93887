//! Patterns of file names, as the shell has them: `*`, `?` and `[a-z]`.

use std::fs;
use std::path::{Component, Path, PathBuf};

/// Whether the text is a pattern rather than a name.
pub(super) fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

/// The files that match, by path.
pub(super) fn matches(pattern: &Path) -> Vec<PathBuf> {
    let mut found = vec![PathBuf::new()];
    for part in pattern.components() {
        let name = part.as_os_str().to_string_lossy();
        found = match part {
            Component::Normal(_) if is_pattern(&name) => {
                found.iter().flat_map(|folder| inside(folder, &name)).collect()
            }
            part => found.into_iter().map(|folder| folder.join(part)).collect(),
        };
    }
    found.retain(|path| path.exists());
    found
}

/// What in a folder matches, by name; hidden files must be meant expressly.
fn inside(folder: &Path, pattern: &str) -> Vec<PathBuf> {
    let here = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let Ok(entries) = fs::read_dir(here) else {
        return Vec::new();
    };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<_> = names
        .filter(|name| name.starts_with('.') == pattern.starts_with('.') && fits(pattern, name))
        .collect();
    names.sort_unstable();
    names.into_iter().map(|name| folder.join(name)).collect()
}

/// Whether a name fits a pattern.
fn fits(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut p, mut n) = (0, 0);
    // Where to go on when what follows the last star does not fit: the star takes one character more.
    let mut star = None;
    while n < name.len() {
        if pattern.get(p) == Some(&'*') {
            p += 1;
            star = Some((p, n));
        } else if let Some(width) = one(&pattern[p..], name[n]) {
            p += width;
            n += 1;
        } else if let Some((after, at)) = star {
            (p, n) = (after, at + 1);
            star = Some((after, at + 1));
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

/// How many characters of the pattern stand for the character, if they do.
fn one(pattern: &[char], c: char) -> Option<usize> {
    match pattern {
        ['?', ..] => Some(1),
        ['[', class @ ..] => {
            let negated = matches!(class, ['!' | '^', ..]);
            let class = &class[usize::from(negated)..];
            // A bracket that comes first is one of the characters.
            let Some(end) = class.iter().skip(1).position(|c| *c == ']').map(|at| at + 1) else {
                return (c == '[').then_some(1);
            };
            (in_class(&class[..end], c) != negated).then_some(end + 2 + usize::from(negated))
        }
        [first, ..] => (*first == c).then_some(1),
        [] => None,
    }
}

fn in_class(mut class: &[char], c: char) -> bool {
    while let [first, rest @ ..] = class {
        if let ['-', last, rest @ ..] = rest {
            if (*first..=*last).contains(&c) {
                return true;
            }
            class = rest;
        } else {
            if *first == c {
                return true;
            }
            class = rest;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn patterns_fit_as_in_the_shell() {
        for (pattern, name) in [
            ("*.rules", "a.rules"),
            ("a?c", "abc"),
            ("[a-c]x", "bx"),
            ("[!a-c]x", "dx"),
            ("*", ""),
            ("a*b*c", "axxbxxbc"),
            ("[]]", "]"),
            ("**a", "a"),
            ("[a", "[a"),
        ] {
            assert!(fits(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [
            ("*.rules", "a.rule"),
            ("a?c", "ac"),
            ("[a-c]x", "dx"),
            ("[!a]", "a"),
            ("a*b", "ac"),
            ("[a", "a"),
            ("", "a"),
        ] {
            assert!(!fits(pattern, name), "{pattern} {name}");
        }
    }

    #[test]
    fn folders_may_be_patterns() {
        let root = tempfile::tempdir().expect("a temporary folder");
        for folder in ["x1", "x2", "y"] {
            fs::create_dir(root.path().join(folder)).expect("a folder");
            fs::write(root.path().join(folder).join("a.rules"), "").expect("a file");
        }
        assert_eq!(
            matches(&root.path().join("x*/a.rules")),
            [root.path().join("x1/a.rules"), root.path().join("x2/a.rules")]
        );
    }

    proptest! {
        #[test]
        fn a_star_takes_the_place_of_any_part(name in "[a-z.]{0,12}", from in 0usize..12, to in 0usize..12) {
            let (from, to) = (from.min(to).min(name.len()), from.max(to).min(name.len()));
            let pattern = format!("{}*{}", &name[..from], &name[to..]);
            prop_assert!(fits(&pattern, &name));
        }
    }
}
