//! Any commands: the PSAM answers each, gives out no key and no number twice, and lets nobody have a quota.
//!
//! The bytes: one that chooses the PSAM, then commands, each behind two bytes of length. A length above
//! 3FFF is a reset, one above 5FFF a loss of power so many bytes into the next command.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use tunion_apdu::{Response, build};
use tunion_crypto::Key16;
use tunion_data::TerminalId;
use tunion_data::command::{SamApplication, SamInitAnswer, SamQuota, SamSerial};
use tunion_data::file::Sfi;
use tunion_harness::random::{Stream, stream};
use tunion_psam::{Chip, Contents, Cut, Damage, LoadSam, Psam, SequenceMoves, Transport};

/// The PSAM's keys, no two of which share 8 bytes in a row.
static KEYS: LazyLock<[[u8; 16]; 6]> = LazyLock::new(|| {
    std::array::from_fn(|number| {
        let number = u8::try_from(number).expect("there are six");
        std::array::from_fn(|at| {
            let at = u8::try_from(at).expect("there are sixteen");
            (number * 16 + at).wrapping_mul(0x9D) ^ 0x5A
        })
    })
});

fn contents(choice: u8) -> Contents {
    let bit = |number: u8| choice >> number & 1 != 0;
    let key = |number: usize| Key16::new(KEYS[number]);
    Contents {
        serial: SamSerial { kind: 0x0F, version: 1, number: [7; 8] },
        terminal: TerminalId([0x10, 0, 0, 0, 0, 1]),
        application: SamApplication { key_index: 1, ..SamApplication::default() },
        purchase_root: key(0),
        key_version: 1,
        sequence: if bit(0) { 1 } else { u32::MAX - 3 },
        sequence_moves: if bit(1) { SequenceMoves::AtInit } else { SequenceMoves::AtCredit },
        mac_failure_limit: choice >> 4 & 3,
        block_root: key(1),
        maintenance_root: key(2),
        control_key: key(3),
        load: bit(2).then(|| LoadSam { root: key(4), authenticate: key(5) }),
        transport: if bit(3) { Transport::GetResponse } else { Transport::Direct },
    }
}

/// Whether an answer holds 8 bytes in a row of a key.
fn holds_key(answer: &[u8]) -> bool {
    answer.windows(8).any(|window| KEYS.iter().any(|key| key.windows(8).any(|part| part == window)))
}

fn reset(psam: &mut Psam<Stream>) {
    psam.power_off();
    psam.power_on().expect("its memory is whole after every cut");
}

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, mut rest)) = bytes.split_first() else { return };
    let contents = contents(*choice);
    let (moves, load, direct) =
        (contents.sequence_moves, contents.load.is_some(), contents.transport == Transport::Direct);
    let mut psam = Psam::new(contents, stream(1, "psam", 0));
    let mut response = Response::new();
    let mut highest = 0;
    while let Some((length, after)) = rest.split_first_chunk::<2>() {
        let length = u16::from_be_bytes(*length);
        rest = after;
        match length {
            0..=0x3FFF => {}
            0x4000..=0x5FFF => {
                reset(&mut psam);
                continue;
            }
            _ => {
                let damage = if length & 1 == 0 { Damage::Prefix } else { Damage::Noise(length.into()) };
                psam.set_cut(Some(Cut { after: u32::from(length % 0x220), damage }));
                continue;
            }
        }
        let (command, after) = rest.split_at(rest.len().min(usize::from(length % 0x200)));
        rest = after;
        if psam.process(command, &mut response).is_err() {
            psam.set_cut(None);
            reset(&mut psam);
            continue;
        }
        assert!(response.bytes().len() >= 2);
        assert!(!holds_key(response.data()), "{command:02X?} brought out a key");
        if direct && command.starts_with(&[0x80, 0x70]) && response.sw().is_ok() {
            let answer = SamInitAnswer::try_from(response.data()).expect("its answer is 8 bytes");
            let new = answer.terminal_seq > highest;
            assert!(new || (moves == SequenceMoves::AtCredit && answer.terminal_seq == highest));
            highest = answer.terminal_seq;
        }
    }
    // 64 bits of a cryptogram are not guessed.
    psam.set_cut(None);
    reset(&mut psam);
    for command in [build::select_file(0x8011), build::read_binary(Sfi::QUOTA, 15)] {
        psam.process(&command, &mut response).expect("there is power");
    }
    assert_eq!(response.sw().is_ok(), load);
    assert!(!load || response.data() == SamQuota::default().encode());
});
