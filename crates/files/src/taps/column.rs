//! The columns of a tap file.

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
    };
}

columns! {
    /// When.
    Time = "time",
    /// Whose card.
    Card = "card",
    /// What the rider did.
    Tap = "tap",
    /// The station of an entry or exit.
    Station = "station",
    /// The bus line, or the line of the gate.
    Line = "line",
    /// The direction of the bus line.
    Direction = "direction",
    /// The bus stop.
    Stop = "stop",
    /// The kind of card.
    Product = "product",
    /// What the rider paid with.
    Medium = "medium",
    /// Where the card was issued.
    Issuer = "issuer",
    /// The ticket.
    Ticket = "ticket",
    /// When a pass was first used.
    Activated = "activated",
    /// What was charged.
    Charged = "charged_fen",
    /// What the file's owner calls the row.
    Id = "id",
}

/// How many columns there are.
pub(super) const COLUMNS: usize = Column::ALL.len();

impl Column {
    /// Those that every file has.
    pub(super) const REQUIRED: [Self; 3] = [Self::Time, Self::Card, Self::Tap];

    /// The column of a name.
    pub(super) fn named(name: &[u8]) -> Option<Self> {
        Self::ALL.iter().copied().find(|column| column.name().as_bytes() == name)
    }

    /// All their names.
    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        Self::ALL.iter().map(|column| column.name())
    }
}

/// One row as text.
pub(super) trait Cells {
    /// The cell of a column; empty when there is none.
    fn cell(&self, column: Column) -> &[u8];
}
