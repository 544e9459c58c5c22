//! A tap laid open: one card, one terminal, one flow, and everything that was said and done.
//!
//! [`dissect`] plays it and makes an [`Anatomy`]: every exchange with its fields in words, what the terminal did
//! by itself between them, every MAC with who made it and with which key, and what became of the card. Nothing is
//! believed: each MAC is made again from the issuer's roots, and of a key only its check value is told.
//!
//! ```
//! use std::sync::Arc;
//! use tunion_files::{card, keys, library::Library, terminal};
//! use tunion_harness::anatomy::{Ask, Errand, dissect};
//!
//! let card = card::load("../../fixtures/cards/student.toml")?;
//! let gate = terminal::load("../../fixtures/terminals/beijing-rail.toml", &mut Library::default())?;
//! let ask = Ask { balance: Some("20.00".parse()?), ..Ask::of(Errand::Enter("西二旗".to_owned())) };
//! let (anatomy, after) = dissect(&card, &Arc::new(gate), &keys::lab()?.into(), &ask)?;
//! assert!(anatomy.brief().contains("MAC1 right"));
//! assert_eq!(after.purse.offline_seq, 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | module | idea |
//! |---|---|
//! | `ask`, `places`, `when`, `stage` | what is asked for, names looked up, the scenario that it is |
//! | `script` | the same, for whoever writes its trace |
//! | `play`, `tell` | the world plays it; what the terminal wanted done, as steps |
//! | `decode`, `meaning` | an exchange taken apart; fields in words |
//! | `parties`, `mac`, `book` | who has which keys; one MAC made again; which MACs an exchange carries |
//! | `own` | what the terminal does by itself: checks, plan, decision |
//! | `change` | the card before and after |
//! | [`value`] | what comes of it |
//! | `text`, `fields`, `brief`, `lines` | for a person: all of it, one line an exchange |

mod ask;
mod book;
mod brief;
mod change;
mod decode;
mod fields;
mod lines;
mod mac;
mod meaning;
mod own;
mod parties;
mod places;
mod play;
mod script;
mod stage;
mod tell;
mod text;
pub mod value;
mod when;

pub use ask::{Ask, Errand, Keys};
pub use play::dissect;
pub use script::Scene;
pub use tunion_terminal::Area;
pub use value::Anatomy;

impl Anatomy {
    /// All of it as a JSON document.
    #[must_use]
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Whether the last tap was done: the gate opened, or what was asked for was done.
    #[must_use]
    pub fn done(&self) -> bool {
        self.taps.last().and_then(|tap| tap.outcome.as_ref()).is_some_and(|outcome| outcome.done)
    }
}
