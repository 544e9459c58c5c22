//! The columns of a tap file.

use crate::rows::{Columns, columns};

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

impl Columns for Column {
    const ALL: &'static [Self] = Self::ALL;
    const REQUIRED: &'static [Self] = &[Self::Time, Self::Card, Self::Tap];
    const FILE: &'static str = "tap file";
    const ARTICLE: &'static str = "a";
    const OBJECT: &'static str = "a tap as an object, such as {\"time\": \"2026-11-23T08:00:00\", …}";

    fn name(self) -> &'static str {
        self.name()
    }

    fn place(self) -> usize {
        self as usize
    }
}
