//! Which modules of its own crate a file names: by `crate::` and by `super::`, in imports and in paths.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A module at the crate's root that is named somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// Its name.
    pub module: String,
    /// The line, from 1.
    pub line: usize,
}

/// What `tokens`, the text of the module `module`, names outside its tests.
pub fn imports(tokens: &TokenStream, module: &[String]) -> Vec<Import> {
    let mut found = Vec::new();
    Walk {
        depth: module.len(),
        found: &mut found,
    }
    .stream(tokens);
    found
}

/// Every identifier in `tokens` outside its tests, with its line.
pub fn words(tokens: &TokenStream, found: &mut impl FnMut(&str, usize)) {
    outside_tests(tokens, &mut |trees| {
        for tree in trees {
            match tree {
                TokenTree::Ident(ident) => found(&ident.to_string(), ident.span().start().line),
                TokenTree::Group(group) => words(&group.stream(), found),
                _ => {}
            }
        }
    });
}

struct Walk<'f> {
    /// How many modules deep the tokens are: so many `super` lead to the crate's root.
    depth: usize,
    found: &'f mut Vec<Import>,
}

impl Walk<'_> {
    fn stream(&mut self, tokens: &TokenStream) {
        outside_tests(tokens, &mut |trees| self.item(trees));
    }

    /// Walks over tokens that hold no test.
    fn item(&mut self, trees: &[TokenTree]) {
        let mut at = 0;
        while let Some(tree) = trees.get(at) {
            if let Some(body) = inline_module(&trees[at..]) {
                self.depth += 1;
                self.stream(&body);
                self.depth -= 1;
                at += 3;
                continue;
            }
            if let TokenTree::Group(group) = tree {
                self.stream(&group.stream());
            }
            at += self.path(&trees[at..]).max(1);
        }
    }

    /// Reads `crate::` or a chain of `super::` that leads to the crate's root; gives the tokens before what it names.
    fn path(&mut self, trees: &[TokenTree]) -> usize {
        let mut after = 0;
        let mut left = match word(trees.first()).as_deref() {
            Some("crate") => 1,
            Some("super") => self.depth,
            _ => return 0,
        };
        if left == 0 || !is_path_separator(trees, 1) {
            return 0;
        }
        loop {
            left -= 1;
            after += 3;
            match word(trees.get(after)).as_deref() {
                Some("super") if left > 0 && is_path_separator(trees, after + 1) => {}
                _ => break,
            }
        }
        if left == 0 {
            self.name(trees.get(after));
        }
        after
    }

    /// Notes the module, or in a list the modules, that stand behind `crate::`.
    fn name(&mut self, tree: Option<&TokenTree>) {
        match tree {
            Some(TokenTree::Ident(ident)) => self.found.push(Import {
                module: ident.to_string(),
                line: ident.span().start().line,
            }),
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                let inside: Vec<TokenTree> = group.stream().into_iter().collect();
                for entry in inside.split(|t| is_punct(Some(t), ',')) {
                    self.name(entry.first());
                }
            }
            _ => {}
        }
    }
}

/// Hands on the runs of tokens that do not belong to an item marked `#[cfg(test)]` or `#[test]`.
fn outside_tests(tokens: &TokenStream, hand: &mut impl FnMut(&[TokenTree])) {
    let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let (mut from, mut at) = (0, 0);
    while at < trees.len() {
        if is_punct(trees.get(at), '#') && is_test_attribute(trees.get(at + 1)) {
            hand(&trees[from..at]);
            at += end_of_item(&trees[at..]);
            from = at;
        } else {
            at += 1;
        }
    }
    hand(&trees[from..]);
}

/// The tokens up to the end of the item that starts here: a semicolon, or a body in braces.
fn end_of_item(trees: &[TokenTree]) -> usize {
    let end = trees.iter().position(|t| match t {
        TokenTree::Punct(punct) => punct.as_char() == ';',
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        _ => false,
    });
    end.map_or(trees.len(), |at| at + 1)
}

/// `[cfg(test)]`, `[cfg(all(test, ...))]` or `[test]`.
fn is_test_attribute(tree: Option<&TokenTree>) -> bool {
    let Some(TokenTree::Group(group)) = tree else {
        return false;
    };
    let text: String = group.stream().to_string().split_whitespace().collect();
    text == "test" || text == "cfg(test)" || text.starts_with("cfg(all(test,")
}

/// The body of `mod name { ... }`.
fn inline_module(trees: &[TokenTree]) -> Option<TokenStream> {
    match trees {
        [
            TokenTree::Ident(keyword),
            TokenTree::Ident(_),
            TokenTree::Group(body),
            ..,
        ] if keyword == "mod" => Some(body.stream()),
        _ => None,
    }
}

fn word(tree: Option<&TokenTree>) -> Option<String> {
    match tree {
        Some(TokenTree::Ident(ident)) => Some(ident.to_string()),
        _ => None,
    }
}

fn is_path_separator(trees: &[TokenTree], at: usize) -> bool {
    is_punct(trees.get(at), ':') && is_punct(trees.get(at + 1), ':')
}

fn is_punct(tree: Option<&TokenTree>, c: char) -> bool {
    matches!(tree, Some(TokenTree::Punct(punct)) if punct.as_char() == c)
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use super::*;

    fn named(module: &str, text: &str) -> Vec<String> {
        let module: Vec<String> = module
            .split("::")
            .filter(|m| !m.is_empty())
            .map(str::to_owned)
            .collect();
        let tokens = TokenStream::from_str(text).unwrap();
        imports(&tokens, &module)
            .into_iter()
            .map(|i| format!("{}:{}", i.module, i.line))
            .collect()
    }

    #[test]
    fn imports_and_paths() {
        assert_eq!(
            named("a", "use crate::flow::Flow;\nfn f(x: crate::event::Event) {}"),
            ["flow:1", "event:2"]
        );
        assert_eq!(
            named("a", "use crate::{flow::{A, B}, stream,\n rule as r};"),
            ["flow:1", "stream:1", "rule:2"]
        );
        assert_eq!(named("a", "fn f() { vec![crate::mpm::build(&[])] }"), ["mpm:1"]);
        assert_eq!(
            named("a", "pub(crate) fn f() {} pub(in crate::flow) struct S;"),
            ["flow:1"]
        );
    }

    #[test]
    fn supers_count_from_the_module() {
        assert_eq!(named("a", "use super::flow::X;"), ["flow:1"]);
        assert_eq!(named("a::b", "use super::flow::X; use super::super::rule;"), ["rule:1"]);
        assert_eq!(
            named("a", "mod b { use super::flow::X; use super::super::rule; }"),
            ["rule:1"]
        );
        assert_eq!(named("", "use super::nothing;"), Vec::<String>::new());
    }

    #[test]
    fn comments_strings_and_tests_are_no_imports() {
        let text = "
            //! [`crate::keyword`]
            // use crate::a;
            /* use crate::b; */
            const S: &str = \"use crate::c;\";
            #[cfg(test)]
            mod tests { use crate::d; }
            #[cfg(test)]
            use crate::e;
            #[test]
            fn t() { crate::f::g() }
            #[cfg(not(test))]
            use crate::h;
        ";
        assert_eq!(named("a", text), ["h:13"]);
    }

    #[test]
    fn words_outside_tests() {
        let tokens = TokenStream::from_str("fn a() { unsafe { b() } }\n#[cfg(test)] mod tests { fn c() {} }").unwrap();
        let mut all = Vec::new();
        words(&tokens, &mut |word, line| all.push((word.to_owned(), line)));
        let all: Vec<_> = all.iter().map(|(w, l)| (w.as_str(), *l)).collect();
        assert_eq!(all, [("fn", 1), ("a", 1), ("unsafe", 1), ("b", 1)]);
    }
}
