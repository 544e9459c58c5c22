//! A card and a PSAM that cannot panic, whatever bytes they are given: were there a way from [`serve`] to
//! the panic handler, this program would not link with the feature `forbid-panic` (`docs/no-panic.md`).
//!
//! It also runs. It reads frames from standard input until there are none left and writes a frame for
//! each: a kind, a length of two bytes, the low one first, and as many bytes. Kinds are [`COMMAND`] and
//! those below it; the low bit says to whom, 0 the card and 1 the PSAM. An answer has the kind that was
//! asked, and no bytes when the power is off. On a Cortex-M the last frame, of kind FF, is how many bytes
//! of stack all this took.
//!
//! Neither the frames nor what is personalised is known to the compiler, so the proof covers every
//! profile and every state of the memory.
#![no_std]
#![no_main]

#[cfg(feature = "forbid-panic")]
#[expect(unsafe_code, reason = "a symbol that nobody defines")]
mod forbidden;
mod lab;
#[expect(unsafe_code, reason = "bytes from outside come by a system call")]
mod stdin;
#[expect(unsafe_code, reason = "no safe code can be a program's first or last instruction")]
mod sys;

use core::hint::black_box;
use core::panic::PanicInfo;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use tunion_apdu::Response;
use tunion_card::{Card, Chip, Cut, Damage};
use tunion_psam::Psam;

/// More than any command has.
const LONGEST: usize = 512;

/// An APDU.
const COMMAND: u8 = 0x00;
/// A reset.
const POWER_ON: u8 = 0x02;
/// No more power.
const POWER_OFF: u8 = 0x04;
/// A loss of power ahead: 4 bytes, how many bytes are still written, and 8, the seed of the damage; without
/// them a cut that lies ahead is taken away.
const CUT: u8 = 0x06;
/// The memory is worn out if there is a byte that is not zero.
const WORN: u8 = 0x08;

/// What the program does between its first and its last instruction.
extern "C" fn run() -> ! {
    sys::exit(u8::from(serve().is_none()))
}

/// `None`, and exit code 1, when there are no devices to serve with, or a frame is longer than [`LONGEST`].
fn serve() -> Option<()> {
    // Random numbers as the simulator has them.
    let random = ChaCha8Rng::from_seed(black_box([7; 32]));
    let mut card = Card::new(&black_box(lab::card_contents()), random.clone()).ok()?;
    let mut psam = Psam::new(black_box(lab::psam_contents()), random);
    let mut answer = Response::new();
    let mut buffer = [0; LONGEST];
    let mut head = [0; 3];
    while stdin::read(&mut head) {
        let [kind, low, high] = head;
        let bytes = buffer.get_mut(..usize::from(u16::from_le_bytes([low, high])))?;
        if !stdin::read(bytes) {
            break;
        }
        answer.clear();
        if kind & 1 == 0 {
            obey(&mut card, kind, bytes, &mut answer);
            // What reports ask for.
            black_box((card.balances(), card.sequences(), card.rail_record()));
        } else {
            obey(&mut psam, kind & !1, bytes, &mut answer);
        }
        tell(kind, answer.bytes());
    }
    // The compiler is not to know what the images are made of.
    black_box(black_box(&card).image());
    #[cfg(target_os = "none")]
    tell(0xFF, &sys::deepest_stack().to_le_bytes());
    Some(())
}

fn tell(kind: u8, bytes: &[u8]) {
    let [low, high, ..] = bytes.len().to_le_bytes();
    sys::write(&[kind, low, high]);
    sys::write(bytes);
}

fn obey<C: Chip>(chip: &mut C, kind: u8, bytes: &[u8], answer: &mut Response) {
    match kind {
        // Without power there is no answer.
        COMMAND => drop(chip.process(bytes, answer)),
        // A memory that says it is corrupt stays without power.
        POWER_ON => drop(chip.power_on()),
        POWER_OFF => chip.power_off(),
        CUT => chip.set_cut(cut(bytes)),
        WORN => chip.set_worn(bytes.iter().any(|byte| *byte != 0)),
        _ => {}
    }
    black_box((chip.work(), chip.cut(), chip.is_powered(), chip.is_worn()));
    planted(bytes);
}

fn cut(bytes: &[u8]) -> Option<Cut> {
    let (after, seed) = bytes.split_first_chunk::<4>()?;
    let damage = seed.first_chunk().map_or(Damage::Prefix, |seed| Damage::Noise(u64::from_le_bytes(*seed)));
    Some(Cut { after: u32::from_le_bytes(*after), damage })
}

/// Shows that the proof can fail: a panic for one command in 256.
#[cfg(feature = "planted-panic")]
fn planted(bytes: &[u8]) {
    assert!(bytes.first() != Some(&0x5A), "planted");
}

#[cfg(not(feature = "planted-panic"))]
const fn planted(_: &[u8]) {}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    #[cfg(feature = "forbid-panic")]
    forbidden::panic_is_reachable();
    #[cfg(not(feature = "forbid-panic"))]
    sys::exit(0xFF)
}
