//! The table of refunds.

use serde::Deserialize;
use tunion_data::Fen;
use tunion_terminal::profile::RefundProfile;

use super::compile::accepted;
use super::schema::Names;
use crate::diag::{Diagnostics, Source, Text};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RefundTable {
    accepted: Names,
    fee: Option<Text<Fen>>,
    settle_overdraft: Option<bool>,
}

/// The rules of refunds at a ticket office.
pub(super) fn refund(source: &Source, table: &RefundTable) -> Result<RefundProfile, Diagnostics> {
    let RefundTable { accepted: names, fee, settle_overdraft } = table;
    Ok(RefundProfile {
        accepted: accepted(source, names)?,
        fee: fee.map_or(Fen::ZERO, |fee| fee.0),
        settle_overdraft: settle_overdraft.unwrap_or(true),
    })
}
