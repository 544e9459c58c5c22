//! The table of top-ups.

use serde::Deserialize;
use toml::Spanned;
use tunion_data::Fen;
use tunion_terminal::profile::{LoadBy, LoadProfile};

use super::schema::{Name, PsamTable};
use super::words::Switch;
use crate::diag::{Diagnostic, Diagnostics, Source, Text};

type Amount = Option<Spanned<Text<Fen>>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct LoadTable {
    by: Name,
    base: Amount,
    max_single: Amount,
    max_balance: Amount,
    min_first: Amount,
    #[serde(default)]
    extend_days: u16,
}

/// The rules of a top-up terminal.
pub(super) fn load(source: &Source, table: &LoadTable, psam: &PsamTable) -> Result<LoadProfile, Diagnostics> {
    let mut errors = Diagnostics::default();
    let LoadTable { by: who, base, max_single, max_balance, min_first, extend_days } = table;
    let by = errors.keep(LoadBy::read(source, who));
    if by == Some(LoadBy::Sam) && !psam.load_sam {
        let error = source.error(who, "this terminal's PSAM is no load SAM");
        errors.push(error.help("add to [psam]: load-sam = true"));
    }
    if let Some(none) = base.as_ref().filter(|base| base.get_ref().0.is_zero()) {
        errors
            .push(source.error(none, "no amount is a multiple of nothing").help("such as base = \"10.00\""));
    }
    let pairs = [(base, max_single), (base, max_balance), (min_first, max_single), (min_first, max_balance)];
    errors.keep(pairs.into_iter().try_for_each(|(least, most)| possible(source, least, most)));
    let Some(by) = by else { return Err(errors) };
    let amount = |given: &Amount| given.as_ref().map(|amount| amount.get_ref().0);
    errors.or(LoadProfile {
        by,
        base: amount(base),
        max_single: amount(max_single),
        max_balance: amount(max_balance),
        min_first: amount(min_first),
        extend_days: *extend_days,
    })
}

/// The least that can be loaded is no more than the most.
fn possible(source: &Source, least: &Amount, most: &Amount) -> Result<(), Diagnostic> {
    let (Some(least), Some(most)) = (least, most) else { return Ok(()) };
    if least.get_ref().0 <= most.get_ref().0 {
        return Ok(());
    }
    let error = source
        .error(most, format!("with this limit nothing can be loaded that is at least {}", least.get_ref().0));
    Err(error.also(least, "the least").help("raise the limit, or lower the least"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use insta::assert_snapshot;
    use tunion_data::Fen;
    use tunion_terminal::profile::{LoadBy, LoadProfile};

    use crate::terminal::tests::changed;

    fn load_sam(from: &str, to: &str) -> String {
        changed("beijing-load-sam", from, to).unwrap_err()
    }

    #[test]
    fn who_loads_and_how_much() {
        let file = changed("beijing-load-sam", "version", "version").unwrap();
        let rules = LoadProfile {
            by: LoadBy::Sam,
            base: Some(Fen::from_yuan(10)),
            max_single: Some(Fen::from_yuan(500)),
            max_balance: Some(Fen::from_yuan(1000)),
            min_first: Some(Fen::from_yuan(20)),
            extend_days: 365,
        };
        assert_eq!((file.profile.load, file.psam.load_sam), (rules, true));
        let host = changed("beijing-top-up", "version", "version").unwrap().profile.load;
        assert_eq!((host.by, host.max_single, host.extend_days), (LoadBy::Host, None, 0));
        // The table may be left out.
        let plain = changed(
            "beijing-top-up",
            "[load]\nby = \"host\"\nbase = \"10.00\"\nmax-balance = \"1000.00\"\n",
            "",
        );
        assert_eq!(plain.unwrap().profile.load, LoadProfile::default());
    }

    #[test]
    fn mistakes() {
        assert_snapshot!(load_sam("load-sam = true\n", ""));
        assert_snapshot!(load_sam("by = \"sam\"", "by = \"isam\""));
        assert_snapshot!(load_sam("by = \"sam\"\n", ""));
        assert_snapshot!(load_sam("base = \"10.00\"", "base = \"0.00\""));
        assert_snapshot!(load_sam("max-single = \"500.00\"", "max-single = \"5.00\""));
        assert_snapshot!(load_sam("extend-days = 365", "extend-years = 1"));
        assert_snapshot!(changed("beijing-rail", "[psam]", "[load]\nby = \"host\"\n\n[psam]").unwrap_err());
    }
}
