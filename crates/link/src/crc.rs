//! `CRC_A`, behind every frame but the first ones (`docs/spec/terminal.md` 5.2: begins at 6363, low byte first).

use crc::{CRC_16_ISO_IEC_14443_3_A, Crc};

const CRC_A: Crc<u16> = Crc::<u16>::new(&CRC_16_ISO_IEC_14443_3_A);

/// How many bytes it is.
pub const LEN: usize = 2;

/// The two bytes that go behind `bytes`, in the order of the air.
///
/// ```
/// // HLTA, as every reader sends it.
/// assert_eq!(tunion_link::crc::of(&[0x50, 0x00]), [0x57, 0xCD]);
/// ```
#[must_use]
pub fn of(bytes: &[u8]) -> [u8; LEN] {
    CRC_A.checksum(bytes).to_le_bytes()
}

/// What stands before a CRC that is right.
#[must_use]
pub fn check(frame: &[u8]) -> Option<&[u8]> {
    let (bytes, crc) = frame.split_last_chunk::<LEN>()?;
    (of(bytes) == *crc).then_some(bytes)
}
