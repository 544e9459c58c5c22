//! Fares without cards and terminals: what was tapped, priced again.
//!
//! | module | idea |
//! |---|---|
//! | [`reprice`] | a tap file paired, priced and compared with what it says was charged |
//! | [`synth`] | a synthetic month of taps, with planted faults where asked |

pub mod reprice;
pub mod synth;
