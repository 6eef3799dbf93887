//! `dataset`: whether the buffer is in a set.

use std::sync::Arc;

use rule_parser::value;

use super::definition::Definition;
use crate::buffer::PAYLOAD;
use crate::keyword::{Arg, Keyword, Kind, Parsed, Problem, RuleDraft};
use crate::rule::{BufferCheck, BufferView, Dataset, DatasetState, Op};

/// `dataset`: whether the buffer is in a set.
pub static DATASET: Keyword = Keyword {
    name: "dataset",
    aliases: &[],
    summary: "whether the whole buffer is a value of a set",
    docs: "`dataset:<command>,<name>[,options]`, behind a sticky buffer. `isset` and `isnotset` ask whether the whole buffer is a value of the set; `set` adds it, \
           and matches when it was not there; `unset` takes it away, and matches when it was. Rules that name the same set share it. The first one says:\n\n\
           - `type`: `string`, `md5` or `sha256` (behind `to_md5`, `to_sha256`), `ipv4`, `ipv6` or `ip` (behind `ip.src`, `ip.dst`);\n\
           - `load <file>`: values to begin with, in lines: strings in base64, hashes in hexadecimal; `save <file>`: written at the end; `state <file>`: both. \
           Files to load lie beside the rules, files to save in the data folder;\n\
           - `format json` or `ndjson` with `value_key <path>` and `array_key <path>`: the file to load is in JSON;\n\
           - `memcap <size>`: how much rules may add, 100 MB if nothing is said; `hashsize` has no effect;\n\
           - `match subdomain`: a value is found at every dot of the buffer, so `.example.org` stands for all names in it (behind `dotprefix`).",
    example: "alert ip any any -> any any (msg:\"new host\"; ip.src; dataset:set,seen-hosts,type ip; sid:1;)",
    deviation: Some("What a JSON file says of a value beside it (`context_key`) is not put into the alert."),
    kind: Kind::Payload(parse),
};

struct DatasetCheck {
    set: Arc<Dataset>,
    command: Command,
    subdomain: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Command {
    Set,
    Unset,
    IsSet,
    IsNotSet,
}

fn parse(draft: &mut RuleDraft<'_>, arg: &Arg<'_>) -> Parsed<Op> {
    let parts: Vec<_> = value::split_commas(arg.spanned()?).collect();
    let [command_text, name, options @ ..] = parts.as_slice() else {
        return Err(Problem::new("expected a command and the name of a set")
            .help("write it as `dataset:isset,name,type string,load file;`"));
    };
    let command = match command_text.value {
        "set" => Command::Set,
        "unset" => Command::Unset,
        "isset" => Command::IsSet,
        "isnotset" => Command::IsNotSet,
        other => {
            let problem = Problem::new(format!("`{other}` does nothing to a set"));
            return Err(problem
                .help("use isset, isnotset, set or unset")
                .at(command_text.span.range()));
        }
    };
    if std::ptr::eq(draft.section().buffer, &PAYLOAD) {
        return Err(Problem::new("`dataset` needs a sticky buffer before it")
            .help("write it as `dns.query; dataset:isset,name,...;`"));
    }
    let definition = Definition::read(options)?;
    let set = definition.set(draft.env, *name)?;
    if matches!(command, Command::Set | Command::Unset) {
        set.mark_changed();
    }
    Ok(Op::Check(Box::new(DatasetCheck {
        set,
        command,
        subdomain: definition.subdomain,
    })))
}

impl DatasetCheck {
    fn holds(&self, data: &[u8], state: &DatasetState) -> bool {
        if self.set.get(data, state).is_some() {
            return true;
        }
        // LIMIT: no name has more labels.
        let dots = data
            .iter()
            .enumerate()
            .filter(|(_, byte)| **byte == b'.')
            .take(MAX_LABELS);
        self.subdomain
            && dots
                .into_iter()
                .any(|(at, _)| data.get(at..).is_some_and(|rest| self.set.get(rest, state).is_some()))
    }
}

impl BufferCheck for DatasetCheck {
    fn keyword(&self) -> &'static str {
        "dataset"
    }

    fn matches(&self, view: &BufferView<'_>) -> bool {
        match self.command {
            Command::IsSet => self.holds(view.data, &view.sets.borrow()),
            Command::IsNotSet => !self.holds(view.data, &view.sets.borrow()),
            Command::Set => self.set.add(view.data, &mut view.sets.borrow_mut()),
            Command::Unset => self.set.remove(view.data, &mut view.sets.borrow_mut()),
        }
    }

    fn crosses_flows(&self) -> bool {
        self.set.is_changed_by_rules()
    }
}

impl std::fmt::Debug for DatasetCheck {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "dataset:{:?},{}", self.command, self.set.name)
    }
}

/// RFC 1035 section 2.3.4: 255 bytes, of which every label takes two at least.
const MAX_LABELS: usize = 128;

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::io;
    use std::path::Path;

    use super::*;
    use crate::keyword::{Env, Files};
    use crate::keywords::packet::headers::{IP_SRC, TCP_HDR};
    use crate::keywords::sample::{apply, draft, env_with};
    use crate::rule::MAX_VARS;

    /// An environment in which the folder `/rules` has two files.
    fn env() -> Env {
        let read = |path: &Path| match path.to_str() {
            Some("/rules/hosts.lst") => Ok(b"d3d3LmV2aWwuY29t\nLmV2aWwub3Jn\n".to_vec()),
            Some("/data/ips.lst") => Ok(b"192.0.2.1\n2001:db8::1\n".to_vec()),
            _ => Err(io::ErrorKind::NotFound.into()),
        };
        env_with(|env| {
            env.rule_folder = "/rules".into();
            env.data_folder = "/data".into();
            env.files = Files::new(read);
        })
    }

    fn check(env: &Env, buffer: &Keyword, text: &str) -> Parsed<Box<dyn BufferCheck>> {
        let mut draft = draft(env);
        apply(&mut draft, &[(buffer, ""), (&DATASET, text)])?;
        match draft.section().ops.pop() {
            Some(Op::Check(check)) => Ok(check),
            other => panic!("{other:?}"),
        }
    }

    fn look(check: &dyn BufferCheck, data: &[u8], sets: &RefCell<DatasetState>) -> bool {
        check.matches(&BufferView {
            data,
            cursor: 0,
            vars: &[0; MAX_VARS],
            sets,
        })
    }

    #[test]
    fn loaded_values() {
        let (env, sets) = (env(), RefCell::default());
        let set = check(&env, &TCP_HDR, "isset,hosts,type string,load hosts.lst").expect("a set");
        assert!(look(&*set, b"www.evil.com", &sets) && !look(&*set, b"x.evil.org", &sets));
        let not = check(&env, &TCP_HDR, "isnotset,hosts").expect("the same set");
        assert!(!look(&*not, b"www.evil.com", &sets) && look(&*not, b"x", &sets));
        let below = check(&env, &TCP_HDR, "isset,hosts,match subdomain").expect("the same set");
        assert!(
            look(&*below, b".x.evil.org", &sets)
                && look(&*below, b".evil.org", &sets)
                && !look(&*below, b".evil.net", &sets)
        );
        let ips = check(&env, &IP_SRC, "isset,ips,type ip,load ips.lst").expect("a set");
        assert!(look(&*ips, &[192, 0, 2, 1], &sets) && !look(&*ips, &[192, 0, 2, 2], &sets));
    }

    #[test]
    fn values_that_rules_change() {
        let (env, sets) = (env(), RefCell::default());
        let set = check(&env, &TCP_HDR, "set,seen,type string,state seen.csv").expect("a set");
        let unset = check(&env, &TCP_HDR, "unset,seen").expect("the same set");
        assert!(look(&*set, b"a", &sets) && !look(&*set, b"a", &sets));
        assert!(look(&*unset, b"a", &sets) && !look(&*unset, b"a", &sets) && look(&*set, b"a", &sets));
        let seen = env.dataset("seen").expect("a set");
        assert!(seen.is_changed_by_rules() && seen.save.as_deref() == Some("seen.csv"));
        assert_eq!(seen.values(&sets.borrow()), [b"a"]);
    }

    #[test]
    fn definitions_must_agree() {
        let env = env();
        check(&env, &TCP_HDR, "isset,hosts,type string,load hosts.lst").expect("a set");
        for text in [
            "isset,hosts,type md5",
            "isset,hosts,load other.lst",
            "isset,hosts,save x",
        ] {
            assert!(check(&env, &TCP_HDR, text).is_err(), "{text}");
        }
        assert!(check(&env, &TCP_HDR, "isset,hosts,type string,load hosts.lst").is_ok());
    }

    #[test]
    fn bad_values() {
        let bad = [
            "isset,foo",
            "isset,foo,type string,load nonexist",
            "isset,foo,type foo",
            "foo,foo,type string",
            "isset,foo,type string,foo bar",
            "isset,foo,type string,key ip",
            "isset,foo,type string,context_key x",
            "isset,foo,type string,load hosts.lst,format json",
            "isset,foo,type md5,load hosts.lst",
            "isset,foo,type string,state /abs",
            "isset,foo,type string,save ../up",
            "isset,foo,type string,state x,load y",
            "isset",
        ];
        for text in bad {
            assert!(check(&env(), &TCP_HDR, text).is_err(), "{text}");
        }
        let env = env();
        assert!(
            apply(&mut draft(&env), &[(&DATASET, "isset,foo,type string")]).is_err(),
            "the payload is no value"
        );
        let free = env_with(|env| env.absolute_files = true);
        assert!(check(&free, &TCP_HDR, "isset,foo,type string,state /abs").is_ok());
    }
}
