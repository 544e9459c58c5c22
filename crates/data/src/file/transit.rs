//! EF 1A and 1E: what terminals write about journeys.

use super::INDUSTRY_BODY;
use crate::record;
use crate::{BcdDateTime, CityCode, Fen, Fen24, IssuerId};
use crc::{CRC_32_ISO_HDLC, Crc, Table};

record! {
    /// Record 2701 of EF 1A: the rail journey, 128 bytes.
    ///
    /// Offsets 0..98 are common to the gates of Shanghai and Xi'an; from 99 on each operator has its
    /// own use. Here stands Shanghai's (`docs/spec/card.md` 2.6, `docs/spec/terminal.md` 1.3). Our
    /// reading of Beijing shares 99..105 and 110..114; its 106..109 and 115..123 are not stated.
    RailRecord, RailRecordView: 128 {
        /// Record identifier, 2701.
        0 record_id: u16 as Hex,
        /// Length of what follows: 7D.
        2 length: u8,
        /// Valid flag (应用有效标识): 01.
        3 valid: u8,
        /// Interoperability flag (互联互通标识): 01.
        4 interoperable: u8,
        /// Lock flag (锁定标识): 00 or 01.
        5 locked: u8,
        /// Transaction serial, 16 BCD digits.
        6 serial: [u8; 8],
        /// Status; see [`RailStatus`].
        14 status: u8,
        /// City of the entry.
        15 entry_city: CityCode,
        /// City of the exit.
        17 exit_city: CityCode,
        /// Institution of the entry.
        19 entry_institution: IssuerId,
        /// Institution of the exit.
        27 exit_institution: IssuerId,
        /// Station of the entry.
        35 entry_station: [u8; 8],
        /// Station of the exit.
        43 exit_station: [u8; 8],
        /// Terminal of the entry: two zero bytes and its number (our reading: each city has its own
        /// eight bytes, `docs/spec/terminal.md` 1.3).
        51 entry_terminal: [u8; 8],
        /// Terminal of the exit.
        59 exit_terminal: [u8; 8],
        /// Time of the entry.
        67 entry_at: BcdDateTime,
        /// Time of the exit.
        74 exit_at: BcdDateTime,
        /// Annotated or highest amount (标注金额).
        81 max_amount: Fen,
        /// Line of the entry.
        85 entry_line: u8,
        /// Line of the exit.
        86 exit_line: u8,
        /// Amount debited at the entry: 0.
        87 entry_amount: Fen,
        /// Actual balance at the entry.
        91 entry_balance: Fen,
        /// Fare debited at the exit.
        95 fare: Fen,
        /// Operator's area: time of the last transaction. Its month is the month of the total.
        99 last_at: BcdDateTime,
        /// Operator's area: the last device.
        106 last_device: [u8; 4],
        /// Operator's area: paid this month, fen.
        110 month_paid: Fen24,
        /// Operator's area: rides this month.
        113 month_rides: u16,
        /// Operator's area: transfer information.
        115 transfer: [u8; 5],
        /// Operator's area: entry flag, 41 normal.
        120 entry_flag: u8,
        /// Operator's area: exit flag, 81 normal.
        121 exit_flag: u8,
        /// Operator's area: 55 inside, 66 outside.
        122 in_out: u8,
        /// Reserved.
        123 reserved: u8,
        /// CRC-32 over bytes 6..123. The card never checks it.
        124 crc: u32 as Hex,
    }
}

/// CRC-32 as in IEEE 802.3 and zlib (`docs/spec/card.md` 2.6). `tunion-nvm` has the same sum for its
/// roots and a table of its own: it knows nothing of what is stored.
static CRC: Crc<u32, Table<16>> = Crc::<u32, Table<16>>::new(&CRC_32_ISO_HDLC);

fn rail_crc(bytes: &[u8; 128]) -> u32 {
    CRC.checksum(&bytes[6..124])
}

impl RailRecord {
    /// The low byte of the record's identifier, P1 of UPDATE CAPP DATA CACHE.
    pub const ID: u8 = 0x01;

    /// A record that no journey has written yet: header and zeros.
    #[must_use]
    pub fn blank() -> Self {
        Self { record_id: 0x2701, length: INDUSTRY_BODY, valid: 1, interoperable: 1, ..Self::default() }
    }

    /// The bytes, with the CRC made to fit.
    #[must_use]
    pub fn sealed(mut self) -> [u8; 128] {
        self.crc = rail_crc(&self.encode());
        self.encode()
    }

    /// The city that wrote the record last: that of the exit when the journey is closed, else that
    /// of the entry.
    #[must_use]
    pub fn last_city(&self) -> CityCode {
        if RailStatus::from_byte(self.status).is_outside() { self.exit_city } else { self.entry_city }
    }
}

impl RailRecordView<'_> {
    /// Whether the CRC at the end fits bytes 6..123. A gate treats bytes 6..127 of a record that
    /// fails as empty (`docs/spec/terminal.md` 1.3).
    #[must_use]
    pub fn crc_holds(self) -> bool {
        self.crc() == rail_crc(self.bytes())
    }
}

/// Status of a rail journey, offset 14 of record 2701 (`docs/spec/terminal.md` 1.3).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RailStatus {
    /// 00: no journey yet.
    Initial,
    /// 01: inside.
    Entered,
    /// 02: outside.
    Exited,
    /// 03: inside, the entry was added by a booking office (补进站).
    EntryAdded,
    /// 04: outside, the exit was added by a booking office (补出站).
    ExitAdded,
    /// Anything else.
    Other(u8),
}

impl RailStatus {
    /// The status that the byte stands for.
    #[must_use]
    pub const fn from_byte(byte: u8) -> Self {
        match byte {
            0 => Self::Initial,
            1 => Self::Entered,
            2 => Self::Exited,
            3 => Self::EntryAdded,
            4 => Self::ExitAdded,
            other => Self::Other(other),
        }
    }

    /// The byte.
    #[must_use]
    pub const fn to_byte(self) -> u8 {
        match self {
            Self::Initial => 0,
            Self::Entered => 1,
            Self::Exited => 2,
            Self::EntryAdded => 3,
            Self::ExitAdded => 4,
            Self::Other(other) => other,
        }
    }

    /// Whether the holder is in the paid area.
    #[must_use]
    pub const fn is_inside(self) -> bool {
        matches!(self, Self::Entered | Self::EntryAdded)
    }

    /// Whether a journey was closed.
    #[must_use]
    pub const fn is_outside(self) -> bool {
        matches!(self, Self::Exited | Self::ExitAdded)
    }
}

record! {
    /// Record 2702 of EF 1A: the bus journey, 128 bytes (`docs/spec/terminal.md` 1.2).
    BusRecord, BusRecordView: 128 {
        /// Record identifier, 2702.
        0 record_id: u16 as Hex,
        /// Length of what follows: 7D.
        2 length: u8,
        /// Valid flag: 01.
        3 valid: u8,
        /// Transaction flag: 1 segmented or composite, 2 pre-authorisation.
        4 transaction: u8,
        /// Lock flag.
        5 locked: u8,
        /// Transaction serial: the PSAM's sequence, 16 BCD digits.
        6 serial: [u8; 8],
        /// State; see [`BoardState`].
        14 state: u8,
        /// City of boarding.
        15 board_city: CityCode,
        /// Institution of boarding.
        17 board_institution: IssuerId,
        /// Operator of boarding.
        25 board_operator: [u8; 2],
        /// Line of boarding.
        27 board_line: [u8; 2],
        /// Stop of boarding.
        29 board_stop: u8,
        /// Vehicle of boarding, ASCII.
        30 board_vehicle: [u8; 8] as Text,
        /// Terminal of boarding: two zero bytes and its number.
        38 board_terminal: [u8; 8],
        /// Time of boarding.
        46 board_at: BcdDateTime,
        /// Annotated amount (标注金额): what is collected at the next use when the holder never taps
        /// off.
        53 annotated: Fen,
        /// Direction of travel.
        57 direction: u8,
        /// City of alighting.
        58 alight_city: CityCode,
        /// Institution of alighting.
        60 alight_institution: IssuerId,
        /// Operator of alighting.
        68 alight_operator: [u8; 2],
        /// Line of alighting.
        70 alight_line: [u8; 2],
        /// Stop of alighting.
        72 alight_stop: u8,
        /// Vehicle of alighting, ASCII.
        73 alight_vehicle: [u8; 8] as Text,
        /// Terminal of alighting.
        81 alight_terminal: [u8; 8],
        /// Time of alighting.
        89 alight_at: BcdDateTime,
        /// Amount debited.
        96 amount: Fen,
        /// Distance ridden.
        100 distance: u16,
        /// Vendor's area: city.
        102 vendor_city: CityCode,
        /// Vendor's area: unused.
        104 vendor_gap: u8,
        /// Vendor's area: driver.
        105 driver: [u8; 4],
        /// Vendor's area: conductor.
        109 conductor: [u8; 4],
        /// Vendor's area: number of the run.
        113 run: u16,
        /// Vendor's area: the longest trip, minutes.
        115 max_minutes: u16,
        /// Vendor's area: unused.
        117 vendor_gap2: u8,
        /// Vendor's area: name of the stop.
        118 stop_name: [u8; 10] as Text,
    }
}

impl BusRecord {
    /// The low byte of the record's identifier, P1 of UPDATE CAPP DATA CACHE.
    pub const ID: u8 = 0x02;

    /// A record that no journey has written yet: header and zeros.
    #[must_use]
    pub fn blank() -> Self {
        Self { record_id: 0x2702, length: INDUSTRY_BODY, valid: 1, transaction: 1, ..Self::default() }
    }
}

/// State of a bus journey, offset 14 of record 2702 (`docs/spec/terminal.md` 1.2).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BoardState {
    /// 00: no journey yet, or any byte the sources do not name: the next tap boards.
    Initial,
    /// 01: on board.
    On,
    /// 02: alighted.
    Off,
}

impl BoardState {
    /// The state that the byte stands for.
    #[must_use]
    pub const fn from_byte(byte: u8) -> Self {
        match byte {
            1 => Self::On,
            2 => Self::Off,
            _ => Self::Initial,
        }
    }

    /// The byte.
    #[must_use]
    pub const fn to_byte(self) -> u8 {
        match self {
            Self::Initial => 0,
            Self::On => 1,
            Self::Off => 2,
        }
    }
}

record! {
    /// A record of EF 1E: one tap, 48 bytes; record 1 is the newest (`docs/spec/card.md` 2.5,
    /// `docs/spec/terminal.md` 1.3).
    TripRecord, TripRecordView: 48 {
        /// Type of the tap; see [`TripType`].
        0 trip_type: u8,
        /// Terminal: two zero bytes and its number, or a city's own form (`docs/spec/terminal.md` 1.3).
        1 terminal: [u8; 8],
        /// Industry; see [`Industry`].
        9 industry: u8,
        /// Line. Its byte order is the terminal profile's: Beijing's low byte comes first.
        10 line: [u8; 2],
        /// Station or stop, in the same byte order.
        12 station: [u8; 2],
        /// Operator (运营代码), in the same byte order.
        14 operator: [u8; 2],
        /// Reserved.
        16 reserved: u8,
        /// Amount of the tap.
        17 amount: Fen,
        /// Actual balance after the tap; Xi'an's terminals write the one before it
        /// (`docs/spec/terminal.md` 9.1).
        21 balance: Fen,
        /// Time of the tap.
        25 at: BcdDateTime,
        /// City of the terminal.
        32 city: CityCode,
        /// Institution of the terminal (acquirer).
        34 acquirer: IssuerId,
        /// Bus: what is due when the trip stays incomplete.
        42 max_amount: Fen,
        /// Bus: the longest trip, minutes.
        46 max_minutes: u16,
    }
}

/// Type of a tap, offset 0 of a trip record (`docs/spec/terminal.md` 1.3).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum TripType {
    /// 03: entry or boarding (进站/上车).
    Entry = 0x03,
    /// 04: exit or alighting (出站/下车).
    Exit = 0x04,
    /// 06: a ride paid by one tap (单次).
    Single = 0x06,
    /// 08: what an incomplete journey still owed (补票).
    Cover = 0x08,
    /// 0A: top-up.
    Load = 0x0A,
    /// 12: a refund (退卡) or a lock (锁卡), as in Shanghai.
    Refund = 0x12,
}

impl TripType {
    /// The type that the byte stands for, if the purse knows it.
    #[must_use]
    pub const fn from_byte(byte: u8) -> Option<Self> {
        Some(match byte {
            0x03 => Self::Entry,
            0x04 => Self::Exit,
            0x06 => Self::Single,
            0x08 => Self::Cover,
            0x0A => Self::Load,
            0x12 => Self::Refund,
            _ => return None,
        })
    }
}

/// Industry, offset 9 of a trip record (`docs/spec/terminal.md` 1.3). Readers of other makers swap
/// rail and bus (`docs/spec/card.md` 7.4); Shanghai's and this reading agree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Industry {
    /// 01: metro.
    Rail = 0x01,
    /// 02: bus.
    Bus = 0x02,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `docs/spec/card.md` 2.6: the CRC of 118 zero bytes.
    #[test]
    fn rail_crc_of_an_empty_record() {
        assert_eq!(rail_crc(&[0; 128]), 0x72FF_8F17);
    }

    #[test]
    fn a_sealed_record_holds_until_a_byte_changes() {
        let mut bytes = RailRecord { status: 1, ..RailRecord::blank() }.sealed();
        assert!(RailRecordView::new(&bytes).unwrap().crc_holds());
        bytes[110] ^= 1;
        assert!(!RailRecordView::new(&bytes).unwrap().crc_holds());
    }

    /// `docs/spec/card.md` 2.5: a record read from a real Beijing card.
    #[test]
    fn a_real_beijing_trip_record_reads_as_published() {
        let bytes: [u8; 48] = [
            0x04, 0x00, 0x00, 0x30, 0x00, 0x89, 0x00, 0x03, 0x40, 0x01, 0x08, 0x00, 0x19, 0x00, 0x30, 0x00,
            0x00, 0x00, 0x00, 0x01, 0xF4, 0x00, 0x00, 0x0E, 0x01, 0x20, 0x24, 0x12, 0x29, 0x14, 0x17, 0x40,
            0x10, 0x00, 0x01, 0x01, 0x10, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0,
        ];
        let trip = TripRecord::decode(&bytes);
        assert_eq!(TripType::from_byte(trip.trip_type), Some(TripType::Exit));
        assert_eq!(trip.industry, Industry::Rail as u8);
        assert_eq!(trip.amount, Fen::new(500));
        assert_eq!(trip.balance, Fen::new(3585));
        assert_eq!(trip.city, CityCode::BEIJING);
        assert_eq!(trip.encode(), bytes);
    }
}
