//! How every device is used.

use crate::{Applet, Fault, Work};
use tunion_apdu::{Command, Response, Sw, table};
use tunion_nvm::{Corrupt, Cut, Power, PowerLost};

/// A device as those see it who send it commands and take its power away. Every [`Applet`] is one.
pub trait Chip: Applet {
    /// Answers one command.
    ///
    /// Answers come at once, as after `61xx` and GET RESPONSE: those belong to the T=0 link
    /// (`docs/spec/card.md` 3).
    ///
    /// # Errors
    /// [`PowerLost`] when the power went while the command was under way, or before; `response` is
    /// then empty. Every other fault is a status word in `response`, that of a worn memory too.
    fn process(&mut self, command: &[u8], response: &mut Response) -> Result<(), PowerLost> {
        response.clear();
        if !self.is_powered() {
            return Err(PowerLost);
        }
        let written = self.core().store.page_writes();
        self.core_mut().work = Work { bytes_in: length(command), ..Work::default() };
        let outcome = run(self, command, response);
        let core = self.core_mut();
        core.work.page_writes = core.store.page_writes().wrapping_sub(written);
        let sw = match outcome {
            Ok(()) => Sw::OK,
            Err(fault) => {
                response.clear();
                match fault {
                    Fault::Status(sw) => sw,
                    Fault::Power => {
                        self.power_off();
                        return Err(PowerLost);
                    }
                }
            }
        };
        response.finish(sw);
        core.work.bytes_out = length(response.bytes());
        Ok(())
    }

    /// Gives power and finds the last commit: a reset.
    ///
    /// # Errors
    /// [`Corrupt`], never by loss of power.
    fn power_on(&mut self) -> Result<(), Corrupt> {
        self.end_transaction();
        self.deselect();
        self.core_mut().store.power_on()
    }

    /// Takes the power away: what was open is gone.
    fn power_off(&mut self) {
        self.end_transaction();
        self.deselect();
        self.core_mut().store.power_off();
    }

    /// Whether there is power.
    fn is_powered(&self) -> bool {
        self.core().store.is_powered()
    }

    /// Lays a loss of power ahead, counted in bytes written to memory, or takes it away.
    fn set_cut(&mut self, cut: Option<Cut>) {
        self.core_mut().store.set_cut(cut);
    }

    /// The loss of power that still lies ahead.
    fn cut(&self) -> Option<Cut> {
        self.core().store.cut()
    }

    /// Wears the memory out, or makes it new: a worn one answers 6581 to every command that would write,
    /// and has written nothing.
    fn set_worn(&mut self, worn: bool) {
        self.core_mut().store.set_worn(worn);
    }

    /// Whether the memory is worn out.
    fn is_worn(&self) -> bool {
        self.core().store.is_worn()
    }

    /// What the last command took.
    fn work(&self) -> Work {
        self.core().work
    }

    /// The source of random numbers, to be replaced between taps.
    fn random_mut(&mut self) -> &mut Self::Random {
        &mut self.core_mut().random
    }
}

impl<A: Applet + ?Sized> Chip for A {}

fn run<A: Applet + ?Sized>(applet: &mut A, command: &[u8], response: &mut Response) -> Result<(), Fault> {
    if table::ends_transaction(A::DEVICE, command) {
        applet.end_transaction();
    }
    let command = Command::parse(command)?;
    let spec = table::find(A::DEVICE, &command)?;
    applet.dispatch(spec.name, &command, response)
}

fn length(bytes: &[u8]) -> u16 {
    u16::try_from(bytes.len()).unwrap_or(u16::MAX)
}
