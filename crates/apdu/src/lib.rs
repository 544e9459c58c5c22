//! APDUs: framing, status words, the response buffer, and ONE table of commands.
//!
//! The [`table`] says of every command its class, instruction, parameter forms, lengths and the
//! layouts of its data. The card and the PSAM look a command up in it and so answer the general
//! parameter faults; the terminal [`build`]s from it; a tracer decodes by it. What a command *does*
//! is not known here.
//!
//! The iso7816 crate is not below, but a second opinion in the tests of [`Command::parse`]: what it found
//! it slices, a panic that no compiler can rule out (`docs/no-panic.md`); its `Status` knows no words of
//! PBOC and its `Response` is data or status but never both.
#![no_std]
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may panic"))]

#[cfg(any(test, feature = "proptest"))]
extern crate std;

#[cfg(any(test, feature = "proptest"))]
pub mod arbitrary;
pub mod build;
mod command;
mod response;
mod sw;
pub mod table;

pub use build::CommandBuf;
pub use command::{Command, LeRule};
pub use response::Response;
pub use sw::Sw;
pub use table::{Device, Name, Spec};
