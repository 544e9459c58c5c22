//! Which fields a kind of terminal has a use for.

use toml::Spanned;

use super::TerminalKind::{self, BusReader, RailGate, TopUp};
use super::schema::Name;
use crate::diag::{Diagnostic, Diagnostics, Place, Source};

/// Terminals that take part in rides.
pub(crate) const RIDES: &[TerminalKind] = &[RailGate, BusReader];
/// Terminals that check cards and change them.
pub(crate) const CHECKS: &[TerminalKind] = &[RailGate, BusReader, TopUp];

/// A field and the kinds of terminal that have a use for it.
pub(crate) struct Field {
    name: &'static str,
    place: Option<Place>,
    kinds: &'static [TerminalKind],
}

impl Field {
    pub(crate) fn new<T>(
        name: &'static str,
        given: Option<&Spanned<T>>,
        kinds: &'static [TerminalKind],
    ) -> Self {
        Self { name, place: given.map(Place::from), kinds }
    }
}

/// No field is given that this kind of terminal has no use for.
pub(crate) fn unused(source: &Source, kind: TerminalKind, fields: &[Field]) -> Result<(), Diagnostics> {
    let mut errors = Diagnostics::default();
    for Field { name, place, kinds } in fields {
        if let Some(place) = place.clone().filter(|_| !kinds.contains(&kind)) {
            errors.push(source.error(place, format!("{kind} has no use for `{name}`")));
        }
    }
    errors.or(())
}

/// Each field is given that this kind of terminal has a use for; `name` is where the terminal is named.
pub(crate) fn missing(
    source: &Source,
    name: &Name,
    kind: TerminalKind,
    fields: &[Field],
) -> Result<(), Diagnostic> {
    let missing = fields.iter().filter(|field| field.place.is_none() && field.kinds.contains(&kind));
    let names: Vec<_> = missing.map(|field| format!("`{}`", field.name)).collect();
    if names.is_empty() {
        Ok(())
    } else {
        Err(source.error(name, format!("{kind} needs {}", names.join(", "))))
    }
}
