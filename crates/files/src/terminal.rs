//! Terminal profiles: a gate, a bus reader, a ticket office, a shop, a top-up or an enquiry terminal of one
//! operator.
//!
//! ```toml
//! version = 1
//! name = "beijing-rail"
//! kind = "rail-gate"                  # rail-gate, bus-reader, ticket-office, pos, top-up or enquiry
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
//! known = []                          # kinds of card that the map of types has; default: all
//! white-list = []                     # issuers that may roam here, or a file; default: all interoperable ones
//! select = { directory = false, aids = ["A000000632010105"] }     # default
//! mac2-failure = "distrust"           # default; or record
//! trip-balance = "after"              # default; or before: which balance 1E has
//! top-up-below = "0.00"               # default: never asks to top up
//! grey-slots = 10                     # default
//! retap-seconds = 120                 # default: so long a debit whose answer was lost still lets in or out
//! lock-black-listed = false           # default; true: a card on the black list is locked at gates and on buses
//!
//! [recovery]                          # default: none of it
//! promote = ["power-on", "other-card"]    # when what is still grey is given up to clearing (记录转正)
//! proof-seconds = 120                 # so long a card's proof is asked for; then its log decides alone
//!
//! [rail]                              # rail gates and ticket offices
//! group = "network"                   # optional: whose fare a through ride pays at these gates
//! tail = "beijing"                    # or shanghai, xian: what stands in 2701 from 99 on, and its forms
//! free-reentry-minutes = 20
//! open-elsewhere = "refuse"           # or start-anew
//! overtime-minutes = 240              # optional: a longer journey is refused; else the tariff prices it
//! remaining = "0.00"                  # optional: what an exit leaves at least; else the card's overdraft decides
//! exit-minutes = 20                   # default: so long a settled over-fare lets out
//! passback-seconds = 0                # default: none
//! ask-back = false                    # default
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
//! max-balance = "5000.00"             # default: any balance is believed
//! max-fare = "99.00"                  # default: any fare is believed
//! newest-trip = false                 # default
//! repeat = { minutes = 10, types = ["senior"] }   # default: everybody may tap twice
//!
//! [office]                            # ticket offices only
//! overtime-penalty = "5.00"           # default: the tariff's highest single fare
//! over-fare-from-card = false         # default
//! exit-missing = "3.00"               # or single-ticket: from the entry to here
//! staff = "000107"                    # default 000000: who serves
//!
//! [pos]                               # shops only
//! limit = "1000.00"                   # the largest purchase
//! merchant-type = "5411"              # ISO 18245
//! [load]                              # top-up terminals, optional: without it the host alone decides
//! by = "host"                         # or sam: the load SAM, within the quota that the host gives it
//! base = "10.00"                      # optional: amounts are multiples of it
//! max-single = "500.00"               # optional: the most at once
//! max-balance = "1000.00"             # optional: the most in the purse afterwards
//! min-first = "20.00"                 # optional: the least of a card's first load
//! extend-days = 365                   # optional: after a load the card is valid for so many days at least
//!
//! [refund]                            # ticket offices, optional: without it no card is taken back
//! accepted = ["ordinary", "student"]
//! fee = "0.00"                        # default: what is kept back
//! settle-overdraft = true             # default: a card that owes is not taken back
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
//! transport = "direct"                # default; or get-response: answers by way of 61xx, as T=0 has it
//! rate = "production"                 # default, 38,400 bit/s from the reset on; or test, 9,600
//! load-sam = false                    # default; true: the PSAM can make a load's MACs itself
//! ```
//!
//! Rail gates, ticket offices and bus readers give all of this but the others' tables. A shop and a top-up
//! terminal have no fares and write no trips: no `operator`, `byte-order`, `tariff`; the latter has no
//! `mac2` either. An enquiry terminal changes nothing: no `mac2`, `grey-slots`, `retap-seconds`, `recovery`. By
//! `checks`, `accepted`, `expired-student`, `white-list`, `tariff`, `[rail]` and `[office]` it advises; it need
//! have none of them. A field without a use is refused.
//! A gate with `fare = "controller"` has `entry-minimum`. What each field is for, and what the shipped profiles
//! have, stands in `docs/terminals.md`.
//!
//! Another profile can be named as the `base`, with what differs from it:
//!
//! ```toml
//! version = 1
//! name = "forgetful"
//! provenance = "docs/spec/terminal.md 9.9"
//! base = "../beijing-bus.toml"
//! retap-seconds = 60
//! defects = ["surcharge-kind-lost"]   # what its programme does wrong, see `tunion_terminal::Defect`
//! ```
//!
//! What can differ is what a scenario can change (see `scenario`), and `defects`. A base has no base of its own.
//!
//! The keys of the PSAM come from a [key set](crate::keys). Its validity is written into the PSAM's file
//! 17 (`docs/spec/terminal.md` 2.1) and is not checked: our reading, since no such check is described. A
//! tap outside it is played like any other.

mod codes;
mod compile;
mod derived;
pub(crate) mod fit;
pub(crate) mod guards;
mod ledger;
mod load;
mod office;
mod refund;
mod schema;
mod select;
mod switches;
mod white_list;
mod words;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use tunion_data::civil::Date;
use tunion_data::{IssuerId, TerminalId};
use tunion_fare::Tariff;
use tunion_psam::{Rate, SequenceMoves, Transport};
use tunion_terminal::Profile;

use crate::built_in;
use crate::diag::{Diagnostics, Source};
use crate::kind::Kind;
use crate::library::Library;

pub(crate) use codes::parse as codes;
pub(crate) use guards::RepeatTable;
pub(crate) use schema::RecoveryTable;
pub(crate) use select::SelectTable;
pub(crate) use switches::Switches;
pub(crate) use white_list::WhiteList;

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
    /// The ticket offices (票务处) of a city's rail stations.
    TicketOffice,
    /// A shop's terminal (POS).
    Pos,
}

impl fmt::Display for TerminalKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RailGate => "a rail gate",
            Self::BusReader => "a bus reader",
            Self::TopUp => "a top-up terminal",
            Self::Enquiry => "an enquiry terminal",
            Self::TicketOffice => "a ticket office",
            Self::Pos => "a shop's terminal",
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
    /// How it gives an answer that has data.
    pub transport: Transport,
    /// The rate of its bytes.
    pub rate: Rate,
    /// Whether it is a load SAM too, for cards of `issuer`.
    pub load_sam: bool,
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
    if derived::has_base(source) {
        return derived::terminal(source, library);
    }
    compile::terminal(source, &Kind::Terminal.read(source)?, library)
}

#[cfg(test)]
mod tests;
