//! Commands for tests that feed a device with anything: made from the table, so that most are found in
//! it and reach what lies behind, and some are not.

use crate::Device;
use crate::table::{COMMANDS, Form, Spec};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use std::vec::Vec;

/// A command of `device`'s table: class and instruction of a row; P1, P2 and Lc mostly as the row wants
/// them, the data anything; Le absent, 00, exact or anything; and one in eight of them cut short, grown
/// or with one byte changed.
pub fn command(device: Device) -> impl Strategy<Value = Vec<u8>> {
    let rows: Vec<&'static Spec> = COMMANDS.iter().filter(|spec| spec.devices.contains(&device)).collect();
    select(rows).prop_flat_map(|spec| {
        (parameter(spec.p1), parameter(spec.p2), data(spec), le(spec), any::<prop::sample::Index>(), spoil())
            .prop_map(|(p1, p2, data, le, at, spoil)| {
                let mut bytes = std::vec![spec.cla, spec.ins, p1, p2];
                if let Ok(lc @ 1..) = u8::try_from(data.len()) {
                    bytes.push(lc);
                    bytes.extend(data);
                }
                bytes.extend(le);
                let at = at.index(bytes.len());
                match spoil {
                    Spoil::Not => {}
                    Spoil::Cut => bytes.truncate(at),
                    Spoil::Grow(more) => bytes.extend(more),
                    Spoil::Change(byte) => bytes[at] = byte,
                }
                bytes
            })
    })
}

#[derive(Clone, Debug)]
enum Spoil {
    Not,
    Cut,
    Grow(Vec<u8>),
    Change(u8),
}

fn spoil() -> impl Strategy<Value = Spoil> {
    prop_oneof![
        21 => Just(Spoil::Not),
        1 => Just(Spoil::Cut),
        1 => vec(any::<u8>(), 1..4).prop_map(Spoil::Grow),
        1 => any::<u8>().prop_map(Spoil::Change),
    ]
}

/// Mostly a byte of the form, and often a likely one: the number of a file that there is, 15 to 1E, or a
/// small offset or record number.
fn parameter(form: Form) -> impl Strategy<Value = u8> {
    let admitted = |byte: &u8| form.admits(*byte);
    let all: Vec<u8> = (0..=u8::MAX).filter(admitted).collect();
    let likely = |byte: &u8| match form {
        Form::Sfi => (0x15..=0x1E).contains(&(byte & 0x1F)),
        Form::SfiRecord | Form::SfiNumber | Form::SfiShifted => (0x15..=0x1E).contains(&(byte >> 3)),
        Form::Any => *byte < 0x20,
        _ => true,
    };
    let likely: Vec<u8> = all.iter().copied().filter(likely).collect();
    prop_oneof![20 => select(likely), 10 => select(all), 1 => any::<u8>()]
}

/// Mostly as long as the row wants it.
fn data(spec: &Spec) -> impl Strategy<Value = Vec<u8>> {
    let (low, high) = spec.lc;
    let inside = usize::from(low)..=usize::from(high);
    prop_oneof![30 => vec(any::<u8>(), inside), 1 => vec(any::<u8>(), 0..=255)]
}

fn le(spec: &Spec) -> impl Strategy<Value = Option<u8>> {
    // GET CHALLENGE has two lengths, other commands without one fixed length take 00.
    let exact = spec.answer_len.unwrap_or(0x08);
    prop_oneof![
        2 => Just(None),
        4 => Just(Some(0x00)),
        4 => Just(Some(exact)),
        1 => any::<u8>().prop_map(Some),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Command, Sw, table};
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    use std::collections::BTreeMap;

    /// The commands that the strategy makes are worth something: three of four are found, each row is,
    /// and so is each general fault.
    #[test]
    fn most_commands_are_found_and_every_fault_is() {
        for device in [Device::Card, Device::Sam] {
            let mut runner = TestRunner::deterministic();
            let strategy = command(device);
            let mut found: BTreeMap<&str, usize> = BTreeMap::new();
            let mut faults: BTreeMap<u16, usize> = BTreeMap::new();
            let commands = 4000;
            for _ in 0..commands {
                let bytes = strategy.new_tree(&mut runner).unwrap().current();
                match Command::parse(&bytes).and_then(|command| table::find(device, &command)) {
                    Ok(spec) => *found.entry(spec.title).or_default() += 1,
                    Err(Sw(sw)) => *faults.entry(sw).or_default() += 1,
                }
            }
            let sum: usize = found.values().sum();
            assert!(sum > commands * 3 / 4, "{device:?}: {sum} of {commands}; {faults:?}");
            let mut rows = COMMANDS.iter().filter(|spec| spec.devices.contains(&device));
            assert!(rows.all(|spec| found.contains_key(spec.title)), "{found:?}");
            for sw in [Sw::WRONG_LENGTH, Sw::WRONG_P1_P2, Sw::UNKNOWN_INSTRUCTION, Sw::UNKNOWN_CLASS] {
                assert!(faults.contains_key(&sw.0), "{sw} in {faults:?}");
            }
        }
    }
}
