//! Why a reader gave up.

use core::fmt;

/// Why a reader gave up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Failure {
    /// Nobody answered.
    NoCard,
    /// More than one card is in the field.
    SeveralCards,
    /// The card does not speak ISO/IEC 14443-4.
    NotPart4,
    /// The card was lost on the way to its first block.
    Activation(Stage),
    /// The card is silent, also when asked again.
    Silent,
    /// What came could not be read, also when asked for again.
    Damaged,
    /// What came is not what may come.
    Protocol,
    /// The answer is longer than any.
    TooLong,
    /// The command is longer than any; it was not sent.
    CommandTooLong,
    /// There is no card to send to, or the last command is still under way.
    NotReady,
}

/// Where an activation failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// REQA or WUPA.
    Wake,
    /// The UID.
    Anticollision,
    /// SELECT.
    Select,
    /// RATS.
    Rats,
    /// PPS.
    Pps,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoCard => "no card",
            Self::SeveralCards => "several cards in the field",
            Self::NotPart4 => "the card does not speak ISO/IEC 14443-4",
            Self::Activation(Stage::Wake) => "no card after REQA",
            Self::Activation(Stage::Anticollision) => "lost in the anticollision",
            Self::Activation(Stage::Select) => "lost at SELECT of its UID",
            Self::Activation(Stage::Rats) => "lost at RATS",
            Self::Activation(Stage::Pps) => "lost at PPS",
            Self::Silent => "the card is silent",
            Self::Damaged => "the card's answer cannot be read",
            Self::Protocol => "the card sent a block that may not come",
            Self::TooLong => "the answer is longer than 258 bytes",
            Self::CommandTooLong => "the command is longer than 261 bytes",
            Self::NotReady => "no card is activated, or a command is under way",
        })
    }
}
