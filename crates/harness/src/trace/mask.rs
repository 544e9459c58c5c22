//! Which digits of a trace are hidden: card numbers, but for their first six and last four digits, and what belongs to
//! keys.
//!
//! A card number is known by the fields that have it, and then hidden wherever its digits stand, also where they are
//! shifted by half a byte, and where it is a factor of a key. Hidden whole are, by the command (our choice):
//!
//! - PINs: the data of VERIFY PIN, CHANGE PIN, RELOAD PIN and PIN UNBLOCK;
//! - keys: the data of PUT KEY and WRITE KEY (`D8` and `D4` of any class);
//! - secure messaging: the data of commands whose class has the bit `04`;
//! - proofs of a key: the data of EXTERNAL AUTHENTICATE, the answers of INTERNAL AUTHENTICATE and of a secure channel's
//!   INITIALIZE UPDATE (`80 50` with 8 bytes), data and answers of DES CRYPT.
//!
//! MAC1, MAC2 and TAC stay: without them a trace of a tap tells nothing.

use super::air;
use super::decode::HEADER;
use super::file::{Dir, File, Line, Went, Wire};
use super::raw::Raw;
use super::say::exchange;
use std::collections::BTreeSet;
use std::ops::Range;
use tunion_apdu::{Device, Name};
use tunion_data::{FieldInfo, Kind};

/// Digits at the beginning and at the end of a card number that are shown.
const SHOWN: (usize, usize) = (6, 4);
/// Digits of a card number.
const PAN: usize = 19;
/// Digits of a card number that are a key's factor, the last 16 (`docs/spec/card.md` 4.1).
const FACTOR: usize = 16;

impl File {
    /// The same trace with card numbers and secrets hidden, as its header then says.
    ///
    /// ```
    /// use tunion_files::library::Library;
    /// use tunion_harness::trace::{Script, record};
    ///
    /// let scenario = Library::default().scenario("../../fixtures/scenarios/low-balance-entry.toml")?;
    /// let script = Script::of(&scenario);
    /// let (_, file) = record(&script, script.header("run", Vec::new()))?;
    /// let masked = file.masked();
    /// assert!(masked.is_masked() && !file.is_masked());
    /// assert!(masked.text().contains("310517*********"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn masked(&self) -> Self {
        let mut file = self.clone();
        file.header.masked = true;
        let numbers = numbers(&file.lines);
        let mut command = Vec::new();
        for line in &mut file.lines {
            let Line::Went(went) = line else { continue };
            if let Some(device) = went.link.device() {
                if went.dir == Dir::To {
                    went.bytes.bytes().clone_into(&mut command);
                }
                hide_secrets(device, &command, went);
                hide_numbers(&mut went.bytes, &numbers);
            }
        }
        hide_in_frames(&self.lines, &mut file.lines);
        file
    }
}

/// The last 16 digits of every card number that a field has. One whose digits are all the same is none.
fn numbers(lines: &[Line]) -> BTreeSet<[u8; FACTOR]> {
    let mut numbers = BTreeSet::new();
    let mut command: &[u8] = &[];
    for went in lines.iter().filter_map(Line::went) {
        let (Some(device), bytes) = (went.link.device(), went.bytes.bytes()) else { continue };
        let part = match went.dir {
            Dir::To => {
                command = bytes;
                exchange(device, bytes, None).request()
            }
            Dir::From => exchange(device, command, Some(bytes)).reply(),
            Dir::Lost => None,
        };
        let fields = part.iter().flat_map(|part| part.fields(bytes.len()));
        let whole = |place: &Range<usize>| !went.bytes.part(place.clone()).is_masked();
        for (_, place) in fields.filter(|(field, place)| is_number(field) && whole(place)) {
            let digits = digits(bytes.get(place).unwrap_or_default());
            let number = digits.last_chunk::<FACTOR>().copied().unwrap_or_default();
            if number.iter().any(|digit| *digit != number[0]) {
                numbers.insert(number);
            }
        }
    }
    numbers
}

/// Whether a field is a card number, or the factor that is the end of one.
fn is_number(field: &FieldInfo) -> bool {
    field.kind == Kind::Pan || (field.name == "asn" && field.len * 2 == FACTOR)
}

fn digits(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 0x0F]).collect()
}

/// Hides the middle of every card number that stands anywhere in the bytes.
fn hide_numbers(bytes: &mut Raw, numbers: &BTreeSet<[u8; FACTOR]>) {
    if numbers.is_empty() {
        return;
    }
    let digits = digits(bytes.bytes());
    let found = digits.windows(FACTOR).enumerate().filter(|(_, window)| numbers.iter().any(|n| n == window));
    for at in found.map(|(at, _)| at).collect::<Vec<_>>() {
        bytes.hide(at + SHOWN.0 - (PAN - FACTOR)..at + FACTOR - SHOWN.1);
    }
}

fn hide_secrets(device: Device, command: &[u8], went: &mut Went) {
    let (request, answer) = secrets(device, command);
    match went.dir {
        Dir::To if request => {
            let lc = command.get(HEADER - 1).copied().unwrap_or_default();
            went.bytes.hide_bytes(HEADER..HEADER + usize::from(lc));
        }
        Dir::From if answer => {
            let end = went.bytes.len().saturating_sub(2);
            went.bytes.hide_bytes(0..end);
        }
        _ => {}
    }
}

/// Whether the data of a command are secret, and whether those of its answer are.
fn secrets(device: Device, command: &[u8]) -> (bool, bool) {
    let [cla, ins, _, _, ref body @ ..] = *command else { return (false, false) };
    let name = exchange(device, command, None).name();
    match (name, ins) {
        (
            Some(
                Name::VerifyPin
                | Name::ChangePin
                | Name::ReloadPin
                | Name::UnblockPin
                | Name::ExternalAuthenticate,
            ),
            _,
        )
        | (None, 0x20 | 0x24 | 0x82 | 0xD4 | 0xD8) => (true, false),
        (Some(Name::InternalAuthenticate), _) => (false, true),
        (Some(Name::DesCrypt), _) => (true, true),
        (None, 0x50) if body.first() == Some(&8) => (false, true),
        // A class of ISO 7816 or of an industry that says there is secure messaging.
        _ => (cla & 0x74 == 0x04, false),
    }
}

/// Hides in each frame what is hidden in the APDU that it is a part of. A block that is no part of it may be
/// anything: all of it is hidden. With hidden bytes goes their CRC.
fn hide_in_frames(plain: &[Line], lines: &mut [Line]) {
    let apdus: Vec<Option<(usize, Wire, Dir)>> = lines
        .iter()
        .enumerate()
        .map(|(at, line)| {
            line.went().filter(|went| went.link.is_apdu()).map(|went| (at, went.link, went.dir))
        })
        .collect();
    for at in 0..lines.len() {
        let Some(frame) = plain.get(at).and_then(Line::went).filter(|went| went.link == Wire::Air) else {
            continue;
        };
        let Some(part) = air::information(frame.bytes.bytes()) else { continue };
        let inf = frame.bytes.bytes().get(part.clone()).unwrap_or_default();
        // A lost frame may have gone either way.
        let before = apdus[..at].iter().rev().flatten().next().filter(|(.., dir)| *dir == Dir::To);
        let after = apdus[at..].iter().flatten().next().filter(|(.., dir)| *dir != Dir::To);
        let around = [before.filter(|_| frame.dir != Dir::From), after.filter(|_| frame.dir != Dir::To)];
        let mut hidden = vec![0u8; inf.len()];
        let mut is_known = inf.is_empty();
        for (place, ..) in around.into_iter().flatten() {
            let (Some(whole), Some(masked)) =
                (plain.get(*place).and_then(Line::went), lines.get(*place).and_then(Line::went))
            else {
                continue;
            };
            for (from, _) in
                whole.bytes.bytes().windows(inf.len().max(1)).enumerate().filter(|(_, w)| *w == inf)
            {
                is_known = true;
                for (offset, mask) in hidden.iter_mut().enumerate() {
                    *mask |= masked.bytes.mask(from + offset);
                }
            }
        }
        if !is_known {
            hidden.fill(0xFF);
        }
        let Some(Line::Went(went)) = lines.get_mut(at) else { continue };
        for (offset, mask) in hidden.iter().enumerate() {
            let digit = (part.start + offset) * 2;
            for (digit, bits) in [(digit, 0xF0), (digit + 1, 0x0F)] {
                if mask & bits != 0 {
                    went.bytes.hide(digit..digit + 1);
                }
            }
        }
        if went.bytes.is_masked() {
            let end = went.bytes.len();
            went.bytes.hide_bytes(part.end..end);
        }
    }
}
