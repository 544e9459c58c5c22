//! What can go wrong with data that is enciphered, and nothing else can.

use core::error::Error;
use core::fmt;

/// More data than its place takes: a length byte, or the buffer that was handed in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TooLong;

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("more data than its length byte or its buffer takes")
    }
}

impl Error for TooLong {}

/// Why enciphered data gives no plain data.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DecipherError {
    /// It is no whole number of cipher blocks, or none at all. Nothing was deciphered.
    Length,
    /// What came out does not keep to the form of plain data: another key or another form.
    Padding,
}

impl fmt::Display for DecipherError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Length => "enciphered data that is no whole number of blocks",
            Self::Padding => "deciphered data whose length or padding is wrong",
        })
    }
}

impl Error for DecipherError {}
