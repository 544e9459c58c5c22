//! From a card's file to a card.

use crate::random::Stream;
use tunion_card::{Card, Inconsistent};
use tunion_files::card::CardFile;
use tunion_files::keys::KeySet;

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
