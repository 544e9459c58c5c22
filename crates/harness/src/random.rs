//! Random streams: one for each (seed, name, tap number), so that neither the order in which entities
//! are served nor how much one of them draws changes what another gets.

use rand_chacha::ChaCha8Rng;
use rand_core::SeedableRng;
use sha2::{Digest, Sha256};

/// The source of random numbers that cards and PSAMs of the harness use.
pub type Stream = ChaCha8Rng;

/// The stream of the entity `name` at its `tap`-th tap.
///
/// ```
/// use rand_core::Rng;
/// use tunion_harness::random::stream;
/// assert_eq!(stream(7, "card lin", 1).next_u32(), stream(7, "card lin", 1).next_u32());
/// assert_ne!(stream(7, "card lin", 1).next_u32(), stream(7, "card lin", 2).next_u32());
/// ```
#[must_use]
pub fn stream(seed: u64, name: &str, tap: u64) -> Stream {
    let mut hash = Sha256::new();
    hash.update(seed.to_be_bytes());
    hash.update(tap.to_be_bytes());
    hash.update(name.as_bytes());
    ChaCha8Rng::from_seed(hash.finalize().into())
}
