//! A terminal with what stands around it: its PSAM and its store for grey records.

use crate::issue;
use crate::random::{Stream, stream};
use std::collections::BTreeMap;
use tunion_data::TerminalId;
use tunion_data::command::SamSerial;
use tunion_data::upload::UploadRecord;
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
    /// The PSAM's serial number.
    pub serial: SamSerial,
}

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
        let number = issue::numbered(file.psam.first_terminal, index);
        let fares = file.tariff.as_deref().map_or(Fares::Controller, Fares::Tariff);
        let setup = Setup { profile: &file.profile, place, fares, black_list };
        let random = stream(scenario.seed, &format!("psam {number}"), 0);
        let contents = issue::psam_contents(&file.psam, &scenario.keys, index);
        let serial = contents.serial;
        let psam = Psam::new(contents, random);
        Self { terminal: Terminal::new(setup), psam, store: BTreeMap::new(), number, serial }
    }
}
