//! Who takes part: cards and terminals with what the scenario changes of them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use toml::Spanned;
use tunion_card::Image;
use tunion_fare::{BusLine, BusLines, LineId, Tariff};
use tunion_terminal::BlackList;

use super::schema::{CardTable, File, Name, TerminalTable, in_order};
use super::{BusPlace, CardEntry, TerminalEntry, office};
use crate::card::{self, CardFile};
use crate::diag::{Diagnostic, Diagnostics, Source};
use crate::library::Library;
use crate::terminal::fit::{self, Field};
use crate::terminal::{TerminalFile, TerminalKind};

/// The cards and terminals, in the order of the file.
pub(super) struct Cast {
    pub(super) cards: Vec<CardEntry>,
    pub(super) terminals: Vec<TerminalEntry>,
}

impl Cast {
    pub(super) fn new(source: &Source, file: &File, library: &mut Library) -> Result<Self, Diagnostics> {
        let mut errors = Diagnostics::default();
        let mut cards = Vec::new();
        let mut numbers: HashMap<_, &Name> = HashMap::new();
        for (name, table) in in_order(&file.cards) {
            let Some(file) = errors.keep(card(source, table, library)) else { continue };
            if let Some(first) = numbers.insert(file.image.info.pan, name) {
                errors.push(same_number(source, name, table, &file, first));
            }
            cards.push(CardEntry { name: name.get_ref().clone(), file });
        }
        let mut terminals = Vec::new();
        for (name, table) in in_order(&file.terminals) {
            terminals.extend(errors.keep(terminal(source, name, table, library)));
        }
        errors.or(Self { cards, terminals })
    }

    /// The index of a card.
    pub(super) fn card(&self, source: &Source, name: &Name) -> Result<usize, Diagnostic> {
        let cards = self.cards.iter().enumerate();
        source.choose(name, "card", cards.map(|(index, card)| (&*card.name, index)))
    }

    /// The index of a terminal.
    pub(super) fn terminal(&self, source: &Source, name: &Name) -> Result<usize, Diagnostic> {
        let terminals = self.terminals.iter().enumerate();
        let names = terminals.map(|(index, terminal)| (&*terminal.name, index));
        source.choose(name, "terminal", names)
    }

    /// The black list: cards by their names, or card numbers.
    pub(super) fn black_list(&self, source: &Source, names: &[Name]) -> Result<BlackList, Diagnostics> {
        let mut errors = Diagnostics::default();
        let mut list = BlackList::new();
        for name in names {
            let number = if name.get_ref().chars().all(|c| c.is_ascii_digit()) {
                source.parse(name)
            } else {
                self.card(source, name).map(|card| self.cards[card].file.image.info.pan)
            };
            list.extend(errors.keep(number));
        }
        errors.or(list)
    }
}

/// A card or a terminal without a tap was forgotten, or its name mistyped.
pub(super) fn all_used(source: &Source, file: &File) -> Result<(), Diagnostics> {
    let mut errors = Diagnostics::default();
    let taps = || file.tap.iter().map(Spanned::get_ref);
    let cards: HashSet<&str> = taps().map(|tap| tap.card.get_ref().as_str()).collect();
    let terminals: HashSet<&str> = taps().map(|tap| tap.terminal.get_ref().as_str()).collect();
    // A name that is mistyped somewhere may well be the one that is not used.
    let known = |used: &HashSet<&str>, names: &HashSet<&str>| used.is_subset(names);
    let card_names = file.cards.keys().map(|name| name.get_ref().as_str()).collect();
    let terminal_names = file.terminals.keys().map(|name| name.get_ref().as_str()).collect();
    if !known(&cards, &card_names) || !known(&terminals, &terminal_names) {
        return Ok(());
    }
    let cards = in_order(&file.cards).into_iter().map(|(name, _)| ("card", name, &cards));
    let terminals = in_order(&file.terminals).into_iter().map(|(name, _)| ("terminal", name, &terminals));
    for (what, name, used) in cards.chain(terminals) {
        if !used.contains(name.get_ref().as_str()) {
            let message = format!("{what} `{}` has no tap", name.get_ref());
            errors.push(source.error(name, message).help("give it one, or take it out"));
        }
    }
    errors.or(())
}

fn same_number(source: &Source, name: &Name, table: &CardTable, file: &CardFile, first: &Name) -> Diagnostic {
    let message = format!("card `{}` has the number of another one, {}", name.get_ref(), file.image.info.pan);
    let error = match &table.pan {
        Some(pan) => source.error(pan, message),
        None => source.error(name, message),
    };
    error.also(first, "the other one").help("give each card a `pan` of its own")
}

fn card(source: &Source, table: &CardTable, library: &mut Library) -> Result<CardFile, Diagnostics> {
    let mut errors = Diagnostics::default();
    let path = source.file(&table.file)?;
    let mut card = library.card(path).map_err(|errors| errors.named_at(source, &table.file))?;
    let Image { info, management, purse, .. } = &mut card.image;
    if let Some(pan) = &table.pan {
        info.pan = pan.get_ref().0;
    }
    if let Some(issuer) = table.issuer {
        info.issuer = issuer.0;
    }
    if let Some(enabled) = table.enabled {
        info.enabled = enabled;
    }
    if let Some(interoperable) = table.interoperable {
        management.interoperable = interoperable.into();
    }
    if let Some(name) = &table.card_type
        && let Some(card_type) = errors.keep(card::card_type(source, name))
    {
        management.card_type = card_type.to_byte();
    }
    if let Some(first) = &table.valid_from {
        info.valid_from = first.get_ref().0.into();
    }
    if let Some(last) = &table.valid_to {
        info.valid_to = last.get_ref().0.into();
    }
    if let (Some(first), Some(last)) = (info.valid_from.date(), info.valid_to.date())
        && let Some(changed) = table.valid_to.as_ref().or(table.valid_from.as_ref())
    {
        errors.keep(card::in_order(source, first, last, changed));
    }
    if let Some(changed) = errors.keep(card::purse(source, *purse, &table.purse())) {
        *purse = changed;
    }
    errors.or(card)
}

fn terminal(
    source: &Source,
    name: &Name,
    table: &TerminalTable,
    library: &mut Library,
) -> Result<TerminalEntry, Diagnostics> {
    let mut errors = Diagnostics::default();
    let path = source.file(&table.file)?;
    let mut file = library.terminal(path).map_err(|errors| errors.named_at(source, &table.file))?;
    let bus = errors.keep(bus(source, name, table, &file));
    let station = errors.keep(office::stands_at(source, table.station.as_ref(), &file));
    let mut profile = file.profile.clone();
    errors.keep(table.switches().set(source, file.kind, &mut profile));
    if profile != file.profile {
        file = Arc::new(TerminalFile { profile, ..TerminalFile::clone(&file) });
    }
    let (bus, station) = (bus.flatten(), station.flatten());
    errors.or(TerminalEntry { name: name.get_ref().clone(), file, bus, station })
}

/// Which bus a reader is on; `None` for any other terminal.
fn bus(
    source: &Source,
    name: &Name,
    table: &TerminalTable,
    file: &TerminalFile,
) -> Result<Option<BusPlace>, Diagnostics> {
    const BUS: &[TerminalKind] = &[TerminalKind::BusReader];
    let mut errors = Diagnostics::default();
    let needed = [
        Field::new("line", table.line.as_ref(), BUS).such_as("line = \"331\""),
        Field::new("vehicle", table.vehicle.as_ref(), BUS).such_as("vehicle = \"A1001\""),
    ];
    let optional = [
        Field::new("direction", table.direction.as_ref(), BUS),
        Field::new("door", table.door.as_ref(), BUS),
    ];
    errors.keep(fit::missing(source, name, file.kind, &needed));
    errors.keep(fit::unused(source, file.kind, &needed, None));
    errors.keep(fit::unused(source, file.kind, &optional, None));
    let lines = file.tariff.as_deref().and_then(Tariff::bus_lines);
    let (Some(line), Some(vehicle), Some(lines)) = (&table.line, &table.vehicle, lines) else {
        return errors.or(None);
    };
    let line = errors.keep(line_of(source, line, table.direction.as_ref(), lines));
    let vehicle = errors.keep(self::vehicle(source, vehicle));
    let doors = [("front", false), ("rear", true)];
    let rear = table.door.as_ref().map(|door| source.choose(door, "door of a bus", doors)).transpose();
    let rear = errors.keep(rear).flatten().unwrap_or(false);
    errors.or(line.zip(vehicle).map(|(line, vehicle)| BusPlace { line, vehicle, rear }))
}

/// The line of a name in its direction, which goes without saying where there is one.
fn line_of(
    source: &Source,
    name: &Name,
    direction: Option<&Spanned<u8>>,
    lines: &BusLines,
) -> Result<LineId, Diagnostic> {
    let ways: Vec<_> = lines.lines().filter(|(_, line)| *line.name == **name.get_ref()).collect();
    let all: Vec<_> = ways.iter().map(|(_, line)| way(line)).collect();
    let all = all.join(", and ");
    let line = name.get_ref();
    match (ways.as_slice(), direction) {
        // A line with two directions is one name.
        ([], _) => {
            let names: BTreeMap<&str, LineId> = lines.lines().map(|(id, line)| (&*line.name, id)).collect();
            source.choose(name, "bus line", names)
        }
        ([(id, _)], None) => Ok(*id),
        (_, None) => Err(source
            .error(name, format!("line `{line}` has more than one direction"))
            .note(format!("{line} has direction {all}"))
            .help("add `direction = 0` or `direction = 1`")),
        (ways, Some(direction)) => {
            let way = ways.iter().find(|(_, line)| line.direction == *direction.get_ref());
            way.map(|(id, _)| *id).ok_or_else(|| {
                source
                    .error(direction, format!("line `{line}` has no direction {}", direction.get_ref()))
                    .help(format!("{line} has direction {all}"))
            })
        }
    }
}

/// A direction by its number and its ends.
fn way(line: &BusLine) -> String {
    let [first, last] =
        [line.stops.first(), line.stops.last()].map(|stop| stop.map_or("", |stop| &stop.name));
    format!("{}, {first} → {last}", line.direction)
}

fn vehicle(source: &Source, name: &Name) -> Result<[u8; 8], Diagnostic> {
    let bytes = name.get_ref().as_bytes();
    if bytes.is_empty() || bytes.len() > 8 || !bytes.iter().all(u8::is_ascii_graphic) {
        let error = source.error(name, format!("`{}` is no number of a vehicle", name.get_ref()));
        return Err(error.help("it is 1 to 8 letters and digits, such as A1001"));
    }
    let mut field = [b' '; 8];
    field.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    Ok(field)
}
