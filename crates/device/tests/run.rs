//! The run of a command, on a device as small as it gets.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use tunion_apdu::{Command, Device, Name, Response, Sw};
use tunion_device::{Applet, Chip, Core, Fault, Work};
use tunion_nvm::{Cut, Damage, PowerLost, SPARE, Store};

type Page = Store<1, { 1 + SPARE + 2 }>;

/// A PSAM of three commands: READ BINARY answers 16 bytes and faults if P2 is not 0, CREDIT SAM keeps a
/// byte and answers it, GET CHALLENGE.
struct Toy {
    core: Core<ChaCha8Rng, Page>,
    open: bool,
    selected: bool,
}

impl Toy {
    fn new() -> Self {
        let core = Core::new(Page::format(), ChaCha8Rng::seed_from_u64(1));
        Self { core, open: true, selected: true }
    }

    fn kept(&self) -> u8 {
        self.core.store.page(0)[0]
    }
}

impl Applet for Toy {
    const DEVICE: Device = Device::Sam;
    type Random = ChaCha8Rng;
    type Store = Page;

    fn core(&self) -> &Core<ChaCha8Rng, Page> {
        &self.core
    }

    fn core_mut(&mut self) -> &mut Core<ChaCha8Rng, Page> {
        &mut self.core
    }

    fn end_transaction(&mut self) {
        self.open = false;
    }

    fn deselect(&mut self) {
        self.selected = false;
    }

    fn dispatch(&mut self, name: Name, command: &Command<'_>, response: &mut Response) -> Result<(), Fault> {
        match name {
            Name::ReadBinary => {
                response.push(&[0x11; 16])?;
                if command.p2 == 0 { Ok(()) } else { Err(Sw::WRONG_OFFSET.into()) }
            }
            Name::CreditSamForPurchase => {
                self.core.work.crypto.des_blocks += 1;
                response.push(&command.data[..1])?;
                let mut tx = self.core.store.begin();
                tx.page_mut(0)?[0] = command.data[0];
                Ok(tx.commit()?)
            }
            Name::GetChallenge => self.core.get_challenge(command, response),
            _ => Err(Sw::INTERNAL.into()),
        }
    }
}

const KEEP: [u8; 9] = [0x80, 0x72, 0x00, 0x00, 0x04, 0x77, 0, 0, 0];

fn ask(toy: &mut Toy, command: &[u8]) -> (Sw, Vec<u8>) {
    let mut response = Response::new();
    toy.process(command, &mut response).unwrap();
    (response.sw(), response.data().to_vec())
}

#[test]
fn a_fault_is_answered_without_the_data_before_it() {
    let mut toy = Toy::new();
    assert_eq!(ask(&mut toy, &[0x00, 0xB0, 0x95, 0x00, 0x00]), (Sw::OK, vec![0x11; 16]));
    assert_eq!(ask(&mut toy, &[0x00, 0xB0, 0x95, 0x01, 0x00]), (Sw::WRONG_OFFSET, vec![]));
    assert_eq!(ask(&mut toy, &[0x00, 0xB0, 0x15, 0x00, 0x00]), (Sw::WRONG_P1_P2, vec![]));
    assert_eq!(ask(&mut toy, &[0x00]), (Sw::WRONG_LENGTH, vec![]));
}

#[test]
fn work_is_that_of_the_last_command() {
    let mut toy = Toy::new();
    assert_eq!(ask(&mut toy, &KEEP).0, Sw::OK);
    let mut work = Work { page_writes: 2, bytes_in: 9, bytes_out: 3, ..Work::default() };
    work.crypto.des_blocks = 1;
    assert_eq!(toy.work(), work);
    ask(&mut toy, &[0x00, 0xB0, 0x95, 0x01, 0x00]);
    assert_eq!(toy.work(), Work { bytes_in: 5, bytes_out: 2, ..Work::default() });
}

#[test]
fn a_device_without_power_answers_nothing_and_has_forgotten() {
    for after in 0..=256 {
        let mut toy = Toy::new();
        toy.set_cut(Some(Cut { after, damage: Damage::Prefix }));
        let mut response = Response::new();
        let outcome = toy.process(&KEEP, &mut response);
        assert_eq!(outcome.is_ok(), after == 256);
        if outcome.is_ok() {
            continue;
        }
        assert!(response.bytes().is_empty() && !toy.open && !toy.selected && !toy.is_powered());
        response.set(&[0x90, 0x00]).unwrap();
        assert_eq!(toy.process(&KEEP, &mut response), Err(PowerLost));
        assert!(response.bytes().is_empty());
        // What it keeps is told at once.
        let kept = toy.kept();
        toy.power_on().unwrap();
        assert_eq!(toy.kept(), kept);
        assert!(kept == 0 || kept == 0x77 && after > 128);
        assert_eq!(ask(&mut toy, &KEEP), (Sw::OK, vec![0x77]));
    }
}

#[test]
fn a_worn_memory_is_answered_6581_and_nothing_is_kept() {
    let mut toy = Toy::new();
    toy.set_worn(true);
    assert_eq!(ask(&mut toy, &KEEP), (Sw::MEMORY_FAILURE, vec![]));
    // What was ciphered before was ciphered.
    assert_eq!((toy.work().page_writes, toy.work().crypto.des_blocks), (0, 1));
    assert_eq!(ask(&mut toy, &[0x00, 0xB0, 0x95, 0x00, 0x00]), (Sw::OK, vec![0x11; 16]));
    toy.power_off();
    toy.power_on().unwrap();
    assert!(toy.is_worn() && toy.is_powered());
    assert_eq!(ask(&mut toy, &KEEP).0, Sw::MEMORY_FAILURE);
    assert_eq!(toy.kept(), 0);
    toy.set_worn(false);
    assert_eq!(ask(&mut toy, &KEEP), (Sw::OK, vec![0x77]));
    assert_eq!(toy.kept(), 0x77);
}

#[test]
fn a_reset_forgets_and_so_does_the_loss_of_power() {
    let mut toy = Toy::new();
    toy.power_on().unwrap();
    assert!(!toy.open && !toy.selected);
    let mut toy = Toy::new();
    toy.power_off();
    assert!(!toy.open && !toy.selected && !toy.is_powered());
}

#[test]
fn a_refused_initialize_ends_the_transaction_and_keeps_the_selection() {
    let mut toy = Toy::new();
    assert_eq!(ask(&mut toy, &[0x80, 0x72, 0x00, 0x00]).0, Sw::WRONG_LENGTH);
    assert!(toy.open);
    assert_eq!(ask(&mut toy, &[0x80, 0x70, 0x01]).0, Sw::WRONG_LENGTH);
    assert!(!toy.open && toy.selected);
}

#[test]
fn a_challenge_has_four_or_eight_bytes() {
    let mut toy = Toy::new();
    for (le, length) in [(0x04, 4), (0x08, 8)] {
        let (sw, challenge) = ask(&mut toy, &[0x00, 0x84, 0x00, 0x00, le]);
        assert_eq!((sw, challenge.len()), (Sw::OK, length));
    }
    for le in [0x00, 0x05, 0x10] {
        assert_eq!(ask(&mut toy, &[0x00, 0x84, 0x00, 0x00, le]), (Sw::WRONG_LENGTH, vec![]));
    }
}
