//! How each city writes stations, terminals and institutions in the 8-byte fields of 2701 and 1E
//! (`docs/spec/terminal.md` 1.3).
//!
//! | | institution | station | terminal |
//! |---|---|---|---|
//! | Beijing (our reading) | the acquirer | 6 × 00 ‖ code(2) | 00 00 ‖ the PSAM's number(6) |
//! | Shanghai | 7 × 00 ‖ line | as Beijing: its codes have one byte | as Beijing (our reading: the source has a device there) |
//! | Xi'an | its own issuer | 44 12 ‖ city ‖ 00 00 ‖ line ‖ station | city ‖ 00 00 ‖ line ‖ station ‖ device(2) |
//!
//! In Xi'an's forms line and station are two BCD digits each, and 4412 is its kind of merchant (6.1). The
//! device is the end of the PSAM's number: our reading.

use crate::plan::{Stop, terminal_field};
use crate::profile::RailTail;
use crate::sam::Sam;
use tunion_data::{CityCode, IssuerId};

/// Xi'an's kind of merchant, with which its stations begin.
const XIAN_MERCHANT: [u8; 2] = [0x44, 0x12];

impl RailTail {
    /// Whether the record ends with a CRC, and has the terminal's serial at offset 6.
    pub(crate) const fn is_sealed(self) -> bool {
        !matches!(self, Self::Xian)
    }

    /// The institution in 2701.
    pub(crate) const fn institution(self, sam: &Sam, line: u8) -> IssuerId {
        match self {
            Self::Beijing => sam.application.acquirer,
            Self::Shanghai => IssuerId([0, 0, 0, 0, 0, 0, 0, line]),
            Self::Xian => sam.application.issuer,
        }
    }

    /// A station in 2701.
    pub(crate) fn station(self, city: CityCode, line: u8, code: u16) -> [u8; 8] {
        match self {
            Self::Beijing | Self::Shanghai => {
                let [high, low] = code.to_be_bytes();
                [0, 0, 0, 0, 0, 0, high, low]
            }
            Self::Xian => {
                let ([merchant, kind], CityCode([region, place])) = (XIAN_MERCHANT, city);
                [merchant, kind, region, place, 0, 0, bcd(u16::from(line)), bcd(code)]
            }
        }
    }

    /// A terminal in 2701 and 1E.
    pub(crate) fn terminal(self, city: CityCode, here: Stop, sam: &Sam) -> [u8; 8] {
        match self {
            Self::Beijing | Self::Shanghai => terminal_field(sam.terminal),
            Self::Xian => {
                let (CityCode([region, place]), [.., high, low]) = (city, sam.terminal.0);
                [region, place, 0, 0, bcd(here.line), bcd(here.station), high, low]
            }
        }
    }
}

/// The code of a station that any of these cities wrote: Xi'an's form tells itself.
pub(crate) fn station_code(field: [u8; 8]) -> u16 {
    let [merchant, kind, .., high, low] = field;
    if [merchant, kind] == XIAN_MERCHANT {
        return u16::from(low >> 4) * 10 + u16::from(low & 0x0F);
    }
    u16::from_be_bytes([high, low])
}

/// The last two decimal digits of a number, as a byte of BCD.
const fn bcd(number: u16) -> u8 {
    let [.., pair] = (number / 10 % 10 * 16 + number % 10).to_be_bytes();
    pair
}

#[cfg(test)]
mod tests {
    use super::*;
    use tunion_data::TerminalId;
    use tunion_data::command::SamApplication;

    const XIAN: CityCode = CityCode([0x79, 0x10]);

    #[test]
    fn xian_writes_line_and_station_in_decimal_digits() {
        let application = SamApplication {
            issuer: "02407910FFFFFFFF".parse().unwrap(),
            acquirer: "12407910FFFFFFFF".parse().unwrap(),
            ..SamApplication::default()
        };
        let sam = Sam { terminal: TerminalId([0x79, 0x10, 0, 1, 0x02, 0x34]), application, ..Sam::default() };
        let field = RailTail::Xian.station(XIAN, 2, 17);
        assert_eq!(field, [0x44, 0x12, 0x79, 0x10, 0x00, 0x00, 0x02, 0x17]);
        assert_eq!(station_code(field), 17);
        let here = Stop { line: 14, station: 99 };
        let terminal = RailTail::Xian.terminal(XIAN, here, &sam);
        assert_eq!(terminal, [0x79, 0x10, 0x00, 0x00, 0x14, 0x99, 0x02, 0x34]);
        assert_eq!(RailTail::Xian.institution(&sam, 2), application.issuer);
        assert_eq!(RailTail::Beijing.institution(&sam, 2), application.acquirer);
    }

    #[test]
    fn every_other_code_has_two_bytes() {
        for code in [0, 12, 0x1234, u16::MAX] {
            for tail in [RailTail::Beijing, RailTail::Shanghai] {
                assert_eq!(station_code(tail.station(XIAN, 1, code)), code);
            }
        }
    }
}
