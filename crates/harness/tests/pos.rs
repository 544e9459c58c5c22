//! A shop's terminal: a plain purchase, command by command (`docs/spec/terminal.md` 1.5), and what becomes of it
//! when something fails.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use support::{
    BEIJING, FINE, LOST_AFTER_DEBIT, LOST_BEFORE_DEBIT, Stand, Tapped, Trouble, actual, card, card_with,
    profile, tariff,
};
use tunion_apdu::Name;
use tunion_card::Card;
use tunion_data::Fen;
use tunion_data::civil::{DateTime, date};
use tunion_data::upload::{RecordKind, UploadRecord};
use tunion_harness::random::Stream;
use tunion_terminal::profile::PosProfile;
use tunion_terminal::{BlackList, Code, Event, Fares, Note, Place, Profile, Request, Setup};

fn shop() -> Profile {
    let pos = PosProfile { limit: Fen::from_yuan(40), merchant_type: [0x54, 0x11] };
    Profile { pos, ..profile() }
}

fn with_shop(play: impl FnOnce(Stand<'_>)) {
    let (profile, black_list) = (shop(), BlackList::new());
    let setup =
        Setup { profile: &profile, place: Place::Pos, fares: Fares::Controller, black_list: &black_list };
    play(Stand::at(setup, 7));
}

fn at(minute: i8, second: i8) -> DateTime {
    date(2026, 11, 23).at(12, minute, second, 0)
}

fn buy(shop: &mut Stand<'_>, card: &mut Card<Stream>, at: DateTime, fen: u32, trouble: Trouble) -> Tapped {
    shop.ask(card, at, Request::Buy(Fen::new(fen)), trouble)
}

#[test]
fn a_purchase_has_these_commands_and_no_record_of_a_trip() {
    with_shop(|mut shop| {
        let mut card = card(1);
        let (rail, trips) = (card.rail_record(), card.image().trips);
        let bought = buy(&mut shop, &mut card, at(0, 0), 1250, FINE);
        let sent: Vec<Name> = bought.order.iter().filter_map(|sent| sent.as_ref().ok().copied()).collect();
        assert_eq!(
            sent,
            [
                Name::SelectName,
                Name::ReadBinary,
                Name::ReadBinary,
                Name::GetBalance,
                Name::InitForPurchase,
                Name::InitSamForPurchase,
                Name::DebitForPurchase,
                Name::CreditSamForPurchase,
            ]
        );
        let header = |at: usize| bought.commands[at][..5].to_vec();
        assert_eq!(header(1), [0x00, 0xB0, 0x95, 0x00, 0x1E]);
        assert_eq!(header(2), [0x00, 0xB0, 0x97, 0x00, 0x3C]);
        // 80 50 01 02 0B, key index, amount, terminal, 0F.
        let init = [0x80, 0x50, 0x01, 0x02, 0x0B, 0x01, 0, 0, 0x04, 0xE2, 0x10, 0, 0, 0, 0, 7, 0x0F];
        assert_eq!(bought.commands[4], init);
        // 80 70 with 36 bytes: amount at 6, type 06 at 10, the time of the tap at 11.
        let sam = bought.data_of(&[0x80, 0x70, 0x00, 0x00, 0x24]);
        assert_eq!(sam[6..10], [0, 0, 0x04, 0xE2]);
        assert_eq!(sam[10], 0x06);
        assert_eq!(sam[11..18], [0x20, 0x26, 0x11, 0x23, 0x12, 0x00, 0x00]);
        assert_eq!(header(6), [0x80, 0x54, 0x01, 0x00, 0x0F]);

        assert_eq!(actual(&card), Fen::new(3750));
        assert_eq!((card.rail_record(), card.image().trips), (rail, trips));
        let log = card.image().log[0].record;
        assert_eq!((log.transaction, log.amount), (0x06, Fen::new(1250)));
        let [record] = bought.records[..] else { panic!("{:?}", bought.records) };
        assert_eq!(
            (record.kind, record.trip_type, record.transaction),
            (RecordKind::Purchase as u8, 0, 0x06)
        );
        assert_eq!((record.industry, record.line, record.station), (0, 0, 0));
        assert_eq!(
            (record.amount, record.list, record.discount),
            (Fen::new(1250), Fen::new(1250), Fen::ZERO)
        );
        assert_eq!((record.balance_before, record.balance_after), (Fen::new(5000), Fen::new(3750)));
        assert_eq!((record.merchant_type, record.acquirer), ([0x54, 0x11], BEIJING));
        assert_eq!((record.surcharge_kind, record.payment, record.flags), (0, 0, 0));
    });
}

#[test]
fn slips_of_the_keys_are_refused_before_the_card_is_asked() {
    with_shop(|mut shop| {
        let mut card = card(1);
        for (fen, code) in
            [(0, Code::FareBroken), (4001, Code::FareBroken), (u32::MAX, Code::FareBroken), (4000, Code::Ok)]
        {
            let tapped = buy(&mut shop, &mut card, at(0, 0), fen, FINE);
            assert_eq!(tapped.code(), code, "{fen}");
            assert_eq!(tapped.sent(Name::InitForPurchase), code == Code::Ok, "{fen}");
        }
        assert_eq!(actual(&card), Fen::from_yuan(10));
    });
}

#[test]
fn the_last_fen_can_be_spent_and_no_more() {
    with_shop(|mut shop| {
        let mut card = card_with(1, Fen::new(700));
        let refused = buy(&mut shop, &mut card, at(0, 0), 701, FINE);
        assert_eq!((refused.code(), refused.sent(Name::InitForPurchase)), (Code::Balance, false));
        assert_eq!(buy(&mut shop, &mut card, at(1, 0), 700, FINE).code(), Code::Ok);
        assert_eq!(actual(&card), Fen::ZERO);
    });
}

#[test]
fn a_lost_purchase_is_proved_by_type_06_and_not_made_twice() {
    with_shop(|mut shop| {
        let mut card = card(1);
        let lost = buy(&mut shop, &mut card, at(0, 0), 800, LOST_AFTER_DEBIT);
        assert_eq!((lost.code(), lost.records.len(), shop.store.len()), (Code::Moved, 0, 1));
        shop.restart();
        let again = buy(&mut shop, &mut card, at(1, 0), 800, FINE);
        assert_eq!((again.code(), again.recovered(), actual(&card)), (Code::Ok, true, Fen::new(4200)));
        // GET TRANSACTION PROVE of type 06, for the sequence that it has.
        assert_eq!(again.data_of(&[0x80, 0x5A, 0x00, 0x06]), [0, 1]);
        let [record] = again.records[..] else { panic!("{:?}", again.records) };
        assert!(record.has(UploadRecord::RECOVERED) && !record.has(UploadRecord::GREY));
        assert_eq!((record.kind, record.amount), (RecordKind::Purchase as u8, Fen::new(800)));
        assert_eq!(record.at.datetime(), Some(at(0, 0)), "the original time");
        assert!(shop.store.is_empty());
    });
}

#[test]
fn another_amount_or_a_later_tap_is_a_purchase_of_its_own() {
    with_shop(|mut shop| {
        let (mut other, mut later) = (card(1), card(2));
        buy(&mut shop, &mut other, at(0, 0), 800, LOST_AFTER_DEBIT);
        let tapped = buy(&mut shop, &mut other, at(0, 10), 900, FINE);
        assert_eq!((tapped.code(), tapped.recovered(), tapped.records.len()), (Code::Ok, true, 2));
        assert_eq!(actual(&other), Fen::new(3300));

        buy(&mut shop, &mut later, at(1, 0), 800, LOST_AFTER_DEBIT);
        let tapped = buy(&mut shop, &mut later, at(3, 1), 800, FINE);
        assert_eq!((tapped.code(), tapped.records.len(), actual(&later)), (Code::Ok, 2, Fen::new(3400)));
    });
}

#[test]
fn a_purchase_that_was_not_done_is_done_once() {
    with_shop(|mut shop| {
        let mut card = card(1);
        buy(&mut shop, &mut card, at(0, 0), 800, LOST_BEFORE_DEBIT);
        assert_eq!(actual(&card), Fen::from_yuan(50));
        let again = buy(&mut shop, &mut card, at(0, 10), 800, FINE);
        assert_eq!((again.code(), again.notes(), again.records.len()), (Code::Ok, &[Note::NotDone][..], 1));
        assert_eq!((actual(&card), shop.store.len()), (Fen::new(4200), 0));
    });
}

#[test]
fn no_debit_without_a_grey_record() {
    with_shop(|mut shop| {
        let mut card = card(1);
        let failed = buy(&mut shop, &mut card, at(0, 0), 800, Trouble { store_fails: true, ..FINE });
        assert_eq!((failed.code(), failed.sent(Name::DebitForPurchase)), (Code::StoreFailed, false));
        assert_eq!(actual(&card), Fen::from_yuan(50));
    });
}

#[test]
fn a_refused_mac2_keeps_the_record() {
    with_shop(|mut shop| {
        let mut card = card(1);
        let failed = buy(&mut shop, &mut card, at(0, 0), 800, Trouble { wrong_mac2: true, ..FINE });
        assert_eq!((failed.code(), failed.records.len()), (Code::Mac2, 1));
        assert!(failed.records[0].has(UploadRecord::MAC2_FAILED));
        assert_eq!(buy(&mut shop, &mut card, at(0, 10), 800, FINE).code(), Code::Distrusted);
    });
}

#[test]
fn a_shop_neither_loads_nor_lets_ride_nor_tells() {
    with_shop(|mut shop| {
        for request in [Request::Ride, Request::Load(Fen::from_yuan(10)), Request::Enquire] {
            assert_eq!(shop.terminal.step(at(0, 0), Event::Card(request)), []);
        }
        assert!(shop.terminal.is_ready());
    });
}

/// The lost purchase of a shop is found by the shop, not by a gate that the card went to meanwhile.
#[test]
fn a_purchase_and_a_ride_do_not_get_into_each_others_way() {
    let tariff = tariff();
    let (profile, black_list) = (shop(), BlackList::new());
    let mut gate = Stand::new(&profile, &tariff, &black_list, 1, tunion_terminal::Direction::Entry, "西二旗");
    with_shop(|mut shop| {
        let mut card = card(1);
        buy(&mut shop, &mut card, at(0, 0), 800, LOST_AFTER_DEBIT);
        assert_eq!(gate.ask(&mut card, at(1, 0), Request::Ride, FINE).code(), Code::Ok);
        // The card was used since: the second purchase is one of its own.
        let again = buy(&mut shop, &mut card, at(1, 30), 800, FINE);
        assert_eq!((again.code(), again.recovered(), again.records.len()), (Code::Ok, true, 2));
        assert_eq!(actual(&card), Fen::new(3400));
    });
}
