//! A reference model of the PSAM: `docs/spec/terminal.md` section 2.6 written down a second time, plainly, so
//! that model and applet can be driven side by side.
//!
//! Slow and obvious on purpose. The model knows nothing of the applet; [`beside`] alone drives both, and is
//! what the random tests and the fuzz target call. Its cryptography is the card model's, from single DES
//! blocks up.
//!
//! Where the text leaves room, a comment begins with "Choice:".
//!
//! | module | idea |
//! |---|---|
//! | [`settings`] | one PSAM as it was personalised |
//! | [`memory`] | what it keeps without power |
//! | [`model`] | what it has with power, and the order in which a command is judged |
//! | `frame` | framing, the rows of 2.6, Le |
//! | `files` | SELECT, READ BINARY, UPDATE BINARY |
//! | `security` | challenge, tries, the host's proof, unblocking |
//! | `purchase` | the terminal sequence, MAC1, MAC2 |
//! | `crypt` | a card's key, and what is made with it |
//! | [`beside`] | applet and model side by side |

pub mod beside;
mod crypt;
mod files;
mod frame;
pub mod memory;
pub mod model;
mod purchase;
mod security;
pub mod settings;

pub use memory::Memory;
pub use model::Model;
pub use settings::{Keys, LoadKeys, Settings};
