//! `service`: in which services Snort looks.

use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem, RuleDraft};

/// `service`: in which services Snort looks.
pub static SERVICE: Keyword = Keyword {
    name: "service",
    aliases: &[],
    summary: "the services in whose traffic the rule looks",
    docs: "`service:http` or `service:http,ssl`: Snort 3's way to name the application protocols a rule is for; several are alternatives. In Snort 2 \
           it is `metadata:service http`, in Suricata the protocol of the header.",
    example: "alert tcp any any -> any any (msg:\"a\"; content:\"x\"; service:http; sid:1;)",
    deviation: None,
    kind: Kind::Meta(parse),
};

fn parse(draft: &mut RuleDraft<'_>, arg: &Arg<'_>) -> Parsed<()> {
    for name in arg.unquoted()?.split(',').map(str::trim) {
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)) {
            return Err(
                Problem::new(format!("`{name}` is no service")).help("write names such as http, separated by commas")
            );
        }
        draft.services.push(name.to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyword::Env;
    use crate::keywords::sample::{apply, draft};

    #[test]
    fn several_are_kept() {
        let env = Env::default();
        let mut draft = draft(&env);
        apply(&mut draft, &[(&SERVICE, "ftp-data, http,imap")]).expect("three");
        assert_eq!(draft.services, ["ftp-data", "http", "imap"]);
        assert!(apply(&mut draft, &[(&SERVICE, "a b")]).is_err());
    }
}
