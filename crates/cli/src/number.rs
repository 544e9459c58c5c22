//! Whole numbers among the arguments, with errors that say how one is written.

use std::fmt::Display;
use std::str::FromStr;

/// A whole number. The example is one that would do.
pub(crate) fn whole<T: FromStr>(
    example: impl Display,
) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync {
    let right = format!("write a whole number such as {example}");
    move |text| text.parse().map_err(|_| right.clone())
}

/// A whole number, decimal or hexadecimal with `0x` before it.
pub(crate) fn any_base(text: &str) -> Result<u64, String> {
    let number =
        text.strip_prefix("0x").map_or_else(|| text.parse(), |digits| u64::from_str_radix(digits, 16));
    number.map_err(|_| "write a whole number such as 4660, or in hexadecimal 0x1234".to_owned())
}
