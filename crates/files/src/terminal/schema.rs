//! The terminal profile as it is written.

use serde::Deserialize;
use toml::Spanned;
use tunion_data::{CityCode, Fen, IssuerId, TerminalId};

use super::guards::RepeatTable;
use super::load::LoadTable;
use super::office::{OfficeTable, PosTable};
use super::refund::RefundTable;
use super::select::SelectTable;
use super::white_list::WhiteList;
use crate::diag::{Day, Text};

pub(crate) type Name = Spanned<String>;
pub(crate) type Names = Spanned<Vec<Name>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct File {
    pub(super) version: Spanned<u32>,
    pub(super) name: Name,
    pub(super) kind: Name,
    pub(super) provenance: Name,
    pub(super) city: Spanned<Text<CityCode>>,
    pub(super) local_issuers: Vec<Text<IssuerId>>,
    pub(super) codes: Name,
    pub(super) operator: Option<Spanned<u16>>,
    pub(super) byte_order: Option<Name>,
    pub(super) mac1: Option<Name>,
    pub(super) mac2: Option<Name>,
    pub(super) checks: Option<Names>,
    pub(super) accepted: Option<Names>,
    pub(super) expired_student: Option<Name>,
    pub(super) known: Option<Names>,
    pub(super) white_list: Option<Spanned<WhiteList>>,
    pub(super) select: Option<Spanned<SelectTable>>,
    pub(super) mac2_failure: Option<Name>,
    pub(super) trip_balance: Option<Name>,
    pub(super) top_up_below: Option<Text<Fen>>,
    pub(super) grey_slots: Option<Spanned<u16>>,
    pub(super) retap_seconds: Option<Spanned<u16>>,
    pub(super) recovery: Option<Spanned<RecoveryTable>>,
    pub(super) defects: Option<Names>,
    pub(super) lock_black_listed: Option<Spanned<bool>>,
    pub(super) tariff: Option<Name>,
    pub(super) fare: Option<Name>,
    pub(super) rail: Option<Spanned<RailTable>>,
    pub(super) bus: Option<Spanned<BusTable>>,
    pub(super) office: Option<Spanned<OfficeTable>>,
    pub(super) pos: Option<Spanned<PosTable>>,
    pub(super) load: Option<Spanned<LoadTable>>,
    pub(super) refund: Option<Spanned<RefundTable>>,
    pub(super) psam: PsamTable,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RecoveryTable {
    pub(super) promote: Option<Names>,
    pub(super) proof_seconds: Option<u16>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RailTable {
    pub(super) group: Option<Name>,
    pub(super) tail: Name,
    pub(super) free_reentry_minutes: u16,
    pub(super) open_elsewhere: Name,
    pub(super) overtime_minutes: Option<u16>,
    pub(super) remaining: Option<Text<Fen>>,
    pub(super) exit_minutes: Option<u16>,
    pub(super) entry_minimum: Option<Spanned<Text<Fen>>>,
    #[serde(default)]
    pub(super) passback_seconds: u16,
    #[serde(default)]
    pub(super) ask_back: bool,
    pub(super) ledger: Option<Spanned<LedgerTable>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LedgerTable {
    pub(super) record: Name,
    pub(super) paid: Spanned<Stretch>,
    pub(super) rides: Spanned<Stretch>,
    pub(super) stamp: Spanned<u8>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(deny_unknown_fields)]
pub(super) struct Stretch {
    pub(super) offset: u8,
    pub(super) len: u8,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct BusTable {
    pub(super) max_minutes: u16,
    #[serde(default)]
    pub(super) single_tap_classes: Vec<Name>,
    pub(super) max_balance: Option<Text<Fen>>,
    pub(super) max_fare: Option<Text<Fen>>,
    #[serde(default)]
    pub(super) newest_trip: bool,
    pub(super) repeat: Option<RepeatTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct PsamTable {
    pub(super) acquirer: Text<IssuerId>,
    pub(super) issuer: Text<IssuerId>,
    pub(super) key_index: u8,
    pub(super) valid_from: Day,
    pub(super) valid_to: Spanned<Day>,
    pub(super) first_terminal: Text<TerminalId>,
    pub(super) sequence_moves: Option<Name>,
    pub(super) mac_failure_limit: u8,
    pub(super) transport: Option<Name>,
    pub(super) rate: Option<Name>,
    #[serde(default)]
    pub(super) load_sam: bool,
}
