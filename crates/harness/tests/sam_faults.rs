//! Loads with a load SAM, its sign-on, the extension after a load, and answers of the PSAM that wait to be fetched,
//! when host, SAM, store or card fail them step by step.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use support::desk::{Asked, BY_HOST, BY_SAM, Came, Desk, Meddle, QUOTA, TERMINAL, Told};
use support::{actual, card, profile};
use tunion_apdu::{Name, Response};
use tunion_card::Card;
use tunion_data::Fen;
use tunion_data::civil::date;
use tunion_data::command::{SamQuota, Transaction};
use tunion_data::host::SignOnRefusal;
use tunion_data::upload::{RecordKind, UploadRecord};
use tunion_harness::random::Stream;
use tunion_terminal::profile::LoadProfile;
use tunion_terminal::{BlackList, Code, Defect, Event, Fares, Gate, Note, Place, Profile, Request, SlotId};

const CREDIT: Asked = Asked::Card(Name::CreditForLoad);
const UPDATE: Asked = Asked::Card(Name::SecureUpdateBinary);
const CRYPT: Asked = Asked::Sam(Name::DesCrypt);
/// The SAM's answers wait to be fetched.
const FETCHED: Asked = Asked::Sam(Name::GetResponse);

fn kiosk(load: LoadProfile, play: impl FnOnce(Desk<'_>, Card<Stream>)) {
    let (profile, black_list) = (Profile { load, ..profile() }, BlackList::new());
    let mut desk = Desk::new(&profile, Place::TopUp, Fares::Controller, &black_list);
    desk.issue(1);
    play(desk, card(1));
}

fn switched_on(load: LoadProfile, play: impl FnOnce(Desk<'_>, Card<Stream>)) {
    kiosk(load, |mut desk, card| {
        desk.switch_on();
        assert!(desk.terminal.is_ready());
        play(desk, card);
    });
}

fn load(yuan: u32) -> Request {
    Request::Load(Fen::from_yuan(yuan))
}

fn sw(word: u16) -> Vec<u8> {
    word.to_be_bytes().to_vec()
}

/// Meddles at the `number`th question of a kind, from 1, and nowhere else.
fn at(place: Asked, number: usize, told: Told) -> impl FnMut(Asked, &Response) -> Meddle {
    let mut seen = 0;
    move |asked, _| {
        seen += usize::from(asked == place);
        if asked == place && seen == number { Meddle::Instead(told.clone()) } else { Meddle::Let }
    }
}

fn loaded(came: &Came) -> &UploadRecord {
    let [record] = came.of(RecordKind::Load)[..] else { panic!("{:?}", came.records) };
    record
}

fn valid_to(card: &Card<Stream>) -> Option<tunion_data::civil::Date> {
    card.image().info.valid_to.date()
}

#[test]
fn a_load_by_the_sam_asks_no_host() {
    switched_on(BY_SAM, |mut kiosk, mut card| {
        let came = kiosk.tap(&mut card, 1, load(50));
        assert_eq!((came.code(), came.gate()), (Code::Ok, Gate::Open));
        assert!(!came.asked.contains(&Asked::Host) && !came.asked.contains(&Asked::SignOn));
        let store = came.asked.iter().position(|asked| *asked == Asked::Store).unwrap();
        assert_eq!(came.asked[store + 1], CREDIT, "kept before it is sent");
        let record = loaded(&came);
        assert_eq!((record.amount, record.balance_after), (Fen::from_yuan(50), Fen::from_yuan(100)));
        assert_eq!((record.batch, record.flags, record.terminal), (1, 0, TERMINAL));
        assert_eq!(record.at.datetime(), Some(support::now(1)));
        let left = SamQuota { quota: Fen::from_yuan(150), ..kiosk.left() };
        assert_eq!((kiosk.left(), kiosk.terminal.quota()), (left, Some(left)));
        // The second record tells of the first.
        let second = kiosk.tap(&mut card, 2, load(20));
        let record = loaded(&second);
        assert_eq!(record.previous_transaction, Transaction::Load as u8);
        assert_eq!((record.previous_terminal, record.previous_amount), (TERMINAL, Fen::from_yuan(50)));
        assert_eq!((record.previous_seq, record.previous_at.datetime()), (0, Some(support::now(1))));
    });
}

#[test]
fn a_card_whose_mac1_is_wrong_gets_nothing_and_costs_nothing() {
    switched_on(BY_SAM, |mut kiosk, mut card| {
        let before = kiosk.left();
        let init = Asked::Card(Name::InitForLoad);
        let came = kiosk.meddled(&mut card, 1, load(50), |asked, answer| {
            if asked != init {
                return Meddle::Let;
            }
            let mut answer = answer.bytes().to_vec();
            answer[15] ^= 1;
            Meddle::After(Told::Card(answer))
        });
        assert_eq!((came.code(), came.gate()), (Code::LoadMac1, Gate::Closed));
        assert!(!came.sent(Name::CreditForLoad) && came.records.is_empty() && kiosk.store.is_empty());
        assert_eq!((kiosk.left(), kiosk.terminal.quota()), (before, Some(before)));
        assert_eq!(came.asked.iter().filter(|asked| **asked == CRYPT).count(), 1, "no MAC2 is asked for");
    });
}

/// Xi'an's defect (`docs/spec/terminal.md` 9.9): what is no card of the issuer's is loaded all the same.
#[test]
fn a_terminal_that_ignores_a_wrong_mac1_loads_what_is_no_card() {
    let defects = [Defect::LoadMac1Ignored].into_iter().collect();
    let (profile, black_list) = (Profile { load: BY_SAM, defects, ..profile() }, BlackList::new());
    let mut kiosk = Desk::new(&profile, Place::TopUp, Fares::Controller, &black_list);
    kiosk.issue(1);
    kiosk.switch_on();
    let (mut card, before) = (card(1), kiosk.left());
    let came = kiosk.meddled(&mut card, 1, load(50), |asked, answer| {
        if asked != Asked::Card(Name::InitForLoad) {
            return Meddle::Let;
        }
        let mut answer = answer.bytes().to_vec();
        answer[15] ^= 1;
        Meddle::After(Told::Card(answer))
    });
    assert_eq!(came.gate(), Gate::Open);
    assert!(came.sent(Name::CreditForLoad) && kiosk.left() != before, "quota and money are gone");
}

#[test]
fn what_the_sam_refuses_is_not_loaded_whatever_the_terminal_counts() {
    for word in [0x9401, 0x6985] {
        switched_on(BY_SAM, |mut kiosk, mut card| {
            let came = kiosk.meddled(&mut card, 1, load(50), at(CRYPT, 2, Told::Sam(sw(word))));
            assert_eq!((came.code(), came.records.len()), (Code::QuotaSpent, 0));
            assert!(!came.sent(Name::CreditForLoad));
            assert!(kiosk.terminal.is_ready(), "the SAM has no fault");
        });
    }
    // The SAM tells at the start that it has much, and has nothing.
    kiosk(BY_SAM, |mut kiosk, mut card| {
        let expiry = date(2026, 11, 23).at(23, 0, 0, 0).into();
        let much = SamQuota { quota: Fen::from_yuan(900), expiry, batch: 1 }.encode();
        let told = Told::Sam([&much[..], &[0x90, 0x00]].concat());
        kiosk.happens(None, 0, Event::Started, at(Asked::Sam(Name::ReadBinary), 4, told));
        assert!(kiosk.terminal.is_ready());
        let came = kiosk.tap(&mut card, 1, load(50));
        assert_eq!((came.code(), actual(&card)), (Code::QuotaSpent, Fen::from_yuan(50)));
        assert!(!came.sent(Name::CreditForLoad));
    });
}

#[test]
fn a_sam_that_fails_during_a_load_leaves_the_card_as_it_is() {
    let init = Asked::Sam(Name::InitForDescrypt);
    for (place, number, told) in [
        (init, 1, Told::SamGone),
        (init, 1, Told::Sam(sw(0x9403))),
        (init, 1, Told::Sam(vec![0x90])),
        (CRYPT, 1, Told::SamGone),
        (CRYPT, 1, Told::Sam(sw(0x6A80))),
        (CRYPT, 1, Told::Sam(vec![1, 2, 3, 0x90, 0x00])),
        (CRYPT, 2, Told::SamGone),
        (CRYPT, 2, Told::Sam(sw(0x6A80))),
        (CRYPT, 2, Told::Sam(vec![1, 2, 3, 4, 5, 0x90, 0x00])),
    ] {
        switched_on(BY_SAM, |mut kiosk, mut card| {
            let what = format!("{place:?} {number} {told:?}");
            let came = kiosk.meddled(&mut card, 1, load(50), at(place, number, told));
            assert_eq!((came.code(), came.records.len()), (Code::SamFault, 0), "{what}");
            assert!(!came.sent(Name::CreditForLoad) && kiosk.store.is_empty(), "{what}");
            assert_eq!(actual(&card), Fen::from_yuan(50), "{what}");
            assert_eq!(kiosk.tap(&mut card, 2, load(50)).code(), Code::Ok, "{what}");
        });
    }
}

#[test]
fn a_card_that_goes_during_a_load_is_credited_once_or_not_at_all() {
    for place in [Asked::Card(Name::InitForLoad), CREDIT] {
        switched_on(BY_SAM, |mut kiosk, mut card| {
            let gone = kiosk.meddled(&mut card, 1, load(50), at(place, 1, Told::CardGone));
            assert_eq!(gone.gate(), Gate::Closed);
            assert_eq!(kiosk.tap(&mut card, 2, load(50)).code(), Code::Ok);
            assert_eq!(actual(&card), Fen::from_yuan(100));
        });
    }
    switched_on(BY_SAM, |mut kiosk, mut card| {
        let lost = |asked: Asked, _: &Response| {
            if asked == CREDIT { Meddle::After(Told::CardGone) } else { Meddle::Let }
        };
        assert_eq!(kiosk.meddled(&mut card, 1, load(50), lost).code(), Code::LoadMoved);
        kiosk.restart();
        let again = kiosk.tap(&mut card, 2, load(50));
        assert_eq!((again.code(), actual(&card)), (Code::Ok, Fen::from_yuan(100)));
        assert!(loaded(&again).has(UploadRecord::RECOVERED) && loaded(&again).batch == 1);
        // The extension of the lost load is made up for.
        assert!(again.notes().iter().any(|note| matches!(note, Note::Extended { .. })));
    });
}

#[test]
fn a_store_that_fails_stops_the_credit() {
    switched_on(BY_SAM, |mut kiosk, mut card| {
        let failed = Told::StoreFailed(SlotId(0));
        let came = kiosk.meddled(&mut card, 1, load(50), at(Asked::Store, 1, failed));
        assert_eq!((came.code(), actual(&card)), (Code::StoreFailed, Fen::from_yuan(50)));
        assert!(!came.sent(Name::CreditForLoad));
    });
}

#[test]
fn limits_are_checked_before_anyone_is_asked() {
    for rules in [BY_SAM, BY_HOST] {
        switched_on(rules, |mut kiosk, mut card| {
            for amount in [Fen::new(1500), Fen::from_yuan(510), Fen::from_yuan(960), Fen::ZERO] {
                let came = kiosk.tap(&mut card, 1, Request::Load(amount));
                assert_eq!((came.code(), came.gate()), (Code::LoadLimit, Gate::Closed), "{amount}");
                assert!(!came.sent(Name::InitForLoad) && !came.asked.contains(&Asked::Host), "{amount}");
            }
            // What a first load has to be is known when INIT has told that it is one.
            let first = kiosk.tap(&mut card, 2, load(10));
            assert_eq!(first.code(), Code::LoadLimit);
            assert!(first.sent(Name::InitForLoad) && !first.asked.contains(&Asked::Host));
            assert_eq!(kiosk.tap(&mut card, 3, load(20)).code(), Code::Ok);
            assert_eq!(kiosk.tap(&mut card, 4, load(10)).code(), Code::Ok);
        });
    }
}

#[test]
fn a_load_that_the_quota_does_not_cover_asks_the_host_for_more() {
    switched_on(BY_SAM, |mut kiosk, mut card| {
        assert_eq!(kiosk.tap(&mut card, 1, load(150)).code(), Code::Ok);
        let more = kiosk.tap(&mut card, 2, load(100));
        assert_eq!((more.code(), loaded(&more).batch), (Code::Ok, 2));
        assert_eq!(kiosk.left().quota, Fen::from_yuan(100));
        // Never more than one sign-on in a tap.
        let never = kiosk.tap(&mut card, 3, load(300));
        assert_eq!(never.code(), Code::QuotaSpent);
        assert_eq!(never.asked.iter().filter(|asked| **asked == Asked::SignOn).count(), 1);
        // Without the host what is left still serves.
        let gone = kiosk.meddled(&mut card, 4, load(300), at(Asked::SignOn, 1, Told::HostGone));
        assert_eq!((gone.code(), gone.notes()), (Code::QuotaSpent, &[][..]));
        assert_eq!(kiosk.tap(&mut card, 5, load(200)).code(), Code::Ok);
        let refused = Told::SignOn(Err(SignOnRefusal::Barred));
        let refused = kiosk.meddled(&mut card, 6, load(50), at(Asked::SignOn, 1, refused));
        assert_eq!(refused.notes(), [Note::SignOnRefused(SignOnRefusal::Barred)]);
    });
}

#[test]
fn a_host_that_the_sam_turns_away_is_not_tried_again_before_the_next_start() {
    kiosk(BY_SAM, |mut kiosk, mut card| {
        let wrong = |asked: Asked, _: &Response| match asked {
            Asked::Sam(Name::ExternalAuthenticate) => Meddle::Instead(Told::Sam(sw(0x63C2))),
            _ => Meddle::Let,
        };
        kiosk.happens(None, 0, Event::Started, wrong);
        assert!(kiosk.terminal.is_ready(), "it serves all the same");
        for minute in [1, 2, 3] {
            let came = kiosk.tap(&mut card, minute, load(50));
            assert_eq!(came.code(), Code::QuotaSpent);
            assert!(!came.asked.contains(&Asked::SignOn) && !came.sent(Name::ExternalAuthenticate));
        }
        kiosk.restart();
        assert_eq!(kiosk.tap(&mut card, 4, load(50)).code(), Code::Ok);
    });
}

#[test]
fn a_sign_on_that_fails_ends() {
    let challenge = Asked::Sam(Name::GetChallenge);
    let write = Asked::Sam(Name::UpdateBinary);
    // Once: the SAM is reset and asked again.
    for (place, told) in [
        (challenge, Told::SamGone),
        (challenge, Told::Sam(sw(0x6D00))),
        (challenge, Told::Sam(vec![1, 2, 3, 4, 0x90, 0x00])),
        (Asked::Sam(Name::ExternalAuthenticate), Told::SamGone),
        (Asked::Sam(Name::ExternalAuthenticate), Told::Sam(vec![])),
        (write, Told::SamGone),
        (write, Told::Sam(sw(0x6982))),
    ] {
        kiosk(BY_SAM, |mut kiosk, mut card| {
            let what = format!("{place:?} {told:?}");
            kiosk.happens(None, 0, Event::Started, at(place, 1, told));
            assert!(kiosk.terminal.is_ready(), "{what}");
            assert_eq!(kiosk.tap(&mut card, 1, load(50)).code(), Code::Ok, "{what}");
        });
    }
    // Always: after three resets the terminal gives up.
    for place in [challenge, write, Asked::Sam(Name::ReadBinary)] {
        kiosk(BY_SAM, |mut kiosk, _| {
            let hand = |asked: Asked, _: &Response| {
                if asked == place { Meddle::Instead(Told::SamGone) } else { Meddle::Let }
            };
            let came = kiosk.happens(None, 0, Event::Started, hand);
            assert!(!kiosk.terminal.is_ready(), "{place:?}");
            assert_eq!(came.asked.iter().filter(|asked| **asked == place).count(), 3, "{place:?}");
        });
    }
    // During a tap: the SAM's fault, and it is reset after it.
    switched_on(BY_SAM, |mut kiosk, mut card| {
        assert_eq!(kiosk.tap(&mut card, 1, load(150)).code(), Code::Ok);
        let came = kiosk.meddled(&mut card, 2, load(100), at(challenge, 1, Told::SamGone));
        assert_eq!(came.code(), Code::SamFault);
        assert_eq!(kiosk.tap(&mut card, 3, load(100)).code(), Code::Ok);
    });
}

#[test]
fn a_terminal_whose_sam_is_no_load_sam_does_not_start() {
    kiosk(BY_SAM, |mut kiosk, _| {
        // Serial and application are file 15 and 17; 18 is the quota.
        let hand = |asked: Asked, answer: &Response| {
            let quota = asked == Asked::Sam(Name::ReadBinary) && answer.data().len() == SamQuota::LEN;
            if quota { Meddle::Instead(Told::Sam(sw(0x6A82))) } else { Meddle::Let }
        };
        kiosk.happens(None, 0, Event::Started, hand);
        assert!(!kiosk.terminal.is_ready());
    });
}

#[test]
fn an_answer_that_waits_is_fetched_once() {
    switched_on(BY_SAM, |mut kiosk, mut card| {
        let came = kiosk.tap(&mut card, 1, load(50));
        // MAC1, MAC2, and the MAC of the extension.
        assert_eq!(came.asked.iter().filter(|asked| **asked == FETCHED).count(), 3);
        let fetch = came.to_sam.iter().find(|command| command[1] == 0xC0).unwrap();
        assert_eq!(fetch[..], [0x00, 0xC0, 0x00, 0x00, 0x04]);
        let waits = at(FETCHED, 1, Told::Sam(vec![0x61, 0x04]));
        let came = kiosk.meddled(&mut card, 2, load(50), waits);
        assert_eq!((came.code(), came.notes()[0]), (Code::SamFault, Note::Status(tunion_apdu::Sw(0x6104))));
        assert_eq!(came.asked.iter().filter(|asked| **asked == FETCHED).count(), 1);
        assert_eq!(kiosk.tap(&mut card, 3, load(50)).code(), Code::Ok);
    });
    // During bring-up too.
    kiosk(BY_SAM, |mut kiosk, _| {
        let came = kiosk.happens(
            None,
            0,
            Event::Started,
            at(Asked::Sam(Name::ReadBinary), 1, Told::Sam(vec![0x61, 6])),
        );
        assert!(came.asked.contains(&FETCHED));
        assert!(kiosk.terminal.is_ready(), "what it fetched was nothing: reset, and asked again");
    });
}

#[test]
fn an_extension_that_fails_leaves_the_load_as_it_is() {
    let challenge = Asked::Card(Name::GetChallenge);
    let init = Asked::Sam(Name::InitForDescrypt);
    for rules in [BY_SAM, BY_HOST] {
        // The load's own key and MACs come before those of the extension.
        let before = if rules == BY_SAM { [1, 2] } else { [0, 0] };
        for (place, number, told) in [
            (challenge, 1, Told::CardGone),
            (challenge, 1, Told::Card(sw(0x6D00))),
            (challenge, 1, Told::Card(vec![1, 2, 0x90, 0x00])),
            (init, 1 + before[0], Told::SamGone),
            (init, 1 + before[0], Told::Sam(sw(0x9403))),
            (CRYPT, 1 + before[1], Told::SamGone),
            (CRYPT, 1 + before[1], Told::Sam(vec![1, 2, 3, 0x90, 0x00])),
            // The load has the first slot until the holder is told.
            (Asked::Store, 2, Told::StoreFailed(SlotId(1))),
            (UPDATE, 1, Told::Card(sw(0x6988))),
        ] {
            switched_on(rules, |mut kiosk, mut card| {
                let what = format!("{:?} {place:?} {told:?}", rules.by);
                let came = kiosk.meddled(&mut card, 1, load(50), at(place, number, told));
                assert_eq!((came.code(), came.gate()), (Code::ExtensionFailed, Gate::Open), "{what}");
                assert_eq!(came.decision.as_ref().unwrap().charged, Fen::from_yuan(50), "{what}");
                assert_eq!((came.records.len(), loaded(&came).flags), (1, 0), "{what}");
                assert_eq!(actual(&card), Fen::from_yuan(100), "{what}");
                assert_eq!(valid_to(&card), Some(date(2027, 1, 1)), "{what}");
                let next = kiosk.tap(&mut card, 9, load(20));
                assert_eq!((next.code(), next.of(RecordKind::Extension).len()), (Code::Ok, 1), "{what}");
                assert_eq!(valid_to(&card), Some(date(2027, 11, 23)), "{what}");
            });
        }
    }
}

#[test]
fn an_extension_whose_answer_was_lost_is_told_by_the_date() {
    let lost = |done: bool| {
        move |asked: Asked, _: &Response| match asked {
            UPDATE if done => Meddle::After(Told::CardGone),
            UPDATE => Meddle::Instead(Told::CardGone),
            _ => Meddle::Let,
        }
    };
    let to = date(2027, 11, 23);
    switched_on(BY_HOST, |mut kiosk, mut card| {
        let came = kiosk.meddled(&mut card, 1, load(50), lost(true));
        assert_eq!((came.code(), came.gate()), (Code::ExtensionFailed, Gate::Open));
        assert_eq!((came.notes(), came.records.len()), (&[Note::ExtensionOpen][..], 1));
        kiosk.restart();
        let next = kiosk.tap(&mut card, 2, load(20));
        assert_eq!(next.notes(), [Note::Extended { to: to.into() }]);
        let [record] = next.of(RecordKind::Extension)[..] else { panic!("{:?}", next.records) };
        assert_eq!((record.flags, record.tac, record.terminal_seq), (UploadRecord::RECOVERED, [0; 4], 0));
        assert_eq!((record.valid_to.date(), record.at.datetime()), (Some(to), Some(support::now(1))));
        assert!(kiosk.store.is_empty());
    });
    switched_on(BY_HOST, |mut kiosk, mut card| {
        kiosk.meddled(&mut card, 1, load(50), lost(false));
        let next = kiosk.tap(&mut card, 2, load(20));
        assert_eq!(next.notes(), [Note::NotDone, Note::Extended { to: to.into() }]);
        assert_eq!(next.of(RecordKind::Extension).len(), 1);
    });
    // Nobody taps: at the end of the day it goes to clearing as it is.
    switched_on(BY_HOST, |mut kiosk, mut card| {
        kiosk.meddled(&mut card, 1, load(50), lost(true));
        let flushed = kiosk.happens(None, 59, Event::Flush, |_, _| Meddle::Let);
        let [record] = flushed.of(RecordKind::Extension)[..] else { panic!("{:?}", flushed.records) };
        assert!(record.has(UploadRecord::GREY) && kiosk.store.is_empty());
    });
    // Another machine moved it further: whether this one did is not known.
    switched_on(BY_HOST, |mut kiosk, mut card| {
        kiosk.meddled(&mut card, 1, load(50), lost(false));
        let further = card.image().info;
        let mut bytes = further.encode();
        bytes[24..28].copy_from_slice(&[0x20, 0x30, 0x01, 0x01]);
        let answer = Told::Card([&bytes[..], &[0x90, 0x00]].concat());
        let next = kiosk.meddled(&mut card, 2, load(20), at(Asked::Card(Name::ReadBinary), 1, answer));
        assert_eq!(next.notes(), [Note::GreyEmitted]);
        assert!(next.of(RecordKind::Extension)[0].has(UploadRecord::GREY));
    });
}

#[test]
fn a_quota_lasts_until_its_last_second() {
    switched_on(BY_SAM, |mut kiosk, mut card| {
        // It began at 08:00 for 12 hours, and another day has a quota of its own.
        let expiry = kiosk.terminal.quota().unwrap().expiry.datetime().unwrap();
        assert_eq!(expiry, date(2026, 11, 23).at(20, 0, 0, 0));
        assert_eq!(kiosk.terminal.quota().unwrap().quota, QUOTA.quota);
        let before = kiosk.left();
        kiosk.tap(&mut card, 1, load(20));
        assert_eq!(kiosk.left().expiry, before.expiry);
    });
    // A quota that is over at the start is replaced.
    kiosk(BY_SAM, |mut kiosk, _| {
        let expiry = date(2026, 11, 23).at(7, 59, 59, 0).into();
        let over = SamQuota { quota: Fen::from_yuan(900), expiry, batch: 9 }.encode();
        let told = Told::Sam([&over[..], &[0x90, 0x00]].concat());
        let came = kiosk.happens(None, 0, Event::Started, at(Asked::Sam(Name::ReadBinary), 4, told));
        assert!(came.asked.contains(&Asked::SignOn));
        assert_eq!(kiosk.terminal.quota().unwrap().quota, QUOTA.quota);
    });
}
