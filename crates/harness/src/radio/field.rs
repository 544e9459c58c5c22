//! Several cards that answer at once: what the reader makes of it.

use tunion_link::Frame;

/// The first bit in which several frames differ that lie on top of each other.
///
/// Cards of type A answer in step, so that bits lie over bits (ISO/IEC 14443-3 6.2.3). Frames of different length
/// differ where the shorter one ends.
pub(super) fn on_top(frames: &[Frame]) -> Option<u16> {
    let (first, rest) = frames.split_first()?;
    let bit =
        |frame: &Frame, bit: u16| frame.bytes().get(usize::from(bit / 8)).map(|byte| byte >> (bit % 8) & 1);
    let longest = frames.iter().map(|frame| frame.bytes().len()).max().unwrap_or(0);
    let bits = u16::try_from(longest * 8).unwrap_or(u16::MAX);
    let differ = |at: &u16| rest.iter().any(|other| bit(other, *at) != bit(first, *at));
    (0..bits).find(differ)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bit_that_differs() {
        let frames = |all: &[&[u8]]| all.iter().map(|bytes| Frame::plain(bytes)).collect::<Vec<_>>();
        assert_eq!(on_top(&[]), None);
        assert_eq!(on_top(&frames(&[&[1, 2]])), None);
        assert_eq!(on_top(&frames(&[&[1, 2], &[1, 2]])), None);
        assert_eq!(on_top(&frames(&[&[1, 2], &[1, 6]])), Some(10));
        assert_eq!(on_top(&frames(&[&[1, 2], &[1, 6], &[0, 2]])), Some(0));
        assert_eq!(on_top(&frames(&[&[1, 0], &[1]])), Some(8));
    }
}
