//! How APDUs travel over the air: ISO/IEC 14443 type A, both sides, without a radio.
//!
//! A [`Reader`] and a [`Proximity`] card are state machines without I/O and without a clock. Each is told what
//! happened and says what it wants done; frames are bytes as they are on the air, so that a protocol analyser
//! reads them. Who carries frames from one to the other decides what is lost and how long it takes; the formulae
//! are in [`time`].
//!
//! ```text
//! Reader::step(event) -> Ask                          Proximity::step(event) -> Wish
//!   Activate, Transmit(apdu), Deselect,                 Received(frame), Answer(apdu), Overdue, FieldLost
//!   Received(frame), Silent
//!      Send, Activated, Answer, Released, Failed           Nothing, Send, Process
//! ```
//!
//! What holds (`tests/delivery.rs`): whatever is lost or damaged on the way, the card is handed each command once at
//! most, and the reader either has the answer to it, byte for byte, or says what failed.
//!
//! ```
//! use tunion_link::{Air, Ask, Event, Proximity, ReaderSettings, Reader, Received, Wish, CardEvent, CardSettings};
//!
//! let mut reader = Reader::new(ReaderSettings::default());
//! let mut card = Proximity::new(CardSettings::default());
//! let mut event = Event::Activate;
//! let mut frame;
//! // A world without losses: what one sends, the other receives.
//! while reader.step(event) == Ask::Send {
//!     let wish = card.step(CardEvent::Received(Received::whole(reader.frame())));
//!     event = if wish == Wish::Send {
//!         frame = card.frame().clone();
//!         Event::Received(Received::whole(&frame))
//!     } else {
//!         Event::Silent
//!     };
//! }
//! assert_eq!(reader.air().map(|air: &Air| air.fsc), Some(64));
//! ```
//!
//! | module | idea |
//! |---|---|
//! | [`time`] | frame times, waits and guards, in periods of the carrier |
//! | [`t0`] | the contact bus of a SAM |
//! | [`crc`], [`frame`] | what goes over the air in one go |
//! | [`activation`] | UID, ATQA, SAK, ATS, PPS as bytes |
//! | [`block`] | I-, R- and S-blocks as bytes |
//! | [`settings`], [`failure`] | what reader and card are before they meet; why a reader gave up |
//! | [`reader`], `select` | the reader's side; from REQA to PPS |
//! | [`card`], `identify` | the card's side; the same |
#![no_std]
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may panic"))]

pub mod activation;
pub mod block;
pub mod card;
pub mod crc;
pub mod failure;
pub mod frame;
mod identify;
pub mod reader;
mod select;
pub mod settings;
pub mod t0;
pub mod time;

pub use activation::{Ats, Uid};
pub use card::{CardEvent, Proximity, Wish};
pub use failure::{Failure, Stage};
pub use frame::{Frame, Received};
pub use reader::{Air, Ask, Event, Reader};
pub use settings::{CardSettings, ReaderSettings};
pub use time::{Rate, Ticks};

/// The longest command: header, Lc, 255 bytes, Le.
pub const LONGEST_COMMAND: usize = 261;

/// The longest answer: 256 bytes and the status word.
pub const LONGEST_ANSWER: usize = 258;
