//! What else is said to card and PSAM, for the transcript: no answer here is checked, since two machines
//! have to agree on it and the tests of the crates say which is right.
//!
//! A new command joins by itself: [`sweep`] reads the table. One that needs a state joins with a line in
//! [`SAID`] or a call in [`anything`].

use crate::failure::Check;
use crate::gate::{Gate, Tap};
use crate::transcript::Who::{self, Card, Psam};
use hex_literal::hex;
use tunion_apdu::Name;
use tunion_apdu::table::COMMANDS;
use tunion_card::Chip;
use tunion_data::file::INDUSTRY_LEN;
use tunion_data::{Fen, Fen24};

/// One after the other, to a card and a PSAM that have just got power.
const SAID: &[(Who, &[u8])] = &[
    // No application is selected.
    (Card, &hex!("00B095001E")),
    (Card, &hex!("00B201C417")),
    (Card, &hex!("805C000204")),
    (Card, &hex!("805003020B01000000001000000000010F")),
    (Card, &hex!("00A404000E325041592E5359532E444446303100")),
    (Card, &hex!("00A4040008A00000063201010500")),
    // Lengths, parameters, files and records that are not there.
    (Card, &hex!("")),
    (Card, &hex!("00B095")),
    (Card, &hex!("FFB0950000")),
    (Card, &hex!("00B0950020")),
    (Card, &hex!("00B0951E01")),
    (Card, &hex!("00B0980017")),
    (Card, &hex!("00B0990000")),
    (Card, &hex!("00B213D400")),
    (Card, &hex!("00B201C000")),
    (Card, &hex!("00A4040008A00000000386980701")),
    // Amounts, keys, MACs, order.
    (Card, &hex!("805001020B01000FFFFF1000000000010F")),
    (Card, &hex!("805001020B02000000011000000000010F")),
    (Card, &hex!("805001020B01000000011000000000010F")),
    (Card, &hex!("805401000F0000000120240102030405DEADBEEF08")),
    (Card, &hex!("805401000F0000000120240102030405DEADBEEF08")),
    (Card, &hex!("805000020B01000000011000000000011000")),
    (Card, &hex!("805000020B010FFFFFFF10000000000110")),
    (Card, &hex!("805A000902FFFF08")),
    // Secure messaging without a challenge, without a MAC, with a wrong one.
    (Card, &hex!("04D697000511DEADBEEF")),
    (Card, &hex!("0084000004")),
    (Card, &hex!("04D697000111")),
    (Card, &hex!("04E200F0051111111111")),
    (Card, &hex!("0084000004")),
    (Card, &hex!("04D697000511DEADBEEF")),
    // Authentication with a key that is not there and a wrong cryptogram; the PIN until it is blocked.
    (Card, &hex!("008200090801020304050607 08")),
    (Card, &hex!("0084000008")),
    (Card, &hex!("00820000080102030405060708")),
    (Card, &hex!("0020000004 31323334")),
    (Card, &hex!("0020000004 39393939")),
    (Card, &hex!("0020000004 39393939")),
    (Card, &hex!("0020000004 39393939")),
    (Card, &hex!("0020000004 31323334")),
    // The PSAM: not selected, wrong data, MAC2 until it is locked.
    (
        Psam,
        &hex!("8070000024 11223344 0006 00000001 06 20240102 030405 01 00 9519990000000300 05212482FFFFFFFF"),
    ),
    (Psam, &hex!("00A40000023F01")),
    (Psam, &hex!("00A40000028011")),
    (Psam, &hex!("00B0970000")),
    // A card's keys, and what is made with them; a load without a quota, and no quota without a host.
    (Psam, &hex!("80FA050010 0102030400000000 841E000004800000")),
    (Psam, &hex!("801A450310 9519990000000300 05212482FFFFFFFF")),
    (Psam, &hex!("801A450210 9519990000000300 05212482FFFFFFFF")),
    (Psam, &hex!("80FA050010 0102030400000000 841E000004800000")),
    (Psam, &hex!("80FA070010 0102030400000000 0102030405060708")),
    (Psam, &hex!("80FA010008 841E000004800000 04")),
    (Psam, &hex!("80FA000010 0102030400000000 841E000004800000")),
    (Psam, &hex!("801A2B0108 9519990000000300")),
    (Psam, &hex!("80FA000008 0102030400058000")),
    (Psam, &hex!("80FA010018 0102030400058000 00000000 00000001 02 100000000001 80")),
    (Psam, &hex!("80FA010020 0102030400058000 00000001 02 100000000001 20240102 030405 800000000000")),
    (Psam, &hex!("0084000008")),
    (Psam, &hex!("00820001080102030405060708")),
    (Psam, &hex!("00D698000F 000000000000000000000000000000")),
    (Psam, &hex!("00B0980000")),
    (Psam, &hex!("807200000401020304")),
    (
        Psam,
        &hex!("8070000024 11223344 0006 00000001 55 20240102 030405 01 00 9519990000000300 05212482FFFFFFFF"),
    ),
    (
        Psam,
        &hex!("8070000024 11223344 0006 00000001 06 20240102 030405 09 00 9519990000000300 05212482FFFFFFFF"),
    ),
    (
        Psam,
        &hex!("8070000024 11223344 0006 00000001 06 20240102 030405 01 00 9519990000000300 05212482FFFFFFFF"),
    ),
    (Psam, &hex!("807200000401020304")),
    (
        Psam,
        &hex!("8070000024 11223344 0006 00000001 06 20240102 030405 01 00 9519990000000300 05212482FFFFFFFF"),
    ),
    (Psam, &hex!("807200000401020304")),
    (
        Psam,
        &hex!("8070000024 11223344 0006 00000001 06 20240102 030405 01 00 9519990000000300 05212482FFFFFFFF"),
    ),
    (Psam, &hex!("807200000401020304")),
    (Psam, &hex!("807200000401020304")),
    // Opened again by nobody.
    (Psam, &hex!("841800000401020304")),
    (Psam, &hex!("0084000004")),
    (Psam, &hex!("841800000401020304")),
];

/// A key for APPEND RECORD, and a record 2701 of EF 1A.
const ANOTHER: [u8; 16 + INDUSTRY_LEN] = {
    let mut data = [0; 16 + INDUSTRY_LEN];
    data[16] = 0x27;
    data[17] = 0x01;
    data
};

/// What only the issuer can do: load, unload, overdraft limit, files, blocks.
pub(crate) fn issuer(gate: &mut Gate) -> Result<(), Check> {
    gate.select()?;
    gate.load(Fen::from_yuan(50))?;
    gate.unload(Fen::from_yuan(20))?;
    gate.limit(Fen24::new(Fen::from_yuan(5)).ok_or(Check::Memory)?)?;
    gate.secure(Name::SecureUpdateBinary, 0x97, 0x00, &[0x10, 0x00])?;
    // Refused: EF 1A has no room for another record 2701.
    let _ = gate.secure(Name::AppendRecord, 0x00, 0xD0, &ANOTHER);
    gate.secure(Name::ApplicationBlock, 0x00, 0x00, &[])?;
    // Refused while the application is blocked.
    let _ = gate.select();
    let _ = gate.limit(Fen24::ZERO);
    gate.secure(Name::ApplicationUnblock, 0x00, 0x00, &[])?;
    gate.select()
}

/// Everything else, each from the same card.
pub(crate) fn anything(entered: &mut Gate, tap: Tap) -> Result<(), Check> {
    for scene in [said, blocked, worn_out, open_swept, swept] {
        let mut gate = entered.clone();
        gate.heard.restart();
        scene(&mut gate, tap)?;
        entered.heard.join(gate.heard);
    }
    Ok(())
}

fn reset(gate: &mut Gate) -> Result<(), Check> {
    gate.power_on().map_err(|_| Check::PowerOn)
}

fn said(gate: &mut Gate, _: Tap) -> Result<(), Check> {
    reset(gate)?;
    for (who, command) in SAID {
        gate.say(*who, command).map_err(|_| Check::PowerOn)?;
    }
    Ok(())
}

/// A card as some issuers have them, whose counters are at their end and which gets blocked for good.
fn blocked(gate: &mut Gate, tap: Tap) -> Result<(), Check> {
    gate.replace_card()?;
    gate.select()?;
    // Refused, each by a counter.
    let _ = gate.open(tap);
    let _ = gate.load(Fen::from_yuan(1));
    for how in [0x00, 0x01] {
        // Refused after the second round at the latest.
        let _ = gate.secure(Name::ApplicationBlock, 0x00, how, &[]);
        for (who, command) in SAID {
            gate.say(*who, command).map_err(|_| Check::PowerOn)?;
        }
        let _ = gate.secure(Name::ApplicationUnblock, 0x00, 0x00, &[]);
    }
    let _ = gate.secure(Name::CardBlock, 0x00, 0x00, &[]);
    reset(gate)?;
    sweep(gate)
}

/// A memory that takes no more writes.
fn worn_out(gate: &mut Gate, tap: Tap) -> Result<(), Check> {
    gate.card.set_worn(true);
    let open = gate.open(tap)?;
    // Refused, and nothing is changed.
    let _ = gate.debit(&open);
    sweep(gate)
}

/// Every command while a composite purchase is open, which the sweep then ends.
fn open_swept(gate: &mut Gate, tap: Tap) -> Result<(), Check> {
    gate.open(tap)?;
    sweep(gate)
}

/// Every command to a card whose application is selected.
fn swept(gate: &mut Gate, _: Tap) -> Result<(), Check> {
    reset(gate)?;
    gate.select()?;
    sweep(gate)
}

/// Every row of the table with some parameters that it has and some that it has not, with the shortest
/// and the longest data, without Le, with Le 00 and with Le 04.
fn sweep(gate: &mut Gate) -> Result<(), Check> {
    const DATA: [u8; 255] = [0x27; 255];
    const P1: [u8; 9] = [0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x12, 0x95, 0x98];
    const P2: [u8; 9] = [0x00, 0x01, 0x02, 0x03, 0x09, 0xC4, 0xD0, 0xF0, 0xF4];
    const LE: [&[u8]; 3] = [&[], &[0x00], &[0x04]];
    for spec in COMMANDS {
        for (p1, p2) in P1.into_iter().flat_map(|p1| P2.map(|p2| (p1, p2))) {
            for (lc, le) in [spec.lc.0, spec.lc.1].into_iter().flat_map(|lc| LE.map(|le| (lc, le))) {
                let mut command = tunion_apdu::CommandBuf::new();
                let header = [spec.cla, spec.ins, p1, p2, lc];
                let header = if lc == 0 { &header[..4] } else { &header[..] };
                let data = DATA.get(..usize::from(lc)).unwrap_or_default();
                // 5 + 255 + 1 bytes at most always fit.
                for part in [header, data, le] {
                    let _ = command.extend_from_slice(part);
                }
                for who in [Card, Psam] {
                    gate.say(who, &command).map_err(|_| Check::PowerOn)?;
                }
            }
        }
    }
    Ok(())
}
