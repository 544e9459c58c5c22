//! Times as people write them.

use tunion_data::civil::{Date, DateTime, Time};

/// Minutes that Beijing's clocks are ahead of UTC.
const BEIJING: i32 = 8 * 60;

/// A time in UTC+8: `2026-11-23T07:40`, with seconds or without, with a space in place of the `T`. With an offset
/// such as `+09:00`, or with `Z`, it is converted.
///
/// # Errors
/// What is wrong with it, if it looks like a time; nothing when it does not.
pub(crate) fn parse(text: &str) -> Result<DateTime, Option<String>> {
    let (date, clock) = text.split_once(['T', ' ']).ok_or(None)?;
    let (clock, ahead) = offset(clock).ok_or(None)?;
    parts(date, '-', [4, 2, 2]).ok_or(None)?;
    let date = day(date).map_err(Some)?;
    let [hour, minute, second] = parts(clock, ':', [2, 2, 2])
        .or_else(|| parts(clock, ':', [2, 2]).map(|[hour, minute]| [hour, minute, 0]))
        .ok_or(None)?;
    let [hour, minute, second] = [hour, minute, second].map(|number| i8::try_from(number).unwrap_or(i8::MAX));
    let time = Time::new(hour, minute, second, 0)
        .map_err(|_| Some("hours are 00 to 23, minutes and seconds 00 to 59".to_owned()))?;
    shifted(date.to_datetime(time), BEIJING - ahead)
        .ok_or_else(|| Some("in UTC+8 this lies outside all years that are known".to_owned()))
}

/// A date, such as `2026-11-23`.
///
/// # Errors
/// What would be right.
pub fn day(text: &str) -> Result<Date, String> {
    let form = || "write a date such as 2026-11-23".to_owned();
    let [year, month, day] = parts(text, '-', [4, 2, 2]).ok_or_else(form)?;
    let [month, day] = [month, day].map(|number| i8::try_from(number).unwrap_or(i8::MAX));
    Date::new(year, month, day).map_err(|_| no_day(year, month))
}

/// Why a month has no such day.
fn no_day(year: i16, month: i8) -> String {
    Date::new(year, month, 1).map_or_else(
        |_| "months are 01 to 12".to_owned(),
        |first| format!("{year:04}-{month:02} has the days 01 to {}", first.last_of_month().day()),
    )
}

/// The clock without its offset, and the minutes that the offset is ahead of UTC.
fn offset(clock: &str) -> Option<(&str, i32)> {
    if let Some(clock) = clock.strip_suffix(['Z', 'z']) {
        return Some((clock, 0));
    }
    let Some(at) = clock.find(['+', '-']) else { return Some((clock, BEIJING)) };
    let (clock, offset) = clock.split_at(at);
    let (sign, digits) = offset.split_at(1);
    let [hours, minutes] = parts(digits, ':', [2, 2])?;
    let minutes = i32::from(hours) * 60 + i32::from(minutes);
    Some((clock, if sign == "-" { -minutes } else { minutes }))
}

fn shifted(at: DateTime, minutes: i32) -> Option<DateTime> {
    let length = core::time::Duration::from_secs(u64::from(minutes.unsigned_abs()) * 60);
    match minutes {
        0 => Some(at),
        1.. => at.checked_add(length).ok(),
        _ => at.checked_sub(length).ok(),
    }
}

/// Numbers of so many digits each.
fn parts<const N: usize>(text: &str, between: char, digits: [usize; N]) -> Option<[i16; N]> {
    let mut parts = text.split(between);
    let mut numbers = [0; N];
    for (number, digits) in numbers.iter_mut().zip(digits) {
        let part = parts.next().filter(|part| part.len() == digits)?;
        let is_number = part.bytes().all(|byte| byte.is_ascii_digit());
        *number = part.parse().ok().filter(|_| is_number)?;
    }
    parts.next().is_none().then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::{day, parse};
    use tunion_data::civil;

    #[test]
    fn times_are_read() {
        let morning = civil::date(2026, 11, 23).at(7, 40, 0, 0);
        for text in [
            "2026-11-23T07:40",
            "2026-11-23 07:40",
            "2026-11-23T07:40:00",
            "2026-11-23T07:40:00+08:00",
            "2026-11-22T23:40Z",
            "2026-11-23 08:40+09:00",
            "2026-11-22T18:10:00-05:30",
        ] {
            assert_eq!(parse(text), Ok(morning), "{text}");
        }
        assert_eq!(day("2026-11-23"), Ok(morning.date()));
    }

    #[test]
    fn others_are_not() {
        for text in [
            "",
            "07:40",
            "2026-11-23",
            "2026-11-23T7:40",
            "2026-11-23T07:40:00.5",
            "23.11.2026 07:40",
            "2026-11-23T07:40+8",
            "２０２６-11-23T07:40",
        ] {
            assert_eq!(parse(text), Err(None), "{text}");
        }
        let said = |text| parse(text).unwrap_err().unwrap();
        assert_eq!(said("2026-02-29T07:40"), "2026-02 has the days 01 to 28");
        assert_eq!(said("2026-13-01T07:40"), "months are 01 to 12");
        assert_eq!(said("2026-11-23T24:00"), "hours are 00 to 23, minutes and seconds 00 to 59");
        assert_eq!(said("9999-12-31T23:59Z"), "in UTC+8 this lies outside all years that are known");
    }
}
