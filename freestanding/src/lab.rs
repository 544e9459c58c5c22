//! One card and one PSAM under the laboratory's published test keys. TEST ONLY.

use hex_literal::hex;
use tunion_card::{CardKeys, Contents, Image, Pin, PurseContents, SecurityContents};
use tunion_crypto::Key16;
use tunion_data::command::{SamApplication, SamSerial};
use tunion_data::file::{AppInfo, Management};
use tunion_data::{CityCode, Fen, Fen24, IssuerId, Pan, TerminalId};
use tunion_psam::{LoadSam, SequenceMoves, Transport};

/// The issuer and the card that the keys below belong to (`docs/spec/card.md` 5.1).
pub(crate) const ISSUER: IssuerId = IssuerId(hex!("05212482FFFFFFFF"));
pub(crate) const PAN: Pan = Pan::from_bytes(hex!("03104895199900000003"));

/// The purchase root, which the PSAM holds (`docs/spec/card.md` 5.1).
const PURCHASE_ROOT: [u8; 16] = hex!("25EC312F61B9687CE3316101E60DB60B");
/// The card's purchase and TAC keys, derived from the roots (`docs/spec/card.md` 5.1).
const DPK: [u8; 16] = hex!("26776F5B7AA2A6FDA378DEAC563180DC");
const DTK: [u8; 16] = hex!("46E4B1F2E9D7A86779439835D43C5DAD");
/// The other roots are not published (`docs/spec/card.md` 5.1): a key of our own for all other uses.
pub(crate) const OWN: [u8; 16] = hex!("000102030405060708090A0B0C0D0E0F");

/// Terminal, key version and the card's state before the entry of `docs/spec/card.md` 5.4.
pub(crate) const TERMINAL: TerminalId = TerminalId(hex!("100000000001"));
pub(crate) const KEY_INDEX: u8 = 1;
const KEY_VERSION: u8 = 1;
const BALANCE: Fen24 = Fen24::new(Fen::from_yuan(100)).expect("100.00 yuan fit in 24 bits");
const OFFLINE_SEQ: u16 = 5;
const TERMINAL_SEQ: u32 = 1;

/// The card's PIN.
pub(crate) const PIN: &[u8] = b"1234";

/// What the issuer puts on the card: 100.00 yuan, and a PIN.
pub(crate) fn card_contents() -> Contents {
    let key = || Key16::new(OWN);
    let keys = CardKeys {
        purchase: Key16::new(DPK),
        load: [key(), key()],
        unload: key(),
        overdraft: key(),
        tac: Key16::new(DTK),
        app_block: key(),
        app_unblock: key(),
        app_maintenance: key(),
        card_control: key(),
        pin_unblock: key(),
        pin_reload: key(),
        external: [key(), key()],
        internal: Some(key()),
        version: KEY_VERSION,
    };
    let blank = Contents::blank(keys);
    let image = Image {
        info: AppInfo { issuer: ISSUER, app_type: 2, enabled: 1, pan: PAN, ..AppInfo::default() },
        management: Management { city: CityCode::BEIJING, interoperable: 1, ..Management::default() },
        purse: PurseContents { balance: BALANCE, offline_seq: OFFLINE_SEQ, ..PurseContents::default() },
        security: SecurityContents { pin: Pin::new(PIN), ..SecurityContents::default() },
        ..blank.image
    };
    Contents { image, ..blank }
}

/// What is in the terminal's PSAM.
pub(crate) fn psam_contents() -> tunion_psam::Contents {
    tunion_psam::Contents {
        serial: SamSerial { kind: 0x0E, version: 1, number: [0; 8] },
        terminal: TERMINAL,
        application: SamApplication { key_index: KEY_INDEX, ..SamApplication::default() },
        purchase_root: Key16::new(PURCHASE_ROOT),
        key_version: KEY_VERSION,
        sequence: TERMINAL_SEQ,
        sequence_moves: SequenceMoves::AtInit,
        mac_failure_limit: 3,
        block_root: Key16::new(OWN),
        maintenance_root: Key16::new(OWN),
        control_key: Key16::new(OWN),
        load: Some(LoadSam { root: Key16::new(OWN), authenticate: Key16::new(OWN) }),
        transport: Transport::Direct,
    }
}
