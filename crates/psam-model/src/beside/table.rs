//! Commands of the PSAM's table, whose parameters and lengths are mostly right.

use tunion_apdu::table::{COMMANDS, Form};
use tunion_apdu::{Device, Spec};

/// The command that these numbers choose.
pub(super) fn of_the_table(row: u8, parameters: [u8; 2], more: u8, fill: u8, le: u8) -> Vec<u8> {
    let rows: Vec<&Spec> = COMMANDS.iter().filter(|spec| spec.devices.contains(&Device::Sam)).collect();
    let spec = rows[usize::from(row) % rows.len()];
    let pick = |form: Form, byte: u8| {
        let likely = |byte: &u8| match form {
            Form::Sfi => (0x15..=0x18).contains(&(byte & 0x1F)),
            _ => true,
        };
        let all: Vec<u8> = (0..=u8::MAX).filter(|byte| form.admits(*byte)).collect();
        let some: Vec<u8> = all.iter().copied().filter(likely).collect();
        let from = if byte < 0xE0 { &some } else { &all };
        // One in 64 is none of them.
        if byte % 64 == 63 { byte } else { from[usize::from(byte) % from.len()] }
    };
    let [p1, p2] = parameters;
    let (low, high) = spec.lc;
    let length = if more < 0xF0 { low.saturating_add(more % 32).min(high) } else { high.saturating_add(1) };
    let le = match le % 8 {
        0..=2 => None,
        3 | 4 => Some(0x00),
        5 => spec.answer_len.or(Some(0x08)),
        6 => Some(0x04),
        _ => Some(le),
    };
    let mut bytes =
        vec![if fill == 0xA7 { fill } else { spec.cla }, spec.ins, pick(spec.p1, p1), pick(spec.p2, p2)];
    if length > 0 {
        bytes.push(length);
        bytes.extend(vec![fill; length.into()]);
    }
    bytes.extend(le);
    bytes
}
