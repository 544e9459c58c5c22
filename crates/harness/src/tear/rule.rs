//! What must hold wherever the power goes, and how it is said that it did not.

use std::fmt;

/// What must hold of a card that was torn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rule {
    /// Undisturbed, the command does what `docs/spec/card.md` says, and nothing else.
    Effect,
    /// A command that is refused writes nothing.
    Refusal,
    /// The power goes at the byte that the cut says, and at no other time.
    Power,
    /// A card without power answers nothing.
    Silence,
    /// What memory shows without power is what it shows with it.
    Told,
    /// The card wakes.
    Wakes,
    /// Waking writes nothing.
    Rest,
    /// Memory is as before the command, as with the try spent, or as after it.
    Whole,
    /// A command that was answered was done, and its answer is the one it gives undisturbed.
    Answered,
    /// Nothing is learnt of a MAC, a cryptogram or a PIN before its try is spent.
    FreeTry,
    /// There are as many tries as memory says.
    Tries,
    /// SELECT answers as the blocks say.
    Select,
    /// GET BALANCE answers the purse.
    Balance,
    /// GET TRANSACTION PROVE answers if the transaction was done, and only then.
    Proof,
    /// READ RECORD answers the newest records of 18 and 1E, and 2701.
    Records,
    /// INITIALIZE answers the sequences, or refuses as blocks and algorithm say.
    Sequence,
    /// The next purchase is done.
    Next,
    /// What was not done can be done again.
    Again,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Self; 18] = [
        Self::Effect,
        Self::Refusal,
        Self::Power,
        Self::Silence,
        Self::Told,
        Self::Wakes,
        Self::Rest,
        Self::Whole,
        Self::Answered,
        Self::FreeTry,
        Self::Tries,
        Self::Select,
        Self::Balance,
        Self::Proof,
        Self::Records,
        Self::Sequence,
        Self::Next,
        Self::Again,
    ];

    /// The rule's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Effect => "effect",
            Self::Refusal => "refusal",
            Self::Power => "power",
            Self::Silence => "silence",
            Self::Told => "told",
            Self::Wakes => "wakes",
            Self::Rest => "rest",
            Self::Whole => "whole",
            Self::Answered => "answered",
            Self::FreeTry => "free-try",
            Self::Tries => "tries",
            Self::Select => "select",
            Self::Balance => "balance",
            Self::Proof => "proof",
            Self::Records => "records",
            Self::Sequence => "sequence",
            Self::Next => "next",
            Self::Again => "again",
        }
    }

    /// What it asks, in a sentence.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Effect => "undisturbed, the command does what card.md says and nothing else",
            Self::Refusal => "a command that is refused writes nothing",
            Self::Power => "the power goes at the byte of the cut and at no other time",
            Self::Silence => "a card without power answers nothing",
            Self::Told => "what memory shows without power is what it shows with it",
            Self::Wakes => "the card wakes",
            Self::Rest => "waking writes nothing",
            Self::Whole => "memory is as before, as with the try spent, or as after; never between",
            Self::Answered => "a command that was answered was done, with the answer it gives undisturbed",
            Self::FreeTry => "nothing is learnt of a MAC, a cryptogram or a PIN before its try is spent",
            Self::Tries => "there are as many tries as memory says",
            Self::Select => "SELECT answers as the blocks say",
            Self::Balance => "GET BALANCE answers the purse",
            Self::Proof => "GET TRANSACTION PROVE answers if and only if the transaction was done",
            Self::Records => "READ RECORD answers the newest records",
            Self::Sequence => "INITIALIZE answers the sequences, or refuses as blocks and algorithm say",
            Self::Next => "the next purchase is done",
            Self::Again => "what was not done can be done again",
        }
    }
}

/// A rule that was broken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Broken {
    /// Which.
    pub rule: Rule,
    /// What was found, and what would have been right.
    pub found: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.rule.name(), self.rule.text(), self.found)
    }
}

/// Holds a rule. What was found is put into words only if it has to be.
pub(super) fn hold(rule: Rule, holds: bool, found: impl FnOnce() -> String) -> Result<(), Broken> {
    if holds { Ok(()) } else { Err(Broken { rule, found: found() }) }
}
