//! What a tap has learned of the card.

use tunion_data::Fen;
use tunion_data::command::PurchaseInit;
use tunion_data::file::{AppInfo, BusRecord, CardType, INDUSTRY_LEN, LogRecord, Management, RailRecordView};

/// What was read, filled in as the answers come.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub(crate) info: AppInfo,
    pub(crate) management: Management,
    /// Record 2701 as it was read.
    pub(crate) rail: [u8; INDUSTRY_LEN],
    /// Whether its CRC holds.
    pub(crate) rail_holds: bool,
    pub(crate) bus: BusRecord,
    /// Actual balance (GET BALANCE P1 = 03).
    pub(crate) actual: Fen,
    /// Actual balance and unused overdraft together (GET BALANCE P1 = 00); read where it is to be told
    /// whether a fare is covered.
    pub(crate) available: Option<Fen>,
    /// Type of the newest trip, EF 1E, where it is looked at.
    pub(crate) newest_trip: Option<u8>,
    /// Overdraft used (GET BALANCE P1 = 02); read before a load only.
    /// Overdraft used (GET BALANCE P1 = 02); read before a load or a refund only.
    pub(crate) overdraft_used: Fen,
    /// The transaction before this one, EF 18 record 1, where it was read and there is one.
    pub(crate) previous: Option<LogRecord>,
}

impl Default for Facts {
    fn default() -> Self {
        Self {
            info: AppInfo::default(),
            management: Management::default(),
            rail: [0; INDUSTRY_LEN],
            rail_holds: false,
            bus: BusRecord::default(),
            actual: Fen::ZERO,
            available: None,
            newest_trip: None,
            overdraft_used: Fen::ZERO,
            previous: None,
        }
    }
}

impl Facts {
    pub(crate) fn card_type(&self) -> CardType {
        CardType::from_byte(self.management.card_type)
    }

    /// Takes record 2701.
    pub(crate) fn set_rail(&mut self, record: [u8; INDUSTRY_LEN]) {
        self.rail = record;
        self.rail_holds = RailRecordView::new(&record).is_ok_and(RailRecordView::crc_holds);
    }

    /// The actual balance after a debit: what is not there comes from the overdraft.
    pub(crate) fn after(&self, amount: Fen) -> Fen {
        self.actual.saturating_sub(amount)
    }

    /// The actual balance after a load, which repays the overdraft first (`docs/spec/card.md` 6).
    pub(crate) fn after_load(&self, amount: Fen) -> Fen {
        self.actual + amount.saturating_sub(self.overdraft_used)
    }
}

/// Key version and algorithm that INIT answered, for the PSAM and the record.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct KeyInfo {
    pub(crate) index: u8,
    pub(crate) version: u8,
    pub(crate) algorithm: u8,
}

impl KeyInfo {
    pub(crate) const fn of(index: u8, init: &PurchaseInit) -> Self {
        Self { index, version: init.key_version, algorithm: init.algorithm }
    }
}
