//! The columns that a kind of file has.

use std::fmt;

/// The columns of a kind of file; `N` in the types beside it is how many they are.
pub(crate) trait Columns: Copy + PartialEq + fmt::Debug + 'static {
    /// Every one, in the order of [`place`](Self::place).
    const ALL: &'static [Self];
    /// Those that every file has.
    const REQUIRED: &'static [Self];
    /// What such a file is called, without its article.
    const FILE: &'static str;
    /// Its article.
    const ARTICLE: &'static str;
    /// A row as a JSON object: "a tap as an object, such as {…}".
    const OBJECT: &'static str;

    /// Its name in files.
    fn name(self) -> &'static str;

    /// Its place among all.
    fn place(self) -> usize;

    /// The column of a name.
    fn named(name: &[u8]) -> Option<Self> {
        Self::ALL.iter().copied().find(|column| column.name().as_bytes() == name)
    }

    /// All their names.
    fn names() -> impl Iterator<Item = &'static str> {
        Self::ALL.iter().map(|column| column.name())
    }

    /// All their names in one line.
    fn listed() -> String {
        Self::names().collect::<Vec<_>>().join(", ")
    }
}

/// Declares columns in their order, each with its name.
macro_rules! columns {
    ($($(#[$doc:meta])* $column:ident = $name:literal,)*) => {
        /// A column, or the key of a JSON object.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Column {
            $($(#[$doc])* $column,)*
        }

        impl Column {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$column,)*];

            /// Its name in files.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$column => $name,)*
                }
            }
        }

        /// How many columns there are.
        pub(super) const COLUMNS: usize = Column::ALL.len();
    };
}
pub(crate) use columns;

/// One row as text.
pub(crate) trait Cells<C> {
    /// The cell of a column; empty when there is none.
    fn cell(&self, column: C) -> &[u8];

    /// Whether the column is there, though its cell may be empty.
    fn has(&self, column: C) -> bool;
}
