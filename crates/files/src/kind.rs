//! Which schema a file is of, told by its fields, so that a file of another one is named as what it is.

use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::Table;

use crate::diag::{Diagnostics, Source};

/// The schema of a TOML file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Scenario,
    Keys,
    /// Before cards, some of whose tables it has.
    Image,
    Card,
    Terminal,
    Codes,
    Tariff,
    City,
    Network,
    BusLines,
    FareCases,
    Rejections,
    Costs,
}

impl Kind {
    const ALL: [Self; 13] = [
        Self::Scenario,
        Self::Keys,
        Self::Image,
        Self::Card,
        Self::Terminal,
        Self::Codes,
        Self::Tariff,
        Self::City,
        Self::Network,
        Self::BusLines,
        Self::FareCases,
        Self::Rejections,
        Self::Costs,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Scenario => "a scenario",
            Self::Keys => "a key set",
            Self::Image => "a card's image",
            Self::Card => "a card profile",
            Self::Terminal => "a terminal profile",
            Self::Codes => "a code table",
            Self::Tariff => "a tariff",
            Self::City => "a city",
            Self::Network => "a rail network",
            Self::BusLines => "a set of bus lines",
            Self::FareCases => "a list of fare cases",
            Self::Rejections => "a list of rejections",
            Self::Costs => "a cost profile",
        }
    }

    /// Fields that a file of this kind has and no other.
    fn marks(self) -> &'static [&'static str] {
        match self {
            Self::Scenario => &["tap", "cards", "terminals"],
            Self::Keys => &["roots"],
            Self::Image => &["image"],
            Self::Card => &["info", "management", "purse"],
            Self::Terminal => &["kind", "psam"],
            // A terminal names its `codes` too; a table without prompts has a base.
            Self::Codes => &["prompts", "base"],
            Self::Tariff => &["price", "entry"],
            Self::City => &["rail", "bus"],
            Self::Network => &["group"],
            Self::BusLines => &["classes"],
            Self::FareCases => &["case"],
            Self::Rejections => &["rejection"],
            // A terminal has a `kind` too.
            Self::Costs => &["prices"],
        }
    }

    /// Reads a file that has to be of this kind.
    ///
    /// # Errors
    /// As [`Source::toml`]; one error when the file is plainly of another kind.
    pub(crate) fn read<T: DeserializeOwned>(self, source: &Source) -> Result<T, Diagnostics> {
        source.toml().map_err(|errors| {
            if let Some(other) = self.mistaken(source) {
                let message = format!("this looks like {}; {} is wanted", other.name(), self.name());
                source.whole(message).foreign().into()
            } else if let Some(first) = no_toml(source.text()) {
                let message = format!("this is no TOML; {} is wanted", self.name());
                source.error(first, message).help(self.begins()).foreign().into()
            } else {
                errors
            }
        })
    }

    /// How a file of this kind begins.
    fn begins(self) -> &'static str {
        match self {
            Self::Card | Self::Image => "a card file begins with `version = 1`, an image with `image = 1`",
            _ => "it begins with `version = 1`",
        }
    }

    /// The kind of the file when it is another one: it has that one's marks and none of this one's. A list of
    /// rejections has a scenario's tables too.
    fn mistaken(self, source: &Source) -> Option<Self> {
        let table: Table = toml::from_str(source.text()).ok()?;
        let like = |kind: Self| kind.marks().iter().any(|mark| table.contains_key(*mark));
        match (like(self), like(Self::Rejections)) {
            (true, true) if self == Self::Scenario => Some(Self::Rejections),
            (true, _) => None,
            (false, _) => Self::ALL.into_iter().find(|kind| like(*kind)),
        }
    }
}

/// The first line behind the comments, when no TOML has such a line: neither a key with its value nor the head
/// of a table.
fn no_toml(text: &str) -> Option<Range<usize>> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let said = line.trim();
        if !said.is_empty() && !said.starts_with('#') {
            // A slip in the first line of what is plainly meant as TOML is told as a slip.
            let meant =
                said.contains('=') || ["[", "version", "image"].iter().any(|head| said.starts_with(head));
            let begin = start + line.len() - line.trim_start().len();
            return (!meant).then(|| begin..begin + said.len());
        }
        start += line.len();
    }
    None
}
