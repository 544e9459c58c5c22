//! Fares over many rides.
//!
//! | module | idea |
//! |---|---|
//! | [`check`] | conformance cases and what became of each |
//! | [`coverage`] | the rules of a city and the edges of them that no case tries |
//! | [`month`] | a month of rides on one card, and its picture |

pub mod check;
pub mod coverage;
pub mod month;
