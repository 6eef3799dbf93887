//! Multi-pattern matching: which literals occur in a buffer.
