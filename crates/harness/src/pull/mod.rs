//! No card is charged twice: taps disturbed at every moment, and what comes after.
//!
//! A flow is played up to its tap once. At every moment of the tap the whole scene, cards, terminals, host, is
//! forked and disturbed: the card pulled before, in and after every command, the answer cut, the PSAM silent,
//! the store failing, the terminal without power. Then the card is tapped again, here or there or both, and
//! the day ends. What must hold then are the rules of `docs/spec/terminal.md` 4.3. `docs/pull.md` explains it
//! and has the table.
//!
//! | module | idea |
//! |---|---|
//! | `flow` | which taps, and what comes before them |
//! | `place` | where a profile's terminals stand |
//! | `stage`, `scene`, `run` | what a flow needs of a profile; a day that can be forked; one tap of it |
//! | `fault`, `case` | what goes wrong and when; the words that repeat it |
//! | `evidence` | what is known of a day after it |
//! | `rule`, `invariants`, `marks`, `asides` | what a rule is; what must hold; what a transaction leaves on a card; what is no debit |
//! | `explore`, `sweep` | every case of a flow; every flow at every profile |
//! | `report`, `story` | the table, JSON, the line that repeats a case; one case told |

mod asides;
mod case;
mod evidence;
mod explore;
mod fault;
mod flow;
mod invariants;
mod marks;
mod place;
mod ready;
mod report;
mod rule;
mod run;
mod scene;
mod stage;
mod story;
mod sweep;
#[cfg(test)]
mod tests;

pub use case::{Case, Deed, Next};
pub use evidence::{Day, Done, End, Rules, Seen, Tapped, Upload};
pub use explore::{Broken, Counts, Finely};
pub use fault::{At, Fault};
pub use flow::{FLOWS, Flow, Rider, Visit, named};
pub(crate) use ready::{Ready, ready};
pub use report::Report;
pub use rule::Invariant;
pub use story::Story;
pub use sweep::{Outcome, Profile, Settings, Swept, play, serves, sweep};
