//! UPDATE BINARY, UPDATE RECORD, APPEND RECORD (`docs/spec/card.md` 3, 8.5): with secure messaging
//! under the application maintenance key, or, updates alone, after an external authentication.

use crate::card::Card;
use crate::map::{self, PURSE, Place, SECURITY, TRIP};
use crate::read::is_record_file;
use crate::session::Session;
use crate::state::SecurityState;
use rand_core::Rng;
use tunion_apdu::{Command, Sw};
use tunion_data::file::{INDUSTRY_LEN, INDUSTRY_PREFIX, Sfi, TripRecord};
use tunion_device::Fault;

/// A command with a MAC has this class.
const SECURE: u8 = 0x04;
/// APPEND RECORD carries an enciphered key of this length before its record.
const RECORD_KEY_LEN: usize = 16;
/// A MAC's length.
const MAC_LEN: usize = 4;

impl<R: Rng> Card<R> {
    /// UPDATE BINARY: P1 is 80 + SFI, P2 the offset.
    pub(crate) fn update_binary(&mut self, command: &Command<'_>) -> Result<(), Fault> {
        let file = Sfi(command.p1 & 0x1F);
        let place = match map::transparent(file) {
            Some(place) => place,
            None if is_record_file(file) => return Err(Sw::INCOMPATIBLE_FILE.into()),
            None => return Err(Sw::FILE_NOT_FOUND.into()),
        };
        let data = data_of(command)?;
        let offset = usize::from(command.p2);
        if offset >= place.len() {
            return Err(Sw::WRONG_OFFSET.into());
        }
        let part = place.part(offset, data.len()).ok_or(Sw::WRONG_LENGTH)?;
        let state = self.authorise_update(command)?;
        self.commit_update(part, data, state)
    }

    /// UPDATE RECORD: P1 is the number, P2 the SFI; of EF 1E number 1 is the newest.
    pub(crate) fn update_record(&mut self, command: &Command<'_>) -> Result<(), Fault> {
        let file = Sfi(command.p2 >> 3);
        let place = match file {
            Sfi::TRIP => TRIP.record(map::purse(&self.core.store).trip_newest, command.p1),
            Sfi::INDUSTRY => map::industry(command.p1),
            // The card alone writes its log.
            Sfi::LOG => return Err(Sw::SECURITY_STATUS.into()),
            _ if map::transparent(file).is_some() => return Err(Sw::INCOMPATIBLE_FILE.into()),
            _ => return Err(Sw::FILE_NOT_FOUND.into()),
        };
        let place = place.ok_or(Sw::RECORD_NOT_FOUND)?;
        let data = data_of(command)?;
        if data.len() != place.len() {
            return Err(Sw::RECORD_NOT_FOUND.into());
        }
        if file == Sfi::INDUSTRY && !data.starts_with(&[INDUSTRY_PREFIX, command.p1]) {
            return Err(Sw::WRONG_DATA.into());
        }
        let state = self.authorise_update(command)?;
        self.commit_update(place, data, state)
    }

    /// APPEND RECORD: a new record of EF 1E. All records of EF 1A are there from the start. The
    /// enciphered key before the record is taken and not used: no command of the purse has a use for
    /// it (our reading).
    pub(crate) fn append_record(&mut self, command: &Command<'_>) -> Result<(), Fault> {
        Self::require_des(command)?;
        let file = Sfi(command.p2 >> 3);
        let length = match file {
            Sfi::TRIP => TripRecord::LEN,
            Sfi::INDUSTRY => INDUSTRY_LEN,
            Sfi::LOG => return Err(Sw::NOT_SUPPORTED.into()),
            _ if map::transparent(file).is_some() => return Err(Sw::INCOMPATIBLE_FILE.into()),
            _ => return Err(Sw::FILE_NOT_FOUND.into()),
        };
        let data = data_of(command)?;
        let record = data.get(RECORD_KEY_LEN..).filter(|record| record.len() == length);
        let record = record.ok_or(Sw::WRONG_LENGTH)?;
        if file == Sfi::INDUSTRY {
            let [INDUSTRY_PREFIX, id, ..] = *record else { return Err(Sw::WRONG_DATA.into()) };
            let there = map::industry(id).is_some();
            return Err(if there { Sw::NO_SPACE } else { Sw::RECORD_NOT_FOUND }.into());
        }
        let key = self.keys.app_maintenance.clone();
        self.authenticate_message(&key, command)?;
        let state = self.state_after_message();
        let mut purse = map::purse(&self.core.store);
        let mut tx = self.core.store.begin();
        purse.trip_newest = TRIP.append(purse.trip_newest, &mut tx, record)?;
        PURSE.write(&mut tx, &purse.encode())?;
        SECURITY.write(&mut tx, &state.encode())?;
        self.session = Session::Idle;
        Ok(tx.commit()?)
    }

    /// Without a MAC an update wants an external authentication; with one, the state that gives the
    /// tries back is to be committed too.
    fn authorise_update(&mut self, command: &Command<'_>) -> Result<Option<SecurityState>, Fault> {
        if command.cla == SECURE {
            let key = self.keys.app_maintenance.clone();
            self.authenticate_message(&key, command)?;
            Ok(Some(self.state_after_message()))
        } else if self.access.authenticated {
            Ok(None)
        } else {
            Err(Sw::SECURITY_STATUS.into())
        }
    }

    fn commit_update(
        &mut self,
        place: Place,
        data: &[u8],
        state: Option<SecurityState>,
    ) -> Result<(), Fault> {
        let mut tx = self.core.store.begin();
        place.write(&mut tx, data)?;
        if let Some(state) = state {
            SECURITY.write(&mut tx, &state.encode())?;
        }
        self.session = Session::Idle;
        Ok(tx.commit()?)
    }
}

/// The data without the MAC of a secure command. Something has to be left.
fn data_of<'c>(command: &Command<'c>) -> Result<&'c [u8], Sw> {
    if command.cla != SECURE {
        return Ok(command.data);
    }
    let length = command.data.len().checked_sub(MAC_LEN).filter(|length| *length > 0);
    length.and_then(|length| command.data.get(..length)).ok_or(Sw::MAC_MISSING)
}
