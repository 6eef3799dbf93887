//! Text for Markdown.

use std::fmt::Write;

/// Says that the page is made by a program.
pub const GENERATED: &str = "<!-- Made by `cargo xtask docs`. -->\n\n";

/// A table with a line for each of `rows`.
pub fn table<const N: usize>(head: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "| {} |", head.join(" | "));
    let _ = writeln!(out, "|{}", "---|".repeat(N));
    for row in rows {
        let _ = writeln!(out, "| {} |", row.map(|cell| cell.replace('|', "\\|")).join(" | "));
    }
    out
}

/// Names as code, with spaces between them.
pub fn names<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let list: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    list.join(" ")
}

/// The anchor that a heading gets.
pub fn anchor(heading: &str) -> String {
    let kept = heading
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_and_names() {
        let rows = [["a|b".to_owned(), names(["x", "y"])]];
        assert_eq!(
            table(["one", "two"], rows),
            "| one | two |\n|---|---|\n| a\\|b | `x` `y` |\n"
        );
    }

    #[test]
    fn anchors() {
        assert_eq!(anchor("flow.age"), "flowage");
        assert_eq!(anchor("The rule itself"), "the-rule-itself");
        assert_eq!(anchor("byte_test"), "byte_test");
    }
}
