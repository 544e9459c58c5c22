//! A batch at a time: what is found, and that nothing else is.

mod grey;
mod planted;

use tunion_crypto::Key16;
use tunion_data::civil::{DateTime, date};
use tunion_data::upload::{RecordKind, UploadRecord};
use tunion_data::{Fen, FenSum, IssuerId, Pan, TerminalId};

use super::sample::{Card, ISSUER, Keys, Terminal, rides};
use super::{Clearing, Fault, Number, Place, Reason, Remark, Verdict, What, clear};

fn keys() -> Keys {
    Keys::new(Key16::new([2; 16]))
}

fn card(number: u32) -> Card {
    Card::new(&keys(), ISSUER, number, Fen::from_yuan(50))
}

/// So many minutes into a day.
fn at(minute: i8) -> DateTime {
    date(2026, 11, 23).at(8 + minute / 60, minute % 60, 0, 0)
}

fn verdicts(records: &[UploadRecord]) -> Vec<Verdict> {
    clear(records, &keys()).verdicts
}

const fn place(index: u32) -> Place {
    Place(index)
}

/// Five exits of a card at one gate.
fn exits() -> Vec<UploadRecord> {
    let (mut card, mut gate) = (card(1), Terminal::new(1));
    (0..5).map(|minute| card.debit(&mut gate, RecordKind::Exit, Fen::new(300), at(minute))).collect()
}

#[test]
fn a_clean_batch() {
    let records = rides(&keys(), 40, 3);
    let Clearing { verdicts, remarks, missing, totals } = clear(&records, &keys());
    assert_eq!(records.len(), 240);
    assert!(verdicts.iter().all(|verdict| *verdict == Verdict::Accepted));
    assert_eq!((remarks, missing), (Vec::new(), super::Missing::default()));
    let accepted = totals.all.debits.of(Reason::Accepted);
    assert_eq!((accepted.records, accepted.money.fen()), (240, 120 * 300));
    assert_eq!(
        totals.by_kind.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(),
        [Some(RecordKind::Entry), Some(RecordKind::Exit)]
    );
    assert_eq!(clear(&[], &keys()).totals, super::totals::Totals::default());
}

/// The TAC of a load and of a plain purchase too; a lock has none.
#[test]
fn tacs() {
    let (mut card, mut gate) = (card(1), Terminal::new(1));
    let mut records = vec![
        card.load(&mut gate, Fen::from_yuan(20), at(0)),
        card.debit(&mut gate, RecordKind::Purchase, Fen::new(450), at(1)),
        card.lock(&mut gate, at(2)),
    ];
    assert_eq!(verdicts(&records), [Verdict::Accepted; 3]);
    let right = records.clone();
    for record in &mut records {
        record.tac[3] ^= 1;
    }
    let wrong = |record: &UploadRecord| Verdict::TacWrong { expected: record.tac };
    assert_eq!(verdicts(&records), right.iter().map(wrong).collect::<Vec<_>>());
    assert_eq!(right[2].tac, [0; 4]);
}

/// Everything that a TAC covers, and the keys.
#[test]
fn what_a_tac_covers() {
    let (mut card, mut gate) = (card(1), Terminal::new(1));
    let debit = card.debit(&mut gate, RecordKind::Exit, Fen::new(300), at(0));
    let load = card.load(&mut gate, Fen::from_yuan(20), at(1));
    let changes: [fn(&mut UploadRecord); 6] = [
        |record| (record.amount, record.balance_after) = (record.amount + Fen::new(1), Fen::new(4699)),
        |record| record.transaction = 0x06,
        |record| record.terminal.0[5] ^= 1,
        |record| record.terminal_seq += 1,
        |record| record.at.0[6] = 0x59,
        |record| record.issuer.0[0] ^= 0x10,
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let mut changed = debit;
        change(&mut changed);
        assert!(matches!(verdicts(&[changed])[..], [Verdict::TacWrong { .. }]), "{number}");
    }
    let changes: [fn(&mut UploadRecord); 5] = [
        |record| record.amount += Fen::new(1),
        |record| record.available_before += Fen::new(1),
        |record| record.card_seq += 1,
        |record| record.terminal.0[5] ^= 1,
        |record| record.at.0[4] = 0x07,
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let mut changed = load;
        change(&mut changed);
        assert!(matches!(verdicts(&[changed])[..], [Verdict::TacWrong { .. }]), "{number}");
    }
    assert!(matches!(
        clear(&[debit], &Keys::new(Key16::new([4; 16]))).verdicts[..],
        [Verdict::TacWrong { .. }]
    ));
}

/// What another issuer has to check is sent on, and held to everything else.
#[test]
fn records_of_another_issuer() {
    let other: IssuerId = "02002900FFFFFFFF".parse().unwrap();
    let mut gate = Terminal::new(1);
    let mut foreign = Card::new(&keys(), other, 2, Fen::from_yuan(50));
    let mut records: Vec<UploadRecord> =
        (0..3).map(|minute| foreign.debit(&mut gate, RecordKind::Exit, Fen::new(300), at(minute))).collect();
    records[0].tac = [0; 4];
    records.push(records[1]);
    records.push(UploadRecord { kind: 0, ..records[2] });
    let keys = keys().without(other);
    let cleared = clear(&records, &keys);
    assert_eq!(
        cleared.verdicts,
        [
            Verdict::Forwarded,
            Verdict::Forwarded,
            Verdict::Forwarded,
            Verdict::Duplicate { of: place(1), by: Number::Record },
            Verdict::Illegal(Fault::Kind),
        ]
    );
    assert_eq!(cleared.totals.all.debits.of(Reason::Forwarded).money.fen(), 900);
}

#[test]
fn illegal_records() {
    let (mut card, mut gate) = (card(1), Terminal::new(1));
    let debit = card.debit(&mut gate, RecordKind::Exit, Fen::new(300), at(0));
    let load = card.load(&mut gate, Fen::from_yuan(20), at(1));
    let lock = card.lock(&mut gate, at(2));
    let pan = Pan::from_bytes;
    let broken = [
        UploadRecord { kind: 0x00, ..debit },
        UploadRecord { kind: 0x0F, ..debit },
        UploadRecord { pan: pan([0; 10]), ..debit },
        UploadRecord { pan: pan([0xFF; 10]), ..debit },
        UploadRecord { pan: pan([0x13, 0x10, 0, 0, 0, 0, 0, 0, 0, 0x01]), ..debit },
        UploadRecord { terminal: TerminalId([0; 6]), ..debit },
        UploadRecord { terminal: TerminalId([0xFF; 6]), ..load },
        UploadRecord { issuer: IssuerId([0; 8]), ..debit },
        UploadRecord { at: tunion_data::BcdDateTime([0; 7]), ..lock },
        UploadRecord { at: tunion_data::BcdDateTime([0x20, 0x26, 0x02, 0x30, 8, 0, 0]), ..debit },
        UploadRecord { entry_at: tunion_data::BcdDateTime([0x20, 0x26, 0x11, 0x23, 0x24, 0, 0]), ..debit },
        UploadRecord { transaction: 0x02, ..debit },
        UploadRecord { transaction: 0x09, ..load },
        UploadRecord { transaction: 0x03, ..debit },
        UploadRecord { amount: Fen::new(100), ..lock },
        UploadRecord { amount: Fen::new(0x0100_0000), balance_after: Fen::ZERO, ..debit },
        UploadRecord { balance_after: Fen::new(4701), ..debit },
        UploadRecord { balance_after: Fen::new(6701), ..load },
        UploadRecord { balance_after: Fen::new(4699), ..load },
    ];
    let told: Vec<String> = verdicts(&broken)
        .iter()
        .zip(&broken)
        .map(|(verdict, record)| match verdict {
            Verdict::Illegal(fault) => {
                let (said, right) = fault.told(record);
                format!("{said}; {right}")
            }
            other => panic!("{other:?}"),
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}

/// An overdraft takes what the balance lacks, and a load repays it first.
#[test]
fn balances_with_an_overdraft() {
    let mut card = Card::new(&keys(), ISSUER, 1, Fen::new(100));
    let mut gate = Terminal::new(1);
    let debit = card.debit(&mut gate, RecordKind::Exit, Fen::new(300), at(0));
    assert_eq!(debit.balance_after, Fen::ZERO);
    let mut load =
        UploadRecord { balance_after: Fen::new(1800), ..card.load(&mut gate, Fen::from_yuan(20), at(1)) };
    load.available_before = Fen::new(600);
    keys().sign(&mut load);
    let next = UploadRecord {
        balance_before: Fen::new(1800),
        balance_after: Fen::new(1500),
        ..card.debit(&mut gate, RecordKind::Exit, Fen::new(300), at(2))
    };
    let cleared = clear(&[debit, load, next], &keys());
    assert_eq!((cleared.verdicts, cleared.remarks), (vec![Verdict::Accepted; 3], Vec::new()));
}

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
    exits.push(self::card(2).debit(&mut far, RecordKind::Exit, Fen::new(300), at(9)));
    let missing = clear(&exits, &keys()).missing.terminals;
    assert_eq!(missing[0].missing, [2..=3, 6..=u32::MAX - 1]);
}

#[test]
fn sums() {
    let (mut card, mut gate, mut kiosk) = (card(1), Terminal::new(1), Terminal::new(2));
    let exit = card.debit(&mut gate, RecordKind::Exit, Fen::new(300), at(0));
    let records = [
        exit,
        exit,
        UploadRecord {
            flags: UploadRecord::MAC2_FAILED,
            ..card.debit(&mut gate, RecordKind::Exit, Fen::new(400), at(1))
        },
        card.load(&mut kiosk, Fen::from_yuan(20), at(2)),
        card.lost(&mut gate, RecordKind::Exit, Fen::new(500), at(3), true),
        UploadRecord { kind: 0x77, ..exit },
    ];
    let totals = clear(&records, &keys()).totals;
    let of = |sums: &super::totals::ByReason, reason| (sums.of(reason).records, sums.of(reason).money.fen());
    assert_eq!(of(&totals.all.debits, Reason::Accepted), (2, 700));
    assert_eq!(of(&totals.all.debits, Reason::Duplicate), (1, 300));
    assert_eq!(of(&totals.all.debits, Reason::Grey), (1, 500));
    assert_eq!(of(&totals.all.loads, Reason::Accepted), (1, 2000));
    assert_eq!(totals.all.debits.rejected().records, 3);
    assert_eq!(totals.mac2_failed.money, FenSum::from(Fen::new(400)));
    assert_eq!(totals.greys.map(|sum| sum.records), [0, 0, 1]);
    assert_eq!(
        totals.by_kind.iter().map(|(kind, sums)| (*kind, sums.all().records)).collect::<Vec<_>>(),
        [(Some(RecordKind::Exit), 4), (Some(RecordKind::Load), 1), (None, 1),]
    );
    let terminals: Vec<_> =
        totals.by_terminal.iter().map(|(terminal, sums)| (*terminal, sums.loads.all().records)).collect();
    assert_eq!(terminals, [(gate.number, 0), (kiosk.number, 1)]);
}

/// The codes of `docs/spec/terminal.md` 6.2.
#[test]
fn reasons() {
    let codes: Vec<_> = Reason::ALL.iter().map(|reason| (reason.code(), reason.is_rejection())).collect();
    assert_eq!(
        codes,
        [
            (Some("00"), false),
            (None, false),
            (Some("01"), true),
            (Some("02"), true),
            (Some("03"), true),
            (Some("04"), true)
        ]
    );
    let rejected: Vec<_> = Reason::ALL.into_iter().filter(|reason| reason.is_rejection()).collect();
    assert_eq!(rejected, Reason::REJECTED);
}
