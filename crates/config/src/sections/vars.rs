//! `vars`: the variables of rule headers, which may name each other in any order.

use engine::compile::{STANDARD_ADDRESSES, STANDARD_PORTS, VariableError, Variables};

use crate::section::Section;

/// Reads `vars`.
///
/// Where the file has no group of variables, there are those that rules expect, beside the overrides. A group of the
/// file is complete: a misspelt `HOME_NET` must not be some other network.
pub(crate) fn variables(vars: &Section<'_>) -> Variables {
    let mut variables = Variables::default();
    let addresses = group(&vars.section("address-groups"), &STANDARD_ADDRESSES, ADDRESSES);
    define(&addresses, ADDRESSES, |name, text| variables.set_addresses(name, text));
    let ports = group(&vars.section("port-groups"), &STANDARD_PORTS, PORTS);
    define(&ports, PORTS, |name, text| variables.set_ports(name, text));
    variables
}

/// A variable as it was written.
struct Definition<'t> {
    name: &'t str,
    text: String,
    section: Section<'t>,
}

fn group<'t>(group: &Section<'t>, standard: &[(&'t str, &str)], expected: &str) -> Vec<Definition<'t>> {
    let mut definitions = Vec::new();
    for (name, section) in group.children() {
        match joined(&section) {
            Some(text) => definitions.push(Definition { name, text, section }),
            None => section.wrong(format!("write {expected}")),
        }
    }
    if group.is_overrides_only() {
        for (name, text) in standard.iter().filter(|(name, _)| !group.has(name)) {
            definitions.push(Definition {
                name,
                text: (*text).to_owned(),
                section: group.section(name),
            });
        }
    }
    definitions
}

/// The text of a variable; a list of YAML is a list of rules.
fn joined(section: &Section<'_>) -> Option<String> {
    if let Some(text) = section.text() {
        return Some(text.to_owned());
    }
    if !section.is_list() {
        return None;
    }
    let items: Vec<_> = section.texts().into_iter().map(|(text, _)| text).collect();
    (!items.is_empty()).then(|| format!("[{}]", items.join(",")))
}

/// Defines variables after those that they name.
fn define(
    definitions: &[Definition<'_>],
    expected: &str,
    mut set: impl FnMut(&str, &str) -> Result<(), VariableError>,
) {
    let mut waiting: Vec<&Definition<'_>> = definitions.iter().collect();
    loop {
        let waits = |d: &&Definition<'_>| names(&d.text).any(|name| waiting.iter().any(|other| other.name == name));
        let (later, now): (Vec<&Definition<'_>>, Vec<_>) = waiting.iter().copied().partition(waits);
        if now.is_empty() {
            break;
        }
        for definition in now {
            if let Err(VariableError::Text { reason, .. }) = set(definition.name, &definition.text) {
                definition
                    .section
                    .wrong(with_remedy(&reason, &definition.text, expected));
            }
        }
        waiting = later;
    }
    for definition in waiting {
        definition
            .section
            .wrong("the variables that it names lead back to it or to another circle; give one of them a value");
    }
}

/// The names of the variables in a text.
fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split('$').skip(1).map(|rest| {
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-')
            .unwrap_or(rest.len());
        &rest[..end]
    })
}

fn with_remedy(reason: &str, text: &str, expected: &str) -> String {
    if reason.contains("is left") && text.starts_with('!') {
        format!("{reason}: all is excluded; write `any`, or exclude less")
    } else if reason.contains("not defined") {
        format!("{reason}; define it beside this one")
    } else {
        format!("{reason}; write {expected}")
    }
}

const ADDRESSES: &str = "addresses such as `[10.0.0.0/8,192.0.2.1]` or `any`";
const PORTS: &str = "ports such as `[80,8080]` or `1024:`";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::section::Notes;
    use crate::tree::{Tree, read_text};

    fn read(yaml: &str) -> (Variables, Vec<String>) {
        let tree = read_text(yaml).expect("it is YAML");
        let notes = Notes::default();
        let variables = variables(&Section::root(&tree.root, &notes).section("vars"));
        let told = notes.errors.borrow().iter().map(ToString::to_string).collect();
        (variables, told)
    }

    fn holds(variables: &Variables, name: &str, address: &str) -> bool {
        let text = format!("${name}");
        let expr = rule_parser::parse_addresses(&text).expect("it is a variable");
        let set = variables.addresses_of(&expr).expect("it is defined");
        set.contains(address.parse().expect("it is an address"))
    }

    #[test]
    fn variables_name_each_other_in_any_order() {
        let (variables, told) = read(
            "vars:\n  address-groups:\n    EXTERNAL_NET: \"!$HOME_NET\"\n    ALL: [$HOME_NET, $DMZ]\n    HOME_NET: \"[10.0.0.0/8]\"\n\
             \x20   DMZ: 192.0.2.0/24\n  port-groups:\n    WEB: \"[$HTTP_PORTS,8080]\"\n    HTTP_PORTS: 80\n    MORE: [1, 2]\n",
        );
        assert_eq!(told, Vec::<String>::new());
        assert!(holds(&variables, "EXTERNAL_NET", "8.8.8.8") && !holds(&variables, "EXTERNAL_NET", "10.0.0.1"));
        assert!(holds(&variables, "ALL", "192.0.2.9") && holds(&variables, "ALL", "10.1.1.1"));
        let ports = |text: &str| {
            variables
                .ports_of(&rule_parser::parse_ports(text).expect("ports"))
                .expect("defined")
                .intervals()
                .to_vec()
        };
        assert_eq!(ports("$WEB"), [(80, 80), (8080, 8080)]);
        assert_eq!(ports("$MORE"), [(1, 2)]);
    }

    #[test]
    fn without_the_section_variables_are_as_rules_expect() {
        assert!(holds(&read("a: 1\n").0, "HOME_NET", "10.0.0.1"));
    }

    #[test]
    fn overrides_change_what_rules_expect() {
        let overrides = ["vars.address-groups.HOME_NET=[192.0.2.0/24]".to_owned()];
        let tree = Tree::of_overrides(&overrides).expect("it is an override");
        let variables = variables(&Section::root(&tree.root, &Notes::default()).section("vars"));
        assert!(holds(&variables, "DNS_SERVERS", "192.0.2.1") && holds(&variables, "EXTERNAL_NET", "10.0.0.1"));
        assert!(
            variables
                .ports_of(&rule_parser::parse_ports("$HTTP_PORTS").expect("ports"))
                .is_ok()
        );
    }

    #[test]
    fn a_group_of_the_file_is_complete() {
        let (variables, _) = read("vars:\n  address-groups:\n    HOME_NTE: any\n");
        assert!(
            variables
                .addresses_of(&rule_parser::parse_addresses("$HOME_NET").expect("a variable"))
                .is_err()
        );
        assert!(
            variables
                .ports_of(&rule_parser::parse_ports("$HTTP_PORTS").expect("ports"))
                .is_ok()
        );
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        let told = |groups: &str| read(&format!("vars:\n  address-groups:\n{groups}")).1;
        let circle = "the variables that it names lead back to it or to another circle; give one of them a value";
        assert_eq!(
            told("    A: $B\n    B: $A\n"),
            [
                format!("test.yaml:3:8: `vars.address-groups.A: $B`: {circle}"),
                format!("test.yaml:4:8: `vars.address-groups.B: $A`: {circle}")
            ]
        );
        insta::assert_snapshot!(
            told(
                "    A: $X\n    B: 10.0.0.0/33\n    C: !!str\n    HOME: any\n    OUT: \"!$HOME\"\n    E: {x: {y: z}}\n"
            )
            .join("\n")
        );
    }
}
