//! What a byte of an APDU is.

use super::decode::HEADER;
use super::say::exchange;
use std::ops::Range;
use tunion_apdu::{Command, Device};
use tunion_data::{Kind, tlv};

/// What a byte is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Place {
    /// Its name: `P1`, `date`, `SW2`.
    pub(super) name: String,
    /// The bytes of the same name, and how their value is shown.
    pub(super) field: Option<(Range<usize>, Kind)>,
    /// Whether it is of the status word.
    pub(super) is_sw: bool,
}

impl Place {
    fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), field: None, is_sw: false }
    }

    /// What a byte of a command is.
    pub(super) fn in_command(device: Device, command: &[u8], offset: usize) -> Self {
        let header = ["CLA", "INS", "P1", "P2"];
        if let Some(name) = header.get(offset) {
            return Self::named(*name);
        }
        let Ok(parsed) = Command::parse(command) else { return Self::named("a byte behind the header") };
        let end = HEADER + parsed.data.len();
        match offset {
            _ if parsed.data.is_empty() => Self::named("Le"),
            4 => Self::named("Lc"),
            _ if offset >= end => Self::named("Le"),
            _ => {
                let part = exchange(device, command, None).request();
                let found = part.as_ref().and_then(|part| part.at(offset));
                Self::of(found, offset)
                    .unwrap_or_else(|| Self::named(format!("data byte {}", offset - HEADER)))
            }
        }
    }

    /// What a byte of an answer is.
    pub(super) fn in_answer(device: Device, command: &[u8], answer: &[u8], offset: usize) -> Self {
        let data = answer.len().saturating_sub(2);
        if offset >= data {
            return Self { is_sw: true, ..Self::named("the status word") };
        }
        let part = exchange(device, command, Some(answer)).reply();
        let found = part.as_ref().and_then(|part| part.at(offset));
        let path = || tag(answer.get(..data)?, offset).map(|tags| Self::named(format!("in {tags}")));
        Self::of(found, offset).or_else(path).unwrap_or_else(|| Self::named(format!("data byte {offset}")))
    }

    fn of(found: Option<(&'static tunion_data::FieldInfo, usize)>, offset: usize) -> Option<Self> {
        let (field, inside) = found?;
        let start = offset - inside;
        Some(Self { field: Some((start..start + field.len, field.kind)), ..Self::named(field.name) })
    }
}

/// The tags that a byte of BER-TLV is in, from the outside: `6F A5 50`.
fn tag(data: &[u8], offset: usize) -> Option<String> {
    let mut start = 0;
    let mut rest = data;
    while let Ok((object, after)) = tlv::first(rest) {
        let length = rest.len() - after.len();
        if offset < start + length {
            let name =
                if object.tag > 0xFF { format!("{:04X}", object.tag) } else { format!("{:02X}", object.tag) };
            let value = start + length - object.value.len();
            // Constructed: bit 6 of the first byte of the tag.
            let first = if object.tag > 0xFF { object.tag >> 8 } else { object.tag };
            let inner =
                (first & 0x20 != 0 && offset >= value).then(|| tag(object.value, offset - value)).flatten();
            return Some(inner.map_or(format!("tag {name}"), |inner| format!("tag {name}, {inner}")));
        }
        start += length;
        rest = after;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_names() {
        let debit = [&[0x80, 0x54, 0x01, 0x00, 0x0F][..], &[0; 15], &[8]].concat();
        let name = |offset| Place::in_command(Device::Card, &debit, offset).name;
        assert_eq!(
            [0, 3, 4, 5, 9, 12, 16, 20].map(name).join(" "),
            "CLA P2 Lc terminal_seq date date mac1 Le"
        );
        let read = [0x00, 0xB0, 0x95, 0x00, 0x1E];
        assert_eq!(Place::in_command(Device::Card, &read, 4).name, "Le");
        let fci = [0x6F, 6, 0x84, 1, 0xAA, 0xA5, 0x01, 0x50, 0x90, 0x00];
        let name = |offset| Place::in_answer(Device::Card, &[0x00, 0xA4, 4, 0], &fci, offset).name;
        assert_eq!(name(4), "in tag 6F, tag 84");
        assert_eq!(name(8), "the status word");
        assert_eq!(name(1), "in tag 6F");
        assert_eq!(Place::in_answer(Device::Card, &[0x00], &[1, 2, 0x90, 0], 1).name, "data byte 1");
    }
}
