//! `decoder`, and what of `vlan` is about decoding.

use engine::compile::Variables;
use packet::{DecodeConfig, PortList};

use crate::section::Section;
use crate::value::{flag, number};

/// Reads `decoder`; its ports may be variables.
pub(crate) fn decoder(section: &Section<'_>, variables: &Variables) -> DecodeConfig {
    let mut config = DecodeConfig::default();
    section.set("max-layers", &mut config.max_layers, number);
    let ports = |text: &str| port_list(text, variables);
    let teredo = section.section("teredo");
    teredo.set("enabled", &mut config.teredo, flag);
    teredo.set("ports", &mut config.teredo_ports, ports);
    let vxlan = section.section("vxlan");
    vxlan.set("enabled", &mut config.vxlan, flag);
    vxlan.set("ports", &mut config.vxlan_ports, ports);
    vxlan.set("reserved-bits-check", &mut config.vxlan_strict, is_strict);
    let geneve = section.section("geneve");
    geneve.set("enabled", &mut config.geneve, flag);
    geneve.set("ports", &mut config.geneve_ports, ports);
    section
        .section("erspan")
        .section("typeI")
        .set("enabled", &mut config.erspan_type_i, flag);
    config
}

/// How strictly reserved bits are checked: `strict` or `permissive`.
fn is_strict(text: &str) -> Result<bool, String> {
    match text {
        "strict" => Ok(true),
        "permissive" => Ok(false),
        _ => Err("write `strict` or `permissive`".to_owned()),
    }
}

/// The ports of a text: `4789`, `[4789,8472]`, `any` or `$VXLAN_PORTS`.
fn port_list(text: &str, variables: &Variables) -> Result<PortList, String> {
    let expr = rule_parser::parse_ports(text).map_err(|d| d.message.to_string())?;
    let set = variables.ports_of(&expr).map_err(|d| d.message.to_string())?;
    if set.is_any() {
        return Ok(PortList::any());
    }
    let mut list = PortList::default();
    for port in set.intervals().iter().flat_map(|(first, last)| *first..=*last) {
        if !list.push(port) {
            return Err(format!("write at most {} ports, or `any`", PortList::CAPACITY));
        }
    }
    Ok(list)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::section::Notes;
    use crate::tree::read_text;

    #[test]
    fn ports_may_be_variables() {
        let tree = read_text(
            "decoder:\n  max-layers: 4\n  teredo: {enabled: no, ports: any}\n  vxlan: {ports: $VXLAN_PORTS, reserved-bits-check: permissive}\n  geneve: {ports: \"[1, 2]\"}\n\
             \x20 erspan: {typeI: {enabled: yes}}\n",
        )
        .expect("it is YAML");
        let notes = Notes::default();
        let config = decoder(
            &Section::root(&tree.root, &notes).section("decoder"),
            &Variables::standard(),
        );
        assert!(notes.errors.borrow().is_empty());
        assert_eq!(
            (config.max_layers, config.teredo, config.erspan_type_i),
            (4, false, true)
        );
        assert_eq!(config.teredo_ports, PortList::any());
        assert_eq!(config.vxlan_ports.as_slice(), [4789]);
        assert!(!config.vxlan_strict);
        assert_eq!(config.geneve_ports.as_slice(), [1, 2]);
    }

    #[test]
    fn too_many_ports_are_told() {
        let four = port_list("[1:4]", &Variables::default()).expect("four ports");
        assert_eq!(four.as_slice(), [1, 2, 3, 4]);
        let five = port_list("[1:5]", &Variables::default());
        assert_eq!(five, Err("write at most 4 ports, or `any`".to_owned()));
        assert!(port_list("$NOPE", &Variables::default()).is_err());
    }
}
