//! What a card and a PSAM have in common as devices: they answer one command at a time, write memory
//! that can lose power at any byte, draw random numbers, and count what each command takes.
//!
//! A device implements [`Applet`]: what it is made of and what its commands do. Everybody gets [`Chip`]
//! with it: how it is used. So a command runs the same way on every device:
//!
//! ```text
//! powered? ─▶ SELECT or INITIALIZE: end the transaction ─▶ parse ─▶ find in the table ─▶ Le ─▶ admit ─▶ dispatch ─▶ 9000
//!    │                                                      └─────────────┴────────────┴───────┴── fault ──┤
//!    └─ no: PowerLost                                                    PowerLost ◀── power ──────────────┴─▶ status word
//! ```
//!
//! The crate knows no command but GET CHALLENGE and GET RESPONSE, no file and no key. Nothing here
//! allocates.
//!
//! | module | idea |
//! |---|---|
//! | `applet` | what a device has to say of itself |
//! | `chip` | how every device is used |
//! | `state` | what lies below every applet: memory, randomness, work |
#![no_std]

mod applet;
mod chip;
mod state;

pub use applet::{Applet, Fault, Interface};
pub use chip::Chip;
pub use state::{Core, Work};
