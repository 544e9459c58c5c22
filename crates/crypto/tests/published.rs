//! Every vector published for the card's cryptography, one test by its own name
//! (`docs/spec/card.md` 5). The inputs are written out byte for byte, so that nothing here leans on
//! another crate's layouts.
//!
//! Not testable, because the source leaves bytes of the input out:
//! - 5.2, secure-messaging writes `04D685002C 0731…0000` → C853F358 and `04D6910024…` → 2B89013E;
//! - 5.2, the composite purchase's record `80DC02B830 022E00007A…4F95` carries no MAC;
//! - 5.1, the load keys (KCVs 537F63 and 78B0E0): their root is not published; the root beginning
//!   3D2FCEF4 is cut short and known not to match.

use hex_literal::hex;
use tunion_crypto::{
    AesKey, Algorithm, Challenge, DesKey, Key16, TacKey, Tally, TdesKey, load_block, purchase_block,
};

fn tdes(key: [u8; 16]) -> TdesKey {
    Key16::new(key).tdes(&mut Tally::default())
}

/// A published session: what the purchase or load key derives, and the MACs made with it.
struct Session {
    key: TdesKey,
    block: [u8; 8],
}

impl Session {
    fn purchase(key: [u8; 16], random: [u8; 4], sequence: u16, terminal_sequence: u32) -> Self {
        Self { key: tdes(key), block: purchase_block(random, sequence, terminal_sequence) }
    }

    fn load(key: [u8; 16], random: [u8; 4], sequence: u16) -> Self {
        Self { key: tdes(key), block: load_block(random, sequence) }
    }

    /// The session key's 8 bytes, by way of the purchase key: a `SessionKey` does not give them.
    fn value(&self) -> [u8; 8] {
        self.key.encrypt(self.block, &mut Tally::default())
    }

    fn mac(&self, input: &[u8]) -> [u8; 4] {
        self.key.session_key(self.block, &mut Tally::default()).mac(input, &mut Tally::default())
    }
}

fn tac(dtk: [u8; 16], input: &[u8]) -> [u8; 4] {
    let mut tally = Tally::default();
    TacKey::new(&Key16::new(dtk), &mut tally).mac(input, &mut tally)
}

/// 5.1: the laboratory's test roots down to the key of card 03104895199900000003.
mod hierarchy {
    use super::*;

    const ISSUER: [u8; 8] = hex!("05212482FFFFFFFF");
    const ASN: [u8; 8] = hex!("4895199900000003");

    #[track_caller]
    fn check(algorithm: Algorithm, root: [u8; 16], card_key: [u8; 16], kcv: &str) {
        let mut tally = Tally::default();
        let derived = Key16::new(root).card_key(algorithm, ISSUER, ASN, &mut tally);
        assert_eq!(derived, Key16::new(card_key));
        assert_eq!(derived.kcv(algorithm, &mut tally).to_string(), kcv);
    }

    const PURCHASE: [u8; 16] = hex!("25EC312F61B9687CE3316101E60DB60B");
    const TAC: [u8; 16] = hex!("75944675E96E549E52157A23E361BF98");
    const APP_LOCK: [u8; 16] = hex!("515E61C2469BB5F14A809E51252F9B97");
    const RECORD_PROTECT: [u8; 16] = hex!("5B207F7AC85102D5CD38A1DCFE686E7A");
    const RECORD_PROTECT_SPARE: [u8; 16] = hex!("D5647C757F94EC4398E07FC4CE5BFB6B");

    #[test]
    fn purchase_key_3des() {
        check(Algorithm::Tdes, PURCHASE, hex!("26776F5B7AA2A6FDA378DEAC563180DC"), "00F839");
    }

    #[test]
    fn purchase_key_sm4() {
        check(Algorithm::Sm4, PURCHASE, hex!("12A3EA0CFC395605F6E9AAA7ED4D12BE"), "F20B2C");
    }

    #[test]
    fn tac_key_3des() {
        check(Algorithm::Tdes, TAC, hex!("46E4B1F2E9D7A86779439835D43C5DAD"), "7583D5");
    }

    #[test]
    fn tac_key_sm4() {
        check(Algorithm::Sm4, TAC, hex!("35040E4833F260A63E55D9BD8846605D"), "9CBED9");
    }

    #[test]
    fn app_lock_key_3des() {
        check(Algorithm::Tdes, APP_LOCK, hex!("715D310F02C60978438386401FAECF3D"), "5060EF");
    }

    #[test]
    fn app_lock_key_sm4() {
        check(Algorithm::Sm4, APP_LOCK, hex!("FB01D85F7523985144C179CB145A359B"), "B3D447");
    }

    #[test]
    fn record_protect_key_3des() {
        check(Algorithm::Tdes, RECORD_PROTECT, hex!("C640A68848EE05A31230E9CF369C124E"), "CA3B4A");
    }

    #[test]
    fn record_protect_spare_key_3des() {
        check(Algorithm::Tdes, RECORD_PROTECT_SPARE, hex!("CF10BC6936FFF37C45AF44CAC94926B7"), "28BE42");
    }

    #[test]
    fn the_root_prepared_once_gives_the_same_card_key() {
        let mut tally = Tally::default();
        let root = tdes(PURCHASE);
        let card = root.diversify(ISSUER, &mut tally).diversify(Algorithm::Tdes, ASN, &mut tally);
        assert_eq!(card, Key16::new(hex!("26776F5B7AA2A6FDA378DEAC563180DC")));
    }
}

/// 5.2: bench session of a real card (Huada).
mod huada {
    use super::*;

    const DLK: [u8; 16] = hex!("374598B5C0B0EAE1E1D06609AC5BB369");
    const DPK: [u8; 16] = hex!("A338D92A10C8285411E761445C831C22");
    const DTK: [u8; 16] = hex!("CAA6025290114BFCC3C9043F70F7A07A");

    fn load() -> Session {
        Session::load(DLK, hex!("CDEF4F20"), 0)
    }

    fn composite() -> Session {
        Session::purchase(DPK, hex!("9AC87503"), 0, 1)
    }

    #[test]
    fn load_session_key() {
        assert_eq!(load().value(), hex!("3C05F429713D0188"));
    }

    #[test]
    fn load_mac1_over_balance_amount_type_terminal() {
        assert_eq!(load().mac(&hex!("00000000 00001C37 02 000001000050")), hex!("06B1BEF5"));
    }

    #[test]
    fn load_mac2_over_amount_type_terminal_date_time() {
        let input = hex!("00001C37 02 000001000050 20140825 103100");
        assert_eq!(load().mac(&input), hex!("0641DCD8"));
    }

    #[test]
    fn load_tac_over_new_balance_and_the_sequence_before_it_grows() {
        let input = hex!("00001C37 0000 00001C37 02 000001000050 20140825 103100");
        assert_eq!(tac(DTK, &input), hex!("ED0F8755"));
    }

    #[test]
    fn tac_key_is_the_left_half_xor_the_right() {
        let mut tally = Tally::default();
        let printed = DesKey::new(hex!("096F066DE0E6EB86"), &mut tally);
        let input = hex!("00001C37 0000 00001C37 02 000001000050 20140825 103100");
        assert_eq!(printed.mac(&input, &mut tally), hex!("ED0F8755"));
        let folded = DesKey::folded(&Key16::new(DTK), &mut tally);
        assert_eq!(folded.mac(&input, &mut tally), hex!("ED0F8755"));
    }

    #[test]
    fn composite_session_key() {
        assert_eq!(composite().value(), hex!("45B5E6403E9995A8"));
    }

    #[test]
    fn composite_mac1_with_the_security_code_of_a_mohurd_card() {
        let input = hex!("00001C37 09 000000000001 20110919 204812 8588D32B7688D32B76");
        assert_eq!(composite().mac(&input), hex!("303D735D"));
    }

    #[test]
    fn composite_mac1_without_a_security_code() {
        let input = hex!("00001C37 09 000000000001 20110919 204812");
        assert_eq!(composite().mac(&input), hex!("CD573164"));
    }

    #[test]
    fn composite_mac2_over_the_amount() {
        assert_eq!(composite().mac(&hex!("00001C37")), hex!("350AC480"));
    }

    #[test]
    fn composite_tac() {
        let input = hex!("00001C37 09 000000000001 00000001 20110919 204812");
        assert_eq!(tac(DTK, &input), hex!("44A8E04A"));
    }

    #[test]
    fn external_authentication() {
        let challenge = Challenge::from(hex!("DCE8F511"));
        assert_eq!(tdes([0xFF; 16]).authenticate(challenge, &mut Tally::default()), hex!("CB1693339A342336"));
    }

    #[test]
    fn application_block() {
        let key = tdes(hex!("6474215EF549707831BB8DB9895FD48A"));
        let challenge = Challenge::from(hex!("1EA2B2E6"));
        let mac = key.command_mac(challenge, &hex!("841E000004"), &mut Tally::default());
        assert_eq!(mac, hex!("A86CC6A8"));
    }

    #[test]
    fn application_unblock() {
        let key = tdes(hex!("A2F237922142D1605DDD33113E617823"));
        let challenge = Challenge::from(hex!("DBCF515E"));
        let mac = key.command_mac(challenge, &hex!("8418000004"), &mut Tally::default());
        assert_eq!(mac, hex!("2BDCFB5E"));
    }
}

/// 5.3: the textbook vector.
mod textbook {
    use super::*;

    const KEY: [u8; 16] = hex!("11223344556677888877665544332211");

    fn load() -> Session {
        Session::load(KEY, hex!("11223344"), 0)
    }

    fn purchase() -> Session {
        Session::purchase(KEY, hex!("11223344"), 0, 1)
    }

    #[test]
    fn load_session_key() {
        assert_eq!(load().value(), hex!("9B1D924E05595603"));
    }

    #[test]
    fn load_mac1_deposit() {
        assert_eq!(load().mac(&hex!("00000000 00001000 01 001122334455")), hex!("2988AE5A"));
    }

    #[test]
    fn load_mac2_deposit() {
        assert_eq!(load().mac(&hex!("00001000 01 001122334455 20111221 214822")), hex!("3A845BF0"));
    }

    #[test]
    fn load_mac1_purse() {
        assert_eq!(load().mac(&hex!("00000000 00001000 02 001122334455")), hex!("A5638AA0"));
    }

    #[test]
    fn load_mac2_purse() {
        assert_eq!(load().mac(&hex!("00001000 02 001122334455 20111221 214822")), hex!("FDD12AF1"));
    }

    #[test]
    fn purchase_session_key() {
        assert_eq!(purchase().value(), hex!("003238ABC57659DD"));
    }

    #[test]
    fn purchase_mac1() {
        assert_eq!(purchase().mac(&hex!("00001000 06 001122334455 20120229 135100")), hex!("F15CAB75"));
    }

    #[test]
    fn purchase_mac2() {
        assert_eq!(purchase().mac(&hex!("00001000")), hex!("56988A13"));
    }
}

/// 5.4: constructed, a rail entry of amount zero under the keys of 5.1.
mod entry {
    use super::*;

    const DPK: [u8; 16] = hex!("26776F5B7AA2A6FDA378DEAC563180DC");
    const DTK: [u8; 16] = hex!("46E4B1F2E9D7A86779439835D43C5DAD");

    fn session() -> Session {
        Session::purchase(DPK, hex!("11223344"), 5, 1)
    }

    #[test]
    fn session_key() {
        assert_eq!(session().value(), hex!("A9B67067CDBFD83F"));
    }

    #[test]
    fn mac1() {
        assert_eq!(session().mac(&hex!("00000000 09 100000000001 20240102 030405")), hex!("F533F9FC"));
    }

    #[test]
    fn mac2() {
        assert_eq!(session().mac(&hex!("00000000")), hex!("BDF825DD"));
    }

    #[test]
    fn tac_of_the_entry() {
        let input = hex!("00000000 09 100000000001 00000001 20240102 030405");
        assert_eq!(tac(DTK, &input), hex!("61DF3A4F"));
    }

    #[test]
    fn application_block() {
        let key = tdes(hex!("715D310F02C60978438386401FAECF3D"));
        let challenge = Challenge::from(hex!("01020304"));
        let mac = key.command_mac(challenge, &hex!("841E000004"), &mut Tally::default());
        assert_eq!(mac, hex!("3485AFE2"));
    }
}

/// Known answers of the standards, which prove the plumbing to the ciphers.
mod standards {
    use super::*;

    #[test]
    fn des_as_3des_of_two_equal_halves() {
        let key = tdes(hex!("133457799BBCDFF1 133457799BBCDFF1"));
        assert_eq!(key.encrypt(hex!("0123456789ABCDEF"), &mut Tally::default()), hex!("85E813540F0AB405"));
        assert_eq!(key.decrypt(hex!("85E813540F0AB405"), &mut Tally::default()), hex!("0123456789ABCDEF"));
    }

    /// GB/T 32907-2016, appendix A, example 1.
    #[test]
    fn sm4_standard_example() {
        let key = Key16::new(hex!("0123456789ABCDEFFEDCBA9876543210")).sm4(&mut Tally::default());
        let block = hex!("0123456789ABCDEFFEDCBA9876543210");
        assert_eq!(key.encrypt(block, &mut Tally::default()), hex!("681EDF34D206965E86B3E94F536E4246"));
    }

    /// ISO/IEC 9797-1 annex B, algorithm 3 with padding method 2.
    #[test]
    fn retail_mac_standard_examples() {
        let key = tdes(hex!("0123456789ABCDEF FEDCBA9876543210"));
        let challenge = Challenge::from([0; 8]);
        let mac = |input| key.command_mac(challenge, input, &mut Tally::default());
        assert_eq!(mac(b"Now is the time for all "), hex!("E9086230"));
        assert_eq!(mac(b"Now is the time for it"), hex!("5A692CE6"));
    }

    /// ISO/IEC 9797-1 annex B, algorithm 1 with padding method 2.
    #[test]
    fn des_mac_standard_example() {
        let key = DesKey::new(hex!("0123456789ABCDEF"), &mut Tally::default());
        assert_eq!(key.mac(b"Now is the time for all ", &mut Tally::default()), hex!("10E1F0F1"));
    }

    fn aes(key: [u8; 16]) -> AesKey {
        Key16::new(key).aes(&mut Tally::default())
    }

    /// FIPS 197, appendix C.1.
    #[test]
    fn aes_128_standard_example() {
        let key = aes(hex!("000102030405060708090A0B0C0D0E0F"));
        let (plain, enciphered) =
            (hex!("00112233445566778899AABBCCDDEEFF"), hex!("69C4E0D86A7B0430D8CDB78070B4C55A"));
        assert_eq!(key.encrypt(plain, &mut Tally::default()), enciphered);
        assert_eq!(key.decrypt(enciphered, &mut Tally::default()), plain);
    }

    /// RFC 4493, section 4 (0, 16, 40 and 64 bytes) and NIST SP 800-38B, its examples for AES-128 (20
    /// bytes instead of 40).
    #[test]
    fn aes_cmac_standard_examples() {
        const MESSAGE: [u8; 64] = hex!(
            "6BC1BEE22E409F96E93D7E117393172A AE2D8A571E03AC9C9EB76FAC45AF8E51
             30C81C46A35CE411E5FBC1191A0A52EF F69F2445DF4F9B17AD2B417BE66C3710"
        );
        let key = aes(hex!("2B7E151628AED2A6ABF7158809CF4F3C"));
        let mac = |len: usize| key.cmac(&MESSAGE[..len], &mut Tally::default());
        assert_eq!(mac(0), hex!("BB1D6929E95937287FA37D129B756746"));
        assert_eq!(mac(16), hex!("070A16B46B4D4144F79BDD9DD04A287C"));
        assert_eq!(mac(20), hex!("7D85449EA6EA19C823A7BF78837DFADE"));
        assert_eq!(mac(40), hex!("DFA66747DE9AE63030CA32611497C827"));
        assert_eq!(mac(64), hex!("51F0BEBF7E3B9D92FC49741779363CFE"));
    }
}

/// `docs/spec/card.md` 4.7, where no vector is published: the figures were computed apart from this
/// code, with a Python cryptography library (DES, CBC from zero; two-key 3DES, ECB), and are ours.
mod second_computation {
    use tunion_crypto::{DecipherError, PinReloadKey};

    use super::*;

    /// The key is 5.1's DTK, folded to 0177A2FC8CE3FB2B, for want of a published DRPK. The block is
    /// `123456 ‖ 8000000000`.
    #[test]
    fn pin_reload_mac() {
        let tally = &mut Tally::default();
        let key = PinReloadKey::new(&Key16::new(hex!("46E4B1F2E9D7A86779439835D43C5DAD")), tally);
        assert_eq!(key.mac(&hex!("123456"), tally), hex!("B54D7479"));
    }

    /// Under 5.1's application lock key: data that is padded, that fills its block, and the 20 bytes
    /// of WRITE KEY (4.1) with 5.1's purchase root as the key.
    #[test]
    fn enciphered_data() {
        check(&hex!("123456"), &hex!("BF30B3016C9FC9E9"));
        check(&hex!("11223344556677"), &hex!("DD5C5A65E7BC7500"));
        check(
            &hex!("01003300 25EC312F61B9687CE3316101E60DB60B"),
            &hex!("EED8E0572121341B8AD80496C218206D01AF393FD90C4E9C"),
        );
    }

    #[track_caller]
    fn check(plain: &[u8], enciphered: &[u8]) {
        let tally = &mut Tally::default();
        let key = tdes(hex!("715D310F02C60978438386401FAECF3D"));
        let mut buffer = [0; 24];
        assert_eq!(key.encipher_data(plain, &mut buffer, tally), Ok(enciphered));
        assert_eq!(key.decipher_data(&mut buffer[..enciphered.len()], tally), Ok(plain));
    }

    /// What a block may hold, by way of enciphering it as it is.
    #[test]
    fn plain_data_of_another_form_is_refused() {
        let tally = &mut Tally::default();
        let key = tdes(hex!("715D310F02C60978438386401FAECF3D"));
        let mut form = |blocks: &[[u8; 8]]| {
            let mut data = blocks.iter().flat_map(|block| key.encrypt(*block, tally)).collect::<Vec<_>>();
            key.decipher_data(&mut data, tally).map(<[u8]>::to_vec)
        };
        assert_eq!(form(&[hex!("00 80000000000000")]), Ok(vec![]));
        assert_eq!(form(&[hex!("06 112233445566 80")]), Ok(hex!("112233445566").to_vec()));
        for wrong in [
            // No 80, another byte for it, or one that is no zero after it.
            hex!("03 123456 00000000"),
            hex!("03 123456 81000000"),
            hex!("03 123456 80000001"),
            // More than is there.
            hex!("08 11223344556677"),
            hex!("FF 11223344556677"),
        ] {
            assert_eq!(form(&[wrong]), Err(DecipherError::Padding), "{wrong:02X?}");
        }
        // A block of padding alone, and data that ends a block earlier.
        let padding = hex!("8000000000000000");
        assert_eq!(form(&[hex!("07 11223344556677"), padding]), Err(DecipherError::Padding));
        assert_eq!(form(&[hex!("06 112233445566 80"), [0; 8]]), Err(DecipherError::Padding));
    }

    #[test]
    fn enciphered_data_of_a_wrong_length_is_refused_untouched() {
        let mut tally = Tally::default();
        let key = Key16::new([1; 16]).tdes(&mut Tally::default());
        for len in [0, 1, 7, 9, 15] {
            let mut data = vec![0x5A; len];
            assert_eq!(key.decipher_data(&mut data, &mut tally), Err(DecipherError::Length));
            assert_eq!(data, vec![0x5A; len]);
        }
        assert_eq!(tally, Tally::default());
    }
}
