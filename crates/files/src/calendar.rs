//! Calendars: a CSV table of the days on which the State Council's notices depart from the week.
//!
//! `year,kind,from,to,name`: `kind` is `off` for days off and `work` for working days on a weekend; both
//! ends are included. It begins with a `#` line that says where the notices are. A year without a row is not
//! known, and a ride whose price depends on its day class is then refused.

use std::path::Path;

use toml::Spanned;
use tunion_data::civil::Date;
use tunion_fare::{Calendar, DayClass};

use crate::diag::{Diagnostic, Diagnostics, Source};

/// Loads a calendar.
///
/// # Errors
/// Every mistake found, with its line.
pub fn load(path: impl AsRef<Path>) -> Result<Calendar, Diagnostics> {
    parse(&Source::read(path)?)
}

/// Reads the text of a calendar.
///
/// # Errors
/// As [`load`].
pub fn parse(source: &Source) -> Result<Calendar, Diagnostics> {
    let mut errors = Diagnostics::default();
    let rows = source.table(["year", "kind", "from", "to", "name"])?;
    let mut days: Vec<(Date, DayClass)> = Vec::new();
    for [year, kind, from, to, name] in &rows {
        errors.keep(source.said(name, "name of the holiday"));
        let kinds = [("off", DayClass::Holiday), ("work", DayClass::Working)];
        let class = errors.keep(source.choose(kind, "kind of day", kinds));
        let year = errors.keep(source.parse::<u16>(year)).map(u16::cast_signed);
        let ends = errors.keep(day(source, from)).zip(errors.keep(day(source, to)));
        let (Some(class), Some(year), Some((first, last))) = (class, year, ends) else { continue };
        if last < first {
            errors.push(source.error(to, format!("ends before it begins, on {first}")));
            continue;
        }
        if first.year() != year || last.year() != year {
            let error = source.error(from, format!("not a day of {year}"));
            errors.push(error.help("give the days of another year in a row of that year"));
            continue;
        }
        let from_first = std::iter::successors(Some(first), |day| day.tomorrow().ok());
        for day in from_first.take_while(|day| *day <= last) {
            if days.iter().any(|(known, _)| *known == day) {
                errors.push(source.error(from, format!("{day} is given twice")));
            }
            days.push((day, class));
        }
    }
    errors.or(Calendar::new(days))
}

fn day(source: &Source, cell: &Spanned<String>) -> Result<Date, Diagnostic> {
    cell.get_ref().parse().map_err(|_| {
        let error = source.error(cell, format!("{:?} is not a date", cell.get_ref()));
        error.help("a date is written such as 2026-10-01")
    })
}
