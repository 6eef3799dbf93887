//! Rules as text: one line, one space between parts, `name:value; ` for each option.

use std::fmt::{self, Display, Formatter, Write as _};

use crate::{
    Action, AddressExpr, AddressNode, Definition, Dialect, Endpoints, Header, PortExpr, PortNode, Rule, RuleOption,
};

/// The canonical text of a rule, without a line break; commented out if it is not enabled.
///
/// Parsed in the same dialect it gives the same tree again. Values are printed as they were written: this
/// changes the layout of a rule, not its dialect. What a dialect cannot do without is filled in: Suricata and
/// Snort 2 get `any` for networks and ports that Snort 3 leaves out.
#[must_use]
pub fn print(rule: &Rule<'_>, dialect: Dialect) -> String {
    let mut text = String::with_capacity(rule.span.len() as usize + 16);
    // Writing to a string cannot fail.
    let _ = write_rule(&mut text, rule, dialect);
    text
}

impl Display for Rule<'_> {
    /// As [`print()`] in the dialect that can leave out most.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_rule(f, self, Dialect::Snort3)
    }
}

fn write_rule(out: &mut impl fmt::Write, rule: &Rule<'_>, dialect: Dialect) -> fmt::Result {
    if !rule.enabled {
        out.write_str("# ")?;
    }
    write!(out, "{}", rule.action)?;
    write_header(out, &rule.header, dialect)?;
    out.write_str(" (")?;
    for (index, option) in rule.options.iter().enumerate() {
        if index > 0 {
            out.write_char(' ')?;
        }
        write!(out, "{option}")?;
    }
    out.write_char(')')
}

fn write_header(out: &mut impl fmt::Write, header: &Header<'_>, dialect: Dialect) -> fmt::Result {
    match (header.protocol, dialect) {
        (Some(protocol), _) => write!(out, " {}", protocol.value)?,
        (None, Dialect::Suricata) => out.write_str(" ip")?,
        (None, _) => {}
    }
    if let Some(hook) = header.hook {
        write!(out, ":{}", hook.value)?;
    }
    match &header.endpoints {
        Some(endpoints) => write_endpoints(out, endpoints, dialect),
        None if dialect == Dialect::Snort3 || dialect == Dialect::Snort2 && header.protocol.is_none() => Ok(()),
        None => out.write_str(" any any -> any any"),
    }
}

fn write_endpoints(out: &mut impl fmt::Write, ends: &Endpoints<'_>, dialect: Dialect) -> fmt::Result {
    let ports = |out: &mut dyn fmt::Write, ports: &Option<PortExpr<'_>>| match ports {
        Some(ports) => write!(out, " {ports}"),
        None if dialect == Dialect::Snort3 => Ok(()),
        None => out.write_str(" any"),
    };
    write!(out, " {}", ends.src)?;
    ports(out, &ends.src_ports)?;
    write!(out, " {} {}", ends.direction.value.arrow(), ends.dst)?;
    ports(out, &ends.dst_ports)
}

impl Display for Action<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.name.value)?;
        if let Some(scope) = self.scope {
            write!(f, ":{}", scope.value)?;
        }
        self.also.iter().try_for_each(|action| write!(f, ",{}", action.value))
    }
}

impl Display for AddressExpr<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(if self.negated { "!" } else { "" })?;
        match &self.node {
            AddressNode::Any => f.write_str("any"),
            AddressNode::Variable(name) => write!(f, "${name}"),
            AddressNode::Host(address) => write!(f, "{address}"),
            AddressNode::Network { address, prefix } => write!(f, "{address}/{prefix}"),
            AddressNode::Range { first, last } => write!(f, "{first}-{last}"),
            AddressNode::List(members) => write_list(f, members),
        }
    }
}

impl Display for PortExpr<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(if self.negated { "!" } else { "" })?;
        match &self.node {
            PortNode::Any => f.write_str("any"),
            PortNode::Variable(name) => write!(f, "${name}"),
            PortNode::Port(port) => write!(f, "{port}"),
            PortNode::Range { first, last } => {
                if let Some(first) = first {
                    write!(f, "{first}")?;
                }
                f.write_char(':')?;
                last.map_or(Ok(()), |last| write!(f, "{last}"))
            }
            PortNode::List(members) => write_list(f, members),
        }
    }
}

fn write_list<T: Display>(f: &mut Formatter<'_>, members: &[T]) -> fmt::Result {
    f.write_char('[')?;
    for (index, member) in members.iter().enumerate() {
        f.write_str(if index > 0 { "," } else { "" })?;
        member.fmt(f)?;
    }
    f.write_char(']')
}

impl Display for RuleOption<'_> {
    /// With its semicolon.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.value {
            Some(value) => write!(f, "{}:{};", self.name.value, value.value),
            None => write!(f, "{};", self.name.value),
        }
    }
}

impl Display for Definition<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.kind.name(), self.name.value, self.value.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ParseOptions, parse_rule};

    fn reprint(text: &str, from: Dialect, to: Dialect) -> String {
        let options = ParseOptions {
            dialect: Some(from),
            include_disabled: true,
        };
        print(&parse_rule(text, &options).unwrap(), to)
    }

    #[test]
    fn a_rule_is_printed_on_one_line() {
        let text = "  #alert  tcp ! [ 192.0.2.0/255.255.255.0 , $X ] 1: =>\tany [ 80 , :5 ](msg : \"a\\;\" ; \\\n nocase;\
            flow: to_server , \\\n  established;  ) # x";
        assert_eq!(
            reprint(text, Dialect::Suricata, Dialect::Suricata),
            "# alert tcp ![192.0.2.0/24,$X] 1: => any [80,:5] (msg:\"a\\;\"; nocase; flow:to_server ,   established;)"
        );
    }

    #[test]
    fn parts_that_a_dialect_needs_are_filled_in() {
        let service = "alert http (sid:1;)";
        assert_eq!(reprint(service, Dialect::Snort3, Dialect::Snort3), service);
        assert_eq!(
            reprint(service, Dialect::Snort3, Dialect::Suricata),
            "alert http any any -> any any (sid:1;)"
        );
        let decoder = "alert (gid:116; sid:1;)";
        assert_eq!(reprint(decoder, Dialect::Snort2, Dialect::Snort2), decoder);
        assert_eq!(
            reprint(decoder, Dialect::Snort2, Dialect::Suricata),
            "alert ip any any -> any any (gid:116; sid:1;)"
        );
        let portless = "alert tcp any -> $HOME_NET (sid:1;)";
        assert_eq!(reprint(portless, Dialect::Snort3, Dialect::Snort3), portless);
        assert_eq!(
            reprint(portless, Dialect::Snort3, Dialect::Snort2),
            "alert tcp any any -> $HOME_NET any (sid:1;)"
        );
    }
}
