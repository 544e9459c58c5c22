//! Numbers that stand in two records.

use tunion_data::upload::{RecordKind, UploadRecord};
use tunion_data::{Fen, IssuerId};

use super::{at, card, exits, keys, place, verdicts};
use crate::sample::{Card, Terminal};
use crate::{Number, Verdict, clear};

/// Of two that are the same the first counts, of two that differ the one whose TAC holds, wherever it stands.
#[test]
fn duplicates() {
    let exits = exits();
    let changed = UploadRecord { amount: Fen::new(100), balance_after: Fen::new(4900), ..exits[0] };
    let records = [changed, exits[0], exits[1], exits[1], changed];
    let duplicate = |of, by| Verdict::Duplicate { of: place(of), by };
    assert_eq!(
        verdicts(&records),
        [
            duplicate(1, Number::Transaction),
            Verdict::Accepted,
            Verdict::Accepted,
            duplicate(2, Number::Record),
            duplicate(1, Number::Transaction),
        ]
    );
    // Without one that is right, the first that is wrong is wrong, and the second its duplicate.
    let cleared = verdicts(&[changed, changed]);
    assert!(matches!(cleared[0], Verdict::TacWrong { .. }));
    assert_eq!(cleared[1], duplicate(0, Number::Record));
}

/// Two transactions that are both right and share a number of the terminal, or of the card.
#[test]
fn numbers_used_twice() {
    let mut gate = Terminal::new(1);
    let mut again = Terminal::new(1);
    let (mut lin, mut wang) = (card(1), card(2));
    let first = lin.debit(&mut gate, RecordKind::Exit, Fen::new(300), at(0));
    let second = wang.debit(&mut again, RecordKind::Exit, Fen::new(400), at(1));
    let mut clone = card(1);
    let third = clone.debit(&mut Terminal::new(2), RecordKind::Exit, Fen::new(500), at(2));
    let duplicate = |of, by| Verdict::Duplicate { of: place(of), by };
    assert_eq!(
        verdicts(&[first, second, third]),
        [Verdict::Accepted, duplicate(0, Number::Terminal), duplicate(0, Number::Card),]
    );
    // A load and a debit have sequences of their own, and no load has one of the terminal.
    let (mut card, mut gate) = (card(3), Terminal::new(3));
    let records = [
        card.load(&mut gate, Fen::from_yuan(10), at(0)),
        card.debit(&mut gate, RecordKind::Exit, Fen::new(300), at(1)),
        card.load(&mut gate, Fen::from_yuan(10), at(2)),
    ];
    assert_eq!(verdicts(&records), [Verdict::Accepted; 3]);
    // Who is a duplicate takes no number: the third keeps the card's.
    let mut other = Terminal::new(2);
    let stolen = wang.debit(&mut other, RecordKind::Exit, Fen::new(300), at(3));
    let kept = UploadRecord { terminal_seq: 9, ..stolen };
    let mut kept = kept;
    keys().sign(&mut kept);
    let taken = lin.debit(
        &mut Terminal { seq: stolen.terminal_seq - 1, ..other },
        RecordKind::Exit,
        Fen::new(300),
        at(4),
    );
    assert_eq!(
        verdicts(&[taken, stolen, kept]),
        [Verdict::Accepted, duplicate(0, Number::Terminal), Verdict::Accepted,]
    );
}

/// A number goes to the record of which most is certain, and only then to the first.
#[test]
fn who_gets_a_number() {
    let other: IssuerId = "02002900FFFFFFFF".parse().unwrap();
    let at_gate = |card: &mut Card| card.debit(&mut Terminal::new(1), RecordKind::Exit, Fen::new(300), at(0));
    let wrong = UploadRecord { tac: [0; 4], ..at_gate(&mut card(1)) };
    let in_log = UploadRecord {
        flags: UploadRecord::GREY | UploadRecord::RECOVERED,
        tac: [0xFF; 4],
        ..at_gate(&mut card(2))
    };
    let foreign = at_gate(&mut Card::new(&keys(), other, 3, Fen::from_yuan(50)));
    let right = at_gate(&mut card(4));
    let keys = keys().without(other);
    let by_certainty = [right, foreign, in_log, wrong];
    for from in 0..by_certainty.len() {
        let mut records = by_certainty[from..].to_vec();
        records.reverse();
        let last = u32::try_from(records.len() - 1).unwrap();
        let verdicts = clear(&records, &keys).verdicts;
        let (counts, others) = verdicts.split_last().unwrap();
        assert!(!matches!(counts, Verdict::Duplicate { .. }));
        let duplicate = Verdict::Duplicate { of: place(last), by: Number::Terminal };
        assert!(others.iter().all(|verdict| *verdict == duplicate), "{verdicts:?}");
    }
}

#[test]
fn locks_that_were_uploaded_twice() {
    let (card, mut gate) = (card(1), Terminal::new(1));
    let (mut card, first) = (card.clone(), card.clone().lock(&mut gate, at(0)));
    let second = card.lock(&mut gate, at(1));
    assert_eq!(
        verdicts(&[first, second, first]),
        [Verdict::Accepted, Verdict::Accepted, Verdict::Duplicate { of: place(0), by: Number::Record },]
    );
}
