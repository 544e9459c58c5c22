//! Files that many scenarios share, loaded once.

use std::path::Path;

use crate::diag::{Diagnostics, Source};
use crate::scenario::Scenario;

/// What was loaded so far.
#[derive(Default, Debug)]
pub struct Library {}

impl Library {
    /// Loads a scenario with all that it refers to.
    ///
    /// # Errors
    /// Every mistake found, with its file and line.
    pub fn scenario(&mut self, path: impl AsRef<Path>) -> Result<Scenario, Diagnostics> {
        Err(Source::read(path)?.whole("not yet").into())
    }
}
