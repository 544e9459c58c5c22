//! What a device has to say of itself.

use crate::Core;
use rand_core::Rng;
use tunion_apdu::{Command, Device, LeRule, Name, Response, Sw};
use tunion_nvm::{CommitError, Power, PowerLost, TxFull};

/// A device: what it is made of, and what its commands do. Whoever only uses one wants
/// [`Chip`](crate::Chip).
pub trait Applet {
    /// Which rows of the table of commands it answers.
    const DEVICE: Device;

    /// The source of its random numbers; power does not rewind it.
    type Random: Rng;

    /// Its memory.
    type Store: Power;

    /// What lies below the applet.
    fn core(&self) -> &Core<Self::Random, Self::Store>;

    /// What lies below the applet, to be changed.
    fn core_mut(&mut self) -> &mut Core<Self::Random, Self::Store>;

    /// How it takes a Le that is not the length of its answer.
    fn le_rule(&self) -> LeRule {
        LeRule::Strict
    }

    /// The link it talks over.
    fn interface(&self) -> Interface {
        Interface::Contactless
    }

    /// Whether a command that the table has may go on: what the state as a whole says, before the
    /// command itself is looked at.
    ///
    /// # Errors
    /// The status word that refuses it.
    fn admit(&self, name: Name) -> Result<(), Sw> {
        let _ = name;
        Ok(())
    }

    /// Forgets the transaction that is open.
    fn end_transaction(&mut self);

    /// Forgets what is selected, as after every reset.
    fn deselect(&mut self);

    /// Does what a command of the table says and writes the data of its answer.
    ///
    /// # Errors
    /// [`Fault`]; what `response` holds is then dropped.
    fn dispatch(&mut self, name: Name, command: &Command<'_>, response: &mut Response) -> Result<(), Fault>;
}

/// The link that a device talks over (`docs/spec/card.md` 3).
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Interface {
    /// Answers come at once.
    #[default]
    Contactless,
    /// T=0: data that answers a command with data waits for GET RESPONSE, and 61xx says how much.
    Contact,
}

/// Why a command does not end with 9000.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// Answered with this status word and no data.
    Status(Sw),
    /// Done, and answered with its data and this status word: a warning.
    Warning(Sw),
    /// Not answered at all.
    Power,
}

impl From<Sw> for Fault {
    fn from(sw: Sw) -> Self {
        Self::Status(sw)
    }
}

impl From<PowerLost> for Fault {
    fn from(_: PowerLost) -> Self {
        Self::Power
    }
}

impl From<CommitError> for Fault {
    /// A memory that refuses to be written is answered 6581 (`docs/spec/card.md` 3).
    fn from(fault: CommitError) -> Self {
        match fault {
            CommitError::PowerLost => Self::Power,
            CommitError::Worn => Self::Status(Sw::MEMORY_FAILURE),
        }
    }
}

impl From<TxFull> for Fault {
    /// A command that would change more than one commit can hold. None of ours does.
    fn from(_: TxFull) -> Self {
        Self::Status(Sw::INTERNAL)
    }
}
