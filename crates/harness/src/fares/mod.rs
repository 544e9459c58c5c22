//! Fares without cards and terminals.
//!
//! | module | idea |
//! |---|---|
//! | [`check`] | conformance cases and what became of each |
//! | [`coverage`] | the rules of a city and the edges of them that no case tries |
//! | [`quote`] | one ride asked for in words and priced, or a file of them |
//! | [`matrix`] | the whole matrix of list prices |
//! | [`month`] | a month of rides on one card, and its picture |
//! | [`reprice`] | a tap file paired, priced and compared with what it says was charged |
//! | [`synth`] | a made-up month of taps, with planted faults where asked |

pub mod check;
pub mod coverage;
pub mod matrix;
pub mod month;
pub mod quote;
pub mod reprice;
pub mod synth;
