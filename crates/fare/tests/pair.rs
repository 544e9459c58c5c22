//! Pairing beside a plain model, which looks at all of a card's taps at once.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use proptest::prelude::*;
use std::collections::BTreeMap;
use tunion_data::civil::{DateTime, date};
use tunion_fare::pair::{Act, Alone, Now, Open, Tap};
use tunion_fare::{GroupId, LineId, Ride, StationId, StopId};

/// What becomes of a tap, by its number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    /// Ends the ride that tap began, or a ride of its own.
    Ends(Ride, Option<usize>),
    /// Began the ride that the tap of this number ended.
    Began(usize),
    /// Boarded, and the tap of this number should have collected.
    Uncollected(Ride, usize),
    Alone(Alone),
    Waits,
}

fn at(number: usize) -> DateTime {
    date(2026, 11, 23).at(6, i8::try_from(number).unwrap(), 0, 0)
}

fn act() -> impl Strategy<Value = Act> {
    let gate = || (0..3u16, proptest::option::of(0..2u8)).prop_map(|(s, g)| (StationId(s), g.map(GroupId)));
    let stop = || (0..2u16, 0..3u8).prop_map(|(l, s)| (LineId(l), StopId(s)));
    prop_oneof![
        gate().prop_map(|(station, group)| Act::Entry { station, group }),
        gate().prop_map(|(station, group)| Act::Exit { station, group }),
        stop().prop_map(|(line, stop)| Act::On { line, stop }),
        stop().prop_map(|(line, stop)| Act::Off { line, stop }),
        stop().prop_map(|(line, stop)| Act::Single { line, stop }),
        Just(Act::Cover),
    ]
}

/// Each tap looks for its partner among all the others.
fn model(acts: &[Act]) -> BTreeMap<usize, End> {
    let mut ends = BTreeMap::new();
    let is_rail = |act: &Act| matches!(act, Act::Entry { .. } | Act::Exit { .. });
    for (number, act) in acts.iter().enumerate() {
        let later = || acts.iter().enumerate().skip(number + 1);
        match *act {
            Act::Entry { station: from, group: entered } => {
                let (end, exit) = match later().find(|(_, act)| is_rail(act)) {
                    None => (End::Waits, None),
                    Some((at, Act::Exit { station: to, group: left })) => {
                        if entered.zip(*left).is_some_and(|(a, b)| a != b) {
                            (End::Alone(Alone::LeftElsewhere), None)
                        } else {
                            let ride = Ride::Rail { from, to: *to, group: left.or(entered) };
                            (End::Began(at), Some((at, ride)))
                        }
                    }
                    Some(_) => (End::Alone(Alone::NeverLeft), None),
                };
                ends.insert(number, end);
                if let Some((at, ride)) = exit {
                    ends.insert(at, End::Ends(ride, Some(number)));
                }
            }
            Act::On { line, stop: on } => {
                let meets = |act: &Act| match act {
                    Act::Off { line: other, .. } => *other == line,
                    act => !is_rail(act),
                };
                let ride = |off| Ride::Bus { line, on, off };
                let Some((at, next)) = later().find(|(_, act)| meets(act)) else {
                    ends.insert(number, End::Waits);
                    continue;
                };
                let (here, there) = match next {
                    Act::Off { stop, .. } if *stop < on => {
                        (End::Alone(Alone::Backwards), Some(End::Alone(Alone::Backwards)))
                    }
                    Act::Off { stop, .. } => {
                        (End::Began(at), Some(End::Ends(ride(Some(*stop)), Some(number))))
                    }
                    Act::Cover => (End::Began(at), Some(End::Ends(ride(None), Some(number)))),
                    _ => (End::Uncollected(ride(None), at), None),
                };
                ends.insert(number, here);
                there.map(|there| ends.insert(at, there));
            }
            Act::Single { line, stop } => {
                ends.insert(number, End::Ends(Ride::Bus { line, on: stop, off: Some(stop) }, None));
            }
            Act::Exit { .. } | Act::Off { .. } | Act::Cover => {}
        }
    }
    // Who found no partner.
    for (number, act) in acts.iter().enumerate() {
        let aboard = acts[..number].iter().enumerate().rev().find_map(|(at, act)| match act {
            Act::On { line, .. } => Some((at, *line)),
            _ => None,
        });
        let is_aboard = aboard.is_some_and(|(at, _)| match ends[&at] {
            End::Began(end) | End::Uncollected(_, end) => end > number,
            End::Waits => true,
            _ => acts[at + 1..number].iter().all(|act| match act {
                Act::Off { line, .. } => Some(*line) != aboard.map(|(_, line)| line),
                act => is_rail(act),
            }),
        });
        let end = match *act {
            Act::Exit { station: to, group } => End::Ends(Ride::NoEntry { to, group }, None),
            Act::Off { .. } if is_aboard => End::Alone(Alone::OtherLine),
            Act::Off { .. } => End::Alone(Alone::NeverBoarded),
            _ => End::Alone(Alone::NothingToCover),
        };
        ends.entry(number).or_insert(end);
    }
    ends
}

fn paired(acts: &[Act]) -> BTreeMap<usize, End> {
    let mut ends = BTreeMap::new();
    let mut open = Open::default();
    let mut tell = |number: usize, end| assert_eq!(ends.insert(number, end), None, "tap {number} ends twice");
    for (number, act) in acts.iter().enumerate() {
        let taken = open.take(&Tap { at: at(number), act: *act, mark: number });
        if let Some((tap, why)) = taken.alone {
            tell(tap.mark, End::Alone(why));
        }
        if let Some(trip) = taken.uncollected {
            tell(trip.began.unwrap().mark, End::Uncollected(trip.ride, number));
        }
        match taken.now {
            Now::Opened => {}
            Now::Alone(why) => tell(number, End::Alone(why)),
            Now::Ended(trip) => {
                let began = trip.began.map(|tap| tap.mark);
                assert_eq!(trip.entered, at(began.unwrap_or(number)));
                tell(number, End::Ends(trip.ride, began));
                if let Some(began) = began {
                    tell(began, End::Began(number));
                }
            }
        }
    }
    for tap in open.rest() {
        assert_eq!(tap.act, acts[tap.mark]);
        tell(tap.mark, End::Waits);
    }
    ends
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    /// Every tap ends in exactly one way, and in that of the model.
    #[test]
    fn nothing_is_lost(acts in proptest::collection::vec(act(), 0..20)) {
        let ends = paired(&acts);
        prop_assert_eq!(ends.len(), acts.len());
        prop_assert_eq!(ends, model(&acts));
    }
}

#[test]
fn what_is_open_is_told_in_order() {
    let mut open = Open::default();
    let on = Tap { at: at(0), act: Act::On { line: LineId(0), stop: StopId(0) }, mark: 0 };
    let entry = Tap { at: at(1), act: Act::Entry { station: StationId(0), group: None }, mark: 1 };
    open.take(&on);
    open.take(&entry);
    assert_eq!(open.rest().collect::<Vec<_>>(), [on, entry]);
}

/// The state of a card is small, whatever it has seen.
#[test]
fn size() {
    assert!(size_of::<Open<u64>>() <= 80);
}
