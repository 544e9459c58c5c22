//! What went over the links.

use sha2::{Digest, Sha256};
use std::ops::Range;
use tunion_apdu::{Command, Device, Name, Spec, Sw, table};
use tunion_card::Work;
use tunion_data::FieldInfo;
use tunion_data::command::{Balances, SamApplication, SamQuota, SamSerial};
use tunion_data::file::{self, Sfi};
pub use tunion_files::layout::{hex, show};

/// A command and its answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Exchange {
    /// Who was asked.
    pub device: Device,
    /// The command.
    pub command: Vec<u8>,
    /// The answer; `None` when it was lost.
    pub answer: Option<Vec<u8>>,
    /// What it took of the device.
    pub work: Work,
}

/// Everything that went over the links, in order.
#[derive(Clone, Default, Debug)]
pub struct Trace {
    exchanges: Vec<Exchange>,
}

impl Trace {
    pub(crate) fn push(&mut self, device: Device, command: &[u8], answer: Option<&[u8]>, work: Work) {
        let answer = answer.map(<[u8]>::to_vec);
        self.exchanges.push(Exchange { device, command: command.to_vec(), answer, work });
    }

    /// How many exchanges there were.
    #[must_use]
    pub fn len(&self) -> usize {
        self.exchanges.len()
    }

    /// Whether there was none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.exchanges.is_empty()
    }

    /// The exchanges of a stretch.
    #[must_use]
    pub fn part(&self, range: Range<usize>) -> &[Exchange] {
        self.exchanges.get(range).unwrap_or_default()
    }

    /// SHA-256 over every byte of every exchange, in hexadecimal: the same seed and scenario give the
    /// same hash.
    #[must_use]
    pub fn hash(&self) -> String {
        let mut hash = Sha256::new();
        for Exchange { device, command, answer, .. } in &self.exchanges {
            let lost = [0xFF; 2];
            let answer = answer.as_deref();
            hash.update([u8::from(*device == Device::Sam), u8::from(answer.is_some())]);
            for bytes in [command.as_slice(), answer.unwrap_or(&lost)] {
                hash.update(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
                hash.update(bytes);
            }
        }
        hex(&hash.finalize())
    }
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
    fn full_title(&self) -> String {
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
    const WIDTH: usize = 100;
    let blank = |value: &[u8]| value.iter().all(|byte| *byte == 0) || value.iter().all(|byte| *byte == b' ');
    // Of a long record only what is there; of a few fields all of them.
    let all = layout.is_some_and(|fields| fields.len() <= 4);
    let mut lines: Vec<String> = Vec::new();
    for field in layout.unwrap_or_default() {
        let Some(value) = bytes.get(field.offset..field.offset + field.len) else { break };
        if blank(value) && !all {
            continue;
        }
        let word = format!("{} {}", field.name, show(field.kind, value));
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() + 3 <= WIDTH => {
                line.push_str(" · ");
                line.push_str(&word);
            }
            _ => lines.push(format!("         {word}")),
        }
    }
    lines
}
