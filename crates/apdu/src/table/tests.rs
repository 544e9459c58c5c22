use super::*;
use crate::arbitrary;
use proptest::prelude::*;
use std::vec::Vec;

fn classify(device: Device, bytes: &[u8]) -> Result<Name, Sw> {
    Command::parse(bytes).and_then(|c| find(device, &c)).map(|spec| spec.name)
}

#[test]
fn every_name_has_its_own_row() {
    let mut names: Vec<Name> = COMMANDS.iter().map(|spec| spec.name).collect();
    assert!(names.iter().all(|name| name.spec().name == *name));
    names.sort_unstable_by_key(|name| *name as u8);
    names.dedup();
    assert_eq!(names.len(), COMMANDS.len());
    // The last name of the enumeration: none is left out.
    assert_eq!(names.len(), Name::DesCrypt as usize + 1);
}

#[test]
fn the_rows_of_an_instruction_are_found_in_their_order() {
    for ins in 0..=u8::MAX {
        let scanned = COMMANDS.iter().filter(|spec| spec.ins == ins).map(|spec| spec.name);
        assert!(named(ins).map(|spec| spec.name).eq(scanned), "{ins:02X}");
    }
}

#[test]
fn general_faults_are_told_apart() {
    let cases: &[(&[u8], Sw)] = &[
        (&[], Sw::WRONG_LENGTH),
        (&[0x00, 0xB0, 0x95], Sw::WRONG_LENGTH),
        (&[0xFF, 0xB0, 0x95, 0x00, 0x00], Sw::UNKNOWN_CLASS),
        (&[0x90, 0xB0, 0x95, 0x00, 0x00], Sw::UNKNOWN_CLASS),
        (&[0x00, 0xB1, 0x95, 0x00, 0x00], Sw::UNKNOWN_INSTRUCTION),
        (&[0x80, 0xB0, 0x95, 0x00, 0x00], Sw::UNKNOWN_INSTRUCTION),
        (&[0x80, 0x5C, 0x0C, 0x02, 0x04], Sw::WRONG_P1_P2),
        (&[0x80, 0x5C, 0x00, 0x01, 0x04], Sw::WRONG_P1_P2),
        (&[0x80, 0x5A, 0x00, 0x09, 0x01, 0x00], Sw::WRONG_LENGTH),
        // Lc says three bytes, two follow.
        (&[0x80, 0x5A, 0x00, 0x09, 0x03, 0x00, 0x01], Sw::WRONG_LENGTH),
        // An extended Lc.
        (&[0x80, 0x5A, 0x00, 0x09, 0x00, 0x00, 0x02, 0x00, 0x01], Sw::WRONG_LENGTH),
    ];
    for (bytes, sw) in cases {
        assert_eq!(classify(Device::Card, bytes), Err(*sw), "{bytes:02X?}");
    }
}

#[test]
fn le_may_be_absent_zero_or_exact_and_else_the_rule_tells() {
    let judged = |bytes: &[u8], rule| {
        let command = Command::parse(bytes).unwrap();
        find(Device::Card, &command).unwrap().judge_le(&command, rule)
    };
    let prove = [0x80, 0x5A, 0x00, 0x09, 0x02, 0x00, 0x01, 0x07];
    let mut exact = prove;
    exact[7] = 0x08;
    let mut zero = prove;
    zero[7] = 0x00;
    for rule in [LeRule::Strict, LeRule::Correcting, LeRule::Lenient] {
        for bytes in [&prove[..7], &exact, &zero] {
            assert_eq!(judged(bytes, rule), Ok(()));
        }
    }
    // UPDATE CAPP answers nothing, so there is nothing to expect.
    let update = [0x80, 0xDC, 0x00, 0xF0, 0x01, 0x00, 0x01];
    assert_eq!(judged(&prove, LeRule::Strict), Err(Sw::WRONG_LENGTH));
    assert_eq!(judged(&update, LeRule::Strict), Err(Sw::WRONG_LENGTH));
    assert_eq!(judged(&prove, LeRule::Correcting), Err(Sw(0x6C08)));
    assert_eq!(judged(&update, LeRule::Correcting), Err(Sw(0x6C00)));
    assert_eq!(judged(&prove, LeRule::Lenient), Ok(()));
    assert_eq!(judged(&update, LeRule::Lenient), Ok(()));
}

#[test]
fn a_card_does_not_answer_the_sams_commands() {
    let credit_sam = [0x80, 0x72, 0x00, 0x00, 0x04, 1, 2, 3, 4];
    assert_eq!(classify(Device::Sam, &credit_sam), Ok(Name::CreditSamForPurchase));
    assert_eq!(classify(Device::Card, &credit_sam), Err(Sw::UNKNOWN_INSTRUCTION));
}

#[test]
fn select_and_initialize_end_a_transaction_whatever_follows_them() {
    let ends = |bytes: &[u8]| [Device::Card, Device::Sam].map(|device| ends_transaction(device, bytes));
    for tail in [&[][..], &[0x04, 0x00], &[0xFF, 0xFF, 0xFF, 0xFF]] {
        let tailed = |cla, ins| [&[cla, ins], tail].concat();
        assert_eq!(ends(&tailed(0x00, 0xA4)), [true, true]);
        assert_eq!(ends(&tailed(0x80, 0x50)), [true, false]);
        assert_eq!(ends(&tailed(0x80, 0x70)), [false, true]);
        assert_eq!(ends(&tailed(0x80, 0x1A)), [false, true]);
        for other in [0xB0, 0xB2, 0x84, 0x50, 0x70, 0x1A] {
            assert_eq!(ends(&tailed(0x00, other)), [false, false]);
        }
        for other in [0xA4, 0x52, 0x54, 0x5A, 0x5C, 0x72, 0xDC, 0xFA] {
            assert_eq!(ends(&tailed(0x80, other)), [false, false]);
        }
    }
    assert_eq!(ends(&[]), [false, false]);
    assert_eq!(ends(&[0x80]), [false, false]);
}

proptest! {
    #[test]
    fn no_bytes_panic(
        command in prop_oneof![
            arbitrary::command(Device::Card),
            arbitrary::command(Device::Sam),
            any::<Vec<u8>>(),
        ],
        file: Vec<u8>,
    ) {
        for device in [Device::Card, Device::Sam] {
            let Ok(found) = Command::parse(&command) else { break };
            if find(device, &found).is_ok() {
                for rule in [LeRule::Strict, LeRule::Correcting, LeRule::Lenient] {
                    let _ = found.part_of(&file, rule);
                    let _ = found.whole(&file, rule);
                    let _ = found.expect(file.len(), rule);
                }
            }
            let _ = ends_transaction(device, &command);
        }
    }
}
