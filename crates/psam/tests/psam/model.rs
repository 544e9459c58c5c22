//! A PSAM's counters beside a model of them, over any history of commands and cuts.
//!
//! After a cut the model does not know which commits were made, so it is a set of candidates: what
//! the PSAM answers has to fit one, and those that it does not fit are dropped.

use crate::bench::{MASTER, PURCHASE, TestPsam, WRONG, contents, entry, mac2, psam};
use proptest::prelude::*;
use std::collections::BTreeMap;
use tunion_apdu::{CommandBuf, Response, Sw, build};
use tunion_data::Fen;
use tunion_data::command::{SamInitAnswer, SamInitRequest};
use tunion_psam::{Chip, Contents, Cut, Damage, SequenceMoves};

#[derive(Clone, Copy, Debug)]
enum Op {
    Select(u16),
    Challenge,
    Init { card: u8, seq: u16, random: u8, amount: u32 },
    Credit { right: bool },
    Reset,
}

/// Which purchase a number was given to: a card, and its offline sequence.
type Buyer = (u8, u16);

#[derive(Clone, Copy, PartialEq, Debug)]
struct Model {
    // What the memory holds.
    next: u32,
    given_to: Option<Buyer>,
    tries: u8,
    // What the power holds.
    purchase_selected: bool,
    open: bool,
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Reply {
    Number(u32),
    Status(Sw),
}

struct Rules {
    moves: SequenceMoves,
    limit: u8,
}

impl Rules {
    /// The reply to `op`, and the model after each commit and at the end; the first is the model as it
    /// was.
    fn step(&self, model: Model, op: Op) -> (Reply, Vec<Model>) {
        let status = |sw, end| (Reply::Status(sw), vec![model, end]);
        match op {
            Op::Select(MASTER) => status(Sw::OK, Model { purchase_selected: false, open: false, ..model }),
            Op::Select(PURCHASE) => status(Sw::OK, Model { purchase_selected: true, open: false, ..model }),
            Op::Select(_) => status(Sw::FILE_NOT_FOUND, Model { open: false, ..model }),
            Op::Challenge => status(Sw::OK, model),
            Op::Reset => status(Sw::OK, reset(model)),
            Op::Init { card, seq, .. } => self.init(Model { open: false, ..model }, (card, seq)),
            Op::Credit { .. } if model.tries == 0 => status(Sw::PERMANENTLY_BLOCKED, model),
            Op::Credit { .. } if !model.open => status(Sw::INVALID_STATE, model),
            Op::Credit { right } => {
                let spent = Model { tries: model.tries - 1, open: false, ..model };
                if !right {
                    return (Reply::Status(Sw::WRONG_MAC), vec![model, spent]);
                }
                let settled = match self.moves {
                    SequenceMoves::AtInit => spent,
                    SequenceMoves::AtCredit => Model { next: spent.next + 1, given_to: None, ..spent },
                };
                let settled = Model { tries: self.limit, ..settled };
                (Reply::Status(Sw::OK), vec![model, spent, settled])
            }
        }
    }

    fn init(&self, model: Model, buyer: Buyer) -> (Reply, Vec<Model>) {
        let status = |sw| (Reply::Status(sw), vec![model]);
        if !model.purchase_selected {
            return status(Sw::CONDITIONS);
        }
        if model.tries == 0 {
            return status(Sw::PERMANENTLY_BLOCKED);
        }
        let number = match model.given_to {
            Some(other) if other != buyer => model.next + 1,
            _ => model.next,
        };
        if number == u32::MAX {
            return status(Sw::COUNTER_AT_MAXIMUM);
        }
        let (next, given_to) = match self.moves {
            SequenceMoves::AtInit => (number + 1, None),
            SequenceMoves::AtCredit => (number, Some(buyer)),
        };
        (Reply::Number(number), vec![model, Model { next, given_to, open: true, ..model }])
    }
}

fn reset(model: Model) -> Model {
    Model { purchase_selected: false, open: false, ..model }
}

fn request(card: u8, seq: u16, random: u8, amount: u32) -> SamInitRequest {
    let mut request = SamInitRequest { seq, random: [random; 4], amount: Fen::new(amount), ..entry() };
    request.asn[7] = card;
    request
}

/// The PSAM and what its terminal remembers.
struct Bench {
    psam: TestPsam,
    candidates: Vec<Model>,
    /// The last purchase that was answered, and its number.
    last: Option<(SamInitRequest, u32)>,
    /// Every number answered so far.
    answered: BTreeMap<u32, Buyer>,
    wrong_in_a_row: u8,
}

impl Bench {
    fn command(&self, op: Op) -> Option<CommandBuf> {
        Some(match op {
            Op::Select(file) => build::select_file(file),
            Op::Challenge => CommandBuf::from_slice(&[0x00, 0x84, 0x00, 0x00, 0x04]).unwrap(),
            Op::Init { card, seq, random, amount } => build::init_sam(&request(card, seq, random, amount)),
            Op::Credit { right: true } => {
                build::credit_sam(self.last.map_or(WRONG, |(request, number)| mac2(&request, number)))
            }
            Op::Credit { right: false } => build::credit_sam(WRONG),
            Op::Reset => return None,
        })
    }

    /// The reply, or `None` when the power went.
    fn play(&mut self, op: Op, cut: Option<Cut>) -> Option<Reply> {
        let Some(command) = self.command(op) else {
            self.psam.power_off();
            self.psam.power_on().unwrap();
            return Some(Reply::Status(Sw::OK));
        };
        self.psam.set_cut(cut);
        let mut response = Response::new();
        let outcome = self.psam.process(&command, &mut response);
        self.psam.set_cut(None);
        if outcome.is_err() {
            self.psam.power_on().unwrap();
            return None;
        }
        match op {
            Op::Init { card, seq, random, amount } if response.sw().is_ok() => {
                let answer = SamInitAnswer::try_from(response.data()).unwrap();
                self.last = Some((request(card, seq, random, amount), answer.terminal_seq));
                Some(Reply::Number(answer.terminal_seq))
            }
            _ => Some(Reply::Status(response.sw())),
        }
    }

    /// The candidates that could have replied so.
    fn narrow(&mut self, rules: &Rules, op: Op, reply: Option<Reply>) {
        let mut left: Vec<Model> = vec![];
        for (expected, states) in self.candidates.iter().map(|model| rules.step(*model, op)) {
            let now = match reply {
                Some(reply) if reply == expected => states[states.len() - 1..].to_vec(),
                Some(_) => vec![],
                None => states.into_iter().map(reset).collect(),
            };
            for model in now {
                if !left.contains(&model) {
                    left.push(model);
                }
            }
        }
        self.candidates = left;
    }

    /// What has to hold whatever the model says.
    fn check(&mut self, rules: &Rules, op: Op, reply: Option<Reply>) -> Result<(), TestCaseError> {
        if let (Op::Init { card, seq, .. }, Some(Reply::Number(number))) = (op, reply) {
            let highest = self.answered.last_key_value().map(|(highest, _)| *highest);
            prop_assert!(highest <= Some(number), "the counter went back");
            let before = self.answered.insert(number, (card, seq));
            prop_assert!(before.is_none_or(|buyer| buyer == (card, seq)), "{} went to two purchases", number);
            prop_assert!(before.is_none() || rules.moves == SequenceMoves::AtCredit);
        }
        match reply {
            Some(Reply::Status(Sw::WRONG_MAC)) => self.wrong_in_a_row += 1,
            Some(Reply::Status(Sw::OK)) if matches!(op, Op::Credit { .. }) => self.wrong_in_a_row = 0,
            // The answer may have been lost after the tries were given back.
            None if matches!(op, Op::Credit { right: true }) => self.wrong_in_a_row = 0,
            _ => {}
        }
        prop_assert!(self.wrong_in_a_row <= rules.limit, "a free try");
        Ok(())
    }
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        1 => prop::sample::select(vec![MASTER, 0x1001]).prop_map(Op::Select),
        4 => Just(Op::Select(PURCHASE)),
        1 => Just(Op::Challenge),
        8 => (0u8..3, 0u16..3, 0u8..2, 0u32..500).prop_map(
            |(card, seq, random, amount)| Op::Init { card, seq, random, amount }
        ),
        6 => prop::bool::weighted(0.7).prop_map(|right| Op::Credit { right }),
        1 => Just(Op::Reset),
    ]
}

fn cut() -> impl Strategy<Value = Option<Cut>> {
    let damage = prop::option::of(any::<u64>()).prop_map(|seed| seed.map_or(Damage::Prefix, Damage::Noise));
    prop::option::weighted(0.3, (0u32..600, damage).prop_map(|(after, damage)| Cut { after, damage }))
}

proptest! {
    #[test]
    fn any_history_fits_the_model(
        sequence in prop_oneof![Just(0u32), Just(0xFFFE), 0xFFFF_FFF0u32..=u32::MAX],
        at_init: bool,
        limit in 1u8..5,
        history in prop::collection::vec((op(), cut()), 1..80),
    ) {
        let moves = if at_init { SequenceMoves::AtInit } else { SequenceMoves::AtCredit };
        let rules = Rules { moves, limit };
        let start = Model { next: sequence, given_to: None, tries: limit, purchase_selected: false, open: false };
        let mut bench = Bench {
            psam: psam(Contents { sequence, sequence_moves: moves, mac_failure_limit: limit, ..contents() }),
            candidates: vec![start],
            last: None,
            answered: BTreeMap::new(),
            wrong_in_a_row: 0,
        };
        for (op, cut) in history {
            let before = bench.candidates.clone();
            let reply = bench.play(op, cut);
            bench.narrow(&rules, op, reply);
            prop_assert!(!bench.candidates.is_empty(), "{:?} replied {:?} in {:?}", op, reply, before);
            bench.check(&rules, op, reply)?;
        }
    }
}
