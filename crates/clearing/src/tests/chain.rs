//! A card's records one behind the other, and a terminal's.

use tunion_data::Fen;
use tunion_data::upload::{RecordKind, UploadRecord};

use super::{at, card, exits, keys, place};
use crate::sample::{Card, Terminal};
use crate::{Place, Remark, Verdict, What, clear};

/// A balance that does not follow is remarked where it begins and where it ends.
#[test]
fn balances_that_do_not_follow() {
    let mut records = exits();
    records[2].balance_before = Fen::new(9000);
    records[2].balance_after = Fen::new(8700);
    let cleared = clear(&records, &keys());
    assert!(cleared.verdicts.iter().all(|verdict| *verdict == Verdict::Accepted));
    let balance =
        |place, previous| Remark { place: Place(place), previous: Place(previous), what: What::Balance };
    assert_eq!(cleared.remarks, [balance(2, 1), balance(3, 2)]);
    // Between sequences that are not adjacent nothing is known of the balance.
    records.remove(1);
    records.remove(2);
    assert_eq!(clear(&records, &keys()).remarks, []);
}

/// Loads make the difference, also by clocks that do not agree; a load that is rejected leaves it open.
#[test]
fn loads_between_debits() {
    let (mut card, mut gate, mut kiosk) = (card(1), Terminal::new(1), Terminal::new(2));
    let mut debit =
        |card: &mut Card, minute| card.debit(&mut gate, RecordKind::Exit, Fen::new(300), at(minute));
    let first = debit(&mut card, 0);
    let loads = [1, 1].map(|minute| card.load(&mut kiosk, Fen::from_yuan(20), at(minute)));
    let second = debit(&mut card, 3);
    // The host's clock is ahead.
    let late = card.load(&mut kiosk, Fen::from_yuan(10), at(30));
    let third = debit(&mut card, 5);
    let records = [first, loads[0], loads[1], second, late, third];
    let cleared = clear(&records, &keys());
    assert_eq!((cleared.verdicts, cleared.remarks), (vec![Verdict::Accepted; 6], Vec::new()));
    // Without its record the second balance does not follow.
    let cleared = clear(&[first, loads[0], second], &keys());
    assert_eq!(cleared.remarks, [Remark { place: place(2), previous: place(0), what: What::Balance }]);
    // One whose TAC is wrong may have been done or not, and so may one without a time.
    let forged = UploadRecord { tac: [0; 4], ..loads[1] };
    let timeless = UploadRecord { at: tunion_data::BcdDateTime([0xFF; 7]), ..loads[1] };
    for doubtful in [forged, timeless] {
        assert_eq!(clear(&[first, loads[0], doubtful, second], &keys()).remarks, []);
    }
    // A forged one on another day is beside the point.
    let mut past = UploadRecord { tac: [0; 4], ..loads[1] };
    past.at.0[3] = 0x20;
    assert_eq!(clear(&[first, loads[0], past, second], &keys()).remarks.len(), 1);
}

/// Where loads are too many to follow, nothing is said.
#[test]
fn too_many_loads_between_debits() {
    let (mut card, mut gate, mut kiosk) = (card(1), Terminal::new(1), Terminal::new(2));
    for (count, remarked) in [(64, 1), (65, 0)] {
        let mut records = vec![card.debit(&mut gate, RecordKind::Exit, Fen::new(300), at(0))];
        records.extend((0..count).map(|_| card.load(&mut kiosk, Fen::new(100), at(1))));
        records.push(UploadRecord {
            balance_before: Fen::new(1),
            balance_after: Fen::ZERO,
            ..card.debit(&mut gate, RecordKind::Exit, Fen::new(300), at(2))
        });
        assert_eq!(clear(&records, &keys()).remarks.len(), remarked);
    }
}

#[test]
fn a_counter_that_runs_backwards_in_time() {
    let (mut card, mut gate, mut kiosk) = (card(1), Terminal::new(1), Terminal::new(2));
    let records = [
        card.debit(&mut gate, RecordKind::Exit, Fen::new(300), at(10)),
        card.debit(&mut gate, RecordKind::Exit, Fen::new(300), at(5)),
        card.load(&mut kiosk, Fen::from_yuan(10), at(20)),
        card.load(&mut kiosk, Fen::from_yuan(10), at(19)),
    ];
    let cleared = clear(&records, &keys());
    let time = |place, previous| Remark { place: Place(place), previous: Place(previous), what: What::Time };
    assert_eq!(cleared.remarks, [time(1, 0), time(3, 2)]);
    assert_eq!(cleared.verdicts, [Verdict::Accepted; 4]);
}

#[test]
fn what_is_missing() {
    let mut exits = exits();
    exits.remove(1);
    exits.remove(1);
    let cleared = clear(&exits, &keys());
    assert_eq!(cleared.remarks, []);
    let [terminal] = &cleared.missing.terminals[..] else { panic!("{:?}", cleared.missing) };
    let [card] = &cleared.missing.debits[..] else { panic!("{:?}", cleared.missing) };
    assert_eq!(
        (terminal.of, &terminal.missing, terminal.count()),
        (Terminal::new(1).number, &vec![2..=3], 2)
    );
    assert_eq!((card.of, &card.missing), (exits[0].pan, &vec![2..=3]));
    assert_eq!(cleared.missing.loads, []);
    // A number far away is one range, and not a list.
    let mut far = Terminal { seq: u32::MAX - 1, ..Terminal::new(1) };
    exits.push(super::card(2).debit(&mut far, RecordKind::Exit, Fen::new(300), at(9)));
    let missing = clear(&exits, &keys()).missing.terminals;
    assert_eq!(missing[0].missing, [2..=3, 6..=u32::MAX - 1]);
}
