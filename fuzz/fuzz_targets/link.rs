//! Any losses, and frames of any bytes from elsewhere: each command is handed to the card once at most, and the
//! reader has the card's answer or says what failed.
//!
//! Frames from elsewhere that have a right CRC may be taken for the other side's: then nothing is held but that
//! both sides go on.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use tunion_link::{
    Ask, Ats, CardEvent, CardSettings, Event, Frame, Proximity, Rate, Reader, ReaderSettings, Received, Wish,
};

#[derive(Arbitrary, Debug)]
struct Input {
    fsdi: u8,
    fsci: u8,
    cid: Option<u8>,
    repeats: u8,
    fastest: u8,
    commands: Vec<(u8, u8)>,
    fates: Vec<Fate>,
}

#[derive(Arbitrary, Clone, Debug)]
enum Fate {
    Whole,
    Lost,
    Damaged,
    Turned(u16),
    Overdue,
    /// Other bytes, with a CRC that is right.
    Instead(Vec<u8>),
}

fuzz_target!(|input: Input| {
    let reader = ReaderSettings {
        fsdi: input.fsdi & 0x0F,
        cid: input.cid.map(|cid| cid % 15),
        repeats: input.repeats % 5,
        fastest: Rate::ALL[usize::from(input.fastest % 4)],
        ..ReaderSettings::default()
    };
    let ats = Ats { fsci: input.fsci & 0x0F, fastest: Rate::R848, ..Ats::default() };
    let (mut reader, mut card) =
        (Reader::new(reader), Proximity::new(CardSettings { ats: Some(ats), ..CardSettings::default() }));
    let foreign = input.fates.iter().any(|fate| matches!(fate, Fate::Instead(_)));
    let mut fates = input.fates.into_iter();
    let ask = reader.step(Event::Activate);
    if !matches!(run(&mut reader, &mut card, &mut fates, ask, &[]).0, Ask::Activated) {
        return;
    }
    for (command, answer) in input.commands {
        let command: Vec<u8> = (0..=command).collect();
        let answer: Vec<u8> = (0..answer).rev().chain([0x90, 0x00]).collect();
        let ask = reader.step(Event::Transmit(&command));
        let (ended, handed) = run(&mut reader, &mut card, &mut fates, ask, &answer);
        if foreign {
            continue;
        }
        assert!(handed <= 1, "handed {handed} times");
        match ended {
            Ask::Answer => assert_eq!((handed, reader.answer()), (1, &answer[..])),
            Ask::Failed(_) => return,
            other => panic!("{other:?}"),
        }
    }
});

/// Carries frames until the reader is done: how it ended, and how often the card was handed the command.
fn run(
    reader: &mut Reader,
    card: &mut Proximity,
    fates: &mut impl Iterator<Item = Fate>,
    mut ask: Ask,
    answer: &[u8],
) -> (Ask, u32) {
    let (mut handed, mut working, mut overdue) = (0, false, 0);
    while ask == Ask::Send {
        let mut late = false;
        let mut wish = match fate(reader.frame(), fates.next(), &mut late) {
            Some((frame, damaged)) => {
                card.step(CardEvent::Received(Received { damaged, ..Received::whole(&frame) }))
            }
            None => Wish::Nothing,
        };
        if wish == Wish::Process {
            handed += 1;
            working = true;
        }
        if working && wish != Wish::Send {
            // Nobody may ask for time for ever.
            let event = if late && overdue < 100 { CardEvent::Overdue } else { CardEvent::Answer(answer) };
            overdue += u32::from(late);
            wish = card.step(event);
            working = wish != Wish::Send || matches!(event, CardEvent::Overdue);
        }
        let frame = card.frame().clone();
        let back = (wish == Wish::Send).then(|| fate(&frame, fates.next(), &mut late)).flatten();
        ask = match back {
            Some((frame, damaged)) => {
                reader.step(Event::Received(Received { damaged, ..Received::whole(&frame) }))
            }
            None => reader.step(Event::Silent),
        };
    }
    (ask, handed)
}

fn fate(frame: &Frame, fate: Option<Fate>, late: &mut bool) -> Option<(Frame, bool)> {
    match fate {
        None | Some(Fate::Whole) => Some((frame.clone(), false)),
        Some(Fate::Overdue) => {
            *late = true;
            Some((frame.clone(), false))
        }
        Some(Fate::Lost) => None,
        Some(Fate::Damaged) => Some((frame.clone(), true)),
        Some(Fate::Turned(bit)) => Some((frame.with_bit_turned(bit % frame.bits().max(1)), false)),
        Some(Fate::Instead(bytes)) => Some((Frame::with_crc(&bytes), false)),
    }
}
