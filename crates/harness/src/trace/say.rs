//! What goes over a link, in short words.

use super::Exchange;
use super::air;
use super::decode::HEADER;
use super::file::{Dir, Went, Wire};
use super::raw::Raw;
use tunion_apdu::{Device, Sw};
use tunion_card::Work;

/// Says what lines mean, one after the other: an answer is understood by its command.
#[derive(Default)]
pub(super) struct Sayer {
    command: Vec<u8>,
}

/// What a line means.
#[derive(Default)]
pub(super) struct Said {
    /// Its name: of a command, a status word, a frame.
    pub(super) title: String,
    /// Its fields, with their values.
    pub(super) fields: Vec<String>,
}

impl Sayer {
    /// What a line means.
    pub(super) fn say(&mut self, went: &Went) -> Said {
        let Some(device) = went.link.device() else {
            return Said { title: air::say(went.dir, &air::with_crc(&went.bytes)), fields: Vec::new() };
        };
        match went.dir {
            Dir::To => {
                went.bytes.bytes().clone_into(&mut self.command);
                request(device, &went.bytes)
            }
            Dir::From => reply(device, &self.command, &went.bytes),
            Dir::Lost => Said { title: "no answer".to_owned(), fields: Vec::new() },
        }
    }

    /// The same in one line.
    pub(super) fn says(&mut self, went: &Went) -> String {
        let Said { title, fields } = self.say(went);
        if fields.is_empty() { title } else { format!("{title}: {}", fields.join(" · ")) }
    }
}

/// An exchange of these bytes; what is hidden in them is zeros.
pub(super) fn exchange(device: Device, command: &[u8], answer: Option<&[u8]>) -> Exchange {
    let answer = answer.map(<[u8]>::to_vec);
    Exchange { device, command: command.to_vec(), answer, work: Work::default() }
}

fn request(device: Device, command: &Raw) -> Said {
    let exchange = exchange(device, command.bytes(), None);
    let lc = command.bytes().get(HEADER - 1).copied().unwrap_or_default();
    let fields = exchange.request().map(|part| part.words(command, HEADER + usize::from(lc)));
    Said { title: exchange.full_title(), fields: fields.unwrap_or_default() }
}

fn reply(device: Device, command: &[u8], answer: &Raw) -> Said {
    let exchange = exchange(device, command, Some(answer.bytes()));
    let end = answer.len().saturating_sub(2);
    let fields = exchange.reply().map(|part| part.words(answer, end)).unwrap_or_default();
    let sw = answer.bytes().last_chunk::<2>().map_or(Sw::INTERNAL, |sw| Sw(u16::from_be_bytes(*sw)));
    Said { title: sw.to_string(), fields }
}

impl Wire {
    /// Whether APDUs go over it.
    pub(super) fn is_apdu(self) -> bool {
        self.device().is_some()
    }
}
