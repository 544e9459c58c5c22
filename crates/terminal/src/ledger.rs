//! How the monthly total lies in the card's bytes.

use crate::action::Note;
use crate::profile::{Bytes, LedgerBinding};
use tunion_data::civil::DateTime;
use tunion_data::file::{INDUSTRY_LEN, RailRecord, RailRecordView};
use tunion_data::{BcdDateTime, CityCode, Fen};
use tunion_fare::{Counter, Period};

/// The total on the card as this city may count it, and what is to be said when it may not: `record`
/// is 2701 as the card has it.
///
/// A record whose CRC fails, or that another city wrote last, holds no total of ours
/// (`docs/spec/terminal.md` 1.3, our reading). A record never written by any city is simply empty.
#[must_use]
pub fn read(binding: LedgerBinding, record: &[u8; INDUSTRY_LEN], city: CityCode) -> (Counter, Option<Note>) {
    let holds = RailRecordView::new(record).is_ok_and(RailRecordView::crc_holds);
    read_judged(binding, record, holds, city)
}

/// As [`read`], when it is known whether the CRC holds.
pub(crate) fn read_judged(
    binding: LedgerBinding,
    record: &[u8; INDUSTRY_LEN],
    holds: bool,
    city: CityCode,
) -> (Counter, Option<Note>) {
    let by = RailRecord::decode(record).last_city();
    if by == CityCode::default() {
        return (Counter::default(), None);
    }
    // Another city's record may have no CRC, as Xi'an's.
    if by != city {
        return (Counter::default(), Some(Note::TotalOverwritten { by }));
    }
    if !holds {
        return (Counter::default(), Some(Note::TotalUnreadable));
    }
    let stamp = usize::from(binding.stamp);
    let period = record
        .get(stamp..)
        .and_then(|rest| rest.first_chunk::<7>())
        .and_then(|bytes| BcdDateTime(*bytes).datetime())
        .map(|at| Period::month(at.date()));
    let counter = Counter {
        period,
        amount: Fen::new(number(record, binding.paid)),
        rides: u16::try_from(number(record, binding.rides)).unwrap_or(u16::MAX),
    };
    (counter, None)
}

/// Puts the total into the record, with the time whose month it belongs to. The CRC is the caller's.
pub(crate) fn write(
    binding: LedgerBinding,
    record: &mut [u8; INDUSTRY_LEN],
    counter: &Counter,
    at: DateTime,
) {
    put(record, binding.paid, counter.amount.get());
    put(record, binding.rides, u32::from(counter.rides));
    let stamp = BcdDateTime::from(at).0;
    let place = record.iter_mut().skip(usize::from(binding.stamp));
    place.zip(stamp).for_each(|(to, from)| *to = from);
}

fn number(record: &[u8], Bytes { offset, len }: Bytes) -> u32 {
    let bytes = record.iter().skip(usize::from(offset)).take(usize::from(len));
    bytes.fold(0, |number, byte| number << 8 | u32::from(*byte))
}

/// Writes the low bytes of `number`; one that does not fit is written as the largest that does.
fn put(record: &mut [u8], Bytes { offset, len }: Bytes, number: u32) {
    let largest = u32::MAX.checked_shr(32 - 8 * u32::from(len.min(4))).unwrap_or(0);
    let bytes = number.min(largest).to_be_bytes();
    let place = record.iter_mut().skip(usize::from(offset)).take(usize::from(len));
    place.zip(bytes.iter().skip(4 - usize::from(len.min(4)))).for_each(|(to, from)| *to = *from);
}

#[cfg(test)]
mod tests {
    use super::*;
    use tunion_data::civil::date;

    const BEIJING: LedgerBinding = LedgerBinding {
        paid: Bytes { offset: 110, len: 3 },
        rides: Bytes { offset: 113, len: 2 },
        stamp: 99,
    };

    fn record(city: CityCode) -> RailRecord {
        RailRecord { status: 2, exit_city: city, ..RailRecord::blank() }
    }

    fn sealed(bytes: &[u8; 128]) -> [u8; 128] {
        RailRecord::decode(bytes).sealed()
    }

    #[test]
    fn what_is_written_is_read() {
        let at = date(2026, 11, 23).at(8, 30, 0, 0);
        let total = Counter { period: Some(Period::month(at.date())), amount: Fen::new(12_345), rides: 31 };
        let mut bytes = record(CityCode::BEIJING).encode();
        write(BEIJING, &mut bytes, &total, at);
        assert_eq!(read(BEIJING, &sealed(&bytes), CityCode::BEIJING), (total, None));
        let fields = RailRecord::decode(&bytes);
        assert_eq!((fields.month_paid.fen(), fields.month_rides), (Fen::new(12_345), 31));
        assert_eq!(fields.last_at.datetime(), Some(at));
    }

    #[test]
    fn a_total_that_is_not_ours_counts_as_zero_and_says_why() {
        let shanghai = CityCode([0x29, 0x00]);
        let foreign = record(shanghai).sealed();
        assert_eq!(
            read(BEIJING, &foreign, CityCode::BEIJING).1,
            Some(Note::TotalOverwritten { by: shanghai })
        );
        let mut torn = record(CityCode::BEIJING).sealed();
        torn[111] ^= 1;
        assert_eq!(read(BEIJING, &torn, CityCode::BEIJING).1, Some(Note::TotalUnreadable));
        assert_eq!(
            read(BEIJING, &RailRecord::blank().sealed(), CityCode::BEIJING),
            (Counter::default(), None)
        );
    }

    #[test]
    fn a_total_beyond_its_bytes_stays_at_their_largest() {
        let mut bytes = [0; 128];
        put(&mut bytes, BEIJING.paid, u32::MAX);
        assert_eq!(number(&bytes, BEIJING.paid), 0x00FF_FFFF);
        put(&mut bytes, BEIJING.rides, 0x0001_0000);
        assert_eq!(number(&bytes, BEIJING.rides), 0xFFFF);
        assert_eq!(bytes[115..], [0; 13]);
    }
}
