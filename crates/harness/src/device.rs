//! A terminal with what stands around it: its PSAM and its store for grey records.

use crate::random::{Stream, stream};
use std::collections::BTreeMap;
use tunion_data::command::{SamApplication, SamSerial};
use tunion_data::upload::UploadRecord;
use tunion_data::{BcdDate, TerminalId};
use tunion_files::scenario::Scenario;
use tunion_files::terminal::TerminalFile;
use tunion_psam::Psam;
use tunion_terminal::{BlackList, Fares, Place, Setup, SlotId, Terminal};

/// A terminal, its PSAM, and what its store keeps without power.
#[derive(Clone, Debug)]
pub struct Device<'s> {
    /// The terminal.
    pub terminal: Terminal<'s>,
    /// Its PSAM.
    pub psam: Psam<Stream>,
    /// Its store.
    pub store: BTreeMap<SlotId, [u8; UploadRecord::LEN]>,
    /// The terminal's number, by which its random stream is named too.
    pub number: TerminalId,
}

/// Kind of a PSAM, byte 0 of its serial number (`docs/spec/terminal.md` 2.1).
const PSAM: u8 = 0x0E;

impl<'s> Device<'s> {
    /// A device that is switched off. `index` counts the devices of a scenario: terminal and serial
    /// numbers follow from it.
    #[must_use]
    pub fn new(
        scenario: &'s Scenario,
        file: &'s TerminalFile,
        black_list: &'s BlackList,
        place: Place,
        index: u32,
    ) -> Self {
        let number = numbered(file.psam.first_terminal, index);
        let fares = file.tariff.as_deref().map_or(Fares::Controller, Fares::Tariff);
        let setup = Setup { profile: &file.profile, place, fares, black_list };
        let mut serial = [0; 8];
        serial[2..].copy_from_slice(&number.0);
        let contents = tunion_psam::Contents {
            serial: SamSerial { kind: PSAM, version: 1, number: serial },
            terminal: number,
            application: SamApplication {
                key_index: file.psam.key_index,
                issuer: file.psam.issuer,
                acquirer: file.psam.acquirer,
                valid_from: BcdDate::from(file.psam.valid_from),
                valid_to: BcdDate::from(file.psam.valid_to),
            },
            purchase_root: scenario.keys.roots.purchase.clone(),
            key_version: scenario.keys.roots.version,
            sequence: 1,
            sequence_moves: file.psam.sequence_moves,
            mac_failure_limit: file.psam.mac_failure_limit,
        };
        let psam = Psam::new(contents, stream(scenario.seed, &format!("psam {number}"), 0));
        Self { terminal: Terminal::new(setup), psam, store: BTreeMap::new(), number }
    }
}

/// The terminal number `index` places after `first`.
fn numbered(first: TerminalId, index: u32) -> TerminalId {
    let mut number = first;
    let [_, _, tail @ ..] = &mut number.0;
    *tail = u32::from_be_bytes(*tail).wrapping_add(index).to_be_bytes();
    number
}
