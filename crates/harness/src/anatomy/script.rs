//! A tap that is asked for by arguments, for whoever writes its trace or plays one again.

use super::ask::{Ask, Keys};
use super::stage::Stage;
use crate::fares::quote::Refusal;
use crate::trace::Script;
use std::sync::Arc;
use tunion_card::Contents;
use tunion_files::card::CardFile;
use tunion_files::terminal::TerminalFile;

/// A tap before it is played: the same that [`dissect`](super::dissect) plays.
pub struct Scene {
    stage: Stage,
    card: Contents,
}

impl Scene {
    /// What is asked for, looked up.
    ///
    /// # Errors
    /// As [`dissect`](super::dissect).
    pub fn new(
        card: &CardFile,
        terminal: &Arc<TerminalFile>,
        keys: &Keys,
        ask: &Ask,
    ) -> Result<Self, Refusal> {
        let stage = Stage::new(card, terminal, keys, ask)?;
        let card = stage.file().contents(&keys.card.roots);
        Ok(Self { stage, card })
    }

    /// Its taps, those before it included.
    #[must_use]
    pub fn script(&self) -> Script<'_> {
        let Stage { scenario, sams, earlier, steps, .. } = &self.stage;
        Script { scenario, sams, card: Some(self.card.clone()), steps: earlier.iter().chain(steps).collect() }
    }
}
