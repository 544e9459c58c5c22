//! Cards by number: each text is kept once.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

/// The longest text of a card, in bytes.
pub(super) const LONGEST: usize = 32;

/// A card, numbered in the order in which cards were first met.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CardId(pub u32);

impl CardId {
    /// Its place in a table of cards.
    #[must_use]
    pub fn index(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// A card's text, padded with zeros, which no text has.
type Key = [u8; LONGEST];

/// The cards met so far.
#[derive(Clone, Default, Debug)]
pub struct Cards {
    ids: HashMap<Key, CardId, FxBuildHasher>,
    texts: Vec<Key>,
}

impl Cards {
    /// The number of a card's text; `None` when it is empty, too long, no UTF-8, or has control characters.
    #[inline]
    pub(super) fn id(&mut self, text: &[u8]) -> Option<CardId> {
        let mut key: Key = [0; LONGEST];
        key.get_mut(..text.len()).filter(|_| !text.is_empty())?.copy_from_slice(text);
        // A text that is padded differently is another key, so a known key was found good before.
        match self.ids.get(&key) {
            Some(id) if text.last() != Some(&0) => Some(*id),
            _ => self.new_id(key, text),
        }
    }

    fn new_id(&mut self, key: Key, text: &[u8]) -> Option<CardId> {
        std::str::from_utf8(text).ok().filter(|text| !text.contains(char::is_control))?;
        let id = CardId(u32::try_from(self.texts.len()).ok()?);
        self.texts.push(key);
        self.ids.insert(key, id);
        Some(id)
    }

    /// A card's text.
    #[must_use]
    pub fn text(&self, id: CardId) -> &str {
        let key = self.texts.get(id.index()).map_or(&[][..], |key| key);
        let end = key.iter().position(|byte| *byte == 0).unwrap_or(key.len());
        std::str::from_utf8(&key[..end]).unwrap_or_default()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }
}
