//! What is found in a tap file.

use serde::Serialize;
use tunion_data::Fen;
use tunion_fare::Tariff;
use tunion_fare::pair::Alone;

/// One tap as reports name it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Said {
    /// Its line in the file.
    pub row: u64,
    /// The card.
    pub card: String,
    /// When, UTC+8.
    pub time: String,
    /// What was done, and where.
    pub tap: String,
}

/// The kinds of findings.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// A ride charged otherwise than it should be.
    Difference,
    /// A charge where nothing was due.
    Undue,
    /// A ride that the tariffs do not price.
    Unpriced,
    /// A row that is no tap.
    BadRow,
    /// A row whose day was closed.
    TooLate,
    /// A row that says once more what another one says.
    Duplicate,
    /// A tap that belongs to no ride.
    Unpaired,
}

impl Kind {
    /// Every one, in the order in which reports list them.
    pub const ALL: [Self; 7] = [
        Self::Difference,
        Self::Undue,
        Self::Unpriced,
        Self::BadRow,
        Self::TooLate,
        Self::Duplicate,
        Self::Unpaired,
    ];
}

/// One finding.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(tag = "finding", rename_all = "kebab-case")]
pub enum Finding {
    /// A ride charged otherwise than it should be.
    Difference {
        /// The row that ends the ride.
        #[serde(flatten)]
        said: Said,
        /// What the file's owner calls it.
        id: String,
        /// From where to where.
        ride: String,
        /// The rule that changed the amount last.
        rule: String,
        /// Its tariff file and line.
        rule_at: String,
        /// The list price.
        list_fen: u32,
        /// What was to be charged.
        expected_fen: u32,
        /// What the file says; nothing where the fare of a missing tap-off was not collected.
        charged_fen: Option<u32>,
        /// How the amount comes about.
        reasons: Vec<String>,
    },
    /// A charge where nothing was due.
    Undue {
        /// The row.
        #[serde(flatten)]
        said: Said,
        /// What the file's owner calls it.
        id: String,
        /// What the file says.
        charged_fen: u32,
        /// Why nothing was due.
        why: &'static str,
    },
    /// A ride that the tariffs do not price.
    Unpriced {
        /// The row that ends the ride.
        #[serde(flatten)]
        said: Said,
        /// From where to where.
        ride: String,
        /// What the file says.
        charged_fen: Option<u32>,
        /// Why.
        why: String,
    },
    /// A row that is no tap.
    BadRow {
        /// Its line in the file.
        row: u64,
        /// What is wrong.
        message: String,
        /// What would be right.
        help: Option<String>,
    },
    /// A row whose day was closed.
    TooLate {
        /// The row.
        #[serde(flatten)]
        said: Said,
        /// The newest day when it came.
        newest: String,
        /// The row that opened that day.
        newest_row: u64,
    },
    /// A row that says once more what another one says.
    Duplicate {
        /// The row.
        #[serde(flatten)]
        said: Said,
        /// The first.
        first_row: u64,
        /// What it says was charged.
        charged_fen: Option<u32>,
        /// What the first says.
        first_charged_fen: Option<u32>,
        /// Whether both say a charge, and not the same.
        contradicts: bool,
    },
    /// A tap that belongs to no ride.
    Unpaired {
        /// The tap.
        #[serde(flatten)]
        said: Said,
        /// Why.
        why: &'static str,
    },
}

impl Finding {
    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Difference { .. } => Kind::Difference,
            Self::Undue { .. } => Kind::Undue,
            Self::Unpriced { .. } => Kind::Unpriced,
            Self::BadRow { .. } => Kind::BadRow,
            Self::TooLate { .. } => Kind::TooLate,
            Self::Duplicate { .. } => Kind::Duplicate,
            Self::Unpaired { .. } => Kind::Unpaired,
        }
    }
}

/// Why a tap belongs to no ride.
pub(super) const fn alone(why: Alone) -> &'static str {
    match why {
        Alone::NeverLeft => "another entry follows it and no exit",
        Alone::LeftElsewhere => "the exit after it is at a gate of other lines",
        Alone::Backwards => "the tap-off is at a stop before that of the boarding",
        Alone::NeverBoarded => "no boarding before it",
        Alone::OtherLine => "the boarding before it was on another line or in the other direction",
        Alone::NothingToCover => "no boarding before it lacks its tap-off",
    }
}

/// A rule's file and line.
pub(super) fn place(tariff: &Tariff, rule: tunion_fare::RuleId) -> (String, String) {
    tariff.rule(rule).map_or_else(Default::default, |rule| {
        (rule.name.to_string(), format!("{}:{}", tariff.head().file, rule.line))
    })
}

pub(super) fn fen(amount: Option<Fen>) -> Option<u32> {
    amount.map(Fen::get)
}
