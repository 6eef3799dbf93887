//! What flows between the same hosts share: the parts of a file that comes over several connections, say.

use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::collections::HashMap;

/// What flows between the same hosts share, a value of each type.
///
/// It belongs to a shard of the traffic, as its flows do, so that what a flow finds in it does not depend on the number
/// of workers; and to a capture. Each type sees to its own limit.
#[derive(Debug, Default)]
pub struct Shared(RefCell<HashMap<TypeId, Box<dyn Any + Send>>>);

impl Shared {
    /// Gives the value of type `T`, made when it is asked for first, to `with`. A value that is asked for again within
    /// `with` is another one, which is lost.
    pub fn with<T: Any + Default + Send, R>(&self, with: impl FnOnce(&mut T) -> R) -> R {
        let taken = self.0.borrow_mut().remove(&TypeId::of::<T>());
        let mut value = taken.and_then(|value| value.downcast::<T>().ok()).unwrap_or_default();
        let result = with(&mut value);
        self.0.borrow_mut().insert(TypeId::of::<T>(), value);
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_has_a_value_that_stays() {
        let shared = Shared::default();
        shared.with(|n: &mut u32| *n += 2);
        shared.with(|text: &mut String| text.push('a'));
        assert_eq!(shared.with(|n: &mut u32| *n), 2);
        assert_eq!(shared.with(|text: &mut String| text.len()), 1);
    }
}
