//! Benches of tunion. Speed is given as a ratio to the bare work in the same run: machines differ,
//! ratios hold.
//!
//! `cargo bench -p tunion-benches`
