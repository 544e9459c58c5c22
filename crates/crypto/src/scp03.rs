//! GlobalPlatform's Secure Channel Protocol 03 with AES-128: how an issuer's host and the security
//! domain of a secure element agree on session keys, prove themselves to each other and protect the
//! commands of a personalisation (`docs/spec/terminal.md` 7).
//!
//! | step | here |
//! |---|---|
//! | INITIALIZE UPDATE: host challenge → card challenge, card cryptogram | [`StaticKeys::card_challenge`], [`StaticKeys::session`], [`Session::card_cryptogram`] |
//! | EXTERNAL AUTHENTICATE: host cryptogram, C-MAC | [`Session::host_cryptogram`], [`Session::command_mac`] |
//! | commands at level 01: C-MAC | [`Session::command_mac`] |
//! | commands at level 03: enciphered data (C-DECRYPTION), C-MAC over it | [`Session::encipher`] or [`Session::decipher`], then [`Session::command_mac`] |
//! | answers at level 10: R-MAC | [`Session::response_mac`] |
//!
//! Both ends hold a [`Session`] and go through the same steps; the end that receives compares by
//! [`ct_eq`](crate::ct_eq). The mode is the length of the challenges in bytes: 8 is S8, 16 is S16,
//! and cryptograms and MACs have the same length.
//!
//! Not here: enciphered answers (level 20), keys of 192 and 256 bits, and the key that enciphers
//! keys (DEK), which does not enter the channel. **No one calls this module yet**: it stands ready for
//! the personalisation of cards in phones.
//!
//! ```
//! use tunion_crypto::{Key16, Tally, ct_eq, scp03::StaticKeys};
//!
//! let tally = &mut Tally::default();
//! let keys = StaticKeys::new(&Key16::new(*b"an ENC key, test"), &Key16::new(*b"a MAC key, test."), tally);
//! let host = [0x01; 8];
//! // The card answers the host's challenge with its own and its cryptogram.
//! let card = keys.card_challenge(&[0, 0, 1], &[0xA0, 0, 0, 1, 0x51, 0, 0, 0], tally);
//! let mut at_card = keys.session(host, card, tally);
//! let shown = at_card.card_cryptogram(tally);
//! // The host checks it and sends its own, with the first C-MAC.
//! let mut at_host = keys.session(host, card, tally);
//! assert!(ct_eq(&shown, &at_host.card_cryptogram(tally)));
//! let cryptogram = at_host.host_cryptogram(tally);
//! let mac = at_host.command_mac([0x84, 0x82, 0x01, 0x00], &cryptogram, tally)?;
//! assert!(ct_eq(&mac, &at_card.command_mac([0x84, 0x82, 0x01, 0x00], &cryptogram, tally)?));
//! # Ok::<(), tunion_crypto::TooLong>(())
//! ```

mod session;

use zeroize::Zeroizing;

pub use session::Session;

use crate::{AesKey, Key16, Tally};

/// What a derivation is for: the constant in its input.
#[derive(Clone, Copy)]
enum Purpose {
    CardCryptogram = 0x00,
    HostCryptogram = 0x01,
    CardChallenge = 0x02,
    SessionEnc = 0x04,
    SessionMac = 0x06,
    SessionRmac = 0x07,
}

/// Key-ENC and Key-MAC of a security domain, prepared.
#[derive(Clone, Debug)]
pub struct StaticKeys {
    enc: AesKey,
    mac: AesKey,
}

/// The key values of one session.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SessionKeys {
    /// S-ENC, of enciphered data.
    pub enc: Key16,
    /// S-MAC, of commands and cryptograms.
    pub mac: Key16,
    /// S-RMAC, of answers.
    pub rmac: Key16,
}

impl StaticKeys {
    /// Prepares Key-ENC and Key-MAC: 2 AES schedules.
    #[must_use]
    pub fn new(enc: &Key16, mac: &Key16, tally: &mut Tally) -> Self {
        Self { enc: enc.aes(tally), mac: mac.aes(tally) }
    }

    /// The challenge of a card that makes pseudo-random ones (bit 10 of the protocol's parameter i):
    /// under Key-ENC, from its sequence counter and the AID of the security domain.
    #[must_use]
    pub fn card_challenge<const N: usize>(
        &self,
        sequence: &[u8; 3],
        aid: &[u8],
        tally: &mut Tally,
    ) -> [u8; N] {
        let derived = derive(&self.enc, Purpose::CardChallenge, bits::<N>(), [sequence, aid], tally);
        first(&derived)
    }

    /// The session keys for the two challenges. In S8 mode 9 AES blocks, in S16 mode 12.
    #[must_use]
    pub fn session_keys<const N: usize>(
        &self,
        host: [u8; N],
        card: [u8; N],
        tally: &mut Tally,
    ) -> SessionKeys {
        const { assert!(N == 8 || N == 16, "challenges of S8 or S16 mode") };
        let mut key = |key, purpose| Key16::from(derive(key, purpose, 128, [&host, &card], tally));
        SessionKeys {
            enc: key(&self.enc, Purpose::SessionEnc),
            mac: key(&self.mac, Purpose::SessionMac),
            rmac: key(&self.mac, Purpose::SessionRmac),
        }
    }

    /// The session for the two challenges, its keys prepared: those of
    /// [`StaticKeys::session_keys`], and 3 AES schedules.
    #[must_use]
    pub fn session<const N: usize>(&self, host: [u8; N], card: [u8; N], tally: &mut Tally) -> Session<N> {
        let keys = self.session_keys(host, card, tally);
        Session::new(&keys, host, card, tally)
    }
}

/// The key derivation function of NIST SP 800-108 in counter mode with AES-CMAC, over `11 × 00 ‖
/// purpose(1) ‖ 00 ‖ bits(2) ‖ counter(1) ‖ context`. All that is derived fits one block, so the
/// counter is 01.
fn derive(
    key: &AesKey,
    purpose: Purpose,
    bits: u16,
    context: [&[u8]; 2],
    tally: &mut Tally,
) -> Zeroizing<[u8; 16]> {
    let [high, low] = bits.to_be_bytes();
    let head = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, purpose as u8, 0x00, high, low, 0x01];
    let [first, second] = context;
    Zeroizing::new(key.cmac_of(&[&head, first, second], tally))
}

/// The length of `N` bytes as a derivation has it in its input.
const fn bits<const N: usize>() -> u16 {
    if N == 8 { 64 } else { 128 }
}

/// The leading bytes of a derived block or a MAC.
fn first<const N: usize>(block: &[u8; 16]) -> [u8; N] {
    const { assert!(N == 8 || N == 16, "S8 or S16 mode") };
    let mut bytes = [0; N];
    bytes.copy_from_slice(&block[..N]);
    bytes
}
