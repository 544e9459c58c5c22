//! READ BINARY and READ RECORD (`docs/spec/card.md` 3).

use crate::card::Card;
use crate::map::{self, LOG, TRIP};
use rand_core::Rng;
use tunion_apdu::{Command, Response, Sw};
use tunion_data::file::{LogRecord, Sfi};
use tunion_device::Fault;

impl<R: Rng> Card<R> {
    /// READ BINARY: P1 is 80 + SFI, P2 the offset. Le = 00 reads to the end; more than there is
    /// answers `6Cxx`, unless the profile is lenient.
    pub(crate) fn read_binary(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), Fault> {
        let file = Sfi(command.p1 & 0x1F);
        let content = match map::transparent(file) {
            Some(place) => place.read(&self.core.store),
            None if is_record_file(file) => return Err(Sw::INCOMPATIBLE_FILE.into()),
            None => return Err(Sw::FILE_NOT_FOUND.into()),
        };
        Ok(response.push(command.part_of(content, self.profile.le)?)?)
    }

    /// READ RECORD: P2 is the SFI with 4 (P1 a number) or 0 (P1 an identifier, EF 1A only) in its low
    /// bits. Records have one length, which Le has to be or leave open.
    pub(crate) fn read_record(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), Fault> {
        let file = Sfi(command.p2 >> 3);
        let by_number = command.p2 & 0x04 != 0;
        let purse = map::purse(&self.core.store);
        let place = match file {
            Sfi::LOG if by_number => {
                let slot = LOG.record(purse.log_newest, command.p1);
                slot.and_then(|slot| slot.part(0, LogRecord::LEN))
            }
            Sfi::TRIP if by_number => TRIP.record(purse.trip_newest, command.p1),
            // Record n of EF 1A is 27nn, so number and identifier say the same.
            Sfi::INDUSTRY => map::industry(command.p1),
            Sfi::LOG | Sfi::TRIP => return Err(Sw::NOT_SUPPORTED.into()),
            _ if map::transparent(file).is_some() => return Err(Sw::INCOMPATIBLE_FILE.into()),
            _ => return Err(Sw::FILE_NOT_FOUND.into()),
        };
        let record = place.ok_or(Sw::RECORD_NOT_FOUND)?.read(&self.core.store);
        Ok(response.push(command.whole(record, self.profile.le)?)?)
    }
}

/// Whether a file has records.
pub(crate) fn is_record_file(file: Sfi) -> bool {
    matches!(file, Sfi::LOG | Sfi::TRIP | Sfi::INDUSTRY)
}
