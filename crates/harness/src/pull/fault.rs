//! What goes wrong, and at which moment of a tap.
//!
//! A tap is a row of moments, numbered from 1: each thing that the terminal wants done is one, a command to
//! the card as much as a record to be stored or a decision to be shown.

use std::fmt;
use std::str::FromStr;
use tunion_card::{Cut, Damage};

/// What goes wrong at a moment.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Fault {
    /// The card is pulled before the command arrives.
    Before,
    /// The card is pulled when it has done the command; its answer is lost.
    After,
    /// The card loses its power after so many bytes that it wrote; those bytes are new.
    Cut(u32),
    /// The same, and the page that it was writing is noise.
    Noise(u32),
    /// The answer is cut after so many bytes, so that none comes. The card stays and has done the command.
    Answer(u16),
    /// The MAC in the answer is not the one that the card made.
    Forged,
    /// The card is pulled while another is being asked.
    Leaves,
    /// The PSAM does not hear the command.
    PsamSilent,
    /// The PSAM has done the command; its answer is lost.
    PsamLost,
    /// The PSAM was reset just before and knows of nothing.
    PsamForgets,
    /// The PSAM refuses the command with an error of its own memory.
    PsamError,
    /// The record is not stored, and the terminal is told so.
    StoreFails,
    /// The host does not hear.
    HostSilent,
    /// The host has heard; its answer is lost.
    HostLost,
    /// The terminal loses its power before this is done.
    Power,
    /// The terminal loses its power when the other side has done it, before it hears.
    PowerAfter,
}

impl Fault {
    /// Its word, without the number of bytes.
    const fn word(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
            Self::Cut(_) => "cut",
            Self::Noise(_) => "noise",
            Self::Answer(_) => "answer",
            Self::Forged => "forged",
            Self::Leaves => "leaves",
            Self::PsamSilent => "psam-silent",
            Self::PsamLost => "psam-lost",
            Self::PsamForgets => "psam-forgets",
            Self::PsamError => "psam-error",
            Self::StoreFails => "store-fails",
            Self::HostSilent => "host-silent",
            Self::HostLost => "host-lost",
            Self::Power => "power",
            Self::PowerAfter => "power-after",
        }
    }

    const fn bytes(self) -> Option<u32> {
        match self {
            Self::Cut(bytes) | Self::Noise(bytes) => Some(bytes),
            Self::Answer(bytes) => Some(bytes as u32),
            _ => None,
        }
    }

    /// The cut that it lays ahead of the card's writing. Each has noise of its own.
    pub(super) fn cut(self) -> Option<Cut> {
        match self {
            Self::Cut(after) => Some(Cut { after, damage: Damage::Prefix }),
            Self::Noise(after) => Some(Cut { after, damage: Damage::Noise(u64::from(after) + 1) }),
            _ => None,
        }
    }

    /// Faults of one class leave the same behind, but for what is on the card.
    pub(super) const fn class(self) -> u8 {
        match self {
            // The card is gone, and no answer came.
            Self::Before | Self::After | Self::Cut(_) | Self::Noise(_) => 0,
            // No answer came.
            Self::Answer(_) => 1,
            Self::Forged => 2,
            Self::Leaves => 3,
            Self::PsamSilent => 4,
            Self::PsamLost => 5,
            Self::PsamForgets => 6,
            Self::PsamError => 7,
            Self::StoreFails => 8,
            Self::HostSilent => 9,
            Self::HostLost => 10,
            Self::Power => 11,
            Self::PowerAfter => 12,
        }
    }
}

/// A fault at its moment.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct At {
    /// The moment, from 1.
    pub moment: u16,
    /// What goes wrong.
    pub fault: Fault,
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.moment, self.fault.word())?;
        self.fault.bytes().map_or(Ok(()), |bytes| write!(f, "-{bytes}"))
    }
}

/// The words for the faults that have no number.
const PLAIN: [Fault; 13] = [
    Fault::Before,
    Fault::After,
    Fault::Forged,
    Fault::Leaves,
    Fault::PsamSilent,
    Fault::PsamLost,
    Fault::PsamForgets,
    Fault::PsamError,
    Fault::StoreFails,
    Fault::HostSilent,
    Fault::HostLost,
    Fault::Power,
    Fault::PowerAfter,
];

impl FromStr for At {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("`{text}` is no fault: write a moment and what goes wrong, as 12:after or 12:cut-317");
        let (moment, word) = text.split_once(':').ok_or_else(wrong)?;
        let moment = moment.parse().map_err(|_| wrong())?;
        let plain = PLAIN.into_iter().find(|fault| fault.word() == word);
        let numbered = || {
            let (word, bytes) = word.split_once('-')?;
            let bytes: u32 = bytes.parse().ok()?;
            match word {
                "cut" => Some(Fault::Cut(bytes)),
                "noise" => Some(Fault::Noise(bytes)),
                "answer" => Some(Fault::Answer(u16::try_from(bytes).ok()?)),
                _ => None,
            }
        };
        plain.or_else(numbered).map(|fault| Self { moment, fault }).ok_or_else(wrong)
    }
}
