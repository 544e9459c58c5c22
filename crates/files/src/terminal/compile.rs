//! From the file to the profile.

use std::collections::HashMap;
use std::sync::Arc;

use toml::Spanned;
use tunion_data::file::CardType;
use tunion_fare::{BusLines, GroupId, Measure, Tariff};
use tunion_psam::{Rate, SequenceMoves, Transport};
use tunion_terminal::Profile;
use tunion_terminal::profile::{
    BusProfile, ByteOrder, Check, OfficeProfile, OpenElsewhere, PosProfile, RailProfile, RailTail,
};

use super::TerminalKind::{BusReader, Enquiry, Pos, RailGate, TicketOffice, TopUp};
use super::fit::{ADVISES, CHECKS, DEBITS, Field, RAIL, RIDES};
use super::schema::{BusTable, File, Name, Names, PsamTable, RailTable};
use super::switches::Switches;
use super::words::Switch;
use super::{PsamFile, TerminalFile, TerminalKind, fit, guards, ledger, load, office, refund};
use crate::card;
use crate::diag::{Diagnostic, Diagnostics, Source};
use crate::library::Library;

/// So long one has to leave after an over-fare was settled: the minutes of a free correction, which no
/// source states for it (our reading).
const EXIT_MINUTES: u16 = 20;

pub(super) fn terminal(
    source: &Source,
    file: &File,
    library: &mut Library,
) -> Result<TerminalFile, Diagnostics> {
    let mut errors = Diagnostics::default();
    errors.keep(source.version(&file.version, 1));
    errors.keep(source.said(&file.name, "name"));
    errors.keep(source.said(&file.provenance, "provenance"));
    let kind = TerminalKind::read(source, &file.kind)?;
    errors.keep(fields(source, file, kind));
    let tariff = errors.keep(tariff(source, file, kind, library));
    let psam = errors.keep(psam(source, &file.psam));
    let displays = source
        .file(&file.codes)
        .map_err(Diagnostics::from)
        .and_then(|path| library.codes(path).map_err(|errors| errors.named_at(source, &file.codes)));
    let displays = errors.keep(displays);
    let (Some(tariff), Some(psam), Some(displays)) = (tariff, psam, displays) else { return Err(errors) };

    let checks = file.checks.as_ref().map_or(Ok(Vec::new()), |names| checks(source, names));
    let byte_order =
        file.byte_order.as_ref().map_or(Ok(ByteOrder::Big), |name| ByteOrder::read(source, name));
    let rail_profile = match file.rail.as_ref() {
        Some(table) => self::rail(source, table, tariff.as_deref()),
        None => Ok(RailProfile::default()),
    };
    let bus_profile = match file.bus.as_ref() {
        Some(table) => self::bus(source, table.get_ref(), tariff.as_deref()),
        None => Ok(BusProfile::default()),
    };
    let office_profile =
        file.office.as_ref().map_or(Ok(OfficeProfile::default()), |table| office::office(source, table));
    let pos_profile = file.pos.as_ref().map_or(Ok(PosProfile::default()), |table| office::pos(source, table));
    let load = file.load.as_ref().map(|table| load::load(source, table.get_ref(), &file.psam));
    let refund = file.refund.as_ref().map(|table| refund::refund(source, table.get_ref()));
    let (load, refund) = (errors.keep(load.transpose()), errors.keep(refund.transpose()));
    let (checks, byte_order) = (errors.keep(checks), errors.keep(byte_order));
    let (rail, bus) = (errors.keep(rail_profile), errors.keep(bus_profile));
    let (office, pos) = (errors.keep(office_profile), errors.keep(pos_profile));
    let (Some(checks), Some(byte_order), Some(rail), Some(bus)) = (checks, byte_order, rail, bus) else {
        return Err(errors);
    };
    let (Some(office), Some(pos)) = (office, pos) else { return Err(errors) };
    let (Some(load), Some(refund)) = (load, refund) else { return Err(errors) };
    let mut profile = Profile {
        name: file.name.get_ref().clone(),
        city: file.city.get_ref().0,
        operator: file.operator.as_ref().map_or(0, |operator| *operator.get_ref()),
        byte_order,
        local_issuers: file.local_issuers.iter().map(|issuer| issuer.0).collect(),
        checks,
        // As many as Xi'an's readers keep for one family of cards (docs/spec/terminal.md 4.2).
        grey_slots: 10,
        // A later bus vendor's (docs/spec/terminal.md 4.2).
        retap_seconds: 120,
        displays,
        rail,
        bus,
        office,
        pos,
        load: load.unwrap_or_default(),
        refund,
        ..Profile::default()
    };
    let switches = Switches {
        mac1: file.mac1.clone(),
        mac2: file.mac2.clone(),
        accepted: file.accepted.clone(),
        expired_student: file.expired_student.clone(),
        known: file.known.clone(),
        white_list: file.white_list.clone(),
        select: file.select.clone(),
        mac2_failure: file.mac2_failure.clone(),
        trip_balance: file.trip_balance.clone(),
        top_up_below: file.top_up_below,
        grey_slots: file.grey_slots.clone(),
        retap_seconds: file.retap_seconds.clone(),
        recovery: file.recovery.clone(),
        defects: file.defects.clone(),
        lock_black_listed: file.lock_black_listed.clone(),
        ..Switches::default()
    };
    errors.keep(switches.set(source, kind, &mut profile));
    errors.or(TerminalFile { name: profile.name.clone(), kind, profile, tariff, psam })
}

/// Whether every field has a use in a terminal of this kind, and none is missing.
fn fields(source: &Source, file: &File, kind: TerminalKind) -> Result<(), Diagnostics> {
    let mut errors = Diagnostics::default();
    let rail = file.rail.as_ref();
    let bus = file.bus.as_ref();
    let own = [
        Field::new("operator", file.operator.as_ref(), RIDES).such_as("operator = 30"),
        Field::new("byte-order", file.byte_order.as_ref(), RIDES).such_as("byte-order = \"little\""),
        Field::new("bus", bus, &[BusReader]).such_as("[bus] with max-minutes = 240"),
        Field::new("pos", file.pos.as_ref(), &[Pos]).such_as("[pos] with `limit`, `merchant-type`"),
    ];
    // An enquiry terminal may have these, to advise by.
    let advice = |checks, rail_kinds, offices| {
        [
            Field::new("checks", file.checks.as_ref(), checks)
                .such_as("checks = [\"enabled\", \"not-expired\"]"),
            Field::new("rail", rail, rail_kinds)
                .such_as("[rail] with `tail`, `free-reentry-minutes`, `open-elsewhere`"),
            Field::new("office", file.office.as_ref(), offices)
                .such_as("[office] with exit-missing = \"3.00\""),
        ]
    };
    // Whether these have a use is for the switches to say.
    let switches = [
        Field::new("mac2", file.mac2.as_ref(), DEBITS).such_as("mac2 = \"after-decision\""),
        Field::new("accepted", file.accepted.as_ref(), CHECKS)
            .such_as("accepted = [\"ordinary\", \"student\"]"),
    ];
    let fares = [
        Field::new("tariff", file.tariff.as_ref(), &[RailGate, BusReader, TicketOffice, Enquiry]),
        Field::new("fare", file.fare.as_ref(), &[RailGate, TicketOffice]),
    ];
    let optional = [
        Field::new("load", file.load.as_ref(), &[TopUp]),
        Field::new("refund", file.refund.as_ref(), &[TicketOffice]),
    ];
    errors.keep(fit::unused(source, kind, &own, None));
    errors.keep(fit::unused(source, kind, &advice(ADVISES, RAIL, &[TicketOffice, Enquiry]), None));
    errors.keep(fit::unused(source, kind, &fares, None));
    errors.keep(fit::unused(source, kind, &optional, None));
    errors.keep(office::advises(source, file, kind));
    let advice = advice(CHECKS, &[RailGate, TicketOffice], &[TicketOffice]);
    let needed: Vec<_> = own.into_iter().chain(advice).chain(switches).collect();
    errors.keep(fit::missing(source, &file.kind, kind, &needed));
    errors.or(())
}

fn tariff(
    source: &Source,
    file: &File,
    kind: TerminalKind,
    library: &mut Library,
) -> Result<Option<Arc<Tariff>>, Diagnostics> {
    let name = match (&file.tariff, &file.fare) {
        (Some(_), Some(fare)) => {
            let error = source.error(fare, "the fare is made by the tariff or by the controller, not both");
            return Err(error.into());
        }
        (None, Some(fare)) => {
            source.choose(fare, "maker of fares", [("controller", ())])?;
            return Ok(None);
        }
        (None, None) if matches!(kind, RailGate | TicketOffice) => {
            let message = format!(
                "the {} does not say who makes the fare",
                if kind == RailGate { "gate" } else { "office" }
            );
            let error = source.error(&file.kind, message);
            return Err(error.help("give `tariff`, or `fare = \"controller\"`").into());
        }
        (None, None) if kind == BusReader => {
            let error = source.error(&file.kind, "a bus reader needs `tariff`");
            return Err(error.help("such as: tariff = \"../tariffs/beijing-bus.toml\"").into());
        }
        (None, None) => return Ok(None),
        (Some(name), None) => name,
    };
    let path = source.file(name)?;
    let tariff = library.tariff(path).map_err(|errors| errors.named_at(source, name))?;
    let (measure, what) = match kind {
        BusReader => (Measure::StopNumbers, "bus lines"),
        _ => (Measure::Metres, "a rail network"),
    };
    if tariff.places().measure() != measure {
        return Err(source.error(name, format!("this is not a tariff of {what}")).into());
    }
    if tariff.places().city() != file.city.get_ref().0 {
        let message = format!("this tariff is of city {}", tariff.places().city());
        return Err(source.error(name, message).also(&file.city, "the terminal's city").into());
    }
    Ok(Some(tariff))
}

fn checks(source: &Source, names: &Names) -> Result<Vec<Check>, Diagnostics> {
    each(source, names, "check", Check::read)
}

/// The meaning of each name, given once.
pub(super) fn each<T>(
    source: &Source,
    names: &Names,
    what: &str,
    read: impl Fn(&Source, &Name) -> Result<T, Diagnostic>,
) -> Result<Vec<T>, Diagnostics> {
    let mut errors = Diagnostics::default();
    let mut seen = HashMap::new();
    let mut values = Vec::new();
    for name in names.get_ref() {
        if let Some(first) = seen.insert(name.get_ref(), name) {
            errors.push(source.twice(what, name, first));
        }
        values.extend(errors.keep(read(source, name)));
    }
    errors.or(values)
}

/// The kinds of card that are accepted.
pub(super) fn accepted(source: &Source, names: &Names) -> Result<Vec<CardType>, Diagnostics> {
    each(source, names, "kind of card", card::card_type)
}

fn rail(
    source: &Source,
    table: &Spanned<RailTable>,
    tariff: Option<&Tariff>,
) -> Result<RailProfile, Diagnostics> {
    let mut errors = Diagnostics::default();
    let RailTable { group, tail: form, free_reentry_minutes, open_elsewhere, ledger, .. } = table.get_ref();
    let RailTable { overtime_minutes, remaining, exit_minutes, .. } = table.get_ref();
    let RailTable { passback_seconds, ask_back, entry_minimum, .. } = table.get_ref();
    let group = errors.keep(group.as_ref().map(|name| self::group(source, name, tariff)).transpose());
    let open_elsewhere = errors.keep(OpenElsewhere::read(source, open_elsewhere));
    let Some(tail) = errors.keep(RailTail::read(source, form)) else { return Err(errors) };
    if tail == RailTail::Xian {
        errors.keep(guards::fits_xian(source, form, table.get_ref(), tariff));
    }
    let entry_minimum = errors.keep(guards::entry_minimum(source, entry_minimum.as_ref(), tariff));
    let counters = tariff.map(|tariff| tariff.counters().count());
    let ledger = match (ledger, counters) {
        (_, Some(2..)) => {
            let error = source.error(table, "the tariff has several counters, and a card keeps one");
            Err(error.help("let an account keep them: `fare = \"controller\"`").into())
        }
        (None, Some(1)) => Err(source
            .error(table, "the tariff has a monthly total, but nothing says where it lies on the card")
            .help(
                "add [rail.ledger]: record = \"2701\", paid = { offset = 110, len = 3 }, \
                 rides = { offset = 113, len = 2 }, stamp = 99",
            )
            .into()),
        (Some(ledger), Some(0)) => {
            Err(source.error(ledger, "the tariff has no monthly total to keep here").into())
        }
        (Some(ledger), _) => ledger::binding(source, ledger.get_ref(), tail).map(Some),
        (None, _) => Ok(None),
    };
    let ledger = errors.keep(ledger);
    let (Some(group), Some(open_elsewhere), Some(ledger)) = (group, open_elsewhere, ledger) else {
        return Err(errors);
    };
    let free_reentry_minutes = *free_reentry_minutes;
    errors.or(RailProfile {
        group,
        tail,
        ledger,
        free_reentry_minutes,
        open_elsewhere,
        overtime_minutes: *overtime_minutes,
        remaining: remaining.map(|amount| amount.0),
        exit_minutes: exit_minutes.unwrap_or(EXIT_MINUTES),
        entry_minimum: entry_minimum.unwrap_or_default(),
        passback_seconds: *passback_seconds,
        ask_back: *ask_back,
    })
}

/// The group of lines that gates belong to.
fn group(source: &Source, name: &Name, tariff: Option<&Tariff>) -> Result<GroupId, Diagnostic> {
    let Some(network) = tariff.and_then(Tariff::network) else {
        let error = source.error(name, "the controller names the fare: it knows the group");
        return Err(error.help("leave `group` out"));
    };
    source.choose(name, "group of lines", network.groups().map(|(id, group)| (group.name(), id)))
}

fn bus(source: &Source, table: &BusTable, tariff: Option<&Tariff>) -> Result<BusProfile, Diagnostics> {
    let mut errors = Diagnostics::default();
    let classes = tariff.and_then(Tariff::bus_lines);
    for name in &table.single_tap_classes {
        let classes = classes.into_iter().flat_map(BusLines::classes);
        errors.keep(source.choose(name, "line class", classes.map(|(id, name)| (name, id))));
    }
    let single_tap_classes = table.single_tap_classes.iter().map(|name| name.get_ref().clone()).collect();
    let repeat = table.repeat.as_ref().map(|repeat| guards::repeat(source, repeat)).transpose();
    let repeat = errors.keep(repeat).flatten();
    errors.or(BusProfile {
        max_minutes: table.max_minutes,
        single_tap_classes,
        max_balance: table.max_balance.map(|amount| amount.0),
        max_fare: table.max_fare.map(|amount| amount.0),
        newest_trip: table.newest_trip,
        repeat,
    })
}

fn psam(source: &Source, table: &PsamTable) -> Result<PsamFile, Diagnostics> {
    let (valid_from, valid_to) = (table.valid_from.0, table.valid_to.get_ref().0);
    card::in_order(source, valid_from, valid_to, &table.valid_to)?;
    let mut errors = Diagnostics::default();
    let sequence_moves = errors.keep(switch::<SequenceMoves>(source, table.sequence_moves.as_ref()));
    let transport = errors.keep(switch::<Transport>(source, table.transport.as_ref()));
    let rate = errors.keep(switch::<Rate>(source, table.rate.as_ref()));
    let (Some(sequence_moves), Some(transport), Some(rate)) = (sequence_moves, transport, rate) else {
        return Err(errors);
    };
    Ok(PsamFile {
        acquirer: table.acquirer.0,
        issuer: table.issuer.0,
        key_index: table.key_index,
        valid_from,
        valid_to,
        first_terminal: table.first_terminal.0,
        sequence_moves,
        mac_failure_limit: table.mac_failure_limit,
        transport,
        rate,
        load_sam: table.load_sam,
    })
}

/// The position of a switch, or its default.
fn switch<S: Switch + Default>(source: &Source, name: Option<&Name>) -> Result<S, Diagnostic> {
    name.map_or_else(|| Ok(S::default()), |name| S::read(source, name))
}
