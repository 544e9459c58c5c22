//! Terminal profiles.

use std::sync::Arc;

use tunion_data::civil::Date;
use tunion_data::{IssuerId, TerminalId};
use tunion_fare::Tariff;
use tunion_psam::SequenceMoves;
use tunion_terminal::Profile;

/// A kind of terminal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TerminalKind {
    /// Gates of rail stations.
    RailGate,
    /// Readers on buses.
    BusReader,
    /// A top-up terminal (圈存机).
    TopUp,
    /// An enquiry terminal (查询机).
    Enquiry,
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
    /// The number of the first terminal of this profile; further ones are numbered upwards from it.
    pub first_terminal: TerminalId,
    /// When the terminal sequence moves on.
    pub sequence_moves: SequenceMoves,
    /// How many MAC2 in a row may be wrong.
    pub mac_failure_limit: u8,
}

/// A terminal profile with everything that a terminal is set up from.
#[derive(Clone, PartialEq, Debug)]
pub struct TerminalFile {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: TerminalKind,
    /// The rules of city and operator.
    pub profile: Profile,
    /// The tariff; `None` when the gate controller names the fare or there is none to name.
    pub tariff: Option<Arc<Tariff>>,
    /// The PSAM.
    pub psam: PsamFile,
}
