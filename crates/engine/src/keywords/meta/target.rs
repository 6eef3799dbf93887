//! `target`: which side is under attack.

use crate::keyword::{Keyword, Kind, Problem};
use crate::rule::Target;

/// `target`: which side is under attack.
pub static TARGET: Keyword = Keyword {
    name: "target",
    aliases: &[],
    summary: "which side is under attack",
    docs: "`target:src_ip` or `target:dest_ip`: which end of the packet is the victim. Alerts then have a `source` and a `target` of the attack.",
    example: "alert tcp any any -> any any (msg:\"a\"; content:\"x\"; target:dest_ip; sid:1;)",
    deviation: None,
    kind: Kind::Meta(|draft, arg| {
        let target = match arg.required()? {
            "src_ip" => Target::Source,
            "dest_ip" => Target::Destination,
            other => return Err(Problem::new(format!("`{other}` is no side")).help("use src_ip or dest_ip")),
        };
        match draft.meta.target.replace(target) {
            Some(old) if old != target => Err(Problem::new(
                "the rule already says that the other side is under attack",
            )
            .help("keep one of the two")),
            _ => Ok(()),
        }
    }),
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyword::Env;
    use crate::keywords::sample::{apply, draft};

    #[test]
    fn one_side() {
        let env = Env::default();
        let mut draft = draft(&env);
        apply(&mut draft, &[(&TARGET, "dest_ip"), (&TARGET, "dest_ip")]).expect("a side");
        assert_eq!(draft.meta.target, Some(Target::Destination));
        for text in ["src_ip", "dst_ip", "\"dest_ip\"", ""] {
            assert!(apply(&mut draft, &[(&TARGET, text)]).is_err(), "{text}");
        }
    }
}
