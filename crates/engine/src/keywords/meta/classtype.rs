//! `classtype`: what kind of thing the rule finds.

use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem, RuleDraft};

/// `classtype`: what kind of thing the rule finds.
pub static CLASSTYPE: Keyword = Keyword {
    name: "classtype",
    aliases: &[],
    summary: "what kind of thing the rule finds",
    docs: "The short name of a class in classification.config, such as `trojan-activity`. The class gives the alert its `category` and, unless the \
           rule has a `priority`, its severity. Of several the gravest counts. An unknown class leaves the category empty and the severity 3.",
    example: "alert tcp any any -> any any (msg:\"scan\"; flags:SF; classtype:attempted-recon; sid:1;)",
    deviation: None,
    kind: Kind::Meta(parse),
};

fn parse(draft: &mut RuleDraft<'_>, arg: &Arg<'_>) -> Parsed<()> {
    let name = arg.required()?;
    if !name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)) {
        return Err(Problem::new(format!("`{name}` is no name of a class"))
            .help("write it without quotes, as in classification.config"));
    }
    let Some(class) = draft.env.classifications.get(name) else {
        draft.warnings.push(
            Problem::new(format!("the class `{name}` is not in classification.config"))
                .help("the alert has no category and the severity 3"),
        );
        draft.classified = true;
        return Ok(());
    };
    // Suricata: of several the one with the highest priority is used.
    let graver = draft.meta.category.is_empty() || !draft.classified || class.priority < draft.meta.priority;
    if graver {
        draft.classified = true;
        draft.meta.category.clone_from(&class.description);
        if !draft.priority_given {
            draft.meta.priority = class.priority;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyword::{Classification, Env};
    use crate::keywords::meta::priority::PRIORITY;
    use crate::keywords::sample::{apply, draft, env_with};

    fn env() -> Env {
        let class = |description: &str, priority| Classification {
            description: description.into(),
            priority,
        };
        let classifications = [
            ("grave".to_owned(), class("Grave", 1)),
            ("small".to_owned(), class("Small", 3)),
        ]
        .into();
        env_with(|env| env.classifications = classifications)
    }

    #[test]
    fn gives_category_and_severity() {
        let env = env();
        let mut draft = draft(&env);
        apply(
            &mut draft,
            &[(&CLASSTYPE, "small"), (&CLASSTYPE, "grave"), (&CLASSTYPE, "small")],
        )
        .expect("three classes");
        assert_eq!((&*draft.meta.category, draft.meta.priority), ("Grave", 1));
    }

    #[test]
    fn a_priority_stays() {
        let env = env();
        let orders: [[(&Keyword, &str); 2]; 2] = [
            [(&PRIORITY, "2"), (&CLASSTYPE, "grave")],
            [(&CLASSTYPE, "grave"), (&PRIORITY, "2")],
        ];
        for order in orders {
            let mut draft = draft(&env);
            apply(&mut draft, &order).expect("class and priority");
            assert_eq!((&*draft.meta.category, draft.meta.priority), ("Grave", 2));
        }
    }

    #[test]
    fn an_unknown_class_is_a_warning() {
        let env = env();
        let mut draft = draft(&env);
        apply(&mut draft, &[(&CLASSTYPE, "other")]).expect("a class");
        assert_eq!((draft.warnings.len(), draft.meta.priority), (1, 3));
        assert!(apply(&mut draft, &[(&CLASSTYPE, "\"grave\"")]).is_err());
    }
}
