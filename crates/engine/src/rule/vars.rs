//! What rules remember on a flow: flowbits and flowints.

use packet::Direction;

use super::state::{Effect, FlowintValue, IntAssign, IntCompare, NameId, StateCheck};

/// The flowbits and flowints of one flow. Most flows have none, and then there is nothing but a null pointer.
#[derive(Clone, Debug, Default)]
pub struct FlowVars(Option<Box<Remembered>>);

/// What there is once a rule had something remembered: few flows have more than five of each.
#[derive(Clone, Debug, Default)]
struct Remembered {
    // LIMIT: the loaded rules name finitely many, and each is here at most once.
    bits: Vec<NameId>,
    ints: Vec<(NameId, u32)>,
    /// The rule that has all files of a direction stored from now on, by direction.
    stored: [Option<u32>; 2],
}

impl FlowVars {
    /// Whether the condition holds. Conditions that cross flows are not asked here, and hold.
    pub fn holds(&self, check: &StateCheck) -> bool {
        match check {
            StateCheck::FlowbitSet(any) => any.iter().any(|bit| self.bits().contains(bit)),
            StateCheck::FlowbitClear(any) => any.iter().any(|bit| !self.bits().contains(bit)),
            StateCheck::Flowint(name, compare, with) => match (self.int(*name), self.value(*with)) {
                (Some(left), Some(right)) => match compare {
                    IntCompare::Lt => left < right,
                    IntCompare::Le => left <= right,
                    IntCompare::Eq => left == right,
                    IntCompare::Ne => left != right,
                    IntCompare::Ge => left >= right,
                    IntCompare::Gt => left > right,
                },
                _ => false,
            },
            StateCheck::FlowintPresent(name, wanted) => self.int(*name).is_some() == *wanted,
            StateCheck::Shared(..) => true,
        }
    }

    /// Carries out what a match does to the flow's bits and numbers.
    pub fn apply(&mut self, effect: &Effect) {
        match effect {
            Effect::FlowbitSet(bit) => self.set(*bit),
            Effect::FlowbitClear(bit) => self.clear(*bit),
            Effect::FlowbitToggle(bit) if self.bits().contains(bit) => self.clear(*bit),
            Effect::FlowbitToggle(bit) => self.set(*bit),
            Effect::Flowint(name, assign, with) => {
                let Some(value) = self.value(*with) else { return };
                let old = self.int(*name);
                let new = match assign {
                    IntAssign::Set => value,
                    IntAssign::Add => old.unwrap_or(0).saturating_add(value),
                    IntAssign::Sub => old.unwrap_or(0).saturating_sub(value),
                };
                let ints = &mut self.remembered().ints;
                match ints.iter_mut().find(|(n, _)| n == name) {
                    Some(slot) => slot.1 = new,
                    None => ints.push((*name, new)),
                }
            }
            _ => {}
        }
    }

    /// The `sid` of the rule that has all files of a direction stored, if one does.
    pub fn stored(&self, direction: Direction) -> Option<u32> {
        self.0.as_ref()?.stored[direction.index()]
    }

    /// Has all files of a direction stored from now on, because the rule of that `sid` says so.
    pub fn store(&mut self, direction: Direction, sid: u32) {
        self.remembered().stored[direction.index()].get_or_insert(sid);
    }

    /// The bits that are set, in the order in which they were.
    pub fn bits(&self) -> &[NameId] {
        self.0.as_ref().map_or(&[], |vars| &vars.bits)
    }

    /// The numbers that are set, in the order in which they first were.
    pub fn ints(&self) -> &[(NameId, u32)] {
        self.0.as_ref().map_or(&[], |vars| &vars.ints)
    }

    /// Bytes on the heap.
    pub fn memory(&self) -> usize {
        self.0.as_deref().map_or(0, |vars| {
            size_of_val(vars) + size_of_val(vars.bits.as_slice()) + size_of_val(vars.ints.as_slice())
        })
    }

    fn remembered(&mut self) -> &mut Remembered {
        self.0.get_or_insert_default()
    }

    fn set(&mut self, bit: NameId) {
        let bits = &mut self.remembered().bits;
        if !bits.contains(&bit) {
            bits.push(bit);
        }
    }

    fn clear(&mut self, bit: NameId) {
        if let Some(vars) = &mut self.0 {
            vars.bits.retain(|b| *b != bit);
        }
    }

    fn int(&self, name: NameId) -> Option<u32> {
        self.ints().iter().find(|(n, _)| *n == name).map(|(_, v)| *v)
    }

    fn value(&self, value: FlowintValue) -> Option<u32> {
        match value {
            FlowintValue::Const(v) => Some(v),
            FlowintValue::Name(name) => self.int(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: NameId = NameId(1);
    const B: NameId = NameId(2);

    #[test]
    fn bits() {
        let mut vars = FlowVars::default();
        vars.apply(&Effect::FlowbitSet(A));
        vars.apply(&Effect::FlowbitToggle(B));
        assert!(vars.holds(&StateCheck::FlowbitSet([B].into())));
        vars.apply(&Effect::FlowbitToggle(B));
        assert!(
            vars.holds(&StateCheck::FlowbitSet([A, B].into())) && vars.holds(&StateCheck::FlowbitClear([B].into()))
        );
        // Suricata: one of several that is not set is enough.
        assert!(vars.holds(&StateCheck::FlowbitClear([A, B].into())));
        assert!(!vars.holds(&StateCheck::FlowbitClear([A].into())));
    }

    #[test]
    fn ints_saturate_and_unset_ones_match_nothing() {
        let mut vars = FlowVars::default();
        let is = |compare, n| StateCheck::Flowint(A, compare, FlowintValue::Const(n));
        assert!(!vars.holds(&is(IntCompare::Lt, 5)) && vars.holds(&StateCheck::FlowintPresent(A, false)));
        vars.apply(&Effect::Flowint(A, IntAssign::Add, FlowintValue::Const(3)));
        assert!(vars.holds(&is(IntCompare::Eq, 3)));
        vars.apply(&Effect::Flowint(A, IntAssign::Sub, FlowintValue::Const(9)));
        assert!(vars.holds(&is(IntCompare::Eq, 0)));
    }
}
