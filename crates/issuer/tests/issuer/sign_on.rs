//! The host of sign-ons against a load SAM, by APDUs, and its book.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use tunion_apdu::{CommandBuf, Response, Sw, build};
use tunion_data::civil::{DateTime, date};
use tunion_data::command::{SamApplication, SamQuota, SamSerial};
use tunion_data::file::Sfi;
use tunion_data::host::{SignOnRefusal, SignOnRequest};
use tunion_data::{Fen, IssuerId, TerminalId};
use tunion_issuer::{QuotaRules, Roots, SignOnHost};
use tunion_psam::contents::LoadSam;
use tunion_psam::{Chip, Contents, Psam, SequenceMoves, Transport};

const TERMINAL: TerminalId = TerminalId([0x10, 0, 0, 0, 0, 1]);
const RULES: QuotaRules = QuotaRules { quota: Fen::from_yuan(100), per_day: Fen::from_yuan(250), hours: 12 };

fn serial(number: u8) -> SamSerial {
    SamSerial { kind: 0x0F, version: 1, number: [number; 8] }
}

fn sam(number: u8) -> Psam<ChaCha8Rng> {
    let roots = Roots::numbered();
    let serial = serial(number);
    let issuer = IssuerId([1; 8]);
    let contents = Contents {
        serial,
        terminal: TERMINAL,
        application: SamApplication { key_index: 1, issuer, ..SamApplication::default() },
        purchase_root: roots.purchase.clone(),
        key_version: roots.version,
        sequence: 1,
        sequence_moves: SequenceMoves::AtInit,
        mac_failure_limit: 3,
        block_root: roots.app_block.clone(),
        maintenance_root: roots.app_maintenance.clone(),
        control_key: roots.sam_control(&serial),
        load: Some(LoadSam { root: roots.sam_load(issuer), authenticate: roots.sam_authenticate(&serial) }),
        transport: Transport::Direct,
    };
    let mut sam = Psam::new(contents, ChaCha8Rng::seed_from_u64(u64::from(number)));
    assert_eq!(send(&mut sam, &build::select_file(0x8011)).0, Sw::OK);
    sam
}

fn send(sam: &mut Psam<ChaCha8Rng>, command: &CommandBuf) -> (Sw, Vec<u8>) {
    let mut response = Response::new();
    sam.process(command, &mut response).unwrap();
    (response.sw(), response.data().to_vec())
}

fn host() -> SignOnHost {
    let mut host = SignOnHost::new(Roots::numbered(), RULES);
    host.give_out(serial(1), TERMINAL);
    host
}

fn ask(challenge: [u8; 8], at: DateTime) -> SignOnRequest {
    SignOnRequest { serial: serial(1), terminal: TERMINAL, challenge, at }
}

const MORNING: DateTime = DateTime::constant(2026, 11, 23, 8, 0, 0, 0);

#[test]
fn a_load_sam_takes_what_its_own_host_gives_it() {
    let mut host = host();
    let mut sam = sam(1);
    let challenge: [u8; 8] = send(&mut sam, &build::sam_challenge()).1.try_into().unwrap();
    let given = host.sign_on(&ask(challenge, MORNING)).unwrap();
    assert_eq!(send(&mut sam, &build::authenticate_sam(given.authenticator)).0, Sw::OK);
    let quota = SamQuota { quota: given.quota, expiry: given.expiry, batch: given.batch };
    assert_eq!(send(&mut sam, &build::write_quota(&quota)).0, Sw::OK);
    let (_, left) = send(&mut sam, &build::read_binary(Sfi::QUOTA, 15));
    assert_eq!(SamQuota::try_from(&left[..]).unwrap(), quota);
    assert_eq!((quota.quota, quota.batch), (Fen::from_yuan(100), 1));
    assert_eq!(quota.expiry.datetime(), Some(date(2026, 11, 23).at(20, 0, 0, 0)));
}

#[test]
fn another_sam_does_not() {
    let mut host = host();
    let mut other = sam(2);
    let challenge: [u8; 8] = send(&mut other, &build::sam_challenge()).1.try_into().unwrap();
    let given = host.sign_on(&ask(challenge, MORNING)).unwrap();
    assert_eq!(send(&mut other, &build::authenticate_sam(given.authenticator)).0, Sw::tries_left(2));
}

#[test]
fn a_day_has_a_quota_and_each_sign_on_a_batch() {
    let mut host = host();
    let given = |host: &mut SignOnHost, number: u8, at| {
        host.sign_on(&ask([number; 8], at)).map(|given| (given.quota.get() / 100, given.batch))
    };
    assert_eq!(given(&mut host, 1, MORNING), Ok((100, 1)));
    assert_eq!(given(&mut host, 1, MORNING), Ok((100, 1)), "the same request is the same sign-on");
    assert_eq!(given(&mut host, 2, MORNING), Ok((100, 2)));
    assert_eq!(given(&mut host, 3, MORNING), Ok((50, 3)), "what is left of the day");
    assert_eq!(given(&mut host, 4, MORNING), Err(SignOnRefusal::DayQuotaSpent(RULES.per_day)));
    let tomorrow = date(2026, 11, 24).at(0, 0, 0, 0);
    assert_eq!(given(&mut host, 5, tomorrow), Ok((100, 4)));
    let account = host.account(serial(1)).unwrap();
    assert_eq!(account.given_on(MORNING.date()), RULES.per_day);
    assert_eq!(account.given.last().unwrap().answer.settled.date(), Some(tomorrow.date()));
}

#[test]
fn who_gets_none() {
    let mut host = host();
    let request = ask([1; 8], MORNING);
    let unknown = SignOnRequest { serial: serial(9), ..request };
    assert_eq!(host.sign_on(&unknown), Err(SignOnRefusal::UnknownSam));
    let moved = SignOnRequest { terminal: TerminalId([0; 6]), ..request };
    assert_eq!(host.sign_on(&moved), Err(SignOnRefusal::WrongTerminal));
    host.account_mut(serial(1)).unwrap().barred = true;
    assert_eq!(host.sign_on(&request), Err(SignOnRefusal::Barred));
    // Given out again, it is still barred.
    host.give_out(serial(1), TERMINAL);
    assert_eq!(host.sign_on(&request), Err(SignOnRefusal::Barred));
    let nothing = QuotaRules { quota: Fen::ZERO, ..RULES };
    let mut stingy = SignOnHost::new(Roots::numbered(), nothing);
    stingy.give_out(serial(1), TERMINAL);
    assert_eq!(stingy.sign_on(&request), Err(SignOnRefusal::DayQuotaSpent(RULES.per_day)));
}
