//! All keywords of a program, by name.

use hashbrown::HashMap;

use super::Keyword;

/// All keywords of a program, by name. The engine's own come from `keywords::ALL`; each protocol adds its.
#[derive(Debug, Default)]
pub struct Registry {
    list: Vec<&'static Keyword>,
    by_name: HashMap<&'static str, &'static Keyword>,
}

impl Registry {
    /// A registry of the keywords of `lists`, in that order.
    pub fn new(lists: &[&[&'static Keyword]]) -> Self {
        let mut registry = Self::default();
        for keyword in lists.iter().flat_map(|list| list.iter()) {
            registry.list.push(keyword);
            for name in std::iter::once(keyword.name).chain(keyword.aliases.iter().copied()) {
                registry.by_name.insert(name, keyword);
            }
        }
        registry
    }

    /// The keyword of that name or alias.
    pub fn get(&self, name: &str) -> Option<&'static Keyword> {
        self.by_name.get(name).copied()
    }

    /// All of them, in the order of the lists.
    pub fn iter(&self) -> impl Iterator<Item = &'static Keyword> {
        self.list.iter().copied()
    }

    /// The known name that is nearest to an unknown one, if any is near.
    pub fn nearest(&self, name: &str) -> Option<&'static str> {
        let near = |candidate: &&&'static str| distance(name, candidate) <= 1 + name.len() / 5;
        self.by_name
            .keys()
            .filter(near)
            .min_by_key(|k| (distance(name, k), **k))
            .copied()
    }
}

/// Levenshtein's distance, in bytes.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let substituted = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        assert_eq!(distance("nocase", "nocase"), 0);
        assert_eq!(distance("nocsae", "nocase"), 2);
        assert_eq!(distance("", "abc"), 3);
    }
}
