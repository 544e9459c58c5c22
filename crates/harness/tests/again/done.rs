//! One debit or load that a tap has done, and the upload record that is due for it.

use super::{Tap, digits};
use tunion_data::upload::UploadRecord;
use tunion_record_model::{Field, Record};

/// What was done.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    Entry,
    Exit,
    Single,
    Cover,
    Load,
}

impl Kind {
    /// Its type in EF 1E (`docs/spec/terminal.md` 1.3, types of the e-purse).
    pub const fn trip_type(self) -> u8 {
        match self {
            Self::Entry => 0x03,
            Self::Exit => 0x04,
            Self::Single => 0x06,
            Self::Cover => 0x08,
            Self::Load => 0x0A,
        }
    }

    /// Its transaction type in an upload record (`docs/spec/terminal.md` 6.1, Xi'an); rides by one tap have no
    /// number there.
    const fn upload_kind(self) -> Option<u8> {
        match self {
            Self::Entry => Some(0x0C),
            Self::Exit => Some(0x0D),
            Self::Cover => Some(0x11),
            Self::Load => Some(0x0E),
            Self::Single => None,
        }
    }
}

/// Where a debit was made, as 1E and the upload record say it.
#[derive(Clone, Copy, Debug)]
pub struct There {
    pub industry: u8,
    pub line: u16,
    pub station: u16,
    /// Bus: what is due if the trip stays incomplete, and after how many minutes it is.
    pub maximum: (u32, u16),
}

/// What has to stand in a record of 1A.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub table: &'static [Field],
    pub record: Record,
}

/// One thing that was done.
#[derive(Clone, Debug)]
pub struct Done {
    pub kind: Kind,
    pub pan: [u8; 10],
    pub terminal: [u8; 6],
    /// The card's sequence after it.
    pub sequence: u16,
    /// The PSAM's sequence; a load has none.
    pub serial: u32,
    pub amount: u32,
    /// Actual balance before and after.
    pub balance_before: u32,
    pub balance: u32,
    /// What could be spent before.
    pub available: u32,
    /// Date and time, as they lie.
    pub at: [u8; 7],
    pub trip: Option<There>,
    /// The record of 1A that it wrote, by the low byte of its identifier.
    pub industry: Option<(u8, Wanted)>,
    /// Line, station and time of the entry.
    pub entry: Option<(u16, u16, [u8; 7])>,
    pub city: [u8; 2],
    pub acquirer: [u8; 8],
    pub operator: u16,
}

impl Done {
    /// A debit, after those of the same tap that came before it.
    pub fn debit(tap: &Tap<'_>, earlier: &[Self], kind: Kind, amount: u32) -> Self {
        let mut done = Self::blank(tap, kind, amount);
        done.sequence = tap.before.sequences[0] + u16::try_from(earlier.len()).unwrap() + 1;
        done.serial = tap.serials.get(earlier.len()).copied().unwrap_or(0);
        if let Some(last) = earlier.last() {
            done.balance_before = last.balance;
            done.available = last.available - last.amount;
        }
        done.balance = done.balance_before.saturating_sub(amount);
        done.operator = tap.file.profile.operator;
        done
    }

    /// A load: it repays the overdraft first (`docs/spec/card.md` 6).
    pub fn load(tap: &Tap<'_>, amount: u32) -> Self {
        let mut done = Self::blank(tap, Kind::Load, amount);
        done.sequence = tap.before.sequences[1] + 1;
        done.balance = done.balance_before + amount.saturating_sub(tap.before.money[2]);
        done
    }

    fn blank(tap: &Tap<'_>, kind: Kind, amount: u32) -> Self {
        let mut pan = [0; 10];
        pan.copy_from_slice(&tap.before.info[10..20]);
        Self {
            kind,
            pan,
            terminal: tap.number,
            sequence: 0,
            serial: 0,
            amount,
            balance_before: tap.before.money[0],
            balance: 0,
            available: tap.before.available(),
            at: bcd(tap),
            trip: None,
            industry: None,
            entry: None,
            city: tap.file.profile.city.0,
            acquirer: tap.file.psam.acquirer.0,
            operator: 0,
        }
    }

    /// What it did to the money on the card, in fen.
    pub fn signed(&self) -> i64 {
        if self.kind == Kind::Load { i64::from(self.amount) } else { -i64::from(self.amount) }
    }

    /// What an upload record says otherwise, each in a sentence; nothing if it is the one of this.
    pub fn disagrees(&self, record: &UploadRecord) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut same = |what: &str, want: u64, found: u64| {
            if want != found {
                wrong.push(format!("{what}: expected {want}, found {found}"));
            }
        };
        let load = self.kind == Kind::Load;
        same("transaction", if load { 2 } else { 9 }, u64::from(record.transaction));
        same("type", u64::from(self.kind.trip_type()), u64::from(record.trip_type));
        if let Some(kind) = self.kind.upload_kind() {
            same("kind", u64::from(kind), u64::from(record.kind));
        }
        same("PAN", digits(&self.pan), digits(&record.pan.to_bytes()));
        same("terminal", digits(&self.terminal), digits(&record.terminal.0));
        same("card sequence", u64::from(self.sequence), u64::from(record.card_seq));
        same("terminal sequence", u64::from(self.serial), u64::from(record.terminal_seq));
        same("amount", u64::from(self.amount), u64::from(record.amount.get()));
        same("balance before", u64::from(self.balance_before), u64::from(record.balance_before.get()));
        same("balance after", u64::from(self.balance), u64::from(record.balance_after.get()));
        same("available before", u64::from(self.available), u64::from(record.available_before.get()));
        same("time", digits(&self.at), digits(&record.at.0));
        same("city", digits(&self.city), digits(&record.city.0));
        same("acquirer", number(&self.acquirer), number(&record.acquirer.0));
        same("operator", u64::from(self.operator), u64::from(record.operator));
        if let Some(There { industry, line, station, .. }) = self.trip {
            same("industry", u64::from(industry), u64::from(record.industry));
            same("line", u64::from(line), u64::from(record.line));
            same("station", u64::from(station), u64::from(record.station));
        }
        let (line, station, at) = self.entry.unwrap_or_default();
        same("line of entry", u64::from(line), u64::from(record.entry_line));
        same("station of entry", u64::from(station), u64::from(record.entry_station));
        same("time of entry", digits(&at), digits(&record.entry_at.0));
        wrong
    }
}

fn bcd(tap: &Tap<'_>) -> [u8; 7] {
    let two = |n: u8| n / 10 * 16 + n % 10;
    let moment = super::moment(tap.at);
    let [century, year] = [moment.year / 100, moment.year % 100].map(|n| two(u8::try_from(n).unwrap()));
    let [month, day, hour, minute, second] =
        [moment.month, moment.day, moment.hour, moment.minute, moment.second].map(two);
    [century, year, month, day, hour, minute, second]
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}
