//! The tables of ticket offices and of shops.

use serde::Deserialize;
use toml::Spanned;
use tunion_data::Fen;
use tunion_terminal::profile::{ExitMissing, OfficeProfile, PosProfile};

use super::TerminalKind;
use super::schema::{File, Name};
use crate::diag::{Diagnostic, Diagnostics, Source, Text};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct OfficeTable {
    overtime_penalty: Option<Text<Fen>>,
    #[serde(default)]
    over_fare_from_card: bool,
    exit_missing: Name,
    staff: Option<Name>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct PosTable {
    limit: Spanned<Text<Fen>>,
    merchant_type: Name,
}

/// An enquiry terminal that prices reads the month's total as gates do, and so goes by the rules of rail.
pub(super) fn advises(source: &Source, file: &File, kind: TerminalKind) -> Result<(), Diagnostic> {
    match &file.tariff {
        Some(tariff) if kind == TerminalKind::Enquiry && file.rail.is_none() => Err(source
            .error(tariff, "what is due by this tariff depends on the rules of rail")
            .help("add [rail] as the gates have it")),
        _ => Ok(()),
    }
}

/// The rules of a ticket office.
pub(super) fn office(source: &Source, table: &Spanned<OfficeTable>) -> Result<OfficeProfile, Diagnostics> {
    let OfficeTable { overtime_penalty, over_fare_from_card, exit_missing, staff } = table.get_ref();
    let mut errors = Diagnostics::default();
    let exit_missing = errors.keep(self::exit_missing(source, exit_missing));
    let staff = staff.as_ref().map_or(Ok([0; 3]), |name| digits(source, name, "number of a member of staff"));
    let (Some(exit_missing), Some(staff)) = (exit_missing, errors.keep(staff)) else { return Err(errors) };
    errors.or(OfficeProfile {
        overtime_penalty: overtime_penalty.map(|amount| amount.0),
        over_fare_from_card: *over_fare_from_card,
        exit_missing,
        staff,
    })
}

fn exit_missing(source: &Source, name: &Name) -> Result<ExitMissing, Diagnostic> {
    if name.get_ref() == "single-ticket" {
        return Ok(ExitMissing::SingleTicket);
    }
    let error = |_| {
        let error = source.error(name, format!("`{}` is no price of a missing exit", name.get_ref()));
        error.help("write an amount, such as \"3.00\", or \"single-ticket\"")
    };
    name.get_ref().parse().map(ExitMissing::Amount).map_err(error)
}

/// The rules of a shop's terminal.
pub(super) fn pos(source: &Source, table: &Spanned<PosTable>) -> Result<PosProfile, Diagnostics> {
    let PosTable { limit, merchant_type } = table.get_ref();
    let mut errors = Diagnostics::default();
    let amount = limit.get_ref().0;
    if amount.is_zero() {
        let error = source.error(limit, "a shop with this limit sells nothing");
        errors.push(error.help("write the largest purchase, such as \"1000.00\""));
    }
    let merchant_type = errors.keep(digits(source, merchant_type, "merchant type"));
    let Some(merchant_type) = merchant_type else { return Err(errors) };
    errors.or(PosProfile { limit: amount, merchant_type })
}

/// Decimal digits, two to a byte.
fn digits<const N: usize>(source: &Source, name: &Name, what: &str) -> Result<[u8; N], Diagnostic> {
    let text = name.get_ref();
    let pairs = text.as_bytes().chunks_exact(2);
    let mut bytes = [0; N];
    if text.len() != 2 * N || !text.bytes().all(|digit| digit.is_ascii_digit()) {
        let error = source.error(name, format!("`{text}` is no {what}"));
        return Err(error.help(format!("it has {} digits", 2 * N)));
    }
    for (byte, pair) in bytes.iter_mut().zip(pairs) {
        *byte = pair.iter().fold(0, |number, digit| number << 4 | (digit & 0x0F));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use insta::assert_snapshot;
    use tunion_data::Fen;
    use tunion_terminal::profile::{ExitMissing, OfficeProfile};

    use crate::terminal::TerminalKind;
    use crate::terminal::tests::changed;

    fn office(from: &str, to: &str) -> String {
        changed("beijing-office", from, to).unwrap_err()
    }

    fn pos(from: &str, to: &str) -> String {
        changed("beijing-pos", from, to).unwrap_err()
    }

    #[test]
    fn an_office() {
        let file = changed("beijing-office", "version", "version").unwrap();
        assert_eq!(file.kind, TerminalKind::TicketOffice);
        let office = OfficeProfile {
            overtime_penalty: Some(Fen::from_yuan(3)),
            over_fare_from_card: false,
            exit_missing: ExitMissing::Amount(Fen::from_yuan(3)),
            staff: [0x00, 0x01, 0x07],
        };
        assert_eq!(file.profile.office, office);
        let rail = file.profile.rail;
        assert_eq!((rail.overtime_minutes, rail.remaining, rail.exit_minutes), (None, None, 20));
    }

    #[test]
    fn what_goes_without_saying() {
        let plain = "overtime-penalty = \"3.00\"";
        assert_eq!(changed("beijing-office", plain, "").unwrap().profile.office.overtime_penalty, None);
        let minutes = changed("beijing-office", "exit-minutes = 20", "").unwrap();
        assert_eq!(minutes.profile.rail.exit_minutes, 20, "as its default");
        let ticket = changed("beijing-office", "exit-missing = \"3.00\"", "exit-missing = \"single-ticket\"");
        assert_eq!(ticket.unwrap().profile.office.exit_missing, ExitMissing::SingleTicket);
        let given = "exit-minutes = 10\novertime-minutes = 240\nremaining = \"1.00\"";
        let given = changed("beijing-office", "exit-minutes = 20", given).unwrap().profile.rail;
        assert_eq!(given.overtime_minutes, Some(240));
        assert_eq!((given.remaining, given.exit_minutes), (Some(Fen::from_yuan(1)), 10));
    }

    #[test]
    fn a_shop() {
        let file = changed("beijing-pos", "version", "version").unwrap();
        assert_eq!((file.kind, file.tariff), (TerminalKind::Pos, None));
        assert_eq!(file.profile.pos.limit, Fen::from_yuan(1000));
        assert_eq!(file.profile.pos.merchant_type, [0x54, 0x11]);
    }

    #[test]
    fn an_enquiry_terminal_need_not_advise() {
        let text =
            std::fs::read_to_string(format!("{}beijing-enquiry.toml", crate::terminal::tests::TERMINALS));
        let text = text.unwrap();
        let advice =
            &text[text.find("# What it advises by").unwrap()..text.find("# An enquiry never").unwrap()];
        let plain = changed("beijing-enquiry", advice, "").unwrap();
        assert!(plain.tariff.is_none() && plain.profile.checks.is_empty());
        let rail = &text[text.find("[rail]").unwrap()..text.find("[office]").unwrap()];
        assert_snapshot!(changed("beijing-enquiry", rail, "").unwrap_err());
    }

    /// A counter may not lie where an office marks an over-fare.
    #[test]
    fn the_mark_of_a_settled_over_fare_has_its_byte() {
        let rides = "rides = { offset = 113, len = 2 }";
        assert_snapshot!(office(rides, "rides = { offset = 121, len = 2 }"));
        changed("beijing-office", rides, "rides = { offset = 120, len = 2 }").unwrap();
    }

    #[test]
    fn mistakes() {
        assert_snapshot!(office("exit-missing = \"3.00\"", "exit-missing = \"3\""));
        assert_snapshot!(office("staff = \"000107\"", "staff = \"107\""));
        assert_snapshot!(office("staff = \"000107\"", "staff = \"00010A\""));
        assert_snapshot!(office("exit-missing = \"3.00\"\n", ""));
        assert_snapshot!(office("tariff = \"../tariffs/beijing-rail.toml\"\n", ""));
        assert_snapshot!(office("[psam]", "[pos]\nlimit = \"1.00\"\nmerchant-type = \"5411\"\n\n[psam]"));
        assert_snapshot!(pos("limit = \"1000.00\"", "limit = \"0.00\""));
        assert_snapshot!(pos("merchant-type = \"5411\"", "merchant-type = \"541\""));
        assert_snapshot!(pos("mac2 = \"before-decision\"\n", "tariff = \"../tariffs/beijing-rail.toml\"\n"));
        assert_snapshot!(pos("kind = \"pos\"", "kind = \"ticket-office\""));
    }
}
