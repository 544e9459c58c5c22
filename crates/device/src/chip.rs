//! How every device is used.

use crate::{Applet, Fault, Interface, Work};
use tunion_apdu::{Command, Name, Response, Sw, table};
use tunion_nvm::{Corrupt, Cut, Power, PowerLost};

/// A device as those see it who send it commands and take its power away. Every [`Applet`] is one.
pub trait Chip: Applet {
    /// Answers one command.
    ///
    /// On a contactless link answers come at once; on a contact one data may wait for GET RESPONSE
    /// ([`Interface`]).
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
            Err(Fault::Warning(sw)) => sw,
            Err(Fault::Status(sw)) => {
                response.clear();
                sw
            }
            Err(Fault::Power) => {
                response.clear();
                self.power_off();
                return Err(PowerLost);
            }
        };
        response.finish(sw);
        if self.interface() == Interface::Contact && command.len() > CASE_2 {
            self.core_mut().keep_waiting(response);
        }
        let core = self.core_mut();
        core.work.bytes_out = length(response.bytes());
        Ok(())
    }

    /// Gives power and finds the last commit: a reset.
    ///
    /// # Errors
    /// [`Corrupt`], never by loss of power.
    fn power_on(&mut self) -> Result<(), Corrupt> {
        self.core_mut().drop_waiting();
        self.end_transaction();
        self.deselect();
        self.core_mut().store.power_on()
    }

    /// A page of its memory as it was last committed, with power and without; `None` beyond the last one. For
    /// digests of the whole memory.
    fn committed(&self, number: usize) -> Option<&[u8]> {
        self.core().store.committed(number).map(|page| &page[..])
    }

    /// Takes the power away: what was open is gone.
    fn power_off(&mut self) {
        self.core_mut().drop_waiting();
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

/// The longest command without data: four bytes of header, and Le.
const CASE_2: usize = 5;

fn run<A: Applet + ?Sized>(applet: &mut A, bytes: &[u8], response: &mut Response) -> Result<(), Fault> {
    if table::ends_transaction(A::DEVICE, bytes) {
        applet.end_transaction();
    }
    let command = Command::parse(bytes).inspect_err(|_| applet.core_mut().drop_waiting())?;
    let spec = table::find(A::DEVICE, &command).inspect_err(|_| applet.core_mut().drop_waiting())?;
    if spec.name != Name::GetResponse {
        applet.core_mut().drop_waiting();
    }
    spec.judge_le(&command, applet.le_rule())?;
    applet.admit(spec.name)?;
    if spec.name == Name::GetResponse {
        return applet.core_mut().get_response(&command, response);
    }
    applet.dispatch(spec.name, &command, response)
}

fn length(bytes: &[u8]) -> u16 {
    u16::try_from(bytes.len()).unwrap_or(u16::MAX)
}
