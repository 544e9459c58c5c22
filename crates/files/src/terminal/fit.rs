//! Which fields a kind of terminal has a use for.

use toml::Spanned;

use super::TerminalKind::{self, BusReader, Enquiry, Pos, RailGate, TicketOffice, TopUp};
use super::schema::Name;
use crate::diag::{Diagnostic, Diagnostics, Place, Source};

/// Terminals that take part in rides.
pub(crate) const RIDES: &[TerminalKind] = &[RailGate, BusReader, TicketOffice];
/// Terminals whose PSAM debits cards.
pub(crate) const DEBITS: &[TerminalKind] = &[RailGate, BusReader, TicketOffice, Pos];
/// Terminals that check cards and change them.
pub(crate) const CHECKS: &[TerminalKind] = &[RailGate, BusReader, TopUp, TicketOffice, Pos];
/// Terminals that check cards, be it only to advise.
pub(crate) const ADVISES: &[TerminalKind] = &[RailGate, BusReader, TopUp, TicketOffice, Pos, Enquiry];
/// Terminals that go by the rules of rail.
pub(crate) const RAIL: &[TerminalKind] = &[RailGate, TicketOffice, Enquiry];
/// Terminals that lock a card which is on the black list.
pub(crate) const LOCKS: &[TerminalKind] = &[RailGate, BusReader];

/// A field and the kinds of terminal that have a use for it.
pub(crate) struct Field {
    name: &'static str,
    place: Option<Place>,
    kinds: &'static [TerminalKind],
    example: &'static str,
}

impl Field {
    pub(crate) fn new<T>(
        name: &'static str,
        given: Option<&Spanned<T>>,
        kinds: &'static [TerminalKind],
    ) -> Self {
        Self { name, place: given.map(Place::from), kinds, example: "" }
    }

    /// How it is written, for those who left it out.
    pub(crate) fn such_as(self, example: &'static str) -> Self {
        Self { example, ..self }
    }
}

/// No field is given that this kind of terminal has no use for; `instead` is what to give.
pub(crate) fn unused(
    source: &Source,
    kind: TerminalKind,
    fields: &[Field],
    instead: Option<&str>,
) -> Result<(), Diagnostics> {
    let mut errors = Diagnostics::default();
    for field in fields {
        if let Some(place) = field.place.clone().filter(|_| !field.kinds.contains(&kind)) {
            let message = format!("{kind} has no use for `{}`", field.name);
            let mut kinds: Vec<_> = field.kinds.iter().map(ToString::to_string).collect();
            let last = kinds.pop().unwrap_or_default();
            let or = if kinds.is_empty() { "" } else { " or " };
            let help = format!("take it out: it belongs to {}{or}{last}", kinds.join(", "));
            let error = source.error(source.key(place), message);
            errors.push(error.help(instead.map_or(help, str::to_owned)));
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
    let missing = || fields.iter().filter(|field| field.place.is_none() && field.kinds.contains(&kind));
    let names: Vec<_> = missing().map(|field| format!("`{}`", field.name)).collect();
    if names.is_empty() {
        return Ok(());
    }
    let examples: Vec<_> = missing().map(|field| field.example).collect();
    let error = source.error(name, format!("{kind} needs {}", names.join(", ")));
    Err(error.help(format!("such as: {}", examples.join(", "))))
}
