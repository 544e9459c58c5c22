//! The tables under `fixtures/networks`: commas, no quotes, `#` begins a comment line.

/// The rows below the heading, each with `N` fields.
///
/// # Panics
///
/// When a row has another number of fields.
pub(crate) fn rows<const N: usize>(text: &str) -> Vec<[&str; N]> {
    let mut rows = Vec::new();
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    for line in lines.skip(1) {
        let fields: Vec<&str> = line.split(',').map(str::trim).collect();
        let Ok(row) = <[&str; N]>::try_from(fields) else { panic!("not {N} fields: {line}") };
        rows.push(row);
    }
    rows
}

/// A whole number.
///
/// # Panics
///
/// When it is none.
pub(crate) fn number(field: &str) -> u32 {
    let Ok(number) = field.parse() else { panic!("not a number: {field}") };
    number
}

#[cfg(test)]
mod tests {
    use super::{number, rows};

    #[test]
    fn comments_heading_and_blank_lines_are_passed_over() {
        assert_eq!(rows::<2>("# x\na,b\n\n1,二\r\n# y\n3,四\n"), [["1", "二"], ["3", "四"]]);
        assert!(rows::<2>("a,b\n").is_empty());
        assert_eq!(number("20738"), 20738);
    }

    #[test]
    #[should_panic(expected = "not 2 fields: 1,2,3")]
    fn a_row_too_long() {
        let _ = rows::<2>("a,b\n1,2,3\n");
    }

    #[test]
    #[should_panic(expected = "not a number: x")]
    fn no_number() {
        number("x");
    }
}
