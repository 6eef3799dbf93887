//! Keywords that say something of the rule.

pub mod classtype;
pub mod ids;
pub mod inert;
pub mod metadata;
pub mod msg;
pub mod noalert;
pub mod prefilter;
pub mod priority;
pub mod reference;
pub mod requires;
pub mod service;
pub mod target;
pub mod threshold;
