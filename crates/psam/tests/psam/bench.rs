//! A PSAM under the published test root, and what its host computes for itself.

use hex_literal::hex;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use tunion_apdu::{Response, Sw, build};
use tunion_crypto::{Algorithm, Challenge, Key16, Tally, purchase_block};
use tunion_data::command::{SamApplication, SamInitAnswer, SamInitRequest, SamKey, SamQuota, SamSerial};
use tunion_data::{BcdDate, BcdTime, Fen, IssuerId, TerminalId};
use tunion_psam::{Chip, Contents, LoadSam, Psam, SequenceMoves, Transport};

pub(crate) const MASTER: u16 = 0x3F00;
pub(crate) const PURCHASE: u16 = 0x8011;
pub(crate) const WRONG: [u8; 4] = [0; 4];
/// The root of `docs/spec/card.md` 5.1.
const ROOT: [u8; 16] = hex!("25EC312F61B9687CE3316101E60DB60B");

const BLOCK_ROOT: [u8; 16] = hex!("515E61C2469BB5F14A809E51252F9B97");
const MAINTENANCE_ROOT: [u8; 16] = hex!("5B207F7AC85102D5CD38A1DCFE686E7A");
pub(crate) const CONTROL: [u8; 16] = hex!("58B0FD07C1FD266D6819372645CD67AE");
/// A load root that its issuer has diversified, and the key of a load SAM's host: made up.
pub(crate) const LOAD: [u8; 16] = hex!("000102030405060708090A0B0C0D0E0F");
pub(crate) const HOST: [u8; 16] = hex!("101112131415161718191A1B1C1D1E1F");

pub(crate) type TestPsam = Psam<ChaCha8Rng>;

pub(crate) fn contents() -> Contents {
    Contents {
        serial: SamSerial { kind: 0x0E, version: 0x01, number: hex!("1000000000001234") },
        terminal: TerminalId(hex!("100000000001")),
        application: SamApplication {
            key_index: 1,
            issuer: IssuerId(hex!("01011000FFFFFFFF")),
            acquirer: IssuerId(hex!("01011000FFFFFFFF")),
            valid_from: BcdDate(hex!("20200101")),
            valid_to: BcdDate(hex!("20491231")),
        },
        purchase_root: Key16::new(ROOT),
        key_version: 1,
        sequence: 1,
        sequence_moves: SequenceMoves::AtInit,
        mac_failure_limit: 3,
        block_root: Key16::new(BLOCK_ROOT),
        maintenance_root: Key16::new(MAINTENANCE_ROOT),
        control_key: Key16::new(CONTROL),
        load: None,
        transport: Transport::Direct,
    }
}

/// The same as a load SAM.
pub(crate) fn load_sam() -> Contents {
    let load = LoadSam { root: Key16::new(LOAD), authenticate: Key16::new(HOST) };
    Contents { load: Some(load), ..contents() }
}

pub(crate) fn psam(contents: Contents) -> TestPsam {
    Psam::new(contents, ChaCha8Rng::seed_from_u64(1))
}

/// With DF 8011 selected.
pub(crate) fn ready(contents: Contents) -> TestPsam {
    let mut psam = psam(contents);
    assert_eq!(ask(&mut psam, &build::select_file(PURCHASE)), (Sw::OK, vec![]));
    psam
}

/// The entry of `docs/spec/card.md` 5.4.
pub(crate) fn entry() -> SamInitRequest {
    SamInitRequest {
        random: hex!("11223344"),
        seq: 5,
        amount: Fen::ZERO,
        transaction: 0x09,
        date: BcdDate(hex!("20240102")),
        time: BcdTime(hex!("030405")),
        key_version: 1,
        algorithm: 0,
        asn: hex!("4895199900000003"),
        issuer: IssuerId(hex!("05212482FFFFFFFF")),
    }
}

pub(crate) fn ask(psam: &mut TestPsam, command: &[u8]) -> (Sw, Vec<u8>) {
    let mut response = Response::new();
    psam.process(command, &mut response).unwrap();
    (response.sw(), response.data().to_vec())
}

/// INIT FOR DESCRYPT, answered.
pub(crate) fn descrypt(psam: &mut TestPsam, key: SamKey, factors: &[[u8; 8]]) {
    assert_eq!(ask(psam, &build::init_descrypt(key, factors)), (Sw::OK, vec![]));
}

/// A host gives a load SAM this quota.
pub(crate) fn sign_on(psam: &mut TestPsam, quota: &SamQuota) {
    let (_, random) = ask(psam, &build::sam_challenge());
    let challenge = Challenge::from(<[u8; 8]>::try_from(&random[..]).unwrap());
    let tally = &mut Tally::default();
    let proof = Key16::new(HOST).tdes(tally).authenticate(challenge, tally);
    assert_eq!(ask(psam, &build::authenticate_sam(proof)), (Sw::OK, vec![]));
    assert_eq!(ask(psam, &build::write_quota(quota)), (Sw::OK, vec![]));
}

pub(crate) fn init(psam: &mut TestPsam, request: &SamInitRequest) -> Result<SamInitAnswer, Sw> {
    let (sw, data) = ask(psam, &build::init_sam(request));
    if sw.is_ok() { Ok(SamInitAnswer::try_from(&data[..]).unwrap()) } else { Err(sw) }
}

pub(crate) fn credit(psam: &mut TestPsam, mac2: [u8; 4]) -> Sw {
    ask(psam, &build::credit_sam(mac2)).0
}

/// MAC2 as the card computes it.
pub(crate) fn mac2(request: &SamInitRequest, terminal_seq: u32) -> [u8; 4] {
    let tally = &mut Tally::default();
    let key = Key16::new(ROOT).card_key(Algorithm::Tdes, request.issuer.0, request.asn, tally).tdes(tally);
    let block = purchase_block(request.random, request.seq, terminal_seq);
    key.session_key(block, tally).mac(&request.amount.to_be_bytes(), tally)
}
