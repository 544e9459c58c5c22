//! What goes wrong in a tap.

use super::dice::Dice;
use crate::link::Pull;
use tunion_card::{Cut, Damage};

/// What goes wrong, and where in the tap. Commands are counted from 0, each device's for itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trouble {
    /// The card leaves the field at this command, or does not hear it as it was sent.
    Pulled {
        /// Which of the commands to the card.
        command: u32,
        /// Before it, after it, while the card writes; or a bit of it is turned over on its way.
        pull: Pull,
    },
    /// The card leaves the field while somebody else is asked: before this is done, of what the terminal wants.
    Leaves(u32),
    /// The answer to the first DEBIT has another MAC2 than the card made.
    Forged,
    /// The PSAM does not hear this command.
    SamSilent(u32),
    /// The PSAM has done this command, and its answer is lost.
    SamLost(u32),
    /// The record is not stored.
    StoreFails,
    /// The issuer's host does not hear.
    HostSilent,
    /// The issuer's host has heard, and its answer is lost.
    HostLost,
    /// The terminal loses its power before it does this, and begins anew with what its store holds.
    PowerLost(u32),
}

impl Trouble {
    /// What goes wrong, in the order of reports.
    pub const NAMES: [&str; 12] = [
        "card pulled before a command",
        "card pulled after a command",
        "card pulled while it wrote",
        "command changed on the way",
        "card gone while another was asked",
        "card's MAC2 changed on the way",
        "PSAM silent",
        "PSAM's answer lost",
        "record not stored",
        "host not reached",
        "host's answer lost",
        "terminal without power",
    ];

    /// What goes wrong, in a few words.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES.get(self.row()).copied().unwrap_or_default()
    }

    /// Its place in [`NAMES`](Self::NAMES).
    #[must_use]
    pub const fn row(self) -> usize {
        match self {
            Self::Pulled { pull: Pull::Before, .. } => 0,
            Self::Pulled { pull: Pull::After, .. } => 1,
            Self::Pulled { pull: Pull::During(_), .. } => 2,
            Self::Pulled { pull: Pull::Garbled, .. } => 3,
            Self::Leaves(_) => 4,
            Self::Forged => 5,
            Self::SamSilent(_) => 6,
            Self::SamLost(_) => 7,
            Self::StoreFails => 8,
            Self::HostSilent => 9,
            Self::HostLost => 10,
            Self::PowerLost(_) => 11,
        }
    }

    /// Some trouble.
    pub(super) fn some(dice: &mut Dice) -> Self {
        match dice.below(21) {
            0..3 => Self::Pulled { command: command(dice), pull: Pull::Before },
            3..7 => Self::Pulled { command: command(dice), pull: Pull::After },
            7..11 => {
                let noise = dice.permille(500).then(|| dice.below(u32::MAX));
                let damage = noise.map_or(Damage::Prefix, |seed| Damage::Noise(seed.into()));
                let cut = Cut { after: dice.below(700), damage };
                Self::Pulled { command: command(dice), pull: Pull::During(cut) }
            }
            11 | 12 => Self::Leaves(dice.between(6, 14)),
            13 => Self::Forged,
            14 => Self::SamSilent(dice.below(2)),
            15 => Self::SamLost(dice.below(2)),
            16 => Self::StoreFails,
            17 => Self::HostSilent,
            18 => Self::HostLost,
            19 => Self::Pulled { command: command(dice), pull: Pull::Garbled },
            _ => Self::PowerLost(dice.below(16)),
        }
    }
}

/// Which command. DEBIT and CREDIT are the ninth, eighth or seventh of an undisturbed tap, and more is to be seen
/// there than elsewhere.
fn command(dice: &mut Dice) -> u32 {
    if dice.permille(600) { dice.between(6, 8) } else { dice.below(12) }
}
