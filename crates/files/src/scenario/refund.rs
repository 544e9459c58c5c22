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
            errors.push(source.error(asked, format!("this is asked for by `{name} = true`")));
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
