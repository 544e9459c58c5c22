//! How long a command takes on the contact bus of a SAM, T=0 (`docs/spec/terminal.md` 5.3).

use crate::time::{CARRIER, Ticks};

/// Bit times of one byte: start bit, eight of data, parity, two of guard time.
const BYTE: u64 = 12;

/// Bytes that one command takes on the bus.
///
/// ```text
/// header 5 ─▶ ◀─ procedure byte 1   data Lc ─▶   ◀─ 61xx 2   GET RESPONSE 5 ─▶ ◀─ procedure byte 1, data, SW 2
/// ```
///
/// `command` is the command as APDU, with its Le if it has one; `answer` is its answer with the status word.
/// Of a command with data that is answered with data the answer is fetched by GET RESPONSE; of others it comes
/// behind the procedure byte, or is a status word alone.
///
/// ```
/// // 8070 with 36 bytes, answered with 8: about 60 bytes.
/// assert_eq!(tunion_link::t0::bytes(5 + 36 + 1, 8 + 2), 60);
/// // GET CHALLENGE: header, procedure byte, 4 bytes, status word.
/// assert_eq!(tunion_link::t0::bytes(5, 4 + 2), 12);
/// ```
#[must_use]
pub const fn bytes(command: usize, answer: usize) -> usize {
    const HEADER: usize = 5;
    const PROCEDURE: usize = 1;
    const SW: usize = 2;
    let returned = answer.saturating_sub(SW);
    if command > HEADER && returned > 0 {
        // Its Le is not sent: T=0 has one length byte.
        let data = command - HEADER - 1;
        HEADER + PROCEDURE + data + SW + HEADER + PROCEDURE + returned + SW
    } else if command > HEADER {
        HEADER + PROCEDURE + (command - HEADER) + SW
    } else if returned > 0 {
        HEADER + PROCEDURE + returned + SW
    } else {
        HEADER + SW
    }
}

/// The time that so many bytes take at `baud` bits a second.
#[must_use]
pub const fn time(baud: u32, bytes: usize) -> Ticks {
    let baud = if baud == 0 { 1 } else { baud as u64 };
    Ticks((bytes as u64 * BYTE * CARRIER).div_ceil(baud))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `docs/spec/terminal.md` 5.3.
    #[test]
    fn the_figures_of_the_specification() {
        assert_eq!([9_600, 38_400, 115_200].map(|baud| time(baud, 1).micros()), [1_250, 312, 104]);
        assert_eq!([9_600, 38_400, 115_200].map(|baud| time(baud, 60).micros() / 1_000), [75, 18, 6]);
    }

    #[test]
    fn each_kind_of_command() {
        // SELECT by name, 7 bytes, answered 61xx; UPDATE BINARY without an answer; VERIFY of nothing.
        assert_eq!(bytes(5 + 7 + 1, 30 + 2), 5 + 1 + 7 + 2 + 5 + 1 + 30 + 2);
        assert_eq!(bytes(5 + 10, 2), 5 + 1 + 10 + 2);
        assert_eq!(bytes(5, 2), 7);
    }
}
