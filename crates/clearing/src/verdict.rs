//! Verdicts and their reasons.

use crate::fault::Fault;
use crate::order::Place;

/// Why a record is where it is, with the codes of `docs/spec/terminal.md` 6.2. There 00 is said of records that
/// were adjusted and accepted; that it also is what a record has that is accepted at once is our reading.
///
/// 05 (late, 超时) is never given, for a record does not say when it was uploaded, nor 90 to 94, which come of
/// an adjustment.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Reason {
    /// 00 正常: it is settled.
    Accepted,
    /// No code 转发: its TAC is for another issuer to check, to whom it is sent on (6.3).
    Forwarded,
    /// 01 TAC错误: its TAC is not the one that the card's key makes.
    TacWrong,
    /// 02 非法数据: it cannot be what a terminal recorded.
    Illegal,
    /// 03 重复: a number of it stands in another record, which counts.
    Duplicate,
    /// 04 灰记录: whether it was done was not known to the terminal, or its TAC is not.
    Grey,
}

impl Reason {
    /// Every one, in the order of reports.
    pub const ALL: [Self; 6] =
        [Self::Accepted, Self::Forwarded, Self::TacWrong, Self::Illegal, Self::Duplicate, Self::Grey];

    /// Those for which a record is rejected.
    pub const REJECTED: [Self; 4] = [Self::TacWrong, Self::Illegal, Self::Duplicate, Self::Grey];

    /// Its two digits; none for what is neither accepted nor rejected here.
    #[must_use]
    pub const fn code(self) -> Option<&'static str> {
        match self {
            Self::Accepted => Some("00"),
            Self::Forwarded => None,
            Self::TacWrong => Some("01"),
            Self::Illegal => Some("02"),
            Self::Duplicate => Some("03"),
            Self::Grey => Some("04"),
        }
    }

    /// A few English words.
    #[must_use]
    pub const fn english(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Forwarded => "forwarded",
            Self::TacWrong => "TAC wrong",
            Self::Illegal => "illegal data",
            Self::Duplicate => "duplicate",
            Self::Grey => "grey",
        }
    }

    /// The Chinese term.
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Accepted => "正常",
            Self::Forwarded => "转发",
            Self::TacWrong => "TAC错误",
            Self::Illegal => "非法数据",
            Self::Duplicate => "重复",
            Self::Grey => "灰记录",
        }
    }

    /// Whether a record with it is rejected.
    #[must_use]
    pub const fn is_rejection(self) -> bool {
        !matches!(self, Self::Accepted | Self::Forwarded)
    }
}

/// What became of a record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Accepted.
    Accepted,
    /// All that can be checked without its issuer's key is right.
    Forwarded,
    /// Its TAC is not the card's.
    TacWrong {
        /// The TAC that the card makes; zeros where no transaction was done.
        expected: [u8; 4],
    },
    /// It cannot be what a terminal recorded.
    Illegal(Fault),
    /// A number of it stands in another record.
    Duplicate {
        /// The record that counts.
        of: Place,
        /// What stands in both.
        by: Number,
    },
    /// A grey record, and what can be told of it.
    Grey {
        /// Whether it was done.
        done: Done,
        /// How that is known, or why it is not.
        because: Because,
    },
}

impl Verdict {
    /// Its reason.
    #[must_use]
    pub const fn reason(&self) -> Reason {
        match self {
            Self::Accepted => Reason::Accepted,
            Self::Forwarded => Reason::Forwarded,
            Self::TacWrong { .. } => Reason::TacWrong,
            Self::Illegal(_) => Reason::Illegal,
            Self::Duplicate { .. } => Reason::Duplicate,
            Self::Grey { .. } => Reason::Grey,
        }
    }

    /// Whether the record's transaction was done, as far as can be told: it counts as the card's own.
    pub(crate) const fn stands(&self) -> bool {
        matches!(self, Self::Accepted | Self::Forwarded | Self::Grey { done: Done::Yes, .. })
    }
}

/// What a duplicate has in common with the record that counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Number {
    /// Every byte.
    Record,
    /// The whole transaction: card, sequence, terminal, terminal sequence.
    Transaction,
    /// Terminal and terminal sequence.
    Terminal,
    /// Card and card sequence.
    Card,
}

/// Whether a grey record was done.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Done {
    /// It was: its money moved.
    Yes,
    /// It was not: its money did not move.
    No,
    /// That cannot be told from these records.
    Unknown,
}

impl Done {
    /// Every one, in the order of reports.
    pub const ALL: [Self; 3] = [Self::Yes, Self::No, Self::Unknown];
}

/// How it is known what became of a grey record, or why it is not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Because {
    /// Done: the terminal found it in the card's log at a later tap, and no proof of it.
    Log,
    /// Done: this record has the next sequence, and begins with the balance that the grey one left.
    Follows(Place),
    /// Done: this later record begins with the balance that the grey one left.
    Left(Place),
    /// Not done: its sequence is that of this record.
    Taken(Place),
    /// Not done: this later record still found the sequence before it.
    Unmoved(Place),
    /// Not done: this later record begins with the balance that the grey one found.
    Found(Place),
    /// Unknown: the sequence moved on before this record, whose balance is not the one that the grey one left.
    Contradicted(Place),
    /// Unknown: this is the next record in time, and it does not tell.
    Mute(Place),
    /// Unknown: no later record of the card is here.
    NothingLater,
}
