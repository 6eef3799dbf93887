//! Variables of rule headers: `$HOME_NET`, `$HTTP_PORTS`.

use hashbrown::HashMap;
use std::sync::Arc;

use rule_parser::{AddressExpr, AddressNode, Diagnostic, PortExpr, PortNode};

use crate::rule::{AddressSet, PortSet};

/// The variables that rule headers may name, with the text they stand for.
#[derive(Clone, Debug, Default)]
pub struct Variables {
    addresses: HashMap<String, Arc<AddressSet>>,
    ports: HashMap<String, Arc<PortSet>>,
}

/// Why a variable cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VariableError {
    /// The text is no set of addresses or ports.
    #[error("the variable `{name}` = `{text}`: {reason}")]
    Text {
        /// The variable.
        name: String,
        /// What it was given.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl Variables {
    /// Private networks are home, everything else is outside, servers are at home: what rules expect where no
    /// configuration says more.
    ///
    /// # Panics
    /// Never: a test resolves the defaults.
    pub fn standard() -> Self {
        let mut variables = Self::default();
        for (name, text) in STANDARD_ADDRESSES {
            if variables.set_addresses(name, text).is_err() {
                debug_assert!(false, "{name}");
            }
        }
        for (name, text) in STANDARD_PORTS {
            if variables.set_ports(name, text).is_err() {
                debug_assert!(false, "{name}");
            }
        }
        variables
    }

    /// Gives an address variable its value; variables in `text` must be known already.
    ///
    /// # Errors
    /// When `text` is no set of addresses.
    pub fn set_addresses(&mut self, name: &str, text: &str) -> Result<(), VariableError> {
        let expr = rule_parser::parse_addresses(text).map_err(|d| unreadable(name, text, &d))?;
        let set = self.addresses_of(&expr).map_err(|d| unreadable(name, text, &d))?;
        self.addresses.insert(name.to_owned(), set);
        Ok(())
    }

    /// Gives a port variable its value; variables in `text` must be known already.
    ///
    /// # Errors
    /// When `text` is no set of ports.
    pub fn set_ports(&mut self, name: &str, text: &str) -> Result<(), VariableError> {
        let expr = rule_parser::parse_ports(text).map_err(|d| unreadable(name, text, &d))?;
        let set = self.ports_of(&expr).map_err(|d| unreadable(name, text, &d))?;
        self.ports.insert(name.to_owned(), set);
        Ok(())
    }

    /// The addresses that an expression stands for.
    ///
    /// # Errors
    /// An unknown variable, or a set that holds nothing.
    pub fn addresses_of(&self, expr: &AddressExpr<'_>) -> Result<Arc<AddressSet>, Diagnostic> {
        // PERF: nearly every rule has one variable or `any`: their sets are shared, not copied.
        if !expr.negated
            && let AddressNode::Variable(name) = &expr.node
        {
            return self
                .addresses
                .get(*name)
                .cloned()
                .ok_or_else(|| unknown(name, expr.span, &self.addresses));
        }
        let set = self.address_set(expr)?;
        if set.is_empty() {
            return Err(Diagnostic::error(EMPTY, "no address is left in this set", expr.span)
                .label("everything in it is excluded")
                .help("`!any` and a list that excludes all it names never match; remove the rule or widen the list"));
        }
        Ok(Arc::new(set))
    }

    /// The ports that an expression stands for.
    ///
    /// # Errors
    /// An unknown variable, or a set that holds nothing.
    pub fn ports_of(&self, expr: &PortExpr<'_>) -> Result<Arc<PortSet>, Diagnostic> {
        if !expr.negated
            && let PortNode::Variable(name) = &expr.node
        {
            return self
                .ports
                .get(*name)
                .cloned()
                .ok_or_else(|| unknown(name, expr.span, &self.ports));
        }
        let set = self.port_set(expr)?;
        if set.is_empty() {
            return Err(Diagnostic::error(EMPTY, "no port is left in this set", expr.span)
                .label("everything in it is excluded"));
        }
        Ok(Arc::new(set))
    }

    fn address_set(&self, expr: &AddressExpr<'_>) -> Result<AddressSet, Diagnostic> {
        let plain = match &expr.node {
            AddressNode::Any => AddressSet::any(),
            AddressNode::Variable(name) => {
                let set = self
                    .addresses
                    .get(*name)
                    .ok_or_else(|| unknown(name, expr.span, &self.addresses))?;
                AddressSet::clone(set)
            }
            AddressNode::Host(host) => AddressSet::range(*host, *host),
            AddressNode::Network { address, prefix } => AddressSet::network(*address, *prefix),
            AddressNode::Range { first, last } => AddressSet::range(*first, *last),
            AddressNode::List(list) => self.address_list(list)?,
        };
        if !expr.negated {
            return Ok(plain);
        }
        let mut all = AddressSet::families_of(&plain);
        all.subtract(&plain);
        all.excludes = true;
        Ok(all)
    }

    /// A list: what it names, less what it excludes; a list of exclusions only is everything less those, of the
    /// IP versions that they are of.
    fn address_list(&self, list: &[AddressExpr<'_>]) -> Result<AddressSet, Diagnostic> {
        let (mut named, mut excluded) = (AddressSet::default(), AddressSet::default());
        for item in list {
            if item.negated {
                excluded.extend(&self.address_set(&AddressExpr {
                    negated: false,
                    ..item.clone()
                })?);
            } else {
                named.extend(&self.address_set(item)?);
            }
        }
        if list.iter().all(|item| item.negated) {
            named = AddressSet::families_of(&excluded);
        }
        named.normalise();
        excluded.normalise();
        named.subtract(&excluded);
        named.excludes |= list.iter().any(|item| item.negated);
        Ok(named)
    }

    fn port_set(&self, expr: &PortExpr<'_>) -> Result<PortSet, Diagnostic> {
        let plain = match &expr.node {
            PortNode::Any => PortSet::any(),
            PortNode::Variable(name) => {
                let set = self
                    .ports
                    .get(*name)
                    .ok_or_else(|| unknown(name, expr.span, &self.ports))?;
                PortSet::clone(set)
            }
            PortNode::Port(port) => PortSet::new([(*port, *port)]),
            PortNode::Range { first, last } => PortSet::new([(first.unwrap_or(0), last.unwrap_or(u16::MAX))]),
            PortNode::List(list) => self.port_list(list)?,
        };
        Ok(if expr.negated {
            PortSet::any().without(&plain)
        } else {
            plain
        })
    }

    fn port_list(&self, list: &[PortExpr<'_>]) -> Result<PortSet, Diagnostic> {
        let (mut named, mut excluded) = (PortSet::default(), PortSet::default());
        for item in list {
            if item.negated {
                excluded = excluded.union(&self.port_set(&PortExpr {
                    negated: false,
                    ..item.clone()
                })?);
            } else {
                named = named.union(&self.port_set(item)?);
            }
        }
        if list.iter().all(|item| item.negated) {
            named = PortSet::any();
        }
        Ok(named.without(&excluded))
    }
}

fn unreadable(name: &str, text: &str, diagnostic: &Diagnostic) -> VariableError {
    VariableError::Text {
        name: name.to_owned(),
        text: text.to_owned(),
        reason: diagnostic.message.to_string(),
    }
}

fn unknown<T>(name: &str, span: rule_parser::Span, known: &HashMap<String, T>) -> Diagnostic {
    let mut names: Vec<&str> = known.keys().map(String::as_str).collect();
    names.sort_unstable();
    let help = match names.iter().find(|k| k.eq_ignore_ascii_case(name)) {
        Some(near) => format!("did you mean `${near}`?"),
        None => format!(
            "define it in the configuration's `vars`, or with --set; known are {}",
            names.join(", ")
        ),
    };
    Diagnostic::error(UNKNOWN, format!("the variable `${name}` is not defined"), span)
        .label("not defined")
        .help(help)
}

/// The code of a variable that is not defined.
pub(super) const UNKNOWN: &str = "E0210";
/// The code of a set that holds nothing.
pub(super) const EMPTY: &str = "E0211";

/// The address variables of [`Variables::standard`], with the texts they stand for.
pub const STANDARD_ADDRESSES: [(&str, &str); 16] = [
    ("HOME_NET", "[192.168.0.0/16,10.0.0.0/8,172.16.0.0/12]"),
    ("EXTERNAL_NET", "!$HOME_NET"),
    ("HTTP_SERVERS", "$HOME_NET"),
    ("SMTP_SERVERS", "$HOME_NET"),
    ("SQL_SERVERS", "$HOME_NET"),
    ("DNS_SERVERS", "$HOME_NET"),
    ("TELNET_SERVERS", "$HOME_NET"),
    ("AIM_SERVERS", "$EXTERNAL_NET"),
    ("DC_SERVERS", "$HOME_NET"),
    ("DNP3_SERVER", "$HOME_NET"),
    ("DNP3_CLIENT", "$HOME_NET"),
    ("MODBUS_CLIENT", "$HOME_NET"),
    ("MODBUS_SERVER", "$HOME_NET"),
    ("ENIP_CLIENT", "$HOME_NET"),
    ("ENIP_SERVER", "$HOME_NET"),
    ("SIP_SERVERS", "$HOME_NET"),
];

/// The port variables of [`Variables::standard`], with the texts they stand for.
pub const STANDARD_PORTS: [(&str, &str); 14] = [
    ("HTTP_PORTS", "80"),
    ("SHELLCODE_PORTS", "!80"),
    ("ORACLE_PORTS", "1521"),
    ("SSH_PORTS", "22"),
    ("DNP3_PORTS", "20000"),
    ("MODBUS_PORTS", "502"),
    ("FILE_DATA_PORTS", "[$HTTP_PORTS,110,143]"),
    ("FTP_PORTS", "21"),
    ("GENEVE_PORTS", "6081"),
    ("VXLAN_PORTS", "4789"),
    ("TEREDO_PORTS", "3544"),
    ("SIP_PORTS", "[5060,5061]"),
    ("RDP_PORTS", "3389"),
    ("DNS_PORTS", "53"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_variables_resolve() {
        let variables = Variables::standard();
        assert_eq!(variables.addresses.len(), STANDARD_ADDRESSES.len());
        assert_eq!(variables.ports.len(), STANDARD_PORTS.len());
        let outside = &variables.addresses["EXTERNAL_NET"];
        assert!(outside.contains([8, 8, 8, 8].into()) && !outside.contains([10, 0, 0, 1].into()));
        assert_eq!(
            variables.ports["FILE_DATA_PORTS"].intervals(),
            [(80, 80), (110, 110), (143, 143)]
        );
    }

    #[test]
    fn a_list_excludes_from_what_it_names() {
        let mut variables = Variables::standard();
        variables
            .set_addresses("X", "[10.0.0.0/8,!10.1.0.0/16]")
            .expect("a list");
        let set = &variables.addresses["X"];
        assert!(
            set.contains([10, 0, 0, 1].into())
                && !set.contains([10, 1, 0, 1].into())
                && !set.contains([11, 0, 0, 1].into())
        );
    }

    #[test]
    fn nothing_left_is_an_error() {
        let error = Variables::standard()
            .set_addresses("X", "!any")
            .expect_err("nothing is left");
        assert_eq!(
            error.to_string(),
            "the variable `X` = `!any`: no address is left in this set"
        );
    }
}
