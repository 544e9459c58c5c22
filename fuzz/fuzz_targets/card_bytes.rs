//! Any commands: the card answers each with a word that the table of answers has, gives out no key, and
//! parts with no money.
//!
//! The bytes: one that chooses the card, then commands, each behind its length.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use tunion_apdu::{Command, Device, LeRule, Response, table};
use tunion_card::profile::{Algorithms, Tries};
use tunion_card::{Card, Chip, Contents, Interface, Pin, answers};
use tunion_files::diag::Source;
use tunion_harness::random::stream;

/// The student's card, read once.
static STUDENT: LazyLock<Contents> = LazyLock::new(|| {
    let keys = tunion_files::keys::lab().expect("the built-in keys are right");
    let text = include_str!("../../fixtures/cards/student.toml");
    let file =
        tunion_files::card::parse(&Source::new("student.toml", text)).expect("the student's card is right");
    file.contents(&keys.roots)
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

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, mut rest)) = bytes.split_first() else { return };
    let mut card = Card::new(&contents(*choice), stream(1, "card", 0)).expect("the card is consistent");
    let before = card.balances();
    let mut response = Response::new();
    while let Some((length, after)) = rest.split_first() {
        let (command, after) = after.split_at(after.len().min(usize::from(*length)));
        rest = after;
        card.process(command, &mut response).expect("there is power");
        let found = Command::parse(command).and_then(|command| table::find(Device::Card, &command));
        let name = found.ok().map(|spec| spec.name);
        assert!(response.bytes().len() >= 2);
        assert!(answers::admits(name, response.sw()), "{name:?} {}", response.sw());
    }
    // Without a MAC nothing moves it, and 32 bits are not guessed.
    assert_eq!(card.balances(), before);
});
