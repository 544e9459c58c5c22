//! An exchange taken apart by the table of commands.

use super::Exchange;
use super::raw::Raw;
use std::ops::Range;
use tunion_apdu::{Command, Device, Name, Spec, Sw, table};
use tunion_data::command::{Balances, SamApplication, SamQuota, SamSerial};
use tunion_data::fci::Fci;
use tunion_data::file::{self, AppInfo, Sfi};
use tunion_data::{FieldInfo, Kind};
use tunion_files::layout::{hex, show};

/// Where the data of a command begin.
pub(super) const HEADER: usize = 5;

/// A stretch of bytes that a layout takes apart.
pub(super) struct Part {
    /// Where it begins.
    pub(super) at: usize,
    /// What is there.
    pub(super) fields: &'static [FieldInfo],
}

impl Exchange {
    /// The command in the table.
    pub(crate) fn spec(&self) -> Option<(Command<'_>, &'static Spec)> {
        let command = Command::parse(&self.command).ok()?;
        let spec = table::find(self.device, &command).ok()?;
        Some((command, spec))
    }

    /// The command's name in the field.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.spec().map_or("unknown command", |(_, spec)| spec.title)
    }

    /// The name, and of GET BALANCE which balance.
    pub(super) fn full_title(&self) -> String {
        let asked = match self.spec() {
            Some((command, spec)) if spec.name == Name::GetBalance => match command.p1 {
                0x00 => " (available)",
                0x01 => " (overdraft limit)",
                0x02 => " (overdraft used)",
                0x03 => " (actual)",
                0x04 => " (ceiling)",
                _ => " (all)",
            },
            _ => "",
        };
        format!("{}{asked}", self.title())
    }

    /// The command, if the table has it.
    #[must_use]
    pub fn name(&self) -> Option<Name> {
        self.spec().map(|(_, spec)| spec.name)
    }

    /// The status word, if an answer came.
    #[must_use]
    pub fn sw(&self) -> Option<Sw> {
        let sw = self.answer.as_deref()?.last_chunk::<2>()?;
        Some(Sw(u16::from_be_bytes(*sw)))
    }

    /// The exchange in words: command, fields, status word, fields; one line each.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let who = who(self.device);
        let spec = self.spec();
        let mut lines = vec![format!("{who} > {:<30} {}", self.full_title(), bytes(&self.command))];
        if let Some((command, spec)) = &spec {
            lines.extend(words(self.request_layout(command, spec), command.data));
        }
        match (&self.answer, self.sw()) {
            (Some(answer), Some(sw)) => {
                let data = answer.get(..answer.len() - 2).unwrap_or_default();
                lines.push(format!("{who} < {:<30} {}", sw.to_string(), bytes(data)).trim_end().to_owned());
                if let Some((command, spec)) = &spec {
                    lines.extend(words(self.answer_layout(command, spec), data));
                }
            }
            _ => lines.push(format!("{who} < no answer")),
        }
        lines
    }

    /// What is in the command's data.
    pub(super) fn request(&self) -> Option<Part> {
        let (command, spec) = self.spec()?;
        let fields = self.request_layout(&command, spec)?;
        Some(Part { at: HEADER, fields })
    }

    /// What is in the answer. An FCI holds a copy of EF 15 (`docs/spec/card.md` 1.3).
    pub(super) fn reply(&self) -> Option<Part> {
        let (data, _) = self.answer.as_deref()?.split_last_chunk::<2>()?;
        if let Ok(fci) = Fci::parse(data) {
            let at = data.windows(AppInfo::LEN).position(|part| part == fci.info)?;
            return Some(Part { at, fields: AppInfo::FIELDS });
        }
        let (command, spec) = self.spec()?;
        let fields = self.answer_layout(&command, spec)?;
        Some(Part { at: 0, fields })
    }

    fn request_layout(&self, command: &Command<'_>, spec: &Spec) -> Option<&'static [FieldInfo]> {
        match (spec.name, self.device) {
            (Name::UpdateCappDataCache, _) => {
                let id = if command.p1 == 0 { command.data.get(1).copied().unwrap_or(0) } else { command.p1 };
                file::fields(Sfi(command.p2 >> 3), id)
            }
            (Name::UpdateBinary, Device::Sam) if Sfi(command.p1 & 0x1F) == Sfi::QUOTA => {
                Some(SamQuota::FIELDS)
            }
            _ => spec.request,
        }
    }

    fn answer_layout(&self, command: &Command<'_>, spec: &Spec) -> Option<&'static [FieldInfo]> {
        match (spec.name, self.device) {
            (Name::ReadBinary, Device::Card) => file::fields(Sfi(command.p1 & 0x1F), 0),
            (Name::ReadBinary, Device::Sam) => match command.p1 & 0x1F {
                0x15 => Some(SamSerial::FIELDS),
                0x17 => Some(SamApplication::FIELDS),
                0x18 => Some(SamQuota::FIELDS),
                _ => None,
            },
            (Name::ReadRecord, _) => file::fields(Sfi(command.p2 >> 3), command.p1),
            (Name::GetBalance, _) if command.p1 == 5 => Some(Balances::FIELDS),
            _ => spec.answer,
        }
    }
}

impl Part {
    /// The fields that lie wholly in so many bytes, each with its place.
    pub(super) fn fields(&self, length: usize) -> impl Iterator<Item = (&'static FieldInfo, Range<usize>)> {
        let place = |field: &FieldInfo| self.at + field.offset..self.at + field.offset + field.len;
        let at = self.fields.iter().map(move |field| (field, place(field)));
        at.take_while(move |(_, place)| place.end <= length)
    }

    /// The field that a byte belongs to, and which byte of it that is.
    pub(super) fn at(&self, offset: usize) -> Option<(&'static FieldInfo, usize)> {
        let all = self.at + self.fields.last().map_or(0, |last| last.offset + last.len);
        let (field, place) = self.fields(all).find(|(_, place)| place.contains(&offset))?;
        Some((field, offset - place.start))
    }

    /// The fields that are not blank, in words; of a few fields all of them. `end` is where the data end.
    pub(super) fn words(&self, bytes: &Raw, end: usize) -> Vec<String> {
        let all = self.fields.len() <= 4;
        let fields = self.fields(end.min(bytes.len()));
        let shown = fields.filter(|(_, place)| all || !blank(&bytes.part(place.clone())));
        shown
            .map(|(field, place)| format!("{} {}", field.name, value(field.kind, &bytes.part(place))))
            .collect()
    }
}

/// Whether nothing stands there; what is hidden is something.
fn blank(value: &Raw) -> bool {
    !value.is_masked() && is_blank(value.bytes())
}

fn is_blank(value: &[u8]) -> bool {
    value.iter().all(|byte| *byte == 0) || value.iter().all(|byte| *byte == b' ')
}

/// A field's value in words; of what is partly hidden the digits, of a card number without the nibble before it.
pub(super) fn value(kind: Kind, value: &Raw) -> String {
    match kind {
        _ if !value.is_masked() => show(kind, value.bytes()),
        Kind::Pan => value.to_string().split_off(1),
        _ => value.to_string(),
    }
}

/// Bytes in hexadecimal. No command and no answer that a device takes or gives is cut; a frame that a program
/// makes up may have 65535 bytes, and of one the beginning is shown and how many there were.
fn bytes(all: &[u8]) -> String {
    const SHOWN: usize = 300;
    match all.get(..SHOWN) {
        Some(first) if all.len() > SHOWN => format!("{}… ({} bytes)", hex(first), all.len()),
        _ => hex(all),
    }
}

/// The device's name in a trace.
pub(crate) fn who(device: Device) -> &'static str {
    match device {
        Device::Card => "card",
        Device::Sam => "psam",
    }
}

/// The fields of `bytes` that are not blank, a few to a line.
fn words(layout: Option<&[FieldInfo]>, bytes: &[u8]) -> Vec<String> {
    // Of a long record only what is there; of a few fields all of them.
    let all = layout.is_some_and(|fields| fields.len() <= 4);
    let mut words = Vec::new();
    for field in layout.unwrap_or_default() {
        let Some(value) = bytes.get(field.offset..field.offset + field.len) else { break };
        if all || !is_blank(value) {
            words.push(format!("{} {}", field.name, show(field.kind, value)));
        }
    }
    folded(&words)
}

/// Words, a few to a line.
pub(super) fn folded(words: &[String]) -> Vec<String> {
    const WIDTH: usize = 100;
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() + 3 <= WIDTH => {
                line.push_str(" · ");
                line.push_str(word);
            }
            _ => lines.push(format!("         {word}")),
        }
    }
    lines
}
