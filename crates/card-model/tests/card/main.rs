//! The model against the published figures of `docs/spec/card.md` 1 and 5, and against the rows of 8.5 that are
//! easy to get wrong.

mod any;
mod bench;
mod files;
mod order;
mod secrets;
mod torn;
mod transactions;
mod vectors;
