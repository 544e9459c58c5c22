//! Files of `fixtures/` that are built into the program, so that it prices Beijing and plays its terminals wherever
//! it stands.
//!
//! Their paths begin with `built-in:` and then go on as below `fixtures/`.

use std::path::{Path, PathBuf};

const ROOT: &str = "built-in:";

macro_rules! built_in {
    ($($path:literal,)*) => {
        &[$(($path, include_str!(concat!("../../../fixtures/", $path))),)*]
    };
}

const FILES: &[(&str, &str)] = built_in![
    "cities/beijing.toml",
    "tariffs/beijing-rail-2007.toml",
    "tariffs/beijing-rail.toml",
    "tariffs/beijing-bus.toml",
    "calendars/china.csv",
    "networks/beijing-rail-2026/network.toml",
    "networks/beijing-rail-2026/stations.csv",
    "networks/beijing-rail-2026/edges.csv",
    "networks/beijing-bus/bus.toml",
    "networks/beijing-bus/lines.csv",
    "networks/beijing-bus/stops.csv",
    "terminals/beijing-rail.toml",
    "terminals/beijing-bus.toml",
    "terminals/beijing-top-up.toml",
    "terminals/beijing-enquiry.toml",
    "terminals/shanghai-rail.toml",
    "terminals/codes/xian.toml",
    "terminals/codes/shanghai.toml",
    "terminals/codes/tianjin.toml",
    "terminals/beijing-pos.toml",
    "costs/native-transit-chip.toml",
    "costs/java-card-se.toml",
    "costs/phone-screen-off.toml",
    "costs/host-card-emulation.toml",
    "costs/slow-old-card.toml",
    "costs/sam-9600.toml",
    "costs/sam-38400.toml",
    "costs/sam-115200.toml",
    "costs/terminal.toml",
];

/// The path of a city's file.
pub(crate) fn city(name: &str) -> PathBuf {
    Path::new(ROOT).join("cities").join(name).with_extension("toml")
}

/// The path of a terminal profile.
pub(crate) fn terminal(name: &str) -> PathBuf {
    Path::new(ROOT).join("terminals").join(name).with_extension("toml")
}

/// The names of the terminal profiles.
pub(crate) fn terminals() -> impl Iterator<Item = &'static str> {
    FILES
        .iter()
        .filter_map(|(path, _)| path.strip_prefix("terminals/")?.strip_suffix(".toml"))
        .filter(|name| !name.contains('/'))
}

/// The path of a cost profile.
pub(crate) fn cost(name: &str) -> PathBuf {
    Path::new(ROOT).join("costs").join(name).with_extension("toml")
}

/// The names of the cost profiles.
pub(crate) fn costs() -> impl Iterator<Item = &'static str> {
    FILES.iter().filter_map(|(path, _)| path.strip_prefix("costs/")?.strip_suffix(".toml"))
}

/// The names of the cities.
pub(crate) fn cities() -> impl Iterator<Item = &'static str> {
    FILES.iter().filter_map(|(path, _)| path.strip_prefix("cities/")?.strip_suffix(".toml"))
}

/// The text of a file.
pub(crate) fn text(path: &Path) -> Option<&'static str> {
    let path = path.strip_prefix(ROOT).ok()?;
    FILES.iter().find(|(known, _)| Path::new(known) == path).map(|(_, text)| *text)
}

/// Whether there is a file below this path.
pub(crate) fn is_directory(path: &Path) -> bool {
    path.strip_prefix(ROOT).is_ok_and(|path| {
        FILES.iter().any(|(known, _)| Path::new(known).parent().is_some_and(|parent| parent == path))
    })
}
