//! Days that are held back until their late records have come.

use std::collections::VecDeque;

use tunion_data::civil::Date;
use tunion_files::taps::Row;

/// A row with the place of its id.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held {
    pub(super) row: Row,
    id: (u32, u32),
}

/// The rows of one day, in the order of the file.
#[derive(Debug)]
pub(super) struct Day {
    pub(super) date: Date,
    rows: Vec<Held>,
    ids: Vec<u8>,
    order: Vec<(u64, u32)>,
}

impl Day {
    fn new(date: Date) -> Self {
        Self { date, rows: Vec::new(), ids: Vec::new(), order: Vec::new() }
    }

    fn push(&mut self, row: &Row, id: &[u8]) {
        let start = self.ids.len();
        self.ids.extend_from_slice(id);
        // No day has 4 GiB of ids; one that had would lose ids and no rows.
        let place = u32::try_from(start).ok().zip(u32::try_from(self.ids.len()).ok());
        let card = u64::from(row.card.0);
        let time = row.at.time();
        let [hour, minute, second] = [time.hour(), time.minute(), time.second()].map(|n| u64::from(n.unsigned_abs()));
        let key = card << 32 | ((hour * 60 + minute) * 60 + second) << 3 | u64::from(row.act.rank());
        let number = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        self.order.push((key, number));
        self.rows.push(Held { row: *row, id: place.unwrap_or_default() });
    }

    /// Puts the rows in order: by card, time, rank of what was done, place in the file.
    fn sort(&mut self) {
        self.order.sort_unstable();
    }

    /// The rows in order, with a key that rows of the same card, time and rank share.
    pub(super) fn in_order(&self) -> impl Iterator<Item = (u64, &Held)> {
        self.order.iter().filter_map(|(key, number)| Some((*key, self.rows.get(usize::try_from(*number).ok()?)?)))
    }

    /// What the file's owner calls a row.
    pub(super) fn id(&self, held: &Held) -> String {
        let range = usize::try_from(held.id.0).unwrap_or(0)..usize::try_from(held.id.1).unwrap_or(0);
        String::from_utf8_lossy(self.ids.get(range).unwrap_or_default()).into_owned()
    }
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
    hold_days: u8,
    newest: Option<Newest>,
    days: VecDeque<Day>,
    /// Emptied days, whose memory is used again.
    spare: Vec<Day>,
}

impl Hold {
    pub(super) fn new(hold_days: u8) -> Self {
        Self { hold_days, newest: None, days: VecDeque::new(), spare: Vec::new() }
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
        (0..self.hold_days).fold(newest, |day, _| day.yesterday().unwrap_or(day))
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
        day.rows.clear();
        day.ids.clear();
        day.order.clear();
        self.spare.push(day);
    }
}

fn sorted(mut day: Day) -> Day {
    day.sort();
    day
}
