//! What happened in a tap beside what went over the links, in order, for whoever tells it.

use tunion_data::host::{LoadAnswer, LoadRefusal, SignOnAnswer};
use tunion_terminal::{Action, Charge};

/// One thing that happened in a tap.
#[derive(Clone, Debug)]
pub(crate) enum Happened {
    /// The terminal wanted this done. What it sends to card and PSAM is the next exchange of the trace.
    Wanted(Box<Action>),
    /// The issuer's host answered.
    HostAnswered(LoadAnswer),
    /// The issuer's host booked a load, or did not.
    HostBooked(Result<(), LoadRefusal>),
    /// The issuer's host signed the load SAM on, or did not.
    SignedOn(SignOnAnswer),
    /// The gate controller named the fare.
    ControllerNamed(Charge),
}

/// Keeps what happened, once somebody listens.
#[derive(Default, Debug)]
pub(crate) struct Journal(Option<Vec<Happened>>);

impl Journal {
    /// Listens from now on.
    pub(crate) fn open(&mut self) {
        self.0.get_or_insert_default();
    }

    pub(crate) fn keep(&mut self, happened: impl FnOnce() -> Happened) {
        if let Some(kept) = &mut self.0 {
            kept.push(happened());
        }
    }

    /// What happened since the last time.
    pub(crate) fn take(&mut self) -> Vec<Happened> {
        self.0.as_mut().map(std::mem::take).unwrap_or_default()
    }
}
