//! Money is conserved through any history of torn loads, lost and repeated messages.

use std::collections::BTreeSet;

use proptest::prelude::*;
use tunion_apdu::Response;
use tunion_card::{Chip, Cut, Damage};
use tunion_data::command::CreditAnswer;
use tunion_data::host::{LoadApproval, LoadRefusal, LoadRequest};

use crate::bench::{Bench, credit};

/// What a terminal, a careless network or a nervous passenger does next. Indexes count from the
/// newest; what lies behind the oldest is nothing.
#[derive(Clone, Debug)]
enum Op {
    Init { yuan: u32, key: u8 },
    Send { back: usize },
    Credit { back: usize, cut: Option<u32> },
    Confirm { back: usize },
    Prove,
    Pull,
    Forge,
}

fn op() -> impl Strategy<Value = Op> {
    let back = || prop_oneof![3 => Just(0usize), 1 => 0usize..4];
    prop_oneof![
        4 => (prop::sample::select(vec![10, 20, 50, 100, 400]), 1u8..=2).prop_map(|(yuan, key)| Op::Init { yuan, key }),
        5 => back().prop_map(|back| Op::Send { back }),
        4 => (back(), prop::option::weighted(0.3, 0u32..700)).prop_map(|(back, cut)| Op::Credit { back, cut }),
        2 => back().prop_map(|back| Op::Confirm { back }),
        1 => Just(Op::Prove),
        1 => Just(Op::Pull),
        1 => Just(Op::Forge),
    ]
}

/// Everything that ever was on the wire.
#[derive(Default)]
struct Wire {
    requests: Vec<LoadRequest>,
    approvals: Vec<(u16, LoadApproval)>,
    tacs: Vec<(u16, [u8; 4])>,
}

fn newest<T: Copy>(sent: &[T], back: usize) -> Option<T> {
    sent.iter().rev().nth(back).copied()
}

fn play(bench: &mut Bench, wire: &mut Wire, op: &Op) {
    match *op {
        Op::Init { yuan, key } => wire.requests.push(bench.init(yuan, key)),
        Op::Send { back } => {
            let Some(request) = newest(&wire.requests, back) else { return };
            if let Ok(approval) = bench.load(request) {
                wire.approvals.push((request.init.seq, approval));
            }
        }
        Op::Credit { back, cut } => {
            let Some((seq, approval)) = newest(&wire.approvals, back) else { return };
            bench.card.set_cut(cut.map(|after| Cut { after, damage: Damage::Noise(9) }));
            let mut response = Response::new();
            let outcome = bench.card.process(&credit(approval), &mut response);
            bench.card.set_cut(None);
            match outcome {
                Ok(()) if response.sw().is_ok() => {
                    wire.tacs.push((seq, CreditAnswer::try_from(response.data()).unwrap().tac));
                }
                Ok(()) => {}
                Err(_) => bench.select(),
            }
        }
        Op::Confirm { back } => {
            let Some((seq, tac)) = newest(&wire.tacs, back) else { return };
            bench.confirm(seq, tac).unwrap();
        }
        Op::Prove => {
            let seq = bench.account().online_seq;
            if let Ok(proof) = bench.proof(seq) {
                bench.prove(seq, proof).unwrap();
            }
        }
        Op::Pull => bench.select(),
        Op::Forge => {
            let seq = bench.account().online_seq;
            bench.confirm(seq, *b"fake").unwrap_err();
        }
    }
}

/// The last terminal settles what is open.
fn settle(bench: &mut Bench) {
    bench.select();
    let request = bench.init(10, 1);
    if let Err(LoadRefusal::ProofNeeded { seq }) = bench.load(request) {
        let proof = bench.proof(seq).unwrap();
        bench.prove(seq, proof).unwrap();
    }
}

proptest! {
    #[test]
    fn what_is_on_the_card_is_what_is_booked(history in prop::collection::vec(op(), 1..60)) {
        let (mut bench, mut wire) = (Bench::new(), Wire::default());
        for op in history {
            play(&mut bench, &mut wire, &op);
            let account = bench.account();
            prop_assert!(account.loaded() <= bench.balance(), "booked before it was on the card");
            let seqs: BTreeSet<u16> = account.booked.iter().map(|b| b.load.request.init.seq).collect();
            prop_assert_eq!(seqs.len(), account.booked.len(), "a sequence was booked twice");
            prop_assert!(account.open.iter().all(|open| open.request.init.seq == account.online_seq));
        }
        settle(&mut bench);
        prop_assert_eq!(bench.account().loaded(), bench.balance());
    }
}
