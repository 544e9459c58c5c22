//! The elementary files of the e-purse application (`docs/spec/card.md` 2).

use crate::FieldInfo;

mod info;
mod log;
mod transit;

pub use info::{AppInfo, AppInfoView, CardType, Holder, HolderView, Management, ManagementView};
pub use log::{LogRecord, LogRecordView};
pub use transit::{
    BoardState, BusRecord, BusRecordView, Industry, RailRecord, RailRecordView, RailStatus, TripRecord,
    TripRecordView, TripType,
};

/// A short file identifier (SFI): the low five bits of the file's number.
///
/// The e-purse's files are all above 14h, so a file's number and its SFI read the same:
/// `Sfi::INFO` is "15".
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Sfi(pub u8);

impl Sfi {
    /// 公共应用信息, public application information: [`AppInfo`].
    pub const INFO: Self = Self(0x15);
    /// 持卡人信息, holder: [`Holder`].
    pub const HOLDER: Self = Self(0x16);
    /// 管理信息, management: [`Management`].
    pub const MANAGEMENT: Self = Self(0x17);
    /// 交易明细, transaction log, cyclic: [`LogRecord`].
    pub const LOG: Self = Self(0x18);
    /// 公共交通过程信息变长记录, industry records 2701..2712: [`RailRecord`], [`BusRecord`].
    pub const INDUSTRY: Self = Self(0x1A);
    /// 互联互通公共交通过程信息循环记录, trip records, cyclic: [`TripRecord`].
    pub const TRIP: Self = Self(0x1E);
    /// A load SAM's quota, in its DF 8011: [`SamQuota`](crate::command::SamQuota). On a card the same
    /// number is [`LOG`](Self::LOG).
    pub const QUOTA: Self = Self(0x18);
}

/// Records in the transaction log, EF 18 (`docs/spec/card.md` 2).
pub const LOG_RECORDS: u8 = 10;
/// Records in the trip file, EF 1E (`docs/spec/card.md` 2).
pub const TRIP_RECORDS: u8 = 30;
/// Records in the industry file, EF 1A: identifiers 2701..2712 (`docs/spec/card.md` 2).
pub const INDUSTRY_RECORDS: u8 = 18;
/// Length of an industry record. Those of 2703..2712 are not public: 128 is our reading
/// (`docs/spec/card.md` 6a).
pub const INDUSTRY_LEN: usize = 128;
/// What every industry record has in its length byte: the bytes after the 3 of its header
/// (`docs/spec/terminal.md` 1.2, 1.3).
pub const INDUSTRY_BODY: u8 = 0x7D;
/// The high byte of every industry record's identifier, `27xx`.
pub const INDUSTRY_PREFIX: u8 = 0x27;

/// The fields of a file's content, or of its record `id` (the low byte of an industry record's
/// identifier, ignored elsewhere), for tracers and dumps.
#[must_use]
pub const fn fields(file: Sfi, id: u8) -> Option<&'static [FieldInfo]> {
    Some(match (file, id) {
        (Sfi::INFO, _) => AppInfo::FIELDS,
        (Sfi::HOLDER, _) => Holder::FIELDS,
        (Sfi::MANAGEMENT, _) => Management::FIELDS,
        (Sfi::LOG, _) => LogRecord::FIELDS,
        (Sfi::INDUSTRY, RailRecord::ID) => RailRecord::FIELDS,
        (Sfi::INDUSTRY, BusRecord::ID) => BusRecord::FIELDS,
        (Sfi::TRIP, _) => TripRecord::FIELDS,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::testing::round_trips;

    #[test]
    fn every_file_layout_keeps_every_byte() {
        round_trips!(AppInfo, Holder, Management, LogRecord, RailRecord, BusRecord, TripRecord);
    }
}
