//! The card profile as it is written.

use std::collections::BTreeMap;
use std::mem;

use serde::Deserialize;
use toml::Spanned;
use tunion_data::{CityCode, Fen, IssuerId, Pan};

use super::fill::Fields;
use crate::diag::{Day, Hex, Text};

type Money = Option<Spanned<Text<Fen>>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct File {
    pub(super) version: Spanned<u32>,
    pub(super) name: Spanned<String>,
    pub(super) provenance: Spanned<String>,

    pub(super) aid: Option<Spanned<String>>,
    pub(super) link: Option<Spanned<String>>,
    pub(super) le: Option<Spanned<String>>,
    pub(super) out_of_order: Option<Spanned<String>>,
    pub(super) capp_wants_update: Option<bool>,
    pub(super) load_wants_pin: Option<bool>,
    pub(super) algorithms: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) fci: FciTable,
    #[serde(default)]
    pub(super) directory: DirectoryTable,
    #[serde(default)]
    pub(super) select_by_id: ByIdTable,
    #[serde(default)]
    pub(super) accept: AcceptTable,
    #[serde(default)]
    pub(super) blocked: BlockedTable,
    #[serde(default)]
    pub(super) prove: ProveTable,
    #[serde(default)]
    pub(super) tries: TriesTable,

    pub(super) keys: Option<KeysTable>,
    pub(super) info: Option<InfoTable>,
    pub(super) ef_15: Option<Spanned<Fields>>,
    pub(super) holder: Option<HolderTable>,
    pub(super) ef_16: Option<Spanned<Fields>>,
    pub(super) management: Option<ManagementTable>,
    pub(super) ef_17: Option<Spanned<Fields>>,
    #[serde(default)]
    pub(super) purse: PurseTable,
    pub(super) pin: Option<PinTable>,
    #[serde(default)]
    pub(super) security: SecurityTable,
    #[serde(default)]
    pub(super) proofs: ProofsTable,
    pub(super) rail: Option<Fields>,
    pub(super) bus: Option<Fields>,
    #[serde(default)]
    pub(super) ef_1a: BTreeMap<Spanned<String>, Spanned<Fields>>,
    #[serde(default)]
    pub(super) log: Vec<Spanned<Fields>>,
    #[serde(default)]
    pub(super) trip: Vec<Spanned<Fields>>,
}

impl File {
    /// How the card behaves, as an image has it in one table.
    pub(super) fn profile(&mut self) -> ProfileTable {
        ProfileTable {
            aid: self.aid.take(),
            link: self.link.take(),
            le: self.le.take(),
            out_of_order: self.out_of_order.take(),
            capp_wants_update: self.capp_wants_update,
            load_wants_pin: self.load_wants_pin,
            algorithms: self.algorithms.take(),
            fci: mem::take(&mut self.fci),
            directory: mem::take(&mut self.directory),
            select_by_id: mem::take(&mut self.select_by_id),
            accept: mem::take(&mut self.accept),
            blocked: mem::take(&mut self.blocked),
            prove: mem::take(&mut self.prove),
            tries: mem::take(&mut self.tries),
        }
    }
}

/// `docs/spec/card.md` 8.1.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(super) struct ProfileTable {
    pub(super) aid: Option<Spanned<String>>,
    pub(super) link: Option<Spanned<String>>,
    pub(super) le: Option<Spanned<String>>,
    pub(super) out_of_order: Option<Spanned<String>>,
    pub(super) capp_wants_update: Option<bool>,
    pub(super) load_wants_pin: Option<bool>,
    pub(super) algorithms: Option<Spanned<String>>,
    pub(super) fci: FciTable,
    pub(super) directory: DirectoryTable,
    pub(super) select_by_id: ByIdTable,
    pub(super) accept: AcceptTable,
    pub(super) blocked: BlockedTable,
    pub(super) prove: ProveTable,
    pub(super) tries: TriesTable,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct FciTable {
    pub(super) version: Option<Spanned<String>>,
    pub(super) label: Option<bool>,
    pub(super) priority: Option<u8>,
    pub(super) preferred_name: Option<Spanned<String>>,
    pub(super) padding: Option<Spanned<u8>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct DirectoryTable {
    pub(super) priority: Option<Spanned<u8>>,
    pub(super) e_cash: Option<bool>,
    pub(super) pse: Option<bool>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct ByIdTable {
    pub(super) purse: Option<Text<Hex<2>>>,
    pub(super) files: Option<bool>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct AcceptTable {
    pub(super) debit_p1_02: Option<bool>,
    pub(super) credit_p2_02: Option<bool>,
    pub(super) capp_p1_00: Option<bool>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct BlockedTable {
    pub(super) select: Option<Spanned<String>>,
    pub(super) directory: Option<Spanned<String>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ProveTable {
    pub(super) depth: Option<Spanned<u8>>,
    pub(super) while_open: Option<bool>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct TriesTable {
    pub(super) pin: Option<Spanned<u8>>,
    pub(super) messages: Option<Spanned<u8>>,
    pub(super) transactions: Option<Spanned<u8>>,
    pub(super) external: Option<Spanned<u8>>,
}

/// Whom the keys are derived for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeysTable {
    pub(super) issuer: Text<IssuerId>,
    /// As the card has it: 10 bytes, of which the last 8 count.
    pub(super) number: Text<Hex<10>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PinTable {
    pub(super) digits: Spanned<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct SecurityTable {
    pub(super) blocked: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) card_blocked: bool,
    pub(super) sm4_in_use: Option<Spanned<bool>>,
    #[serde(default)]
    pub(super) des_blocked: bool,
    #[serde(default)]
    pub(super) sm4_blocked: bool,
    #[serde(default)]
    pub(super) left: LeftTable,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct LeftTable {
    pub(super) pin: Option<Spanned<u8>>,
    pub(super) messages: Option<Spanned<u8>>,
    pub(super) transactions: Option<Spanned<u8>>,
    pub(super) external_auth: Option<Spanned<u8>>,
    pub(super) app_control: Option<Spanned<u8>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ProofsTable {
    pub(super) last: Option<Spanned<String>>,
    pub(super) load: Option<Fields>,
    pub(super) unload: Option<Fields>,
    pub(super) purchase: Option<Fields>,
    pub(super) limit_update: Option<Fields>,
    pub(super) capp: Option<Fields>,
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
