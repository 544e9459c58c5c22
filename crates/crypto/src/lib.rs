//! The cryptography of a T-Union (交通联合) e-purse: key diversification (密钥分散), session keys
//! (过程密钥), MAC1, MAC2, MAC3, TAC, the MAC and the enciphered data of secure messaging (安全报文)
//! and key check values, each counting the cipher blocks it computes.
//!
//! The card, the PSAM, the issuer's host and the clearing house compute the same few things from
//! the same types:
//!
//! | who | starts from | goes through |
//! |---|---|---|
//! | issuer, at personalisation | root [`Key16`] | [`Key16::card_key`], [`Key16::kcv`] |
//! | card, for its whole life | [`TdesKey`], [`TacKey`], their schedules cached | [`TdesKey::session_key`] → [`SessionKey::mac`], [`TacKey::mac`] |
//! | PSAM, at each tap | root [`Key16`] | [`Key16::card_key`] → [`Key16::tdes`] → [`TdesKey::session_key`] → [`SessionKey::mac`] |
//! | card and issuer, in secure messaging | card key as [`TdesKey`] | [`TdesKey::command_mac`], [`TdesKey::decipher_data`] or [`TdesKey::encipher_data`], [`TdesKey::authenticate`]; [`PinReloadKey::mac`] |
//! | clearing, for each record | root [`Key16`] of the TAC | [`Key16::card_key`] → [`TacKey::new`] → [`TacKey::mac`] |
//!
//! A [`Key16`] is a value, a *prepared* key ([`TdesKey`], [`DesKey`], [`Sm4Key`], [`AesKey`]) holds the
//! cipher's key schedule. Scheduling is a step that the caller sees and places, so that a card with
//! its keys prepared answers a composite purchase with one two-key 3DES block, one DES key schedule
//! and seven DES blocks, and nothing else. A PSAM keeps nothing diversified between taps, its root's
//! schedule included: five two-key 3DES blocks, three two-key and one DES schedules, and four DES
//! blocks, the published floor.
//!
//! ```
//! use tunion_crypto::{Algorithm, Key16, TacKey, Tally, purchase_block};
//!
//! let mut tally = Tally::default();
//! let root = Key16::new(*b"a root for tests");
//! let issuer = [0x05, 0x21, 0x24, 0x82, 0xFF, 0xFF, 0xFF, 0xFF];
//! let asn = [0x48, 0x95, 0x19, 0x99, 0x00, 0x00, 0x00, 0x03];
//! let card = root.card_key(Algorithm::Tdes, issuer, asn, &mut tally);
//! let (dpk, dtk) = (card.tdes(&mut tally), TacKey::new(&card, &mut tally));
//!
//! // One tap: what the card computes at DEBIT FOR PURCHASE.
//! let mut tally = Tally::default();
//! let session = dpk.session_key(purchase_block([0x11, 0x22, 0x33, 0x44], 5, 1), &mut tally);
//! let mac1 = session.mac(&[0; 18], &mut tally);
//! let mac2 = session.mac(&[0; 4], &mut tally);
//! let tac = dtk.mac(&[0; 22], &mut tally);
//! assert_eq!(tally, Tally { tdes_blocks: 1, des_schedules: 1, des_blocks: 7, ..Tally::default() });
//! # let _ = (mac1, mac2, tac);
//! ```
//!
//! # What it knows and what it must never know
//!
//! It knows keys and blocks. It never knows what the bytes under a MAC mean (`tunion-data` lays
//! them out), commands, files, or any key value of its own. It is `no_std`, uses no heap and keeps
//! no global: work is counted in the [`Tally`] that the caller hands in.
//!
//! # Key material
//!
//! Key values and key schedules are zeroised when dropped, compare in constant time, and print as
//! their key check value or not at all. Moving a value may leave a copy on the stack, and the
//! ciphers below look up tables, so neither memory disclosure nor cache timing is defended against:
//! a simulator of cards under test keys is not a place for live ones.
//!
//! # What has no caller yet
//!
//! The secure channel of secure elements, [`scp03`], and with it [`AesKey`]: it is ready for the
//! personalisation of cards in phones.
//!
//! SM4 has diversification and key check values only. No public source gives the construction of an
//! SM4 session key, MAC or TAC, and none is invented (`docs/spec/card.md` 4.8, 6a).
//!
//! Sources are cited as `docs/spec/<file>.md` and section.
#![no_std]

mod aes;
mod des;
mod diversify;
mod enciphered;
mod error;
mod key;
mod mac;
mod pin;
pub mod scp03;
mod session;
mod sm;
mod sm4;
mod tally;
mod tdes;

pub use aes::AesKey;
pub use des::DesKey;
pub use error::{DecipherError, TooLong};
pub use key::{Algorithm, Kcv, Key16};
pub use mac::ct_eq;
pub use pin::PinReloadKey;
pub use session::{SessionKey, TacKey, load_block, purchase_block};
pub use sm::Challenge;
pub use sm4::Sm4Key;
pub use tally::Tally;
pub use tdes::TdesKey;
