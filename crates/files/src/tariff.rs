//! Tariffs: one TOML file each, compiled together with the network or the bus lines it prices and the
//! calendar it goes by. `docs/tariffs.md` is the reference of the language; in short:
//!
//! | key | what |
//! |---|---|
//! | `version` | 2 |
//! | `name`, `city`, `valid-from`, `valid-until`, `provenance` | what the tariff says of itself |
//! | `network` or `bus-lines`, `calendar` | what it prices and goes by, relative to the tariff file |
//! | `rounding`, `rounded-to` | `exact`, or how each step's result is rounded |
//! | `[entry]` | the least `balance` to enter with, and whether the ride may take an `overdraft` |
//! | `[[region]]`, `[[station-set]]`, `[[ticket]]` | names that conditions use |
//! | `[[price]]` | list prices: `bands` and `beyond`, or `flat` |
//! | `[[incomplete]]` | what is priced where a tap is missing |
//! | `[[counter]]` | a sum over the rides of a month, week or day |
//! | `[[step]]` | the stages from the list price to what is paid, each with its `[[step.rule]]`s |
//! | `[[join]]` | what a ride over two groups of lines costs |
//!
//! Every rule has a `name` and a `source`, and a `when` that says which rides it is for; what is left out
//! of it holds for all. Amounts are yuan in quotes, percentages say what is PAID.

mod check;
mod compile;
mod price;
mod schema;
mod step;
mod when;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::Spanned;
use tunion_fare::{Calendar, Places, Tariff};

use crate::city::{self, Hash};
use crate::diag::{Diagnostic, Diagnostics, Source};
use crate::kind::Kind;
use crate::{bus, calendar, network};

/// Loads a tariff with the places it prices.
///
/// # Errors
/// Every mistake found in the tariff, or in the files that it names, with its line.
pub fn load(path: impl AsRef<Path>) -> Result<Tariff, Diagnostics> {
    Loader::default().tariff(path)
}

/// Loads tariffs that share files, and remembers every text that they came from.
#[derive(Default)]
pub(crate) struct Loader {
    places: BTreeMap<PathBuf, Places>,
    calendars: BTreeMap<PathBuf, Calendar>,
    read: Vec<Source>,
}

impl Loader {
    /// Reads a file and remembers it.
    pub(crate) fn read(&mut self, path: impl AsRef<Path>) -> Result<Source, Diagnostics> {
        let source = Source::read(path)?;
        self.read.push(source.clone());
        Ok(source)
    }

    /// The hash of all that was read.
    pub(crate) fn hash(&self) -> Hash {
        city::hash(self.read.iter().map(Source::text))
    }

    pub(crate) fn tariff(&mut self, path: impl AsRef<Path>) -> Result<Tariff, Diagnostics> {
        let source = self.read(path)?;
        let file: schema::TariffFile = Kind::Tariff.read(&source)?;
        let (name, rail) = match (&file.network, &file.bus_lines) {
            (Some(name), None) => (name, true),
            (None, Some(name)) => (name, false),
            (network, lines) => return Err(one_of_two(&source, network.as_ref().or(lines.as_ref())).into()),
        };
        let places =
            self.places(source.directory(name)?, rail).map_err(|errors| errors.named_at(&source, name))?;
        let calendar = match &file.calendar {
            Some(name) => {
                self.calendar(source.file(name)?).map_err(|errors| errors.named_at(&source, name))?
            }
            None => Calendar::default(),
        };
        compile::tariff(&source, &file, &places, calendar)
    }

    fn places(&mut self, directory: PathBuf, rail: bool) -> Result<Places, Diagnostics> {
        if let Some(known) = self.places.get(&directory) {
            return Ok(known.clone());
        }
        let mut read = |name| self.read(directory.join(name));
        let places = if rail {
            network::compile(&read("network.toml")?, &read("stations.csv")?, &read("edges.csv")?)
                .map(Places::Rail)?
        } else {
            bus::compile(&read("bus.toml")?, &read("lines.csv")?, &read("stops.csv")?).map(Places::Bus)?
        };
        self.places.insert(directory, places.clone());
        Ok(places)
    }

    fn calendar(&mut self, path: PathBuf) -> Result<Calendar, Diagnostics> {
        if let Some(known) = self.calendars.get(&path) {
            return Ok(known.clone());
        }
        let calendar = calendar::parse(&self.read(&path)?)?;
        self.calendars.insert(path, calendar.clone());
        Ok(calendar)
    }
}

/// Compiles the text of a tariff with places and a calendar that are loaded already.
///
/// # Errors
/// Every mistake found in the tariff, with its line.
pub fn compile(source: &Source, places: &Places, calendar: Calendar) -> Result<Tariff, Diagnostics> {
    compile::tariff(source, &Kind::Tariff.read(source)?, places, calendar)
}

fn one_of_two(source: &Source, second: Option<&Spanned<String>>) -> Diagnostic {
    let error = match second {
        Some(name) => source.error(name, "a tariff prices a network or bus lines, not both"),
        None => source.whole("the tariff does not say what it prices"),
    };
    error.help("give `network` for rail or `bus-lines` for buses")
}

#[cfg(test)]
mod tests;
