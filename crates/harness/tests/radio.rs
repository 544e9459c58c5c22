//! A rail exit over the air: the card answers as without it, time is what the formulae say, and whatever the frames
//! meet, no card is charged twice.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use proptest::prelude::*;
use std::sync::LazyLock;
use tunion_apdu::Response;
use tunion_card::{Card, Chip, Work};
use tunion_data::Fen;
use tunion_files::keys;
use tunion_harness::link::{Link, Lost};
use tunion_harness::radio::{Fate, Medium, Passing, Radio};
use tunion_harness::random::{Stream, stream};
use tunion_link::time::{FRAME_DELAY, frame, preamble};
use tunion_link::{Ats, CardSettings, Failure, Rate, ReaderSettings, Ticks, Uid};

/// What a gate sends at an exit, but for the MACs, which a card of its own is asked for (`docs/spec/terminal.md` 1.1).
const READS: [&[u8]; 6] = [
    &[0x00, 0xA4, 0x04, 0x00, 0x08, 0xA0, 0x00, 0x00, 0x06, 0x32, 0x01, 0x01, 0x05, 0x00],
    &[0x00, 0xB0, 0x95, 0x00, 0x1E],
    &[0x00, 0xB0, 0x97, 0x00, 0x3C],
    &[0x00, 0xB2, 0x01, 0xD4, 0x80],
    &[0x80, 0x5C, 0x03, 0x02, 0x04],
    &[0x00, 0xB2, 0x01, 0xC4, 0x17],
];

static CARD: LazyLock<Card<Stream>> = LazyLock::new(|| {
    let file =
        tunion_files::card::load(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/cards/ordinary.toml"));
    let mut file = file.unwrap();
    file.image.purse.balance = tunion_data::Fen24::new(Fen::from_yuan(50)).unwrap();
    let contents = file.contents(&keys::lab().unwrap().roots);
    let mut card = Card::new(&contents, stream(1, "card", 0)).unwrap();
    card.power_on().unwrap();
    card
});

fn reader(rate: Rate) -> ReaderSettings {
    ReaderSettings { fastest: rate, ..ReaderSettings::default() }
}

fn settings(fsci: u8, fwi: u8) -> CardSettings {
    let ats = Ats { fsci, fwi, fastest: Rate::R848, ..Ats::default() };
    CardSettings { ats: Some(ats), ..CardSettings::default() }
}

/// Writes down every frame.
#[derive(Default, Debug)]
struct Tape(Vec<(bool, usize, Ticks, Ticks, Rate)>);

impl Medium for Tape {
    fn passed(&mut self, passing: &Passing<'_>, _: Fate) {
        let Passing { to_card, frame, from, to, rate, .. } = *passing;
        if frame.is_whole() {
            assert_eq!(
                to - from,
                tunion_link::time::frame(rate, frame.bytes().len())
                    + if to_card { Ticks::ZERO } else { preamble(rate) }
            );
        }
        self.0.push((to_card, frame.bytes().len(), from, to, rate));
    }
}

#[test]
fn the_card_answers_as_without_the_air() {
    for rate in Rate::ALL {
        for fsci in 0..=8 {
            let (mut bare, mut card) = (CARD.clone(), CARD.clone());
            let mut radio = Radio::new(&mut card, Tape::default(), reader(rate), settings(fsci, 8));
            radio.activate().unwrap();
            let (mut plain, mut aired) = (Response::new(), Response::new());
            for command in READS {
                bare.process(command, &mut plain).unwrap();
                radio.transmit(command, &mut aired).unwrap();
                assert_eq!(plain.bytes(), aired.bytes());
            }
            radio.deselect().unwrap();
            // Frames do not overlap, and each begins a frame delay after the other at least.
            let frames = &radio.medium().0;
            assert!(frames.windows(2).all(|pair| pair[1].2 >= pair[0].3 + FRAME_DELAY));
            assert_eq!(frames.last().unwrap().4, rate);
        }
    }
}

/// One exchange in one block is two frames and two delays, whatever the sizes.
#[test]
fn an_exchange_takes_what_the_formula_says() {
    for rate in Rate::ALL {
        let mut card = CARD.clone();
        let mut radio = Radio::new(&mut card, (), reader(rate), settings(8, 8));
        radio.activate().unwrap();
        let mut response = Response::new();
        for command in READS {
            let before = radio.now();
            radio.transmit(command, &mut response).unwrap();
            let formula = FRAME_DELAY
                + frame(rate, command.len() + 3)
                + FRAME_DELAY
                + preamble(rate)
                + frame(rate, response.bytes().len() + 3);
            assert_eq!(radio.now() - before, formula);
        }
    }
}

#[test]
fn a_slow_card_asks_for_time() {
    struct Slow(Vec<Ticks>);
    impl Medium for Slow {
        fn price(&mut self, _: &Work) -> Ticks {
            Ticks::from_micros(30_000)
        }
        fn passed(&mut self, passing: &Passing<'_>, _: Fate) {
            if passing.frame.bytes().first() == Some(&0xF2) && !passing.to_card {
                self.0.push(passing.from);
            }
        }
    }
    let mut card = CARD.clone();
    // FWI 4: 4.8 ms.
    let mut radio = Radio::new(&mut card, Slow(Vec::new()), reader(Rate::R106), settings(8, 4));
    radio.activate().unwrap();
    let mut response = Response::new();
    let before = radio.now();
    radio.transmit(READS[0], &mut response).unwrap();
    let took = radio.now() - before;
    assert!((30_000..38_000).contains(&took.micros()), "{took:?}");
    assert_eq!(radio.medium().0.len(), 6, "{:?}", radio.medium().0);
}

#[test]
fn several_cards_are_told_apart() {
    let other = |uid| CardSettings { uid, ..settings(8, 8) };
    for uid in [Uid::single([9, 9, 9, 9]), Uid::double([0x04, 0x31, 0x05, 0x17, 0, 0, 2])] {
        let mut card = CARD.clone();
        let mut radio = Radio::new(&mut card, (), reader(Rate::R106), settings(8, 8));
        radio.add(other(uid));
        assert_eq!(radio.activate(), Err(Failure::SeveralCards));
    }
    // One that takes any finds one: the one that has a one in the first bit in which they differ.
    let mut card = CARD.clone();
    let taking = ReaderSettings { refuse_several: false, ..reader(Rate::R106) };
    let mut radio = Radio::new(&mut card, (), taking, settings(8, 8));
    radio.add(other(Uid::double([0x04, 0x31, 0x05, 0x17, 0, 0, 2])));
    radio.activate().unwrap();
    let air = radio.air().unwrap();
    assert!(air.several);
    assert_eq!(air.uid, [0x04, 0x31, 0x05, 0x17, 0, 0, 1]);
    radio.transmit(READS[0], &mut Response::new()).unwrap();
}

#[test]
fn a_card_that_does_not_speak_part_4() {
    let mut card = CARD.clone();
    let mute = CardSettings { ats: None, ..CardSettings::default() };
    assert_eq!(Radio::new(&mut card, (), reader(Rate::R106), mute).activate(), Err(Failure::NotPart4));
}

/// Does one thing to one frame, or to none; the card works a millisecond on each command and a page takes one too.
#[derive(Clone, Copy, Default, Debug)]
struct Once {
    at: u32,
    fate: Fate,
    leaves: Option<Ticks>,
    delay: Option<Ticks>,
}

const PAGE_WRITE: Ticks = Ticks::from_micros(1_000);

impl Medium for Once {
    fn fate(&mut self, passing: &Passing<'_>) -> Fate {
        if passing.number == self.at { self.fate } else { Fate::Whole }
    }
    fn price(&mut self, work: &Work) -> Ticks {
        Ticks::from_micros(1_000) + PAGE_WRITE * u64::from(work.page_writes)
    }
    fn page_write(&self) -> Ticks {
        PAGE_WRITE
    }
    fn delay(&mut self) -> Option<Ticks> {
        self.delay.take()
    }
    fn leaves(&self) -> Option<Ticks> {
        self.leaves
    }
}

/// SELECT, then INITIALIZE, whose answer is as long as a random number and more.
fn tries(medium: Once) -> (Result<Vec<u8>, Lost>, Card<Stream>, Ticks) {
    let mut card = CARD.clone();
    let (outcome, now) = {
        let mut radio = Radio::new(&mut card, medium, reader(Rate::R106), settings(8, 8));
        let mut response = Response::new();
        let activated = radio.activate().map_err(|_| Lost);
        let mut outcome = activated.and_then(|()| radio.transmit(READS[0], &mut response));
        outcome = outcome.and_then(|()| radio.transmit(INIT, &mut response));
        (outcome.map(|()| response.bytes().to_vec()), radio.now())
    };
    (outcome, card, now)
}

/// INITIALIZE FOR CAPP PURCHASE of nothing (`docs/spec/card.md` 7).
const INIT: &[u8] = &[0x80, 0x50, 0x03, 0x02, 0x0B, 0x01, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 0x0F];

/// Every frame meets everything once: the answer is the card's, or none comes and the card is without power.
#[test]
fn every_fault_at_every_frame() {
    let (sound, ..) = tries(Once { at: u32::MAX, ..Once::default() });
    let sound = sound.unwrap();
    let mut mended = 0;
    for fate in [
        Fate::Lost,
        Fate::Damaged,
        Fate::Turned(11),
        Fate::WrongNumber,
        Fate::Gone(0),
        Fate::Gone(3),
        Fate::Reset,
    ] {
        for at in 0..20 {
            let (outcome, card, _) = tries(Once { at, fate, ..Once::default() });
            match outcome {
                Ok(answer) => {
                    assert_eq!(answer[..2], sound[..2], "{fate:?} at {at}");
                    mended += 1;
                }
                // Before its first command it was not asked anything, and may have kept its power.
                Err(Lost) => assert!(at < 12 || !card.is_powered(), "{fate:?} at {at}"),
            }
            if matches!(fate, Fate::Gone(_)) && at < 16 {
                assert!(outcome_is_lost(Once { at, fate, ..Once::default() }), "{fate:?} at {at}");
            }
        }
    }
    assert!(mended > 20, "{mended}");
}

fn outcome_is_lost(medium: Once) -> bool {
    tries(medium).0.is_err()
}

/// The card leaves at any time: a microsecond later it would have done as much or more.
#[test]
fn it_leaves_at_any_time() {
    let (_, _, end) = tries(Once { at: u32::MAX, ..Once::default() });
    let mut answered = false;
    for micros in (0..end.micros() + 200).step_by(97) {
        let leaves = Some(Ticks::from_micros(micros));
        let (outcome, card, now) = tries(Once { at: u32::MAX, leaves, ..Once::default() });
        assert!(!answered || outcome.is_ok(), "{micros}");
        answered = outcome.is_ok();
        if outcome.is_err() {
            assert!(now <= Ticks::from_micros(micros) + Ticks::from_micros(6_000), "{micros}: {now:?}");
            assert!(card.balances().actual == Fen::from_yuan(50));
        }
    }
    assert!(answered);
}

/// An answer that comes too late is asked for again, and is the same.
#[test]
fn a_late_answer() {
    let (sound, _, end) = tries(Once { at: u32::MAX, ..Once::default() });
    for late in [1_000, 60_000, 76_500, 77_500, 80_000, 200_000] {
        let delay = Some(Ticks::from_micros(late));
        let (outcome, _, now) = tries(Once { at: u32::MAX, delay, ..Once::default() });
        // FWI 8: three times 77 ms are waited.
        assert_eq!(outcome.as_ref().ok(), sound.as_ref().ok(), "{late}");
        assert!(now > end);
    }
    let delay = Some(Ticks::from_micros(400_000));
    assert!(tries(Once { at: u32::MAX, delay, ..Once::default() }).0.is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Losses by chance: what comes back is what the card said, and it was asked once.
    #[test]
    fn losses_by_chance(seed: u64, permille in 0_u64..300, fsci in 0_u8..=8, rate in 0_usize..4) {
        struct Chance { state: u64, permille: u64, asked: u32 }
        impl Medium for Chance {
            fn fate(&mut self, _: &Passing<'_>) -> Fate {
                self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let drawn = self.state >> 33;
                if drawn % 1_000 >= self.permille {
                    return Fate::Whole;
                }
                let bit = u16::try_from(drawn >> 8 & 0x7FF).unwrap_or(0);
                [Fate::Lost, Fate::Damaged, Fate::Turned(bit)][usize::try_from(drawn % 3).unwrap_or(0)]
            }
            fn worked(&mut self, _: Ticks, _: Ticks, _: &Work) {
                self.asked += 1;
            }
        }
        let (mut bare, mut card) = (CARD.clone(), CARD.clone());
        let medium = Chance { state: seed, permille, asked: 0 };
        let mut radio = Radio::new(&mut card, medium, reader(Rate::ALL[rate]), settings(fsci, 4));
        if radio.activate().is_ok() {
            let (mut plain, mut aired) = (Response::new(), Response::new());
            for (command, number) in READS.iter().zip(1..) {
                bare.process(command, &mut plain).unwrap();
                if radio.transmit(command, &mut aired).is_err() {
                    prop_assert!(radio.medium().asked <= number);
                    break;
                }
                prop_assert_eq!(plain.bytes(), aired.bytes());
                prop_assert_eq!(radio.medium().asked, number);
            }
        }
    }
}

/// A reader cannot know that the card's answer went astray before it has waited for it, and then asks again.
#[test]
fn an_answer_that_does_not_arrive_is_waited_for() {
    struct Loses(Option<u32>, Vec<(bool, Ticks, Ticks)>);
    impl Medium for Loses {
        fn fate(&mut self, passing: &Passing<'_>) -> Fate {
            if Some(passing.number) == self.0 { Fate::Lost } else { Fate::Whole }
        }
        fn passed(&mut self, passing: &Passing<'_>, _: Fate) {
            self.1.push((passing.to_card, passing.from, passing.to));
        }
    }
    for fwi in [4, 8, 11] {
        let mut card = CARD.clone();
        let mut radio = Radio::new(&mut card, Loses(None, Vec::new()), reader(Rate::R106), settings(8, fwi));
        radio.activate().unwrap();
        // Behind the command comes its answer, which is lost.
        let first = radio.frames();
        radio.medium_mut().0 = Some(first + 1);
        let mut response = Response::new();
        radio.transmit(READS[1], &mut response).unwrap();
        let begin = usize::try_from(first).unwrap();
        let [command, answer, again, repeated] = &radio.medium().1[begin..] else {
            panic!("not two frames each")
        };
        assert!(command.0 && !answer.0 && again.0 && !repeated.0);
        assert!(
            again.1 >= command.2 + tunion_link::time::frame_wait(fwi),
            "FWI {fwi}: {:?}",
            again.1 - command.2
        );
    }
}
