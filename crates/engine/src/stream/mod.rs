//! TCP: connection state and reassembly.
