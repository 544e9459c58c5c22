//! Days that are held back until their late records have come.

use std::collections::VecDeque;

use tunion_data::Fen;
use tunion_data::civil::{Date, DateTime, Time};
use tunion_fare::pair::Act;
use tunion_fare::{Medium, Product};
use tunion_files::taps::{CardId, IssuerName, Row, TicketName, Who};

/// A row of a day, as small as it can be: a day of a large city has millions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held {
    line: u64,
    charged: Option<Fen>,
    card: CardId,
    /// The row's number in its day.
    number: u32,
    time: [i8; 3],
    act: Act,
    product: Product,
    medium: Medium,
    issuer: IssuerName,
    ticket: TicketName,
}

impl Held {
    /// What was done.
    pub(super) fn act(&self) -> Act {
        self.act
    }
}

/// The rows of one day, in the order of the file.
#[derive(Debug)]
pub(super) struct Day {
    pub(super) date: Date,
    rows: Vec<Held>,
    /// First uses of passes, by the row's number. Rows on ordinary tickets have none.
    activated: Vec<(u32, DateTime)>,
    ids: Vec<u8>,
    /// Where the id of each row ends.
    id_ends: Vec<u32>,
    /// For each row its key, and below it its number.
    order: Vec<u128>,
    in_order: Vec<Held>,
}

impl Day {
    fn new(date: Date) -> Self {
        Self {
            date,
            rows: Vec::new(),
            activated: Vec::new(),
            ids: Vec::new(),
            id_ends: Vec::new(),
            order: Vec::new(),
            in_order: Vec::new(),
        }
    }

    fn clear(&mut self) {
        self.rows.clear();
        self.activated.clear();
        self.ids.clear();
        self.id_ends.clear();
        self.order.clear();
        self.in_order.clear();
    }

    #[inline]
    fn push(&mut self, row: &Row, id: &[u8]) {
        let &Row { line, at, card, act, who, charged } = row;
        let Who { product, medium, issuer, ticket, activated } = who;
        let number = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        let time = [at.hour(), at.minute(), at.second()];
        let [hour, minute, second] = time.map(|part| u128::from(part.unsigned_abs()));
        let second = (hour * 60 + minute) * 60 + second;
        let key = u128::from(card.0) << 32 | second << 3 | u128::from(act.rank());
        self.order.push(key << 32 | u128::from(number));
        self.rows.push(Held { line, charged, card, number, time, act, product, medium, issuer, ticket });
        if let Some(activated) = activated.filter(|_| ticket != TicketName::ORDINARY) {
            self.activated.push((number, activated));
        }
        self.ids.extend_from_slice(id);
        // No day has 4 GiB of ids; one that had would lose ids and no rows.
        self.id_ends.push(u32::try_from(self.ids.len()).unwrap_or(u32::MAX));
    }

    /// Puts the rows in order: by card, time, rank of what was done, place in the file.
    fn sort(&mut self) {
        self.order.sort_unstable();
        // All at once: rows that lie far apart are fetched while others are.
        let Self { rows, order, in_order, .. } = self;
        in_order.clear();
        in_order.extend(order.iter().filter_map(|key| rows.get(place(*key))));
    }

    /// The rows in order, with a key that rows of the same card, time and rank share.
    pub(super) fn in_order(&self) -> impl Iterator<Item = (u128, &Held)> {
        self.order.iter().map(|key| key >> 32).zip(&self.in_order)
    }

    /// The row as it was read.
    #[inline]
    pub(super) fn row(&self, held: &Held) -> Row {
        let &Held { line, charged, card, number, time: [hour, minute, second], act, .. } = held;
        let &Held { product, medium, issuer, ticket, .. } = held;
        let time = Time::new(hour, minute, second, 0).unwrap_or_default();
        let activated = if ticket == TicketName::ORDINARY {
            None
        } else {
            let found = self.activated.binary_search_by_key(&number, |(number, _)| *number).ok();
            found.and_then(|place| self.activated.get(place)).map(|(_, activated)| *activated)
        };
        let who = Who { product, medium, issuer, ticket, activated };
        Row { line, at: DateTime::from_parts(self.date, time), card, act, who, charged }
    }

    /// What the file's owner calls a row.
    pub(super) fn id(&self, held: &Held) -> String {
        let end = |number: u32| self.id_ends.get(usize::try_from(number).ok()?).copied();
        let start = held.number.checked_sub(1).and_then(end).unwrap_or(0);
        let place = |end: u32| usize::try_from(end).unwrap_or(usize::MAX);
        let range = place(start)..end(held.number).map_or(0, place);
        String::from_utf8_lossy(self.ids.get(range).unwrap_or_default()).into_owned()
    }
}

/// The number in a key.
fn place(key: u128) -> usize {
    usize::try_from(key & u128::from(u32::MAX)).unwrap_or(usize::MAX)
}

/// Where the newest day was opened.
#[derive(Clone, Copy, Debug)]
pub(super) struct Newest {
    pub(super) date: Date,
    /// The line of the row that opened it.
    pub(super) line: u64,
}

/// What became of a row.
pub(super) enum Placed {
    /// It waits with the others of its day.
    Held,
    /// It waits, and is the first of a newer day than any before: older ones may be due.
    Opens,
    /// Its day was closed.
    TooLate(Newest),
}

/// The days that are held back, the oldest first.
pub(super) struct Hold {
    /// How many days before the newest are held back.
    before: u8,
    newest: Option<Newest>,
    days: VecDeque<Day>,
    /// Emptied days, whose memory is used again.
    spare: Vec<Day>,
}

impl Hold {
    pub(super) fn new(before: u8) -> Self {
        Self { before, newest: None, days: VecDeque::new(), spare: Vec::new() }
    }

    #[inline]
    pub(super) fn place(&mut self, row: &Row, id: &[u8]) -> Placed {
        let date = row.at.date();
        // Most rows are of the day before's, or of the same day as the row before.
        if let Some(day) = self.days.iter_mut().rev().find(|day| day.date == date) {
            day.push(row, id);
            return Placed::Held;
        }
        let opens = self.newest.is_none_or(|newest| newest.date < date);
        if let Some(newest) = self.newest
            && !opens
            && date < self.oldest(newest.date)
        {
            return Placed::TooLate(newest);
        }
        let mut day = self.spare.pop().unwrap_or_else(|| Day::new(date));
        day.date = date;
        day.push(row, id);
        let place = self.days.partition_point(|day| day.date < date);
        self.days.insert(place, day);
        if opens {
            self.newest = Some(Newest { date, line: row.line });
            Placed::Opens
        } else {
            Placed::Held
        }
    }

    /// The oldest day that is held back beside the newest.
    fn oldest(&self, newest: Date) -> Date {
        (0..self.before).fold(newest, |day, _| day.yesterday().unwrap_or(day))
    }

    /// The days that no row can come to any more, in order.
    pub(super) fn due(&mut self) -> Vec<Day> {
        let oldest = self.newest.map_or(Date::MIN, |newest| self.oldest(newest.date));
        let due = self.days.partition_point(|day| day.date < oldest);
        self.days.drain(..due).map(sorted).collect()
    }

    /// All days, in order.
    pub(super) fn all(self) -> impl Iterator<Item = Day> {
        self.days.into_iter().map(sorted)
    }

    /// Takes back the memory of a day.
    pub(super) fn give_back(&mut self, mut day: Day) {
        day.clear();
        self.spare.push(day);
    }
}

fn sorted(mut day: Day) -> Day {
    day.sort();
    day
}
