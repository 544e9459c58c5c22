//! Files that many scenarios share, loaded once: key sets, cards, terminals, tariffs with their
//! networks.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tunion_fare::Tariff;
use tunion_terminal::Displays;

use crate::card::{self, CardFile};
use crate::diag::{Diagnostics, Source};
use crate::keys::{self, KeySet};
use crate::scenario::{self, Scenario};
use crate::tariff;
use crate::terminal::{self, TerminalFile};

/// What was loaded so far, by the files' canonical paths. A file that is wrong is read again at the next
/// use; [`Diagnostics`] that are kept together tell its mistakes once.
///
/// ```no_run
/// # fn main() -> Result<(), tunion_files::diag::Diagnostics> {
/// let mut library = tunion_files::library::Library::default();
/// for path in ["fixtures/scenarios/student-weekday.toml", "fixtures/scenarios/month-edge.toml"] {
///     let scenario = library.scenario(path)?;
///     println!("{}: {} taps", scenario.title, scenario.steps.len());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Default, Debug)]
pub struct Library {
    keys: Shelf<KeySet>,
    cards: Shelf<CardFile>,
    terminals: Shelf<Arc<TerminalFile>>,
    codes: Shelf<Displays>,
    /// Code tables that are being read, each the base of the one before it.
    open: Vec<PathBuf>,
    tariffs: Shelf<Arc<Tariff>>,
}

impl Library {
    /// Loads a scenario with all that it refers to.
    ///
    /// # Errors
    /// Every mistake found in the scenario, or else in the files it names, with file and line.
    pub fn scenario(&mut self, path: impl AsRef<Path>) -> Result<Scenario, Diagnostics> {
        scenario::parse(&Source::read(path)?, self)
    }

    /// A key set.
    ///
    /// # Errors
    /// As [`keys::load`].
    pub fn keys(&mut self, path: impl AsRef<Path>) -> Result<KeySet, Diagnostics> {
        let path = path.as_ref();
        if let Some(known) = self.keys.get(path) {
            return Ok(known);
        }
        Ok(self.keys.put(path, keys::load(path)?))
    }

    /// A card profile.
    ///
    /// # Errors
    /// As [`card::load`].
    pub fn card(&mut self, path: impl AsRef<Path>) -> Result<CardFile, Diagnostics> {
        let path = path.as_ref();
        if let Some(known) = self.cards.get(path) {
            return Ok(known);
        }
        Ok(self.cards.put(path, card::load(path)?))
    }

    /// A terminal profile.
    ///
    /// # Errors
    /// As [`terminal::load`].
    pub fn terminal(&mut self, path: impl AsRef<Path>) -> Result<Arc<TerminalFile>, Diagnostics> {
        let path = path.as_ref();
        if let Some(known) = self.terminals.get(path) {
            return Ok(known);
        }
        let terminal = Arc::new(terminal::load(path, self)?);
        Ok(self.terminals.put(path, terminal))
    }

    /// The numbers and words that a city's terminals show.
    ///
    /// # Errors
    /// Every mistake found in the table or the one it is based on, with its line.
    pub fn codes(&mut self, path: impl AsRef<Path>) -> Result<Displays, Diagnostics> {
        let path = path.as_ref();
        if let Some(known) = self.codes.get(path) {
            return Ok(known);
        }
        let source = Source::read(path)?;
        let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        if self.open.contains(&whole) {
            let error = source.whole("this table is its own base, by itself or by way of others");
            return Err(error.help("one of them has to have all prompts and codes, and no `base`").into());
        }
        self.open.push(whole);
        let codes = terminal::codes(&source, self);
        self.open.pop();
        Ok(self.codes.put(path, codes?))
    }

    /// A tariff with the places it prices.
    ///
    /// # Errors
    /// As [`tariff::load`].
    pub fn tariff(&mut self, path: impl AsRef<Path>) -> Result<Arc<Tariff>, Diagnostics> {
        let path = path.as_ref();
        if let Some(known) = self.tariffs.get(path) {
            return Ok(known);
        }
        Ok(self.tariffs.put(path, Arc::new(tariff::load(path)?)))
    }
}

/// Values by the canonical paths of their files.
#[derive(Debug)]
struct Shelf<T>(BTreeMap<PathBuf, T>);

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T: Clone> Shelf<T> {
    fn get(&self, path: &Path) -> Option<T> {
        self.0.get(&path.canonicalize().ok()?).cloned()
    }

    fn put(&mut self, path: &Path, value: T) -> T {
        if let Ok(path) = path.canonicalize() {
            self.0.insert(path, value.clone());
        }
        value
    }
}
