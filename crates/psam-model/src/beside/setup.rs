//! One PSAM, told to both in their own words.

use super::act::Setup;
use crate::model::Model;
use crate::settings::{Keys, LoadKeys, Settings};
use tunion_crypto::Key16;
use tunion_data::TerminalId;
use tunion_data::command::{SamApplication, SamSerial};
use tunion_psam::{Contents, LoadSam, SequenceMoves, Transport};

/// A key of its own for each use.
fn key(number: u8) -> [u8; 16] {
    std::array::from_fn(|at| number.wrapping_mul(17) ^ u8::try_from(at).unwrap_or(0))
}

/// What the applet is made from, and the model of it.
pub(super) fn both(setup: &Setup) -> (Contents, Model) {
    let bit = |number: u8| setup.switches >> number & 1 != 0;
    let settings = Settings {
        serial: [0x0F, 0x01, 0x10, 0x00, 0x00, 0x00, 0x00, 0x00, 0x12, 0x34],
        terminal: [0x10, 0x00, 0x00, 0x00, 0x00, 0x01],
        application: std::array::from_fn(|at| u8::try_from(at).unwrap_or(0)),
        key_version: 1,
        first_number: setup.near_end.map_or(1, |before| u32::MAX - u32::from(before % 8)),
        moves_at_credit: bit(0),
        mac_tries: setup.tries % 5,
        get_response: bit(1),
    };
    // Three of four are load SAMs: they can do more.
    let load = (bit(2) || bit(3)).then(|| LoadKeys { root: key(5), host: key(6) });
    let keys = Keys { purchase: key(1), lock: key(2), maintenance: key(3), control: key(4), load };
    let contents = Contents {
        serial: SamSerial::decode(&settings.serial),
        terminal: TerminalId(settings.terminal),
        application: SamApplication::decode(&settings.application),
        purchase_root: Key16::new(keys.purchase),
        key_version: settings.key_version,
        sequence: settings.first_number,
        sequence_moves: if settings.moves_at_credit {
            SequenceMoves::AtCredit
        } else {
            SequenceMoves::AtInit
        },
        mac_failure_limit: settings.mac_tries,
        block_root: Key16::new(keys.lock),
        maintenance_root: Key16::new(keys.maintenance),
        control_key: Key16::new(keys.control),
        load: keys
            .load
            .as_ref()
            .map(|load| LoadSam { root: Key16::new(load.root), authenticate: Key16::new(load.host) }),
        transport: if settings.get_response { Transport::GetResponse } else { Transport::Direct },
    };
    (contents, Model::new(settings, keys))
}
