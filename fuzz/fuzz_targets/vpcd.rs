//! Any bytes from a virtual reader, in any chunks: the session ends or goes on, and the same bytes in other
//! chunks get the same answers.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use tunion_card::Card;
use tunion_files::diag::Source;
use tunion_harness::issue;
use tunion_harness::random::{Stream, stream};
use tunion_harness::serve::{Atr, Dialect, Session};

/// The student's card, made once.
static STUDENT: LazyLock<Card<Stream>> = LazyLock::new(|| {
    let keys = tunion_files::keys::lab().expect("the built-in keys are right");
    let text = include_str!("../../fixtures/cards/student.toml");
    let file =
        tunion_files::card::parse(&Source::new("student.toml", text)).expect("the student's card is right");
    issue::card(&file, &keys, stream(1, "card", 0)).expect("the card is consistent")
});

/// What is answered to the bytes in chunks of this length, and whether the session ended.
fn answers(dialect: Dialect, bytes: &[u8], chunk: usize) -> (Vec<u8>, bool) {
    let (mut card, mut out) = (STUDENT.clone(), Vec::new());
    let mut session = Session::new(dialect);
    session.begin(&mut card, &mut |_| ());
    let ended = bytes
        .chunks(chunk.max(1))
        .any(|chunk| session.receive(chunk, &mut card, &mut |_| (), &mut out).is_err());
    session.end(&mut card, &mut |_| ());
    (out, ended)
}

fuzz_target!(|bytes: &[u8]| {
    let Some((chunk, rest)) = bytes.split_first() else { return };
    for dialect in [Dialect::Vpcd(Atr::default()), Dialect::Bare] {
        let whole = answers(dialect, rest, rest.len());
        assert_eq!(answers(dialect, rest, usize::from(*chunk)), whole);
    }
});
