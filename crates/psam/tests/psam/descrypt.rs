//! INIT FOR DESCRYPT and DES CRYPT: the MACs that a card wants, and what is refused.

use crate::bench::{
    MASTER, PURCHASE, TestPsam, ask, contents, credit, descrypt, entry, init, load_sam, mac2, psam, ready,
};
use hex_literal::hex;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use tunion_apdu::{CommandBuf, Name, Response, Sw, build};
use tunion_card::{Card, Chip, PurseContents};
use tunion_crypto::{Algorithm, Challenge, Key16, Tally};
use tunion_data::command::SamKey;
use tunion_data::file::{AppInfo, Holder, Management, Sfi};
use tunion_data::{BcdDate, IssuerId, Pan};
use tunion_issuer::Roots;
use tunion_psam::Contents;

/// The card of `docs/spec/card.md` 5.1.
const ISSUER: IssuerId = IssuerId(hex!("05212482FFFFFFFF"));
const ASN: [u8; 8] = hex!("4895199900000003");
const FACTORS: [[u8; 8]; 2] = [ASN, ISSUER.0];

/// The roots that the PSAM of these tests has, and numbers for all others.
fn roots() -> Roots {
    let Contents { block_root, maintenance_root, .. } = contents();
    Roots { app_block: block_root, app_maintenance: maintenance_root, ..Roots::numbered() }
}

/// That card, selected.
fn card() -> Card<ChaCha8Rng> {
    let info = AppInfo {
        issuer: ISSUER,
        app_type: 2,
        enabled: 1,
        pan: Pan::from_bytes(hex!("03104895199900000003")),
        valid_from: BcdDate(hex!("20200101")),
        valid_to: BcdDate(hex!("20261231")),
        issuer_data: [0; 2],
    };
    let purse = PurseContents::default();
    let contents =
        tunion_issuer::personalise(&roots(), info, Holder::default(), Management::default(), purse);
    let mut card = Card::new(&contents, ChaCha8Rng::seed_from_u64(7)).unwrap();
    told(&mut card, &build::select_name(&hex!("A000000632010105")));
    card
}

/// The data of an answer that has to be 9000.
fn told(card: &mut Card<ChaCha8Rng>, command: &[u8]) -> Vec<u8> {
    let mut response = Response::new();
    card.process(command, &mut response).unwrap();
    assert_eq!(response.sw(), Sw::OK, "{command:02X?}");
    response.data().to_vec()
}

fn challenge(card: &mut Card<ChaCha8Rng>) -> [u8; 8] {
    let random: [u8; 4] = told(card, &build::get_challenge(4)).try_into().unwrap();
    let mut vector = [0; 8];
    vector[..4].copy_from_slice(&random);
    vector
}

/// Padded by method 2.
fn padded(bytes: &[u8]) -> Vec<u8> {
    let mut padded = [bytes, &[0x80]].concat();
    padded.resize(padded.len().next_multiple_of(8), 0);
    padded
}

/// The four bytes of an answer.
fn mac((sw, data): (Sw, Vec<u8>)) -> [u8; 4] {
    assert_eq!(sw, Sw::OK);
    data.try_into().unwrap()
}

fn signed(command: CommandBuf, psam: &mut TestPsam, p1: u8, input: &[u8]) -> CommandBuf {
    let mac = mac(ask(psam, &build::des_crypt(p1, input)));
    build::signed(command, mac)
}

/// `docs/spec/terminal.md` 3.3, byte for byte, with the figure of `docs/spec/card.md` 5.4.
#[test]
fn the_published_lock() {
    let mut psam = ready(contents());
    let init = hex!("801A450210 4895199900000003 05212482FFFFFFFF");
    assert_eq!(ask(&mut psam, &init), (Sw::OK, vec![]));
    // Two levels of two blocks each; the root, the level between and the card's key are scheduled.
    let floor = Tally { tdes_blocks: 4, tdes_schedules: 3, ..Tally::default() };
    assert_eq!((psam.work().crypto, psam.work().page_writes), (floor, 0));
    let crypt = hex!("80FA050010 0102030400000000 841E000004800000");
    assert_eq!(ask(&mut psam, &crypt), (Sw::OK, hex!("3485AFE2").to_vec()));
    assert_eq!(psam.work().crypto, Tally { tdes_blocks: 1, ..Tally::default() });
}

#[test]
fn a_card_takes_the_lock_and_no_lock_of_another_key() {
    for (key, sw) in [(SamKey::MAINTENANCE, Sw::WRONG_MESSAGE_MAC), (SamKey::BLOCK, Sw::OK)] {
        let (mut psam, mut card) = (ready(contents()), card());
        descrypt(&mut psam, key, &FACTORS);
        let block = build::unsigned(Name::ApplicationBlock, 0x00, 0x00, &[]);
        let input = [&challenge(&mut card)[..], &padded(&block)].concat();
        let block = signed(block, &mut psam, 0x05, &input);
        let mut response = Response::new();
        card.process(&block, &mut response).unwrap();
        assert_eq!(response.sw(), sw);
    }
}

/// A longer validity, whose MAC is over five blocks: at once, and in pieces of one block and of two.
#[test]
fn a_card_takes_an_update_of_its_file_15() {
    let mut info = AppInfo::try_from(&told(&mut card(), &build::read_binary(Sfi::INFO, 0x1E))[..]).unwrap();
    info.valid_to = BcdDate(hex!("20311231"));
    let update = build::unsigned(Name::SecureUpdateBinary, 0x95, 0x00, &info.encode());
    let pieces: [&[(u8, usize)]; 4] = [
        &[(0x05, 48)],
        &[(0x07, 16), (0x03, 8), (0x03, 16), (0x01, 8)],
        &[(0x07, 40), (0x01, 8)],
        &[(0x07, 16), (0x01, 32)],
    ];
    for pieces in pieces {
        let (mut psam, mut card) = (ready(contents()), card());
        descrypt(&mut psam, SamKey::MAINTENANCE, &FACTORS);
        let input = [&challenge(&mut card)[..], &padded(&update)].concat();
        let (mut rest, mut answer) = (&input[..], vec![]);
        for (p1, length) in pieces {
            assert!(answer.is_empty(), "a MAC that goes on answers nothing");
            let piece;
            (piece, rest) = rest.split_at(*length);
            let (sw, data) = ask(&mut psam, &build::des_crypt(*p1, piece));
            assert_eq!(sw, Sw::OK, "{p1:02X}");
            answer = data;
        }
        assert!(rest.is_empty());
        told(&mut card, &build::signed(update.clone(), answer.try_into().unwrap()));
        assert_eq!(told(&mut card, &build::read_binary(Sfi::INFO, 0x1E)), info.encode());
    }
}

fn block_key() -> Key16 {
    contents().block_root.card_key(Algorithm::Tdes, ISSUER.0, ASN, &mut Tally::default())
}

#[test]
fn a_mac_without_a_vector_begins_from_zeros() {
    let mut psam = ready(contents());
    descrypt(&mut psam, SamKey::BLOCK, &FACTORS);
    let tally = &mut Tally::default();
    let expected = block_key().tdes(tally).command_mac(Challenge::from([0; 8]), &[0x11; 19], tally);
    let input = padded(&[0x11; 19]);
    assert_eq!(mac(ask(&mut psam, &build::des_crypt(0x01, &input))), expected);
    // And again: nothing is left of the first.
    assert_eq!(ask(&mut psam, &build::des_crypt(0x03, &input[..8])), (Sw::OK, vec![]));
    assert_eq!(mac(ask(&mut psam, &build::des_crypt(0x01, &input[8..]))), expected);
}

#[test]
fn cipher_texts_are_block_by_block_and_leave_a_mac_that_goes_on() {
    let mut psam = ready(contents());
    descrypt(&mut psam, SamKey::BLOCK, &FACTORS);
    let tally = &mut Tally::default();
    let key = block_key().tdes(tally);
    let data = [[0x11; 8], [0x22; 8], [0x11; 8]];
    let expected = data.map(|block| key.encrypt(block, tally));
    let whole = mac(ask(&mut psam, &build::des_crypt(0x05, data.as_flattened())));
    assert_eq!(ask(&mut psam, &build::des_crypt(0x07, data[..2].as_flattened())), (Sw::OK, vec![]));
    for p1 in [0x00, 0x02] {
        assert_eq!(
            ask(&mut psam, &build::des_crypt(p1, data.as_flattened())),
            (Sw::OK, expected.as_flattened().to_vec())
        );
    }
    // So does what is refused.
    assert_eq!(ask(&mut psam, &hex!("80FA010009 111111111111111111")).0, Sw::WRONG_LENGTH);
    assert_eq!(ask(&mut psam, &hex!("80FA010008 1111111111111111 05")).0, Sw::WRONG_LENGTH);
    assert_eq!(mac(ask(&mut psam, &build::des_crypt(0x01, &data[2]))), whole);
    let longest = ask(&mut psam, &build::des_crypt(0x00, &[0x11; 248]));
    assert_eq!(longest, (Sw::OK, expected[0].repeat(31)));
}

#[test]
fn what_init_refuses() {
    let sent = |psam: &mut TestPsam, p1, p2, factors: usize| {
        ask(psam, &build::init_descrypt(SamKey { p1, p2 }, &[[7; 8]; 3][..factors])).0
    };
    let mut psam = psam(contents());
    assert_eq!(sent(&mut psam, 0x45, 0x02, 2), Sw::CONDITIONS, "DF 8011 is not selected");
    ask(&mut psam, &build::select_file(PURCHASE));
    // Another use, another version, and a load key without a load SAM.
    for (p1, p2, factors) in [(0x44, 0x02, 2), (0x45, 0x03, 2), (0x25, 0x01, 1), (0x2B, 0x01, 1)] {
        assert_eq!(sent(&mut psam, p1, p2, factors), Sw::NO_SUCH_KEY, "{p1:02X}{p2:02X}");
    }
    for factors in [1, 3] {
        assert_eq!(sent(&mut psam, 0x45, 0x02, factors), Sw::WRONG_LENGTH, "{factors} factors");
        assert_eq!(sent(&mut psam, 0x45, 0x01, factors), Sw::WRONG_LENGTH, "{factors} factors");
    }
    assert_eq!(ask(&mut psam, &[&hex!("801A450211")[..], &[7; 17]].concat()).0, Sw::WRONG_LENGTH);
    assert_eq!(sent(&mut ready(load_sam()), 0x2B, 0x01, 2), Sw::WRONG_LENGTH);
    assert_eq!(sent(&mut ready(load_sam()), 0x2B, 0x01, 1), Sw::OK);
}

#[test]
fn crypt_wants_a_key_and_whole_blocks() {
    let mut psam = ready(contents());
    let crypt = build::des_crypt(0x05, &[0; 16]);
    assert_eq!(ask(&mut psam, &crypt).0, Sw::INVALID_STATE);
    descrypt(&mut psam, SamKey::BLOCK, &FACTORS);
    assert_eq!(ask(&mut psam, &crypt).0, Sw::OK);
    for p1 in [0x05, 0x07] {
        assert_eq!(
            ask(&mut psam, &build::des_crypt(p1, &[0; 8])).0,
            Sw::WRONG_LENGTH,
            "nothing after the vector"
        );
    }
    for p1 in [0x04, 0x06, 0x08, 0xFF] {
        assert_eq!(ask(&mut psam, &build::des_crypt(p1, &[0; 16])).0, Sw::WRONG_P1_P2);
    }
    assert_eq!(ask(&mut psam, &hex!("80FA03000F 111111111111111111111111111111")).0, Sw::WRONG_LENGTH);
    // Le is absent, 00 or what is answered: nothing while a MAC goes on.
    assert_eq!(ask(&mut psam, &hex!("80FA030008 1111111111111111 04")).0, Sw::WRONG_LENGTH);
    assert_eq!(ask(&mut psam, &hex!("80FA000008 1111111111111111 04")).0, Sw::WRONG_LENGTH);
    assert_eq!(ask(&mut psam, &hex!("80FA000008 1111111111111111 08")).0, Sw::OK);
}

/// One place in RAM: each INIT and each SELECT takes it, refused or not.
#[test]
fn a_purchase_and_a_key_are_not_open_together() {
    let crypt = build::des_crypt(0x05, &[0; 16]);
    let closes: [fn(&mut TestPsam); 6] = [
        |psam| assert!(init(psam, &entry()).is_ok()),
        |psam| drop(ask(psam, &build::select_file(PURCHASE))),
        |psam| drop(ask(psam, &build::select_file(0x1001))),
        |psam| drop(ask(psam, &hex!("801A"))),
        |psam| drop(ask(psam, &hex!("8070010000"))),
        |psam| {
            psam.power_off();
            psam.power_on().unwrap();
        },
    ];
    for close in closes {
        let mut psam = ready(contents());
        descrypt(&mut psam, SamKey::BLOCK, &FACTORS);
        // CREDIT without a purchase leaves the key.
        assert_eq!(credit(&mut psam, [0; 4]), Sw::INVALID_STATE);
        assert_eq!(ask(&mut psam, &crypt).0, Sw::OK);
        close(&mut psam);
        assert_eq!(ask(&mut psam, &crypt).0, Sw::INVALID_STATE);
    }
    let mut psam = ready(contents());
    let answer = init(&mut psam, &entry()).unwrap();
    // DES CRYPT without a key leaves the purchase; INIT FOR DESCRYPT does not.
    assert_eq!(ask(&mut psam, &crypt).0, Sw::INVALID_STATE);
    let mut other = psam.clone();
    assert_eq!(credit(&mut psam, mac2(&entry(), answer.terminal_seq)), Sw::OK);
    descrypt(&mut other, SamKey::BLOCK, &FACTORS);
    assert_eq!(credit(&mut other, mac2(&entry(), answer.terminal_seq)), Sw::INVALID_STATE);
    // Both are of DF 8011, whose SELECT of another directory they do not outlive.
    ask(&mut other, &build::select_file(MASTER));
    assert_eq!(ask(&mut other, &crypt).0, Sw::INVALID_STATE);
}

#[test]
fn a_locked_psam_makes_no_mac() {
    let mut psam = ready(Contents { mac_failure_limit: 0, ..contents() });
    assert_eq!(ask(&mut psam, &build::init_descrypt(SamKey::BLOCK, &FACTORS)).0, Sw::PERMANENTLY_BLOCKED);
    assert_eq!(ask(&mut psam, &build::des_crypt(0x05, &[0; 16])).0, Sw::PERMANENTLY_BLOCKED);
}
