//! Whatever is lost or damaged: each command is handed to the card once at most, and the reader has its answer, byte
//! for byte, or says what failed.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod pair;

use pair::{Fate, Pair, card, reader, say};
use proptest::prelude::*;
use tunion_link::block::{Block, Kind};
use tunion_link::{Ask, CardEvent, Event, Failure, Frame, Rate, Received, Wish};

/// What a card that echoes would answer.
fn answer(command: &[u8], length: usize) -> Vec<u8> {
    command.iter().copied().cycle().chain(std::iter::repeat(0x5A)).take(length).chain([0x90, 0x00]).collect()
}

/// Frames of every size both ways, with and without a CID, at every rate: all lengths of command and answer.
#[test]
fn every_frame_size_carries_every_length() {
    for fsdi in 0..=8 {
        for fsci in 0..=8 {
            for cid in [None, Some(0), Some(9)] {
                let mut pair = Pair::new(reader(fsdi, cid), card(fsci));
                assert_eq!(pair.activate(), Ask::Activated);
                for length in (1..=261).step_by(13).chain([261]) {
                    let command: Vec<u8> = (0..length).map(|byte: usize| byte.to_le_bytes()[0]).collect();
                    let wanted = answer(&command, (length * 7) % 257);
                    let got = pair.transmit(&command, &wanted).unwrap();
                    assert_eq!(got, wanted, "FSDI {fsdi} FSCI {fsci} CID {cid:?}");
                }
                assert_eq!(pair.deselect(), Ask::Released);
            }
        }
    }
}

#[test]
fn no_frame_is_longer_than_its_receiver_takes() {
    for (fsdi, fsci) in [(0, 8), (8, 0), (0, 0), (5, 3)] {
        let mut pair = Pair::new(reader(fsdi, Some(1)), card(fsci));
        pair.activate();
        pair.transmit(&[7; 261], &[9; 258]).unwrap();
        let size = |index| tunion_link::activation::frame_size(index);
        let (longest_to, longest_from) = pair.longest;
        assert_eq!((longest_to, longest_from), (size(fsci), size(fsdi)));
    }
}

/// Each frame of an exchange in turn is lost, damaged, or damaged so that parity does not tell.
#[test]
fn one_fault_anywhere_is_mended() {
    for fate in [Fate::Lost, Fate::Damaged, Fate::Turned(3)] {
        for at in 0.. {
            let mut pair = Pair::new(reader(0, None), card(0));
            assert_eq!(pair.activate(), Ask::Activated);
            pair.fates = vec![Fate::Whole; at].into_iter().chain([fate]).collect();
            let command = [1, 2, 3, 4].repeat(15);
            let wanted = answer(&command, 60);
            assert_eq!(pair.transmit(&command, &wanted).unwrap(), wanted, "{fate:?} at {at}");
            assert_eq!(pair.handed, 1);
            if !pair.fates.is_empty() {
                assert!(at > 8, "{at} frames in all");
                break;
            }
        }
    }
}

/// A card that asks for time, over and over, and every frame of that lost once.
#[test]
fn more_time_is_given() {
    for at in 0..14 {
        let mut pair = Pair::new(reader(8, None), card(8));
        pair.activate();
        pair.times_overdue = 3;
        pair.fates = vec![Fate::Whole; at].into_iter().chain([Fate::Lost]).collect();
        assert_eq!(pair.transmit(&[0x80, 0x54], &[1, 2, 0x90, 0]).unwrap(), [1, 2, 0x90, 0], "{at}");
        assert_eq!(pair.handed, 1);
        assert!(pair.waited >= pair.reader.air().unwrap().wait * 3);
    }
}

#[test]
fn a_card_that_is_gone_is_told() {
    let mut pair = Pair::new(reader(8, None), card(8));
    pair.activate();
    pair.fates = vec![Fate::Lost; 100].into();
    assert_eq!(pair.transmit(&[0, 0xA4], &[0x90, 0]), Err(Failure::Silent));
    assert_eq!(pair.handed, 0);
    // Asked for, and twice again.
    assert_eq!(pair.fates.len(), 97);
    assert_eq!(pair.transmit(&[0, 0xA4], &[0x90, 0]), Err(Failure::NotReady));
}

#[test]
fn rates_are_those_that_both_have() {
    for fastest in Rate::ALL {
        for offered in Rate::ALL {
            let mut settings = card(8);
            settings.ats.as_mut().unwrap().fastest = offered;
            let mut reader = reader(8, None);
            reader.fastest = fastest;
            let mut pair = Pair::new(reader, settings);
            assert_eq!(pair.activate(), Ask::Activated);
            assert_eq!(pair.reader.rate(), fastest.min(offered));
            assert_eq!(pair.transmit(&[1], &[0x90, 0]).unwrap(), [0x90, 0]);
            assert_eq!(pair.card.rate(), fastest.min(offered));
        }
    }
}

/// Frames that any analyser of the field shows: each with the CRC that it has there.
#[test]
fn frames_as_they_are_on_the_air() {
    let mut pair = Pair::new(reader(5, None), card(8));
    let mut frames = Vec::new();
    let mut event = Event::Activate;
    let mut back;
    while pair.reader.step(event) == Ask::Send {
        frames.push(pair.reader.frame().clone());
        assert_eq!(pair.card.step(CardEvent::Received(Received::whole(pair.reader.frame()))), Wish::Send);
        back = pair.card.frame().clone();
        frames.push(back.clone());
        event = Event::Received(Received::whole(&back));
    }
    let bytes: Vec<&[u8]> = frames.iter().map(Frame::bytes).collect();
    assert_eq!(frames[0].bits(), 7);
    assert_eq!(bytes[..4], [&[0x26][..], &[0x44, 0x00], &[0x93, 0x20], &[0x88, 0x04, 0x31, 0x05, 0xB8]]);
    // SAK of a UID that goes on, RATS for frames of 64 bytes.
    assert_eq!(bytes[5][0], 0x24);
    assert_eq!(bytes[10], hex_literal::hex!("E0 50 BC A5"));
    assert_eq!(bytes.len(), 12);
    for (block, on_air) in [
        (Kind::Deselect, hex_literal::hex!("C2 E0 B4")),
        (Kind::Repeat(0), hex_literal::hex!("B2 67 C7")),
        (Kind::Acknowledge(0), hex_literal::hex!("A2 E6 D7")),
        (Kind::Acknowledge(1), hex_literal::hex!("A3 6F C6")),
    ] {
        let mut frame = Frame::default();
        Block { cid: None, kind: block }.write(&mut frame);
        assert_eq!(frame.bytes(), on_air, "{block:?}");
    }
}

#[test]
fn a_command_that_is_too_long_is_not_sent() {
    let mut pair = Pair::new(reader(8, None), card(8));
    assert_eq!(pair.transmit(&[0; 5], &[0x90, 0]), Err(Failure::NotReady));
    pair.activate();
    assert_eq!(pair.transmit(&[0; 262], &[0x90, 0]), Err(Failure::CommandTooLong));
    assert_eq!(pair.transmit(&[0; 261], &[0x90, 0]).unwrap(), [0x90, 0]);
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        5 => Just(Fate::Whole),
        1 => Just(Fate::Lost),
        1 => Just(Fate::Damaged),
        1 => (0_u16..2_000).prop_map(Fate::Turned),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Any sizes, any losses, any length, any number of commands; time asked for now and then.
    #[test]
    fn delivered_once_or_told(
        (fsdi, fsci) in (0_u8..=8, 0_u8..=8),
        cid in proptest::option::of(0_u8..15),
        repeats in 0_u8..4,
        fates in proptest::collection::vec(fate(), 0..160),
        commands in proptest::collection::vec((1_usize..=261, 0_usize..=256, 0_u8..3), 1..6),
    ) {
        let mut settings = reader(fsdi, cid);
        settings.repeats = repeats;
        let mut pair = Pair::new(settings, card(fsci));
        prop_assert_eq!(pair.activate(), Ask::Activated);
        pair.fates = fates.into();
        for (number, (length, back, overdue)) in commands.into_iter().enumerate() {
            let command: Vec<u8> = (0..length).map(|at| (at * 31 + number).to_le_bytes()[0]).collect();
            let wanted = answer(&command, back);
            pair.handed = 0;
            pair.times_overdue = overdue;
            match pair.transmit(&command, &wanted) {
                Ok(got) => {
                    prop_assert_eq!(got, wanted);
                    prop_assert_eq!(pair.handed, 1);
                }
                Err(failure) => {
                    prop_assert!(matches!(failure, Failure::Silent | Failure::Damaged | Failure::Protocol));
                    prop_assert!(pair.handed <= 1);
                    // Nothing more goes to a card of which nobody knows what it did.
                    prop_assert_eq!(pair.transmit(&command, &wanted), Err(Failure::NotReady));
                    break;
                }
            }
        }
    }

    /// Frames of any bytes do not bring either side down.
    #[test]
    fn any_frames(bytes in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 1..40)) {
        let mut pair = Pair::new(reader(8, None), card(8));
        pair.activate();
        for bytes in bytes {
            say(&mut pair, &bytes);
        }
    }
}
