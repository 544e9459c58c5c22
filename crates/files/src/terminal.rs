//! Terminal profiles: a gate, a bus reader, a top-up or an enquiry terminal of one operator.
//!
//! ```toml
//! version = 1
//! name = "beijing-rail"
//! kind = "rail-gate"                  # rail-gate, bus-reader, top-up or enquiry
//! provenance = "docs/spec/terminal.md 1.3"
//! city = "1000"
//! local-issuers = ["01011000FFFFFFFF"]
//! codes = "codes/xian.toml"           # the numbers and words it shows
//!
//! operator = 30                       # 运营代码, as written into 1E
//! byte-order = "little"               # of line, station and operator in 1E: little or big
//! mac2 = "after-decision"             # or before-decision
//! checks = [                          # in the order in which they are made
//!     "enabled", "started", "not-expired", "white-list", "open-elsewhere", "interoperable", "card-type",
//!     "entry-balance", "black-list", "journey",
//! ]
//! accepted = ["ordinary", "student", "senior", "military"]
//! tariff = "../tariffs/beijing-rail.toml"     # or fare = "controller", when the gate controller names it
//!
//! expired-student = "refuse"          # default; or as-ordinary
//! white-list = []                     # issuers that may roam here; default: all interoperable ones
//! select-directory = false            # default
//! top-up-below = "0.00"               # default: never asks to top up
//! grey-slots = 10                     # default
//! retap-seconds = 120                 # default: so long a debit whose answer was lost still lets in or out
//!
//! [rail]                              # rail gates only
//! group = "network"                   # optional: whose fare a through ride pays at these gates
//! tail = "beijing"                    # or shanghai: what stands in 2701 from 99 on
//! free-reentry-minutes = 20
//! open-elsewhere = "refuse"           # or start-anew
//!
//! [rail.ledger]                       # where the monthly total lies, for a tariff that has one
//! record = "2701"
//! paid = { offset = 110, len = 3 }
//! rides = { offset = 113, len = 2 }
//! stamp = 99                          # the 7-byte time whose month is the total's
//!
//! [bus]                               # bus readers only
//! max-minutes = 240
//! single-tap-classes = ["sightseeing"]    # default none
//!
//! [psam]
//! acquirer = "01011000FFFFFFFF"
//! issuer = "01011000FFFFFFFF"
//! key-index = 1
//! valid-from = 2020-01-01
//! valid-to = 2040-12-31
//! first-terminal = "100000010001"
//! sequence-moves = "at-init"          # default; or at-credit
//! mac-failure-limit = 3
//! ```
//!
//! Rail gates and bus readers give all of this but the other's table. A top-up terminal has no fares
//! and writes no trips: no `operator`, `byte-order`, `mac2`, `tariff`. An enquiry terminal makes no
//! checks either: no `checks`, `accepted`, `expired-student`, `white-list`, `grey-slots`,
//! `retap-seconds`. A field without a use is refused.
//!
//! The keys of the PSAM come from a [key set](crate::keys). Its validity is written into the PSAM's file
//! 17 (`docs/spec/terminal.md` 2.1) and is not checked: our reading, since no such check is described. A
//! tap outside it is played like any other.

mod codes;
mod compile;
pub(crate) mod fit;
mod ledger;
mod schema;
mod switches;
mod words;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use tunion_data::civil::Date;
use tunion_data::{IssuerId, TerminalId};
use tunion_fare::Tariff;
use tunion_psam::SequenceMoves;
use tunion_terminal::Profile;

use crate::built_in;
use crate::diag::{Diagnostics, Source};
use crate::kind::Kind;
use crate::library::Library;

pub(crate) use codes::parse as codes;
pub(crate) use switches::Switches;

/// A kind of terminal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TerminalKind {
    /// The gates of a city's rail stations.
    RailGate,
    /// The reader on a bus.
    BusReader,
    /// A top-up terminal (圈存机).
    TopUp,
    /// An enquiry terminal (查询机).
    Enquiry,
}

impl fmt::Display for TerminalKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RailGate => "a rail gate",
            Self::BusReader => "a bus reader",
            Self::TopUp => "a top-up terminal",
            Self::Enquiry => "an enquiry terminal",
        })
    }
}

/// What is in a terminal's PSAM beside the keys.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PsamFile {
    /// The institution that the terminal works for.
    pub acquirer: IssuerId,
    /// Issuer of the PSAM.
    pub issuer: IssuerId,
    /// Index of the purchase key.
    pub key_index: u8,
    /// First day of validity.
    pub valid_from: Date,
    /// Last day of validity.
    pub valid_to: Date,
    /// The number of the first terminal of this profile; further ones count upwards from it.
    pub first_terminal: TerminalId,
    /// When the terminal sequence moves on.
    pub sequence_moves: SequenceMoves,
    /// How many MAC2 in a row may be wrong before the PSAM locks.
    pub mac_failure_limit: u8,
}

/// A terminal profile with everything that a terminal is set up from.
#[derive(Clone, PartialEq, Debug)]
pub struct TerminalFile {
    /// The profile's name.
    pub name: String,
    /// What kind of terminal it is.
    pub kind: TerminalKind,
    /// The rules of city and operator.
    pub profile: Profile,
    /// The tariff; `None` when the gate controller names the fare, or where there is none to name.
    pub tariff: Option<Arc<Tariff>>,
    /// The PSAM.
    pub psam: PsamFile,
}

/// Loads a terminal profile; its tariff comes from `library`.
///
/// # Errors
/// Every mistake found in the profile or its tariff, with its line.
pub fn load(path: impl AsRef<Path>, library: &mut Library) -> Result<TerminalFile, Diagnostics> {
    parse(&Source::read(path)?, library)
}

/// A terminal profile of `fixtures/terminals` that is built into the program, by its name.
///
/// # Errors
/// The name and those that there are, when there is no such profile; never for one of these.
pub fn built_in(name: &str, library: &mut Library) -> Result<TerminalFile, Diagnostics> {
    if built_in::terminals().any(|known| known == name) {
        return load(built_in::terminal(name), library);
    }
    let known = built_in::terminals().collect::<Vec<_>>().join(", ");
    let error =
        Source::new("terminal", name).error(0..name.len(), format!("no terminal `{name}` is built in"));
    Err(error.help(format!("there are: {known}")).into())
}

/// Reads the text of a terminal profile.
///
/// # Errors
/// As [`load`].
pub fn parse(source: &Source, library: &mut Library) -> Result<TerminalFile, Diagnostics> {
    compile::terminal(source, &Kind::Terminal.read(source)?, library)
}

#[cfg(test)]
mod tests;
