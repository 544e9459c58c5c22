//! The settings, security and records of a profile: what is said, and what is not right.

use insta::assert_snapshot;
use tunion_card::profile::{Algorithms, BlockedSelect, OutOfOrder, Tries, Variants};
use tunion_card::{Block, Interface, TriesLeft};
use tunion_data::file::{BusRecord, RailRecord, RailRecordView, TripRecord};
use tunion_data::{Fen, Fen24};

use super::{CARD, Source, parse};
use crate::card::CardFile;

/// The card of the tests with more behind it.
fn with(more: &str) -> Result<CardFile, String> {
    parse(&Source::new("lin.toml", format!("{CARD}\n{more}"))).map_err(|errors| errors.to_string())
}

/// The card of the tests with a key at the top.
fn top(line: &str) -> Result<CardFile, String> {
    let text = CARD.replacen("version = 1\n", &format!("version = 1\n{line}\n"), 1);
    parse(&Source::new("lin.toml", text)).map_err(|errors| errors.to_string())
}

#[test]
fn every_setting_is_read() {
    let card = with(
        "[fci]\nversion = \"0030\"\nlabel = true\npriority = 2\npreferred-name = \"CARD\"\npadding = 4\n\
         [directory]\npriority = 2\ne-cash = true\npse = true\n\
         [select-by-id]\npurse = \"ADFA\"\nfiles = true\n\
         [accept]\ndebit-p1-02 = false\ncredit-p2-02 = false\ncapp-p1-00 = false\n\
         [blocked]\nselect = \"6283\"\ndirectory = \"6283\"\n\
         [prove]\ndepth = 10\nwhile-open = false\n\
         [tries]\npin = 1\nmessages = 0\ntransactions = 15\nexternal = 2\n",
    )
    .unwrap();
    let profile = &card.profile;
    assert_eq!((&profile.fci.version[..], profile.fci.label), (&[0x00, 0x30][..], true));
    assert_eq!((profile.fci.priority, profile.fci.padding), (Some(2), 4));
    assert_eq!(profile.fci.preferred_name, *b"CARD");
    assert_eq!(
        (profile.directory.priority, profile.directory.e_cash, profile.directory.pse),
        (2, true, true)
    );
    assert_eq!((profile.by_id.purse, profile.by_id.files), (Some(0xADFA), true));
    assert_eq!(profile.variants, Variants { debit_p1_02: false, credit_p2_02: false, capp_p1_00: false });
    assert_eq!(profile.blocked.select, BlockedSelect::Invalidated);
    assert!(profile.blocked.directory_warns);
    assert_eq!((profile.prove.depth, profile.prove.while_open), (10, false));
    assert_eq!(profile.tries, Tries { pin: 1, messages: 0, transactions: 15, external: 2 });

    assert_eq!(top("link = \"contact\"").unwrap().profile.interface, Interface::Contact);
    assert_eq!(top("algorithms = \"both\"").unwrap().profile.algorithms, Algorithms::Both);
    assert_eq!(top("out-of-order = \"6985\"").unwrap().profile.out_of_order, OutOfOrder::Conditions);
    assert!(top("capp-wants-update = true").unwrap().profile.capp_wants_update);
    assert!(top("load-wants-pin = true").unwrap().profile.load_wants_pin);
    assert_eq!(top("aid = \"A00000063201010510009156000014A1\"").unwrap().aid.len(), 16);
}

#[test]
fn security_is_read() {
    let card = with("[security]\nblocked = \"permanent\"\ncard-blocked = true\nleft.pin = 0\n").unwrap();
    let security = card.image.security;
    assert_eq!((security.blocked, security.card_blocked), (Block::Permanent, true));
    let all = TriesLeft::from(Tries::default());
    assert_eq!(security.left, Some(TriesLeft { pin: 0, ..all }));
}

#[test]
fn records_are_read() {
    let card = with(
        "[rail]\nstatus = \"exited\"\nexit-city = \"1000\"\nmonth-paid = \"12.50\"\nmonth-rides = 3\n\
         [bus]\nstate = \"on\"\nboard-vehicle = \"A1001\"\nannotated = \"3.00\"\n\
         [[log]]\nseq = 2\namount = \"4.00\"\ntransaction = \"capp\"\n\
         [[log]]\nseq = 1\n\
         [[trip]]\ntrip-type = \"exit\"\nindustry = 7\namount = \"4.00\"\nat = 2026-11-23T08:05:00\n\
         [ef-1a.2703]\nrecord-id = \"2703\"\nlength = \"7D\"\ndata = \"0102\"\n"
            .replace("\"0102\"", &format!("\"{}\"", "01".repeat(125)))
            .as_str(),
    )
    .unwrap();
    let bytes = card.image.industry.get(1).unwrap();
    assert!(RailRecordView::new(bytes).unwrap().crc_holds());
    let rail = RailRecord::decode(bytes);
    assert_eq!((rail.record_id, rail.length, rail.valid, rail.status), (0x2701, 0x7D, 1, 2));
    assert_eq!((rail.month_paid, rail.month_rides), (Fen24::new(Fen::new(1250)).unwrap(), 3));
    let bus = BusRecord::decode(card.image.industry.get(2).unwrap());
    assert_eq!((bus.record_id, bus.state, &bus.board_vehicle), (0x2702, 1, b"A1001   "));
    assert_eq!(card.image.industry.get(3).unwrap()[..4], [0x27, 0x03, 0x7D, 0x01]);
    assert_eq!(card.image.log.len(), 2);
    assert_eq!((card.image.log[0].record.seq, card.image.log[0].record.amount), (2, Fen::from_yuan(4)));
    let trip = TripRecord::decode(&card.image.trips[0]);
    assert_eq!((trip.trip_type, trip.industry, trip.amount), (4, 7, Fen::from_yuan(4)));
    // A sum that is given stands.
    let card = with("[rail]\ncrc = \"00000000\"").unwrap();
    assert!(!RailRecordView::new(card.image.industry.get(1).unwrap()).unwrap().crc_holds());
}

#[test]
fn faults_of_the_settings() {
    assert_snapshot!(top("aid = \"A0000006320101\"").unwrap_err());
    assert_snapshot!(top("link = \"wireless\"").unwrap_err());
    assert_snapshot!(top("le = \"lenien\"").unwrap_err());
    assert_snapshot!(with("[fci]\nversion = \"020304\"\npadding = 9").unwrap_err());
    assert_snapshot!(with("[fci]\npreferred-name = \"much too long a name\"").unwrap_err());
    assert_snapshot!(with("[directory]\npriority = 3").unwrap_err());
    assert_snapshot!(with("[prove]\ndepth = 11").unwrap_err());
    assert_snapshot!(with("[tries]\npin = 0\ntransactions = 16").unwrap_err());
    assert_snapshot!(with("[blocked]\nselect = \"6985\"").unwrap_err());
    assert_snapshot!(with("[select-by-id]\npurse = 3").unwrap_err());
    assert_snapshot!(with("[accept]\ndebit-p1-01 = true").unwrap_err());
    assert_snapshot!(top("aid = \"A00000063201010Z\"").unwrap_err());
    assert_snapshot!(with("[fci]\nversion = \"O2\"").unwrap_err());
}

#[test]
fn faults_of_security() {
    assert_snapshot!(with("[pin]\ndigits = \"12a4\"").unwrap_err());
    assert_snapshot!(with("[security]\nblocked = \"forever\"").unwrap_err());
    assert_snapshot!(with("[security]\nleft.pin = 4\nleft.transactions = 1").unwrap_err());
    assert_snapshot!(with("[security]\nsm4-in-use = true").unwrap_err());
    assert_snapshot!(with("[proofs]\nlast = \"debit\"").unwrap_err());
    assert_snapshot!(with("[proofs.capp]\nsequence = 1").unwrap_err());
    assert_snapshot!(with("[keys]\nissuer = \"01011000FFFFFFFF\"\nnumber = \"310517\"").unwrap_err());
}

#[test]
fn faults_of_the_records() {
    assert_snapshot!(with("[rail]\nstatus = \"entred\"").unwrap_err());
    assert_snapshot!(with("[rail]\nstatus = 256\nentry-city = \"10\"\nentry-at = 2026-11-23").unwrap_err());
    assert_snapshot!(with("[rail]\nentry-sation = \"00\"").unwrap_err());
    assert_snapshot!(with("[bus]\nannotated = 3.5\nboard-vehicle = \"much too long\"").unwrap_err());
    assert_snapshot!(with("[[log]]\ntime = 2026-11-23\noverdraft-limit = \"200000.00\"").unwrap_err());
    assert_snapshot!(with(&"[[log]]\nseq = 1\n".repeat(11)).unwrap_err());
    assert_snapshot!(with("[ef-1a.2713]\ndata = \"00\"").unwrap_err());
    assert_snapshot!(with("[ef-1a.2703]\ndata = \"00\"\nlenght = \"7D\"").unwrap_err());
    assert_snapshot!(with("[ef-15]\nissuer = \"00\"").unwrap_err());
    let info = CARD.find("[info]").unwrap();
    let text = format!("{}[management]\ncity = \"1000\"\n", &CARD[..info]);
    assert_snapshot!(parse(&Source::new("lin.toml", text)).unwrap_err());
    let holder = CARD.find("[holder]").unwrap();
    let management = CARD.find("[management]").unwrap();
    let text = format!("{}{}", &CARD[..info], &CARD[holder..management]);
    assert_snapshot!(parse(&Source::new("lin.toml", text)).unwrap_err());
}
