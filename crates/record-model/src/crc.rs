//! The check of a rail record, bit by bit (`docs/spec/terminal.md` 1.3, `docs/spec/card.md` 2.6).

/// CRC-32 of IEEE: reflected, initial value and final XOR `FFFFFFFF`.
#[must_use]
pub fn crc32(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            let lowest = sum & 1;
            sum >>= 1;
            if lowest == 1 {
                // 04C11DB7 with its bits in the reverse order.
                sum ^= 0xEDB8_8320;
            }
        }
    }
    !sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_118_zeros_is_the_published_figure() {
        assert_eq!(crc32(&[0; 118]), 0x72FF_8F17, "docs/spec/card.md 2.6 [V]");
    }

    #[test]
    fn of_the_digits_is_what_every_zlib_says() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }
}
