//! A trace for a person.

use super::decode::folded;
use super::file::{Dir, File, Header, Line, Scene, State, Tap, Went, Wire};
use super::paint::{Ink, Paint};
use super::say::{Said, Sayer};
use std::collections::BTreeMap;
use std::slice::from_ref;
use tunion_apdu::Device;

/// Widest name before the bytes.
const TITLE: usize = 30;

/// Bytes that are shown; no command and no answer of ours has more, one that was imported may.
const SHOWN: usize = 300;

/// How a trace is shown.
#[derive(Clone, Copy, Default, Debug)]
pub struct Show {
    /// In colour.
    pub colour: bool,
    /// This tap alone.
    pub tap: Option<u32>,
}

impl File {
    /// The trace in words: what each line is, its bytes, its fields, and where a device's memory changed. Hidden
    /// digits are `*`; nothing else is hidden here, see [`File::masked`].
    #[must_use]
    pub fn show(&self, how: Show) -> String {
        let mut teller = Teller::new(self, how.colour);
        let mut text = format!("{}\n", head(&self.header));
        let mut shown = how.tap.is_none();
        for (at, line) in self.lines.iter().enumerate() {
            let told = teller.line(line);
            match line {
                Line::Tap(tap) if how.tap.is_some() => shown = how.tap == Some(tap.number),
                // What a terminal asks its PSAM belongs to the tap for which it is switched on.
                Line::Up(_) if how.tap.is_some() => shown = how.tap == self.next_tap(at),
                _ => {}
            }
            if shown {
                text.extend(told.iter().flat_map(|line| [line.as_str(), "\n"]));
            }
        }
        text
    }

    /// The number of the first tap behind a line.
    pub(super) fn next_tap(&self, at: usize) -> Option<u32> {
        self.lines.get(at..)?.iter().find_map(|line| match line {
            Line::Tap(tap) => Some(tap.number),
            _ => None,
        })
    }
}

/// What made a trace, in one line.
pub(super) fn head(header: &Header) -> String {
    let Header { made, arguments, seed, cards, terminals, keys, masked } = header;
    let mut words = vec![format!("trace of {}", [from_ref(made), arguments].concat().join(" "))];
    words.extend(seed.map(|seed| format!("seed {seed}")));
    words.extend((!cards.is_empty()).then(|| format!("cards {}", cards.join(", "))));
    words.extend((!terminals.is_empty()).then(|| format!("terminals {}", terminals.join(", "))));
    words.extend(keys.as_ref().map(|keys| format!("keys {keys}")));
    words.extend(masked.then(|| "card numbers and secrets are hidden".to_owned()));
    words.join("; ")
}

/// Tells lines, one after the other.
pub(super) struct Teller {
    paint: Paint,
    sayer: Sayer,
    /// Whether any link took time; if none did, times say nothing.
    timed: bool,
    /// The memory of each device, and whose turn it is.
    states: BTreeMap<String, State>,
    card: String,
    psam: String,
}

impl Teller {
    pub(super) fn new(file: &File, colour: bool) -> Self {
        let timed = file.lines.iter().filter_map(Line::went).any(|went| went.t > 0);
        let (card, psam) = (String::new(), String::new());
        Self { paint: Paint(colour), sayer: Sayer::default(), timed, states: BTreeMap::new(), card, psam }
    }

    /// The lines that tell a line.
    pub(super) fn line(&mut self, line: &Line) -> Vec<String> {
        match line {
            Line::Up(scene) => {
                self.psam = format!("{} {}", scene.terminal, scene.place);
                let Scene { terminal, place, at } = scene;
                let text = format!("==== {} {} {place}: {terminal} is switched on", at.date(), at.time());
                vec![String::new(), self.paint.ink(Ink::Head, &text)]
            }
            Line::Tap(tap) => {
                let Tap { number, card, nth, scene: Scene { terminal, place, at } } = tap;
                (self.card, self.psam) = (card.clone(), format!("{terminal} {place}"));
                let (date, time) = (at.date(), at.time());
                let text =
                    format!("==== {date} {time} {place}: tap {number}, {card} at {terminal}, its tap {nth}");
                vec![String::new(), self.paint.ink(Ink::Head, &text)]
            }
            Line::Reset(device) => {
                let who = super::who(*device);
                vec![self.paint.ink(Ink::Bad, &format!("{who} loses its power and gets it again"))]
            }
            Line::Went(went) => self.went(went),
        }
    }

    fn went(&mut self, went: &Went) -> Vec<String> {
        let Said { title, fields } = self.sayer.say(went);
        let who = went.link.device().map_or(Wire::Air.name(), super::who);
        let bytes = &went.bytes;
        let bytes = match (went.link, went.dir) {
            (Wire::Card | Wire::Sam, Dir::From) => bytes.part(0..bytes.len().saturating_sub(2)),
            _ => bytes.clone(),
        };
        let shown = match bytes.len() {
            count if count > SHOWN => format!("{}… ({count} bytes)", bytes.part(0..SHOWN)),
            _ => bytes.to_string(),
        };
        let time = if self.timed { format!("{:>9} us  ", went.t / 1000) } else { String::new() };
        let sign = went.dir.sign();
        let text = format!("{time}{who:<4} {sign} {title:<TITLE$} {shown}");
        let mut lines = vec![self.paint.ink(ink(went), text.trim_end())];
        lines.extend(folded(&fields).iter().map(|line| self.paint.ink(Ink::Faint, line)));
        lines.extend(went.state.and_then(|state| self.changed(went.link, state)));
        lines
    }

    /// That a device's memory is another than before.
    fn changed(&mut self, link: Wire, state: State) -> Option<String> {
        let whose = if link.device() == Some(Device::Sam) { &self.psam } else { &self.card };
        let before = self.states.insert(format!("{} {whose}", link.name()), state);
        let text = match before {
            None => format!("         memory {state}"),
            Some(before) if before != state => format!("         memory {before} -> {state}"),
            Some(_) => return None,
        };
        Some(self.paint.ink(Ink::Faint, &text))
    }
}

/// The colour of a line.
fn ink(went: &Went) -> Ink {
    let refused = || !went.bytes.bytes().ends_with(&[0x90, 0x00]);
    match (went.link, went.dir) {
        (_, Dir::Lost) => Ink::Bad,
        (_, Dir::To) => Ink::To,
        (Wire::Card | Wire::Sam, Dir::From) if refused() => Ink::Bad,
        (_, Dir::From) => Ink::Good,
    }
}
