//! Cards that are given back or locked, and the issuer's host as far as a scenario changes it.

use toml::Spanned;
use tunion_data::Fen;
use tunion_issuer::QuotaRules;
use tunion_terminal::profile::LoadBy;

use super::schema::{Name, SignOnTable, TapTable};
use super::{Act, TerminalEntry, office};
use crate::diag::{Diagnostic, Diagnostics, Source};
use crate::terminal::TerminalKind::TopUp;
use crate::terminal::fit::{self, Field};

/// What is done with a card at a ticket office.
pub(super) fn act(source: &Source, tap: &TapTable, entry: &TerminalEntry) -> Result<Act, Diagnostics> {
    let mut errors = Diagnostics::default();
    for (name, asked) in [("refund", &tap.refund), ("lock", &tap.lock)] {
        if let Some(asked) = asked.as_ref().filter(|asked| !asked.get_ref()) {
            let error = source.error(asked, format!("this is asked for by `{name} = true`"));
            errors.push(error.help("write that, or take it out"));
        }
    }
    if let (Some(refund), Some(lock)) = (&tap.refund, &tap.lock) {
        let error = source.error(lock, "a card that is given back is locked in any case");
        errors.push(error.also(refund, "it is given back").help("take `lock` out"));
    }
    let act = if tap.refund.is_some() { Act::Refund } else { Act::Lock };
    match errors.keep(office::place(source, tap, entry)).flatten() {
        Some(office) => errors.or(act(office)),
        None => Err(errors),
    }
}

/// Whether the issuer's host cannot be reached during a tap.
pub(super) fn host(source: &Source, host: Option<&Name>, entry: &TerminalEntry) -> Result<bool, Diagnostics> {
    fit::unused(source, entry.file.kind, &[Field::new("host", host, &[TopUp])], None)?;
    let down = host.map(|host| source.choose(host, "state of the host", [("up", false), ("down", true)]));
    Ok(down.transpose()?.unwrap_or_default())
}

/// What the host gives load SAMs.
pub(super) fn sign_on(
    source: &Source,
    table: Option<&Spanned<SignOnTable>>,
    terminals: &[TerminalEntry],
) -> Result<QuotaRules, Diagnostic> {
    let usual = QuotaRules::default();
    let Some(table) = table else { return Ok(usual) };
    if !terminals.iter().any(|terminal| terminal.file.profile.load.by == LoadBy::Sam) {
        let error = source.error(source.head(table), "no terminal here has a load SAM that would sign on");
        return Err(error.help("take it out, or add a top-up terminal whose [load] says by = \"sam\""));
    }
    let SignOnTable { quota, per_day, hours } = table.get_ref();
    let amount = |given: &Option<crate::diag::Text<Fen>>, usual| given.map_or(usual, |amount| amount.0);
    Ok(QuotaRules {
        quota: amount(quota, usual.quota),
        per_day: amount(per_day, usual.per_day),
        hours: hours.unwrap_or(usual.hours),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use insta::assert_snapshot;
    use tunion_data::Fen;
    use tunion_issuer::QuotaRules;
    use tunion_terminal::Office;

    use crate::scenario::Act;
    use crate::scenario::tests::read;

    const DESK: &str = r#"version = 1
title = "desk"
seed = 1
keys = "../keys/lab.toml"

[sign-on]
quota = "100.00"

[cards.lin]
file = "../cards/student.toml"

[terminals.office]
file = "../terminals/beijing-office.toml"
station = "西二旗"

[terminals.kiosk]
file = "../terminals/beijing-load-sam.toml"

[[tap]]
at = 2026-11-23T07:40:00
card = "lin"
terminal = "kiosk"
load = "20.00"
host = "down"
expect = { code = "quota-spent" }

[[tap]]
at = 2026-11-23T07:41:00
card = "lin"
terminal = "office"
line = 13
refund = true

[[tap]]
at = 2026-11-23T07:42:00
card = "lin"
terminal = "office"
station = "五道口"
lock = true
"#;

    fn fault(from: &str, to: &str) -> String {
        assert!(DESK.contains(from), "{from}");
        read(&DESK.replacen(from, to, 1)).unwrap_err()
    }

    #[test]
    fn what_is_done_at_a_desk() {
        let scenario = read(DESK).unwrap();
        let [load, refund, lock] = &scenario.steps[..] else { panic!("{:?}", scenario.steps) };
        let network = scenario.terminals[0].file.tariff.as_deref().unwrap().network().unwrap();
        let code = |name| network.station(network.station_named(name).unwrap()).unwrap().code;
        assert!(load.host_is_down && !refund.host_is_down);
        assert_eq!(refund.act, Act::Refund(Office { line: 13, station: code("西二旗") }));
        assert_eq!(lock.act, Act::Lock(Office { line: 0, station: code("五道口") }), "the tap's goes first");
        let given = QuotaRules { quota: Fen::from_yuan(100), ..QuotaRules::default() };
        assert_eq!(scenario.sign_on, given);
    }

    #[test]
    fn mistakes() {
        assert_snapshot!(fault("station = \"西二旗\"\n", ""));
        assert_snapshot!(fault("refund = true", "refund = false"));
        assert_snapshot!(fault("lock = true", "lock = true\nrefund = true"));
        assert_snapshot!(fault("refund = true", "load = \"10.00\""));
        assert_snapshot!(fault("refund = true", "refund = true\nhost = \"down\""));
        assert_snapshot!(fault("host = \"down\"", "host = \"away\""));
        assert_snapshot!(fault("load = \"20.00\"", "lock = true"));
        assert_snapshot!(fault("beijing-load-sam.toml", "beijing-top-up.toml"));
        assert_snapshot!(fault("quota = \"100.00\"", "quota = 100"));
        assert_snapshot!(fault("station = \"五道口\"", "station = \"五道囗\""));
    }
}
