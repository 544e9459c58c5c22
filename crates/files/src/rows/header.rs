//! The line of columns that a CSV file begins with.

use super::column::Columns;
use super::csv::{Places, Split};
use crate::diag::{Diagnostic, Diagnostics, Source, nearest};

/// An error of a file as a whole.
pub(super) fn whole(path: &str, message: impl Into<String>) -> Diagnostic {
    Source::new(path, "").whole(message)
}

/// How a file of this kind begins, and with what.
pub(super) fn begins<C: Columns>() -> String {
    format!("{} {} begins with a line of columns: {}", C::ARTICLE, C::FILE, C::listed())
}

/// The columns of a CSV file.
pub(super) fn header<C: Columns, const N: usize>(
    path: &str,
    line: &[u8],
    number: u64,
    split: &mut Split<N>,
) -> Result<Places<N>, Diagnostics> {
    let shown = String::from_utf8_lossy(line).into_owned();
    // The line stands where it stands in the file.
    let above = "\n".repeat(usize::try_from(number.saturating_sub(1)).unwrap_or(0));
    let source = Source::new(path, format!("{above}{shown}"));
    let at = |cell: &str| {
        let start = shown.find(cell).unwrap_or(0) + above.len();
        start..start + cell.len()
    };
    let whole_line = above.len()..above.len() + shown.len();
    let Ok(cells) = split.split(line) else {
        return Err(source.error(whole_line, "a quote that is not closed").into());
    };
    let names = || (0..cells.min(N)).map(|place| split.cell(line, place));
    if names().all(|name| C::named(name).is_none()) {
        let message = format!("this line names no column of {} {}", C::ARTICLE, C::FILE);
        return Err(source.error(whole_line, message).help(begins::<C>()).into());
    }
    let (mut columns, mut errors) = (Vec::<C>::new(), Diagnostics::default());
    for name in names() {
        let text = String::from_utf8_lossy(name).into_owned();
        match C::named(name) {
            Some(column) if columns.contains(&column) => {
                let last = shown.rfind(&*text).unwrap_or(0) + above.len();
                let error = source.error(last..last + text.len(), format!("column `{text}` is given twice"));
                errors.push(error);
            }
            Some(column) => columns.push(column),
            None => {
                let mut error = source.error(at(&text), format!("there is no column `{text}`"));
                if let Some(help) = nearest(&text, C::names()) {
                    error = error.help(help);
                }
                errors.push(error);
            }
        }
    }
    if cells > N {
        errors.push(source.error(whole_line.clone(), format!("{cells} columns")).help(C::listed()));
    }
    let missing: Vec<_> = C::REQUIRED
        .iter()
        .filter(|column| !columns.contains(column))
        .map(|column| format!("`{}`", column.name()))
        .collect();
    if !missing.is_empty() {
        let error = source.error(whole_line, format!("this header lacks {}", missing.join(", ")));
        errors.push(error.help(format!("the columns of {} {} are: {}", C::ARTICLE, C::FILE, C::listed())));
    }
    errors.or(Places::new(&columns))
}
