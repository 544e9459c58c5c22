//! Any commands: the card answers each with a word that the table of answers has, gives out no key, and
//! parts with no money.
//!
//! The bytes: one that chooses the card, then commands, each behind two bytes of length. A length above
//! 3FFF is a reset.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use tunion_apdu::{Command, Device, LeRule, Response, table};
use tunion_card::profile::{Algorithms, Tries};
use tunion_card::{Card, CardKeys, Chip, Contents, Interface, Pin, answers};
use tunion_crypto::Key16;
use tunion_files::diag::Source;
use tunion_harness::random::stream;

/// The student's card, read once.
static STUDENT: LazyLock<Contents> = LazyLock::new(|| {
    let keys = tunion_files::keys::lab().expect("the built-in keys are right");
    let text = include_str!("../../fixtures/cards/student.toml");
    let file =
        tunion_files::card::parse(&Source::new("student.toml", text)).expect("the student's card is right");
    let key = |number: usize| Key16::new(KEYS[number]);
    let card_keys = CardKeys {
        purchase: key(0),
        load: [key(1), key(2)],
        unload: key(3),
        overdraft: key(4),
        tac: key(5),
        app_block: key(6),
        app_unblock: key(7),
        app_maintenance: key(8),
        card_control: key(9),
        pin_unblock: key(10),
        pin_reload: key(11),
        external: [key(12), key(13)],
        internal: Some(key(14)),
        version: 1,
    };
    Contents { keys: card_keys, ..file.contents(&keys.roots) }
});

/// The card's keys, no two of which share 8 bytes in a row.
static KEYS: LazyLock<[[u8; 16]; 15]> = LazyLock::new(|| {
    std::array::from_fn(|number| {
        let number = u8::try_from(number).expect("there are fifteen");
        std::array::from_fn(|at| {
            let at = u8::try_from(at).expect("there are sixteen");
            (number * 16 + at).wrapping_mul(0x9D) ^ 0x5A
        })
    })
});

fn contents(choice: u8) -> Contents {
    let mut contents = STUDENT.clone();
    let bit = |number: u8| choice >> number & 1 != 0;
    contents.profile.interface = if bit(0) { Interface::Contact } else { Interface::Contactless };
    contents.profile.le = match choice >> 1 & 3 {
        0 => LeRule::Strict,
        1 => LeRule::Correcting,
        _ => LeRule::Lenient,
    };
    contents.profile.algorithms = if bit(3) { Algorithms::Both } else { Algorithms::Des };
    contents.profile.by_id.files = bit(4);
    contents.profile.directory.pse = bit(5);
    contents.profile.tries = Tries { transactions: if bit(6) { 2 } else { 0 }, ..Tries::default() };
    contents.image.security.pin = if bit(7) { Pin::new(b"1234") } else { None };
    contents
}

/// Whether an answer holds 8 bytes in a row of a key.
fn holds_key(answer: &[u8]) -> bool {
    answer.windows(8).any(|window| KEYS.iter().any(|key| key.windows(8).any(|part| part == window)))
}

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, mut rest)) = bytes.split_first() else { return };
    let mut card = Card::new(&contents(*choice), stream(1, "card", 0)).expect("the card is consistent");
    let before = card.balances();
    let mut response = Response::new();
    while let Some((length, after)) = rest.split_first_chunk::<2>() {
        let length = u16::from_be_bytes(*length);
        if length > 0x3FFF {
            card.power_off();
            card.power_on().expect("nothing was torn");
            rest = after;
            continue;
        }
        let (command, after) = after.split_at(after.len().min(usize::from(length % 0x200)));
        rest = after;
        card.process(command, &mut response).expect("there is power");
        let found = Command::parse(command).and_then(|command| table::find(Device::Card, &command));
        let name = found.ok().map(|spec| spec.name);
        assert!(response.bytes().len() >= 2);
        assert!(answers::admits(name, response.sw()), "{name:?} {}", response.sw());
        assert!(!holds_key(response.data()), "{name:?} gave out a key");
    }
    // Without a MAC nothing moves it, and 32 bits are not guessed.
    assert_eq!(card.balances(), before);
});
