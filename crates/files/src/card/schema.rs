//! The card profile as it is written.

use serde::Deserialize;
use toml::Spanned;
use tunion_data::{CityCode, Fen, IssuerId, Pan};

use crate::diag::{Day, Hex, Text};

type Money = Option<Spanned<Text<Fen>>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) version: Spanned<u32>,
    pub(super) name: Spanned<String>,
    pub(super) provenance: Spanned<String>,
    pub(super) info: InfoTable,
    #[serde(default)]
    pub(super) holder: HolderTable,
    pub(super) management: ManagementTable,
    #[serde(default)]
    pub(super) purse: PurseTable,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct InfoTable {
    pub(super) issuer: Text<IssuerId>,
    pub(super) pan: Text<Pan>,
    pub(super) valid_from: Spanned<Day>,
    pub(super) valid_to: Spanned<Day>,
    #[serde(default = "e_purse")]
    pub(super) app_type: u8,
    #[serde(default = "in_use")]
    pub(super) enabled: u8,
    #[serde(default = "zeros")]
    pub(super) issuer_data: Text<Hex<2>>,
}

/// `docs/spec/card.md` 2.1: 02 in every sample.
fn e_purse() -> u8 {
    0x02
}

/// `docs/spec/card.md` 2.1: 01 in every sample.
fn in_use() -> u8 {
    0x01
}

/// `docs/spec/card.md` 2.1: mostly 0000.
fn zeros() -> Text<Hex<2>> {
    Text(Hex([0; 2]))
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct HolderTable {
    pub(super) name: Option<Spanned<String>>,
    pub(super) id_number: Option<Spanned<String>>,
    pub(super) id_type: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) card_flag: u8,
    #[serde(default)]
    pub(super) staff: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ManagementTable {
    pub(super) city: Text<CityCode>,
    pub(super) province: Option<Text<CityCode>>,
    #[serde(default = "china")]
    pub(super) country: Text<Hex<4>>,
    pub(super) interoperable: bool,
    #[serde(rename = "type")]
    pub(super) card_type: Spanned<String>,
}

/// `docs/spec/card.md` 2.3.
fn china() -> Text<Hex<4>> {
    Text(Hex([0x00, 0x00, 0x01, 0x56]))
}

/// A purse, or what is changed of one.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct PurseTable {
    pub(crate) balance: Money,
    pub(crate) ceiling: Money,
    pub(crate) overdraft_limit: Money,
    pub(crate) overdraft_used: Money,
    pub(crate) offline_seq: Option<u16>,
    pub(crate) online_seq: Option<u16>,
}
