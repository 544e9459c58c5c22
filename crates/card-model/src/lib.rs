//! A reference model of the card, from `docs/spec/card.md` alone.

pub mod crypto;
