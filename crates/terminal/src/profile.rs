//! What differs from city to city and from operator to operator: data, not code.

use crate::defect::Defects;
use crate::display::Displays;
pub use crate::loads::{LoadBy, LoadProfile};
pub use crate::refund::RefundProfile;

use crate::guards::RepeatRule;
use crate::selection::Selection;
use crate::white_list::Trusted;
use alloc::string::String;
use alloc::vec::Vec;
use tunion_data::file::CardType;
use tunion_data::{CityCode, Fen, IssuerId};
use tunion_fare::GroupId;

/// A terminal profile. The default one is empty: of no city, without checks, accepting no kind of card.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// The city, as written into 1A and 1E.
    pub city: CityCode,
    /// The operator (运营代码), as written into 1E.
    pub operator: u16,
    /// Order of the bytes of line, station and operator in 1E. In 1A numbers have their high byte
    /// first.
    pub byte_order: ByteOrder,
    /// Issuers whose cards are local; only bytes 0–3 count (`docs/spec/terminal.md` 1.0).
    pub local_issuers: Vec<IssuerId>,
    /// Issuers whose cards may roam here; empty for all that are interoperable.
    pub white_list: Vec<Trusted>,
    /// Checks, in the order in which they are made. What a flow cannot do without is checked where it is
    /// needed, also when it is not listed.
    pub checks: Vec<Check>,
    /// Kinds of card that are accepted.
    pub accepted: Vec<CardType>,
    /// Kinds of card that the map of types has (票种对照表); empty for all. One that it has and that is not
    /// accepted is forbidden, one that it has not is unknown (`docs/spec/terminal.md` 3.1, row 8, Xi'an).
    pub known: Vec<CardType>,
    /// What becomes of a student card after its last day.
    pub expired_student: ExpiredStudent,
    /// Which application is selected, and how.
    pub select: Selection,
    /// When MAC1 is asked for.
    pub mac1: Mac1Policy,
    /// When MAC2 is checked.
    pub mac2: Mac2Policy,
    /// What becomes of a card whose MAC2 the PSAM refused.
    pub mac2_failure: Mac2Failure,
    /// Which balance 1E has.
    pub trip_balance: TripBalance,
    /// Below this balance a bus or gate asks to top up, though it lets pass.
    pub top_up_below: Fen,
    /// Grey records that are kept at once.
    pub grey_slots: usize,
    /// A card whose last debit here had no answer and turns out to be done, and that is tapped again
    /// within so many seconds, is let through by that debit; later the tap is a new one
    /// (`docs/spec/terminal.md` 4.2: 120 in a later bus vendor's reader).
    pub retap_seconds: u16,
    /// What becomes of grey records beside that.
    pub recovery: RecoveryProfile,
    /// What its programme does wrong.
    pub defects: Defects,
    /// Whether a gate or a bus reader locks the application of a card that it finds on the black list
    /// (`docs/spec/terminal.md` 3.3). Every other terminal refuses it and no more.
    pub lock_black_listed: bool,
    /// Numbers and words of what is decided.
    pub displays: Displays,
    /// Rail gates only.
    pub rail: RailProfile,
    /// Bus readers only.
    pub bus: BusProfile,
    /// Ticket offices, and enquiry terminals, which advise as they do.
    pub office: OfficeProfile,
    /// Shops only.
    pub pos: PosProfile,
    /// Top-up terminals only.
    pub load: LoadProfile,
    /// Ticket offices only: how cards are given back, `None` where they are not.
    pub refund: Option<RefundProfile>,
}

/// What becomes of grey records whose card does not come back, or late (`docs/spec/terminal.md` 4.2).
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct RecoveryProfile {
    /// When they are given up (记录转正): uploaded as they are, for the clearing house to judge. A card that
    /// comes back after that is served as any other. Never, by default, but at the end of the day.
    pub promote: Promote,
    /// After so many seconds a card's proof is not asked for: its log and its sequence decide alone (120 in
    /// a later bus vendor's reader). `None` for a proof that is trusted at any age.
    pub proof_seconds: Option<u16>,
}

/// When grey records are turned into normal ones (记录转正).
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Promote {
    /// When the terminal is switched on.
    pub power_on: bool,
    /// When another card comes.
    pub other_card: bool,
}

/// The rules of rail, for gates and ticket offices.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct RailProfile {
    /// The group of lines that the gates belong to, whose fare a through ride pays here; `None` for the
    /// first that holds both stations.
    pub group: Option<GroupId>,
    /// What stands in the operator's area of 2701.
    pub tail: RailTail,
    /// Where the monthly total lies on the card; `None` when the tariff reads none.
    pub ledger: Option<LedgerBinding>,
    /// A second entry within so many minutes of the first is corrected free of charge
    /// (`docs/spec/terminal.md` 3.5: 20 in Xi'an).
    pub free_reentry_minutes: u16,
    /// What an entry gate does with a journey that is open in another city.
    pub open_elsewhere: OpenElsewhere,
    /// The longest journey in minutes; an exit after it is refused (`docs/spec/terminal.md` 3.1, row 14,
    /// Xi'an). `None` where the tariff prices a long stay, as Beijing's.
    pub overtime_minutes: Option<u16>,
    /// What an exit has to leave on the card at least (产品余值下限, `docs/spec/terminal.md` 3.4, Xi'an). `None`
    /// where the card alone decides, by its overdraft.
    pub remaining: Option<Fen>,
    /// So many minutes one who settled an over-fare has to leave without paying again
    /// (`docs/spec/terminal.md` 3.5, Xi'an).
    pub exit_minutes: u16,
    /// The least balance for entry (进闸最小限额) where the gate controller names the fare; a tariff has its
    /// own (`docs/spec/terminal.md` 3.4, Xi'an).
    pub entry_minimum: Fen,
    /// Seconds between two uses of a card at gates, at least; 0 for none (`docs/spec/terminal.md` 3.5).
    pub passback_seconds: u16,
    /// Whether a gate that lost a card during its debit asks for that card before it serves another
    /// (请把卡放回), for [`Profile::retap_seconds`] (`docs/spec/terminal.md` 3.1, row 21, Shanghai).
    pub ask_back: bool,
}

/// The rules of a ticket office (票务处, `docs/spec/terminal.md` 1.9).
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct OfficeProfile {
    /// What a journey that took too long costs; `None` for the highest single fare
    /// (`docs/spec/terminal.md` 3.5, Xi'an).
    pub overtime_penalty: Option<Fen>,
    /// Whether the card itself may pay an over-fare. In Xi'an it may not.
    pub over_fare_from_card: bool,
    /// What an exit that was never made costs.
    pub exit_missing: ExitMissing,
    /// The member of staff who serves (操作员), BCD, as written into records.
    pub staff: [u8; 3],
}

/// What an exit that was never made costs (补出站).
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum ExitMissing {
    /// A single ticket from the entry to the office's station: our reading, no source names the amount.
    #[default]
    SingleTicket,
    /// This amount.
    Amount(Fen),
}

/// The rules of a shop's terminal (`docs/spec/terminal.md` 1.5).
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct PosProfile {
    /// The largest purchase; more is taken for a slip of the keys (`docs/spec/terminal.md` 3.7).
    pub limit: Fen,
    /// The kind of shop (商户类型), BCD, ISO 18245.
    pub merchant_type: [u8; 2],
}

/// The rules of a bus reader.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct BusProfile {
    /// The longest trip; a later tap does not alight but settles the old trip.
    pub max_minutes: u16,
    /// Line classes on which one tap pays the ride, by their names in the tariff's lines.
    pub single_tap_classes: Vec<String>,
    /// A card that shows more is broken (`docs/spec/terminal.md` 1.1 step 7, 3.7). `None`: any balance is
    /// believed.
    pub max_balance: Option<Fen>,
    /// A ride whose list fare is more, or nothing, is a mistake in the tables (`docs/spec/terminal.md`
    /// 3.7). `None`: any fare is believed.
    pub max_fare: Option<Fen>,
    /// Whether the newest trip on the card is read and has to be of a known type (`docs/spec/terminal.md`
    /// 1.1 step 8).
    pub newest_trip: bool,
    /// Who may not begin two rides within some minutes. `None`: everybody may.
    pub repeat: Option<RepeatRule>,
}

/// Byte order of a number on the card.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum ByteOrder {
    /// Low byte first: Beijing, from the one real record (`docs/spec/terminal.md` 1.3, our reading).
    Little,
    /// High byte first.
    #[default]
    Big,
}

impl ByteOrder {
    /// The number's two bytes.
    #[must_use]
    pub const fn bytes(self, number: u16) -> [u8; 2] {
        match self {
            Self::Little => number.to_le_bytes(),
            Self::Big => number.to_be_bytes(),
        }
    }
}

/// A check of the card or of its journey (`docs/spec/terminal.md` 3.1).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Check {
    /// EF 15: application type 02, enable flag 01.
    Enabled,
    /// EF 15: the first day has come.
    Started,
    /// EF 15: the last day is not over.
    NotExpired,
    /// A card of another city: on the white list.
    WhiteList,
    /// A card of another city: EF 17 says interoperable.
    Interoperable,
    /// EF 17: the kind of card is accepted.
    CardType,
    /// Not on the black list.
    BlackList,
    /// Rail: no journey is open in another city.
    OpenElsewhere,
    /// Rail entry: at least the least balance for entry.
    EntryBalance,
    /// Rail: not inside already at an entry, inside at an exit.
    Journey,
    /// Rail: the last use at a gate is not a moment ago.
    Passback,
}

/// What a terminal does with a student card after 30 September (`docs/spec/programme.md` 10).
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum ExpiredStudent {
    /// It is refused as any expired card (default, our reading).
    #[default]
    Refuse,
    /// It pays as an ordinary card.
    AsOrdinary,
}

/// When the PSAM is asked for MAC1 (`docs/spec/terminal.md` 1.1, 5.3).
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Mac1Policy {
    /// Before the records are written, one after the other.
    #[default]
    BeforeRecords,
    /// While the card writes 1E, as in Xi'an. 1A has the number that comes with MAC1 and is written then; that 1E
    /// is the one that does not wait is our reading.
    BesideRecords,
}

/// When MAC2 is checked (`docs/spec/terminal.md` 9.6). The money has left the card either way, and
/// the record is kept either way.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Mac2Policy {
    /// Before the decision, as in Shanghai and Tianjin.
    #[default]
    BeforeDecision,
    /// After it, as in Xi'an.
    AfterDecision,
}

/// What becomes of a card whose MAC2 the PSAM refused (`docs/spec/terminal.md` 2.3). Its record is kept
/// and flagged either way, and the tap says so where MAC2 is checked before the decision.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Mac2Failure {
    /// It is refused at its next tap, as in Shanghai. That one refusal clears it is our reading.
    #[default]
    Distrust,
    /// Nothing more: clearing judges the record, as with the bus vendor and in Xi'an.
    Record,
}

/// Which balance a terminal writes into 1E. Whoever reads has to expect either (`docs/spec/terminal.md`
/// 9.1).
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum TripBalance {
    /// The one after the transaction.
    #[default]
    After,
    /// The one before it, as in Xi'an.
    Before,
}

/// How rail writes 2701: its operator's area, bytes 99..127, and its 8-byte fields
/// (`docs/spec/terminal.md` 1.3).
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum RailTail {
    /// Our reading of Beijing: last time, monthly total, CRC, and Xi'an's code of an over-fare that was settled;
    /// the rest zero, since no source states it.
    #[default]
    Beijing,
    /// Shanghai: the same, with last device, flags and the in/out marker.
    Shanghai,
    /// Xi'an: no CRC and no serial; stations, terminals and their lines in forms of its own.
    Xian,
}

/// What an entry gate does with a journey that is open in another city (`docs/spec/terminal.md`
/// 3.5).
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum OpenElsewhere {
    /// Refuses, as in Xi'an.
    #[default]
    Refuse,
    /// Begins a new journey and gives the old one up, as bus readers do.
    StartAnew,
}

/// Where the monthly total lies in record 2701. The total is valid when the record's CRC holds and
/// its last-written city is the terminal's (`docs/spec/terminal.md` 1.3, our reading).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LedgerBinding {
    /// The amount paid, big-endian fen.
    pub paid: Bytes,
    /// The rides, big-endian.
    pub rides: Bytes,
    /// Offset of the 7-byte BCD time whose month is the month of the total.
    pub stamp: u8,
}

/// A stretch of bytes in a record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bytes {
    /// Offset of the first byte.
    pub offset: u8,
    /// Length.
    pub len: u8,
}
