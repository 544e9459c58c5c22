//! A device within reach of other programs: at a PC/SC reader, or over TCP.
//!
//! Everything that decides is pure: a [`Session`] takes the bytes that came and gives the bytes to send,
//! whatever carries them. Sockets stand around it.
//!
//! ```text
//! socket ─▶ Wire ─▶ Session::receive ─▶ Decoder ─▶ Dialect::message ─▶ Chip
//!    ▲                     │                                            │
//!    └──── one write ◀─────┴──────────────── frame::encode ◀────────────┘
//! ```
//!
//! | module | idea |
//! |---|---|
//! | [`frame`] | length and body, whatever chunks they come in |
//! | [`vpcd`] | what a virtual reader's frames ask for |
//! | [`atr`] | what a reader says of the device |
//! | [`session`] | frames in, answers out |
//! | [`address`], `error` | where, and what went wrong there |
//! | [`event`] | what a session did, and its words |
//! | `wire`, `run` | the sockets |
//!
//! A fuzz target needs a [`Session`], a device and any bytes: [`Session::receive`] takes them all.
//!
//! A device is anything that is a [`Chip`](tunion_card::Chip): a card, and as well a PSAM.

pub mod address;
pub mod atr;
mod error;
pub mod event;
pub mod frame;
mod run;
pub mod session;
pub mod vpcd;
mod wire;

pub use address::Address;
pub use atr::Atr;
pub use error::Error;
pub use event::Event;
pub use run::{End, Listener, Reader, at_reader, bind, connect, held, on_listener, on_stream};
pub use session::{Dialect, Session};
