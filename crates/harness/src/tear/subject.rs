//! What is torn: a card, or something that answers in its place.

use crate::random::Stream;
use tunion_apdu::{CommandBuf, Name, Response, Sw};
use tunion_card::{Card, Chip, Corrupt, Cut, Image, PowerLost, Profile, Work};

use crate::counterpart::plain;

/// A card that can be forked, torn and looked into. [`Card`] is one; a test puts a card with a fault in
/// its place, to see that the fault is found.
pub trait Subject: Clone {
    /// Answers one command.
    ///
    /// # Errors
    /// [`PowerLost`], as [`Chip::process`].
    fn process(&mut self, command: &[u8], response: &mut Response) -> Result<(), PowerLost>;

    /// Gives power: a reset.
    ///
    /// # Errors
    /// [`Corrupt`], as [`Chip::power_on`].
    fn power_on(&mut self) -> Result<(), Corrupt>;

    /// Lays a loss of power ahead, or takes it away.
    fn set_cut(&mut self, cut: Option<Cut>);

    /// The loss of power that still lies ahead.
    fn cut(&self) -> Option<Cut>;

    /// What the last command took.
    fn work(&self) -> Work;

    /// What is in its memory.
    fn image(&self) -> Image;

    /// How it behaves.
    fn profile(&self) -> &Profile;

    /// The application's full name.
    fn aid(&self) -> &[u8];
}

impl Subject for Card<Stream> {
    fn process(&mut self, command: &[u8], response: &mut Response) -> Result<(), PowerLost> {
        Chip::process(self, command, response)
    }

    fn power_on(&mut self) -> Result<(), Corrupt> {
        Chip::power_on(self)
    }

    fn set_cut(&mut self, cut: Option<Cut>) {
        Chip::set_cut(self, cut);
    }

    fn cut(&self) -> Option<Cut> {
        Chip::cut(self)
    }

    fn work(&self) -> Work {
        Chip::work(self)
    }

    fn image(&self) -> Image {
        Card::image(self)
    }

    fn profile(&self) -> &Profile {
        Card::profile(self)
    }

    fn aid(&self) -> &[u8] {
        Card::aid(self)
    }
}

/// A card's answer with the data that waited for GET RESPONSE.
///
/// # Errors
/// [`PowerLost`], where a cut lay ahead.
pub(super) fn ask(card: &mut impl Subject, command: &[u8]) -> Result<Response, PowerLost> {
    let mut response = Response::new();
    card.process(command, &mut response)?;
    fetch(card, response)
}

/// The answer that `response` announces, if it says no more than that one waits.
pub(super) fn fetch(card: &mut impl Subject, mut response: Response) -> Result<Response, PowerLost> {
    if response.sw().family() == Sw(0x6100) {
        card.process(&plain(Name::GetResponse, [0, 0], &[]), &mut response)?;
    }
    Ok(response)
}

/// SELECT of the application by its full name.
pub(super) fn select(card: &impl Subject) -> CommandBuf {
    let mut command = plain(Name::SelectName, [0x04, 0x00], card.aid());
    let _ = command.push(0x00);
    command
}
