//! A row of one of the specification's tables: where a field lies, how its bytes are meant, where that stands.

/// One field of a record.
///
/// Two fields are the same if they lie at the same place; the way 1E is read depends on the city
/// (`docs/spec/terminal.md` 1.3), its places do not.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Offset of the first byte, from 0.
    pub at: usize,
    /// Number of bytes.
    pub len: usize,
    /// What it is, in the words of the table.
    pub name: &'static str,
    /// How the bytes are meant.
    pub kind: Kind,
    /// Where the row stands.
    pub source: &'static str,
}

/// How the bytes of a field are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Bytes that stand for themselves: an institution, a terminal, what no source explains.
    Code,
    /// A number, the first byte the highest.
    Number,
    /// A number, the first byte the lowest.
    Little,
    /// An amount in fen, the first byte the highest.
    Fen,
    /// Decimal digits, two to a byte.
    Digits,
    /// `YYYYMMDDhhmmss`, two digits to a byte; 7 × 00 is no time.
    Time,
    /// ASCII; bytes of 00 are none yet.
    Text,
    /// One byte, of which the table lists the values with their meaning.
    Word(&'static [(u8, &'static str)]),
}

impl Field {
    /// A row: offset, length, name, kind, source.
    #[must_use]
    pub const fn new(at: usize, len: usize, name: &'static str, kind: Kind, source: &'static str) -> Self {
        Self { at, len, name, kind, source }
    }
}

impl PartialEq for Field {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.len) == (other.at, other.len)
    }
}

impl Eq for Field {}
