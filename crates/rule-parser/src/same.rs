//! Trees without their places: what a rule says, wherever it stands.

use crate::{Action, AddressExpr, AddressNode, Endpoints, Header, PortExpr, PortNode, Rule, RuleOption, Span, Spanned};

impl Rule<'_> {
    /// Whether another rule says the same, wherever both stand and however they are laid out.
    #[must_use]
    pub fn same_as(&self, other: &Rule<'_>) -> bool {
        self.clone().without_places() == other.clone().without_places()
    }

    /// The rule with all spans empty.
    #[must_use]
    pub fn without_places(mut self) -> Self {
        self.clear();
        self
    }
}

/// Empties the spans of a node and of all below it.
trait Clear {
    fn clear(&mut self);
}

impl Clear for Rule<'_> {
    fn clear(&mut self) {
        self.span = Span::default();
        self.action.clear();
        self.header.clear();
        self.options.iter_mut().for_each(Clear::clear);
    }
}

impl Clear for Action<'_> {
    fn clear(&mut self) {
        self.name.clear();
        self.scope.iter_mut().chain(&mut self.also).for_each(Clear::clear);
    }
}

impl Clear for Header<'_> {
    fn clear(&mut self) {
        self.protocol.iter_mut().chain(&mut self.hook).for_each(Clear::clear);
        self.endpoints.iter_mut().for_each(Clear::clear);
    }
}

impl Clear for Endpoints<'_> {
    fn clear(&mut self) {
        self.direction.clear();
        self.src.clear();
        self.dst.clear();
        self.src_ports
            .iter_mut()
            .chain(&mut self.dst_ports)
            .for_each(Clear::clear);
    }
}

impl Clear for AddressExpr<'_> {
    fn clear(&mut self) {
        self.span = Span::default();
        if let AddressNode::List(members) = &mut self.node {
            members.iter_mut().for_each(Clear::clear);
        }
    }
}

impl Clear for PortExpr<'_> {
    fn clear(&mut self) {
        self.span = Span::default();
        if let PortNode::List(members) = &mut self.node {
            members.iter_mut().for_each(Clear::clear);
        }
    }
}

impl Clear for RuleOption<'_> {
    fn clear(&mut self) {
        self.span = Span::default();
        self.name.clear();
        self.value.iter_mut().for_each(Clear::clear);
    }
}

impl<T> Clear for Spanned<T> {
    fn clear(&mut self) {
        self.span = Span::default();
    }
}
