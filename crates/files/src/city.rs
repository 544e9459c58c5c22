//! Cities: one TOML file each that names the city's tariffs, in the order of their dates.
//!
//! ```toml
//! version = 1
//! name = "beijing"
//! city = "1000"
//! provenance = "docs/spec/fares.md 1 and 2"
//! rail = ["../tariffs/beijing-rail-2007.toml", "../tariffs/beijing-rail.toml"]
//! bus = ["../tariffs/beijing-bus.toml"]
//! ```
//!
//! The tariffs of a mode follow each other without a gap and price the same places. All tariffs of a city
//! that have counters have the same ones, since a card has one ledger in a city.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use sha2::{Digest, Sha256};
use toml::Spanned;
use tunion_data::CityCode;
use tunion_data::civil::Date;
use tunion_fare::{BusLines, Measure, Network, Tariff};

use crate::built_in;
use crate::diag::{Diagnostic, Diagnostics, Source, Text};
use crate::kind::Kind;
use crate::tariff::Loader;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: Spanned<u32>,
    name: Spanned<String>,
    city: Spanned<Text<CityCode>>,
    provenance: Spanned<String>,
    #[serde(default)]
    rail: Vec<Spanned<String>>,
    #[serde(default)]
    bus: Vec<Spanned<String>>,
}

/// A mode of transport.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Mode {
    /// 城市轨道交通.
    Rail,
    /// 地面公交.
    Bus,
}

impl Mode {
    /// Every one, in order.
    pub const ALL: [Self; 2] = [Self::Rail, Self::Bus];

    /// The name that files use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rail => "rail",
            Self::Bus => "bus",
        }
    }

    const fn measure(self) -> Measure {
        match self {
            Self::Rail => Measure::Metres,
            Self::Bus => Measure::StopNumbers,
        }
    }
}

/// The SHA-256 of every text that a city's prices come from: its tariffs, networks and calendars. A report
/// that carries it says by which rules it was made.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Hash(pub [u8; 32]);

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A city with all its tariffs.
#[derive(Clone, Debug)]
pub struct City {
    name: String,
    code: CityCode,
    rail: Vec<Arc<Tariff>>,
    bus: Vec<Arc<Tariff>>,
    hash: Hash,
}

/// Loads a city from its file.
///
/// # Errors
/// Every mistake found in it or in the files that it names, with file and line.
pub fn load(path: impl AsRef<Path>) -> Result<City, Diagnostics> {
    let mut loader = Loader::default();
    let source = loader.read(path.as_ref())?;
    let file: File = Kind::City.read(&source)?;
    let mut errors = Diagnostics::default();
    errors.keep(source.version(&file.version, 1));
    errors.keep(source.said(&file.name, "name"));
    errors.keep(source.said(&file.provenance, "provenance"));
    let mut all = |names: &[Spanned<String>], mode| {
        let load = |name: &Spanned<String>| tariff(&source, &file, name, mode, &mut loader);
        let loaded: Vec<Option<Arc<Tariff>>> =
            names.iter().map(load).map(|found| errors.keep(found)).collect();
        let loaded: Vec<Arc<Tariff>> = loaded.into_iter().flatten().collect();
        if loaded.len() == names.len() {
            errors.keep(follow(&source, names, &loaded));
        }
        loaded
    };
    let (rail, bus) = (all(&file.rail, Mode::Rail), all(&file.bus, Mode::Bus));
    if file.rail.is_empty() && file.bus.is_empty() {
        errors.push(source.error(&file.name, "a city without a tariff").help("add `rail` or `bus`"));
    }
    let names = file.rail.iter().chain(&file.bus);
    errors.keep(one_ledger(&source, names.zip(rail.iter().chain(&bus))));
    let hash = loader.hash();
    errors.or(City { name: file.name.into_inner(), code: file.city.get_ref().0, rail, bus, hash })
}

/// A city that is built into the program.
///
/// # Errors
/// The name and those that there are, when there is no such city; never for one of these.
pub fn built_in(name: &str) -> Result<City, Diagnostics> {
    if built_in::cities().any(|known| known == name) {
        return load(built_in::city(name));
    }
    let known = built_in::cities().collect::<Vec<_>>().join(", ");
    let error = Source::new("--city", name).error(0..name.len(), format!("no city `{name}` is built in"));
    Err(error.help(format!("there is: {known}; or give the path of a city file")).into())
}

/// The built-in city that is meant where none is named.
pub const DEFAULT: &str = "beijing";

/// A city by the path of its file, which has a slash or an ending, or a built-in one by its name.
///
/// # Errors
/// As [`load`] and [`built_in`].
pub fn named(name: &str) -> Result<City, Diagnostics> {
    let path = Path::new(name);
    let is_path = path.extension().is_some() || path.components().count() > 1;
    if is_path { load(path) } else { built_in(name) }
}

fn tariff(
    source: &Source,
    file: &File,
    name: &Spanned<String>,
    mode: Mode,
    loader: &mut Loader,
) -> Result<Arc<Tariff>, Diagnostics> {
    let tariff = loader.tariff(source.file(name)?).map_err(|errors| errors.named_at(source, name))?;
    if tariff.places().measure() != mode.measure() {
        return Err(source.error(name, format!("this is not a tariff of {}", mode.name())).into());
    }
    if tariff.places().city() != file.city.get_ref().0 {
        let message = format!("this tariff is of city {}", tariff.places().city());
        return Err(source.error(name, message).also(&file.city, "the city").into());
    }
    Ok(Arc::new(tariff))
}

/// The tariffs of a mode follow each other day by day and price the same places.
fn follow(source: &Source, names: &[Spanned<String>], tariffs: &[Arc<Tariff>]) -> Result<(), Diagnostics> {
    let mut errors = Diagnostics::default();
    for (pair, names) in tariffs.windows(2).zip(names.windows(2)) {
        let ([before, after], [first, second]) = (pair, names) else { continue };
        let begins = after.head().valid_from;
        let ends = before.head().valid_until.and_then(|last| last.tomorrow().ok());
        if ends != Some(begins) {
            let last = begins.yesterday().unwrap_or(begins);
            let message =
                format!("this tariff begins on {begins}, and the one before does not end on {last}");
            let error = source.error(second, message).also(first, "the one before");
            errors.push(error.help(format!("give it `valid-until = {last}`")));
        }
        if before.places() != after.places() {
            let error = source.error(second, "this tariff prices other places than the one before");
            errors.push(error.also(first, "the one before"));
        }
    }
    errors.or(())
}

/// Every tariff has the same counters, or none.
fn one_ledger<'a>(
    source: &Source,
    tariffs: impl Iterator<Item = (&'a Spanned<String>, &'a Arc<Tariff>)>,
) -> Result<(), Diagnostic> {
    let counters = |tariff: &'a Tariff| tariff.counters().map(|(_, name)| name).collect::<Vec<_>>();
    let mut known: Option<(&Spanned<String>, Vec<&str>)> = None;
    for (name, tariff) in tariffs {
        let here = counters(tariff);
        match &known {
            _ if here.is_empty() => {}
            None => known = Some((name, here)),
            Some((_, there)) if *there == here => {}
            Some((first, _)) => {
                let error = source.error(name, "this tariff has other counters than the one before");
                return Err(error.also(*first, "the one before").help("a card has one ledger in a city"));
            }
        }
    }
    Ok(())
}

impl City {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its code.
    #[must_use]
    pub fn code(&self) -> CityCode {
        self.code
    }

    /// The tariffs of a mode, in the order of their dates.
    #[must_use]
    pub fn tariffs(&self, mode: Mode) -> &[Arc<Tariff>] {
        match mode {
            Mode::Rail => &self.rail,
            Mode::Bus => &self.bus,
        }
    }

    /// The tariff of a mode for rides that begin on a day.
    #[must_use]
    pub fn tariff(&self, mode: Mode, day: Date) -> Option<&Arc<Tariff>> {
        self.tariffs(mode).iter().find(|tariff| tariff.is_valid_on(day))
    }

    /// Why there is no tariff of a mode for a day.
    #[must_use]
    pub fn no_tariff(&self, mode: Mode, day: Date) -> String {
        let tariffs = self.tariffs(mode);
        let Some((first, last)) = tariffs.first().zip(tariffs.last()) else {
            return format!("{} has no tariff of {}", self.name, mode.name());
        };
        let until = last.head().valid_until.map_or_else(String::new, |until| format!(" until {until}"));
        let from = first.head().valid_from;
        format!(
            "{day} is outside the tariffs of {} {}, which hold from {from}{until}",
            self.name,
            mode.name()
        )
    }

    /// The rail network.
    #[must_use]
    pub fn network(&self) -> Option<&Network> {
        self.rail.first().and_then(|tariff| tariff.network())
    }

    /// The bus lines.
    #[must_use]
    pub fn bus_lines(&self) -> Option<&BusLines> {
        self.bus.first().and_then(|tariff| tariff.bus_lines())
    }

    /// What its prices come from.
    #[must_use]
    pub fn hash(&self) -> Hash {
        self.hash
    }
}

/// The hash of texts, each with its length before it.
pub(crate) fn hash<'a>(texts: impl Iterator<Item = &'a str>) -> Hash {
    let mut digest = Sha256::new();
    for text in texts {
        digest.update(text.len().to_be_bytes());
        digest.update(text);
    }
    Hash(digest.finalize().into())
}
