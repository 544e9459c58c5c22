//! What is settled at a ticket office, and where it or an enquiry terminal stands.

use toml::Spanned;
use tunion_data::upload::Payment;
use tunion_terminal::profile::ExitMissing;
use tunion_terminal::{Area, Office, Settle};

use super::schema::{SettleTable, Station, TapTable};
use super::taps::station;
use super::{Act, TerminalEntry};
use crate::diag::{Diagnostic, Diagnostics, Source};
use crate::terminal::TerminalFile;
use crate::terminal::TerminalKind::{Enquiry, TicketOffice};
use crate::terminal::fit::{self, Field};

/// The station that a terminal stands at.
pub(super) fn stands_at(
    source: &Source,
    at: Option<&Spanned<Station>>,
    file: &TerminalFile,
) -> Result<Option<u16>, Diagnostics> {
    fit::unused(source, file.kind, &[Field::new("station", at, &[TicketOffice, Enquiry])], None)?;
    Ok(at.map(|at| station(source, at, file)).transpose()?)
}

/// Where the tap is made: at the tap's station, or at the terminal's.
pub(super) fn place(
    source: &Source,
    tap: &TapTable,
    entry: &TerminalEntry,
) -> Result<Option<Office>, Diagnostic> {
    let named = tap.station.as_ref().map(|at| station(source, at, &entry.file)).transpose()?;
    let line = tap.line.as_ref().map_or(0, |line| *line.get_ref());
    match named.or(entry.station) {
        Some(station) => Ok(Some(Office { line, station })),
        None if entry.file.kind == TicketOffice => Err(source
            .error(&tap.terminal, "at which station does this office stand?")
            .help("add `station` to the tap or to the terminal, such as: station = \"西二旗\"")),
        None => Ok(None),
    }
}

/// Whether the fare of the journey may be asked for.
pub(super) fn goes_by_fare(settle: &SettleTable, entry: &TerminalEntry) -> bool {
    settle.area.get_ref() != "free" || entry.file.profile.office.exit_missing == ExitMissing::SingleTicket
}

/// How a journey is put right.
pub(super) fn settle(
    source: &Source,
    settle: &Spanned<SettleTable>,
    tap: &TapTable,
    entry: &TerminalEntry,
) -> Result<Act, Diagnostics> {
    let SettleTable { area, payment, entered, entered_line } = settle.get_ref();
    let mut errors = Diagnostics::default();
    if let Some(enquire) = &tap.enquire {
        let error = source.error(enquire, "a tap cannot both settle and enquire");
        errors.push(error.also(settle, "it settles").help("write two taps"));
    }
    let place = errors.keep(place(source, tap, entry));
    let area = errors.keep(source.choose(area, "area", [("paid", Area::Paid), ("free", Area::Free)]));
    let payments = Payment::ALL.into_iter().map(|payment| (payment.name(), payment));
    let payment =
        payment.as_ref().map_or(Ok(Payment::None), |name| source.choose(name, "means of payment", payments));
    let payment = errors.keep(payment);
    let station = errors.keep(entered.as_ref().map(|at| station(source, at, &entry.file)).transpose());
    if let (Some(line), None) = (entered_line, entered) {
        let error = source.error(line, "a line of the entry without its station");
        errors.push(error.help("add `entered` with the station"));
    }
    let (Some(Some(office)), Some(area), Some(payment), Some(station)) = (place, area, payment, station)
    else {
        return Err(errors);
    };
    let line = entered_line.as_ref().map_or(0, |line| *line.get_ref());
    let entered = station.map(|station| (line, station));
    errors.or(Act::Settle(office, Settle { area, payment, entered }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use insta::assert_snapshot;
    use tunion_data::Fen;
    use tunion_data::upload::Payment;
    use tunion_terminal::{Area, Code, Office, Settle};

    use crate::scenario::Act;
    use crate::scenario::tests::read;

    const DESK: &str = r#"version = 1
title = "desk"
seed = 1
keys = "../keys/lab.toml"

[cards.lin]
file = "../cards/student.toml"

[terminals.office]
file = "../terminals/beijing-office.toml"
station = "西二旗"
remaining = "1.00"

[terminals.enquiry]
file = "../terminals/beijing-enquiry.toml"

[terminals.shop]
file = "../terminals/beijing-pos.toml"

[[tap]]
at = 2026-11-23T07:40:00
card = "lin"
terminal = "office"
line = 13
settle = { area = "paid", payment = "cash", entered = "五道口", entered-line = 4 }
expect = { code = "pay-otherwise" }

[[tap]]
at = 2026-11-23T07:41:00
card = "lin"
terminal = "office"
station = "五道口"
settle = { area = "free" }

[[tap]]
at = 2026-11-23T07:42:00
card = "lin"
terminal = "office"
enquire = true

[[tap]]
at = 2026-11-23T07:43:00
card = "lin"
terminal = "enquiry"
enquire = true
expect = { free-area = "reentry-free", paid-area = "overtime", due = "3.00" }

[[tap]]
at = 2026-11-23T07:44:00
card = "lin"
terminal = "shop"
buy = "12.50"
"#;

    fn fault(from: &str, to: &str) -> String {
        assert!(DESK.contains(from), "{from}");
        read(&DESK.replacen(from, to, 1)).unwrap_err()
    }

    #[test]
    fn what_is_done_at_counters() {
        let scenario = read(DESK).unwrap();
        let [first, second, third, fourth, fifth] = &scenario.steps[..] else {
            panic!("{:?}", scenario.steps)
        };
        let network = scenario.terminals[0].file.tariff.as_deref().unwrap().network().unwrap();
        let [here, there] = ["西二旗", "五道口"]
            .map(|name| network.station(network.station_named(name).unwrap()).unwrap().code);
        let office = Office { line: 13, station: here };
        let settle = Settle { area: Area::Paid, payment: Payment::Cash, entered: Some((4, there)) };
        assert_eq!(first.act, Act::Settle(office, settle));
        let office = Office { line: 0, station: there };
        let settle = Settle { area: Area::Free, payment: Payment::None, entered: None };
        assert_eq!(second.act, Act::Settle(office, settle), "the tap's station goes first");
        assert_eq!(third.act, Act::Enquire(Some(Office { line: 0, station: here })));
        assert_eq!(fourth.act, Act::Enquire(None));
        assert_eq!(
            (fourth.expect.free_area, fourth.expect.due),
            (Some(Code::ReentryFree), Some(Fen::from_yuan(3)))
        );
        assert_eq!(fifth.act, Act::Buy(Fen::new(1250)));
        assert_eq!(scenario.terminals[0].file.profile.rail.remaining, Some(Fen::from_yuan(1)));
    }

    #[test]
    fn mistakes() {
        assert_snapshot!(fault("station = \"西二旗\"\n", ""));
        assert_snapshot!(fault("area = \"free\"", "area = \"outside\""));
        assert_snapshot!(fault("payment = \"cash\"", "payment = \"coins\""));
        assert_snapshot!(fault("entered = \"五道口\", ", ""));
        assert_snapshot!(fault(
            "settle = { area = \"free\" }",
            "settle = { area = \"free\" }\nenquire = true"
        ));
        assert_snapshot!(fault("settle = { area = \"free\" }", "load = \"10.00\""));
        assert_snapshot!(fault("buy = \"12.50\"", "station = \"五道口\"\nbuy = \"12.50\""));
        assert_snapshot!(fault("beijing-pos.toml\"", "beijing-pos.toml\"\nstation = \"五道口\""));
        assert_snapshot!(fault("buy = \"12.50\"", "settle = { area = \"free\" }"));
        assert_snapshot!(fault("due = \"3.00\"", "fare = \"3.00\""));
    }

    /// Where a controller names the fare, the office has to be told it too.
    #[test]
    fn a_controllers_office() {
        let desk = DESK.replace("beijing-office", "shanghai-office").replace("五道口", "西二旗");
        let desk = desk.replace("\"西二旗\"", "12").replace("remaining = \"1.00\"\n", "");
        assert_snapshot!(read(&desk).unwrap_err());
        let fare = " }\nfare = { list = \"4.00\", charged = \"3.60\" }\n";
        let told = desk.replace("4 }\n", &format!("4{fare}"));
        let told = told.replace("area = \"free\" }\n", &format!("area = \"free\"{fare}"));
        let charges: Vec<_> = read(&told).unwrap().steps.iter().map(|step| step.charge.is_some()).collect();
        assert_eq!(charges, [true, true, false, false, false]);
        let tariff = DESK.replace("area = \"free\" }\n", &format!("area = \"free\"{fare}"));
        assert_snapshot!(read(&tariff).unwrap_err());
    }
}
