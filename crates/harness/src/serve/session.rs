//! Frames in, answers out: a device as one peer sees it.

use super::Atr;
use super::event::Event;
use super::frame::{self, Decoder};
use super::vpcd::Message;
use tunion_apdu::{Response, Sw};
use tunion_card::{Chip, PowerLost};

/// What the frames of a peer mean.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dialect {
    /// Those of a virtual reader: it switches power, asks for this ATR, sends commands
    /// ([`vpcd`](super::vpcd)).
    Vpcd(Atr),
    /// Every frame is a command and gets one answer, the empty one too. The device has power from beginning
    /// to end.
    Bare,
}

impl Dialect {
    fn message(self, body: &[u8]) -> Message<'_> {
        match self {
            Self::Vpcd(_) => Message::of(body),
            Self::Bare => Message::Apdu(body),
        }
    }
}

/// One peer's dealings with a device, without the socket between them: any bytes may come, in any chunks.
///
/// ```
/// use tunion_harness::random::stream;
/// use tunion_harness::serve::{Atr, Dialect, Session};
///
/// let keys = tunion_files::keys::lab()?;
/// let file = tunion_files::card::load("../../fixtures/cards/student.toml")?;
/// let mut card = tunion_harness::issue::card(&file, &keys, stream(1, "card", 0))?;
///
/// let mut session = Session::new(Dialect::Vpcd(Atr::default()));
/// session.begin(&mut card, &mut |_| ());
/// let mut out = Vec::new();
/// // Power on; GET CHALLENGE.
/// let bytes = [0, 1, 0x01, 0, 5, 0x00, 0x84, 0x00, 0x00, 0x04];
/// session.receive(&bytes, &mut card, &mut |_| (), &mut out)?;
/// assert_eq!((&out[..2], &out[6..]), (&[0, 6][..], &[0x90, 0x00][..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Session {
    dialect: Dialect,
    decoder: Decoder,
    response: Response,
}

impl Session {
    /// A session in which nothing has come.
    #[must_use]
    pub fn new(dialect: Dialect) -> Self {
        Self { dialect, decoder: Decoder::default(), response: Response::new() }
    }

    /// What the peer's frames mean.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The device comes to the peer: a bare one gets power, one at a reader waits for it.
    pub fn begin<C: Chip>(&mut self, chip: &mut C, watch: &mut dyn FnMut(Event<'_>)) {
        chip.power_off();
        if self.dialect == Dialect::Bare {
            power_on(chip, Event::On, watch);
        }
    }

    /// The device leaves: what was open is gone, what was committed stays.
    pub fn end<C: Chip>(&mut self, chip: &mut C, watch: &mut dyn FnMut(Event<'_>)) {
        if chip.is_powered() {
            chip.power_off();
            watch(Event::Off);
        }
    }

    /// Takes what came, appends to `out` what is to be sent, and tells `watch` what was done. Questions for
    /// the ATR are not told: readers ask all the time.
    ///
    /// A command without power, which no reader sends, is answered 6F00 (our reading): the frames have no
    /// word for silence, and a reader would wait for ever.
    ///
    /// # Errors
    /// [`PowerLost`] when the device lost its power in a command: it has to go from the peer, as a card torn
    /// out of the field. Frames after that command are not looked at.
    pub fn receive<C: Chip>(
        &mut self,
        chunk: &[u8],
        chip: &mut C,
        watch: &mut dyn FnMut(Event<'_>),
        out: &mut Vec<u8>,
    ) -> Result<(), PowerLost> {
        let Self { dialect, decoder, response } = self;
        decoder.push(chunk);
        while let Some(body) = decoder.next() {
            match dialect.message(body) {
                Message::Off => {
                    chip.power_off();
                    watch(Event::Off);
                }
                Message::On => power_on(chip, Event::On, watch),
                Message::Reset => {
                    chip.power_off();
                    power_on(chip, Event::Reset, watch);
                }
                Message::Atr => {
                    if let Dialect::Vpcd(atr) = dialect {
                        send(atr.bytes(), out);
                    }
                }
                Message::Apdu(command) => {
                    answer(chip, command, response).inspect_err(|_| watch(Event::Torn { command }))?;
                    send(response.bytes(), out);
                    watch(Event::Exchange { command, answer: response.bytes() });
                }
                Message::Unknown => watch(Event::Ignored { body }),
            }
        }
        Ok(())
    }
}

/// Gives power, and tells `event` or that none came to be.
fn power_on<C: Chip>(chip: &mut C, event: Event<'_>, watch: &mut dyn FnMut(Event<'_>)) {
    watch(if chip.power_on().is_ok() { event } else { Event::Mute });
}

fn answer<C: Chip>(chip: &mut C, command: &[u8], response: &mut Response) -> Result<(), PowerLost> {
    if chip.is_powered() {
        return chip.process(command, response);
    }
    response.clear();
    response.finish(Sw::INTERNAL);
    Ok(())
}

/// An ATR has 13 bytes and an answer 258 at most: both fit into a frame.
fn send(body: &[u8], out: &mut Vec<u8>) {
    let _ = frame::encode(body, out);
}

#[cfg(test)]
mod tests;
