//! The published sessions that a card can replay, byte for byte.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use hex_literal::hex;
use support::{Fixed, card, fen24, ok, send};
use tunion_apdu::Sw;
use tunion_card::{Block, Card, CardKeys, Chip, Contents, Image, PurseContents};
use tunion_crypto::Key16;
use tunion_data::fci::EP_AID;
use tunion_data::file::{AppInfo, Holder};

/// `docs/spec/card.md` 5.4: a rail entry with its proof.
#[test]
fn constructed_entry_init_debit_and_prove() {
    let mut card = card();
    assert_eq!(
        ok(&mut card, &hex!("805003020B 01 00000000 100000000001 0F")),
        hex!("00002710 0005 000000 01 00 11223344")
    );
    assert_eq!(
        ok(&mut card, &hex!("805401000F 00000001 20240102 030405 F533F9FC 08")),
        hex!("61DF3A4F BDF825DD")
    );
    assert_eq!(ok(&mut card, &hex!("805A0009 02 0006 08")), hex!("BDF825DD 61DF3A4F"));
}

/// A card with the keys of the Huada session, `docs/spec/card.md` 5.2.
fn huada(random: [u8; 4], purse: PurseContents) -> Card<Fixed> {
    let keys = CardKeys {
        purchase: Key16::new(hex!("A338D92A10C8285411E761445C831C22")),
        load: [Key16::new(hex!("374598B5C0B0EAE1E1D06609AC5BB369")), Key16::new([0; 16])],
        tac: Key16::new(hex!("CAA6025290114BFCC3C9043F70F7A07A")),
        app_block: Key16::new(hex!("6474215EF549707831BB8DB9895FD48A")),
        app_unblock: Key16::new(hex!("A2F237922142D1605DDD33113E617823")),
        external: [Key16::new([0xFF; 16]), Key16::new([0; 16])],
        ..support::keys()
    };
    let image = Image { purse, ..Image::default() };
    let mut card = Card::new(&Contents { image, ..Contents::blank(keys) }, Fixed(random)).unwrap();
    ok(&mut card, &[&hex!("00A4040008")[..], &EP_AID].concat());
    card
}

/// `docs/spec/card.md` 5.2, LOAD, with the record that the card logged.
#[test]
fn huada_load_of_72_23_yuan() {
    let mut card = huada(hex!("CDEF4F20"), PurseContents::default());
    assert_eq!(
        ok(&mut card, &hex!("805000020B 01 00001C37 000001000050 10")),
        hex!("00000000 0000 01 00 CDEF4F20 06B1BEF5")
    );
    assert_eq!(ok(&mut card, &hex!("805200000B 20140825 103100 0641DCD8 04")), hex!("ED0F8755"));
    assert_eq!(ok(&mut card, &hex!("805C030204")), hex!("00001C37"));
    assert_eq!(
        ok(&mut card, &hex!("00B201C417")),
        hex!("0001 000000 00001C37 02 000001000050 20140825 103100")
    );
}

/// `docs/spec/card.md` 5.2, CAPP: this card is T-Union's, without CJ/T's security code, so MAC1 is the
/// one given there for the input without the suffix; MAC2 and TAC do not have it and stand as printed.
#[test]
fn huada_composite_purchase_of_the_whole_balance() {
    let purse = PurseContents { balance: fen24(0x1C37), ..PurseContents::default() };
    let mut card = huada(hex!("9AC87503"), purse);
    assert_eq!(
        ok(&mut card, &hex!("805003020B 01 00001C37 000000000001 0F")),
        hex!("00001C37 0000 000000 01 00 9AC87503")
    );
    assert_eq!(
        ok(&mut card, &hex!("805401000F 00000001 20110919 204812 CD573164")),
        hex!("44A8E04A 350AC480")
    );
    assert_eq!(ok(&mut card, &hex!("805C000204")), hex!("00000000"));
}

/// `docs/spec/card.md` 1.3, the Beijing sample: the FCI holds an exact copy of EF 15.
#[test]
fn the_beijing_samples_fci_and_file_15() {
    let info = hex!("01011000FFFFFFFF 02 01 03105170010000000005 20190806 20401231 0000");
    let mut contents = support::contents(PurseContents::default());
    contents.image.info = AppInfo::decode(&info);
    contents.image.holder = Holder { name: *b"ZHANG SAN           ", ..Holder::default() };
    let mut card = Card::new(&contents, Fixed([0; 4])).unwrap();
    let fci = [&hex!("6F318408A000000632010105A5259F0801029F0C1E")[..], &info].concat();
    assert_eq!(ok(&mut card, &[&hex!("00A4040008")[..], &EP_AID, &[0]].concat()), fci);
    assert_eq!(ok(&mut card, &hex!("00B095001E")), info);
    assert_eq!(ok(&mut card, &hex!("00B0960000"))[2..22], *b"ZHANG SAN           ");
}

/// `docs/spec/card.md` 1.2, the purse-only card.
#[test]
fn the_purse_only_directory() {
    assert_eq!(
        ok(&mut card(), &hex!("00A404000E 325041592E5359532E4444463031 00")),
        hex!(
            "6F2E840E325041592E5359532E4444463031A51CBF0C19 6117 4F08A000000632010105 50084D4F545F545F4550 870101"
        )
    );
}

/// `docs/spec/card.md` 5.2: APPLICATION BLOCK, the SELECT after it with 6A81, APPLICATION UNBLOCK.
#[test]
fn huada_block_and_unblock() {
    let mut card = huada(hex!("1EA2B2E6"), PurseContents::default());
    ok(&mut card, &hex!("0084000004"));
    ok(&mut card, &hex!("841E000004 A86CC6A8"));
    let select = [&hex!("00A4040008")[..], &EP_AID].concat();
    let blocked = send(&mut card, &select);
    assert_eq!(blocked.sw(), Sw::NOT_SUPPORTED);
    assert_eq!(blocked.data().first(), Some(&0x6F), "the whole FCI comes with it");
    *card.random_mut() = Fixed(hex!("DBCF515E"));
    ok(&mut card, &hex!("0084000004"));
    ok(&mut card, &hex!("8418000004 2BDCFB5E"));
    assert_eq!(ok(&mut card, &select), blocked.data());
}

/// `docs/spec/card.md` 5.2: EXTERNAL AUTHENTICATE.
#[test]
fn huada_external_authentication() {
    let mut card = huada(hex!("DCE8F511"), PurseContents::default());
    ok(&mut card, &hex!("0084000004"));
    ok(&mut card, &hex!("0082000008 CB1693339A342336"));
}

/// `docs/spec/card.md` 5.4: APPLICATION BLOCK under the laboratory's published key.
#[test]
fn constructed_application_block() {
    let keys =
        CardKeys { app_block: Key16::new(hex!("715D310F02C60978438386401FAECF3D")), ..support::keys() };
    let mut card = Card::new(&Contents::blank(keys), Fixed(hex!("01020304"))).unwrap();
    ok(&mut card, &[&hex!("00A4040008")[..], &EP_AID].concat());
    ok(&mut card, &hex!("0084000004"));
    ok(&mut card, &hex!("841E000004 3485AFE2"));
    assert_eq!(card.image().security.blocked, Block::Temporary);
}
