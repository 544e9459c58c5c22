//! Times: `2026-11-23T08:00:00`, read without looking at the same date twice.

use tunion_data::civil::{Date, DateTime, Time};

/// Hours and minutes ahead of UTC.
const CHINA_MINUTES: i32 = 8 * 60;
const DATE: usize = "2026-11-23".len();
const FULL: usize = "2026-11-23T08:00:00".len();

/// Reads times; it remembers the last date, since rows of a day stand together.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    text: [u8; DATE],
    date: Date,
}

impl Default for Clock {
    fn default() -> Self {
        Self { text: [0; DATE], date: Date::MIN }
    }
}

impl Clock {
    /// A time in UTC+8.
    #[inline]
    pub(crate) fn read(&mut self, text: &[u8]) -> Option<DateTime> {
        let (local, offset) = text.split_first_chunk::<FULL>()?;
        let (date, time) = local.split_first_chunk::<DATE>()?;
        if *date != self.text {
            self.date = day(date)?;
            self.text = *date;
        }
        let [b'T', h1, h0, b':', m1, m0, b':', s1, s0] = *time else { return None };
        let time = Time::new(two(h1, h0)?, two(m1, m0)?, two(s1, s0)?, 0).ok()?;
        let local = DateTime::from_parts(self.date, time);
        match offset {
            b"" | b"+08:00" => Some(local),
            offset => converted(local, offset),
        }
    }
}

fn two(tens: u8, units: u8) -> Option<i8> {
    let (tens, units) = (tens.wrapping_sub(b'0'), units.wrapping_sub(b'0'));
    (tens < 10 && units < 10).then_some((tens * 10 + units).cast_signed())
}

/// A date, `2026-11-23`.
pub(crate) fn day(text: &[u8; DATE]) -> Option<Date> {
    let [y3, y2, y1, y0, b'-', m1, m0, b'-', d1, d0] = *text else { return None };
    let year = i16::from(two(y3, y2)?) * 100 + i16::from(two(y1, y0)?);
    Date::new(year, two(m1, m0)?, two(d1, d0)?).ok()
}

/// A time at another offset from UTC, in UTC+8.
fn converted(local: DateTime, offset: &[u8]) -> Option<DateTime> {
    let ahead = match *offset {
        [b'Z'] => 0,
        [sign @ (b'+' | b'-'), h1, h0, b':', m1, m0] => {
            let (hours, minutes) = (i32::from(two(h1, h0)?), i32::from(two(m1, m0)?));
            let minutes = (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)?;
            if sign == b'-' { -minutes } else { minutes }
        }
        _ => return None,
    };
    let minutes = CHINA_MINUTES - ahead;
    let shift = core::time::Duration::from_secs(u64::from(minutes.unsigned_abs()) * 60);
    if minutes < 0 { local.checked_sub(shift).ok() } else { local.checked_add(shift).ok() }
}
