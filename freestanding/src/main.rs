//! A card and a PSAM where there is no std, no C library and no allocator.
//!
//! # What it proves
//! - That it links: `tunion-card` and `tunion-psam`, with all they stand on, need nothing of an
//!   operating system. rustc refuses a program without std that has an `alloc` crate anywhere below
//!   it and no allocator, a second panic handler (std's) would clash with the one here, and the
//!   linker, told to add no library, leaves no symbol undefined.
//! - That it runs: a card and a PSAM under the laboratory's published test keys do a rail entry and
//!   an exit, and accept each other's MACs. The entry is the session of `docs/spec/card.md` 5.4, with
//!   the MAC1, MAC2 and TAC given there.
//! - That it recovers: a DEBIT is torn at each byte it writes, and the card is given power again. By
//!   GET TRANSACTION PROVE (`docs/spec/card.md` 6) the tap then is settled with the PSAM or made
//!   again, and the fare is taken once.
//!
//! - That it is the same card everywhere: the program prints one SHA-256 over every command and every
//!   answer, refusals and torn commands included. It is built for `x86_64` Linux and for a Cortex-M4, and
//!   the two agree.
//!
//! It says so by its exit code: 0, or the [`failure`] that came first. How to build and run it:
//! `docs/building.md`. Tests of the card and the PSAM are in their crates; this program is the same
//! code on bare ground.
//!
//! | module | idea |
//! |---|---|
//! | `sys` | first and last instruction, bytes out, by target: all that is `unsafe` |
//! | `lab`, `fixed` | one card, one PSAM, their keys; the same random numbers each time |
//! | `gate` | the order of commands |
//! | `script` | what else is said |
//! | `transcript` | all that was said and answered, as one hash |
//! | `failure` | exit codes |
#![no_std]
#![no_main]

mod failure;
mod fixed;
mod gate;
mod lab;
mod script;
#[expect(unsafe_code, reason = "no safe code can be a program's first or last instruction")]
mod sys;
mod transcript;

use core::cmp::Ordering;
use core::hint::black_box;
use core::panic::PanicInfo;
use failure::{Check, PANIC, Scene};
use gate::{Gate, Tap};
use hex_literal::hex;
use tunion_card::{Chip, Cut, Damage};
use tunion_data::Fen;
use tunion_data::command::{DebitAnswer, Proof};
use tunion_data::file::{RailStatus, TripType};

const ENTRY: Tap = Tap { amount: Fen::ZERO, status: RailStatus::Entered, trip: TripType::Entry };
const EXIT: Tap = Tap { amount: Fen::from_yuan(4), status: RailStatus::Exited, trip: TripType::Exit };
const BEFORE: Fen = Fen::from_yuan(100);
const AFTER: Fen = Fen::from_yuan(96);

/// What the program does between its first and its last instruction.
extern "C" fn run() -> ! {
    sys::exit(scenes().err().unwrap_or(0))
}

fn scenes() -> Result<(), u8> {
    let mut gate = memory().and_then(|()| Gate::new()).map_err(|check| Scene::Start.code(check))?;
    entry(&mut gate).map_err(|check| Scene::Entry.code(check))?;
    torn_exit(&mut gate).map_err(|check| Scene::Torn.code(check))?;
    exit(&mut gate).map_err(|check| Scene::Exit.code(check))?;
    script::issuer(&mut gate).map_err(|check| Scene::Issuer.code(check))?;
    script::anything(&mut gate, ENTRY).map_err(|check| Scene::Anything.code(check))?;
    gate.heard.tell(sys::write);
    #[cfg(target_os = "none")]
    tell_bytes();
    Ok(())
}

/// Not part of the transcript: these are the machine's own.
#[cfg(target_os = "none")]
fn tell_bytes() {
    let figures: [(&[u8], usize); 4] = [
        (b"stack      ", sys::deepest_stack()),
        (b"card       ", size_of::<tunion_card::Card<fixed::Fixed>>()),
        (b"psam       ", size_of::<tunion_psam::Psam<fixed::Fixed>>()),
        (b"answer     ", size_of::<tunion_apdu::Response>()),
    ];
    for (what, bytes) in figures {
        sys::write(what);
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        sys::write(&transcript::hex(bytes, [28, 24, 20, 16, 12, 8, 4, 0]));
        sys::write(b"\n");
    }
}

/// The functions of [`sys`] where they are easily wrong: a target inside its source, a high bit, no
/// byte at all.
fn memory() -> Result<(), Check> {
    let mut bytes = black_box([1_u8, 2, 3, 4, 5, 6, 7, 8]);
    bytes.copy_within(black_box(0..6), 2);
    Check::Memory.unless(bytes == [1, 2, 1, 2, 3, 4, 5, 6])?;
    bytes.copy_within(black_box(2..8), 0);
    Check::Memory.unless(bytes == [1, 2, 3, 4, 5, 6, 5, 6])?;
    bytes[..black_box(7)].fill(black_box(0x80));
    Check::Memory.unless(bytes == [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 6])?;
    let pairs: [(&[u8], &[u8]); 3] = [(&[], &[]), (&[5, 0x7F], &[5, 0x80]), (&[6, 0x80], &[6, 0])];
    let found = pairs.map(|(a, b)| black_box(a).cmp(black_box(b)));
    Check::Memory.unless(found == [Ordering::Equal, Ordering::Less, Ordering::Greater])
}

/// The entry of `docs/spec/card.md` 5.4, with its MAC1 from the PSAM. The card's sequence becomes 6.
fn entry(gate: &mut Gate) -> Result<(), Check> {
    let open = gate.open(ENTRY)?;
    Check::Mac1.unless(open.mac1 == hex!("F533F9FC"))?;
    let DebitAnswer { tac, mac2 } = gate.debit(&open)?;
    Check::Tac.unless(tac == hex!("61DF3A4F"))?;
    Check::Mac2.unless(mac2 == hex!("BDF825DD"))?;
    gate.settle(mac2)?;
    Check::Prove.unless(gate.prove(6)? == Some(Proof { mac2, tac }))?;
    gate.expect_balance(BEFORE)?;
    gate.expect_records(ENTRY)
}

/// The exit, left alone. The card's sequence becomes 7.
fn exit(gate: &mut Gate) -> Result<(), Check> {
    let DebitAnswer { tac, mac2 } = gate.tap(EXIT)?;
    Check::Prove.unless(gate.prove(7)? == Some(Proof { mac2, tac }))?;
    gate.expect_balance(AFTER)?;
    gate.expect_records(EXIT)
}

/// The same exit, its DEBIT torn before, inside and after every byte that it writes.
fn torn_exit(entered: &mut Gate) -> Result<(), Check> {
    let mut ready = entered.clone();
    ready.heard.restart();
    let open = ready.open(EXIT)?;
    let DebitAnswer { tac, mac2 } = ready.clone().debit(&open)?;

    let mut outcomes = [false; 2];
    for after in 0.. {
        let mut cut = false;
        for damage in [Damage::Prefix, Damage::Noise(u64::from(after))] {
            let mut gate = ready.clone();
            gate.card.set_cut(Some(Cut { after, damage }));
            gate.debit_unheard(&open);
            cut |= gate.card.cut().is_none();
            gate.card.set_cut(None);
            gate.card.power_on().map_err(|_| Check::PowerOn)?;
            gate.select()?;

            let proof = gate.prove(open.seq)?;
            outcomes[usize::from(proof.is_some())] = true;
            if let Some(proof) = proof {
                Check::Prove.unless(proof == Proof { mac2, tac })?;
                gate.settle(proof.mac2)?;
            } else {
                gate.expect_balance(BEFORE)?;
                gate.expect_records(ENTRY)?;
                gate.tap(EXIT)?;
            }
            gate.expect_balance(AFTER)?;
            gate.expect_records(EXIT)?;
            entered.heard.join(gate.heard);
        }
        if !cut {
            break;
        }
    }
    Check::Outcomes.unless(outcomes == [true; 2])
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    sys::exit(PANIC)
}
