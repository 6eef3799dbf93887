//! `reference`: where to read more.

use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem, RuleDraft};
use crate::rule::Reference;

/// `reference`: where to read more.
pub static REFERENCE: Keyword = Keyword {
    name: "reference",
    aliases: &[],
    summary: "where to read more",
    docs: "`reference:<kind>,<id>`: a source on what the rule finds. The kind is one of reference.config (`url`, `cve`, `bugtraq` ...), which tells how \
           an id becomes a link. There may be several.",
    example: "alert tcp any any -> any any (msg:\"a\"; content:\"x\"; reference:cve,2021-44228; reference:url,example.org/x; sid:1;)",
    deviation: None,
    kind: Kind::Meta(parse),
};

fn parse(draft: &mut RuleDraft<'_>, arg: &Arg<'_>) -> Parsed<()> {
    let text = arg.required()?;
    if text.starts_with('"') {
        return Err(
            Problem::new("a reference has no quotes around it").help("write it as `reference:url,example.org;`")
        );
    }
    let (kind, id) = text
        .split_once(',')
        .ok_or_else(|| Problem::new("the id is missing").help("write it as `reference:url,example.org;`"))?;
    let id = id.trim().trim_matches('"');
    if id.is_empty() {
        return Err(Problem::new("the id is missing").help("write it as `reference:url,example.org;`"));
    }
    let kind = kind.trim().to_ascii_lowercase();
    let known = draft.env.references.get(&kind).map(|known| known.prefix.clone());
    if known.is_none() {
        draft.warnings.push(
            Problem::new(format!("the kind `{kind}` is not in reference.config"))
                .help("records show the id without a prefix"),
        );
    }
    draft.meta.references.push(Reference {
        id: id.into(),
        prefix: known.unwrap_or_default(),
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyword::{Env, ReferenceKind};
    use crate::keywords::sample::{apply, draft};

    #[test]
    fn kind_and_id() {
        let mut env = Env::default();
        let kind = ReferenceKind {
            prefix: "https://cve.example/".into(),
        };
        env.references.insert("cve".to_owned(), kind);
        let mut draft = draft(&env);
        apply(
            &mut draft,
            &[(&REFERENCE, " url , example.org/a,b"), (&REFERENCE, "CVE,2020-1")],
        )
        .expect("two");
        let pairs: Vec<_> = draft.meta.references.iter().map(|r| (&*r.prefix, &*r.id)).collect();
        assert_eq!(pairs, [("", "example.org/a,b"), ("https://cve.example/", "2020-1")]);
        for text in ["url", "url,", "\"url,example.org\"", ""] {
            assert!(apply(&mut draft, &[(&REFERENCE, text)]).is_err(), "{text}");
        }
    }
}
