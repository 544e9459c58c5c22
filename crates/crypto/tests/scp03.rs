//! Published sessions of SCP03, byte for byte. Only their figures stand here:
//!
//! - OpenSCP-Java, the test data of its SCP03 tests: reference sessions of a maker of secure elements,
//!   in S8 and S16 mode, with enciphered commands;
//! - GlobalPlatformPro, its recorded session with a JCOP4 card, in MAC-only mode;
//! - asterix, its unit tests of SCP03, which print session keys and the card challenge;
//! - pySim, the SCP03 tests of its GlobalPlatform part, which have R-MACs, commands without data and key
//!   check values.
//!
//! NIST's vectors for SP 800-108 fix no layout of the input, so they do not apply; those that are
//! published for SCP03's derivation alone are of 256 bits, of which no key here is.
#![allow(clippy::unwrap_used, reason = "tests")]

use hex_literal::hex;
use tunion_crypto::scp03::{Session, StaticKeys};
use tunion_crypto::{DecipherError, Key16, Tally, TooLong};

fn keys(enc: [u8; 16], mac: [u8; 16]) -> StaticKeys {
    StaticKeys::new(&Key16::new(enc), &Key16::new(mac), &mut Tally::default())
}

/// Commands and answers of one end, as they are sent.
struct Line<const N: usize> {
    session: Session<N>,
    enciphers: bool,
}

impl<const N: usize> Line<N> {
    /// After the two challenges, when the card has shown the cryptogram that it should.
    #[track_caller]
    fn open(keys: &StaticKeys, host: [u8; N], card: [u8; N], shown: [u8; N]) -> Self {
        let session = keys.session(host, card, &mut Tally::default());
        assert_eq!(session.card_cryptogram(&mut Tally::default()), shown);
        Self { session, enciphers: false }
    }

    /// EXTERNAL AUTHENTICATE as it is sent.
    fn authenticate(&mut self, level: u8) -> Vec<u8> {
        let cryptogram = self.session.host_cryptogram(&mut Tally::default());
        let sent = self.send([0x80, 0x82, level, 0x00], &cryptogram);
        self.enciphers = level & 0x02 != 0;
        sent
    }

    /// Any other command as it is sent, without Le.
    fn send(&mut self, header: [u8; 4], data: &[u8]) -> Vec<u8> {
        let (tally, mut buffer) = (&mut Tally::default(), [0; 255]);
        let data =
            if self.enciphers { self.session.encipher(data, &mut buffer, tally).unwrap() } else { data };
        let mac = self.session.command_mac(header, data, tally).unwrap();
        let [cla, ins, p1, p2] = header;
        let lc = u8::try_from(data.len() + N).unwrap();
        [&[cla | 0x04, ins, p1, p2, lc], data, &mac].concat()
    }

    fn response_mac(&self, data: &[u8]) -> [u8; N] {
        self.session.response_mac(data, 0x9000, &mut Tally::default())
    }
}

/// OpenSCP-Java.
mod openscp {
    use super::*;

    fn card() -> StaticKeys {
        keys(hex!("1D72CD9283FD55162722C6BEAA4DC187"), hex!("F4932BA02FFC3098D172790099D28382"))
    }

    fn s8() -> Line<8> {
        let (host, card_challenge) = (hex!("06F85B77251BF794"), hex!("9CE033FA78E6B10D"));
        Line::open(&card(), host, card_challenge, hex!("DC2DBE8974C8B0DE"))
    }

    #[test]
    fn mode_s8_with_enciphered_commands() {
        let mut line = s8();
        assert_eq!(line.authenticate(0x33), hex!("8482330010 B08D6CE26B6CB3CC B411CF0296EB7B1D"));
        assert_eq!(
            line.send(hex!("80F22000"), &hex!("4F00")),
            hex!("84F2200018 5230BA64388B4A40E0B4DA5CC1DF51C2 85E4020D99D5AED1")
        );
        assert_eq!(
            line.send(hex!("80F24000"), &hex!("4F00")),
            hex!("84F2400018 1819D47B42BBE6B9449BBC2BD43A090D AC1F2F0A52D9F34B")
        );
        assert_eq!(
            line.send(hex!("80F28000"), &hex!("4F00")),
            hex!("84F2800018 09F07C3DF47956B1052951FA28211BA7 BABC05C321D9B3BF")
        );
    }

    /// The answers of the same session; the MAC is over the enciphered data.
    #[test]
    fn mode_s8_with_answers() {
        let mut line = s8();
        line.authenticate(0x33);
        line.send(hex!("80F22000"), &hex!("4F00"));
        let answer = hex!(
            "BD3292BFB1A23C4478E37292BA1EDF438770CE472FB7611FBDBD1C981A27FA47
             80A81A95D93C05F9C4C94839DED0363CFEA57CE2ECFB572B26F3474DAEEBBABC"
        );
        assert_eq!(line.response_mac(&answer), hex!("202942381F9755F5"));
        line.send(hex!("80F24000"), &hex!("4F00"));
        line.send(hex!("80F28000"), &hex!("4F00"));
        let answer = hex!("31EB08363026463BAD10AF29F24301F1D9B8532067F9313D97FDA39BBE6B6099");
        assert_eq!(line.response_mac(&answer), hex!("BEFD623E1F79FB5D"));
    }

    /// The card's end of it.
    #[test]
    fn mode_s8_deciphered() {
        let tally = &mut Tally::default();
        let Line { session: mut at_card, .. } = s8();
        let mac = at_card.command_mac(hex!("84823300"), &hex!("B08D6CE26B6CB3CC"), tally);
        assert_eq!(mac, Ok(hex!("B411CF0296EB7B1D")));
        for (header, mut data, mac) in [
            (hex!("84F22000"), hex!("5230BA64388B4A40E0B4DA5CC1DF51C2"), hex!("85E4020D99D5AED1")),
            (hex!("84F24000"), hex!("1819D47B42BBE6B9449BBC2BD43A090D"), hex!("AC1F2F0A52D9F34B")),
        ] {
            assert_eq!(at_card.command_mac(header, &data, tally), Ok(mac));
            assert_eq!(at_card.decipher(&mut data, tally), Ok(&hex!("4F00")[..]));
        }
    }

    #[test]
    fn mode_s16_with_enciphered_commands() {
        let (host, card_challenge) =
            (hex!("06F85B77251BF79406F85B77251BF794"), hex!("0617A2C34D50B562F7DECFC3DBF58A64"));
        let mut line = Line::open(&card(), host, card_challenge, hex!("9EF733B7486D813C92E4CA61E5102F91"));
        assert_eq!(
            line.authenticate(0x33),
            hex!("8482330020 1C6A43582F842A90D81CA4E970754664 D8C0C6C340E007C5C6EBCDF4F7C065BE")
        );
        assert_eq!(
            line.send(hex!("80F22000"), &hex!("4F00")),
            hex!("84F2200020 EB30913C363A6C1309D13ADC765D9DF1 C44F207C2941B898A290F627B05AE990")
        );
        assert_eq!(
            line.send(hex!("80F24000"), &hex!("4F00")),
            hex!("84F2400020 F1EC5CF268D357692CD0FAF186A1E6C7 9F68B473C4672C0A08F0437B16314698")
        );
        assert_eq!(
            line.send(hex!("80F28000"), &hex!("4F00")),
            hex!("84F2800020 A9DDD67660ECC75765C431CD69AD53A7 9202F01E13B24C15F4CFF4C9B335EEE5")
        );
    }
}

/// GlobalPlatformPro, a JCOP4 card under the default test keys.
#[test]
fn a_real_card_with_macs_only() {
    let key = hex!("404142434445464748494A4B4C4D4E4F");
    let card = keys(key, key);
    let challenge = hex!("734ECDCA19E446A3");
    let aid = hex!("A000000151000000");
    assert_eq!(card.card_challenge(&hex!("000436"), &aid, &mut Tally::default()), challenge);

    let mut line = Line::open(&card, hex!("0102030405060708"), challenge, hex!("0BC253BCE97DB991"));
    assert_eq!(line.authenticate(0x01), hex!("8482010010 A5E66CD1A836E3A4 7CD3B3F7B689AE8F"));
    assert_eq!(line.send(hex!("80F28002"), &hex!("4F00")), hex!("84F280020A 4F00 9F2B339FA4DE0C24"));
}

/// asterix.
mod asterix {
    use super::*;

    const HOST: [u8; 8] = hex!("0807060504030201");
    const CARD: [u8; 8] = hex!("A3F5F144D19BE66E");

    fn card() -> StaticKeys {
        keys(hex!("404142434445464748494A4B4C4D4E4F"), hex!("401122334445566748494A4B4C4D4E4F"))
    }

    #[test]
    fn card_challenge() {
        let aid = hex!("A000000018434D08090A0B0C000000");
        assert_eq!(card().card_challenge(&hex!("00002A"), &aid, &mut Tally::default()), CARD);
    }

    #[test]
    fn session_keys() {
        let session = card().session_keys(HOST, CARD, &mut Tally::default());
        assert_eq!(session.enc, Key16::new(hex!("852D207B7CC8C880231EDFD5C644CFB1")));
        assert_eq!(session.mac, Key16::new(hex!("7131B9369F3D19850E6919CD3321523E")));
        assert_eq!(session.rmac, Key16::new(hex!("B570AA1FDE18F9179B5CBD42D8939D05")));
    }

    #[test]
    fn cryptograms_and_the_first_mac() {
        let mut line = Line::open(&card(), HOST, CARD, hex!("72BFCBDF4A14515F"));
        assert_eq!(line.authenticate(0x01), hex!("8482010010 AEB8DAD1865B85E2 49FC4CF184E61DCD"));
    }

    #[test]
    fn enciphered_data_of_more_than_a_block() {
        let mut line = Line::open(&card(), HOST, CARD, hex!("72BFCBDF4A14515F"));
        line.authenticate(0x03);
        let data = hex!("0A45786572636973655236000006EF04C602068200");
        let sent = line.send(hex!("80E60200"), &data);
        assert_eq!(sent[5..37], hex!("DF31907FC027482D5DCB7DC028245F7C108CA4D2AFF12275079768E1EFE9429E"));
    }
}

/// pySim.
mod pysim {
    use super::*;

    const ENC: [u8; 16] = hex!("000102030405060708090A0B0C0D0E0F");
    const MAC: [u8; 16] = hex!("101112131415161718191A1B1C1D1E1F");

    #[test]
    fn macs_of_commands_and_answers() {
        let (host, card) = (hex!("B13E5F938FC108C4"), hex!("3EB51047495B249F"));
        let mut line = Line::open(&keys(ENC, MAC), host, card, hex!("66C484C1D2EF1948"));
        assert_eq!(line.authenticate(0x11), hex!("8482110010 7D5F5826A993EBC8 9EEA24957FA0B3CE"));
        assert_eq!(
            line.send(hex!("80E29100"), &hex!("BF3E035C015A")),
            hex!("84E291000E BF3E035C015A 558D036518A28297")
        );
        let answer = hex!("BF3E125A1089882119900000000000000000000005");
        assert_eq!(line.response_mac(&answer), hex!("971BE68992DBBDFA"));
        assert_eq!(line.send(hex!("80F22002"), &[]), hex!("84F2200208 63A63F8959827FB2"));
        assert_eq!(line.send(hex!("80CA0066"), &[]), hex!("84CA006608 A0C6A4A74166F7CE"));
        assert_eq!(
            line.send(hex!("80F22002"), &hex!("4F0212345C054F9F70C5")),
            hex!("84F2200212 4F0212345C054F9F70C5 2249B50272656536")
        );
    }

    /// A command without data is counted, though nothing in it is enciphered.
    #[test]
    fn enciphered_commands_around_commands_without_data() {
        let (host, card) = (hex!("FDF38259A1E0DE44"), hex!("3B1ACA81E821F219"));
        let mut line = Line::open(&keys(ENC, MAC), host, card, hex!("081CDC01C26B372D"));
        assert_eq!(line.authenticate(0x33), hex!("8482330010 8C36F96BCC00724A 4E13AD591D7DA3F0"));
        assert_eq!(
            line.send(hex!("80E29100"), &hex!("BF3E035C015A")),
            hex!("84E2910018 267A85DFE4A98FCA6FB0527E0DFECCE4 914E40401433C87F")
        );
        assert_eq!(line.send(hex!("80F22002"), &[]), hex!("84F2200208 AC6A59024BED84CC"));
        assert_eq!(line.send(hex!("80CA0066"), &[]), hex!("84CA006608 409912AD8FB7AED0"));
        assert_eq!(
            line.send(hex!("80F22002"), &hex!("4F0212345C054F9F70C5")),
            hex!("84F2200218 5F3DAFC3AC14C381536A488BF44E06D0 56DF9D74DBD21E5A")
        );
    }

    #[test]
    fn key_check_values() {
        let kcv = |key| Key16::new(key).aes(&mut Tally::default()).kcv(&mut Tally::default()).to_string();
        assert_eq!(kcv(ENC), "C35280");
        assert_eq!(kcv(MAC), "013808");
        assert_eq!(kcv(hex!("202122232425262728292A2B2C2D2E2F")), "840DE5");
    }
}

/// The static keys of this project's test secure element, key version 30: random, and no one's yet.
/// Computed apart from this code, with a Python cryptography library that has AES and CMAC.
#[test]
fn the_test_secure_element() {
    let card = keys(hex!("F7B3528B7B049105FAACB79CC32DBBF1"), hex!("DA6F2567E3FA4B21A5E53B7ACAE47A93"));
    let challenge = card.card_challenge(&hex!("000001"), &hex!("A000000151000000"), &mut Tally::default());
    assert_eq!(challenge, hex!("98DD84F80E0843D9"));
    let mut line = Line::open(&card, hex!("0102030405060708"), challenge, hex!("408D98BA14D59B3C"));
    assert_eq!(line.authenticate(0x03), hex!("8482030010 FF471BF6B8805435 BCFFCAC9D6907ACB"));
    assert_eq!(
        line.send(hex!("80E28000"), &hex!("0101020304")),
        hex!("84E2800018 EB1ADCD0AFE43DCE94914E7E49CB34E9 FDD1AF786B310B29")
    );
}

#[test]
fn what_does_not_fit_is_refused_and_changes_nothing() {
    let tally = &mut Tally::default();
    let mut session = keys([1; 16], [2; 16]).session([3; 8], [4; 8], tally);
    let mut other = session.clone();
    let header = hex!("84E20000");
    assert_eq!(session.command_mac(header, &[0; 248], tally), Err(TooLong));
    assert_eq!(session.encipher(&[0; 16], &mut [0; 31], tally), Err(TooLong));
    assert_eq!(session.decipher(&mut [0; 17], tally), Err(DecipherError::Length));
    let both = [&mut session, &mut other].map(|session| {
        let sent = session.encipher(&[0; 15], &mut [0; 16], tally).unwrap().to_vec();
        (sent, session.command_mac(header, &[0; 247], tally).unwrap())
    });
    assert_eq!(both[0], both[1]);
}

#[test]
fn padding_is_80_and_at_most_fifteen_zeros() {
    let tally = &mut Tally::default();
    let keys = keys([1; 16], [2; 16]);
    // Enciphering 32 bytes makes two blocks of them and one of padding, which is left off.
    let mut deciphered = |plain: &[u8; 32]| {
        let mut buffer = [0; 48];
        keys.session([3; 8], [4; 8], tally).encipher(plain, &mut buffer, tally).unwrap();
        keys.session([3; 8], [4; 8], tally).decipher(&mut buffer[..32], tally).map(<[u8]>::len)
    };
    let with = |place: usize, byte: u8| {
        let mut plain = [0; 32];
        plain[place] = byte;
        plain
    };
    assert_eq!(deciphered(&with(31, 0x80)), Ok(31));
    assert_eq!(deciphered(&with(16, 0x80)), Ok(16));
    assert_eq!(deciphered(&with(15, 0x80)), Err(DecipherError::Padding));
    assert_eq!(deciphered(&with(31, 0x01)), Err(DecipherError::Padding));
    assert_eq!(deciphered(&[0; 32]), Err(DecipherError::Padding));
}
