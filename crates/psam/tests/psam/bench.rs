//! A PSAM under the published test root, and what its host computes for itself.

use hex_literal::hex;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use tunion_apdu::{Response, Sw, build};
use tunion_crypto::{Algorithm, Key16, Tally, purchase_block};
use tunion_data::command::{SamApplication, SamInitAnswer, SamInitRequest, SamSerial};
use tunion_data::{BcdDate, BcdTime, Fen, IssuerId, TerminalId};
use tunion_psam::{Chip, Contents, Psam, SequenceMoves};

pub(crate) const MASTER: u16 = 0x3F00;
pub(crate) const PURCHASE: u16 = 0x8011;
pub(crate) const WRONG: [u8; 4] = [0; 4];
/// The root of `docs/spec/card.md` 5.1.
const ROOT: [u8; 16] = hex!("25EC312F61B9687CE3316101E60DB60B");

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
    }
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
