//! What a rule says of the set it uses, and the set itself.

use std::path::{Component, Path};
use std::sync::Arc;

use rule_parser::{Spanned, value};

use super::file::{self, Format};
use crate::keyword::{Env, Parsed, Problem};
use crate::rule::{Dataset, DatasetKind};

/// What a rule says of the set it uses.
#[derive(Debug, Default)]
pub(super) struct Definition<'a> {
    kind: Option<DatasetKind>,
    load: Option<&'a str>,
    save: Option<&'a str>,
    /// `state`: loaded if it is there, and saved.
    state: Option<&'a str>,
    memcap: Option<u64>,
    format: FormatName,
    value_key: Option<&'a str>,
    array_key: Option<&'a str>,
    context: bool,
    /// `match subdomain`.
    pub subdomain: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum FormatName {
    #[default]
    Lines,
    Json,
    JsonLines,
}

impl<'a> Definition<'a> {
    /// Reads the options behind the name.
    pub fn read(options: &[Spanned<&'a str>]) -> Parsed<Self> {
        let mut definition = Self::default();
        for option in options {
            definition
                .take(*option)
                .map_err(|p| if p.at.is_some() { p } else { p.at(option.span.range()) })?;
        }
        definition.check()?;
        Ok(definition)
    }

    fn take(&mut self, option: Spanned<&'a str>) -> Parsed<()> {
        let unknown = || {
            let problem = Problem::new(format!("`{}` is not understood here", option.value));
            problem.help("use type, load, save, state, memcap, hashsize, format, value_key, array_key, context_key, remove_key and match")
        };
        if option.value == "remove_key" {
            self.context = true;
            return Ok(());
        }
        let (name, text) = option.split_once(' ').ok_or_else(unknown)?;
        let text = text.trim();
        match name.value {
            "type" => self.kind = Some(DatasetKind::from_name(text.value).ok_or_else(|| no_kind(text))?),
            "load" => self.load = Some(text.value),
            "save" => self.save = Some(text.value),
            "state" => self.state = Some(text.value),
            "memcap" => self.memcap = Some(value::size(text)?),
            // Tables here grow as they need.
            "hashsize" => drop(value::size(text)?),
            "format" => self.format = format_of(text.value)?,
            "value_key" => self.value_key = Some(text.value),
            "array_key" => self.array_key = Some(text.value),
            "context_key" => self.context = true,
            "match" if text.value == "subdomain" => self.subdomain = true,
            _ => return Err(unknown()),
        }
        Ok(())
    }

    fn check(&self) -> Parsed<()> {
        if self.state.is_some() && (self.load.is_some() || self.save.is_some()) {
            return Err(Problem::new("`state` is `load` and `save` of one file")
                .help("leave `load` and `save` away, or `state`"));
        }
        match self.format {
            FormatName::Lines if self.context || self.value_key.is_some() || self.array_key.is_some() => {
                Err(Problem::new("keys belong to a file in JSON").help("add `format json` or `format ndjson`"))
            }
            FormatName::Lines => Ok(()),
            _ if self.value_key.is_none() => {
                Err(Problem::new("`value_key` is missing").help("name the key of the value in each object"))
            }
            _ if self.save.is_some() || self.state.is_some() => {
                Err(Problem::new("sets in JSON cannot be saved").help("use `load`"))
            }
            _ => Ok(()),
        }
    }

    /// The set of that name: the one that another rule defined, or a new one.
    pub fn set(&self, env: &Env, name: Spanned<&str>) -> Parsed<Arc<Dataset>> {
        if name.value.is_empty() || name.value.contains(|c: char| c.is_whitespace()) {
            return Err(Problem::new("a set needs a name without spaces").at(name.span.range()));
        }
        let at = |problem: Problem| problem.at(name.span.range());
        let set = env
            .dataset_or(name.value, |id| self.make(env, name.value, id))
            .map_err(at)?;
        let differs =
            |ours: Option<&str>, theirs: &Option<String>| ours.is_some_and(|file| theirs.as_deref() != Some(file));
        let other = match () {
            () if self.kind.is_some_and(|kind| kind != set.kind) => Some(format!("type {}", set.kind.name())),
            () if differs(self.load.or(self.state), &set.load) => Some(
                set.load
                    .as_ref()
                    .map_or("no file to load".to_owned(), |file| format!("load {file}")),
            ),
            () if differs(self.save.or(self.state), &set.save) => Some(
                set.save
                    .as_ref()
                    .map_or("no file to save to".to_owned(), |file| format!("save {file}")),
            ),
            () => None,
        };
        match other {
            None => Ok(set),
            Some(other) => Err(at(Problem::new(format!(
                "another rule defines the set `{}` with {other}",
                name.value
            ))
            .help("say the same in all rules, or only in the first"))),
        }
    }

    fn make(&self, env: &Env, name: &str, id: u32) -> Parsed<Dataset> {
        let kind = self.kind.ok_or_else(|| {
            Problem::new(format!("the set `{name}` is not defined"))
                .help("the first rule that uses a set says its `type`")
        })?;
        for file in [self.save, self.state].into_iter().flatten() {
            writable(env, file)?;
        }
        let format = self.format();
        let values = match (self.load, self.state) {
            (Some(load), _) => file::load(env, load, kind, &format)?,
            (None, Some(state)) => file::load_state(env, state, kind)?,
            (None, None) => Vec::new(),
        };
        let mut set = Dataset::new(name.to_owned(), id, kind, values);
        set.load = self.load.or(self.state).map(str::to_owned);
        set.save = self.save.or(self.state).map(str::to_owned);
        if let Some(memcap) = self.memcap {
            set.memcap = memcap;
        }
        Ok(set)
    }

    fn format(&self) -> Format<'a> {
        let value_key = self.value_key.unwrap_or_default();
        match self.format {
            FormatName::Lines => Format::Lines,
            FormatName::Json => Format::Json {
                value_key,
                array_key: self.array_key,
            },
            FormatName::JsonLines => Format::JsonLines { value_key },
        }
    }
}

/// Checks that a rule may write to the file.
fn writable(env: &Env, file: &str) -> Parsed<()> {
    let path = Path::new(file);
    let outside = path.is_absolute()
        || path
            .components()
            .any(|part| !matches!(part, Component::Normal(_) | Component::CurDir));
    if outside && !env.absolute_files {
        let problem = Problem::new(format!("a rule may not write to `{file}`"));
        return Err(problem.help("name a file in the data folder, or set datasets.rules.allow-absolute-filenames"));
    }
    Ok(())
}

fn no_kind(text: Spanned<&str>) -> Problem {
    Problem::new(format!("`{}` is no type of a set", text.value))
        .help("use string, md5, sha256, ipv4, ipv6 or ip")
        .at(text.span.range())
}

fn format_of(name: &str) -> Parsed<FormatName> {
    match name {
        "csv" => Ok(FormatName::Lines),
        "json" => Ok(FormatName::Json),
        "ndjson" | "jsonline" => Ok(FormatName::JsonLines),
        _ => Err(Problem::new(format!("`{name}` is no format of a set")).help("use csv, json or ndjson")),
    }
}
