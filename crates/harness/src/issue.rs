//! From a card's file to a card, and from a terminal's profile to its PSAM.

use crate::random::Stream;
use tunion_card::{Card, Inconsistent};
use tunion_data::command::{SamApplication, SamSerial};
use tunion_data::{BcdDate, TerminalId};
use tunion_files::card::CardFile;
use tunion_files::keys::KeySet;
use tunion_files::terminal::PsamFile;
use tunion_psam::{LoadSam, Psam};

/// A card as its file says, under the roots of a key set, with power.
///
/// ```
/// use tunion_harness::{issue, random::stream};
///
/// let file = tunion_files::card::load("../../fixtures/cards/student.toml")?;
/// let card = issue::card(&file, &tunion_files::keys::lab()?, stream(1, "card lin", 0))?;
/// assert_eq!(card.sequences(), (0, 0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// The first of the card's rules that it breaks. One that was loaded from a file breaks none.
pub fn card(file: &CardFile, keys: &KeySet, random: Stream) -> Result<Card<Stream>, Inconsistent> {
    Card::new(&file.contents(&keys.roots), random)
}

/// Kinds of a SAM, byte 0 of its serial number (`docs/spec/terminal.md` 2.1).
const PSAM: u8 = 0x0E;
const ISAM: u8 = 0x0F;

/// The PSAM of the terminal that comes `index` places after the first one of a profile: terminal and serial
/// number follow from it, the keys from the roots of a key set.
#[must_use]
pub fn psam(file: &PsamFile, keys: &KeySet, index: u32, random: Stream) -> Psam<Stream> {
    Psam::new(psam_contents(file, keys, index), random)
}

/// What goes into it.
#[must_use]
pub fn psam_contents(file: &PsamFile, keys: &KeySet, index: u32) -> tunion_psam::Contents {
    let roots = &keys.roots;
    let terminal = numbered(file.first_terminal, index);
    let mut number = [0; 8];
    number[2..].copy_from_slice(&terminal.0);
    let serial = SamSerial { kind: if file.load_sam { ISAM } else { PSAM }, version: 1, number };
    let load = file.load_sam.then(|| LoadSam {
        root: roots.sam_load(file.issuer),
        authenticate: roots.sam_authenticate(&serial),
    });
    tunion_psam::Contents {
        serial,
        terminal,
        application: SamApplication {
            key_index: file.key_index,
            issuer: file.issuer,
            acquirer: file.acquirer,
            valid_from: BcdDate::from(file.valid_from),
            valid_to: BcdDate::from(file.valid_to),
        },
        purchase_root: roots.purchase.clone(),
        key_version: roots.version,
        sequence: 1,
        sequence_moves: file.sequence_moves,
        mac_failure_limit: file.mac_failure_limit,
        block_root: roots.app_block.clone(),
        maintenance_root: roots.app_maintenance.clone(),
        control_key: roots.sam_control(&serial),
        load,
        transport: file.transport,
    }
}

/// The terminal number `index` places after `first`.
#[must_use]
pub fn numbered(first: TerminalId, index: u32) -> TerminalId {
    let mut number = first;
    let [_, _, tail @ ..] = &mut number.0;
    *tail = u32::from_be_bytes(*tail).wrapping_add(index).to_be_bytes();
    number
}
