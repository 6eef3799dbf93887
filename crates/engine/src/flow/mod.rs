//! The flow table: who talks to whom, and for how long that is remembered.
