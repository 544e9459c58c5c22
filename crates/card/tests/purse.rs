//! The purse: its limits to the fen, its counters, its log and its proofs (`docs/spec/card.md` 2.4, 6, 8.5).
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use hex_literal::hex;
use support::host::{Host, bytes, rich, spoiled};
use support::second::{folded, mac, online_key, triple};
use support::{DLK, DPK, DTK, DUK, DULK, fen24, init};
use tunion_apdu::build;
use tunion_card::profile::Prove;
use tunion_card::{Contents, LogEntry, PurseContents};
use tunion_data::Fen;
use tunion_data::command::Transaction as T;
use tunion_data::file::LogRecord;

/// A purse of the laboratory: A its ceiling, B the actual balance, C the overdraft limit, D what of it is
/// used (`docs/spec/terminal.md` 8.5).
struct Limits {
    profile: &'static str,
    a: u32,
    b: u32,
    c: u32,
    d: u32,
}

const LABORATORY: [Limits; 6] = [
    Limits { profile: "101", a: 0xFF_FFFF, b: 0xFF_FFFF, c: 0, d: 0 },
    Limits { profile: "102", a: 0xFF_FFFF, b: 0, c: 0, d: 0 },
    Limits { profile: "103", a: 0xFF_FF88, b: 0xFF_FF00, c: 0x77, d: 0 },
    Limits { profile: "104", a: 0x8F_FFFF, b: 0x00_FFFF, c: 0x70_0000, d: 0 },
    Limits { profile: "105", a: 0xFF_FF00, b: 0x07_FF01, c: 0xFF, d: 0 },
    Limits { profile: "106", a: 0xFF_F8FF, b: 0x00_0FFF, c: 0x700, d: 0 },
];

fn purse(limits: &Limits) -> Host {
    let mut contents = rich();
    contents.image.purse = PurseContents {
        balance: fen24(limits.b),
        ceiling: fen24(limits.a),
        overdraft_limit: fen24(limits.c),
        overdraft_used: fen24(limits.d),
        ..PurseContents::default()
    };
    Host::of(&contents)
}

/// Actual balance, ceiling, overdraft limit, overdraft used, by GET BALANCE P1 = 05; the other P1 agree.
fn balances(host: &mut Host) -> [u32; 4] {
    let mut asked = |p1| -> Vec<u32> {
        let answer = host.ok(&[0x80, 0x5C, p1, 0x02, 0x00]);
        answer.chunks(4).map(|word| u32::from_be_bytes(word.try_into().unwrap())).collect()
    };
    let all = asked(0x05);
    let [actual, ceiling, limit, used] = all[..] else { panic!("{all:?}") };
    assert_eq!([asked(0x03), asked(0x04), asked(0x01), asked(0x02)].concat(), all);
    assert_eq!(asked(0x00), [actual + limit - used]);
    [actual, ceiling, limit, used]
}

/// Purchases of either kind to the last fen of the overdraft; not a fen more.
#[test]
fn a_purse_is_spent_to_the_last_fen_of_its_overdraft() {
    for limits in &LABORATORY {
        let Limits { profile, a, b, c, d } = *limits;
        for kind in [T::Purchase, T::Capp] {
            let available = b + c - d;
            let mut host = purse(limits);
            assert_eq!(balances(&mut host), [b, a, c, d], "{profile}");
            assert_eq!(host.sw(&init(kind, available + 1)), 0x9401, "{profile}");
            assert_eq!(host.sw(&init(kind, u32::MAX)), 0x9401, "{profile}");
            // In two parts: first the actual balance alone, then the overdraft alone.
            host.transact(kind, b);
            assert_eq!(balances(&mut host), [0, a, c, d], "{profile}");
            host.transact(kind, c - d);
            assert_eq!(balances(&mut host), [0, a, c, c], "{profile}");
            assert_eq!(host.sw(&init(kind, 1)), 0x9401, "{profile}");
            host.transact(kind, 0);
            // And in one.
            let mut host = purse(limits);
            host.transact(kind, available);
            assert_eq!(balances(&mut host), [0, a, c, c], "{profile}");
        }
    }
}

/// A load pays the overdraft back first, then fills the purse to its ceiling; not a fen more.
#[test]
fn a_load_repays_the_overdraft_and_ends_at_the_ceiling() {
    for limits in &LABORATORY {
        let Limits { profile, a, b, c, .. } = *limits;
        let mut host = purse(limits);
        assert_eq!(host.sw(&init(T::Load, a - b + 1)), 0x6985, "{profile}");
        host.transact(T::Load, a - b);
        assert_eq!(balances(&mut host), [a, a, c, 0], "{profile}");
        assert_eq!(host.sw(&init(T::Load, 1)), 0x6985, "{profile}");
        // From the depth of the overdraft.
        host.transact(T::Purchase, a + c);
        assert_eq!(balances(&mut host), [0, a, c, c], "{profile}");
        assert_eq!(host.sw(&init(T::Load, a + c + 1)), 0x6985, "{profile}");
        assert_eq!(host.sw(&init(T::Load, u32::MAX)), 0x6985, "{profile}");
        if let Some(part) = c.checked_sub(1) {
            host.transact(T::Load, part);
            assert_eq!(balances(&mut host), [0, a, c, 1], "{profile}");
            host.transact(T::Load, 2);
            assert_eq!(balances(&mut host), [1, a, c, 0], "{profile}");
            host.transact(T::Load, a - 1);
        } else {
            host.transact(T::Load, a);
        }
        assert_eq!(balances(&mut host), [a, a, c, 0], "{profile}");
    }
}

/// An unload takes what is there and none of the overdraft.
#[test]
fn an_unload_leaves_the_overdraft() {
    for limits in &LABORATORY {
        let Limits { profile, a, b, c, d } = *limits;
        let mut host = purse(limits);
        assert_eq!(host.sw(&init(T::Unload, b + 1)), 0x9401, "{profile}");
        host.transact(T::Unload, b);
        assert_eq!(balances(&mut host), [0, a, c, d], "{profile}");
        assert_eq!(host.sw(&init(T::Unload, 1)), 0x9401, "{profile}");
        host.transact(T::Unload, 0);
    }
}

/// The limit goes up to what 24 bits leave beside the ceiling, and down to what is used.
#[test]
fn a_limit_goes_as_far_as_24_bits_and_as_what_is_used() {
    for limits in &LABORATORY {
        let Limits { profile, a, b, c, .. } = *limits;
        let room = 0xFF_FFFF - a;
        let mut host = purse(limits);
        if room < 0xFF_FFFF {
            host.open(T::LimitUpdate, room + 1);
            let end = host.end();
            assert_eq!(host.sw(&end), 0x6985, "{profile}");
            assert_eq!(host.sw(&end), 0x6901, "{profile}: it ended");
        }
        host.transact(T::LimitUpdate, room);
        assert_eq!(balances(&mut host), [b, a, room, 0], "{profile}");
        // Overdrawn by all but one.
        let used = room.saturating_sub(1);
        host.transact(T::Purchase, b + used);
        if let Some(less) = used.checked_sub(1) {
            host.open(T::LimitUpdate, less);
            let end = host.end();
            assert_eq!(host.sw(&end), 0x6985, "{profile}");
        }
        host.transact(T::LimitUpdate, used);
        assert_eq!(balances(&mut host), [0, a, used, used], "{profile}");
        assert_eq!(host.sw(&init(T::Purchase, 1)), 0x9401, "{profile}");
        host.transact(T::Load, used);
        host.transact(T::LimitUpdate, c);
        host.transact(T::LimitUpdate, 0);
        assert_eq!(balances(&mut host), [0, a, 0, 0], "{profile}");
    }
}

const TERM: [u8; 6] = hex!("100000000001");
const WHEN: [u8; 7] = hex!("20240102030405");
const RANDOM: [u8; 4] = hex!("11223344");

/// INITIALIZE FOR UPDATE and UPDATE OVERDRAW LIMIT, every byte; their MACs and TAC reckoned here from single
/// DES blocks.
#[test]
fn a_limit_update_up_and_down_byte_by_byte() {
    let mut host = Host::of(&rich());
    // Actual 100.00, limit 10.00; to 50.00, then down to 2.00.
    let steps: [(u16, [u8; 3], [u8; 3]); 2] =
        [(7, hex!("0003E8"), hex!("001388")), (8, hex!("001388"), hex!("0000C8"))];
    for (seq, old, new) in steps {
        let number = |limit: [u8; 3]| u32::from_be_bytes([0, limit[0], limit[1], limit[2]]);
        let before = (10_000 + number(old)).to_be_bytes();
        let after = (10_000 + number(new)).to_be_bytes();
        let key = online_key(DUK, RANDOM, seq);
        let mac1 = mac(key, &[&before[..], &old, &[0x07], &TERM].concat());
        let expected = [&before[..], &seq.to_be_bytes(), &old, &[0x01, 0x00], &RANDOM, &mac1].concat();
        assert_eq!(host.ok(&bytes(&[&hex!("8050040107 01"), &TERM, &[0x13]])), expected);
        let mac2 = mac(key, &[&new[..], &[0x07], &TERM, &WHEN].concat());
        let tac = mac(folded(DTK), &[&after[..], &seq.to_be_bytes(), &new, &[0x07], &TERM, &WHEN].concat());
        assert_eq!(host.ok(&bytes(&[&hex!("805800000E"), &new, &WHEN, &mac2, &[0x04]])), tac);
        assert_eq!(balances(&mut host)[..3], [10_000, 500_000, number(new)]);
        // The log has the new limit and no amount, the proof MAC2 and TAC.
        let record = [&(seq + 1).to_be_bytes()[..], &new, &[0; 4], &[0x07], &TERM, &WHEN].concat();
        assert_eq!(host.ok(&hex!("00B201C417")), record);
        assert_eq!(host.ok(&build::prove(T::LimitUpdate, seq + 1)), [mac2, tac].concat());
    }
}

/// The same of load and unload.
#[test]
fn a_load_and_an_unload_byte_by_byte() {
    let amount = hex!("000001F4");
    for (kind, p1, end, key) in
        [(T::Load, 0x00, hex!("805200000B"), DLK), (T::Unload, 0x05, hex!("805403000B"), DULK)]
    {
        let mut host = Host::of(&rich());
        let seq: u16 = 7;
        let old = 11_000_u32.to_be_bytes();
        let new = if kind == T::Load { 11_500_u32 } else { 10_500 }.to_be_bytes();
        let key = online_key(key, RANDOM, seq);
        let mac1 = mac(key, &[&old[..], &amount, &[kind as u8], &TERM].concat());
        let expected = [&old[..], &seq.to_be_bytes(), &[0x01, 0x00], &RANDOM, &mac1].concat();
        assert_eq!(
            host.ok(&bytes(&[&[0x80, 0x50, p1, 0x02, 0x0B, 0x01], &amount, &TERM, &[0x10]])),
            expected
        );
        let mac2 = mac(key, &[&amount[..], &[kind as u8], &TERM, &WHEN].concat());
        let input = [&new[..], &seq.to_be_bytes(), &amount, &[kind as u8], &TERM, &WHEN].concat();
        let tac = if kind == T::Load { mac(folded(DTK), &input) } else { mac(key, &input) };
        assert_eq!(host.ok(&bytes(&[&end, &WHEN, &mac2, &[0x04]])), tac, "{kind:?}");
        let record = [&hex!("0008 0003E8")[..], &amount, &[kind as u8], &TERM, &WHEN].concat();
        assert_eq!(host.ok(&hex!("00B201C417")), record, "{kind:?}");
        assert_eq!(host.ok(&build::prove(kind, seq + 1)), [mac2, tac].concat(), "{kind:?}");
    }
}

/// The same of both purchases, which are answered by the overdraft limit and end with it.
#[test]
fn a_purchase_byte_by_byte() {
    // 5.00 yuan more than the actual balance.
    let amount = 10_500_u32.to_be_bytes();
    for (kind, p1) in [(T::Purchase, 0x01), (T::Capp, 0x03)] {
        let mut host = Host::of(&rich());
        let answer = host.ok(&bytes(&[&[0x80, 0x50, p1, 0x02, 0x0B, 0x01], &amount, &TERM, &[0x0F]]));
        assert_eq!(answer, hex!("00002AF8 0005 0003E8 01 00 11223344"), "{kind:?}");
        let terminal_seq = hex!("0A0B0C0D");
        let key = triple(DPK, hex!("11223344 0005 0C0D"));
        let mac1 = mac(key, &[&amount[..], &[kind as u8], &TERM, &WHEN].concat());
        let tac = mac(folded(DTK), &[&amount[..], &[kind as u8], &TERM, &terminal_seq, &WHEN].concat());
        let mac2 = mac(key, &amount);
        let debit = bytes(&[&hex!("805401000F"), &terminal_seq, &WHEN, &mac1, &[0x08]]);
        assert_eq!(host.ok(&debit), [tac, mac2].concat(), "{kind:?}");
        assert_eq!(balances(&mut host), [0, 500_000, 1_000, 500], "{kind:?}");
        assert_eq!(host.ok(&build::prove(kind, 6)), [mac2, tac].concat(), "{kind:?}");
    }
}

/// The last transaction is that of sequence FFFE; INITIALIZE answers 9402 from then on.
#[test]
fn sequences_end_at_ffff_and_do_not_wrap() {
    for kind in T::ALL {
        let offline = matches!(kind, T::Purchase | T::Capp);
        let mut contents = rich();
        let purse = &mut contents.image.purse;
        *(if offline { &mut purse.offline_seq } else { &mut purse.online_seq }) = 0xFFFE;
        let mut host = Host::of(&contents);
        let answer = host.open(kind, 100);
        assert_eq!(answer[4..6], [0xFF, 0xFE], "{kind:?}");
        let end = host.end();
        host.ok(&end);
        host.ok(&build::prove(kind, 0xFFFF));
        assert_eq!(host.ok(&hex!("00B201C417"))[..2], [0xFF, 0xFF], "{kind:?}");
        let before = host.card.image();
        for other in T::ALL {
            let same = matches!(other, T::Purchase | T::Capp) == offline;
            assert_eq!(host.sw(&init(other, 100)), if same { 0x9402 } else { 0x9000 }, "{kind:?}, {other:?}");
        }
        assert_eq!(host.card.image(), before);
    }
}

/// EF 18 of each type: the sequence after, the limit that holds then, amount, type, terminal, date, time.
#[test]
fn every_type_is_logged_the_newest_first() {
    let mut host = Host::of(&rich());
    host.transact(T::Load, 100);
    host.transact(T::Unload, 200);
    host.transact(T::Purchase, 300);
    host.transact(T::LimitUpdate, 400);
    host.transact(T::Capp, 0);
    let expected: [&[u8]; 6] = [
        &hex!("0007 000190 00000000 09 100000000001 20240102 030405"),
        &hex!("000A 000190 00000000 07 100000000001 20240102 030405"),
        &hex!("0006 0003E8 0000012C 06 100000000001 20240102 030405"),
        &hex!("0009 0003E8 000000C8 03 100000000001 20240102 030405"),
        &hex!("0008 0003E8 00000064 02 100000000001 20240102 030405"),
        &[0; 23],
    ];
    for (number, record) in (1..).zip(expected) {
        assert_eq!(host.ok(&[0x00, 0xB2, number, 0xC4, 0x17]), record, "{number}");
    }
}

/// What comes to nothing is not logged and moves no sequence.
#[test]
fn a_wrong_mac_leaves_everything_as_it_was() {
    for kind in T::ALL {
        let mut host = Host::of(&rich());
        let before = host.card.image();
        let answer = host.open(kind, 100);
        let end = host.end();
        assert_eq!(host.sw(&spoiled(end.clone())), 0x9302, "{kind:?}");
        assert_eq!(host.sw(&end), 0x6901, "{kind:?}: it ended");
        assert_eq!(host.card.image(), before, "{kind:?}");
        assert_eq!(host.open(kind, 100), answer, "{kind:?}");
    }
}

fn remembering(depth: u8, while_open: bool) -> Host {
    let mut contents = rich();
    contents.profile.prove = Prove { depth, while_open };
    Host::of(&contents)
}

/// Ten transactions and one more, two of each type and a third composite purchase; the oldest first, each
/// with the sequence after it.
fn history(host: &mut Host) -> Vec<(T, u16)> {
    let (mut offline, mut online) = (5, 7);
    let kinds = T::ALL.into_iter().chain(T::ALL).chain([T::Capp]);
    kinds
        .map(|kind| {
            host.transact(kind, 100);
            let seq = if matches!(kind, T::Purchase | T::Capp) { &mut offline } else { &mut online };
            *seq += 1;
            (kind, *seq)
        })
        .collect()
}

/// Depth 0 is the card's last transaction, 1 the last of each type, n those and the n newest.
#[test]
fn how_far_back_proofs_reach() {
    for depth in 0..=10 {
        let mut host = remembering(depth, true);
        let mut done = history(&mut host);
        done.reverse();
        // Power takes none away.
        host.again();
        for (age, (kind, seq)) in done.iter().enumerate() {
            let newer = &done[..age];
            let kept = match depth {
                0 => age == 0,
                _ => !newer.iter().any(|(other, _)| other == kind) || age < usize::from(depth) && depth > 1,
            };
            let sw = host.sw(&build::prove(*kind, *seq));
            assert_eq!(
                sw,
                if kept { 0x9000 } else { 0x9406 },
                "depth {depth}: {kind:?} {seq:04X}, {age} ago"
            );
            // A proof is of its type and its sequence.
            assert_eq!(host.sw(&build::prove(*kind, 0x1234)), 0x9406);
        }
        assert_eq!(host.sw(&build::prove(T::Load, 7)), 0x9406, "a purchase's sequence");
        assert_eq!(host.sw(&build::prove(T::Capp, 6)), 0x9406, "a single purchase's sequence");
    }
}

/// Each proof, from wherever it comes, is the answer that the transaction gave.
#[test]
fn a_proof_is_what_was_answered() {
    let mut host = remembering(10, true);
    let mut answered = Vec::new();
    let (mut offline, mut online) = (5, 7);
    for (kind, amount) in T::ALL.into_iter().zip(1..).chain(T::ALL.into_iter().zip(101..)) {
        host.open(kind, amount);
        let end = host.end();
        let answer = host.ok(&end);
        let purchase = matches!(kind, T::Purchase | T::Capp);
        let seq = if purchase { &mut offline } else { &mut online };
        *seq += 1;
        // A purchase answers TAC and MAC2; the others have the host's MAC2, last in the command.
        let data = 5 + usize::from(end[4]);
        let proof = if purchase {
            [&answer[4..], &answer[..4]].concat()
        } else {
            [&end[data - 4..data], &answer].concat()
        };
        answered.push((kind, *seq, proof));
    }
    for (kind, seq, proof) in answered {
        assert_eq!(host.ok(&build::prove(kind, seq)), proof, "{kind:?} {seq:04X}");
    }
}

/// A later INITIALIZE takes no proof away, and where the card says so it has to be asked before.
#[test]
fn proofs_while_a_transaction_is_open() {
    for while_open in [true, false] {
        let mut host = remembering(1, while_open);
        host.transact(T::Capp, 100);
        host.ok(&build::prove(T::Capp, 6));
        for kind in T::ALL {
            host.open(kind, 100);
            let sw = host.sw(&build::prove(T::Capp, 6));
            assert_eq!(sw, if while_open { 0x9000 } else { 0x9406 }, "{kind:?}");
            // It goes on.
            let end = host.end();
            assert_ne!(host.clone().sw(&end), 0x6901, "{kind:?}");
        }
        host.again();
        host.ok(&build::prove(T::Capp, 6));
    }
}

/// A log that was personalised without proofs has none to give, however deep PROVE reaches.
#[test]
fn a_log_record_without_a_proof_proves_nothing() {
    let mut contents: Contents = rich();
    contents.profile.prove = Prove { depth: 10, while_open: true };
    let record =
        LogRecord { seq: 6, amount: Fen::new(100), transaction: T::Capp as u8, ..LogRecord::default() };
    contents.image.log.push(LogEntry { record, ..LogEntry::default() }).unwrap();
    let mut host = Host::of(&contents);
    assert_eq!(host.ok(&hex!("00B201C417"))[..2], [0x00, 0x06]);
    assert_eq!(host.sw(&build::prove(T::Capp, 6)), 0x9406);
}
