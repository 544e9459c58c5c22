//! Whatever answers APDUs, and wrappers around it that are links themselves.
//!
//! The wrappers compose in any order: a tracer around a faulty link sees what the terminal sees, a
//! faulty link around a tracer loses what the trace still shows.

use crate::trace::{Frame, State, Trace};
use tunion_apdu::{Command, Device, Name, Response, table};
use tunion_card::{Chip, Cut, Work};

/// No answer came: the device left the field, or lost its power.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lost;

/// Something that answers APDUs.
pub trait Link {
    /// Sends a command and brings back its answer.
    ///
    /// # Errors
    /// [`Lost`] when none came; what became of the command is not known.
    fn transmit(&mut self, command: &[u8], response: &mut Response) -> Result<(), Lost>;

    /// Takes the device out of the field.
    fn leave(&mut self);

    /// Lays a loss of power ahead, so many bytes of writing from now.
    fn tear(&mut self, cut: Cut);

    /// What the last command took of the device; nothing when it never arrived.
    fn work(&self) -> Work;

    /// What is in the device's memory, for traces; `None` where that cannot be known.
    fn state(&self) -> Option<State> {
        None
    }

    /// Virtual time in ns since the tap's beginning. A link without a model of time takes none.
    fn now_ns(&self) -> u64 {
        0
    }

    /// The frames that went over the air since the last time, for traces. A link without air has none.
    fn take_frames(&mut self) -> Vec<Frame> {
        Vec::new()
    }
}

impl<C: Chip> Link for C {
    fn transmit(&mut self, command: &[u8], response: &mut Response) -> Result<(), Lost> {
        self.process(command, response).map_err(|_| Lost)
    }

    fn leave(&mut self) {
        self.power_off();
    }

    fn tear(&mut self, cut: Cut) {
        self.set_cut(Some(cut));
    }

    fn work(&self) -> Work {
        Chip::work(self)
    }

    fn state(&self) -> Option<State> {
        Some(State::of(self))
    }
}

/// When the card is pulled out of the field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pull {
    /// Before the command arrives.
    Before,
    /// After the command was done, before its answer arrives.
    After,
    /// While the command writes to memory.
    During(Cut),
    /// Not at all: a bit of the command's last byte of data is turned over on its way.
    Garbled,
}

/// A link that loses the device at one command.
#[derive(Debug)]
pub struct Faulty<'l, L: ?Sized> {
    inner: &'l mut L,
    device: Device,
    /// The command at which it happens, once.
    fault: Option<(Name, Pull)>,
    /// The last command never arrived.
    kept_away: bool,
}

impl<'l, L: Link + ?Sized> Faulty<'l, L> {
    /// Wraps a card; with no fault it changes nothing.
    pub fn new(inner: &'l mut L, fault: Option<(Name, Pull)>) -> Self {
        Self { inner, device: Device::Card, fault, kept_away: false }
    }

    /// Wraps a PSAM.
    pub fn sam(inner: &'l mut L, fault: Option<(Name, Pull)>) -> Self {
        Self { inner, device: Device::Sam, fault, kept_away: false }
    }

    /// The fault, if it still lies ahead.
    #[must_use]
    pub fn ahead(&self) -> Option<(Name, Pull)> {
        self.fault
    }

    /// Whether the fault still lies ahead: the command never came.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.fault.is_some()
    }
}

impl<L: Link + ?Sized> Link for Faulty<'_, L> {
    fn transmit(&mut self, command: &[u8], response: &mut Response) -> Result<(), Lost> {
        let name = name_of(self.device, command);
        let Some((_, pull)) = self.fault.take_if(|(at, _)| Some(*at) == name) else {
            return self.inner.transmit(command, response);
        };
        self.kept_away = pull == Pull::Before;
        match pull {
            Pull::Before => {}
            Pull::After => self.inner.transmit(command, response)?,
            Pull::During(cut) => {
                self.inner.tear(cut);
                // A command that wrote less than the cut lay ahead still loses its answer.
                let _ = self.inner.transmit(command, response);
            }
            Pull::Garbled => return self.inner.transmit(&garbled(command), response),
        }
        self.inner.leave();
        response.clear();
        Err(Lost)
    }

    fn leave(&mut self) {
        self.inner.leave();
    }

    fn tear(&mut self, cut: Cut) {
        self.inner.tear(cut);
    }

    fn work(&self) -> Work {
        if self.kept_away { Work::default() } else { self.inner.work() }
    }

    fn state(&self) -> Option<State> {
        self.inner.state()
    }

    fn now_ns(&self) -> u64 {
        self.inner.now_ns()
    }

    fn take_frames(&mut self) -> Vec<Frame> {
        self.inner.take_frames()
    }
}

/// The command's name, by the table.
fn name_of(device: Device, command: &[u8]) -> Option<Name> {
    let command = Command::parse(command).ok()?;
    table::find(device, &command).ok().map(|spec| spec.name)
}

/// The command with a bit of its last byte of data turned over.
pub(crate) fn garbled(command: &[u8]) -> Vec<u8> {
    let mut bytes = command.to_vec();
    let last = command.get(4).map_or(0, |lc| 4 + usize::from(*lc));
    if let Some(byte) = bytes.get_mut(last) {
        *byte ^= 0x01;
    }
    bytes
}

/// A link that writes down what goes over it.
#[derive(Debug)]
pub struct Traced<'l, L> {
    inner: &'l mut L,
    device: Device,
    trace: &'l mut Trace,
}

impl<'l, L: Link> Traced<'l, L> {
    /// Wraps `inner`.
    pub fn new(inner: &'l mut L, device: Device, trace: &'l mut Trace) -> Self {
        Self { inner, device, trace }
    }

    fn note_frames(&mut self) {
        for frame in self.inner.take_frames() {
            self.trace.frame(&frame);
        }
    }
}

impl<L: Link> Link for Traced<'_, L> {
    fn transmit(&mut self, command: &[u8], response: &mut Response) -> Result<(), Lost> {
        let recording = self.trace.is_recording();
        if recording {
            // What went over the air before the command: how the card was activated.
            self.note_frames();
            self.trace.sent(self.inner.now_ns(), self.device, command);
        }
        let outcome = self.inner.transmit(command, response);
        let answer = outcome.is_ok().then(|| response.bytes());
        self.trace.push(self.device, command, answer, self.inner.work());
        if recording {
            self.note_frames();
            self.trace.answered(self.inner.now_ns(), self.device, answer, self.inner.state());
        }
        outcome
    }

    fn leave(&mut self) {
        self.inner.leave();
    }

    fn tear(&mut self, cut: Cut) {
        self.inner.tear(cut);
    }

    fn work(&self) -> Work {
        self.inner.work()
    }

    fn state(&self) -> Option<State> {
        self.inner.state()
    }

    fn now_ns(&self) -> u64 {
        self.inner.now_ns()
    }

    fn take_frames(&mut self) -> Vec<Frame> {
        self.inner.take_frames()
    }
}
