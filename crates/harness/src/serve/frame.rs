//! Frames: a length and as many bytes.
//!
//! | offset | length | what |
//! |---|---|---|
//! | 0 | 2 | length of the body, big-endian, 0 to 65,535 |
//! | 2 | that many | the body |
//!
//! So bytes travel between vpcd and a card (vsmartcard's virtual PC/SC reader), and so they travel over
//! TCP here. TCP cuts them anywhere: half a length may come, or five frames at once.

/// Finds the frames in bytes that come in chunks of any size.
///
/// It keeps what of a frame has come so far, and that is never more than one frame and one chunk.
///
/// ```
/// use tunion_harness::serve::frame::Decoder;
///
/// let mut decoder = Decoder::default();
/// decoder.push(&[0x00]);
/// assert_eq!(decoder.next(), None);
/// decoder.push(&[0x02, 0xAA, 0xBB, 0x00, 0x00]);
/// assert_eq!(decoder.next(), Some(&[0xAA, 0xBB][..]));
/// assert_eq!(decoder.next(), Some(&[][..]));
/// assert_eq!(decoder.next(), None);
/// ```
#[derive(Clone, Default, Debug)]
pub struct Decoder {
    bytes: Vec<u8>,
    /// How many of them belong to frames that were given out.
    given: usize,
}

impl Decoder {
    /// Takes what came. Ask [`next`](Self::next) until it has no more, before the next chunk.
    pub fn push(&mut self, chunk: &[u8]) {
        self.bytes.drain(..self.given);
        self.given = 0;
        self.bytes.extend_from_slice(chunk);
    }

    /// The body of the next frame that has come whole.
    #[must_use]
    #[allow(clippy::should_implement_trait, reason = "the body is borrowed, which an Iterator cannot give")]
    pub fn next(&mut self) -> Option<&[u8]> {
        let (length, rest) = self.bytes.get(self.given..)?.split_first_chunk::<2>()?;
        let body = rest.get(..usize::from(u16::from_be_bytes(*length)))?;
        self.given += 2 + body.len();
        Some(body)
    }
}

/// A body has more than 65,535 bytes, which a frame's length cannot say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TooLong;

impl std::fmt::Display for TooLong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a frame holds at most 65,535 bytes: send less at a time")
    }
}

impl std::error::Error for TooLong {}

/// Appends `body` as a frame to `out`.
///
/// ```
/// let mut out = Vec::new();
/// tunion_harness::serve::frame::encode(&[0x90, 0x00], &mut out)?;
/// assert_eq!(out, [0x00, 0x02, 0x90, 0x00]);
/// # Ok::<(), tunion_harness::serve::frame::TooLong>(())
/// ```
///
/// # Errors
/// [`TooLong`]; `out` is then as it was.
pub fn encode(body: &[u8], out: &mut Vec<u8>) -> Result<(), TooLong> {
    let length = u16::try_from(body.len()).map_err(|_| TooLong)?;
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(body);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(decoder: &mut Decoder) -> Vec<Vec<u8>> {
        std::iter::from_fn(|| decoder.next().map(<[u8]>::to_vec)).collect()
    }

    fn encoded(bodies: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for body in bodies {
            encode(body, &mut bytes).unwrap();
        }
        bytes
    }

    /// Two cuts, everywhere: so every length and every body is cut at every place.
    #[test]
    fn frames_survive_every_pair_of_cuts() {
        let bodies = [vec![0], vec![2], vec![], vec![0x80, 0x5C, 0, 2, 4], vec![4]];
        let bytes = encoded(&bodies);
        for first in 0..=bytes.len() {
            for second in first..=bytes.len() {
                let mut decoder = Decoder::default();
                let mut found = Vec::new();
                for chunk in [&bytes[..first], &bytes[first..second], &bytes[second..]] {
                    decoder.push(chunk);
                    found.extend(all(&mut decoder));
                }
                assert_eq!(found, bodies, "cut at {first} and {second}");
            }
        }
    }

    #[test]
    fn the_longest_body_fits_and_one_more_does_not() {
        let mut out = vec![7];
        assert_eq!(encode(&vec![0; 65_536], &mut out), Err(TooLong));
        assert_eq!(out, [7]);
        let longest = vec![vec![0xA5; 65_535]];
        let mut decoder = Decoder::default();
        decoder.push(&encoded(&longest));
        assert_eq!(all(&mut decoder), longest);
    }

    proptest! {
        /// Chunks of any size, asked for frames or not in between.
        #[test]
        fn frames_survive_every_chunking(
            bodies in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..8),
            sizes in prop::collection::vec((1_usize..40, any::<bool>()), 1..20),
        ) {
            let bytes = encoded(&bodies);
            let (mut decoder, mut found, mut rest) = (Decoder::default(), Vec::new(), &bytes[..]);
            for (size, ask) in sizes.into_iter().cycle() {
                let (chunk, later) = rest.split_at(size.min(rest.len()));
                rest = later;
                decoder.push(chunk);
                if ask {
                    found.extend(all(&mut decoder));
                }
                if rest.is_empty() {
                    break;
                }
            }
            found.extend(all(&mut decoder));
            prop_assert_eq!(found, bodies);
        }

        /// What comes out, put in frames again, is where the bytes began.
        #[test]
        fn anything_is_frames_and_a_rest(bytes: Vec<u8>) {
            let mut decoder = Decoder::default();
            decoder.push(&bytes);
            let found = all(&mut decoder);
            prop_assert!(bytes.starts_with(&encoded(&found)));
        }
    }
}
