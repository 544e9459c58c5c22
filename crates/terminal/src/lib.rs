//! Gates, bus readers, ticket offices, shops, top-up and enquiry terminals as sans-I/O state machines.
//!
//! ```text
//! step(&mut self, now, Event) -> Vec<Action>
//! ```
//!
//! A [`Terminal`] is told what happened and says what it wants done: it sends nothing itself, reads
//! no clock. What it keeps beyond a tap are its grey records, which survive a restart, and the cards
//! it distrusts after a wrong MAC2, which do not. The same machine runs in the harness, over a
//! PC/SC reader and on a microcontroller.
//!
//! What it guarantees (`docs/spec/terminal.md` 4.3):
//! 1. DEBIT, CREDIT, the lock and the extension are sent only after its grey record is
//!    [`Persisted`](Event::Persisted).
//! 2. A tap is charged again only when neither a proof nor the card's log shows its debit, and the
//!    card's sequence has not moved.
//! 3. One record for each debit; a recovered debit emits its original record. Where a card has paid and was
//!    not let through, because it went or the PSAM did not judge MAC2, its next tap is let through by that.
//! 4. The gate opens only after a successful DEBIT or a proof.
//! 5. Money that left the card always yields a record, also when MAC2 fails.
//!
//! A gate that opens and a record that is uploaded are two things, and power can go between them: the
//! passenger is told first, so that the terminal rather lets a card through twice than charges it twice.
//!
//! An event answers the action that asked for it. When the card goes while something else is still to
//! be answered, the tap ends with that answer and not before, so no answer reaches another tap.
//!
//! It knows the card's bytes, the tariff and its profile. It never knows how bytes travel.
//!
//! | module | idea |
//! |---|---|
//! | [`profile`], [`place`], [`defect`] | what differs between terminals, mistakes included |
//! | [`action`], [`codes`] | what goes in and out |
//! | [`display`] | a city's numbers and words for it |
//! | [`selection`], [`white_list`] | which application; whose cards |
//! | `checks`, [`ledger`], `rail`, `leave`, `office`, `bus`, `pos`, `guards`, `recent`, `loads`, `refund` | decisions: pure functions of what was read |
//! | `forms` | how each city writes stations, terminals and institutions |
//! | `plan` | one debit and its records |
//! | `machine` | the order of commands, recovery, grey records, locks, the load SAM |
#![no_std]
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may panic"))]

extern crate alloc;

pub mod action;
mod bus;
mod checks;
pub mod codes;
pub mod defect;
pub mod display;
mod facts;
mod forms;
mod grey;
mod guards;
mod leave;
pub mod ledger;
mod loads;
mod machine;
mod office;
pub mod place;
mod plan;
mod pos;
pub mod profile;
mod rail;
mod recent;
mod refund;
mod sam;
pub mod selection;
pub mod white_list;

pub use action::{
    Action, Advice, Area, Charge, Decision, Enquiry, Event, FareQuestion, Note, Request, Settle, SlotId,
};
pub use checks::BlackList;
pub use codes::{Code, Gate, Prompt};
pub use defect::{Defect, Defects};
pub use display::{Displays, Light, Shown, Words};
pub use guards::RepeatRule;
pub use machine::{Setup, Terminal};
pub use place::{BusReader, Direction, Fares, Office, Place, RailGate};
pub use profile::Profile;
pub use selection::Selection;
pub use white_list::Trusted;
