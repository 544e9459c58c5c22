//! Tearing cards: every command that writes, cut before, inside and after every byte that it writes.
//!
//! A card is prepared up to the command, forked, torn at a byte, woken and looked at; then the command is
//! done again and torn again. What has to hold is [`Rule`]. `docs/tear.md` explains it and has the table of
//! the whole catalogue.
//!
//! | module | idea |
//! |---|---|
//! | `deed` | every command that writes, right and wrong |
//! | `setup`, `prepare` | a card that can do it; all that is asked before it |
//! | `effect` | what it should leave, written from the specification |
//! | `rule` | what must hold |
//! | `point`, `answers` | one cut: tear, wake, look, ask |
//! | `sweep` | every cut of every command of every card |
//! | `report` | the table, JSON, and the line that repeats a case |
//! | `subject`, `catalogue` | what is torn; cards where no file names any |

mod answers;
mod catalogue;
mod deed;
mod effect;
mod point;
mod prepare;
mod report;
mod rule;
mod setup;
mod subject;
mod sweep;
#[cfg(test)]
mod tests;

pub use catalogue::built_in;
pub use deed::{Act, Counter, DEEDS, Deed, Guard, Tries, named};
pub use report::Report;
pub use rule::{Broken, Rule};
pub use subject::Subject;
pub use sweep::{Case, Counts, Outcome, Settings, Specimen, Swept, sweep};
