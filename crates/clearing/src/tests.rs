//! A batch at a time: what is found, and that nothing else is.

mod chain;
mod grey;
mod planted;
mod twice;

use tunion_crypto::Key16;
use tunion_data::civil::{DateTime, date};
use tunion_data::upload::{RecordKind, UploadRecord};
use tunion_data::{Fen, FenSum, IssuerId, Pan, TerminalId};

use super::sample::{Card, ISSUER, Keys, Terminal, rides};
use super::{Clearing, Fault, Number, Place, Reason, Verdict, clear};

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
