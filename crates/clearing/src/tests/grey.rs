//! Debits and loads whose answer was lost.

use tunion_data::Fen;
use tunion_data::upload::{RecordKind, UploadRecord};

use super::{at, card, clear, keys, place, verdicts};
use crate::sample::{Card, ISSUER, Terminal};
use crate::{Because, Done, Number, Verdict};

const fn grey(done: Done, because: Because) -> Verdict {
    Verdict::Grey { done, because }
}

fn exit(card: &mut Card, gate: &mut Terminal, minute: i8) -> UploadRecord {
    card.debit(gate, RecordKind::Exit, Fen::new(300), at(minute))
}

fn lost(card: &mut Card, gate: &mut Terminal, minute: i8, done: bool) -> UploadRecord {
    card.lost(gate, RecordKind::Exit, Fen::new(300), at(minute), done)
}

/// The record of the same transaction, uploaded once its outcome was learned.
#[test]
fn a_grey_record_that_was_resolved() {
    let (mut card, mut gate) = (card(1), Terminal::new(1));
    let known = exit(&mut card, &mut gate, 0);
    let was_grey = UploadRecord { flags: UploadRecord::GREY, tac: [0xFF; 4], ..known };
    let recovered = UploadRecord { flags: UploadRecord::RECOVERED, ..known };
    let duplicate = |of, by| Verdict::Duplicate { of: place(of), by };
    for known in [known, recovered] {
        assert_eq!(verdicts(&[was_grey, known]), [duplicate(1, Number::Transaction), Verdict::Accepted]);
    }
    // Uploaded twice, and nothing else known of it.
    assert_eq!(
        verdicts(&[was_grey, was_grey]),
        [grey(Done::Unknown, Because::NothingLater), duplicate(0, Number::Record)]
    );
    // Found in the card's log, where no proof of it was left: done, with no TAC.
    let in_log = UploadRecord { flags: UploadRecord::GREY | UploadRecord::RECOVERED, ..was_grey };
    assert_eq!(
        verdicts(&[in_log, was_grey]),
        [grey(Done::Yes, Because::Log), duplicate(0, Number::Transaction)]
    );
    // A record of it whose TAC is wrong settles nothing.
    let forged = UploadRecord { tac: [0; 4], ..known };
    let judged = verdicts(&[was_grey, forged]);
    assert_eq!(judged[0], grey(Done::Unknown, Because::NothingLater));
}

#[test]
fn by_the_next_debit() {
    for done in [true, false] {
        let (mut card, mut gate) = (card(1), Terminal::new(1));
        let records = [
            exit(&mut card, &mut gate, 0),
            lost(&mut card, &mut gate, 1, done),
            exit(&mut card, &mut Terminal::new(2), 2),
        ];
        let because = if done { Because::Follows(place(2)) } else { Because::Taken(place(2)) };
        let done = if done { Done::Yes } else { Done::No };
        let cleared = clear(&records, &keys());
        assert_eq!(cleared.verdicts, [Verdict::Accepted, grey(done, because), Verdict::Accepted]);
        assert_eq!((cleared.remarks, cleared.missing), (Vec::new(), crate::Missing::default()));
    }
}

/// A grey record with nothing in it but a boarding shows in the sequence alone.
#[test]
fn an_entry_of_nothing() {
    for done in [true, false] {
        let (mut card, mut gate) = (card(1), Terminal::new(1));
        let entry = card.lost(&mut gate, RecordKind::Entry, Fen::ZERO, at(0), done);
        let records = [entry, exit(&mut card, &mut gate, 1)];
        let expected = if done {
            grey(Done::Yes, Because::Follows(place(1)))
        } else {
            grey(Done::No, Because::Taken(place(1)))
        };
        assert_eq!(verdicts(&records)[0], expected);
    }
}

/// Torn, tapped again and torn again, and then done.
#[test]
fn several_in_a_row() {
    let (mut card, mut gate) = (card(1), Terminal::new(1));
    let records = [
        lost(&mut card, &mut gate, 0, false),
        lost(&mut card, &mut gate, 1, true),
        lost(&mut card, &mut gate, 2, true),
        exit(&mut card, &mut gate, 3),
    ];
    assert_eq!(
        verdicts(&records),
        [
            grey(Done::No, Because::Unmoved(place(1))),
            grey(Done::Yes, Because::Follows(place(2))),
            grey(Done::Yes, Because::Follows(place(3))),
            Verdict::Accepted,
        ]
    );
}

#[test]
fn by_loads_after_it() {
    for done in [true, false] {
        let (mut card, mut gate, mut kiosk) = (card(1), Terminal::new(1), Terminal::new(2));
        let mut records =
            vec![lost(&mut card, &mut gate, 0, done), card.load(&mut kiosk, Fen::from_yuan(20), at(1))];
        let expected = if done {
            grey(Done::Yes, Because::Left(place(1)))
        } else {
            grey(Done::No, Because::Found(place(1)))
        };
        assert_eq!(verdicts(&records)[0], expected);
        // The debit after that decides by its sequence too, loads between counted.
        records.push(exit(&mut card, &mut gate, 2));
        let expected = if done {
            grey(Done::Yes, Because::Follows(place(2)))
        } else {
            grey(Done::No, Because::Taken(place(2)))
        };
        assert_eq!(verdicts(&records)[0], expected);
    }
}

/// A load that by the host's clock came after, though it came before, is no witness.
#[test]
fn by_a_load_that_may_have_been_before() {
    let mut card = Card::new(&keys(), ISSUER, 1, Fen::new(4700));
    let (mut gate, mut kiosk) = (Terminal::new(1), Terminal::new(2));
    let load = card.load(&mut kiosk, Fen::new(300), at(2));
    let records = [load, lost(&mut card, &mut gate, 1, true)];
    assert_eq!(verdicts(&records)[1], grey(Done::Unknown, Because::Mute(place(0))));
}

#[test]
fn loads() {
    for done in [true, false] {
        let (mut card, mut gate, mut kiosk) = (card(1), Terminal::new(1), Terminal::new(2));
        let mut records = vec![
            card.lost(&mut kiosk, RecordKind::Load, Fen::from_yuan(20), at(0), done),
            exit(&mut card, &mut gate, 1),
        ];
        let expected = if done {
            grey(Done::Yes, Because::Left(place(1)))
        } else {
            grey(Done::No, Because::Found(place(1)))
        };
        assert_eq!(verdicts(&records)[0], expected);
        records.push(card.load(&mut kiosk, Fen::from_yuan(20), at(2)));
        let expected = if done {
            grey(Done::Yes, Because::Left(place(1)))
        } else {
            grey(Done::No, Because::Taken(place(2)))
        };
        assert_eq!(verdicts(&records)[0], expected);
    }
}

#[test]
fn what_cannot_be_told() {
    let (mut card, mut gate) = (card(1), Terminal::new(1));
    let mut torn = lost(&mut card, &mut gate, 0, true);
    let next = exit(&mut card, &mut gate, 1);
    let after = exit(&mut card, &mut gate, 2);
    // Nothing later.
    assert_eq!(verdicts(&[torn]), [grey(Done::Unknown, Because::NothingLater)]);
    // The next in sequence is missing.
    assert_eq!(verdicts(&[torn, after])[0], grey(Done::Unknown, Because::Mute(place(1))));
    // The sequence moved on, and the balance is another.
    (torn.amount, torn.balance_after) = (Fen::new(200), Fen::new(4800));
    assert_eq!(verdicts(&[torn, next])[0], grey(Done::Unknown, Because::Contradicted(place(1))));
    // A load of which the sequence moved on, and the balance did not.
    let mut kiosk = Terminal::new(2);
    let torn = card.lost(&mut kiosk, RecordKind::Load, Fen::from_yuan(20), at(3), false);
    let debit = exit(&mut card, &mut gate, 4);
    card.online += 1;
    let load = card.load(&mut kiosk, Fen::from_yuan(20), at(5));
    assert_eq!(verdicts(&[torn, debit, load])[0], grey(Done::Unknown, Because::Contradicted(place(1))));
}

/// What is found to be done counts as the card's own: the balance after it follows, and no sequence is missing.
#[test]
fn what_was_done_is_the_cards_own() {
    let (mut card, mut gate) = (card(1), Terminal::new(1));
    let mut records = vec![exit(&mut card, &mut gate, 0), lost(&mut card, &mut gate, 1, true)];
    records.push(exit(&mut card, &mut gate, 2));
    records[0].balance_before = Fen::new(9000);
    records[0].balance_after = Fen::new(8700);
    let cleared = clear(&records, &keys());
    let [remark] = cleared.remarks[..] else { panic!("{:?}", cleared.remarks) };
    assert_eq!((remark.place, remark.previous), (place(1), place(0)));
    assert_eq!(cleared.totals.greys.map(|sum| sum.money.fen()), [300, 0, 0]);
}
