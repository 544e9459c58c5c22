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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use insta::assert_snapshot;
    use tunion_data::Fen;
    use tunion_data::file::CardType;
    use tunion_terminal::profile::RefundProfile;

    use crate::terminal::tests::changed;

    #[test]
    fn what_is_taken_back() {
        let file = changed("beijing-office", "fee = \"0.00\"", "fee = \"2.00\"").unwrap();
        let rules = RefundProfile {
            accepted: vec![CardType::Ordinary, CardType::Student, CardType::Senior],
            fee: Fen::from_yuan(2),
            settle_overdraft: true,
        };
        assert_eq!(file.profile.refund, Some(rules));
        let plain = "fee = \"0.00\"\nsettle-overdraft = true\n";
        let plain = changed("beijing-office", plain, "").unwrap().profile.refund.unwrap();
        assert_eq!((plain.fee, plain.settle_overdraft), (Fen::ZERO, true));
        let table = "[refund]\naccepted = [\"ordinary\", \"student\", \"senior\"]\nfee = \"0.00\"\nsettle-overdraft = true\n";
        assert_eq!(changed("beijing-office", table, "").unwrap().profile.refund, None);
    }

    #[test]
    fn mistakes() {
        let office = |from: &str, to: &str| changed("beijing-office", from, to).unwrap_err();
        assert_snapshot!(office("[\"ordinary\", \"student\", \"senior\"]\nfee", "[\"elder\"]\nfee"));
        assert_snapshot!(office("fee = \"0.00\"", "fee = 2"));
        assert_snapshot!(office("operator = 0x0030\n", ""));
        assert_snapshot!(office("tariff = \"../tariffs/beijing-rail.toml\"\n", ""));
        assert_snapshot!(office("mac2 =", "lock-black-listed = true\nmac2 ="));
        let table = "[refund]\naccepted = [\"ordinary\"]\n\n[psam]";
        assert_snapshot!(changed("beijing-top-up", "[psam]", table).unwrap_err());
    }
}
