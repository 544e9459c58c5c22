//! A difference of two traces, explained.

use super::compare::{Difference, What};
use super::decode::value;
use super::file::{Dir, File, Line, Went};
use super::paint::{Ink, Paint};
use super::place::Place;
use super::raw::Raw;
use super::show::{Teller, head};
use tunion_apdu::Sw;

/// Bytes that are shown before and behind the one that differs.
const AROUND: usize = 8;

/// Two traces and what they are called.
#[derive(Clone, Copy, Debug)]
pub struct Sides<'a> {
    /// The one whose lines are counted.
    pub left: &'a File,
    /// The other.
    pub right: &'a File,
    /// What the two are called.
    pub names: (&'a str, &'a str),
    /// In colour.
    pub colour: bool,
}

impl Sides<'_> {
    /// What in the two headers differs, a line each.
    #[must_use]
    pub fn heads(&self) -> String {
        let (left, right) = (&self.left.header, &self.right.header);
        if left == right {
            return String::new();
        }
        self.two(&head(left), &head(right)).join("\n") + "\n"
    }

    /// A difference in words: where it is, what stood there before, the two sides, what the byte is.
    #[must_use]
    pub fn tell(&self, difference: &Difference) -> String {
        let Difference { left: at, right: other, what } = *difference;
        let mut lines = self.before(at.unwrap_or(self.left.lines.len()));
        let a = at.and_then(|at| self.left.lines.get(at));
        let b = other.and_then(|other| self.right.lines.get(other));
        match (what, a, b) {
            (What::Byte(byte), Some(Line::Went(a)), Some(Line::Went(b))) => {
                lines.extend(self.byte(self.command(at.unwrap_or_default()), a, b, byte));
            }
            (What::State, Some(Line::Went(a)), Some(Line::Went(b))) => {
                let state = |went: &Went| went.state.map_or_else(String::new, |state| state.to_string());
                lines.push(
                    "the answer is the same, and what is then in the device's memory is not".to_owned(),
                );
                lines.extend(self.two(&state(a), &state(b)));
            }
            (What::Time, Some(Line::Went(a)), Some(Line::Went(b))) => {
                lines.push("all the bytes are the same; the times differ, here first".to_owned());
                let time = |went: &Went| format!("{} ns after the tap's beginning", went.t);
                lines.extend(self.two(&time(a), &time(b)));
            }
            _ => {
                let mut told = [a, b].map(|line| line.map_or("nothing more".to_owned(), one_line));
                if told[0] == told[1] {
                    // What is not told in a line: the card's own count of taps.
                    told = [a, b].map(|line| format!("{line:?}"));
                }
                lines.extend(self.two(&told[0], &told[1]));
            }
        }
        lines.push(String::new());
        lines.join("\n")
    }

    /// Where the line is: its number in the file, its tap, and its command if it is an answer.
    fn before(&self, at: usize) -> Vec<String> {
        let all = self.left.lines.get(..at).unwrap_or_default();
        let head = all.iter().rposition(|line| matches!(line, Line::Up(_) | Line::Tap(_)));
        let is_apdu = |line: &Line| line.went().is_some_and(|went| went.link.is_apdu());
        let asked = all.iter().rposition(is_apdu).filter(|asked| head.is_none_or(|head| *asked > head));
        let is_open = |line: &&Line| line.went().is_some_and(|went| went.dir == Dir::To);
        let asked = asked.and_then(|asked| all.get(asked)).filter(is_open);
        let mut teller = Teller::new(self.left, self.colour);
        // The header is line 1.
        let mut lines = vec![Paint(self.colour).ink(Ink::Head, &format!("line {}", at + 2))];
        let told = head.and_then(|head| all.get(head)).into_iter().chain(asked);
        lines.extend(told.flat_map(|line| teller.line(line)).filter(|line| !line.is_empty()));
        lines
    }

    /// The command before a line.
    fn command(&self, at: usize) -> Option<&Went> {
        let before = self.left.lines.get(..at)?.iter().rev().filter_map(Line::went);
        before.filter(|went| went.link.is_apdu()).find(|went| went.dir == Dir::To)
    }

    fn byte(&self, command: Option<&Went>, a: &Went, b: &Went, at: usize) -> Vec<String> {
        let mut lines = vec![String::new()];
        lines.extend(self.two(&window(&a.bytes, at), &window(&b.bytes, at)));
        let width = self.width() + 2 * at.min(AROUND) + usize::from(at > AROUND) + 2;
        lines.push(Paint(self.colour).ink(Ink::Bad, &format!("{:width$}^^", "")));
        let longer = if a.bytes.len() > at { a } else { b };
        let place = a.link.device().map(|device| match (a.dir, command) {
            (Dir::To, _) => Place::in_command(device, longer.bytes.bytes(), at),
            (_, Some(command)) => Place::in_answer(device, command.bytes.bytes(), longer.bytes.bytes(), at),
            (_, None) => Place::in_answer(device, &[], longer.bytes.bytes(), at),
        });
        let what = match (a.dir, a.link.device()) {
            (_, None) => "frame",
            (Dir::To, _) => "command",
            _ => "answer",
        };
        let name = place.as_ref().map_or_else(String::new, |place| format!(", {}", place.name));
        let count = longer.bytes.len();
        lines.push(format!("byte {} of {count} of the {what}{name}", at + 1));
        if a.bytes.len() != b.bytes.len() {
            let long = |went: &Went| format!("{} bytes", went.bytes.len());
            lines.extend(self.two(&long(a), &long(b)));
        }
        let refused = what == "answer" && a.bytes.len() != b.bytes.len() && sw(a) != sw(b);
        match place {
            // An answer that refuses has no data: no field of it tells anything.
            _ if refused => lines.extend(self.two(&sw(a), &sw(b))),
            Some(Place { is_sw: true, .. }) => lines.extend(self.two(&sw(a), &sw(b))),
            Some(Place { field: Some((field, kind)), .. }) => {
                let read = |went: &Went| {
                    let part = went.bytes.part(field.clone());
                    if part.len() < field.len() { "not there".to_owned() } else { value(kind, &part) }
                };
                lines.extend(self.two(&read(a), &read(b)));
            }
            _ => {}
        }
        if a.bytes.is_masked() || b.bytes.is_masked() {
            lines.push("digits are hidden; --unmasked shows them, if the traces have them".to_owned());
        }
        lines
    }

    /// Two lines, one for each side.
    fn two(&self, left: &str, right: &str) -> [String; 2] {
        let width = self.width();
        [(self.names.0, left), (self.names.1, right)].map(|(name, text)| format!("  {name:<width$}{text}"))
    }

    fn width(&self) -> usize {
        self.names.0.chars().count().max(self.names.1.chars().count()) + 2
    }
}

/// The status word of an answer, in words.
fn sw(went: &Went) -> String {
    let sw = went.bytes.bytes().last_chunk::<2>();
    sw.map_or_else(String::new, |sw| Sw(u16::from_be_bytes(*sw)).to_string())
}

/// The bytes around one.
fn window(raw: &Raw, at: usize) -> String {
    let start = at.saturating_sub(AROUND);
    let before = if start > 0 { "…" } else { "" };
    let after = if raw.len() > at + AROUND { "…" } else { "" };
    format!("{before}{}{after}", raw.part(start..at + AROUND))
}

/// A line, in one.
fn one_line(line: &Line) -> String {
    match line {
        Line::Up(scene) => format!("{} is switched on, {}, {}", scene.terminal, scene.place, scene.at),
        Line::Tap(tap) => {
            let scene = &tap.scene;
            format!("tap {}, {} at {}, {}, {}", tap.number, tap.card, scene.terminal, scene.place, scene.at)
        }
        Line::Reset(device) => format!("{} loses its power and gets it again", super::who(*device)),
        Line::Went(went) => {
            let who = went.link.device().map_or("air", super::who);
            let said = super::say::Sayer::default().say(went).title;
            format!("{who} {} {said} {}", went.dir.sign(), went.bytes).trim_end().to_owned()
        }
    }
}
