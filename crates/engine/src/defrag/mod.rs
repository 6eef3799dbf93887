//! IP defragmentation.
