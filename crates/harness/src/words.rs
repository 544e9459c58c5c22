//! Taps in words.

use std::path::Path;
use tunion_fare::{StopId, Tariff};
use tunion_files::scenario::{Act, Fault, NoteKind, Step, TerminalEntry, When};
use tunion_terminal::{Area, Decision, Note, Settle};

/// The place in the passenger's words.
pub(crate) fn place_name(step: &Step, entry: &TerminalEntry) -> String {
    let tariff = entry.file.tariff.as_deref();
    let station = |code: u16| {
        let network = tariff.and_then(Tariff::network);
        let station = network.and_then(|network| network.station(network.station_coded(code)?));
        station.map_or_else(|| format!("station {code}"), |station| station.name.to_string())
    };
    let bus_stop = |stop: StopId| {
        let line = entry.bus.as_ref().and_then(|bus| tariff?.bus_lines()?.line(bus.line));
        let name = line.and_then(|line| line.stop(stop)).map_or("?", |stop| &stop.name);
        format!("{} {name}", line.map_or("?", |line| &line.name))
    };
    match step.act {
        Act::Enter { station: code, .. } => format!("in {}", station(code)),
        Act::Exit { station: code, .. } => format!("out {}", station(code)),
        Act::Bus { stop } => format!("bus {}", bus_stop(stop)),
        Act::Load(amount) => format!("top-up {amount}"),
        Act::Enquire(None) => "enquiry".to_owned(),
        Act::Enquire(Some(office)) => format!("enquiry {}", station(office.station)),
        Act::Settle(office, Settle { area, .. }) => {
            let side = if area == Area::Paid { "inside" } else { "outside" };
            format!("office {}, {side}", station(office.station))
        }
        Act::Buy(amount) => format!("buy {amount}"),
        Act::Refund(office) => format!("refund {}", station(office.station)),
        Act::Lock(office) => format!("lock {}", station(office.station)),
    }
}

pub(crate) fn reasons(decision: Option<&Decision>, tariff: Option<&Tariff>) -> Vec<String> {
    let (Some(quote), Some(tariff)) = (decision.and_then(|decision| decision.quote), tariff) else {
        return Vec::new();
    };
    let line = |reason: &tunion_fare::Reason| {
        let rule = tariff.rule(reason.rule);
        let file = Path::new(&*tariff.head().file).file_name().unwrap_or_default().to_string_lossy();
        let place = rule.map_or_else(String::new, |rule| format!("{file}:{}", rule.line));
        let name = rule.map_or("?", |rule| &rule.name);
        format!("{} -> {}  {}  [{name}, {place}]", reason.before, reason.after, tariff.explain(reason))
    };
    quote.reasons.iter().map(line).collect()
}

/// How the card was pulled out of the field, or what else went wrong.
pub(crate) fn fault(fault: &Fault) -> String {
    let title = fault.command.spec().title;
    match fault.when {
        When::Garbled => format!("the MAC of {title} was garbled on its way"),
        _ if fault.is_of_sam() => format!("the PSAM gave no answer to {title}"),
        When::Before => format!("the card was pulled before {title}"),
        When::After => format!("the card was pulled after {title}, its answer lost"),
        When::During { bytes, .. } => {
            format!("the card was pulled during {title}, after it wrote {bytes} bytes")
        }
    }
}

/// A note in a sentence.
pub(crate) fn note(note: Note) -> String {
    match note {
        Note::TotalOverwritten { by } => {
            format!("city {by} wrote the rail record last: the month's total counts as zero")
        }
        Note::TotalUnreadable => "the rail record's CRC fails: the month's total counts as zero".to_owned(),
        Note::Covered { amount } => format!("settled a trip that was never ended: {amount}"),
        Note::GivenUp { city } => format!("gave up a journey that is open in city {city}"),
        Note::Recovered { amount, at, load } => {
            let what = if load { "load" } else { "debit" };
            format!("recovered: the {what} of {amount} at {at} was done, its own record was emitted")
        }
        Note::NotDone => "what the tap before began was not done".to_owned(),
        Note::SettledBefore => "the over-fare was settled at the ticket office here".to_owned(),
        Note::GreyEmitted => {
            "what an earlier tap did can no longer be known: its grey record was emitted".to_owned()
        }
        Note::HostRefused(refusal) => format!("the issuer refused: {refusal}"),
        Note::Locked => "the application was locked".to_owned(),
        Note::NotLocked => "the application was not locked".to_owned(),
        Note::LockOpen => "the card was lost while it was being locked: its next tap tells".to_owned(),
        Note::Extended { to } => format!("the card is valid until {to} now"),
        Note::ExtensionOpen => {
            "the card was lost while its validity was being extended: its next tap tells".to_owned()
        }
        Note::SignOnRefused(refusal) => format!("the issuer gave the load SAM no quota: {refusal}"),
        Note::OverdraftOpen { amount } => format!("the overdraft has to be settled first: {amount}"),
        Note::Status(sw) => format!("the card or the PSAM answered {sw}"),
    }
}

pub(crate) fn kind(note: Note) -> Option<NoteKind> {
    Some(match note {
        Note::TotalOverwritten { .. } => NoteKind::TotalOverwritten,
        Note::TotalUnreadable => NoteKind::TotalUnreadable,
        Note::Covered { .. } => NoteKind::Covered,
        Note::GivenUp { .. } => NoteKind::GivenUp,
        Note::Recovered { .. } => NoteKind::Recovered,
        Note::NotDone => NoteKind::NotDone,
        Note::SettledBefore => NoteKind::SettledBefore,
        Note::GreyEmitted => NoteKind::GreyEmitted,
        Note::HostRefused(_) => NoteKind::HostRefused,
        Note::Locked => NoteKind::Locked,
        Note::NotLocked => NoteKind::NotLocked,
        Note::LockOpen => NoteKind::LockOpen,
        Note::Extended { .. } => NoteKind::Extended,
        Note::ExtensionOpen => NoteKind::ExtensionOpen,
        Note::SignOnRefused(_) => NoteKind::SignOnRefused,
        Note::OverdraftOpen { .. } => NoteKind::OverdraftOpen,
        Note::Status(_) => return None,
    })
}
