//! The states of a card with its purse selected, as tables (`docs/spec/card.md` 3.1, 6a, 8.3, 8.4): what
//! each command does to the open transaction, the challenge, the PIN that was verified and the external
//! authentication.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use hex_literal::hex;
use support::host::{Host, bytes, change_pin, reload_pin, rich, spoiled, verify_pin};
use support::{APP_MAINTENANCE, Fixed, init};
use tunion_apdu::{CommandBuf, Name, build};
use tunion_card::{Chip, Contents};
use tunion_data::command::Transaction as T;
use tunion_data::fci::{EP_AID, PPSE};
use tunion_data::file::Sfi;

/// The amount of every transaction here; of a limit update the new limit.
const AMOUNT: u32 = 1_500;

/// What can be open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Open {
    Nothing,
    Load,
    Unload,
    Update,
    Purchase,
    /// A composite purchase without an UPDATE CAPP DATA CACHE.
    Capp,
    /// A composite purchase with 2701 and a record of EF 1E in the cache.
    Cached,
}

impl Open {
    const ALL: [Self; 7] =
        [Self::Nothing, Self::Load, Self::Unload, Self::Update, Self::Purchase, Self::Capp, Self::Cached];

    fn transaction(self) -> Option<T> {
        Some(match self {
            Self::Nothing => return None,
            Self::Load => T::Load,
            Self::Unload => T::Unload,
            Self::Update => T::LimitUpdate,
            Self::Purchase => T::Purchase,
            Self::Capp | Self::Cached => T::Capp,
        })
    }
}

const TRIP: [u8; 48] = [0x77; 48];

fn rail() -> [u8; 128] {
    let mut record = [0x78; 128];
    record[..2].copy_from_slice(&hex!("2701"));
    record
}

/// A card with everything there is: a challenge, the PIN verified, an external authentication, and a
/// transaction open.
fn with_everything(open: Open, set: fn(&mut Contents)) -> Host {
    let mut contents = rich();
    contents.profile.load_wants_pin = true;
    contents.profile.by_id.files = true;
    set(&mut contents);
    let mut host = Host::of(&contents);
    host.ok(&verify_pin(b"123456"));
    let authentication = host.authentication(0);
    host.ok(&authentication);
    host.challenge();
    if let Some(transaction) = open.transaction() {
        host.open(transaction, AMOUNT);
    }
    if open == Open::Cached {
        host.ok(&build::update_capp(Sfi::INDUSTRY, 1, &rail()));
        host.ok(&build::update_capp(Sfi::TRIP, 0, &TRIP));
    }
    host
}

/// Whether the transaction is still open: its right end is done, with what is in the cache, or out of order.
fn is_open(host: &Host, open: Open) -> bool {
    let mut host = host.clone();
    let before = host.card.image();
    let end = host.end();
    match host.sw(&end) {
        0x9000 => {
            let after = host.card.image();
            let cached = (after.trips[0] == TRIP, after.industry.get(1) == Some(&rail()));
            let expected = open == Open::Cached;
            assert_eq!(cached, (expected, expected), "the cache goes with its transaction");
            true
        }
        0x6901 => {
            assert_eq!(host.card.image(), before);
            false
        }
        other => panic!("{open:?}: {other:04X}"),
    }
}

/// What the card still has, as the letters of [`Row`]; each is found out on a copy.
fn found(host: &Host, open: Open) -> String {
    let asked = |command: &[u8]| host.clone().sw(command);
    let challenge = asked(&hex!("0082000108 0000000000000000")) == 0x63C2;
    let pin = asked(&init(T::Load, 1)) == 0x9000;
    let authenticated = asked(&hex!("00D6960001 00")) == 0x9000;
    let transaction = open != Open::Nothing && is_open(host, open);
    [('C', challenge), ('P', pin), ('A', authenticated), ('T', transaction)]
        .into_iter()
        .filter_map(|(letter, there)| there.then_some(letter))
        .collect()
}

/// A command, its status word, and what it leaves of C the challenge, P the PIN verified, A the external
/// authentication, T the transaction with its cache. Whatever is open, it is the same.
type Row = (&'static str, u16, &'static str, fn(&mut Host) -> CommandBuf);

fn raw(command: &[u8]) -> CommandBuf {
    bytes(&[command])
}

fn reading() -> Vec<Row> {
    vec![
        ("READ BINARY", 0x9000, "CPAT", |_| raw(&hex!("00B095001E"))),
        ("READ BINARY with a wrong Le", 0x6C1E, "CPAT", |_| raw(&hex!("00B095001F"))),
        ("READ RECORD", 0x9000, "CPAT", |_| raw(&hex!("00B201C417"))),
        ("GET BALANCE", 0x9000, "CPAT", |_| raw(&hex!("805C030204"))),
        ("GET TRANSACTION PROVE, not kept", 0x9406, "CPAT", |_| build::prove(T::Capp, 6)),
        ("GET CHALLENGE", 0x9000, "CPAT", |_| build::get_challenge(8)),
        ("GET CHALLENGE of five", 0x6700, "CPAT", |_| build::get_challenge(5)),
        ("INTERNAL AUTHENTICATE", 0x9000, "CPAT", |_| raw(&hex!("0088000008 0102030405060708"))),
        ("GET ALGORITHM", 0x9000, "CPAT", |_| raw(&hex!("80CD0000"))),
        ("GET RESPONSE, contactless", 0x6985, "CPAT", |_| raw(&hex!("00C00000"))),
        ("UPDATE CAPP DATA CACHE cut short", 0x6700, "CPAT", |_| raw(&hex!("80DC00F030 01"))),
        ("a PSAM's INITIALIZE", 0x6D00, "CPAT", |_| raw(&hex!("8070000000"))),
        ("another class", 0x6E00, "CPAT", |_| raw(&hex!("90A40000"))),
        ("nothing", 0x6700, "CPAT", |_| raw(&[])),
    ]
}

fn selecting() -> Vec<Row> {
    vec![
        ("SELECT of the purse", 0x9000, "", |_| build::select_name(&EP_AID)),
        ("SELECT of an elementary file", 0x9000, "CPA", |_| build::select_file(0x0015)),
        ("SELECT of what is not there", 0x6A82, "CPA", |_| raw(&hex!("00A4040008 A000000632010106 00"))),
        ("SELECT by an id that is not there", 0x6A82, "CPA", |_| build::select_file(0x3F01)),
        ("SELECT with a wrong Le", 0x6700, "CPA", |_| raw(&hex!("00A4040008 A000000632010105 10"))),
        ("SELECT with another P1", 0x6A86, "CPA", |_| raw(&hex!("00A4020008 A000000632010105 00"))),
        ("SELECT with less than its Lc", 0x6700, "CPA", |_| raw(&hex!("00A4040010 A000000632010105"))),
        ("SELECT cut short", 0x6700, "CPA", |_| raw(&hex!("00A4"))),
        ("INITIALIZE beyond the balance", 0x9401, "CPA", |_| init(T::Capp, 11_001)),
        ("INITIALIZE beyond the ceiling", 0x6985, "CPA", |_| init(T::Load, 490_001)),
        ("INITIALIZE with another key", 0x9403, "CPA", |_| raw(&hex!("805001020B 02 00000000 100000000001"))),
        ("INITIALIZE with a wrong Le", 0x6700, "CPA", |_| {
            raw(&hex!("805003020B 01 00000000 100000000001 0E"))
        }),
        ("INITIALIZE with a wrong Lc", 0x6700, "CPA", |_| raw(&hex!("805003020A 01 00000000 1000000000"))),
        ("INITIALIZE FOR CASH WITHDRAW", 0x6A86, "CPA", |_| {
            raw(&hex!("805002010B 01 00000000 100000000001"))
        }),
        ("INITIALIZE cut short", 0x6700, "CPA", |_| raw(&hex!("8050"))),
    ]
}

fn changing() -> Vec<Row> {
    vec![
        ("VERIFY PIN, right", 0x9000, "CPA", |_| verify_pin(b"123456")),
        ("VERIFY PIN, wrong", 0x63C2, "CA", |_| verify_pin(b"654321")),
        ("VERIFY PIN with no PIN", 0x6A80, "CPAT", |_| verify_pin(b"PIN")),
        ("CHANGE PIN, right", 0x9000, "CPA", |_| change_pin(b"123456\xFF1234")),
        ("CHANGE PIN, wrong", 0x63C2, "CA", |_| change_pin(b"654321\xFF1234")),
        ("CHANGE PIN with no PIN", 0x6A80, "CPAT", |_| change_pin(b"123456\xFF1")),
        ("RELOAD PIN, right", 0x9000, "CPA", |_| reload_pin(b"1234")),
        ("RELOAD PIN, wrong", 0x6988, "CPA", |_| spoiled(reload_pin(b"1234"))),
        ("RELOAD PIN with no PIN", 0x6A80, "CPAT", |_| reload_pin(b"PI")),
        ("PIN UNBLOCK while tries are left", 0x6985, "CPAT", |_| raw(&hex!("8424000004 00000000"))),
        ("EXTERNAL AUTHENTICATE, right", 0x9000, "PA", |host| host.authentication(0)),
        ("EXTERNAL AUTHENTICATE, wrong", 0x63C2, "PA", |host| spoiled(host.authentication(0))),
        ("EXTERNAL AUTHENTICATE with another key", 0x6A88, "CPAT", |_| {
            raw(&hex!("0082000208 0000000000000000"))
        }),
        ("UPDATE BINARY", 0x9000, "CPA", |_| raw(&hex!("00D6960001 01"))),
        ("UPDATE BINARY behind the end", 0x6B00, "CPAT", |_| raw(&hex!("00D6963701 01"))),
        ("UPDATE RECORD of EF 18", 0x6982, "CPAT", |_| raw(&hex!("00DC01C401 01"))),
        ("UPDATE BINARY with a MAC", 0x9000, "PA", |host| host.update_info(9, 2)),
        ("UPDATE BINARY with a wrong MAC", 0x6988, "PA", |host| spoiled(host.update_info(9, 2))),
        ("UPDATE BINARY with a MAC, behind the end", 0x6B00, "CPAT", |host| host.update_info(30, 2)),
        ("UPDATE BINARY with nothing but a MAC", 0x6987, "CPAT", |_| raw(&hex!("04D6950004 00000000"))),
        ("UPDATE RECORD with a MAC", 0x9000, "PA", |host| {
            host.signed(Name::SecureUpdateRecord, [0x1E, 0xF4], &[1; 48], APP_MAINTENANCE)
        }),
        ("APPEND RECORD", 0x9000, "PA", |host| {
            host.signed(Name::AppendRecord, [0x00, 0xF0], &[1; 64], APP_MAINTENANCE)
        }),
        ("APPLICATION BLOCK with a wrong MAC", 0x6988, "PA", |host| spoiled(host.app_block(0))),
        ("APPLICATION UNBLOCK after APPLICATION BLOCK", 0x9000, "PA", |host| {
            let block = host.app_block(0);
            host.ok(&block);
            host.app_unblock()
        }),
        ("APPLICATION UNBLOCK of what is not blocked", 0x6985, "CPAT", |_| raw(&hex!("8418000004 00000000"))),
        ("CARD BLOCK with a wrong MAC", 0x6988, "PA", |host| spoiled(host.card_block())),
        ("CHANGE ALGORITHM to the one in use", 0x9000, "CPA", |_| raw(&hex!("80CD0100"))),
        ("CHANGE ALGORITHM to one the card has not", 0x6985, "CPAT", |_| raw(&hex!("80CD0200"))),
    ]
}

fn hold(rows: &[Row], opens: &[Open], set: fn(&mut Contents)) {
    for (what, sw, left, command) in rows {
        for open in opens {
            let mut host = with_everything(*open, set);
            let command = command(&mut host);
            // GET CHALLENGE, which some of them begin with, changes nothing but the challenge.
            let what = format!("{what}, while this is open: {open:?}");
            assert_eq!(host.sw(&command), *sw, "{what}");
            let left = if *open == Open::Nothing { left.replace('T', "") } else { String::from(*left) };
            assert_eq!(found(&host, *open), left, "{what}");
        }
    }
}

#[test]
fn what_each_command_leaves() {
    for rows in [reading(), selecting(), changing()] {
        hold(&rows, &Open::ALL, |_| {});
    }
}

/// Where tries of secure messaging are not limited a wrong MAC writes nothing, so the transaction stays; a
/// right one ends it by what the command itself writes.
#[test]
fn what_a_mac_leaves_where_tries_are_not_limited() {
    let rows: [Row; 6] = [
        ("UPDATE BINARY with a MAC", 0x9000, "PA", |host| host.update_info(9, 2)),
        ("APPEND RECORD", 0x9000, "PA", |host| {
            host.signed(Name::AppendRecord, [0x00, 0xF0], &[1; 64], APP_MAINTENANCE)
        }),
        ("RELOAD PIN, right", 0x9000, "CPA", |_| reload_pin(b"1234")),
        ("APPLICATION UNBLOCK after APPLICATION BLOCK", 0x9000, "PA", |host| {
            let block = host.app_block(0);
            host.ok(&block);
            host.app_unblock()
        }),
        ("UPDATE BINARY with a wrong MAC", 0x6988, "PAT", |host| spoiled(host.update_info(9, 2))),
        ("RELOAD PIN, wrong", 0x6988, "CPAT", |_| spoiled(reload_pin(b"1234"))),
    ];
    hold(&rows, &Open::ALL, |contents| contents.profile.tries.messages = 0);
}

/// The end of the open transaction itself. A transaction that was done ends the security status too.
#[test]
fn what_the_end_leaves() {
    let rows: [Row; 3] = [
        ("its end, done", 0x9000, "C", |host| host.end()),
        ("its end with a wrong MAC", 0x9302, "CPA", |host| spoiled(host.end())),
        ("its end with a wrong Le", 0x6700, "CPAT", |host| {
            let mut end = host.end();
            *end.last_mut().unwrap() = 0x11;
            end
        }),
    ];
    hold(&rows, &Open::ALL[1..], |_| {});
    hold(&rows[..2], &Open::ALL[1..], |contents| contents.profile.tries.transactions = 3);
}

/// A reset, and a SELECT of the directory: the purse is selected again, and has nothing.
#[test]
fn nothing_outlives_a_reset_and_a_selection() {
    for open in Open::ALL {
        let mut host = with_everything(open, |_| {});
        host.again();
        assert_eq!(found(&host, open), "", "reset, {open:?}");
        let mut host = with_everything(open, |_| {});
        host.ok(&build::select_name(PPSE));
        host.ok(&build::select_name(&EP_AID));
        assert_eq!(found(&host, open), "", "the directory, {open:?}");
    }
}

/// What an ending command comes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Comes {
    /// 9000.
    Done,
    /// Refused, and what was open has ended.
    Ends(u16),
    /// Refused, and what was open goes on.
    Keeps(u16),
    /// 9000, and what was open goes on.
    GoesOn,
}

/// Each command that belongs to a transaction, for each that can be open:
/// nothing, load, unload, update, purchase, composite, composite with its cache filled.
#[test]
fn which_command_belongs_to_which_transaction() {
    use Comes::{Done, Ends, GoesOn, Keeps};
    const OUT: Comes = Ends(0x6901);
    const NOT_HERE: Comes = Keeps(0x6901);
    let table: [(&str, &[u8], [Comes; 7]); 7] = [
        ("CREDIT FOR LOAD", &hex!("805200000B"), [OUT, Done, OUT, OUT, OUT, OUT, OUT]),
        ("DEBIT FOR UNLOAD", &hex!("805403000B"), [OUT, OUT, Done, OUT, OUT, OUT, OUT]),
        ("UPDATE OVERDRAW LIMIT", &hex!("805800000E"), [OUT, OUT, OUT, Done, OUT, OUT, OUT]),
        ("DEBIT FOR PURCHASE", &hex!("805401000F"), [OUT, OUT, OUT, OUT, Done, Done, Done]),
        (
            "DEBIT FOR PURCHASE, P1 02",
            &hex!("805402000F"),
            [OUT, OUT, OUT, OUT, Done, Keeps(0x6A86), Keeps(0x6A86)],
        ),
        (
            "UPDATE CAPP DATA CACHE",
            &hex!("80DC00F030"),
            [NOT_HERE, NOT_HERE, NOT_HERE, NOT_HERE, NOT_HERE, GoesOn, GoesOn],
        ),
        (
            "UPDATE CAPP DATA CACHE of EF 15",
            &hex!("80DC00A801"),
            [NOT_HERE, NOT_HERE, NOT_HERE, NOT_HERE, NOT_HERE, Keeps(0x6A82), Keeps(0x6A82)],
        ),
    ];
    for (what, header, row) in table {
        for (open, comes) in Open::ALL.into_iter().zip(row) {
            let mut host = with_everything(open, |_| {});
            // The right end of what is open, under the header in question, or zeros.
            let data = vec![0; usize::from(header[4])];
            let mut command = bytes(&[header, &data]);
            if comes == Done {
                command = host.end();
                command[..5].copy_from_slice(header);
            } else if comes == GoesOn {
                command = bytes(&[header, &TRIP]);
            }
            let what = format!("{what}, while this is open: {open:?}");
            let sw = host.sw(&command);
            match comes {
                Done => assert_eq!(sw, 0x9000, "{what}"),
                Ends(word) | Keeps(word) => assert_eq!(sw, word, "{what}"),
                GoesOn => {
                    assert_eq!(sw, 0x9000, "{what}");
                    let before = host.card.image();
                    let end = host.end();
                    host.ok(&end);
                    assert_eq!(host.card.image().trips[0], TRIP, "{what}");
                    assert_ne!(host.card.image(), before);
                    continue;
                }
            }
            if open != Open::Nothing {
                assert_eq!(is_open(&host, open), matches!(comes, Keeps(_)), "{what}");
            }
        }
    }
}

/// An INITIALIZE takes the place of what was open, and of its cache.
#[test]
fn an_initialize_takes_the_place_of_the_other() {
    for open in &Open::ALL[1..] {
        for next in T::ALL {
            let mut host = with_everything(*open, |_| {});
            let old = host.end();
            *host.card.random_mut() = Fixed(hex!("55667788"));
            host.open(next, AMOUNT - 1);
            let mut meanwhile = host.clone();
            assert_ne!(meanwhile.sw(&old), 0x9000, "{open:?}, then {next:?}");
            let before = host.card.image();
            let end = host.end();
            host.ok(&end);
            let after = host.card.image();
            assert_eq!(
                (after.trips, after.industry),
                (before.trips, before.industry),
                "{open:?}, then {next:?}"
            );
        }
    }
}

/// A record that comes again takes the first one's place in the cache.
#[test]
fn a_cached_record_is_replaced() {
    let mut host = with_everything(Open::Cached, |_| {});
    let mut again = rail();
    again[127] = 0x01;
    host.ok(&build::update_capp(Sfi::INDUSTRY, 0, &again));
    host.ok(&build::update_capp(Sfi::TRIP, 0, &[0x99; 48]));
    let end = host.end();
    host.ok(&end);
    let image = host.card.image();
    assert_eq!((image.trips[0], image.trips[1], image.industry.get(1)), ([0x99; 48], [0; 48], Some(&again)));
}

/// 6985 instead of 6901, as FMCOS has it (`docs/spec/card.md` 8.1): the same rules by another word.
#[test]
fn out_of_order_can_be_6985() {
    let mut contents = rich();
    contents.profile.out_of_order = tunion_card::profile::OutOfOrder::Conditions;
    let mut host = Host::of(&contents);
    host.open(T::Load, 100);
    let credit = host.end();
    for command in [
        &hex!("805401000F 00000000 20240102 030405 00000000")[..],
        &credit,
        &hex!("80DC00F001 00"),
        &hex!("805403000B 20240102 030405 00000000"),
        &hex!("805800000E 000000 20240102 030405 00000000"),
    ] {
        assert_eq!(host.sw(command), 0x6985, "{command:02X?}");
    }
    host.ok(&build::select_name(PPSE));
    assert_eq!(host.sw(&credit), 0x6985);
}
